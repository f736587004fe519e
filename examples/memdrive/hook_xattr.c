/* SPDX-License-Identifier: MIT */
/* Extended attributes, of all namespaces but `system.`: what is kept there is to be enforced as well. */
#include "hooks.h"

#include "flags.h"

#include <errno.h>
#include <string.h>

/* `user.` only comes here while the volume has no streams. FUSE lets names of any kind through. */
static bool is_kept(const char *name)
{
	static const char *const kept[] = {"user.", "trusted.", "security."};

	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		if (strncmp(name, kept[i], strlen(kept[i])) == 0)
			return name[strlen(kept[i])] != '\0';
	return false;
}

/* With the node locked. */
static int query(const struct node *node, struct cbf_query_ea_event *event)
{
	const struct attribute *attribute;

	if (!event->ea_name) {
		event->length = node->attributes.name_bytes;
		attributes_copy_names(&node->attributes, event->buffer);
		return 0;
	}
	if (!is_kept(event->ea_name))
		return -EOPNOTSUPP;
	attribute = attributes_find(&node->attributes, event->ea_name);
	event->ea_found = attribute;
	if (!attribute)
		return 0;
	event->length = attribute->value_length;
	memcpy(event->buffer, attribute_value(attribute), attribute->value_length);
	return 0;
}

void hook_query_ea(struct cbf_volume *volume, struct cbf_query_ea_event *event, void *user_data)
{
	struct node *node;
	int error = path_or_context(user_data, event->file_name, event->file_context, &node);

	(void)volume;
	if (error == 0) {
		pthread_rwlock_rdlock(&node->lock);
		error = query(node, event);
		pthread_rwlock_unlock(&node->lock);
		node_release(node);
	}
	event->result_code = -error;
}

static void remove_attribute(struct node *node, const struct attribute *attribute)
{
	space_give(&node->drive->space, &node->owners, attribute_bytes(attribute), 0);
	attributes_remove(&node->attributes, attribute->bytes);
	node_note_change(node);
}

/* The names of all must fit into one list. */
static bool list_is_full(const struct node *node, const struct attribute *old, const char *name)
{
	return !old && node->attributes.name_bytes + strlen(name) + 1 > CBF_EA_SIZE_MAX;
}

static int put_attribute(struct node *node, const struct attribute *old, const struct cbf_set_ea_event *event)
{
	struct space *space = &node->drive->space;
	uint64_t before = old ? attribute_bytes(old) : 0, after;
	struct attribute *attribute;
	int error = 0;

	if (list_is_full(node, old, event->ea_name))
		return -ENOSPC;
	attribute = attribute_new(event->ea_name, event->value, event->length);
	if (!attribute)
		return -ENOMEM;
	after = attribute_bytes(attribute);
	if (after > before)
		error = space_take(space, &node->owners, after - before, 0);
	if (error) {
		attribute_free(attribute);
		return error;
	}
	if (after < before)
		space_give(space, &node->owners, before - after, 0);
	attributes_put(&node->attributes, attribute);
	node_note_change(node);
	return 0;
}

/* With the node locked. */
static int set(struct node *node, struct cbf_set_ea_event *event)
{
	const struct attribute *old = attributes_find(&node->attributes, event->ea_name);

	if (flags_check_change(node) != 0)
		return -EPERM;
	if (!is_kept(event->ea_name))
		return -EOPNOTSUPP;
	if (event->create && old)
		return -EEXIST;
	event->ea_found = old;
	if (!old && (event->replace || event->remove))
		return 0; /* the library says that it is not there */
	if (!event->remove)
		return put_attribute(node, old, event);
	remove_attribute(node, old);
	return 0;
}

void hook_set_ea(struct cbf_volume *volume, struct cbf_set_ea_event *event, void *user_data)
{
	struct node *node = event->file_context;

	(void)volume;
	(void)user_data;
	pthread_rwlock_wrlock(&node->lock);
	event->result_code = -set(node, event);
	pthread_rwlock_unlock(&node->lock);
}
