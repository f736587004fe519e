/* SPDX-License-Identifier: MIT */
/* open, opendir, release, releasedir. */
#include "fuse/access_ops.h"
#include "fuse/ops.h"
#include "volume.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

static enum cbf__flow reply_opened(struct cbf__request *rq)
{
	return rq->error ? cbf__reply_done(rq) : cbf__reply_handle(rq, false);
}

/* Keeps what it did if it fails: the file has been cut. */
static enum cbf__flow end_truncation(struct cbf__request *rq)
{
	return rq->error ? cbf__call(rq, cbf__step_close_own, reply_opened) : cbf__go(rq, reply_opened);
}

static enum cbf__flow set_ids_taken(struct cbf__request *rq)
{
	rq->error = rq->result;
	return cbf__go(rq, end_truncation);
}

static enum cbf__flow mode_told(struct cbf__request *rq)
{
	const mode_t mode = rq->info.mode & 07777;
	mode_t kept = mode & ~(mode_t)S_ISUID;

	if (mode & S_IXGRP)
		kept &= ~(mode_t)S_ISGID;
	if (rq->error || !rq->exists || kept == mode)
		return cbf__go(rq, end_truncation);
	CBF__MAKE_EVENT(&rq->event, set_file_attributes, .file_name = rq->subject, .deleted = rq->deleted,
			.valid = CBF_SET_MODE, .mode = kept);
	return cbf__fire_then(rq, CBF__SET_FILE_ATTRIBUTES, set_ids_taken);
}

/* The kernel takes set-id bits from a file that is truncated by others than root, but not if opening it does that. */
static enum cbf__flow truncated(struct cbf__request *rq)
{
	rq->error = rq->result;
	if (rq->error)
		return cbf__go(rq, end_truncation);
	cbf__remember_size(rq, 0);
	if (rq->originator.uid == 0 || !cbf__hooked(rq->volume, CBF__SET_FILE_ATTRIBUTES))
		return cbf__go(rq, reply_opened);
	return cbf__call(rq, cbf__step_info, mode_told);
}

static enum cbf__flow opened(struct cbf__request *rq)
{
	if (rq->error || !(rq->flags & O_TRUNC))
		return cbf__go(rq, reply_opened);
	CBF__MAKE_EVENT(&rq->event, set_file_size, .file_name = rq->subject, .deleted = rq->deleted, .size = 0);
	return cbf__fire_then(rq, CBF__SET_FILE_SIZE, truncated);
}

static int may_open(const struct cbf__request *rq)
{
	bool directory = rq->open_flags & O_DIRECTORY;

	if (directory)
		return rq->target->type == S_IFDIR ? 0 : ENOTDIR;
	if (rq->target->type != S_IFREG)
		return rq->target->type == S_IFDIR ? EISDIR : ENXIO;
	if (((rq->flags & O_ACCMODE) != O_RDONLY || (rq->flags & O_TRUNC)) && cbf__volume_is_read_only(rq->volume))
		return EROFS;
	return 0;
}

static enum cbf__flow open_claimed(struct cbf__request *rq)
{
	if (!rq->error)
		rq->error = may_open(rq);
	return rq->error ? cbf__reply_done(rq) : cbf__call(rq, cbf__step_open, opened);
}

static enum cbf__flow open_start(struct cbf__request *rq)
{
	rq->turn = CBF__EXCLUSIVE_TURN;
	return cbf__call(rq, cbf__step_claim_node, open_claimed);
}

static void open_node(fuse_req_t fuse, fuse_ino_t ino, int flags, int more_flags)
{
	struct cbf__request *rq = cbf__op_begin(fuse);
	int error;

	if (!rq)
		return;
	rq->flags = flags;
	rq->open_flags = (flags & ~(O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC)) | more_flags;
	error = cbf__request_bind(rq, ino, 0);
	cbf__want_access(rq, rq->node, cbf__access_of_open(flags));
	cbf__op_run(rq, error, open_start);
}

void cbf__op_open(fuse_req_t fuse, fuse_ino_t ino, struct fuse_file_info *fi)
{
	open_node(fuse, ino, fi->flags & ~O_DIRECTORY, 0);
}

void cbf__op_opendir(fuse_req_t fuse, fuse_ino_t ino, struct fuse_file_info *fi)
{
	open_node(fuse, ino, fi->flags & ~O_TRUNC, O_DIRECTORY);
}

static enum cbf__flow release_claimed(struct cbf__request *rq)
{
	/* Whatever is wrong, what was opened is closed; without memory for the path, without a path. */
	if (rq->error == ENOMEM)
		rq->subject = "";
	rq->error = 0;
	return cbf__call(rq, cbf__step_close, cbf__reply_done);
}

static enum cbf__flow release_start(struct cbf__request *rq)
{
	rq->turn = CBF__EXCLUSIVE_TURN;
	return cbf__call(rq, cbf__step_claim_node, release_claimed);
}

/* Out of the table first, so that it can be released once only. */
static int withdraw(struct cbf__request *rq)
{
	bool withdrawn;

	cbf__lock(rq);
	withdrawn = rq->handle && cbf__handle_withdraw(&rq->volume->tree, rq->handle);
	if (withdrawn) {
		rq->closing = rq->handle;
		rq->handle->references++;
	}
	cbf__unlock(rq);
	return withdrawn ? 0 : EBADF;
}

void cbf__op_release(fuse_req_t fuse, fuse_ino_t ino, struct fuse_file_info *fi)
{
	struct cbf__request *rq = cbf__op_begin(fuse);
	int error;

	if (!rq)
		return;
	error = cbf__request_bind(rq, ino, fi->fh);
	if (!error)
		error = withdraw(rq);
	rq->name_sought = true; /* a file that is being closed needs no new name */
	cbf__op_run(rq, error, release_start);
}
