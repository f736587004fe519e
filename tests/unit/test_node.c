/* SPDX-License-Identifier: MIT */
/* Identity of nodes, and how long they live. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tree_helpers.h"

#define SPARE (UINT64_C(1) << 63)

enum { DEPTH = 100000 };

static int set_up(void **state)
{
	*state = new_tree(true, true);
	return 0;
}

static int set_up_without_ids(void **state)
{
	*state = new_tree(false, false);
	return 0;
}

static int tear_down(void **state)
{
	end_tree(*state);
	return 0;
}

static struct cbf__node *new_node(struct cbf__tree *tree, uint64_t file_id)
{
	struct cbf__node *node = cbf__node_new(tree, file_id, S_IFREG | 0644);

	assert_non_null(node);
	node->lookups = 1;
	return node;
}

static void root_is_there_and_stays(void **state)
{
	struct cbf__tree *tree = *state;
	struct cbf__node *root = cbf__node_find(tree, CBF__ROOT_NODE_ID);

	assert_non_null(root);
	assert_ptr_equal(root, tree->root);
	assert_int_equal(root->type, S_IFDIR);
	assert_int_equal(cbf__node_ino(tree, root), CBF__ROOT_NODE_ID);
	assert_ptr_equal(cbf__node_find_file_id(tree, CBF_ROOT_ID), root);
	cbf__node_pin(root);
	cbf__node_unpin(tree, root);
	root->lookups = 1;
	cbf__node_forget(tree, root, 1);
	assert_ptr_equal(cbf__node_find(tree, CBF__ROOT_NODE_ID), root);
}

static void id_is_the_file_id(void **state)
{
	static const uint64_t ids[] = {2, 3, 4096, UINT32_MAX, CBF_ROOT_ID - 1, CBF_ROOT_ID + 1, UINT64_MAX};
	struct cbf__tree *tree = *state;

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		struct cbf__node *node = new_node(tree, ids[i]);

		assert_int_equal(node->id, ids[i]);
		assert_int_equal(cbf__node_ino(tree, node), ids[i]);
		assert_ptr_equal(cbf__node_find(tree, ids[i]), node);
		assert_ptr_equal(cbf__node_find_file_id(tree, ids[i]), node);
		assert_int_equal(node->type, S_IFREG);
		cbf__node_forget(tree, node, 1);
		assert_null(cbf__node_find(tree, ids[i]));
		assert_null(cbf__node_find_file_id(tree, ids[i]));
	}
}

static void file_id_1_and_the_root_change_places(void **state)
{
	struct cbf__tree *tree = *state;
	struct cbf__node *node = new_node(tree, 1);

	assert_int_equal(node->id, CBF_ROOT_ID);
	assert_int_equal(cbf__node_ino(tree, node), CBF_ROOT_ID);
	assert_ptr_equal(cbf__node_find(tree, CBF_ROOT_ID), node);
	assert_ptr_equal(cbf__node_find_file_id(tree, 1), node);
	assert_ptr_equal(cbf__node_find(tree, 1), tree->root);
	assert_ptr_equal(cbf__node_find_file_id(tree, CBF_ROOT_ID), tree->root);
	assert_int_equal(cbf__file_id_to_ino(1), CBF_ROOT_ID);
	assert_int_equal(cbf__file_id_to_ino(CBF_ROOT_ID), 1);
	assert_int_equal(cbf__file_id_to_ino(2), 2);
	cbf__node_forget(tree, node, 1);
}

static void ids_are_counted_without_file_ids(void **state)
{
	struct cbf__tree *tree = *state;
	struct cbf__node *nodes[100];

	for (size_t i = 0; i < 100; i++) {
		nodes[i] = new_node(tree, 0);
		assert_true(nodes[i]->id != CBF__ROOT_NODE_ID);
		assert_true(nodes[i]->id < SPARE);
		assert_int_equal(cbf__node_ino(tree, nodes[i]), nodes[i]->id);
		assert_ptr_equal(cbf__node_find(tree, nodes[i]->id), nodes[i]);
		for (size_t j = 0; j < i; j++)
			assert_true(nodes[j]->id != nodes[i]->id);
	}
	assert_int_equal(tree->file_ids.count, 1);
	assert_int_equal(cbf__node_ino(tree, tree->root), 1);
	for (size_t i = 0; i < 100; i++)
		cbf__node_forget(tree, nodes[i], 1);
}

static void number_of_a_forgotten_node_is_not_counted_again(void **state)
{
	struct cbf__tree *tree = *state;
	struct cbf__node *node = new_node(tree, 0);
	uint64_t id = node->id;

	cbf__node_forget(tree, node, 1);
	node = new_node(tree, 0);
	assert_true(node->id != id);
	cbf__node_forget(tree, node, 1);
}

static void recycled_file_id_of_a_dead_node_gets_another_id(void **state)
{
	struct cbf__tree *tree = *state;
	struct cbf__node *first = new_node(tree, 5), *second, *third;

	cbf__node_die(tree, first);
	assert_true(first->dead);
	assert_null(cbf__node_find_file_id(tree, 5));
	assert_ptr_equal(cbf__node_find(tree, 5), first);

	second = new_node(tree, 5);
	assert_true(second->id >= SPARE);
	assert_int_equal(cbf__node_ino(tree, second), 5);
	assert_ptr_equal(cbf__node_find(tree, 5), first);
	assert_ptr_equal(cbf__node_find(tree, second->id), second);
	assert_ptr_equal(cbf__node_find_file_id(tree, 5), second);

	cbf__node_die(tree, second);
	third = new_node(tree, 5);
	assert_true(third->id >= SPARE && third->id != second->id);
	assert_ptr_equal(cbf__node_find_file_id(tree, 5), third);
	/* The dead do not take the living one's place in the index along. */
	cbf__node_forget(tree, first, 1);
	cbf__node_forget(tree, second, 1);
	assert_ptr_equal(cbf__node_find_file_id(tree, 5), third);
	cbf__node_forget(tree, third, 1);

	first = new_node(tree, 5);
	assert_int_equal(first->id, 5);
	cbf__node_forget(tree, first, 1);
}

static void recycled_file_id_1_does_not_become_the_root(void **state)
{
	struct cbf__tree *tree = *state;
	struct cbf__node *first = new_node(tree, 1), *second;

	cbf__node_die(tree, first);
	second = new_node(tree, 1);
	assert_true(second->id >= SPARE);
	assert_ptr_equal(cbf__node_find(tree, 1), tree->root);
	cbf__node_forget(tree, first, 1);
	cbf__node_forget(tree, second, 1);
}

static void file_ids_above_2_to_63_do_not_meet_spare_ids(void **state)
{
	struct cbf__tree *tree = *state;
	struct cbf__node *high = new_node(tree, SPARE), *first = new_node(tree, 5), *second, *late;

	cbf__node_die(tree, first);
	second = new_node(tree, 5);
	assert_true(second->id > SPARE);
	late = new_node(tree, second->id); /* the number as somebody's FileId */
	assert_true(late->id > second->id);
	assert_ptr_equal(cbf__node_find_file_id(tree, second->id), late);
	assert_int_equal(cbf__node_ino(tree, late), second->id);
	cbf__node_forget(tree, late, 1);
	cbf__node_forget(tree, second, 1);
	cbf__node_forget(tree, first, 1);
	cbf__node_forget(tree, high, 1);
}

/* A FileId of 0 is "make one up": st_ino must not be another file's, or programs take the two for hard links. */
static void made_up_numbers_are_nobody_elses(void **state)
{
	struct cbf__tree *tree = *state;
	struct cbf__node *made_up[3], *known[3];

	for (unsigned i = 0; i < 3; i++)
		made_up[i] = new_node(tree, 0);
	for (unsigned i = 0; i < 3; i++)
		known[i] = new_node(tree, 2 + i);
	for (unsigned i = 0; i < 9; i++) {
		assert_true(made_up[i / 3]->id != known[i % 3]->id);
		assert_true(cbf__node_ino(tree, made_up[i / 3]) != cbf__node_ino(tree, known[i % 3]));
	}
	for (unsigned i = 0; i < 3; i++) {
		cbf__node_forget(tree, made_up[i], 1);
		cbf__node_forget(tree, known[i], 1);
	}
}

static void node_lives_by_lookups(void **state)
{
	struct cbf__tree *tree = *state;
	struct cbf__node *node = look_up(tree, tree->root, "a", 5, S_IFREG);

	look_up(tree, tree->root, "a", 5, S_IFREG);
	look_up(tree, tree->root, "a", 5, S_IFREG);
	expect_counts(tree, 2, 1);
	cbf__node_forget(tree, node, 1);
	cbf__node_forget(tree, node, 0);
	expect_counts(tree, 2, 1);
	cbf__node_forget(tree, node, 2);
	expect_counts(tree, 1, 0);
}

static void forgetting_too_much_forgets_all(void **state)
{
	struct cbf__tree *tree = *state;
	struct cbf__node *node = look_up(tree, tree->root, "a", 5, S_IFREG);

	cbf__node_pin(node);
	cbf__node_forget(tree, node, UINT64_MAX);
	assert_int_equal(node->lookups, 0);
	expect_counts(tree, 2, 1);
	cbf__node_unpin(tree, node);
}

static void node_lives_by_pins(void **state)
{
	struct cbf__tree *tree = *state;
	struct cbf__node *node = look_up(tree, tree->root, "a", 5, S_IFREG);

	cbf__node_pin(node);
	cbf__node_pin(node);
	cbf__node_forget(tree, node, 1);
	cbf__node_unpin(tree, node);
	expect_counts(tree, 2, 1);
	cbf__node_unpin(tree, node);
	expect_counts(tree, 1, 0);
}

static void directory_lives_by_its_children(void **state)
{
	struct cbf__tree *tree = *state;
	struct cbf__node *a = look_up(tree, tree->root, "a", 5, S_IFDIR);
	struct cbf__node *b = look_up(tree, a, "b", 6, S_IFDIR);
	struct cbf__node *x = look_up(tree, b, "x", 7, S_IFREG);
	struct cbf__node *y = look_up(tree, b, "y", 8, S_IFREG);

	assert_int_equal(tree->root->children, 1);
	assert_int_equal(b->children, 2);
	cbf__node_forget(tree, a, 1);
	cbf__node_forget(tree, b, 1);
	expect_counts(tree, 5, 4);
	cbf__node_forget(tree, x, 1);
	expect_counts(tree, 4, 3);
	expect_path(y, "/a/b/y");
	cbf__node_forget(tree, y, 1);
	expect_counts(tree, 1, 0);
}

static void freeing_stops_at_who_is_in_use(void **state)
{
	struct cbf__tree *tree = *state;
	struct cbf__node *a = look_up(tree, tree->root, "a", 5, S_IFDIR);
	struct cbf__node *b = look_up(tree, a, "b", 6, S_IFDIR);
	struct cbf__node *x = look_up(tree, b, "x", 7, S_IFREG);

	cbf__node_forget(tree, b, 1);
	cbf__node_forget(tree, x, 1);
	expect_counts(tree, 2, 1);
	assert_int_equal(a->children, 0);
	cbf__node_forget(tree, a, 1);
}

/* Each directory of each name is let go of. */
static void node_with_names_in_many_directories_frees_them(void **state)
{
	struct cbf__tree *tree = *state;
	struct cbf__node *x = NULL;

	for (unsigned i = 0; i < 20; i++) {
		char text[16];
		struct cbf__node *dir, *inner;

		snprintf(text, sizeof(text), "d%u", i);
		dir = look_up(tree, tree->root, text, 100 + i, S_IFDIR);
		inner = look_up(tree, dir, "inner", 200 + i, S_IFDIR);
		x = look_up(tree, inner, "x", 7, S_IFREG);
		cbf__node_forget(tree, dir, 1);
		cbf__node_forget(tree, inner, 1);
	}
	expect_counts(tree, 1 + 20 + 20 + 1, 60);
	cbf__node_forget(tree, x, 20);
	expect_counts(tree, 1, 0);
}

/* If it were done by recursion, the stack would not do. */
static void deep_chain_is_freed_at_once(void **state)
{
	struct cbf__tree *tree = *state;
	struct cbf__node *node = tree->root;

	for (unsigned i = 0; i < DEPTH; i++) {
		struct cbf__node *dir = node;

		node = look_up(tree, dir, "d", 2 + i, S_IFDIR);
		if (dir != tree->root)
			cbf__node_forget(tree, dir, 1);
	}
	expect_counts(tree, DEPTH + 1, DEPTH);
	cbf__node_forget(tree, node, 1);
	expect_counts(tree, 1, 0);
}

/* AddressSanitizer tells what is left. */
static void destroying_the_tree_frees_what_the_kernel_knows(void **state)
{
	struct cbf__tree *tree = new_tree(true, true);
	struct cbf__node *a = look_up(tree, tree->root, "a", 5, S_IFDIR);
	struct cbf__node *b = look_up(tree, a, "b", 6, S_IFDIR);
	struct cbf__node *x = look_up(tree, b, "x", 7, S_IFREG);

	(void)state;
	look_up(tree, a, "y", 7, S_IFREG);
	cbf__tree_lose(tree, find_name(tree, b, "x"));
	cbf__tree_unlink(tree, find_name(tree, a, "y"), 0, &(struct stat){0});
	assert_non_null(x->gone);
	destroy_tree(tree);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
#define TEST_WITHOUT_IDS(function) cmocka_unit_test_setup_teardown(function, set_up_without_ids, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(root_is_there_and_stays),
		TEST(id_is_the_file_id),
		TEST(file_id_1_and_the_root_change_places),
		TEST_WITHOUT_IDS(ids_are_counted_without_file_ids),
		TEST_WITHOUT_IDS(number_of_a_forgotten_node_is_not_counted_again),
		TEST(recycled_file_id_of_a_dead_node_gets_another_id),
		TEST(recycled_file_id_1_does_not_become_the_root),
		TEST(file_ids_above_2_to_63_do_not_meet_spare_ids),
		TEST(made_up_numbers_are_nobody_elses),
		TEST(node_lives_by_lookups),
		TEST(forgetting_too_much_forgets_all),
		TEST(node_lives_by_pins),
		TEST(directory_lives_by_its_children),
		TEST(freeing_stops_at_who_is_in_use),
		TEST(node_with_names_in_many_directories_frees_them),
		TEST(deep_chain_is_freed_at_once),
		cmocka_unit_test(destroying_the_tree_frees_what_the_kernel_knows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
