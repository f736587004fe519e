/* SPDX-License-Identifier: MIT */
/* The fake kernel's requests about open files, ioctls and extended attributes. */
#include "fake_kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static uint64_t send_argument(struct fake_kernel *kernel, uint32_t opcode, uint64_t node, const void *in, size_t size)
{
	return fk_send(kernel, opcode, node, in, size, NULL, 0, NULL, 0);
}

/* Linux keeps these to itself. O_TRUNC goes out only if the library takes it. */
static uint32_t open_flags(const struct fake_kernel *kernel, int flags)
{
	uint32_t kept = (uint32_t)flags & ~(uint32_t)(O_CREAT | O_EXCL | O_NOCTTY);

	return kernel->init.flags & FUSE_ATOMIC_O_TRUNC ? kept : kept & ~(uint32_t)O_TRUNC;
}

uint64_t fk_send_open(struct fake_kernel *kernel, uint64_t node, int flags)
{
	const struct fuse_open_in in = {.flags = open_flags(kernel, flags) | O_LARGEFILE};

	return send_argument(kernel, FUSE_OPEN, node, &in, sizeof(in));
}

int fk_open(struct fake_kernel *kernel, uint64_t node, int flags, struct fuse_open_out *out)
{
	return fk_wait_fixed(kernel, fk_send_open(kernel, node, flags), out, sizeof(*out));
}

uint64_t fk_send_create(struct fake_kernel *kernel, uint64_t parent, const char *name, int flags, uint32_t mode)
{
	const uint32_t umask = kernel->init.flags & FUSE_DONT_MASK ? 0 : kernel->umask;
	const struct fuse_create_in in = {.flags = ((uint32_t)flags & ~(uint32_t)O_NOCTTY) | O_LARGEFILE,
					  .mode = mode & ~umask,
					  .umask = kernel->umask};

	return fk_send(kernel, FUSE_CREATE, parent, &in, sizeof(in), name, strlen(name) + 1, NULL, 0);
}

int fk_wait_create(struct fake_kernel *kernel, uint64_t unique, struct fuse_entry_out *entry,
		   struct fuse_open_out *open)
{
	const struct fk_reply *reply = fk_wait(kernel, unique);

	if (reply->error != 0)
		return reply->error;
	assert_true(reply->length >= sizeof(*entry) + sizeof(*open));
	memcpy(entry, reply->data, sizeof(*entry));
	memcpy(open, reply->data + sizeof(*entry), sizeof(*open));
	return 0;
}

int fk_create_file(struct fake_kernel *kernel, uint64_t parent, const char *name, int flags, uint32_t mode,
		   struct fuse_entry_out *entry, struct fuse_open_out *open)
{
	return fk_wait_create(kernel, fk_send_create(kernel, parent, name, flags | O_CREAT, mode | S_IFREG), entry,
			      open);
}

uint64_t fk_send_read(struct fake_kernel *kernel, uint64_t node, uint64_t fh, uint64_t offset, uint32_t size)
{
	const struct fuse_read_in in = {.fh = fh, .offset = offset, .size = size};

	return send_argument(kernel, FUSE_READ, node, &in, sizeof(in));
}

int fk_read(struct fake_kernel *kernel, uint64_t node, uint64_t fh, uint64_t offset, uint32_t size, void *out,
	    size_t *length)
{
	return fk_wait_bytes(kernel, fk_send_read(kernel, node, fh, offset, size), out, size, length);
}

uint64_t fk_send_write(struct fake_kernel *kernel, uint64_t node, uint64_t fh, uint64_t offset, const void *data,
		       uint32_t size)
{
	const struct fuse_write_in in = {.fh = fh, .offset = offset, .size = size};

	return fk_send(kernel, FUSE_WRITE, node, &in, sizeof(in), data, size, NULL, 0);
}

int fk_wait_write(struct fake_kernel *kernel, uint64_t unique, uint32_t *written)
{
	struct fuse_write_out out = {0};
	const int error = fk_wait_fixed(kernel, unique, &out, sizeof(out));

	if (written)
		*written = out.size;
	return error;
}

int fk_write(struct fake_kernel *kernel, uint64_t node, uint64_t fh, uint64_t offset, const void *data, uint32_t size,
	     uint32_t *written)
{
	return fk_wait_write(kernel, fk_send_write(kernel, node, fh, offset, data, size), written);
}

int fk_flush(struct fake_kernel *kernel, uint64_t node, uint64_t fh)
{
	const struct fuse_flush_in in = {.fh = fh, .lock_owner = 1};

	return fk_wait(kernel, send_argument(kernel, FUSE_FLUSH, node, &in, sizeof(in)))->error;
}

static int sync_request(struct fake_kernel *kernel, uint32_t opcode, uint64_t node, uint64_t fh, bool data_only)
{
	const struct fuse_fsync_in in = {.fh = fh, .fsync_flags = data_only ? FUSE_FSYNC_FDATASYNC : 0};

	return fk_wait(kernel, send_argument(kernel, opcode, node, &in, sizeof(in)))->error;
}

int fk_fsync(struct fake_kernel *kernel, uint64_t node, uint64_t fh, bool data_only)
{
	return sync_request(kernel, FUSE_FSYNC, node, fh, data_only);
}

int fk_fsyncdir(struct fake_kernel *kernel, uint64_t node, uint64_t fh, bool data_only)
{
	return sync_request(kernel, FUSE_FSYNCDIR, node, fh, data_only);
}

uint64_t fk_send_release(struct fake_kernel *kernel, uint64_t node, uint64_t fh)
{
	const struct fuse_release_in in = {.fh = fh};

	return send_argument(kernel, FUSE_RELEASE, node, &in, sizeof(in));
}

int fk_release(struct fake_kernel *kernel, uint64_t node, uint64_t fh)
{
	return fk_wait(kernel, fk_send_release(kernel, node, fh))->error;
}

uint64_t fk_send_ioctl(struct fake_kernel *kernel, uint64_t node, uint64_t fh, bool directory, uint32_t command,
		       const void *in, uint32_t in_size, uint32_t out_size)
{
	const struct fuse_ioctl_in header = {.fh = fh,
					     .flags = directory ? FUSE_IOCTL_DIR : 0,
					     .cmd = command,
					     .arg = 0x7fff0000,
					     .in_size = in_size,
					     .out_size = out_size};

	return fk_send(kernel, FUSE_IOCTL, node, &header, sizeof(header), in, in_size, NULL, 0);
}

int fk_wait_ioctl(struct fake_kernel *kernel, uint64_t unique, void *out, uint32_t out_size)
{
	const struct fk_reply *reply = fk_wait(kernel, unique);
	struct fuse_ioctl_out header;

	if (reply->error != 0)
		return reply->error;
	assert_true(reply->length >= sizeof(header));
	memcpy(&header, reply->data, sizeof(header));
	/* A restricted ioctl cannot be sent round again, and what does not fit is an EIO of the real kernel. */
	assert_int_equal(header.flags, 0);
	assert_true(reply->length - sizeof(header) <= out_size);
	if (header.result < 0)
		return -header.result;
	if (out)
		memcpy(out, reply->data + sizeof(header), reply->length - sizeof(header));
	return -header.result;
}

int fk_ioctl(struct fake_kernel *kernel, uint64_t node, uint64_t fh, bool directory, uint32_t command, const void *in,
	     uint32_t in_size, void *out, uint32_t out_size)
{
	return fk_wait_ioctl(kernel, fk_send_ioctl(kernel, node, fh, directory, command, in, in_size, out_size), out,
			     out_size);
}

uint64_t fk_send_getxattr(struct fake_kernel *kernel, uint64_t node, const char *name, uint32_t capacity)
{
	const struct fuse_getxattr_in in = {.size = capacity};

	return fk_send(kernel, FUSE_GETXATTR, node, &in, sizeof(in), name, strlen(name) + 1, NULL, 0);
}

static int wait_xattr(struct fake_kernel *kernel, uint64_t unique, void *out, uint32_t capacity, size_t *length)
{
	struct fuse_getxattr_out size = {0};
	int error;

	if (capacity > 0)
		return fk_wait_bytes(kernel, unique, out, capacity, length);
	error = fk_wait_fixed(kernel, unique, &size, sizeof(size));
	if (length)
		*length = size.size;
	return error;
}

int fk_getxattr(struct fake_kernel *kernel, uint64_t node, const char *name, void *out, uint32_t capacity,
		size_t *length)
{
	return wait_xattr(kernel, fk_send_getxattr(kernel, node, name, capacity), out, capacity, length);
}

int fk_listxattr(struct fake_kernel *kernel, uint64_t node, void *out, uint32_t capacity, size_t *length)
{
	const struct fuse_getxattr_in in = {.size = capacity};

	return wait_xattr(kernel, send_argument(kernel, FUSE_LISTXATTR, node, &in, sizeof(in)), out, capacity, length);
}

uint64_t fk_send_setxattr(struct fake_kernel *kernel, uint64_t node, const char *name, const void *value, uint32_t size,
			  uint32_t flags)
{
	const struct fuse_setxattr_in in = {.size = size, .flags = flags};
	const size_t header = kernel->init.flags & FUSE_SETXATTR_EXT ? sizeof(in) : FUSE_COMPAT_SETXATTR_IN_SIZE;

	return fk_send(kernel, FUSE_SETXATTR, node, &in, header, name, strlen(name) + 1, value, size);
}

int fk_setxattr(struct fake_kernel *kernel, uint64_t node, const char *name, const void *value, uint32_t size,
		uint32_t flags)
{
	return fk_wait(kernel, fk_send_setxattr(kernel, node, name, value, size, flags))->error;
}

uint64_t fk_send_removexattr(struct fake_kernel *kernel, uint64_t node, const char *name)
{
	return send_argument(kernel, FUSE_REMOVEXATTR, node, name, strlen(name) + 1);
}

int fk_removexattr(struct fake_kernel *kernel, uint64_t node, const char *name)
{
	return fk_wait(kernel, fk_send_removexattr(kernel, node, name))->error;
}

/* As in Linux, an interrupt has the number of the request with the lowest bit set. */
void fk_send_interrupt(struct fake_kernel *kernel, uint64_t unique)
{
	const struct fuse_interrupt_in in = {.unique = unique};
	const uint64_t next = kernel->next_unique;

	kernel->next_unique = unique | 1;
	(void)send_argument(kernel, FUSE_INTERRUPT, 0, &in, sizeof(in));
	kernel->next_unique = next;
}

uint64_t fk_send_destroy(struct fake_kernel *kernel)
{
	return send_argument(kernel, FUSE_DESTROY, 0, NULL, 0);
}
