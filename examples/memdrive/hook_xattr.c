/* SPDX-License-Identifier: MIT */
/* Extended attributes, of all namespaces but `system.`: ACLs, which are kept beside them, have hooks of their own. */
#include "hooks.h"

#include "flags.h"
#include "node_attribute.h"

#include <errno.h>
#include <string.h>

/* `user.` only comes here while the volume has no streams. FUSE lets names of any kind through. */
static int check_name(const char *name)
{
	static const char *const kept[] = {"user.", "trusted.", "security."};

	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		if (strncmp(name, kept[i], strlen(kept[i])) == 0)
			return name[strlen(kept[i])] ? 0 : -EINVAL;
	return -EOPNOTSUPP;
}

/* With the node locked. */
static int query(const struct node *node, struct cbf_query_ea_event *event)
{
	const struct attribute *attribute;
	int error;

	if (!event->ea_name) {
		event->length = node->attributes.name_bytes;
		attributes_copy_names(&node->attributes, event->buffer);
		return 0;
	}
	error = check_name(event->ea_name);
	if (error)
		return error;
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

/* With the node locked. */
static int set(struct node *node, struct cbf_set_ea_event *event)
{
	const struct attribute *old = attributes_find(&node->attributes, event->ea_name);
	int error = check_name(event->ea_name);

	if (flags_check_change(node) != 0)
		return -EPERM;
	if (error)
		return error;
	if (event->create && old)
		return -EEXIST;
	event->ea_found = old;
	if (!old && (event->replace || event->remove))
		return 0; /* the library says that it is not there */
	if (!event->remove)
		return node_attribute_put(node, event->ea_name, event->value, event->length);
	node_attribute_remove(node, event->ea_name);
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
