/* SPDX-License-Identifier: MIT */
/* From a FileId to a path, and from a path to a node. */
#include "step/step.h"
#include "tree/path.h"
#include "volume.h"

#include <errno.h>
#include <string.h>

static enum cbf__flow walk_on(struct cbf__request *rq);

void cbf__set_found(struct cbf__request *rq, struct cbf__node *node)
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
		cbf__set_found(rq, NULL);
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
	cbf__set_found(rq, known);
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
	if (rq->volume->properties.use_stream_paths && memchr(at, ':', length))
		return end_walk(rq, ENOENT); /* a stream, which has no names of its own */
	rq->walk_position = (size_t)(at - rq->walk_path.bytes) + length;
	cbf__claims_add_name(&rq->claims, rq->found, at, length, false, CBF__NO_TURN);
	return cbf__claim(rq, component_claimed);
}

static enum cbf__flow path_told(struct cbf__request *rq)
{
	if (!rq->result && !cbf__buffer_set_string(&rq->walk_path, rq->text.bytes))
		rq->result = ENOMEM;
	return cbf__return(rq);
}

enum cbf__flow cbf__ask_path(struct cbf__request *rq, uint64_t file_id, cbf__step then)
{
	enum { CAPACITY = 64 * 1024 };

	rq->returns[rq->depth++] = then;
	rq->text.length = 0;
	if (!cbf__buffer_reserve(&rq->text, CAPACITY)) {
		rq->result = ENOMEM;
		return cbf__return(rq);
	}
	rq->text.bytes[0] = '\0';
	CBF__MAKE_EVENT(&rq->event, get_file_name_by_file_id, .file_id = file_id, .file_path = rq->text.bytes,
			.file_path_capacity = CAPACITY);
	return cbf__fire_then(rq, CBF__GET_FILE_NAME_BY_FILE_ID, path_told);
}

enum cbf__flow cbf__step_walk(struct cbf__request *rq)
{
	rq->walk_position = 0;
	if (rq->walk_path.bytes[0] != '/')
		return end_walk(rq, EINVAL);
	cbf__set_found(rq, rq->volume->tree.root);
	return cbf__go(rq, walk_on);
}
