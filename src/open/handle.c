/* SPDX-License-Identifier: MIT */
#include "open/open.h"

#include <stdlib.h>

struct cbf__handle *cbf__handle_new(struct cbf__file *file, int flags)
{
	struct cbf__handle *handle = calloc(1, sizeof(*handle));

	if (!handle)
		return NULL;
	handle->references = 1;
	handle->file = file;
	handle->flags = flags;
	file->handles++;
	return handle;
}

void cbf__handle_attach(struct cbf__handle *handle, struct cbf__node *node, struct cbf__name *name)
{
	handle->node = node;
	handle->name = name;
	cbf__node_pin(node);
	if (name)
		name->references++;
}

void cbf__handle_publish(struct cbf__tree *tree, struct cbf__handle *handle, bool hidden)
{
	handle->id = tree->next_handle++;
	handle->hidden = hidden;
	handle->references++;
	cbf__map_insert(&tree->handles, &handle->by_id, cbf__hash_id(handle->id));
}

struct cbf__handle *cbf__handle_find(struct cbf__tree *tree, uint64_t id, bool hidden)
{
	struct cbf__map_link *link = cbf__map_first(&tree->handles, cbf__hash_id(id));

	for (; link; link = cbf__map_next(link)) {
		struct cbf__handle *handle = CBF__CONTAINER(link, struct cbf__handle, by_id);

		if (handle->id != id || handle->hidden != hidden)
			continue;
		handle->references++;
		return handle;
	}
	return NULL;
}

bool cbf__handle_withdraw(struct cbf__tree *tree, struct cbf__handle *handle)
{
	if (!handle->id)
		return false;
	cbf__map_remove(&tree->handles, &handle->by_id);
	handle->id = 0;
	handle->references--; /* the table's; the caller has one */
	return true;
}

void cbf__handle_release(struct cbf__tree *tree, struct cbf__handle *handle)
{
	if (--handle->references)
		return;
	if (handle->name)
		cbf__name_release(handle->name);
	if (handle->node)
		cbf__node_unpin(tree, handle->node);
	free(handle->creator.known);
	free(handle);
}

struct cbf__route *cbf__handle_close(struct cbf__tree *tree, struct cbf__handle *handle)
{
	struct cbf__route *route = NULL;

	cbf__handle_withdraw(tree, handle);
	if (--handle->file->handles == 0)
		route = cbf__file_destroy(tree, handle->file);
	cbf__handle_release(tree, handle);
	return route;
}
