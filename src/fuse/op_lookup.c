/* SPDX-License-Identifier: MIT */
/* lookup, and its opposite, forget. */
#include "fuse/access_ops.h"
#include "fuse/stream_path.h"
#include "volume.h"

#include <errno.h>
#include <string.h>

/* The name is not there: what the tree thought to know under it has changed behind our back. */
static enum cbf__flow not_there(struct cbf__request *rq)
{
	struct cbf__name *name = rq->claims.names[0].name;

	cbf__lock(rq);
	if (name && name->in_tree)
		cbf__tree_lose(&rq->volume->tree, name);
	cbf__unlock(rq);
	return cbf__reply_no_entry(rq);
}

static enum cbf__flow told(struct cbf__request *rq)
{
	if (!rq->error && !rq->exists)
		return not_there(rq);
	if (!rq->error)
		rq->error = cbf__learn(rq, rq->dirs[0], rq->names[0], rq->name_lengths[0]);
	return cbf__reply_entry(rq);
}

static enum cbf__flow claimed(struct cbf__request *rq)
{
	if (rq->error)
		return cbf__reply_done(rq);
	rq->target = rq->claims.names[0].node;
	cbf__use_contexts(rq, rq->target, NULL);
	return cbf__call(rq, cbf__step_info, told);
}

static enum cbf__flow start(struct cbf__request *rq)
{
	cbf__claims_add_name(&rq->claims, rq->dirs[0], rq->names[0], rq->name_lengths[0], false, cbf__looking_turn(rq));
	return cbf__claim(rq, claimed);
}

void cbf__op_lookup(fuse_req_t fuse, fuse_ino_t parent, const char *name)
{
	struct cbf__request *rq;
	int error;

	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
		cbf__op_lookup_handle(fuse, parent, name[1] == '.');
		return;
	}
	rq = cbf__op_begin(fuse);
	if (!rq)
		return;
	if (!cbf__is_stream_path(rq->volume, name)) {
		error = cbf__request_bind_name(rq, 0, parent, name);
		cbf__want_access(rq, rq->dirs[0], CBF_ACCESS_TRAVERSE);
		cbf__op_run(rq, error, start);
		return;
	}
	error = cbf__bind_stream_path(rq, parent, name);
	cbf__want_access(rq, rq->dirs[0], CBF_ACCESS_TRAVERSE);
	cbf__op_run(rq, error == EINVAL ? ENOENT : error, cbf__lookup_stream);
}

void cbf__op_forget(fuse_req_t fuse, fuse_ino_t ino, uint64_t lookups)
{
	cbf__forget(fuse_req_userdata(fuse), ino, lookups);
	fuse_reply_none(fuse);
}

void cbf__op_forget_multi(fuse_req_t fuse, size_t count, struct fuse_forget_data *forgets)
{
	for (size_t i = 0; i < count; i++)
		cbf__forget(fuse_req_userdata(fuse), forgets[i].ino, forgets[i].nlookup);
	fuse_reply_none(fuse);
}
