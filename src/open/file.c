/* SPDX-License-Identifier: MIT */
#include "open/open.h"

#include <stdlib.h>

struct cbf__file *cbf__file_new(void)
{
	return calloc(1, sizeof(struct cbf__file));
}

void cbf__file_attach(struct cbf__tree *tree, struct cbf__file *file, struct cbf__node *node)
{
	file->node = node;
	node->file = file;
	tree->open_files++;
}

struct cbf__route *cbf__file_destroy(struct cbf__tree *tree, struct cbf__file *file)
{
	struct cbf__route *route = file->route;

	if (file->node) {
		file->node->file = NULL;
		tree->open_files--;
	}
	free(file);
	return route;
}
