/* SPDX-License-Identifier: MIT */
/* The enumeration of a directory: a cursor each. */
#include "hooks.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct listing {
	struct node *node; /* referred to */
	struct cursor cursor;
};

static int begin(struct memdrive *drive, struct cbf_enumerate_directory_event *event)
{
	struct listing *listing = calloc(1, sizeof(*listing));
	int error;

	if (!listing)
		return -ENOMEM;
	error = path_or_context(drive, event->directory_name, event->directory_context, &listing->node);
	if (error) {
		free(listing);
		return error;
	}
	pthread_rwlock_wrlock(&listing->node->lock);
	directory_open_cursor(&listing->node->directory, &listing->cursor);
	pthread_rwlock_unlock(&listing->node->lock);
	node_note_access(listing->node);
	event->enumeration_context = listing;
	return 0;
}

static int give(const struct entry *entry, struct cbf_enumerate_directory_event *event)
{
	if (entry->length >= event->file_name_capacity)
		return -ENAMETOOLONG;
	memcpy(event->file_name, entry->name, entry->length + 1);
	event->file_found = true;
	return 0;
}

/* The directory is not locked while the entry's node is: who has both takes them in another order. */
static int next_entry(struct listing *listing, bool restart, struct cbf_enumerate_directory_event *event)
{
	struct node *node = NULL;
	struct entry *entry;
	int error = 0;

	pthread_rwlock_wrlock(&listing->node->lock); /* the cursor moves */
	if (restart)
		directory_restart(&listing->node->directory, &listing->cursor);
	entry = directory_next(&listing->cursor);
	if (entry) {
		error = give(entry, event);
		node = node_reference(entry->node);
	}
	pthread_rwlock_unlock(&listing->node->lock);
	if (!node)
		return error;
	pthread_rwlock_rdlock(&node->lock);
	node_fill_info(node, event->info);
	pthread_rwlock_unlock(&node->lock);
	node_release(node);
	return error;
}

void hook_enumerate_directory(struct cbf_volume *volume, struct cbf_enumerate_directory_event *event, void *user_data)
{
	int error = event->enumeration_context ? 0 : begin(user_data, event);

	(void)volume;
	if (error == 0)
		error = next_entry(event->enumeration_context, event->restart, event);
	event->result_code = -error;
}

void hook_close_directory_enumeration(struct cbf_volume *volume, struct cbf_close_directory_enumeration_event *event,
				      void *user_data)
{
	struct listing *listing = event->enumeration_context;

	(void)volume;
	(void)user_data;
	if (!listing)
		return;
	pthread_rwlock_wrlock(&listing->node->lock);
	directory_close_cursor(&listing->node->directory, &listing->cursor);
	pthread_rwlock_unlock(&listing->node->lock);
	node_release(listing->node);
	free(listing);
}

void hook_is_directory_empty(struct cbf_volume *volume, struct cbf_is_directory_empty_event *event, void *user_data)
{
	struct node *node;
	int error = path_or_context(user_data, event->directory_name, event->directory_context, &node);

	(void)volume;
	if (error) {
		event->result_code = -error;
		return;
	}
	pthread_rwlock_rdlock(&node->lock);
	event->is_empty = directory_count(&node->directory) == 0;
	pthread_rwlock_unlock(&node->lock);
	node_release(node);
}
