/* SPDX-License-Identifier: MIT */
/* The fake kernel's requests about names and attributes. */
#include "fake_kernel.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static uint64_t send_name(struct fake_kernel *kernel, uint32_t opcode, uint64_t parent, const char *name)
{
	return fk_send(kernel, opcode, parent, NULL, 0, name, strlen(name) + 1, NULL, 0);
}

uint64_t fk_send_lookup(struct fake_kernel *kernel, uint64_t parent, const char *name)
{
	return send_name(kernel, FUSE_LOOKUP, parent, name);
}

int fk_lookup(struct fake_kernel *kernel, uint64_t parent, const char *name, struct fuse_entry_out *out)
{
	struct fuse_entry_out entry = {0};
	const int error = fk_wait_entry(kernel, fk_send_lookup(kernel, parent, name), &entry);

	if (out)
		*out = entry;
	return error == 0 && entry.nodeid == 0 ? ENOENT : error;
}

static uint64_t send_getattr(struct fake_kernel *kernel, uint64_t node, uint32_t flags, uint64_t fh)
{
	const struct fuse_getattr_in in = {.getattr_flags = flags, .fh = fh};

	return fk_send(kernel, FUSE_GETATTR, node, &in, sizeof(in), NULL, 0, NULL, 0);
}

uint64_t fk_send_getattr(struct fake_kernel *kernel, uint64_t node)
{
	return send_getattr(kernel, node, 0, 0);
}

int fk_getattr(struct fake_kernel *kernel, uint64_t node, struct fuse_attr_out *out)
{
	return fk_wait_fixed(kernel, fk_send_getattr(kernel, node), out, sizeof(*out));
}

int fk_getattr_fh(struct fake_kernel *kernel, uint64_t node, uint64_t fh, struct fuse_attr_out *out)
{
	return fk_wait_fixed(kernel, send_getattr(kernel, node, FUSE_GETATTR_FH, fh), out, sizeof(*out));
}

uint64_t fk_send_setattr(struct fake_kernel *kernel, uint64_t node, const struct fuse_setattr_in *in)
{
	return fk_send(kernel, FUSE_SETATTR, node, in, sizeof(*in), NULL, 0, NULL, 0);
}

int fk_setattr(struct fake_kernel *kernel, uint64_t node, const struct fuse_setattr_in *in, struct fuse_attr_out *out)
{
	return fk_wait_fixed(kernel, fk_send_setattr(kernel, node, in), out, sizeof(*out));
}

int fk_chmod(struct fake_kernel *kernel, uint64_t node, uint32_t mode)
{
	const struct fuse_setattr_in in = {.valid = FATTR_MODE, .mode = mode};

	return fk_setattr(kernel, node, &in, NULL);
}

int fk_truncate(struct fake_kernel *kernel, uint64_t node, uint64_t size)
{
	const struct fuse_setattr_in in = {.valid = FATTR_SIZE, .size = size};

	return fk_setattr(kernel, node, &in, NULL);
}

int fk_readlink(struct fake_kernel *kernel, uint64_t node, char *out, size_t capacity)
{
	const uint64_t unique = fk_send(kernel, FUSE_READLINK, node, NULL, 0, NULL, 0, NULL, 0);
	size_t length = 0;
	const int error = fk_wait_bytes(kernel, unique, out, capacity - 1, &length);

	if (error == 0)
		out[length] = '\0';
	return error;
}

int fk_symlink(struct fake_kernel *kernel, uint64_t parent, const char *name, const char *target,
	       struct fuse_entry_out *out)
{
	return fk_wait_entry(
		kernel,
		fk_send(kernel, FUSE_SYMLINK, parent, NULL, 0, name, strlen(name) + 1, target, strlen(target) + 1),
		out);
}

/* The kernel applies the umask itself, unless the library asked it not to. */
static uint32_t masked(const struct fake_kernel *kernel, uint32_t mode)
{
	return kernel->init.flags & FUSE_DONT_MASK ? mode : mode & ~kernel->umask;
}

int fk_mknod(struct fake_kernel *kernel, uint64_t parent, const char *name, uint32_t mode, uint32_t rdev,
	     struct fuse_entry_out *out)
{
	const struct fuse_mknod_in in = {.mode = masked(kernel, mode), .rdev = rdev, .umask = kernel->umask};

	return fk_wait_entry(
		kernel, fk_send(kernel, FUSE_MKNOD, parent, &in, sizeof(in), name, strlen(name) + 1, NULL, 0), out);
}

int fk_mkdir(struct fake_kernel *kernel, uint64_t parent, const char *name, uint32_t mode, struct fuse_entry_out *out)
{
	const struct fuse_mkdir_in in = {.mode = masked(kernel, mode), .umask = kernel->umask};

	return fk_wait_entry(
		kernel, fk_send(kernel, FUSE_MKDIR, parent, &in, sizeof(in), name, strlen(name) + 1, NULL, 0), out);
}

uint64_t fk_send_unlink(struct fake_kernel *kernel, uint64_t parent, const char *name)
{
	return send_name(kernel, FUSE_UNLINK, parent, name);
}

int fk_unlink(struct fake_kernel *kernel, uint64_t parent, const char *name)
{
	return fk_wait(kernel, fk_send_unlink(kernel, parent, name))->error;
}

uint64_t fk_send_rmdir(struct fake_kernel *kernel, uint64_t parent, const char *name)
{
	return send_name(kernel, FUSE_RMDIR, parent, name);
}

int fk_rmdir(struct fake_kernel *kernel, uint64_t parent, const char *name)
{
	return fk_wait(kernel, fk_send_rmdir(kernel, parent, name))->error;
}

uint64_t fk_send_rename(struct fake_kernel *kernel, uint64_t parent, const char *name, uint64_t new_parent,
			const char *new_name, uint32_t flags)
{
	const struct fuse_rename2_in in = {.newdir = new_parent, .flags = flags};
	const struct fuse_rename_in plain = {.newdir = new_parent};

	if (flags == 0)
		return fk_send(kernel, FUSE_RENAME, parent, &plain, sizeof(plain), name, strlen(name) + 1, new_name,
			       strlen(new_name) + 1);
	return fk_send(kernel, FUSE_RENAME2, parent, &in, sizeof(in), name, strlen(name) + 1, new_name,
		       strlen(new_name) + 1);
}

int fk_rename(struct fake_kernel *kernel, uint64_t parent, const char *name, uint64_t new_parent, const char *new_name,
	      uint32_t flags)
{
	return fk_wait(kernel, fk_send_rename(kernel, parent, name, new_parent, new_name, flags))->error;
}

int fk_link(struct fake_kernel *kernel, uint64_t node, uint64_t new_parent, const char *new_name,
	    struct fuse_entry_out *out)
{
	const struct fuse_link_in in = {.oldnodeid = node};

	return fk_wait_entry(
		kernel,
		fk_send(kernel, FUSE_LINK, new_parent, &in, sizeof(in), new_name, strlen(new_name) + 1, NULL, 0), out);
}

int fk_statfs(struct fake_kernel *kernel, uint64_t node, struct fuse_statfs_out *out)
{
	return fk_wait_fixed(kernel, fk_send(kernel, FUSE_STATFS, node, NULL, 0, NULL, 0, NULL, 0), out, sizeof(*out));
}
