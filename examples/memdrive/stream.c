/* SPDX-License-Identifier: MIT */
#include "stream.h"

#include "flags.h"
#include "memdrive.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* With the file locked. Where it is, or NULL at the end. */
static struct stream **place_of(struct node *file, const char *name)
{
	struct stream **at = &file->streams;

	while (*at && strcmp((*at)->name, name) != 0)
		at = &(*at)->next;
	return at;
}

static struct node *look_up(struct node *file, const char *name)
{
	struct stream *stream;
	struct node *node;

	pthread_rwlock_rdlock(&file->lock);
	stream = *place_of(file, name);
	node = stream ? node_reference(stream->node) : NULL;
	pthread_rwlock_unlock(&file->lock);
	return node;
}

int stream_place_find(struct memdrive *drive, const char *path, struct stream_place *place)
{
	const char *colon = strrchr(path, ':');
	char *file_path = colon ? strndup(path, (size_t)(colon - path)) : NULL;
	int error;

	if (!file_path)
		return colon ? -ENOMEM : -ENOENT;
	error = path_find(drive, file_path, &place->file);
	free(file_path);
	if (error)
		return error;
	place->name = colon + 1;
	place->node = look_up(place->file, place->name);
	return 0;
}

void stream_place_release(struct stream_place *place)
{
	node_release(place->node);
	node_release(place->file);
}

int stream_find(struct memdrive *drive, const char *path, struct node **node)
{
	struct stream_place place;
	int error = stream_place_find(drive, path, &place);

	if (error)
		return error;
	*node = place.node;
	node_release(place.file);
	return place.node ? 0 : -ENOENT;
}

static int make_node(struct node *file, struct node **node)
{
	const struct node_plan plan = {.mode = S_IFREG | (file->mode & 0777),
				       .uid = file->uid,
				       .gid = file->gid,
				       .project = file->project,
				       .stream_of = file};
	int error = node_new(file->drive, &plan, id_table_next(&file->drive->ids), node);

	if (error == 0)
		(*node)->links = 1;
	return error;
}

static void insert(struct node *file, struct stream *stream)
{
	struct stream **at = &file->streams;

	while (*at && (*at)->node < stream->node)
		at = &(*at)->next;
	stream->next = *at;
	*at = stream;
}

/* With the file locked. */
static int create(struct node *file, const char *name, struct node **node)
{
	size_t length = strlen(name);
	struct stream *stream;
	int error = *place_of(file, name) ? -EEXIST : flags_check_change(file);

	if (error)
		return error;
	stream = malloc(sizeof(*stream) + length + 1);
	if (!stream)
		return -ENOMEM;
	memcpy(stream->name, name, length + 1);
	stream->length = length;
	error = make_node(file, &stream->node);
	if (error) {
		free(stream);
		return error;
	}
	insert(file, stream);
	*node = node_reference(stream->node);
	node_note_change(file);
	return 0;
}

int stream_create(struct memdrive *drive, const char *path, struct node **node)
{
	struct stream_place place;
	int error = stream_place_find(drive, path, &place);

	if (error)
		return error;
	pthread_rwlock_wrlock(&place.file->lock);
	error = create(place.file, place.name, node);
	pthread_rwlock_unlock(&place.file->lock);
	stream_place_release(&place);
	return error;
}

/* With the file locked. */
static void drop(struct stream **at)
{
	struct stream *stream = *at;

	*at = stream->next;
	pthread_rwlock_wrlock(&stream->node->lock);
	stream->node->links = 0;
	stream->node->stream_of = NULL;
	pthread_rwlock_unlock(&stream->node->lock);
	node_release(stream->node);
	free(stream);
}

static int remove_named(struct node *file, const char *name)
{
	struct stream **at = place_of(file, name);
	int error = *at ? flags_check_change(file) : -ENOENT;

	if (error)
		return error;
	drop(at);
	node_note_change(file);
	return 0;
}

int stream_remove(struct memdrive *drive, const char *path)
{
	struct stream_place place;
	int error = stream_place_find(drive, path, &place);

	if (error)
		return error;
	pthread_rwlock_wrlock(&place.file->lock);
	error = remove_named(place.file, place.name);
	pthread_rwlock_unlock(&place.file->lock);
	stream_place_release(&place);
	return error;
}

struct node *stream_file(struct node *stream)
{
	struct node *file;

	pthread_rwlock_rdlock(&stream->lock);
	file = stream->stream_of;
	if (file && !node_reference_if_alive(file))
		file = NULL;
	pthread_rwlock_unlock(&stream->lock);
	return file;
}

void stream_note_change(struct node *stream)
{
	struct node *file = stream->is_stream ? stream_file(stream) : NULL;

	if (!file)
		return;
	pthread_rwlock_wrlock(&file->lock);
	node_note_change(file);
	pthread_rwlock_unlock(&file->lock);
	node_release(file);
}

int stream_check_change(struct node *stream)
{
	struct node *file = stream_file(stream);
	int error;

	if (!file)
		return 0;
	pthread_rwlock_rdlock(&file->lock);
	error = flags_check_change(file);
	pthread_rwlock_unlock(&file->lock);
	node_release(file);
	return error;
}

void streams_lock(struct node *file)
{
	for (struct stream *stream = file->streams; stream; stream = stream->next)
		pthread_rwlock_wrlock(&stream->node->lock);
}

void streams_unlock(struct node *file)
{
	for (struct stream *stream = file->streams; stream; stream = stream->next)
		pthread_rwlock_unlock(&stream->node->lock);
}

uint64_t streams_stored(const struct node *file)
{
	uint64_t bytes = 0;

	for (const struct stream *stream = file->streams; stream; stream = stream->next)
		bytes += node_stored(stream->node);
	return bytes;
}

void streams_destroy(struct node *file)
{
	while (file->streams)
		drop(&file->streams);
}
