/* SPDX-License-Identifier: MIT */
/*
 * Lookups of "." and "..": the kernel has a file handle (name_to_handle_at, NFS) whose inode it has forgotten, and with
 * it, maybe, so have we. With use_file_ids a node's id says its FileId, and GetFileNameByFileId leads to a path; what
 * is found there must have that id again. The kernel takes any error for ESTALE.
 */
#include "fuse/ops.h"
#include "volume.h"

#include <errno.h>
#include <string.h>

static bool wants_parent(const struct cbf__request *rq)
{
	return rq->flags;
}

static enum cbf__flow claim(struct cbf__request *rq);

/* A name that turns out to be no more its own is lost, and another one asked for by its id. */
static enum cbf__flow told(struct cbf__request *rq)
{
	if (!rq->error && cbf__lose_untrue_name(rq)) {
		cbf__unclaim(rq);
		return cbf__go(rq, claim);
	}
	if (!rq->error && !rq->exists)
		rq->error = ESTALE;
	if (!rq->error)
		cbf__set_found(rq, rq->target);
	return cbf__reply_entry(rq);
}

static enum cbf__flow claimed(struct cbf__request *rq)
{
	cbf__use_contexts(rq, rq->target, NULL);
	/* What is deleted and still open is found by its descriptor only; without a name and a context there is nothing
	 * to ask by. */
	if (!rq->error && rq->deleted && (!rq->file || cbf__target_is_dead(rq)))
		rq->error = ESTALE;
	if (rq->error)
		return cbf__reply_done(rq);
	return cbf__call(rq, cbf__step_info, told);
}

static enum cbf__flow claim(struct cbf__request *rq)
{
	rq->turn = cbf__looking_turn(rq);
	return cbf__call(rq, cbf__step_claim_node, claimed);
}

/* rq->node becomes its directory; the root is its own. */
static int climb(struct cbf__request *rq)
{
	struct cbf__tree *tree = &rq->volume->tree;
	const struct cbf__name *name;
	struct cbf__node *parent;

	cbf__lock(rq);
	name = cbf__node_name(rq->node);
	parent = rq->node == tree->root ? tree->root : name ? name->dir : NULL;
	if (parent) {
		cbf__node_pin(parent);
		cbf__node_unpin(tree, rq->node);
		rq->node = parent;
	}
	cbf__unlock(rq);
	return parent ? 0 : ESTALE;
}

static enum cbf__flow known(struct cbf__request *rq)
{
	if (wants_parent(rq))
		rq->error = climb(rq);
	return rq->error ? cbf__reply_done(rq) : cbf__go(rq, claim);
}

static enum cbf__flow walked(struct cbf__request *rq)
{
	if (!rq->error && rq->found->id != rq->ino)
		rq->error = ESTALE; /* another file has come to that path, or to that id */
	if (rq->error)
		return cbf__reply_done(rq);
	cbf__bind_found(rq);
	return cbf__go(rq, known);
}

static enum cbf__flow path_told(struct cbf__request *rq)
{
	if (rq->result)
		return cbf__reply_error(rq, rq->result);
	return cbf__call(rq, cbf__step_walk, walked);
}

static enum cbf__flow start(struct cbf__request *rq)
{
	if (rq->node)
		return cbf__go(rq, known);
	return cbf__ask_path(rq, cbf__file_id_to_ino(rq->ino), path_told); /* the way back is the same */
}

void cbf__op_lookup_handle(fuse_req_t fuse, fuse_ino_t ino, bool parent)
{
	struct cbf__request *rq = cbf__op_begin(fuse);
	int error;

	if (!rq)
		return;
	rq->flags = parent;
	rq->ino = ino;
	error = cbf__request_bind(rq, ino, 0);
	if (error && cbf__exports_handles(rq->volume))
		error = 0; /* not known any more: rq->node is NULL */
	cbf__op_run(rq, error, start);
}
