/* SPDX-License-Identifier: MIT */
#include "step/access.h"

#include "volume.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool cbf__checks_access(const struct cbf_volume *volume)
{
	return cbf__hooked(volume, CBF__CHECK_ACCESS);
}

void cbf__want_access(struct cbf__request *rq, struct cbf__node *node, unsigned desired)
{
	struct cbf__access_request *access = &rq->access;

	if (!node || !desired || !cbf__checks_access(rq->volume))
		return;
	if (access->count == CBF__MAX_ACCESS)
		abort(); /* the wants are written in the code */
	cbf__lock(rq);
	cbf__node_pin(node);
	cbf__unlock(rq);
	access->wanted[access->count].node = node;
	access->wanted[access->count++].desired = desired;
}

int cbf__want_access_behind(struct cbf__request *rq, unsigned i, unsigned desired)
{
	struct cbf__name *name;
	struct cbf__node *node = NULL;

	if (!cbf__checks_access(rq->volume))
		return 0;
	cbf__lock(rq);
	name = cbf__name_find(&rq->volume->tree, rq->dirs[i], rq->names[i], rq->name_lengths[i]);
	if (name) {
		node = name->node;
		cbf__node_pin(node);
	}
	cbf__unlock(rq);
	if (!node)
		return ESTALE;
	cbf__want_access(rq, node, desired);
	cbf__lock(rq);
	cbf__node_unpin(&rq->volume->tree, node);
	cbf__unlock(rq);
	return 0;
}

static enum cbf__flow next(struct cbf__request *rq);

static enum cbf__flow end(struct cbf__request *rq)
{
	rq->node = rq->access.node;
	rq->handle = rq->access.handle;
	rq->name_sought = false;
	cbf__lock(rq);
	while (rq->access.count)
		cbf__node_unpin(&rq->volume->tree, rq->access.wanted[--rq->access.count].node);
	cbf__unlock(rq);
	return cbf__return(rq);
}

static enum cbf__flow told(struct cbf__request *rq)
{
	cbf__unclaim(rq);
	rq->target = NULL;
	rq->file = NULL;
	rq->handle_slot = NULL;
	return rq->error ? cbf__go(rq, end) : cbf__go(rq, next);
}

static enum cbf__flow answered(struct cbf__request *rq)
{
	rq->error = rq->result;
	return cbf__go(rq, told);
}

static enum cbf__flow claimed(struct cbf__request *rq)
{
	cbf__use_contexts(rq, rq->target, NULL);
	if (!rq->error && rq->deleted && !rq->file)
		rq->error = ENOENT; /* neither a name nor a context to ask by */
	if (rq->error)
		return cbf__go(rq, told);
	CBF__MAKE_EVENT(&rq->event, check_access, .file_name = rq->subject, .deleted = rq->deleted,
			.is_directory = rq->target->type == S_IFDIR, .is_stream = cbf__subject_is_stream(rq),
			.desired_access = rq->access.wanted[rq->access.next - 1].desired, .uid = rq->originator.uid,
			.gid = rq->originator.gid);
	return cbf__fire_then(rq, CBF__CHECK_ACCESS, answered);
}

static enum cbf__flow next(struct cbf__request *rq)
{
	if (rq->access.next == rq->access.count)
		return cbf__go(rq, end);
	rq->node = rq->access.wanted[rq->access.next++].node;
	rq->name_sought = false;
	rq->turn = cbf__looking_turn(rq);
	return cbf__call(rq, cbf__step_claim_node, claimed);
}

enum cbf__flow cbf__step_check_access(struct cbf__request *rq)
{
	/* The claims shall not be by the handle of the operation, which is for another node perhaps. */
	rq->access.node = rq->node;
	rq->access.handle = rq->handle;
	rq->handle = NULL;
	rq->access.next = 0;
	return cbf__go(rq, next);
}
