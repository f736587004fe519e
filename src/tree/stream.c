/* SPDX-License-Identifier: MIT */
#include "tree/stream.h"

#include "tree/path.h"

#include <cbfuse/event_stream.h>
#include <string.h>

struct cbf__node *cbf__stream_node(struct cbf__tree *tree, struct cbf__node *file, const char *name, size_t length)
{
	char text[CBF_STREAM_NAME_MAX + 2] = "/";
	struct cbf__name *edge;
	struct cbf__node *node;

	memcpy(text + 1, name, length);
	edge = cbf__name_find(tree, file, text, length + 1);
	if (edge)
		return edge->node;
	node = cbf__node_new(tree, 0, S_IFREG);
	if (!node)
		return NULL;
	node->stream = true;
	if (cbf__name_add(tree, file, text, length + 1, node))
		return node;
	cbf__node_pin(node);
	cbf__node_unpin(tree, node);
	return NULL;
}

struct cbf__node *cbf__stream_file(struct cbf__node *node)
{
	const struct cbf__name *edge;

	if (!node->stream)
		return node;
	edge = cbf__node_name(node);
	return edge ? edge->dir : NULL;
}

bool cbf__node_has_name(struct cbf__node *node)
{
	const struct cbf__node *file = cbf__stream_file(node);

	return file && cbf__node_name(file);
}

bool cbf__node_is_dead(const struct cbf__node *node)
{
	const struct cbf__name *edge = node->stream ? cbf__node_name(node) : NULL;

	return node->dead || (edge && edge->dir->dead);
}

bool cbf__stream_append(struct cbf__buffer *path, const struct cbf__node *stream)
{
	const struct cbf__name *edge = cbf__node_name(stream);

	if (!cbf__buffer_append(path, ":", 1) || !cbf__buffer_append(path, edge->text + 1, edge->length))
		return false;
	path->length--; /* the NUL */
	return true;
}
