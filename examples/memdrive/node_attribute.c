/* SPDX-License-Identifier: MIT */
#include "node_attribute.h"

#include "memdrive.h"

#include <errno.h>
#include <string.h>

/* The names of all must fit into one list. */
static bool list_is_full(const struct node *node, const struct attribute *old, const char *name)
{
	return !old && node->attributes.name_bytes + strlen(name) + 1 > CBF_EA_SIZE_MAX;
}

static int change_space(struct node *node, uint64_t before, uint64_t after)
{
	struct space *space = &node->drive->space;

	if (after > before)
		return space_take(space, &node->owners, after - before, 0);
	space_give(space, &node->owners, before - after, 0);
	return 0;
}

int node_attribute_put(struct node *node, const char *name, const void *value, size_t length)
{
	const struct attribute *old = attributes_find(&node->attributes, name);
	struct attribute *attribute;
	int error;

	if (list_is_full(node, old, name))
		return -ENOSPC;
	attribute = attribute_new(name, value, length);
	if (!attribute)
		return -ENOMEM;
	error = change_space(node, old ? attribute_bytes(old) : 0, attribute_bytes(attribute));
	if (error) {
		attribute_free(attribute);
		return error;
	}
	attributes_put(&node->attributes, attribute);
	node_note_change(node);
	return 0;
}

void node_attribute_remove(struct node *node, const char *name)
{
	space_give(&node->drive->space, &node->owners, attribute_bytes(attributes_find(&node->attributes, name)), 0);
	attributes_remove(&node->attributes, name);
	node_note_change(node);
}
