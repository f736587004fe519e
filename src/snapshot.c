/* SPDX-License-Identifier: MIT */
/*
 * The snapshot of what is open.
 *
 * The handles are collected in one go, each by a reference, so that the tree's lock is held for little more than a walk
 * over the table. Their paths are made a few at a time, and one that was closed meanwhile is left out: what is opened
 * or closed while the snapshot is taken may or may not be in it. Processes are looked up last, with no lock held, from
 * a copy of what the handle keeps about its creator.
 */
#include "base/process.h"
#include "mount.h"
#include "open/open.h"
#include "tree/path.h"
#include "tree/stream.h"
#include "volume.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { AT_ONCE = 32 }; /* paths made under one lock */

struct opened {
	struct cbf_opened_file file;
	char *path, *executable; /* what it points to */
};

struct cbf_opened_files_snapshot {
	size_t count;
	struct opened files[];
};

/* A handle, and what was copied of it. */
struct item {
	struct cbf__handle *handle; /* referenced; NULL: let go of */
	uint64_t id;
	struct cbf__actor actor;
	pid_t process;
	char *executable;
	char *path; /* NULL: it was closed meanwhile */
	struct cbf_opened_file seen;
};

struct collection {
	struct cbf__tree *tree;
	struct item *items;
	size_t count;
};

static size_t handles_now(struct cbf__tree *tree)
{
	size_t count;

	pthread_mutex_lock(&tree->lock);
	count = tree->handles.count;
	pthread_mutex_unlock(&tree->lock);
	return count;
}

/* False: there are more by now. */
static bool collect_into(struct collection *collection, size_t room)
{
	struct cbf__map *handles = &collection->tree->handles;
	struct cbf__map_link *link = NULL;
	bool fits;

	pthread_mutex_lock(&collection->tree->lock);
	fits = handles->count <= room;
	while (fits && (link = cbf__map_after(handles, link))) {
		struct cbf__handle *handle = CBF__CONTAINER(link, struct cbf__handle, by_id);

		handle->references++;
		collection->items[collection->count++] = (struct item){.handle = handle, .id = handle->id};
	}
	pthread_mutex_unlock(&collection->tree->lock);
	return fits;
}

static int collect(struct collection *collection)
{
	size_t room;

	do {
		room = handles_now(collection->tree) + AT_ONCE;
		free(collection->items);
		collection->items = calloc(room, sizeof(*collection->items));
		if (!collection->items)
			return -ENOMEM;
	} while (!collect_into(collection, room));
	return 0;
}

static bool copy_path(struct item *item, const struct cbf__handle *handle)
{
	const struct cbf__name *name = handle->name;
	struct cbf__buffer path = {0};
	bool made;

	if (name && name->in_tree && !handle->node->stream)
		made = cbf__path_of_name(&path, name->dir, name->text, name->length);
	else
		made = cbf__path_of_node(&path, handle->node);
	item->path = made ? path.bytes : NULL;
	return made;
}

static bool copy_creator(struct item *item, const struct cbf__creator *creator)
{
	item->actor = creator->actor;
	if (!creator->known)
		return true;
	item->process = creator->known->process;
	item->executable = strdup(creator->known->executable);
	return item->executable != NULL;
}

/* With the lock held. */
static bool look_at(struct collection *collection, struct item *item)
{
	struct cbf__handle *handle = item->handle;
	struct cbf__node *node = handle->node;
	bool copied = true;

	if (handle->id) {
		copied = copy_path(item, handle) && copy_creator(item, &handle->creator);
		item->seen.deleted = node != collection->tree->root && !cbf__node_has_name(node);
		item->seen.is_directory = node->type == S_IFDIR;
		item->seen.flags = handle->flags;
		item->seen.file_id = node->file_id;
	}
	item->handle = NULL;
	cbf__handle_release(collection->tree, handle);
	return copied;
}

static int look_at_all(struct collection *collection)
{
	int error = 0;

	for (size_t i = 0; i < collection->count;) {
		pthread_mutex_lock(&collection->tree->lock);
		for (size_t k = 0; k < AT_ONCE && i < collection->count; k++)
			if (!look_at(collection, &collection->items[i++]))
				error = -ENOMEM;
		pthread_mutex_unlock(&collection->tree->lock);
	}
	return error;
}

static void ask_process(struct item *item)
{
	char executable[PATH_MAX];

	if (item->executable || item->actor.thread <= 0)
		return;
	if (cbf__process_of_thread(item->actor.thread, &item->actor.since, &item->process) != 0)
		item->process = 0;
	if (cbf__process_executable(item->actor.thread, &item->actor.since, executable, sizeof(executable)) == 0)
		item->executable = strdup(executable);
}

static int in_order(const void *a, const void *b)
{
	const struct item *first = a, *second = b;

	return first->id < second->id ? -1 : first->id > second->id;
}

/* Takes over the texts. */
static void give(struct cbf_opened_files_snapshot *snapshot, struct item *item)
{
	struct opened *opened = &snapshot->files[snapshot->count++];

	opened->file = item->seen;
	opened->path = item->path;
	opened->executable = item->executable;
	opened->file.file_name = item->path;
	opened->file.process_id = item->process;
	opened->file.thread_id = item->actor.thread;
	opened->file.process_name = item->executable ? item->executable : "";
	opened->file.uid = item->actor.uid;
	opened->file.gid = item->actor.gid;
	item->path = item->executable = NULL;
}

static struct cbf_opened_files_snapshot *make(struct collection *collection)
{
	struct cbf_opened_files_snapshot *snapshot =
		calloc(1, sizeof(*snapshot) + collection->count * sizeof(snapshot->files[0]));

	qsort(collection->items, collection->count, sizeof(collection->items[0]), in_order);
	for (size_t i = 0; snapshot && i < collection->count; i++) {
		if (!collection->items[i].path)
			continue;
		ask_process(&collection->items[i]);
		give(snapshot, &collection->items[i]);
	}
	return snapshot;
}

static void clear(struct collection *collection)
{
	for (size_t i = 0; i < collection->count; i++) {
		free(collection->items[i].path);
		free(collection->items[i].executable);
	}
	free(collection->items);
}

static int take(struct cbf_volume *volume, struct cbf_opened_files_snapshot **snapshot)
{
	struct collection collection = {.tree = &volume->tree};
	struct cbf_opened_files_snapshot *made = NULL;
	int error = collect(&collection);

	if (!error)
		error = look_at_all(&collection);
	if (!error && !(made = make(&collection)))
		error = -ENOMEM;
	clear(&collection);
	if (!error)
		*snapshot = made;
	return error;
}

int cbf_create_opened_files_snapshot(struct cbf_volume *volume, struct cbf_opened_files_snapshot **snapshot)
{
	int error;

	if (!cbf__volume_enter(volume))
		return -ENOTCONN;
	error = take(volume, snapshot);
	cbf__volume_leave(volume);
	return error;
}

size_t cbf_opened_files_count(const struct cbf_opened_files_snapshot *snapshot)
{
	return snapshot->count;
}

const struct cbf_opened_file *cbf_opened_file(const struct cbf_opened_files_snapshot *snapshot, size_t index)
{
	return index < snapshot->count ? &snapshot->files[index].file : NULL;
}

void cbf_close_opened_files_snapshot(struct cbf_opened_files_snapshot *snapshot)
{
	if (!snapshot)
		return;
	for (size_t i = 0; i < snapshot->count; i++) {
		free(snapshot->files[i].path);
		free(snapshot->files[i].executable);
	}
	free(snapshot);
}
