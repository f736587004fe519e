/* SPDX-License-Identifier: MIT */
/* From a path to a node, and from a file whose name is gone to another name of it. */
#include "step/step.h"
#include "tree/path.h"
#include "volume.h"

#include <errno.h>
#include <string.h>

static enum cbf__flow walk_on(struct cbf__request *rq);

static void set_found(struct cbf__request *rq, struct cbf__node *node)
{
	cbf__lock(rq);
	if (node)
		cbf__node_pin(node);
	if (rq->found)
		cbf__node_unpin(&rq->volume->tree, rq->found);
	rq->found = node;
	cbf__unlock(rq);
}

static enum cbf__flow end_walk(struct cbf__request *rq, int error)
{
	cbf__unclaim(rq);
	if (error) {
		rq->error = error;
		set_found(rq, NULL);
	}
	return cbf__return(rq);
}

static enum cbf__flow component_told(struct cbf__request *rq)
{
	const struct cbf__name_claim *claim = &rq->claims.names[0];
	int error = rq->error;

	if (!error && !rq->exists)
		error = ENOENT;
	if (!error)
		error = cbf__learn(rq, claim->in, claim->component, claim->component_length);
	if (error)
		return end_walk(rq, error);
	cbf__unclaim(rq);
	return cbf__go(rq, walk_on);
}

static enum cbf__flow component_claimed(struct cbf__request *rq)
{
	struct cbf__node *known = rq->claims.names[0].node;

	if (rq->error)
		return end_walk(rq, rq->error);
	if (!known) {
		rq->file = NULL;
		rq->handle_slot = NULL;
		rq->deleted = false;
		return cbf__call(rq, cbf__step_info, component_told);
	}
	set_found(rq, known);
	cbf__unclaim(rq);
	return cbf__go(rq, walk_on);
}

static enum cbf__flow walk_on(struct cbf__request *rq)
{
	const char *at = rq->walk_path.bytes + rq->walk_position;
	size_t length;

	at += strspn(at, "/");
	length = strcspn(at, "/");
	if (length == 0)
		return cbf__return(rq);
	if (rq->found->type != S_IFDIR)
		return end_walk(rq, ENOTDIR);
	if (length > CBF_NAME_MAX)
		return end_walk(rq, ENAMETOOLONG);
	if (at[0] == '.' && (length == 1 || (length == 2 && at[1] == '.')))
		return end_walk(rq, EINVAL);
	rq->walk_position = (size_t)(at - rq->walk_path.bytes) + length;
	cbf__claims_add_name(&rq->claims, rq->found, at, length, false, CBF__NO_TURN);
	return cbf__claim(rq, component_claimed);
}

enum cbf__flow cbf__step_walk(struct cbf__request *rq)
{
	rq->walk_position = 0;
	if (rq->walk_path.bytes[0] != '/')
		return end_walk(rq, EINVAL);
	set_found(rq, rq->volume->tree.root);
	return cbf__go(rq, walk_on);
}

/*
 * A file may lose the only name that the library knows of while it has others. Then another one is asked for: by its
 * hard links if it is open (the event is for open files), else by its FileId. What comes is checked by walking along
 * it: GetFileInfo must say that it is this file. Whatever fails, the file goes on as one without a name.
 */

static enum cbf__flow claim_again(struct cbf__request *rq);

static enum cbf__flow name_checked(struct cbf__request *rq)
{
	rq->error = 0;
	set_found(rq, NULL);
	return cbf__go(rq, claim_again);
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
		return cbf__go(rq, claim_again);
	return cbf__call(rq, cbf__step_walk, name_checked);
}

static enum cbf__flow link_found(struct cbf__request *rq)
{
	return cbf__call(rq, cbf__step_close_links, links_asked);
}

static enum cbf__flow id_answered(struct cbf__request *rq)
{
	cbf__unclaim(rq);
	if (rq->result || !cbf__buffer_set_string(&rq->walk_path, rq->text.bytes))
		return cbf__go(rq, claim_again);
	return cbf__call(rq, cbf__step_walk, name_checked);
}

static enum cbf__flow ask_by_id(struct cbf__request *rq)
{
	enum { CAPACITY = 64 * 1024 };

	rq->text.length = 0;
	if (!cbf__buffer_reserve(&rq->text, CAPACITY)) {
		cbf__unclaim(rq);
		return cbf__go(rq, claim_again);
	}
	rq->text.bytes[0] = '\0';
	CBF__MAKE_EVENT(&rq->event, get_file_name_by_file_id, .file_id = rq->node->file_id, .file_path = rq->text.bytes,
			.file_path_capacity = CAPACITY);
	return cbf__fire_then(rq, CBF__GET_FILE_NAME_BY_FILE_ID, id_answered);
}

static enum cbf__flow seek_name(struct cbf__request *rq)
{
	bool enumerate;

	rq->name_sought = true;
	cbf__use_contexts(rq, rq->target, rq->handle);
	enumerate = rq->file && cbf__hooked(rq->volume, CBF__ENUMERATE_HARD_LINKS);
	if (enumerate) {
		cbf__lock(rq);
		enumerate = cbf__enumeration_start(&rq->volume->tree, &rq->enumeration);
		cbf__unlock(rq);
	}
	return enumerate ? cbf__call(rq, cbf__step_next_link, link_found) : cbf__go(rq, ask_by_id);
}

static bool lost_its_name(struct cbf__request *rq)
{
	bool lost;

	if (!rq->deleted || rq->name_sought)
		return false;
	cbf__lock(rq);
	lost = !rq->target->dead && rq->target->file_id && rq->target->hard_links > 0;
	cbf__unlock(rq);
	return lost;
}

static enum cbf__flow node_claimed(struct cbf__request *rq)
{
	rq->target = rq->node;
	if (!rq->error && lost_its_name(rq))
		return cbf__go(rq, seek_name);
	return cbf__return(rq);
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
