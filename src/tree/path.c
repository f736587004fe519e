/* SPDX-License-Identifier: MIT */
#include "tree/path.h"

#include <stdlib.h>
#include <string.h>

/* What a path starts with: nothing below the root, and the path that it had below a directory without a name. */
static const char *start_of(const struct cbf__node *top)
{
	return top->gone ? top->gone->path : "";
}

static size_t length_above(const struct cbf__node *dir, const struct cbf__node **top)
{
	const struct cbf__name *name;
	size_t length = 0;

	for (; (name = cbf__node_name(dir)); dir = name->dir)
		length += name->length + 1;
	*top = dir;
	return length;
}

/* What stands before a name: a stream comes behind a colon, and the root has its slash before that. */
static const char *separator_of(const char *text, bool of_root)
{
	if (text[0] != '/')
		return "/";
	return of_root ? "/:" : ":";
}

bool cbf__path_of_name(struct cbf__buffer *buffer, const struct cbf__node *dir, const char *text, size_t length)
{
	const struct cbf__node *top;
	size_t above = length_above(dir, &top);
	const char *start = start_of(top);
	size_t start_length = strlen(start);
	const char *separator = separator_of(text, start_length + above == 0);
	size_t separator_length = strlen(separator);
	size_t total;
	const struct cbf__name *name;
	char *end;

	if (text[0] == '/') {
		text++;
		length--;
	}
	total = start_length + above + separator_length + length;
	buffer->length = 0;
	if (!cbf__buffer_reserve(buffer, total + 1))
		return false;
	buffer->length = total;
	end = buffer->bytes + total;
	*end = '\0';
	end -= length;
	memcpy(end, text, length);
	end -= separator_length;
	memcpy(end, separator, separator_length);
	for (; (name = cbf__node_name(dir)); dir = name->dir) {
		end -= name->length;
		memcpy(end, name->text, name->length);
		*--end = '/';
	}
	memcpy(buffer->bytes, start, start_length);
	return true;
}

bool cbf__path_of_node(struct cbf__buffer *buffer, const struct cbf__node *node)
{
	const struct cbf__name *name = cbf__node_name(node);

	if (name)
		return cbf__path_of_name(buffer, name->dir, name->text, name->length);
	return cbf__buffer_set_string(buffer, node->gone ? node->gone->path : "/");
}

struct cbf__gone *cbf__path_gone(const struct cbf__name *name)
{
	struct cbf__buffer path = {0};
	struct cbf__gone *gone = NULL;

	if (cbf__path_of_name(&path, name->dir, name->text, name->length))
		gone = calloc(1, sizeof(*gone) + path.length + 1);
	if (gone)
		memcpy(gone->path, path.bytes, path.length + 1);
	cbf__buffer_destroy(&path);
	return gone;
}
