/* SPDX-License-Identifier: MIT */
/* The extended attribute that shows a file's names. It is not listed, so that no copying program takes it along. */
#include "fuse/ops.h"
#include "volume.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/limits.h>
#include <string.h>

static enum cbf__flow reply_names(struct cbf__request *rq)
{
	if (rq->error)
		return cbf__reply_done(rq);
	return cbf__reply_xattr(rq, rq->data.bytes, rq->data.length);
}

static enum cbf__flow closed(struct cbf__request *rq)
{
	return cbf__call(rq, cbf__step_close_own, reply_names);
}

static enum cbf__flow names_told(struct cbf__request *rq)
{
	/* All or nothing: what failed midway fails, and what does not fit into an attribute is left to the ioctl.
	 * Closing the handle ends the enumeration. */
	if (!rq->error && !rq->links.end)
		rq->error = rq->closing->links->error ? rq->closing->links->error : E2BIG;
	rq->closing = NULL;
	return cbf__go(rq, closed);
}

static enum cbf__flow opened(struct cbf__request *rq)
{
	if (rq->error)
		return cbf__reply_done(rq);
	rq->closing = rq->own_handle;
	rq->links.cursor = 0;
	rq->links.page = XATTR_SIZE_MAX;
	return cbf__call(rq, cbf__step_links_page, names_told);
}

static enum cbf__flow getxattr_claimed(struct cbf__request *rq)
{
	if (!rq->error && rq->deleted)
		rq->error = ENOENT;
	if (rq->error)
		return cbf__reply_done(rq);
	if (rq->target->type == S_IFDIR)
		return cbf__reply_error(rq, ENODATA);
	rq->open_flags = O_PATH | O_NOFOLLOW;
	return cbf__call(rq, cbf__step_open, opened);
}

static enum cbf__flow getxattr_start(struct cbf__request *rq)
{
	rq->turn = CBF__EXCLUSIVE_TURN;
	return cbf__call(rq, cbf__step_claim_node, getxattr_claimed);
}

void cbf__op_getxattr(fuse_req_t fuse, fuse_ino_t ino, const char *name, size_t size)
{
	struct cbf__request *rq = cbf__op_begin(fuse);
	int error;

	if (!rq)
		return;
	rq->size = size;
	error = strcmp(name, rq->volume->properties.hard_links_xattr) == 0 ? 0 : ENODATA;
	cbf__op_run(rq, error ? error : cbf__request_bind(rq, ino, 0), getxattr_start);
}

static enum cbf__flow reply_no_names(struct cbf__request *rq)
{
	return cbf__reply_xattr(rq, "", 0);
}

void cbf__op_listxattr(fuse_req_t fuse, fuse_ino_t ino, size_t size)
{
	struct cbf__request *rq = cbf__op_begin(fuse);

	if (!rq)
		return;
	rq->size = size;
	cbf__op_run(rq, cbf__request_bind(rq, ino, 0), reply_no_names);
}
