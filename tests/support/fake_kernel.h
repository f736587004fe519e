/* SPDX-License-Identifier: MIT */
/*
 * A fake kernel: the other end of a FUSE session, played by a test over a SOCK_SEQPACKET socket pair. Each packet is
 * one request; each packet back is one reply (or a notification, which is counted).
 *
 * Every request has a fk_send_...() that returns its unique number, and a fk_...() that also waits for the reply and
 * decodes it. The latter return 0 or the positive errno of the reply. Replies may come in any order: those nobody waits
 * for yet are kept. A reply that does not come within FK_PATIENCE_MS fails the test.
 *
 * One thread uses a fake kernel. All memory that it gives out lives until fk_destroy().
 */
#ifndef FAKE_KERNEL_H
#define FAKE_KERNEL_H

#include <linux/fuse.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { FK_PATIENCE_MS = 10000, FK_MAX_PACKET = 0x201000, FK_LISTING_MAX = 512 };

/* What a Linux 6.1 kernel offers in FUSE_INIT, but for what a test should have to ask for (FUSE_NO_OPEN_SUPPORT). */
#define FK_DEFAULT_FLAGS                                                                                               \
	(FUSE_ASYNC_READ | FUSE_POSIX_LOCKS | FUSE_ATOMIC_O_TRUNC | FUSE_EXPORT_SUPPORT | FUSE_BIG_WRITES |            \
	 FUSE_DONT_MASK | FUSE_FLOCK_LOCKS | FUSE_HAS_IOCTL_DIR | FUSE_AUTO_INVAL_DATA | FUSE_DO_READDIRPLUS |         \
	 FUSE_READDIRPLUS_AUTO | FUSE_ASYNC_DIO | FUSE_WRITEBACK_CACHE | FUSE_PARALLEL_DIROPS | FUSE_HANDLE_KILLPRIV | \
	 FUSE_POSIX_ACL | FUSE_ABORT_ERROR | FUSE_MAX_PAGES | FUSE_CACHE_SYMLINKS | FUSE_EXPLICIT_INVAL_DATA)

struct fk_reply {
	struct fk_reply *next;
	uint64_t unique;
	uint32_t opcode; /* of its request; of a notification its code */
	int error; /* 0 or a positive errno */
	size_t length; /* of data */
	char data[];
};

/* A request that was sent and has no reply yet. */
struct fk_pending {
	struct fk_pending *next;
	uint64_t unique;
	uint32_t opcode;
};

/* How often the library gave out a node: what the kernel has to forget again. */
struct fk_lookups {
	uint64_t node;
	uint64_t count;
};

struct fake_kernel {
	/* Settable at any time. */
	uint32_t uid, gid, pid; /* of the requests to come */
	uint32_t umask;
	/* Set for a library that has no threads: serves one request. Called while a reply is waited for. */
	int (*step)(void *data);
	void *step_data;

	/* To be read. */
	struct fuse_init_out init; /* what the library answered to FUSE_INIT */
	unsigned notifications;
	unsigned refused_interrupts;
	bool ended; /* the library has hung up */

	/* The rest is private. */
	int fd;
	uint64_t next_unique;
	unsigned unstepped;
	struct fk_pending *pending;
	struct fk_reply *arrived; /* and not waited for yet */
	struct fk_reply *handed_out;
	struct fk_lookups *lookups;
	size_t lookups_count, lookups_capacity;
	char *packet;
};

/* Makes the socket pair; *library_fd is for the library. */
struct fake_kernel *fk_create(int *library_fd);
/* Hangs up and frees all. NULL is allowed. */
void fk_destroy(struct fake_kernel *kernel);
/* What an abort or a lazy unmount looks like to the library: no more requests, nothing released, nothing forgotten. */
void fk_hang_up(struct fake_kernel *kernel);

/* fake_kernel.c: requests and replies as such. uint64_t parts may be NULL with a size of 0. */
uint64_t fk_send(struct fake_kernel *kernel, uint32_t opcode, uint64_t node, const void *argument, size_t argument_size,
		 const void *first, size_t first_size, const void *second, size_t second_size);
struct fk_reply *fk_wait(struct fake_kernel *kernel, uint64_t unique);
bool fk_has_reply(struct fake_kernel *kernel, uint64_t unique, int timeout_ms);
/* The reply's errno; on success the first `size` bytes of it are copied to out, and it must have as many. */
int fk_wait_fixed(struct fake_kernel *kernel, uint64_t unique, void *out, size_t size);
int fk_wait_bytes(struct fake_kernel *kernel, uint64_t unique, void *out, size_t capacity, size_t *length);
int fk_wait_entry(struct fake_kernel *kernel, uint64_t unique, struct fuse_entry_out *out);
/* Lets a library without threads serve all that was sent. */
void fk_step_all(struct fake_kernel *kernel);
/* Waits until the library has hung up. */
void fk_wait_end(struct fake_kernel *kernel);

/* The FUSE_INIT exchange. Options of 0 stand for the defaults. */
struct fk_init_options {
	uint32_t minor; /* 38 */
	uint32_t max_readahead; /* 128 KiB */
	uint64_t flags; /* FK_DEFAULT_FLAGS */
};
int fk_init(struct fake_kernel *kernel, const struct fk_init_options *options);

/* fake_kernel_lookups.c: what the kernel remembers, and forgets. */
void fk_count_lookups(struct fake_kernel *kernel, const struct fk_reply *reply);
uint64_t fk_lookups_of(const struct fake_kernel *kernel, uint64_t node);
void fk_send_forget(struct fake_kernel *kernel, uint64_t node, uint64_t count);
void fk_send_batch_forget(struct fake_kernel *kernel, const struct fuse_forget_one *forgets, uint32_t count);
void fk_forget(struct fake_kernel *kernel, uint64_t node);
void fk_forget_all(struct fake_kernel *kernel);

/* fake_kernel_names.c: requests about names and attributes. */
uint64_t fk_send_lookup(struct fake_kernel *kernel, uint64_t parent, const char *name);
/* A negative entry (node id 0) is ENOENT as well; `out` then holds how long it is valid. */
int fk_lookup(struct fake_kernel *kernel, uint64_t parent, const char *name, struct fuse_entry_out *out);
uint64_t fk_send_getattr(struct fake_kernel *kernel, uint64_t node);
int fk_getattr(struct fake_kernel *kernel, uint64_t node, struct fuse_attr_out *out);
int fk_getattr_fh(struct fake_kernel *kernel, uint64_t node, uint64_t fh, struct fuse_attr_out *out);
uint64_t fk_send_setattr(struct fake_kernel *kernel, uint64_t node, const struct fuse_setattr_in *in);
int fk_setattr(struct fake_kernel *kernel, uint64_t node, const struct fuse_setattr_in *in, struct fuse_attr_out *out);
int fk_chmod(struct fake_kernel *kernel, uint64_t node, uint32_t mode);
int fk_truncate(struct fake_kernel *kernel, uint64_t node, uint64_t size);
int fk_readlink(struct fake_kernel *kernel, uint64_t node, char *out, size_t capacity);
int fk_symlink(struct fake_kernel *kernel, uint64_t parent, const char *name, const char *target,
	       struct fuse_entry_out *out);
int fk_mknod(struct fake_kernel *kernel, uint64_t parent, const char *name, uint32_t mode, uint32_t rdev,
	     struct fuse_entry_out *out);
int fk_mkdir(struct fake_kernel *kernel, uint64_t parent, const char *name, uint32_t mode, struct fuse_entry_out *out);
uint64_t fk_send_unlink(struct fake_kernel *kernel, uint64_t parent, const char *name);
int fk_unlink(struct fake_kernel *kernel, uint64_t parent, const char *name);
uint64_t fk_send_rmdir(struct fake_kernel *kernel, uint64_t parent, const char *name);
int fk_rmdir(struct fake_kernel *kernel, uint64_t parent, const char *name);
uint64_t fk_send_rename(struct fake_kernel *kernel, uint64_t parent, const char *name, uint64_t new_parent,
			const char *new_name, uint32_t flags);
int fk_rename(struct fake_kernel *kernel, uint64_t parent, const char *name, uint64_t new_parent, const char *new_name,
	      uint32_t flags);
int fk_link(struct fake_kernel *kernel, uint64_t node, uint64_t new_parent, const char *new_name,
	    struct fuse_entry_out *out);
int fk_statfs(struct fake_kernel *kernel, uint64_t node, struct fuse_statfs_out *out);

/* fake_kernel_files.c: requests about open files. */
uint64_t fk_send_open(struct fake_kernel *kernel, uint64_t node, int flags);
int fk_open(struct fake_kernel *kernel, uint64_t node, int flags, struct fuse_open_out *out);
uint64_t fk_send_create(struct fake_kernel *kernel, uint64_t parent, const char *name, int flags, uint32_t mode);
int fk_wait_create(struct fake_kernel *kernel, uint64_t unique, struct fuse_entry_out *entry,
		   struct fuse_open_out *open);
int fk_create_file(struct fake_kernel *kernel, uint64_t parent, const char *name, int flags, uint32_t mode,
		   struct fuse_entry_out *entry, struct fuse_open_out *open);
uint64_t fk_send_read(struct fake_kernel *kernel, uint64_t node, uint64_t fh, uint64_t offset, uint32_t size);
int fk_read(struct fake_kernel *kernel, uint64_t node, uint64_t fh, uint64_t offset, uint32_t size, void *out,
	    size_t *length);
uint64_t fk_send_write(struct fake_kernel *kernel, uint64_t node, uint64_t fh, uint64_t offset, const void *data,
		       uint32_t size);
int fk_wait_write(struct fake_kernel *kernel, uint64_t unique, uint32_t *written);
int fk_write(struct fake_kernel *kernel, uint64_t node, uint64_t fh, uint64_t offset, const void *data, uint32_t size,
	     uint32_t *written);
int fk_flush(struct fake_kernel *kernel, uint64_t node, uint64_t fh);
int fk_fsync(struct fake_kernel *kernel, uint64_t node, uint64_t fh, bool data_only);
int fk_fsyncdir(struct fake_kernel *kernel, uint64_t node, uint64_t fh, bool data_only);
uint64_t fk_send_release(struct fake_kernel *kernel, uint64_t node, uint64_t fh);
int fk_release(struct fake_kernel *kernel, uint64_t node, uint64_t fh);
/* An ioctl as the kernel passes it on ("restricted"). The errno of the reply or of the result in it; a result
 * above zero comes as a number below zero. */
uint64_t fk_send_ioctl(struct fake_kernel *kernel, uint64_t node, uint64_t fh, bool directory, uint32_t command,
		       const void *in, uint32_t in_size, uint32_t out_size);
int fk_wait_ioctl(struct fake_kernel *kernel, uint64_t unique, void *out, uint32_t out_size);
int fk_ioctl(struct fake_kernel *kernel, uint64_t node, uint64_t fh, bool directory, uint32_t command, const void *in,
	     uint32_t in_size, void *out, uint32_t out_size);
/* A capacity of 0 asks for the size. */
uint64_t fk_send_getxattr(struct fake_kernel *kernel, uint64_t node, const char *name, uint32_t capacity);
int fk_getxattr(struct fake_kernel *kernel, uint64_t node, const char *name, void *out, uint32_t capacity,
		size_t *length);
int fk_listxattr(struct fake_kernel *kernel, uint64_t node, void *out, uint32_t capacity, size_t *length);
/* `flags`: XATTR_CREATE, XATTR_REPLACE. */
uint64_t fk_send_setxattr(struct fake_kernel *kernel, uint64_t node, const char *name, const void *value, uint32_t size,
			  uint32_t flags);
int fk_setxattr(struct fake_kernel *kernel, uint64_t node, const char *name, const void *value, uint32_t size,
		uint32_t flags);
uint64_t fk_send_removexattr(struct fake_kernel *kernel, uint64_t node, const char *name);
int fk_removexattr(struct fake_kernel *kernel, uint64_t node, const char *name);
/* For the request with that number. It has no reply of its own, unless the library refuses it. */
void fk_send_interrupt(struct fake_kernel *kernel, uint64_t unique);
uint64_t fk_send_destroy(struct fake_kernel *kernel);

/* fake_kernel_ranges.c: requests about parts of open files. */
struct fk_place {
	uint64_t node, fh;
	int64_t offset;
};

uint64_t fk_send_fallocate(struct fake_kernel *kernel, uint64_t node, uint64_t fh, int mode, int64_t offset,
			   int64_t length);
int fk_fallocate(struct fake_kernel *kernel, uint64_t node, uint64_t fh, int mode, int64_t offset, int64_t length);
uint64_t fk_send_lseek(struct fake_kernel *kernel, uint64_t node, uint64_t fh, int64_t offset, int whence);
int fk_lseek(struct fake_kernel *kernel, uint64_t node, uint64_t fh, int64_t offset, int whence, uint64_t *position);
/* copy_file_range. `copied` may be NULL. */
uint64_t fk_send_copy(struct fake_kernel *kernel, const struct fk_place *from, const struct fk_place *to,
		      uint64_t length, uint64_t flags);
int fk_copy(struct fake_kernel *kernel, const struct fk_place *from, const struct fk_place *to, uint64_t length,
	    uint32_t *copied);

/* fake_kernel_dirs.c: directories. */
struct fk_dirent {
	uint64_t ino;
	uint64_t offset; /* where to go on behind it */
	uint32_t type; /* DT_... */
	char name[256];
	struct fuse_entry_out entry; /* readdirplus only */
};
struct fk_listing {
	size_t count;
	struct fk_dirent entries[FK_LISTING_MAX];
};

uint64_t fk_send_opendir(struct fake_kernel *kernel, uint64_t node);
int fk_opendir(struct fake_kernel *kernel, uint64_t node, struct fuse_open_out *out);
uint64_t fk_send_readdir(struct fake_kernel *kernel, uint64_t node, uint64_t fh, uint64_t offset, uint32_t size);
int fk_readdir(struct fake_kernel *kernel, uint64_t node, uint64_t fh, uint64_t offset, uint32_t size,
	       struct fk_listing *out);
int fk_readdirplus(struct fake_kernel *kernel, uint64_t node, uint64_t fh, uint64_t offset, uint32_t size,
		   struct fk_listing *out);
int fk_releasedir(struct fake_kernel *kernel, uint64_t node, uint64_t fh);
/* Reads on from `offset` to the end, appending to out. */
int fk_readdir_all(struct fake_kernel *kernel, uint64_t node, uint64_t fh, uint64_t offset, uint32_t size, bool plus,
		   struct fk_listing *out);
void fk_decode_listing(const struct fk_reply *reply, bool plus, struct fk_listing *out);
const struct fk_dirent *fk_find_dirent(const struct fk_listing *listing, const char *name);

#endif
