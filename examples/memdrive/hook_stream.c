/* SPDX-License-Identifier: MIT */
/* The enumeration of a file's named streams: of a copy, as that of its hard links is. */
#include "hooks.h"

#include "stream.h"

#include <cbfuse/event_stream.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct stream_copy {
	uint64_t size;
	uint64_t space;
	char name[CBF_STREAM_NAME_MAX + 1];
};

struct stream_copies {
	size_t count;
	size_t position;
	struct stream_copy copies[];
};

static void copy_stream(const struct stream *stream, struct stream_copy *copy)
{
	copy->size = stream->node->size;
	copy->space = node_stored(stream->node);
	memcpy(copy->name, stream->name, stream->length + 1);
}

/* With the file locked. */
static struct stream_copies *copy_streams(struct node *file)
{
	struct stream_copies *copies;
	size_t count = 0;

	for (const struct stream *stream = file->streams; stream; stream = stream->next)
		count++;
	copies = calloc(1, sizeof(*copies) + count * sizeof(struct stream_copy));
	if (!copies)
		return NULL;
	streams_lock(file);
	for (const struct stream *stream = file->streams; stream; stream = stream->next)
		copy_stream(stream, &copies->copies[copies->count++]);
	streams_unlock(file);
	return copies;
}

static int begin(struct node *file, struct cbf_enumerate_named_streams_event *event)
{
	pthread_rwlock_rdlock(&file->lock);
	event->enumeration_context = copy_streams(file);
	pthread_rwlock_unlock(&file->lock);
	return event->enumeration_context ? 0 : -ENOMEM;
}

static void give_next(struct stream_copies *copies, struct cbf_enumerate_named_streams_event *event)
{
	const struct stream_copy *copy;

	if (copies->position == copies->count)
		return;
	copy = &copies->copies[copies->position++];
	strcpy(event->stream_name, copy->name); /* there is room for CBF_STREAM_NAME_MAX bytes */
	event->stream_size = copy->size;
	event->stream_allocation_size = copy->space;
	event->named_stream_found = true;
}

void hook_enumerate_named_streams(struct cbf_volume *volume, struct cbf_enumerate_named_streams_event *event,
				  void *user_data)
{
	int error = event->enumeration_context ? 0 : begin(event->file_context, event);

	(void)volume;
	(void)user_data;
	if (error == 0)
		give_next(event->enumeration_context, event);
	event->result_code = -error;
}

void hook_close_named_streams_enumeration(struct cbf_volume *volume,
					  struct cbf_close_named_streams_enumeration_event *event, void *user_data)
{
	(void)volume;
	(void)user_data;
	free(event->enumeration_context);
}
