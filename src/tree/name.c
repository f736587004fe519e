/* SPDX-License-Identifier: MIT */
/* Names: edges from a directory to a node, and how they come, go and move. */
#include "tree/path.h"
#include "tree/tree.h"

#include <stdlib.h>
#include <string.h>

static uint64_t hash_of(const struct cbf__node *dir, const char *text, size_t length)
{
	return cbf__hash_bytes(dir->id, text, length);
}

struct cbf__name *cbf__name_find(const struct cbf__tree *tree, const struct cbf__node *dir, const char *text,
				 size_t length)
{
	struct cbf__map_link *link = cbf__map_first(&tree->names, hash_of(dir, text, length));

	for (; link; link = cbf__map_next(link)) {
		struct cbf__name *name = CBF__CONTAINER(link, struct cbf__name, by_name);

		if (name->dir == dir && name->length == length && memcmp(name->text, text, length) == 0)
			return name;
	}
	return NULL;
}

struct cbf__name *cbf__name_add(struct cbf__tree *tree, struct cbf__node *dir, const char *text, size_t length,
				struct cbf__node *node)
{
	struct cbf__name *name;

	/* Nothing lies below a directory without children: the way up is walked for others only. */
	if (dir == node || (node->children && cbf__node_is_below(dir, node)))
		return NULL;
	name = malloc(sizeof(*name) + length + 1);
	if (!name)
		return NULL;
	name->dir = dir;
	name->node = node;
	name->references = 1; /* the tree's */
	name->length = (uint32_t)length;
	name->in_tree = true;
	memcpy(name->text, text, length);
	name->text[length] = '\0';
	cbf__map_insert(&tree->names, &name->by_name, hash_of(dir, text, length));
	cbf__list_append(node->names.next, &name->of_node);
	dir->children++;
	free(node->gone);
	node->gone = NULL;
	return name;
}

void cbf__name_release(struct cbf__name *name)
{
	if (--name->references == 0)
		free(name);
}

/* Leaves dir->children to drop to zero without freeing the directory: its pins and lookups decide that when they go. */
void cbf__name_remove(struct cbf__tree *tree, struct cbf__name *name)
{
	cbf__map_remove(&tree->names, &name->by_name);
	cbf__list_remove(&name->of_node);
	name->dir->children--;
	name->in_tree = false;
	name->dir = name->node = NULL;
	cbf__name_release(name);
}

struct cbf__name *cbf__node_name(const struct cbf__node *node)
{
	if (cbf__list_empty(&node->names))
		return NULL;
	return CBF__CONTAINER(node->names.next, struct cbf__name, of_node);
}

bool cbf__node_is_below(const struct cbf__node *node, const struct cbf__node *above)
{
	while (node && node != above) {
		const struct cbf__name *name = cbf__node_name(node);

		node = name ? name->dir : NULL;
	}
	return node == above;
}

/* A node that loses its last name keeps the memory of it. */
static void leave_name(struct cbf__tree *tree, struct cbf__name *name, const struct stat *attr)
{
	struct cbf__node *node = name->node;
	struct cbf__gone *gone = node->names.next->next == &node->names ? cbf__path_gone(name) : NULL;

	if (gone) {
		gone->attr = *attr;
		free(node->gone);
		node->gone = gone;
	}
	cbf__name_remove(tree, name);
}

/* Takes a name away, and with it what lived for it only. */
static void drop_name(struct cbf__tree *tree, struct cbf__name *name)
{
	struct cbf__node *node = name->node;
	struct cbf__node *dir = name->dir;

	cbf__node_pin(node);
	cbf__node_pin(dir);
	leave_name(tree, name, &(const struct stat){.st_mode = node->type});
	cbf__node_unpin(tree, node);
	cbf__node_unpin(tree, dir);
}

static void use_name(struct cbf__name *name)
{
	struct cbf__list *names = &name->node->names;

	if (names->next == &name->of_node)
		return;
	cbf__list_remove(&name->of_node);
	cbf__list_append(names->next, &name->of_node);
}

static struct cbf__node *known_node(struct cbf__tree *tree, const struct cbf__name *name, uint64_t file_id, mode_t type,
				    uint32_t hard_links)
{
	struct cbf__node *node = NULL;

	if (file_id)
		node = cbf__node_find_file_id(tree, file_id);
	else if (name && !name->node->file_id)
		node = name->node;
	if (node && node->type != type) {
		/* Not the file that it was, whatever its FileId says: the kernel cannot change an inode's type. */
		cbf__node_die(tree, node);
		return NULL;
	}
	/* One link, yet another name than the known one, and not open: the FileId may be another file's by now. A new
	 * node costs only the cache; the old one would let a stale name change the new file. */
	if (node && type != S_IFDIR && !node->file && hard_links == 1 && cbf__node_name(node) &&
	    !(name && name->node == node)) {
		cbf__node_pin(node);
		cbf__node_die(tree, node);
		CBF__LIST_FOR_EACH_SAFE(link, &node->names) {
			drop_name(tree, CBF__CONTAINER(link, struct cbf__name, of_node));
		}
		cbf__node_unpin(tree, node);
		return NULL;
	}
	return node;
}

enum cbf__learned cbf__tree_learn(struct cbf__tree *tree, struct cbf__node *dir, const char *text, size_t length,
				  const struct cbf_file_info *info, struct cbf__node **found)
{
	uint64_t file_id = tree->use_file_ids ? info->file_id : 0;
	mode_t type = info->mode & S_IFMT ? info->mode & S_IFMT : S_IFREG;
	struct cbf__name *name = cbf__name_find(tree, dir, text, length);
	struct cbf__node *node;

	if (file_id == CBF_ROOT_ID)
		return CBF__LEARNED_NONSENSE;
	node = known_node(tree, name, file_id, type, tree->use_hard_links ? info->hard_link_count : 0);
	if (node && type == S_IFDIR && cbf__node_is_below(dir, node))
		return CBF__LEARNED_NONSENSE;
	if (!node)
		node = cbf__node_new(tree, file_id, type);
	if (!node)
		return CBF__LEARNED_NO_MEMORY;
	cbf__node_pin(node);
	if (name && name->node != node) {
		drop_name(tree, name);
		name = NULL;
	}
	if (!name && type == S_IFDIR && cbf__node_name(node))
		drop_name(tree, cbf__node_name(node)); /* moved behind our back */
	if (!name)
		name = cbf__name_add(tree, dir, text, length, node);
	if (!name) {
		cbf__node_unpin(tree, node);
		return CBF__LEARNED_NO_MEMORY;
	}
	use_name(name);
	node->hard_links = tree->use_hard_links && info->hard_link_count ? info->hard_link_count : 1;
	node->pins--; /* its name is new or was there: it lives by what the caller does next */
	*found = node;
	return CBF__LEARNED;
}

void cbf__tree_unlink(struct cbf__tree *tree, struct cbf__name *name, uint32_t hard_links, const struct stat *attr)
{
	struct cbf__node *node = name->node;
	struct cbf__node *dir = name->dir;
	struct stat left = *attr;

	cbf__node_pin(node);
	cbf__node_pin(dir);
	left.st_nlink = hard_links;
	leave_name(tree, name, &left);
	node->hard_links = hard_links;
	if (hard_links == 0 && cbf__list_empty(&node->names))
		cbf__node_die(tree, node);
	cbf__node_unpin(tree, node);
	cbf__node_unpin(tree, dir);
}

void cbf__tree_lose(struct cbf__tree *tree, struct cbf__name *name)
{
	struct cbf__node *node = name->node;
	struct cbf__node *dir = name->dir;

	cbf__node_pin(node);
	cbf__node_pin(dir);
	leave_name(tree, name, &(const struct stat){.st_mode = node->type});
	cbf__node_unpin(tree, node);
	cbf__node_unpin(tree, dir);
}

bool cbf__tree_move(struct cbf__tree *tree, struct cbf__name *name, struct cbf__node *new_dir, const char *new_text,
		    size_t new_length)
{
	struct cbf__node *node = name->node;
	bool moved;

	cbf__node_pin(node);
	cbf__name_remove(tree, name);
	moved = cbf__name_add(tree, new_dir, new_text, new_length, node) != NULL;
	cbf__node_unpin(tree, node);
	return moved;
}
