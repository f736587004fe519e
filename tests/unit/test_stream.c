/* SPDX-License-Identifier: MIT */
/* Named streams in the tree: whose they are, what their paths are, what claims on them hold up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "claim_helpers.h"
#include "tree/stream.h"

static int set_up(void **state)
{
	*state = new_tree(true, true);
	return 0;
}

static int tear_down(void **state)
{
	end_tree(*state);
	return 0;
}

static struct cbf__node *stream_of(struct cbf__tree *tree, struct cbf__node *file, const char *name)
{
	struct cbf__node *stream = cbf__stream_node(tree, file, name, strlen(name));

	assert_non_null(stream);
	cbf__node_pin(stream);
	return stream;
}

static void forget(struct cbf__tree *tree, struct cbf__node *node)
{
	cbf__node_forget(tree, node, node->lookups);
}

static void there_is_one_of_each_name(void **state)
{
	struct cbf__tree *tree = *state;
	struct cbf__node *file = look_up(tree, tree->root, "f", 10, S_IFREG);
	struct cbf__node *other = look_up(tree, tree->root, "g", 11, S_IFREG);
	struct cbf__node *stream = stream_of(tree, file, "s");

	assert_ptr_equal(stream_of(tree, file, "s"), stream);
	assert_true(stream->stream && stream->type == S_IFREG && !stream->file_id);
	assert_ptr_equal(cbf__stream_file(stream), file);
	assert_ptr_equal(cbf__stream_file(file), file);
	assert_ptr_not_equal(stream_of(tree, file, "t"), stream);
	assert_ptr_not_equal(stream_of(tree, other, "s"), stream);
	cbf__node_unpin(tree, cbf__stream_node(tree, other, "s", 1));
	cbf__node_unpin(tree, cbf__stream_node(tree, file, "t", 1));
	cbf__node_unpin(tree, stream);
	/* The file lives as long as its stream does. */
	forget(tree, file);
	forget(tree, other);
	expect_counts(tree, 3, 2);
	expect_path(stream, "/f:s");
	cbf__node_unpin(tree, stream);
	expect_counts(tree, 1, 0);
}

static void an_entry_of_that_name_is_another(void **state)
{
	struct cbf__tree *tree = *state;
	struct cbf__node *directory = look_up(tree, tree->root, "d", 10, S_IFDIR);
	struct cbf__node *entry = look_up(tree, directory, ":s", 11, S_IFREG);
	struct cbf__node *plain = look_up(tree, directory, "s", 12, S_IFREG);
	struct cbf__node *stream = stream_of(tree, directory, "s");

	assert_ptr_not_equal(stream, entry);
	assert_ptr_not_equal(stream, plain);
	expect_path(entry, "/d/:s");
	expect_path(plain, "/d/s");
	expect_path(stream, "/d:s");
	cbf__node_unpin(tree, stream);
	stream = stream_of(tree, tree->root, "s");
	expect_path(stream, "/:s");
	cbf__node_unpin(tree, stream);
	forget(tree, plain);
	forget(tree, entry);
	forget(tree, directory);
}

static void it_goes_where_the_file_goes(void **state)
{
	struct cbf__tree *tree = *state;
	struct cbf__node *directory = look_up(tree, tree->root, "d", 10, S_IFDIR);
	struct cbf__node *file = look_up(tree, tree->root, "f", 11, S_IFREG);
	struct cbf__node *stream = stream_of(tree, file, "s");

	assert_true(cbf__tree_move(tree, find_name(tree, tree->root, "f"), directory, "g", 1));
	expect_path(stream, "/d/g:s");
	assert_ptr_equal(look_up(tree, tree->root, "h", 11, S_IFREG), file);
	cbf__tree_unlink(tree, find_name(tree, directory, "g"), 1, &(struct stat){.st_mode = S_IFREG});
	expect_path(stream, "/h:s");
	assert_false(cbf__node_is_dead(stream));
	assert_true(cbf__node_has_name(stream));
	cbf__tree_unlink(tree, find_name(tree, tree->root, "h"), 0, &(struct stat){.st_mode = S_IFREG});
	expect_path(stream, "/h:s");
	assert_true(cbf__node_is_dead(stream));
	assert_false(stream->dead);
	assert_false(cbf__node_has_name(stream));
	cbf__node_unpin(tree, stream);
	forget(tree, file);
	forget(tree, directory);
}

static void a_deleted_one_is_not_the_next(void **state)
{
	struct cbf__tree *tree = *state;
	struct cbf__node *file = look_up(tree, tree->root, "f", 10, S_IFREG);
	struct cbf__node *stream = stream_of(tree, file, "s");
	struct cbf__node *next;

	cbf__tree_unlink(tree, cbf__node_name(stream), 0, &(struct stat){.st_mode = S_IFREG, .st_size = 7});
	assert_true(cbf__node_is_dead(stream));
	assert_null(cbf__stream_file(stream));
	expect_path(stream, "/f:s");
	assert_int_equal(stream->gone->attr.st_size, 7);
	next = stream_of(tree, file, "s");
	assert_ptr_not_equal(next, stream);
	assert_false(cbf__node_is_dead(next));
	cbf__node_unpin(tree, next);
	cbf__node_unpin(tree, stream);
	forget(tree, file);
}

/* Who uses the stream holds up who changes the name of its file that its path goes by, or a directory above. */
static void claims_hold_the_name_of_the_file(void **state)
{
	struct cbf__tree *tree = *state;
	struct cbf__node *directory = look_up(tree, tree->root, "d", 10, S_IFDIR);
	struct cbf__node *file = look_up(tree, directory, "f", 11, S_IFREG);
	struct cbf__node *stream = stream_of(tree, file, "s");
	struct request user, of_file, of_directory, of_other;

	(void)look_up(tree, tree->root, "h", 11, S_IFREG);
	(void)look_up(tree, directory, "f", 11, S_IFREG);
	use_node(&user, stream, CBF__EXCLUSIVE_TURN);
	assert_true(take(tree, &user));
	assert_ptr_equal(user.claims.names[0].node, stream);
	assert_ptr_equal(user.claims.names[0].in, directory);
	assert_string_equal(user.claims.names[0].component, "f");
	change(&of_file, directory, "f");
	assert_false(take(tree, &of_file));
	change(&of_directory, tree->root, "d");
	assert_false(take(tree, &of_directory));
	change(&of_other, tree->root, "h");
	assert_true(take(tree, &of_other));
	drop(tree, &user);
	assert_true(runs(&of_file));
	drop(tree, &of_file);
	assert_true(runs(&of_directory));
	drop(tree, &of_directory);
	drop(tree, &of_other);
	cbf__node_unpin(tree, stream);
	forget(tree, file);
	forget(tree, directory);
}

/* And the other way round; but the file's turn is another one, and so is that of its other streams. */
static void turns_are_the_streams(void **state)
{
	struct cbf__tree *tree = *state;
	struct cbf__node *file = look_up(tree, tree->root, "f", 11, S_IFREG);
	struct cbf__node *stream = stream_of(tree, file, "s"), *other = stream_of(tree, file, "t");
	struct request of_file, of_stream, again, of_other, changes;

	use_node(&of_file, file, CBF__EXCLUSIVE_TURN);
	assert_true(take(tree, &of_file));
	use_node(&of_stream, stream, CBF__EXCLUSIVE_TURN);
	assert_true(take(tree, &of_stream));
	use_node(&of_other, other, CBF__EXCLUSIVE_TURN);
	assert_true(take(tree, &of_other));
	use_node(&again, stream, CBF__EXCLUSIVE_TURN);
	assert_false(take(tree, &again));
	drop(tree, &of_stream);
	assert_true(runs(&again));
	drop(tree, &again);
	drop(tree, &of_other);
	drop(tree, &of_file);
	change(&changes, tree->root, "f");
	assert_true(take(tree, &changes));
	use_node(&of_stream, stream, CBF__EXCLUSIVE_TURN);
	assert_false(take(tree, &of_stream));
	drop(tree, &changes);
	assert_true(runs(&of_stream));
	drop(tree, &of_stream);
	cbf__node_unpin(tree, stream);
	cbf__node_unpin(tree, other);
	forget(tree, file);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(there_is_one_of_each_name),        TEST(an_entry_of_that_name_is_another),
		TEST(it_goes_where_the_file_goes),      TEST(a_deleted_one_is_not_the_next),
		TEST(claims_hold_the_name_of_the_file), TEST(turns_are_the_streams),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
