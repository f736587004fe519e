/* SPDX-License-Identifier: MIT */
/* link. The first claim is the file, by one of its names, the second the name to be made. */
#include "fuse/access_ops.h"
#include "fuse/ops.h"
#include "volume.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

enum { HAS_ASKED = 1 }; /* in rq->flags */

static enum cbf__flow link_start(struct cbf__request *rq);

static enum cbf__flow link_told(struct cbf__request *rq)
{
	cbf__learn_name(rq, 1);
	return cbf__reply_entry(rq);
}

static enum cbf__flow link_closed(struct cbf__request *rq)
{
	if (rq->error)
		return cbf__reply_done(rq);
	rq->subject = rq->paths[1].bytes;
	rq->deleted = false;
	cbf__use_contexts(rq, rq->target, NULL);
	return cbf__call(rq, cbf__step_info, link_told);
}

static enum cbf__flow linked(struct cbf__request *rq)
{
	rq->error = rq->result;
	return cbf__call(rq, cbf__step_close_own, link_closed);
}

static enum cbf__flow link_opened(struct cbf__request *rq)
{
	if (rq->error)
		return cbf__reply_done(rq);
	CBF__MAKE_EVENT(&rq->event, create_hard_link, .file_name = rq->subject, .link_name = rq->paths[1].bytes);
	return cbf__fire_then(rq, CBF__CREATE_HARD_LINK, linked);
}

/* The file has a name again, or none can be had. */
static enum cbf__flow name_was_sought(struct cbf__request *rq)
{
	if (rq->error)
		return cbf__reply_done(rq);
	cbf__unclaim(rq);
	return cbf__go(rq, link_start);
}

/* Once: whether another name is to be had is decided in the step that seeks one, which may know that there is none. */
static bool has_asked(const struct cbf__request *rq)
{
	return rq->flags == HAS_ASKED;
}

static enum cbf__flow link_claimed(struct cbf__request *rq)
{
	rq->target = rq->node;
	if (rq->error)
		return cbf__reply_done(rq);
	if (rq->deleted && !cbf__target_is_dead(rq) && !has_asked(rq)) {
		rq->flags = HAS_ASKED;
		cbf__unclaim(rq);
		rq->turn = CBF__EXCLUSIVE_TURN;
		return cbf__call(rq, cbf__step_claim_node, name_was_sought);
	}
	if (rq->deleted)
		return cbf__reply_error(rq, ENOENT);
	if (rq->claims.names[1].node)
		return cbf__reply_error(rq, EEXIST);
	rq->open_flags = O_PATH | O_NOFOLLOW;
	return cbf__call(rq, cbf__step_open_if_closed, link_opened);
}

static enum cbf__flow link_start(struct cbf__request *rq)
{
	cbf__claims_add_node(&rq->claims, rq->node, NULL, CBF__EXCLUSIVE_TURN);
	cbf__claims_add_name(&rq->claims, rq->dirs[1], rq->names[1], rq->name_lengths[1], true, CBF__NO_TURN);
	return cbf__claim(rq, link_claimed);
}

void cbf__op_link(fuse_req_t fuse, fuse_ino_t ino, fuse_ino_t new_parent, const char *new_name)
{
	struct cbf__request *rq = cbf__op_begin(fuse);
	int error;

	if (!rq)
		return;
	error = cbf__request_bind(rq, ino, 0);
	if (!error)
		error = cbf__request_bind_name(rq, 1, new_parent, new_name);
	if (!error && (!rq->volume->properties.use_hard_links || rq->node->type == S_IFDIR || rq->node->stream))
		error = EPERM;
	cbf__want_access(rq, rq->node, CBF_ACCESS_WRITE_ATTRIBUTES);
	cbf__want_access(rq, rq->dirs[1], CBF_ACCESS_ADD_FILE);
	cbf__op_run(rq, error, link_start);
}
