/* SPDX-License-Identifier: MIT */
/* Hard links: making one, listing all, and the way from a FileId to a path. */
#include "hooks.h"

#include "change.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A copy of a name, so that no lock need be held between two events. */
struct link_name {
	uint64_t parent_id;
	char text[CBF_NAME_MAX + 1];
};

struct link_names {
	size_t count;
	size_t position;
	struct link_name names[];
};

void hook_create_hard_link(struct cbf_volume *volume, struct cbf_create_hard_link_event *event, void *user_data)
{
	(void)volume;
	event->result_code = -change_link(user_data, event->file_context, event->link_name);
}

/* With the node locked. */
static struct link_names *copy_names(const struct node *node)
{
	struct link_names *names = calloc(1, sizeof(*names) + node->links * sizeof(struct link_name));
	struct link_name *name;

	if (!names)
		return NULL;
	for (const struct entry *entry = node->names; entry; entry = entry->next_name) {
		name = &names->names[names->count++];
		name->parent_id = entry->directory->id;
		memcpy(name->text, entry->name, entry->length + 1);
	}
	return names;
}

static int begin(struct node *node, struct cbf_enumerate_hard_links_event *event)
{
	struct link_names *names = NULL;
	int error = -ENOENT;

	pthread_rwlock_rdlock(&node->lock);
	if (node->links > 0) {
		names = copy_names(node);
		error = names ? 0 : -ENOMEM;
	}
	pthread_rwlock_unlock(&node->lock);
	event->enumeration_context = names;
	return error;
}

static void give_next(struct link_names *names, struct cbf_enumerate_hard_links_event *event)
{
	const struct link_name *name;

	if (names->position == names->count)
		return;
	name = &names->names[names->position++];
	strcpy(event->link_name, name->text); /* there is room for CBF_NAME_MAX bytes */
	event->parent_id = name->parent_id;
	event->link_found = true;
}

void hook_enumerate_hard_links(struct cbf_volume *volume, struct cbf_enumerate_hard_links_event *event, void *user_data)
{
	int error = event->enumeration_context ? 0 : begin(event->file_context, event);

	(void)volume;
	(void)user_data;
	if (error == 0)
		give_next(event->enumeration_context, event);
	event->result_code = -error;
}

void hook_close_hard_links_enumeration(struct cbf_volume *volume, struct cbf_close_hard_links_enumeration_event *event,
				       void *user_data)
{
	(void)volume;
	(void)user_data;
	free(event->enumeration_context);
}

void hook_get_file_name_by_file_id(struct cbf_volume *volume, struct cbf_get_file_name_by_file_id_event *event,
				   void *user_data)
{
	struct memdrive *drive = user_data;
	struct node *node = id_table_find(&drive->ids, event->file_id);

	(void)volume;
	if (!node) {
		event->result_code = ENOENT;
		return;
	}
	event->result_code = -path_of_node(drive, node, event->file_path, event->file_path_capacity);
	node_release(node);
}
