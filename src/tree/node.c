/* SPDX-License-Identifier: MIT */
#include "tree/tree.h"

#include <cbfuse/result.h>
#include <errno.h>
#include <stdlib.h>

enum { FIRST_COUNTED_ID = 2 };
#define FIRST_SPARE_ID (UINT64_C(1) << 63)

uint64_t cbf__file_id_to_ino(uint64_t file_id)
{
	if (file_id == CBF_ROOT_ID)
		return CBF__ROOT_NODE_ID;
	return file_id == CBF__ROOT_NODE_ID ? CBF_ROOT_ID : file_id;
}

uint64_t cbf__node_ino(const struct cbf__tree *tree, const struct cbf__node *node)
{
	return tree->use_file_ids && node->file_id ? cbf__file_id_to_ino(node->file_id) : node->id;
}

struct cbf__node *cbf__node_find(const struct cbf__tree *tree, uint64_t id)
{
	struct cbf__map_link *link = cbf__map_first(&tree->nodes, cbf__hash_id(id));

	for (; link; link = cbf__map_next(link)) {
		struct cbf__node *node = CBF__CONTAINER(link, struct cbf__node, by_id);

		if (node->id == id)
			return node;
	}
	return NULL;
}

struct cbf__node *cbf__node_find_file_id(const struct cbf__tree *tree, uint64_t file_id)
{
	struct cbf__map_link *link = cbf__map_first(&tree->file_ids, cbf__hash_id(file_id));

	for (; link; link = cbf__map_next(link)) {
		struct cbf__node *node = CBF__CONTAINER(link, struct cbf__node, by_file_id);

		if (node->file_id == file_id)
			return node;
	}
	return NULL;
}

static uint64_t free_id(struct cbf__tree *tree, uint64_t file_id)
{
	uint64_t id;

	if (file_id)
		id = cbf__file_id_to_ino(file_id);
	else
		id = tree->use_file_ids ? tree->next_spare_id++ : tree->next_id++;
	while (cbf__node_find(tree, id))
		id = tree->next_spare_id++;
	return id;
}

struct cbf__node *cbf__node_new(struct cbf__tree *tree, uint64_t file_id, mode_t type)
{
	struct cbf__node *node = calloc(1, sizeof(*node));

	if (!node)
		return NULL;
	node->id = free_id(tree, file_id);
	node->file_id = file_id;
	node->type = type & S_IFMT;
	node->hard_links = 1;
	cbf__list_init(&node->names);
	cbf__list_init(&node->turn.waiting);
	cbf__map_insert(&tree->nodes, &node->by_id, cbf__hash_id(node->id));
	if (file_id) {
		cbf__map_insert(&tree->file_ids, &node->by_file_id, cbf__hash_id(file_id));
		node->indexed = true;
	}
	return node;
}

static void leave_index(struct cbf__tree *tree, struct cbf__node *node)
{
	if (node->indexed)
		cbf__map_remove(&tree->file_ids, &node->by_file_id);
	node->indexed = false;
}

void cbf__node_hide(struct cbf__tree *tree, struct cbf__node *node)
{
	leave_index(tree, node);
}

void cbf__node_show(struct cbf__tree *tree, struct cbf__node *node)
{
	if (node->dead || node->indexed || !node->file_id || cbf__node_find_file_id(tree, node->file_id))
		return;
	cbf__map_insert(&tree->file_ids, &node->by_file_id, cbf__hash_id(node->file_id));
	node->indexed = true;
}

void cbf__node_die(struct cbf__tree *tree, struct cbf__node *node)
{
	leave_index(tree, node);
	node->dead = true;
}

static bool in_use(const struct cbf__tree *tree, const struct cbf__node *node)
{
	return node == tree->root || node->lookups || node->pins || node->children;
}

/* Takes all names of a node out of the tree. Returns one of their directories, pinned; the others are let go of. */
static struct cbf__node *drop_names(struct cbf__tree *tree, struct cbf__node *node)
{
	struct cbf__node *kept = NULL;
	struct cbf__name *name;

	while ((name = cbf__node_name(node))) {
		struct cbf__node *dir = name->dir;

		cbf__node_pin(dir);
		cbf__name_remove(tree, name);
		if (kept)
			cbf__node_unpin(tree, dir);
		else
			kept = dir;
	}
	return kept;
}

/* Goes up in a loop: freeing the last child of a directory that nobody uses frees the directory. */
static void free_unused(struct cbf__tree *tree, struct cbf__node *node)
{
	while (node && !in_use(tree, node)) {
		struct cbf__node *dir = drop_names(tree, node);

		leave_index(tree, node);
		cbf__map_remove(&tree->nodes, &node->by_id);
		free(node->gone);
		free(node);
		if (dir)
			dir->pins--;
		node = dir;
	}
}

void cbf__node_pin(struct cbf__node *node)
{
	node->pins++;
}

void cbf__node_unpin(struct cbf__tree *tree, struct cbf__node *node)
{
	node->pins--;
	free_unused(tree, node);
}

void cbf__node_forget(struct cbf__tree *tree, struct cbf__node *node, uint64_t lookups)
{
	node->lookups -= lookups < node->lookups ? lookups : node->lookups;
	free_unused(tree, node);
}

int cbf__tree_init(struct cbf__tree *tree, bool use_file_ids, bool use_hard_links)
{
	int error;

	*tree = (struct cbf__tree){.next_id = FIRST_COUNTED_ID,
				   .next_spare_id = FIRST_SPARE_ID,
				   .next_handle = 1,
				   .use_file_ids = use_file_ids,
				   .use_hard_links = use_hard_links};
	cbf__list_init(&tree->claims_shared);
	cbf__list_init(&tree->claims_exclusive);
	cbf__list_init(&tree->claims_waiting);
	error = -pthread_mutex_init(&tree->lock, NULL);
	if (error)
		return error;
	if (cbf__map_init(&tree->nodes) || cbf__map_init(&tree->file_ids) || cbf__map_init(&tree->names) ||
	    cbf__map_init(&tree->handles) || !(tree->root = cbf__node_new(tree, CBF_ROOT_ID, S_IFDIR))) {
		cbf__tree_destroy(tree);
		return -ENOMEM;
	}
	return 0;
}

void cbf__tree_destroy(struct cbf__tree *tree)
{
	struct cbf__map_link *link;

	while (tree->names.buckets && (link = cbf__map_any(&tree->names)))
		cbf__name_remove(tree, CBF__CONTAINER(link, struct cbf__name, by_name));
	while (tree->nodes.buckets && (link = cbf__map_any(&tree->nodes))) {
		struct cbf__node *node = CBF__CONTAINER(link, struct cbf__node, by_id);

		leave_index(tree, node);
		cbf__map_remove(&tree->nodes, link);
		free(node->gone);
		free(node);
	}
	cbf__map_destroy(&tree->nodes);
	cbf__map_destroy(&tree->file_ids);
	cbf__map_destroy(&tree->names);
	cbf__map_destroy(&tree->handles);
	pthread_mutex_destroy(&tree->lock);
}
