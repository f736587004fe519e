/* SPDX-License-Identifier: MIT */
/* getattr, setattr, readlink. */
#include "fuse/access_ops.h"
#include "fuse/ops.h"
#include "step/acl.h"
#include "volume.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>

static enum cbf__flow getattr_start(struct cbf__request *rq);

static enum cbf__flow getattr_told(struct cbf__request *rq)
{
	if (rq->error)
		return cbf__reply_done(rq);
	if (cbf__lose_untrue_name(rq)) {
		cbf__unclaim(rq);
		return cbf__go(rq, getattr_start);
	}
	if (!rq->exists) /* no name is left, and the hooks do not know it by its context */
		rq->error = ESTALE;
	return cbf__reply_attr(rq);
}

static enum cbf__flow getattr_claimed(struct cbf__request *rq)
{
	if (rq->error)
		return cbf__reply_done(rq);
	cbf__use_contexts(rq, rq->target, rq->handle);
	if (rq->deleted && !rq->file && !cbf__target_is_dead(rq))
		return cbf__reply_error(rq, ESTALE);
	return cbf__call(rq, cbf__step_info, getattr_told);
}

static enum cbf__flow getattr_start(struct cbf__request *rq)
{
	rq->turn = cbf__looking_turn(rq);
	return cbf__call(rq, cbf__step_claim_node, getattr_claimed);
}

void cbf__op_getattr(fuse_req_t fuse, fuse_ino_t ino, struct fuse_file_info *fi)
{
	struct cbf__request *rq = cbf__op_begin(fuse);

	int error;

	if (!rq)
		return;
	error = cbf__request_bind(rq, ino, fi ? fi->fh : 0);
	if (!fi)
		cbf__want_access(rq, rq->node, CBF_ACCESS_READ_ATTRIBUTES);
	cbf__op_run(rq, error, getattr_start);
}

static enum cbf__flow setattr_told(struct cbf__request *rq)
{
	if (!rq->error && !rq->exists)
		rq->error = ENOENT;
	return cbf__reply_attr(rq);
}

static enum cbf__flow setattr_closed(struct cbf__request *rq)
{
	if (rq->error)
		return cbf__reply_done(rq);
	cbf__use_contexts(rq, rq->target, rq->handle);
	return cbf__call(rq, cbf__step_info, setattr_told);
}

static enum cbf__flow acl_followed(struct cbf__request *rq)
{
	return cbf__call(rq, cbf__step_close_own, setattr_closed);
}

static enum cbf__flow attributes_set(struct cbf__request *rq)
{
	rq->error = rq->result;
	if (rq->error || !(rq->attributes.valid & CBF_SET_MODE))
		return cbf__go(rq, acl_followed);
	return cbf__call(rq, cbf__step_acl_follows_mode, acl_followed);
}

/* A truncation comes with "and the time of writing is now", which a volume that keeps no attributes need not hear. */
static bool only_says_now(const struct cbf__request *rq)
{
	const unsigned now = CBF_SET_LAST_ACCESS_TIME | CBF_SET_LAST_WRITE_TIME | CBF_SET_LAST_ACCESS_NOW |
			     CBF_SET_LAST_WRITE_NOW | CBF_SET_CHANGE_TIME;

	return rq->attributes.set_size && !(rq->attributes.valid & ~now) &&
	       !cbf__hooked(rq->volume, CBF__SET_FILE_ATTRIBUTES);
}

static enum cbf__flow size_set(struct cbf__request *rq)
{
	const struct stat *values = &rq->attributes.values;

	rq->error = rq->result;
	if (!rq->error && rq->attributes.set_size)
		cbf__remember_size(rq, rq->attributes.size);
	if (rq->error || !rq->attributes.valid || only_says_now(rq))
		return cbf__call(rq, cbf__step_close_own, setattr_closed);
	CBF__MAKE_EVENT(&rq->event, set_file_attributes, .file_name = rq->subject, .deleted = rq->deleted,
			.valid = rq->attributes.valid, .mode = values->st_mode & 07777, .uid = values->st_uid,
			.gid = values->st_gid, .last_access_time = values->st_atim, .last_write_time = values->st_mtim,
			.change_time = values->st_ctim);
	return cbf__fire_then(rq, CBF__SET_FILE_ATTRIBUTES, attributes_set);
}

static enum cbf__flow setattr_opened(struct cbf__request *rq)
{
	if (rq->error)
		return cbf__reply_done(rq);
	rq->result = 0;
	if (!rq->attributes.set_size)
		return cbf__go(rq, size_set);
	CBF__MAKE_EVENT(&rq->event, set_file_size, .file_name = rq->subject, .deleted = rq->deleted,
			.size = rq->attributes.size);
	return cbf__fire_then(rq, CBF__SET_FILE_SIZE, size_set);
}

static enum cbf__flow setattr_claimed(struct cbf__request *rq)
{
	if (!rq->error && rq->attributes.set_size && rq->target->type != S_IFREG)
		rq->error = rq->target->type == S_IFDIR ? EISDIR : EINVAL;
	if (rq->error)
		return cbf__reply_done(rq);
	rq->open_flags = rq->attributes.set_size ? O_WRONLY : O_PATH | O_NOFOLLOW;
	return cbf__call(rq, cbf__step_open_if_closed, setattr_opened);
}

static enum cbf__flow setattr_start(struct cbf__request *rq)
{
	rq->turn = CBF__EXCLUSIVE_TURN;
	return cbf__call(rq, cbf__step_claim_node, setattr_claimed);
}

static unsigned valid_from_fuse(int to_set)
{
	static const struct {
		int fuse;
		unsigned ours;
	} pairs[] = {{FUSE_SET_ATTR_MODE, CBF_SET_MODE},
		     {FUSE_SET_ATTR_UID, CBF_SET_UID},
		     {FUSE_SET_ATTR_GID, CBF_SET_GID},
		     {FUSE_SET_ATTR_ATIME, CBF_SET_LAST_ACCESS_TIME},
		     {FUSE_SET_ATTR_MTIME, CBF_SET_LAST_WRITE_TIME},
		     {FUSE_SET_ATTR_CTIME, CBF_SET_CHANGE_TIME},
		     {FUSE_SET_ATTR_ATIME_NOW, CBF_SET_LAST_ACCESS_TIME | CBF_SET_LAST_ACCESS_NOW},
		     {FUSE_SET_ATTR_MTIME_NOW, CBF_SET_LAST_WRITE_TIME | CBF_SET_LAST_WRITE_NOW}};
	unsigned valid = 0;

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		if (to_set & pairs[i].fuse)
			valid |= pairs[i].ours;
	return valid;
}

static int decode_attributes(struct cbf__attributes *attributes, const struct stat *attr, int to_set)
{
	struct timespec now;

	attributes->values = *attr;
	attributes->valid = valid_from_fuse(to_set);
	attributes->set_size = to_set & FUSE_SET_ATTR_SIZE;
	attributes->size = (uint64_t)attr->st_size;
	if (attributes->set_size && attr->st_size < 0)
		return EINVAL;
	clock_gettime(CLOCK_REALTIME, &now);
	if (attributes->valid & CBF_SET_LAST_ACCESS_NOW)
		attributes->values.st_atim = now;
	if (attributes->valid & CBF_SET_LAST_WRITE_NOW)
		attributes->values.st_mtim = now;
	return 0;
}

void cbf__op_setattr(fuse_req_t fuse, fuse_ino_t ino, struct stat *attr, int to_set, struct fuse_file_info *fi)
{
	struct cbf__request *rq = cbf__op_begin(fuse);
	int error;

	if (!rq)
		return;
	error = cbf__request_bind(rq, ino, fi ? fi->fh : 0);
	if (!error)
		error = decode_attributes(&rq->attributes, attr, to_set);
	if (!error && rq->attributes.set_size && cbf__is_too_large(rq->volume, rq->attributes.size))
		error = EFBIG;
	if (!error)
		cbf__want_access(rq, rq->node, cbf__access_of_attributes(&rq->attributes, fi != NULL));
	cbf__op_run(rq, error, setattr_start);
}

static enum cbf__flow target_told(struct cbf__request *rq)
{
	if (rq->result)
		return cbf__reply_error(rq, rq->result);
	return cbf__reply_target(rq, rq->text.bytes);
}

static enum cbf__flow readlink_claimed(struct cbf__request *rq)
{
	enum { CAPACITY = PATH_MAX + 1 };

	if (!rq->error && rq->target->type != S_IFLNK)
		rq->error = EINVAL;
	rq->text.length = 0;
	if (!rq->error && !cbf__buffer_reserve(&rq->text, CAPACITY))
		rq->error = ENOMEM;
	if (rq->error)
		return cbf__reply_done(rq);
	rq->text.bytes[0] = '\0';
	cbf__use_contexts(rq, rq->target, NULL);
	CBF__MAKE_EVENT(&rq->event, get_reparse_point, .file_name = rq->subject, .target = rq->text.bytes,
			.target_capacity = CAPACITY);
	return cbf__fire_then(rq, CBF__GET_REPARSE_POINT, target_told);
}

static enum cbf__flow readlink_start(struct cbf__request *rq)
{
	rq->turn = cbf__looking_turn(rq);
	return cbf__call(rq, cbf__step_claim_node, readlink_claimed);
}

void cbf__op_readlink(fuse_req_t fuse, fuse_ino_t ino)
{
	struct cbf__request *rq = cbf__op_begin(fuse);

	int error;

	if (!rq)
		return;
	error = cbf__request_bind(rq, ino, 0);
	cbf__want_access(rq, rq->node, CBF_ACCESS_READ_DATA);
	cbf__op_run(rq, error, readlink_start);
}
