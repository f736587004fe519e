/* SPDX-License-Identifier: MIT */
/* Named streams: the claim on one, and their enumeration. See tree/stream.h. */
#include "step/step.h"
#include "tree/stream.h"
#include "volume.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { NAME_CAPACITY = 1024 }; /* longer than a name may be, so that a longer one is noticed instead of overflowing */

static const char prefix[] = "user.";

static bool is_stream_name(const char *name, size_t length)
{
	return length <= CBF_STREAM_NAME_MAX && cbf__name_is_good(name, length + 1) && !strchr(name, ':');
}

int cbf__name_stream(struct cbf__request *rq, const char *name)
{
	size_t length = strlen(name);

	if (length > CBF_STREAM_NAME_MAX)
		return ENAMETOOLONG;
	if (!is_stream_name(name, length))
		return EINVAL;
	memcpy(rq->stream.name, name, length + 1);
	rq->stream.length = length;
	return 0;
}

bool cbf__bind_stream(struct cbf__request *rq, const char *name)
{
	if (cbf__name_stream(rq, name) != 0)
		return false;
	rq->stream.file = rq->node; /* the pin goes along */
	rq->node = NULL;
	return true;
}

/* The stream's node; where it was deleted while the request waited, the next one. */
static bool bind_node(struct cbf__request *rq)
{
	struct cbf__tree *tree = &rq->volume->tree;
	struct cbf__node *node;

	cbf__lock(rq);
	node = cbf__stream_node(tree, rq->stream.file, rq->stream.name, rq->stream.length);
	if (node)
		cbf__node_pin(node);
	if (rq->node)
		cbf__node_unpin(tree, rq->node);
	rq->node = node;
	cbf__unlock(rq);
	return node != NULL;
}

static enum cbf__flow stream_claimed(struct cbf__request *rq)
{
	bool gone;

	cbf__lock(rq);
	gone = !cbf__stream_file(rq->node);
	cbf__unlock(rq);
	if (rq->error || !gone)
		return cbf__return(rq);
	cbf__unclaim(rq);
	return cbf__go(rq, cbf__step_claim_stream);
}

enum cbf__flow cbf__step_claim_stream(struct cbf__request *rq)
{
	if (bind_node(rq))
		return cbf__call(rq, cbf__step_claim_node, stream_claimed);
	rq->error = ENOMEM;
	return cbf__return(rq);
}

bool cbf__lose_open_stream(struct cbf__request *rq)
{
	bool open;

	cbf__lock(rq);
	open = !rq->exists && rq->target->file;
	cbf__unlock(rq);
	return open && cbf__lose_untrue_name(rq);
}

/*
 * The enumeration. It lives no longer than the request: listxattr wants all names at once.
 */

static enum cbf__flow next_stream(struct cbf__request *rq);

static enum cbf__flow enumeration_closed(struct cbf__request *rq)
{
	cbf__lock(rq);
	cbf__enumeration_end(&rq->volume->tree, &rq->enumeration);
	cbf__unlock(rq);
	return cbf__return(rq);
}

static enum cbf__flow end(struct cbf__request *rq, int error)
{
	rq->error = error;
	if (!rq->enumeration->started)
		return cbf__go(rq, enumeration_closed);
	CBF__MAKE_EVENT(&rq->event, close_named_streams_enumeration, .file_name = rq->subject,
			.enumeration_context = rq->enumeration->context);
	return cbf__fire_then(rq, CBF__CLOSE_NAMED_STREAMS_ENUMERATION, enumeration_closed);
}

/* position counts what is left out as well, so that an enumeration which gives nothing else ends, too. */
static enum cbf__flow stream_answered(struct cbf__request *rq)
{
	const struct cbf_enumerate_named_streams_event *event = &rq->event.enumerate_named_streams;
	const char *links = rq->volume->properties.use_hard_links ? rq->volume->properties.hard_links_xattr : NULL;
	char name[sizeof(prefix) + CBF_STREAM_NAME_MAX];
	size_t size;

	rq->enumeration->context = event->enumeration_context;
	if (rq->result || !event->named_stream_found)
		return end(rq, rq->result);
	size = (size_t)snprintf(name, sizeof(name), "%s%s", prefix, event->stream_name) + 1;
	rq->enumeration->position += size;
	if (rq->enumeration->position > CBF_EA_SIZE_MAX || rq->data.length + size > CBF_EA_SIZE_MAX)
		return end(rq, E2BIG);
	if (!(links && strcmp(name, links) == 0) && !cbf__buffer_append(&rq->data, name, size))
		return end(rq, ENOMEM);
	return cbf__go(rq, next_stream);
}

static enum cbf__flow next_stream(struct cbf__request *rq)
{
	if (atomic_load(&rq->volume->ending))
		return end(rq, ENODEV);
	rq->text.length = 0;
	if (!cbf__buffer_reserve(&rq->text, NAME_CAPACITY))
		return end(rq, ENOMEM);
	rq->text.bytes[0] = '\0';
	rq->enumeration->started = true;
	CBF__MAKE_EVENT(&rq->event, enumerate_named_streams, .file_name = rq->subject, .deleted = rq->deleted,
			.stream_name = rq->text.bytes, .stream_name_capacity = NAME_CAPACITY,
			.enumeration_context = rq->enumeration->context);
	return cbf__fire_then(rq, CBF__ENUMERATE_NAMED_STREAMS, stream_answered);
}

enum cbf__flow cbf__step_list_streams(struct cbf__request *rq)
{
	bool started;

	cbf__lock(rq);
	started = cbf__enumeration_start(&rq->volume->tree, &rq->enumeration);
	cbf__unlock(rq);
	if (started)
		return cbf__go(rq, next_stream);
	rq->error = ENOMEM;
	return cbf__return(rq);
}
