/* SPDX-License-Identifier: MIT */
/* The claim on a node, under whatever name it has by now. */
#include "step/step.h"
#include "tree/stream.h"
#include "volume.h"

#include <errno.h>

/*
 * A file may lose the only name that the library knows of while it has others. Then another one is asked for: by its
 * hard links if it is open (the event is for open files), else by its FileId. What comes is checked by walking along
 * it: GetFileInfo must say that it is this file. Whatever fails, the file goes on as one without a name.
 */

static enum cbf__flow claim_again(struct cbf__request *rq);

/* No name is to be had: it is not asked for again, request after request. */
static enum cbf__flow give_up(struct cbf__request *rq)
{
	struct cbf__node *file;

	cbf__lock(rq);
	file = cbf__stream_file(rq->node);
	if (file && !cbf__node_name(file))
		file->hard_links = 0;
	cbf__unlock(rq);
	return cbf__go(rq, claim_again);
}

static enum cbf__flow name_checked(struct cbf__request *rq)
{
	rq->error = 0;
	cbf__set_found(rq, NULL);
	return give_up(rq);
}

static enum cbf__flow links_asked(struct cbf__request *rq)
{
	struct cbf__enumeration *enumeration = rq->enumeration;
	bool found = !rq->error && !enumeration->ended;

	rq->error = 0;
	cbf__lock(rq);
	cbf__enumeration_end(&rq->volume->tree, &rq->enumeration);
	cbf__unlock(rq);
	cbf__unclaim(rq);
	if (!found)
		return give_up(rq);
	return cbf__call(rq, cbf__step_walk, name_checked);
}

static enum cbf__flow link_found(struct cbf__request *rq)
{
	return cbf__call(rq, cbf__step_close_links, links_asked);
}

static enum cbf__flow id_answered(struct cbf__request *rq)
{
	cbf__unclaim(rq);
	if (rq->result)
		return give_up(rq);
	return cbf__call(rq, cbf__step_walk, name_checked);
}

static enum cbf__flow ask_by_id(struct cbf__request *rq)
{
	uint64_t file_id;

	cbf__lock(rq);
	file_id = cbf__stream_file(rq->node)->file_id;
	cbf__unlock(rq);
	return cbf__ask_path(rq, file_id, id_answered);
}

static enum cbf__flow seek_name(struct cbf__request *rq)
{
	bool enumerate;

	rq->name_sought = true;
	cbf__use_contexts(rq, rq->target, rq->handle);
	/* Of a stream's file we have neither the turn nor the contexts. */
	enumerate = rq->file && !rq->target->stream && cbf__hooked(rq->volume, CBF__ENUMERATE_HARD_LINKS);
	if (enumerate) {
		cbf__lock(rq);
		enumerate = cbf__enumeration_start(&rq->volume->tree, &rq->enumeration);
		cbf__unlock(rq);
	}
	return enumerate ? cbf__call(rq, cbf__step_next_link, link_found) : cbf__go(rq, ask_by_id);
}

static bool lost_its_name(struct cbf__request *rq)
{
	const struct cbf__node *file;
	bool lost;

	if (!rq->deleted || rq->name_sought)
		return false;
	cbf__lock(rq);
	file = cbf__stream_file(rq->target);
	lost = file && !file->dead && file->file_id && file->hard_links > 0;
	cbf__unlock(rq);
	return lost;
}

/* Another request may have found a name for it while this one, which had none to claim, waited for its turn. */
static bool got_a_name(struct cbf__request *rq)
{
	bool named;

	cbf__lock(rq);
	named = rq->deleted && cbf__node_has_name(rq->node);
	cbf__unlock(rq);
	return named;
}

static enum cbf__flow node_claimed(struct cbf__request *rq)
{
	rq->target = rq->node;
	if (!rq->error && got_a_name(rq)) {
		cbf__unclaim(rq);
		return cbf__go(rq, claim_again);
	}
	if (!rq->error && !rq->closing && !cbf__handle_is_open(rq))
		rq->error = EBADF;
	if (rq->error || !lost_its_name(rq))
		return cbf__return(rq);
	if (rq->turn != CBF__SHARED_TURN)
		return cbf__go(rq, seek_name);
	/* An enumeration of hard links is an event that runs alone. */
	rq->turn = CBF__EXCLUSIVE_TURN;
	cbf__unclaim(rq);
	return cbf__go(rq, claim_again);
}

static enum cbf__flow claim_again(struct cbf__request *rq)
{
	cbf__claims_add_node(&rq->claims, rq->node, rq->handle ? rq->handle->name : NULL, rq->turn);
	return cbf__claim(rq, node_claimed);
}

enum cbf__flow cbf__step_claim_node(struct cbf__request *rq)
{
	return cbf__go(rq, claim_again);
}
