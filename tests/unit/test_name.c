/* SPDX-License-Identifier: MIT */
/* Names: what the application says of them is learned, they go, they move. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tree_helpers.h"

enum { MANY_NAMES = 2000 };

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

static void unlink_name(struct cbf__tree *tree, struct cbf__node *dir, const char *text, uint32_t left)
{
	cbf__tree_unlink(tree, find_name(tree, dir, text), left, &(struct stat){.st_size = 42, .st_nlink = 9});
}

static void learned_name_is_found(void **state)
{
	struct cbf__tree *tree = *state;
	struct cbf__node *x = look_up(tree, tree->root, "x", 5, S_IFREG | 0640);
	struct cbf__name *name = find_name(tree, tree->root, "x");

	assert_non_null(name);
	assert_ptr_equal(name->node, x);
	assert_ptr_equal(name->dir, tree->root);
	assert_string_equal(name->text, "x");
	assert_int_equal(name->length, 1);
	assert_true(name->in_tree);
	assert_int_equal(x->type, S_IFREG);
	assert_int_equal(x->file_id, 5);
	assert_int_equal(x->pins, 0);
	assert_null(find_name(tree, tree->root, "y"));
	assert_null(find_name(tree, tree->root, "xx"));
	assert_null(find_name(tree, tree->root, ""));
	assert_ptr_equal(look_up(tree, tree->root, "x", 5, S_IFREG | 0600), x);
	expect_counts(tree, 2, 1);
	cbf__node_forget(tree, x, 2);
}

static void type_0_is_a_regular_file(void **state)
{
	struct cbf__tree *tree = *state;
	struct cbf__node *x = look_up(tree, tree->root, "x", 5, 0644);

	assert_int_equal(x->type, S_IFREG);
	assert_ptr_equal(look_up(tree, tree->root, "x", 5, S_IFREG), x);
	cbf__node_forget(tree, x, 2);
}

/* The text need not be terminated: a length comes with it. */
static void texts_are_told_apart_by_length_and_directory(void **state)
{
	struct cbf__tree *tree = *state;
	struct cbf__node *a = look_up(tree, tree->root, "a", 5, S_IFDIR);
	struct cbf__node *inner = look_up(tree, a, "a", 6, S_IFREG), *node = NULL;
	struct cbf_file_info info = {.file_id = 7, .mode = S_IFREG};

	assert_int_equal(cbf__tree_learn(tree, a, "abcd", 2, &info, &node), CBF__LEARNED);
	node->lookups++;
	assert_string_equal(cbf__node_name(node)->text, "ab");
	assert_ptr_equal(cbf__name_find(tree, tree->root, "abc", 1)->node, a);
	assert_ptr_equal(cbf__name_find(tree, a, "abc", 1)->node, inner);
	assert_ptr_equal(cbf__name_find(tree, a, "abc", 2)->node, node);
	assert_null(cbf__name_find(tree, a, "abc", 3));
	assert_null(cbf__name_find(tree, tree->root, "abc", 2));
	cbf__node_forget(tree, node, 1);
	cbf__node_forget(tree, inner, 1);
	cbf__node_forget(tree, a, 1);
}

static void hard_links_are_one_node(void **state)
{
	struct cbf__tree *tree = *state;
	struct cbf__node *a = look_up(tree, tree->root, "a", 5, S_IFDIR);
	struct cbf__node *x = look_up(tree, tree->root, "x", 6, S_IFREG), *again = NULL;

	assert_int_equal(try_learn(tree, a, "y", 6, S_IFREG, 2, &again), CBF__LEARNED);
	assert_ptr_equal(again, x);
	assert_int_equal(x->hard_links, 2);
	expect_counts(tree, 3, 3);
	assert_ptr_equal(find_name(tree, tree->root, "x")->node, x);
	assert_ptr_equal(find_name(tree, a, "y")->node, x);
	cbf__node_forget(tree, a, 1);
	cbf__node_forget(tree, x, 1);
}

/* One link, and yet a second name: the FileId is another file's by now, and the first name is stale. The old node must
 * not let it change the new file. */
static void only_link_under_another_name_is_another_file(void **state)
{
	struct cbf__tree *tree = *state;
	struct cbf__node *old = look_up(tree, tree->root, "x", 5, S_IFREG), *new = NULL, *again = NULL;

	assert_int_equal(try_learn(tree, tree->root, "y", 5, S_IFREG, 1, &new), CBF__LEARNED);
	new->lookups++;
	assert_ptr_not_equal(new, old);
	assert_true(old->dead);
	assert_null(find_name(tree, tree->root, "x"));
	expect_path(old, "/x");
	assert_ptr_equal(cbf__node_find_file_id(tree, 5), new);
	assert_true(new->id != old->id);
	/* Under its own name it is what it was. */
	assert_int_equal(try_learn(tree, tree->root, "y", 5, S_IFREG, 1, &again), CBF__LEARNED);
	assert_ptr_equal(again, new);
	expect_counts(tree, 3, 1);
	cbf__node_forget(tree, old, 1);
	cbf__node_forget(tree, new, 1);
}

static void open_file_stays_itself_under_another_name(void **state)
{
	struct cbf__tree *tree = *state;
	struct cbf__node *x = look_up(tree, tree->root, "x", 5, S_IFREG), *again = NULL;
	struct cbf__file *file = cbf__file_new();

	assert_non_null(file);
	cbf__file_attach(tree, file, x);
	assert_int_equal(try_learn(tree, tree->root, "y", 5, S_IFREG, 1, &again), CBF__LEARNED);
	assert_ptr_equal(again, x);
	assert_false(x->dead);
	cbf__file_destroy(tree, file);
	cbf__node_forget(tree, x, 1);
}

static void name_used_last_is_the_nodes_name(void **state)
{
	static const char *const texts[] = {"x", "y", "z", "x", "z", "z", "y"};
	struct cbf__tree *tree = *state;
	struct cbf__node *x = NULL;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		x = look_up(tree, tree->root, texts[i], 6, S_IFREG);
		assert_string_equal(cbf__node_name(x)->text, texts[i]);
	}
	/* The one used before that follows. */
	unlink_name(tree, tree->root, "y", 2);
	assert_string_equal(cbf__node_name(x)->text, "z");
	unlink_name(tree, tree->root, "z", 1);
	assert_string_equal(cbf__node_name(x)->text, "x");
	cbf__node_forget(tree, x, 7);
}

static void hard_link_count_is_1_without_hard_links(void **state)
{
	struct cbf__tree *tree = *state, *with = new_tree(true, true);
	struct cbf__node *x = NULL;

	assert_int_equal(try_learn(tree, tree->root, "x", 6, S_IFREG, 3, &x), CBF__LEARNED);
	assert_int_equal(x->hard_links, 1);
	x->lookups++;
	cbf__node_forget(tree, x, 1);
	assert_int_equal(try_learn(with, with->root, "x", 6, S_IFREG, 0, &x), CBF__LEARNED);
	assert_int_equal(x->hard_links, 1);
	destroy_tree(with);
}

static void each_name_is_a_node_without_file_ids(void **state)
{
	struct cbf__tree *tree = *state;
	struct cbf__node *x = look_up(tree, tree->root, "x", 6, S_IFREG);
	struct cbf__node *y = look_up(tree, tree->root, "y", 6, S_IFREG);

	assert_ptr_not_equal(x, y);
	assert_int_equal(x->file_id, 0);
	assert_ptr_equal(look_up(tree, tree->root, "x", 7, S_IFREG), x);
	cbf__node_forget(tree, x, 2);
	cbf__node_forget(tree, y, 1);
}

static void file_id_0_is_made_up_for_each_name(void **state)
{
	struct cbf__tree *tree = *state;
	struct cbf__node *x = look_up(tree, tree->root, "x", 0, S_IFREG);
	struct cbf__node *y = look_up(tree, tree->root, "y", 0, S_IFREG), *known;

	assert_ptr_not_equal(x, y);
	assert_ptr_equal(look_up(tree, tree->root, "x", 0, S_IFREG), x);
	/* Once it has a FileId it is not the file that it was. */
	known = look_up(tree, tree->root, "x", 9, S_IFREG);
	assert_ptr_not_equal(known, x);
	assert_null(cbf__node_name(x));
	cbf__node_forget(tree, x, 2);
	cbf__node_forget(tree, y, 1);
	cbf__node_forget(tree, known, 1);
}

static void name_that_now_is_another_file(void **state)
{
	struct cbf__tree *tree = *state;
	struct cbf__node *old = look_up(tree, tree->root, "x", 5, S_IFREG);
	struct cbf__node *new = look_up(tree, tree->root, "x", 6, S_IFREG);

	assert_ptr_not_equal(old, new);
	assert_ptr_equal(find_name(tree, tree->root, "x")->node, new);
	assert_null(cbf__node_name(old));
	assert_false(old->dead); /* it may have names that nobody has asked for */
	assert_ptr_equal(cbf__node_find_file_id(tree, 5), old);
	expect_counts(tree, 3, 1);
	cbf__node_forget(tree, old, 1);
	expect_counts(tree, 2, 1);
	/* And one that nobody refers to goes with its name. */
	new->lookups--;
	new->pins++;
	old = look_up(tree, tree->root, "y", 6, S_IFREG);
	assert_ptr_equal(old, new);
	new->pins--;
	new->lookups--;
	look_up(tree, tree->root, "x", 7, S_IFREG);
	look_up(tree, tree->root, "y", 7, S_IFREG);
	expect_counts(tree, 2, 2);
	cbf__node_forget(tree, cbf__node_find(tree, 7), 2);
}

/* event_file.h: for a file whose last name is gone it is the last name that it had. */
static void file_whose_name_was_taken_remembers_its_path(void **state)
{
	struct cbf__tree *tree = *state;
	struct cbf__node *a = look_up(tree, tree->root, "a", 4, S_IFDIR);
	struct cbf__node *old = look_up(tree, a, "x", 5, S_IFREG);
	struct cbf__node *new = look_up(tree, a, "x", 6, S_IFREG);

	assert_non_null(old->gone);
	expect_path(old, "/a/x");
	/* A new name makes it forget. */
	look_up(tree, tree->root, "y", 5, S_IFREG);
	assert_null(old->gone);
	expect_path(old, "/y");
	cbf__node_forget(tree, old, 2);
	cbf__node_forget(tree, new, 1);
	cbf__node_forget(tree, a, 1);
}

static void directory_that_was_replaced_remembers_its_path(void **state)
{
	struct cbf__tree *tree = *state;
	struct cbf__node *a = look_up(tree, tree->root, "a", 4, S_IFDIR);
	struct cbf__node *x = look_up(tree, a, "x", 5, S_IFREG);
	struct cbf__node *file = look_up(tree, tree->root, "a", 6, S_IFREG);

	expect_path(x, "/a/x"); /* and not /x, which may be quite another file */
	cbf__node_forget(tree, a, 1);
	expect_counts(tree, 4, 2);
	cbf__node_forget(tree, x, 1);
	cbf__node_forget(tree, file, 1);
}

static void other_type_is_another_file(void **state)
{
	struct cbf__tree *tree = *state;
	struct cbf__node *old = look_up(tree, tree->root, "x", 5, S_IFREG);
	struct cbf__node *new = look_up(tree, tree->root, "x", 5, S_IFDIR);

	assert_ptr_not_equal(old, new);
	assert_true(old->dead);
	assert_false(new->dead);
	assert_int_equal(new->type, S_IFDIR);
	assert_true(new->id != old->id);
	assert_ptr_equal(cbf__node_find_file_id(tree, 5), new);
	assert_null(cbf__node_name(old));
	cbf__node_forget(tree, old, 1);
	cbf__node_forget(tree, new, 1);
}

static void other_type_is_another_file_without_file_ids(void **state)
{
	struct cbf__tree *tree = *state;
	struct cbf__node *old = look_up(tree, tree->root, "x", 0, S_IFREG);
	struct cbf__node *new = look_up(tree, tree->root, "x", 0, S_IFLNK);

	assert_ptr_not_equal(old, new);
	assert_true(old->dead);
	assert_int_equal(new->type, S_IFLNK);
	cbf__node_forget(tree, old, 1);
	cbf__node_forget(tree, new, 1);
}

static void directory_moved_behind_our_back(void **state)
{
	struct cbf__tree *tree = *state;
	struct cbf__node *a = look_up(tree, tree->root, "a", 4, S_IFDIR);
	struct cbf__node *b = look_up(tree, tree->root, "b", 5, S_IFDIR);
	struct cbf__node *d = look_up(tree, a, "d", 6, S_IFDIR);
	struct cbf__node *x = look_up(tree, d, "x", 7, S_IFREG);

	assert_ptr_equal(look_up(tree, b, "e", 6, S_IFDIR), d);
	expect_path(x, "/b/e/x");
	assert_null(find_name(tree, a, "d"));
	assert_int_equal(a->children, 0);
	assert_int_equal(b->children, 1);
	expect_counts(tree, 5, 4);
	cbf__node_forget(tree, a, 1);
	expect_counts(tree, 4, 3);
	cbf__node_forget(tree, b, 1);
	cbf__node_forget(tree, d, 2);
	cbf__node_forget(tree, x, 1);
}

static void directory_that_moved_frees_those_it_came_from(void **state)
{
	struct cbf__tree *tree = *state;
	struct cbf__node *a = look_up(tree, tree->root, "a", 4, S_IFDIR);
	struct cbf__node *b = look_up(tree, a, "b", 5, S_IFDIR);
	struct cbf__node *d = look_up(tree, b, "d", 6, S_IFDIR);

	cbf__node_forget(tree, a, 1);
	cbf__node_forget(tree, b, 1);
	look_up(tree, tree->root, "d", 6, S_IFDIR);
	expect_counts(tree, 2, 1);
	cbf__node_forget(tree, d, 2);
}

/* /a/d was moved to /a, over the empty directory that a has become. */
static void directory_that_took_the_place_of_its_parent(void **state)
{
	struct cbf__tree *tree = *state;
	struct cbf__node *a = look_up(tree, tree->root, "a", 4, S_IFDIR);
	struct cbf__node *d = look_up(tree, a, "d", 6, S_IFDIR);

	cbf__node_forget(tree, a, 1);
	look_up(tree, tree->root, "a", 6, S_IFDIR);
	expect_counts(tree, 2, 1);
	expect_path(d, "/a");
	cbf__node_forget(tree, d, 2);
}

static void directory_loops_are_nonsense(void **state)
{
	struct cbf__tree *tree = *state;
	struct cbf__node *a = look_up(tree, tree->root, "a", 4, S_IFDIR);
	struct cbf__node *b = look_up(tree, a, "b", 5, S_IFDIR);
	struct cbf__node *c = look_up(tree, b, "c", 6, S_IFDIR);
	struct cbf__node *none = NULL;

	assert_int_equal(try_learn(tree, c, "x", 4, S_IFDIR, 1, &none), CBF__LEARNED_NONSENSE);
	assert_int_equal(try_learn(tree, c, "x", 6, S_IFDIR, 1, &none), CBF__LEARNED_NONSENSE);
	assert_int_equal(try_learn(tree, b, "c", 5, S_IFDIR, 1, &none), CBF__LEARNED_NONSENSE);
	assert_null(none);
	expect_path(c, "/a/b/c");
	expect_counts(tree, 4, 3);
	assert_true(cbf__node_is_below(c, a));
	assert_true(cbf__node_is_below(c, tree->root));
	assert_true(cbf__node_is_below(a, a));
	assert_false(cbf__node_is_below(a, c));
	cbf__node_forget(tree, a, 1);
	cbf__node_forget(tree, b, 1);
	cbf__node_forget(tree, c, 1);
}

static void root_id_is_nonsense(void **state)
{
	struct cbf__tree *tree = *state;
	struct cbf__node *none = NULL;

	assert_int_equal(try_learn(tree, tree->root, "x", CBF_ROOT_ID, S_IFDIR, 1, &none), CBF__LEARNED_NONSENSE);
	assert_int_equal(try_learn(tree, tree->root, "x", CBF_ROOT_ID, S_IFREG, 1, &none), CBF__LEARNED_NONSENSE);
	assert_null(none);
	assert_false(tree->root->dead);
	assert_ptr_equal(cbf__node_find_file_id(tree, CBF_ROOT_ID), tree->root);
}

static void root_id_is_not_looked_at_without_file_ids(void **state)
{
	struct cbf__tree *tree = *state;
	struct cbf__node *x = look_up(tree, tree->root, "x", CBF_ROOT_ID, S_IFREG);

	cbf__node_forget(tree, x, 1);
}

static void node_with_very_many_names(void **state)
{
	struct cbf__tree *tree = *state;
	struct cbf__node *x = NULL;
	char text[16];

	for (unsigned i = 0; i < MANY_NAMES; i++) {
		snprintf(text, sizeof(text), "name-%u", i);
		x = look_up(tree, tree->root, text, 5, S_IFREG);
	}
	expect_counts(tree, 2, MANY_NAMES);
	for (unsigned i = 0; i < MANY_NAMES; i++) {
		snprintf(text, sizeof(text), "name-%u", i);
		assert_ptr_equal(find_name(tree, tree->root, text)->node, x);
		if (i % 2)
			unlink_name(tree, tree->root, text, MANY_NAMES - 1 - i / 2);
	}
	expect_counts(tree, 2, MANY_NAMES / 2);
	assert_null(find_name(tree, tree->root, "name-1"));
	assert_non_null(find_name(tree, tree->root, "name-2"));
	cbf__node_forget(tree, x, MANY_NAMES);
	expect_counts(tree, 1, 0);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
#define TEST_WITHOUT_IDS(function) cmocka_unit_test_setup_teardown(function, set_up_without_ids, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(learned_name_is_found),
		TEST(type_0_is_a_regular_file),
		TEST(texts_are_told_apart_by_length_and_directory),
		TEST(hard_links_are_one_node),
		TEST(only_link_under_another_name_is_another_file),
		TEST(open_file_stays_itself_under_another_name),
		TEST(name_used_last_is_the_nodes_name),
		TEST_WITHOUT_IDS(hard_link_count_is_1_without_hard_links),
		TEST_WITHOUT_IDS(each_name_is_a_node_without_file_ids),
		TEST(file_id_0_is_made_up_for_each_name),
		TEST(name_that_now_is_another_file),
		TEST(file_whose_name_was_taken_remembers_its_path),
		TEST(directory_that_was_replaced_remembers_its_path),
		TEST(other_type_is_another_file),
		TEST_WITHOUT_IDS(other_type_is_another_file_without_file_ids),
		TEST(directory_moved_behind_our_back),
		TEST(directory_that_moved_frees_those_it_came_from),
		TEST(directory_that_took_the_place_of_its_parent),
		TEST(directory_loops_are_nonsense),
		TEST(root_id_is_nonsense),
		TEST_WITHOUT_IDS(root_id_is_not_looked_at_without_file_ids),
		TEST(node_with_very_many_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
