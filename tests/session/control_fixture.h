/* SPDX-License-Identifier: MIT */
/* ioctls of an open file on the fake kernel. Include fixture.h and cmocka first. */
#ifndef CONTROL_FIXTURE_H
#define CONTROL_FIXTURE_H

#include "fixture.h"

#include <cbfuse/control.h>
#include <fcntl.h>
#include <linux/fs.h>

/* /f is open, and the caller is root. */
static inline struct fixture *control_begin(void **state, uint64_t *node, uint64_t *fh)
{
	struct fixture *f = *state;

	mf_add_file(f->fs, "/f", "data");
	fx_start(f, FX_STEP);
	f->kernel->uid = f->kernel->gid = 0;
	*node = fx_node(f, "/f");
	*fh = fx_open(f, *node, O_RDWR);
	recorder_clear(f->recorder);
	return f;
}

static inline void control_finish(struct fixture *f, uint64_t node, uint64_t fh)
{
	fx_release(f, node, fh);
	fx_finish(f);
}

/* The ioctl with the sizes that its number says. */
static inline int control(struct fixture *f, uint64_t node, uint64_t fh, unsigned long command, const void *in,
			  void *out)
{
	uint32_t size = _IOC_SIZE(command);

	return fk_ioctl(f->kernel, node, fh, node == FUSE_ROOT_ID, (uint32_t)command, in,
			_IOC_DIR(command) & _IOC_WRITE ? size : 0, out, _IOC_DIR(command) & _IOC_READ ? size : 0);
}

#endif
