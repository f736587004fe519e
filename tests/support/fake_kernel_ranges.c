/* SPDX-License-Identifier: MIT */
/* The fake kernel's requests about parts of open files. */
#include "fake_kernel.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

uint64_t fk_send_fallocate(struct fake_kernel *kernel, uint64_t node, uint64_t fh, int mode, int64_t offset,
			   int64_t length)
{
	const struct fuse_fallocate_in in = {
		.fh = fh, .offset = (uint64_t)offset, .length = (uint64_t)length, .mode = (uint32_t)mode};

	return fk_send(kernel, FUSE_FALLOCATE, node, &in, sizeof(in), NULL, 0, NULL, 0);
}

int fk_fallocate(struct fake_kernel *kernel, uint64_t node, uint64_t fh, int mode, int64_t offset, int64_t length)
{
	return fk_wait(kernel, fk_send_fallocate(kernel, node, fh, mode, offset, length))->error;
}

uint64_t fk_send_lseek(struct fake_kernel *kernel, uint64_t node, uint64_t fh, int64_t offset, int whence)
{
	const struct fuse_lseek_in in = {.fh = fh, .offset = (uint64_t)offset, .whence = (uint32_t)whence};

	return fk_send(kernel, FUSE_LSEEK, node, &in, sizeof(in), NULL, 0, NULL, 0);
}

int fk_lseek(struct fake_kernel *kernel, uint64_t node, uint64_t fh, int64_t offset, int whence, uint64_t *position)
{
	struct fuse_lseek_out out = {0};
	const int error = fk_wait_fixed(kernel, fk_send_lseek(kernel, node, fh, offset, whence), &out, sizeof(out));

	if (position && error == 0)
		*position = out.offset;
	return error;
}

uint64_t fk_send_copy(struct fake_kernel *kernel, const struct fk_place *from, const struct fk_place *to,
		      uint64_t length, uint64_t flags)
{
	const struct fuse_copy_file_range_in in = {.fh_in = from->fh,
						   .off_in = (uint64_t)from->offset,
						   .nodeid_out = to->node,
						   .fh_out = to->fh,
						   .off_out = (uint64_t)to->offset,
						   .len = length,
						   .flags = flags};

	return fk_send(kernel, FUSE_COPY_FILE_RANGE, from->node, &in, sizeof(in), NULL, 0, NULL, 0);
}

int fk_copy(struct fake_kernel *kernel, const struct fk_place *from, const struct fk_place *to, uint64_t length,
	    uint32_t *copied)
{
	return fk_wait_write(kernel, fk_send_copy(kernel, from, to, length, 0), copied);
}
