/* SPDX-License-Identifier: MIT */
/* What several tests of the tree need. They have one thread, so they do not lock. Include cmocka.h before. */
#ifndef TREE_HELPERS_H
#define TREE_HELPERS_H

#include "open/open.h"
#include "tree/path.h"
#include "tree/tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static inline struct cbf__tree *new_tree(bool use_file_ids, bool use_hard_links)
{
	struct cbf__tree *tree = malloc(sizeof(*tree));

	assert_non_null(tree);
	assert_int_equal(cbf__tree_init(tree, use_file_ids, use_hard_links), 0);
	return tree;
}

static inline void destroy_tree(struct cbf__tree *tree)
{
	cbf__tree_destroy(tree);
	free(tree);
}

static inline enum cbf__learned try_learn(struct cbf__tree *tree, struct cbf__node *dir, const char *text,
					  uint64_t file_id, mode_t mode, uint32_t links, struct cbf__node **node)
{
	struct cbf_file_info info = {.file_id = file_id, .mode = mode, .hard_link_count = links};

	return cbf__tree_learn(tree, dir, text, strlen(text), &info, node);
}

/* As a lookup does it: the kernel knows the node one time more. There is another name somewhere, so that a second one
 * is no surprise. */
static inline struct cbf__node *look_up(struct cbf__tree *tree, struct cbf__node *dir, const char *text,
					uint64_t file_id, mode_t mode)
{
	struct cbf__node *node = NULL;

	assert_int_equal(try_learn(tree, dir, text, file_id, mode, 2, &node), CBF__LEARNED);
	assert_non_null(node);
	node->lookups++;
	return node;
}

static inline struct cbf__name *find_name(struct cbf__tree *tree, const struct cbf__node *dir, const char *text)
{
	return cbf__name_find(tree, dir, text, strlen(text));
}

static inline void expect_path(const struct cbf__node *node, const char *expected)
{
	struct cbf__buffer path = {0};

	assert_true(cbf__path_of_node(&path, node));
	assert_string_equal(path.bytes, expected);
	assert_int_equal(path.length, strlen(expected));
	cbf__buffer_destroy(&path);
}

static inline void expect_counts(const struct cbf__tree *tree, size_t nodes, size_t names)
{
	assert_int_equal(tree->nodes.count, nodes);
	assert_int_equal(tree->names.count, names);
}

/* Destroys the tree, in which nothing is left but the root. */
static inline void end_tree(struct cbf__tree *tree)
{
	bool has_nodes = tree->nodes.count != 1 || tree->file_ids.count != 1 || tree->names.count != 0;
	bool has_open = tree->handles.count != 0 || tree->open_files != 0 || tree->enumerations != 0;
	bool root_in_use = tree->root->children != 0 || tree->root->pins != 0;
	bool has_claims = tree->exclusive_claims != 0 || !cbf__list_empty(&tree->claims_shared) ||
			  !cbf__list_empty(&tree->claims_exclusive) || !cbf__list_empty(&tree->claims_waiting);

	destroy_tree(tree);
	assert_false(has_nodes);
	assert_false(has_open);
	assert_false(root_in_use);
	assert_false(has_claims);
}

#endif
