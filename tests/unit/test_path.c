/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tree_helpers.h"

enum { DEPTH = 5000, LONG = 255 };

static int set_up(void **state)
{
	*state = new_tree(true, true);
	return 0;
}

static int tear_down(void **state)
{
	destroy_tree(*state);
	return 0;
}

static void expect_path_of_name(const struct cbf__node *dir, const char *text, const char *expected)
{
	struct cbf__buffer path = {0};

	assert_true(cbf__path_of_name(&path, dir, text, strlen(text)));
	assert_string_equal(path.bytes, expected);
	assert_int_equal(path.length, strlen(expected));
	cbf__buffer_destroy(&path);
}

static void root_is_a_slash(void **state)
{
	struct cbf__tree *tree = *state;

	expect_path(tree->root, "/");
}

static void components_are_joined(void **state)
{
	struct cbf__tree *tree = *state;
	struct cbf__node *a = look_up(tree, tree->root, "a", 2, S_IFDIR);
	struct cbf__node *bcd = look_up(tree, a, "bcd", 3, S_IFDIR);
	struct cbf__node *x = look_up(tree, bcd, "x y\n", 4, S_IFREG);

	expect_path(a, "/a");
	expect_path(bcd, "/a/bcd");
	expect_path(x, "/a/bcd/x y\n");
}

/* What is about to be created has a path, too. */
static void name_need_not_be_there(void **state)
{
	struct cbf__tree *tree = *state;
	struct cbf__node *a = look_up(tree, tree->root, "a", 2, S_IFDIR);
	struct cbf__buffer path = {0};

	expect_path_of_name(tree->root, "new", "/new");
	expect_path_of_name(a, "new", "/a/new");
	assert_true(cbf__path_of_name(&path, a, "new-and-more", 3));
	assert_string_equal(path.bytes, "/a/new");
	cbf__buffer_destroy(&path);
}

static void buffer_is_used_again(void **state)
{
	struct cbf__tree *tree = *state;
	struct cbf__node *a = look_up(tree, tree->root, "a-long-name-of-a-directory", 2, S_IFDIR);
	struct cbf__buffer path = {0};
	char *bytes;

	assert_true(cbf__path_of_node(&path, a));
	bytes = path.bytes;
	assert_true(cbf__path_of_name(&path, tree->root, "x", 1));
	assert_string_equal(path.bytes, "/x");
	assert_int_equal(path.length, 2);
	assert_true(cbf__path_of_node(&path, tree->root));
	assert_string_equal(path.bytes, "/");
	assert_int_equal(path.length, 1);
	assert_ptr_equal(path.bytes, bytes);
	cbf__buffer_destroy(&path);
}

static void deep_and_long_paths_are_whole(void **state)
{
	struct cbf__tree *tree = *state;
	struct cbf__node *node = tree->root;
	struct cbf__buffer path = {0};
	char text[LONG + 1], expected[16];
	const char *at;

	for (unsigned i = 0; i < DEPTH; i++) {
		memset(text, 'a' + (int)(i % 26), LONG);
		text[LONG] = '\0';
		memcpy(text, expected, (size_t)snprintf(expected, sizeof(expected), "%u-", i));
		node = look_up(tree, node, text, 2 + i, S_IFDIR);
	}
	assert_true(cbf__path_of_node(&path, node));
	assert_int_equal(path.length, DEPTH * (LONG + 1));
	assert_int_equal(path.bytes[path.length], '\0');
	at = path.bytes;
	for (unsigned i = 0; i < DEPTH; i++, at += LONG + 1) {
		int length = snprintf(expected, sizeof(expected), "/%u-", i);

		assert_memory_equal(at, expected, (size_t)length);
		assert_int_equal(at[LONG], 'a' + (int)(i % 26));
	}
	cbf__buffer_destroy(&path);
}

static void memory_of_a_name_is_its_path(void **state)
{
	struct cbf__tree *tree = *state;
	struct cbf__node *a = look_up(tree, tree->root, "a", 2, S_IFDIR);
	struct cbf__gone *gone;

	look_up(tree, a, "x", 3, S_IFREG);
	gone = cbf__path_gone(find_name(tree, a, "x"));
	assert_non_null(gone);
	assert_string_equal(gone->path, "/a/x");
	assert_int_equal(gone->attr.st_size, 0);
	free(gone);
}

static void below_a_directory_without_a_name_is_the_path_that_it_had(void **state)
{
	struct cbf__tree *tree = *state;
	struct cbf__node *a = look_up(tree, tree->root, "a", 2, S_IFDIR);
	struct cbf__node *b = look_up(tree, a, "b", 3, S_IFDIR);
	struct cbf__node *x = look_up(tree, b, "x", 4, S_IFREG);

	cbf__tree_unlink(tree, find_name(tree, tree->root, "a"), 0, &(struct stat){0});
	expect_path(a, "/a");
	expect_path(x, "/a/b/x");
	expect_path_of_name(a, "new", "/a/new");
	cbf__tree_unlink(tree, find_name(tree, a, "b"), 0, &(struct stat){0});
	expect_path(b, "/a/b");
	expect_path(x, "/a/b/x");
	/* Another directory under the old name has nothing to do with it. */
	look_up(tree, tree->root, "c", 5, S_IFDIR);
	expect_path(x, "/a/b/x");
}

static void path_is_that_of_the_name_used_last(void **state)
{
	struct cbf__tree *tree = *state;
	struct cbf__node *a = look_up(tree, tree->root, "a", 2, S_IFDIR);
	struct cbf__node *x = look_up(tree, a, "x", 3, S_IFREG);

	look_up(tree, tree->root, "y", 3, S_IFREG);
	expect_path(x, "/y");
	look_up(tree, a, "x", 3, S_IFREG);
	expect_path(x, "/a/x");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(root_is_a_slash),
		TEST(components_are_joined),
		TEST(name_need_not_be_there),
		TEST(buffer_is_used_again),
		TEST(deep_and_long_paths_are_whole),
		TEST(memory_of_a_name_is_its_path),
		TEST(below_a_directory_without_a_name_is_the_path_that_it_had),
		TEST(path_is_that_of_the_name_used_last),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
