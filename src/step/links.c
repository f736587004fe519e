/* SPDX-License-Identifier: MIT */
/* The enumeration of hard links: from (ParentId, name) pairs to full paths, and in pages. */
#include "step/step.h"
#include "tree/path.h"
#include "volume.h"

#include <errno.h>
#include <string.h>

enum {
	NAME_CAPACITY = 1024, /* longer than a name may be, so that a longer one is noticed instead of overflowing */
	MOST_PASSED_OVER = 100000 /* links in directories that are gone, one after another */
};

static enum cbf__flow fail(struct cbf__request *rq, int error)
{
	rq->error = error;
	return cbf__return(rq);
}

/* rq->walk_path holds the directory: the link's name comes behind it. */
static enum cbf__flow add_name(struct cbf__request *rq)
{
	struct cbf__buffer *path = &rq->walk_path;

	rq->links.passed_over = 0;
	if (path->length == 1) /* the root's own slash */
		path->length = 0;
	if (!cbf__buffer_append(path, "/", 1) || !cbf__buffer_append(path, rq->links.name, strlen(rq->links.name) + 1))
		return fail(rq, ENOMEM);
	path->length--;
	return cbf__return(rq);
}

static enum cbf__flow parent_named(struct cbf__request *rq)
{
	if (!rq->result)
		return cbf__go(rq, add_name);
	if (rq->result != ENOENT)
		return fail(rq, rq->result);
	if (++rq->links.passed_over < MOST_PASSED_OVER)
		return cbf__go(rq, cbf__step_next_link);
	cbf__report(rq->volume, EIO, "EnumerateHardLinks %s: the hook gives no end of directories that do not exist",
		    rq->subject);
	return fail(rq, EIO);
}

/* Is the directory one that the tree knows? Then its path is made from there. */
static bool parent_is_known(struct cbf__request *rq, uint64_t parent_id, bool *no_memory)
{
	const struct cbf__node *parent;
	bool known;

	cbf__lock(rq);
	parent = cbf__node_find_file_id(&rq->volume->tree, parent_id);
	known = parent && parent->type == S_IFDIR && (parent == rq->volume->tree.root || cbf__node_name(parent));
	*no_memory = known && !cbf__path_of_node(&rq->walk_path, parent);
	cbf__unlock(rq);
	return known;
}

static enum cbf__flow link_answered(struct cbf__request *rq)
{
	const struct cbf_enumerate_hard_links_event *event = &rq->event.enumerate_hard_links;
	uint64_t parent_id = event->parent_id;
	bool no_memory;

	rq->enumeration->context = event->enumeration_context;
	if (rq->result)
		return fail(rq, rq->result);
	if (!event->link_found) {
		rq->enumeration->ended = true;
		return cbf__return(rq);
	}
	memcpy(rq->links.name, event->link_name, strlen(event->link_name) + 1);
	if (parent_is_known(rq, parent_id, &no_memory))
		return no_memory ? fail(rq, ENOMEM) : cbf__go(rq, add_name);
	return cbf__ask_path(rq, parent_id, parent_named);
}

enum cbf__flow cbf__step_next_link(struct cbf__request *rq)
{
	if (atomic_load(&rq->volume->ending))
		return fail(rq, ENODEV);
	rq->text.length = 0;
	if (!cbf__buffer_reserve(&rq->text, NAME_CAPACITY))
		return fail(rq, ENOMEM);
	rq->text.bytes[0] = '\0';
	rq->enumeration->started = true;
	CBF__MAKE_EVENT(&rq->event, enumerate_hard_links, .file_name = rq->subject, .deleted = rq->deleted,
			.link_name = rq->text.bytes, .link_name_capacity = NAME_CAPACITY,
			.enumeration_context = rq->enumeration->context);
	return cbf__fire_then(rq, CBF__ENUMERATE_HARD_LINKS, link_answered);
}

enum cbf__flow cbf__step_close_links(struct cbf__request *rq)
{
	if (!rq->enumeration->started)
		return cbf__return(rq);
	CBF__MAKE_EVENT(&rq->event, close_hard_links_enumeration, .file_name = rq->subject,
			.enumeration_context = rq->enumeration->context);
	return cbf__fire_then(rq, CBF__CLOSE_HARD_LINKS_ENUMERATION, cbf__return);
}

/*
 * A page. The enumeration lives on the handle between pages; enumeration->found holds what did not fit. A failure is
 * told when what came before it has been handed out.
 */

static enum cbf__flow page_start(struct cbf__request *rq);

static void end_enumeration(struct cbf__request *rq)
{
	cbf__lock(rq);
	cbf__enumeration_end(&rq->volume->tree, &rq->closing->links);
	cbf__unlock(rq);
	rq->enumeration = NULL;
}

static enum cbf__flow page_closed(struct cbf__request *rq)
{
	if (rq->enumeration->error)
		rq->error = rq->enumeration->error;
	rq->links.end = true;
	end_enumeration(rq);
	return cbf__return(rq);
}

static enum cbf__flow hand_out(struct cbf__request *rq)
{
	struct cbf__enumeration *enumeration = rq->enumeration;
	size_t length = enumeration->found.length < rq->links.page ? enumeration->found.length : rq->links.page;
	bool drained = length == enumeration->found.length;

	rq->data.length = 0;
	if (!cbf__buffer_append(&rq->data, enumeration->found.bytes, length))
		return fail(rq, ENOMEM);
	if (length)
		cbf__buffer_consume(&enumeration->found, length);
	enumeration->position += length;
	rq->links.cursor = enumeration->position;
	rq->links.end = false;
	if (drained && (enumeration->ended || (enumeration->error && length == 0)))
		return cbf__call(rq, cbf__step_close_links, page_closed);
	return cbf__return(rq);
}

static enum cbf__flow page_link(struct cbf__request *rq)
{
	struct cbf__enumeration *enumeration = rq->enumeration;

	if (!rq->error && !enumeration->ended &&
	    !cbf__buffer_append(&enumeration->found, rq->walk_path.bytes, rq->walk_path.length + 1))
		rq->error = ENOMEM;
	enumeration->error = rq->error;
	rq->error = 0;
	if (enumeration->error || enumeration->ended || enumeration->found.length >= rq->links.page)
		return cbf__go(rq, hand_out);
	return cbf__call(rq, cbf__step_next_link, page_link);
}

static enum cbf__flow previous_closed(struct cbf__request *rq)
{
	end_enumeration(rq);
	return cbf__go(rq, page_start);
}

static enum cbf__flow page_start(struct cbf__request *rq)
{
	struct cbf__handle *handle = rq->closing;
	bool started;

	cbf__lock(rq);
	started = cbf__enumeration_start(&rq->volume->tree, &handle->links);
	cbf__unlock(rq);
	if (!started)
		return fail(rq, ENOMEM);
	handle->links->position = 1;
	rq->enumeration = handle->links;
	return cbf__call(rq, cbf__step_next_link, page_link);
}

enum cbf__flow cbf__step_links_page(struct cbf__request *rq)
{
	struct cbf__handle *handle = rq->closing;

	cbf__use_handle(rq, handle);
	rq->enumeration = handle->links;
	if (rq->links.cursor == 0) {
		if (handle->links)
			return cbf__call(rq, cbf__step_close_links, previous_closed);
		return cbf__go(rq, page_start);
	}
	if (!handle->links || handle->links->position != rq->links.cursor)
		return fail(rq, EINVAL);
	if (handle->links->ended || handle->links->error || handle->links->found.length >= rq->links.page)
		return cbf__go(rq, hand_out);
	return cbf__call(rq, cbf__step_next_link, page_link);
}
