/* SPDX-License-Identifier: MIT */
/* FUSE's operations: decode the arguments into a request, run its steps. One file a family. */
#ifndef CBF__OPS_H
#define CBF__OPS_H

#include "fuse/reply.h"

/* Makes a request out of the kernel's; answers it itself and returns NULL if there is no memory. */
struct cbf__request *cbf__op_begin(fuse_req_t fuse);
/* Runs the request from its first step, or fails it with an error of the decoding. */
void cbf__op_run(struct cbf__request *rq, int error, cbf__step first);

/* Is that one of the caller's groups? The supplementary ones are read from /proc: with no lock held. */
bool cbf__caller_is_in(const struct cbf__request *rq, gid_t gid);

/* Fills the table: no operation is there that nobody hooked, where the kernel then stops asking. */
void cbf__ops_fill(const struct cbf_volume *volume, struct fuse_lowlevel_ops *ops);

void cbf__op_init(void *volume, struct fuse_conn_info *connection);
void cbf__op_lookup(fuse_req_t fuse, fuse_ino_t parent, const char *name);
/* Of "." (or "..") of a node that we may not know any more. */
void cbf__op_lookup_handle(fuse_req_t fuse, fuse_ino_t ino, bool parent);
void cbf__op_forget(fuse_req_t fuse, fuse_ino_t ino, uint64_t lookups);
void cbf__op_forget_multi(fuse_req_t fuse, size_t count, struct fuse_forget_data *forgets);
void cbf__op_getattr(fuse_req_t fuse, fuse_ino_t ino, struct fuse_file_info *fi);
void cbf__op_setattr(fuse_req_t fuse, fuse_ino_t ino, struct stat *attr, int valid, struct fuse_file_info *fi);
void cbf__op_readlink(fuse_req_t fuse, fuse_ino_t ino);
void cbf__op_mknod(fuse_req_t fuse, fuse_ino_t parent, const char *name, mode_t mode, dev_t rdev);
void cbf__op_mkdir(fuse_req_t fuse, fuse_ino_t parent, const char *name, mode_t mode);
void cbf__op_symlink(fuse_req_t fuse, const char *target, fuse_ino_t parent, const char *name);
void cbf__op_unlink(fuse_req_t fuse, fuse_ino_t parent, const char *name);
void cbf__op_rmdir(fuse_req_t fuse, fuse_ino_t parent, const char *name);
void cbf__op_rename(fuse_req_t fuse, fuse_ino_t parent, const char *name, fuse_ino_t new_parent, const char *new_name,
		    unsigned flags);
void cbf__op_link(fuse_req_t fuse, fuse_ino_t ino, fuse_ino_t new_parent, const char *new_name);
void cbf__op_open(fuse_req_t fuse, fuse_ino_t ino, struct fuse_file_info *fi);
void cbf__op_opendir(fuse_req_t fuse, fuse_ino_t ino, struct fuse_file_info *fi);
void cbf__op_create(fuse_req_t fuse, fuse_ino_t parent, const char *name, mode_t mode, struct fuse_file_info *fi);
void cbf__op_release(fuse_req_t fuse, fuse_ino_t ino, struct fuse_file_info *fi);
void cbf__op_read(fuse_req_t fuse, fuse_ino_t ino, size_t size, off_t offset, struct fuse_file_info *fi);
void cbf__op_write(fuse_req_t fuse, fuse_ino_t ino, const char *bytes, size_t size, off_t offset,
		   struct fuse_file_info *fi);
void cbf__op_fsync(fuse_req_t fuse, fuse_ino_t ino, int data_only, struct fuse_file_info *fi);
void cbf__op_fallocate(fuse_req_t fuse, fuse_ino_t ino, int mode, off_t offset, off_t length,
		       struct fuse_file_info *fi);
void cbf__op_lseek(fuse_req_t fuse, fuse_ino_t ino, off_t offset, int whence, struct fuse_file_info *fi);
void cbf__op_copy_file_range(fuse_req_t fuse, fuse_ino_t source, off_t source_offset, struct fuse_file_info *source_fi,
			     fuse_ino_t ino, off_t offset, struct fuse_file_info *fi, size_t length, int flags);
void cbf__op_readdir(fuse_req_t fuse, fuse_ino_t ino, size_t size, off_t offset, struct fuse_file_info *fi);
void cbf__op_readdirplus(fuse_req_t fuse, fuse_ino_t ino, size_t size, off_t offset, struct fuse_file_info *fi);
void cbf__op_statfs(fuse_req_t fuse, fuse_ino_t ino);
void cbf__op_getxattr(fuse_req_t fuse, fuse_ino_t ino, const char *name, size_t size);
void cbf__op_listxattr(fuse_req_t fuse, fuse_ino_t ino, size_t size);
void cbf__op_setxattr(fuse_req_t fuse, fuse_ino_t ino, const char *name, const char *value, size_t size, int flags);
void cbf__op_removexattr(fuse_req_t fuse, fuse_ino_t ino, const char *name);
void cbf__op_access(fuse_req_t fuse, fuse_ino_t ino, int mask);
void cbf__op_ioctl(fuse_req_t fuse, fuse_ino_t ino, unsigned command, void *argument, struct fuse_file_info *fi,
		   unsigned flags, const void *in, size_t in_size, size_t out_size);

#endif
