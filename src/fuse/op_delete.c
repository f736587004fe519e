/* SPDX-License-Identifier: MIT */
/* unlink and rmdir. */
#include "fuse/access_ops.h"
#include "fuse/name_ops.h"
#include "fuse/stream_path.h"
#include "volume.h"

#include <errno.h>
#include <string.h>

static bool wants_directory(const struct cbf__request *rq)
{
	return rq->flags;
}

static enum cbf__flow deleted(struct cbf__request *rq)
{
	struct cbf__name *name = rq->claims.names[0].name;

	cbf__lock(rq);
	if (!rq->result && name && name->in_tree)
		cbf__tree_unlink(&rq->volume->tree, name, rq->hard_links - 1, &rq->last_attr);
	if (rq->target)
		cbf__node_show(&rq->volume->tree, rq->target);
	cbf__unlock(rq);
	return cbf__reply_error(rq, rq->result);
}

static enum cbf__flow may_go(struct cbf__request *rq)
{
	if (rq->error)
		return cbf__reply_done(rq);
	cbf__hide_last_name(rq, rq->target);
	CBF__MAKE_EVENT(&rq->event, delete_file, .file_name = rq->subject, .is_directory = wants_directory(rq),
			.last_name = rq->hard_links == 1, .is_open = rq->file != NULL);
	return cbf__fire_then(rq, CBF__DELETE_FILE, deleted);
}

static enum cbf__flow check_type(struct cbf__request *rq, mode_t type)
{
	if (wants_directory(rq) && type != S_IFDIR)
		return cbf__reply_error(rq, ENOTDIR);
	if (!wants_directory(rq) && type == S_IFDIR)
		return cbf__reply_error(rq, EISDIR);
	return cbf__call(rq, cbf__step_may_take_name, may_go);
}

static enum cbf__flow unknown_told(struct cbf__request *rq)
{
	if (!rq->error && !rq->exists)
		rq->error = ENOENT;
	return rq->error ? cbf__reply_done(rq) : check_type(rq, rq->info.mode & S_IFMT);
}

static enum cbf__flow delete_claimed(struct cbf__request *rq)
{
	if (rq->error)
		return cbf__reply_done(rq);
	rq->target = rq->claims.names[0].node;
	cbf__use_contexts(rq, rq->target, NULL);
	if (rq->target)
		return check_type(rq, rq->target->type);
	return cbf__call(rq, cbf__step_info, unknown_told);
}

static enum cbf__flow delete_start(struct cbf__request *rq)
{
	cbf__claims_add_name(&rq->claims, rq->dirs[0], rq->names[0], rq->name_lengths[0], true, CBF__EXCLUSIVE_TURN);
	return cbf__claim(rq, delete_claimed);
}

static void delete_name(fuse_req_t fuse, fuse_ino_t parent, const char *name, bool directory)
{
	struct cbf__request *rq = cbf__op_begin(fuse);
	int error;

	if (!rq)
		return;
	rq->flags = directory;
	if (cbf__is_stream_path(rq->volume, name)) {
		error = directory ? ENOTDIR : cbf__bind_stream_path(rq, parent, name);
		cbf__want_access(rq, rq->dirs[0], CBF_ACCESS_TRAVERSE);
		cbf__op_run(rq, error, cbf__unlink_stream);
		return;
	}
	error = cbf__request_bind_name(rq, 0, parent, name);
	cbf__want_access(rq, rq->dirs[0], CBF_ACCESS_DELETE_CHILD);
	if (!error)
		error = cbf__want_access_behind(rq, 0, CBF_ACCESS_DELETE);
	cbf__op_run(rq, error, delete_start);
}

void cbf__op_unlink(fuse_req_t fuse, fuse_ino_t parent, const char *name)
{
	delete_name(fuse, parent, name, false);
}

void cbf__op_rmdir(fuse_req_t fuse, fuse_ino_t parent, const char *name)
{
	delete_name(fuse, parent, name, true);
}
