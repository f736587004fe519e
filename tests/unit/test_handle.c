/* SPDX-License-Identifier: MIT */
/* Files and handles: what lives while something is open. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>

#include "tree_helpers.h"

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

/* Opens a node as the kernel does: the table has the only reference. */
static struct cbf__handle *open_node(struct cbf__tree *tree, struct cbf__node *node, struct cbf__name *name,
				     bool hidden)
{
	struct cbf__handle *handle;

	if (!node->file) {
		struct cbf__file *file = cbf__file_new();

		assert_non_null(file);
		cbf__file_attach(tree, file, node);
	}
	handle = cbf__handle_new(node->file, O_RDWR);
	assert_non_null(handle);
	cbf__handle_attach(handle, node, name);
	cbf__handle_publish(tree, handle, hidden);
	cbf__handle_release(tree, handle);
	return handle;
}

/* As the end of CloseFile does it. */
static void close_handle(struct cbf__tree *tree, struct cbf__handle *handle)
{
	assert_ptr_equal(cbf__handle_find(tree, handle->id, handle->hidden), handle);
	cbf__handle_close(tree, handle);
}

static void file_belongs_to_its_node(void **state)
{
	struct cbf__tree *tree = *state;
	struct cbf__node *x = look_up(tree, tree->root, "x", 5, S_IFREG);
	struct cbf__file *file = cbf__file_new();

	assert_non_null(file);
	assert_null(file->node);
	assert_null(file->context);
	assert_null(file->shared_handle_context);
	assert_int_equal(file->handles, 0);
	assert_int_equal(tree->open_files, 0);
	cbf__file_attach(tree, file, x);
	assert_ptr_equal(x->file, file);
	assert_ptr_equal(file->node, x);
	assert_int_equal(tree->open_files, 1);
	cbf__file_destroy(tree, file);
	assert_null(x->file);
	assert_int_equal(tree->open_files, 0);
	cbf__node_forget(tree, x, 1);
}

/* CreateFile failed: there never was a node. */
static void file_without_a_node_can_be_destroyed(void **state)
{
	struct cbf__tree *tree = *state;

	cbf__file_destroy(tree, cbf__file_new());
	assert_int_equal(tree->open_files, 0);
}

static void handle_holds_its_node_and_its_name(void **state)
{
	struct cbf__tree *tree = *state;
	struct cbf__node *x = look_up(tree, tree->root, "x", 5, S_IFREG);
	struct cbf__name *name = find_name(tree, tree->root, "x");
	struct cbf__handle *handle = open_node(tree, x, name, false);

	assert_int_equal(handle->flags, O_RDWR);
	assert_int_equal(handle->references, 1);
	assert_int_equal(x->file->handles, 1);
	assert_int_equal(x->pins, 1);
	assert_int_equal(name->references, 2);
	cbf__tree_unlink(tree, name, 0, &(struct stat){0});
	cbf__node_forget(tree, x, 1);
	expect_counts(tree, 2, 0);
	assert_string_equal(handle->name->text, "x");
	assert_false(handle->name->in_tree);
	close_handle(tree, handle);
	expect_counts(tree, 1, 0);
}

static void handle_may_have_no_name(void **state)
{
	struct cbf__tree *tree = *state;

	close_handle(tree, open_node(tree, tree->root, NULL, false));
}

static void handles_of_one_file_are_counted(void **state)
{
	struct cbf__tree *tree = *state;
	struct cbf__node *x = look_up(tree, tree->root, "x", 5, S_IFREG);
	struct cbf__handle *first = open_node(tree, x, NULL, false), *second = open_node(tree, x, NULL, false);

	assert_ptr_equal(first->file, second->file);
	assert_int_equal(x->file->handles, 2);
	assert_int_equal(tree->open_files, 1);
	assert_int_equal(tree->handles.count, 2);
	close_handle(tree, first);
	assert_int_equal(x->file->handles, 1);
	close_handle(tree, second);
	assert_null(x->file);
	cbf__node_forget(tree, x, 1);
}

static void handle_is_found_by_its_number(void **state)
{
	struct cbf__tree *tree = *state;
	struct cbf__handle *handles[200], *found;
	uint64_t last = 0;

	for (int i = 0; i < 200; i++) {
		handles[i] = open_node(tree, tree->root, NULL, false);
		assert_true(handles[i]->id > last); /* and so never 0 */
		last = handles[i]->id;
	}
	for (int i = 0; i < 200; i++) {
		found = cbf__handle_find(tree, handles[i]->id, false);
		assert_ptr_equal(found, handles[i]);
		assert_int_equal(found->references, 2);
		cbf__handle_release(tree, found);
	}
	assert_null(cbf__handle_find(tree, 0, false));
	assert_null(cbf__handle_find(tree, last + 1, false));
	for (int i = 0; i < 200; i++)
		close_handle(tree, handles[i]);
}

static void hidden_handle_is_not_the_kernels_to_name(void **state)
{
	struct cbf__tree *tree = *state;
	struct cbf__handle *hidden = open_node(tree, tree->root, NULL, true);
	struct cbf__handle *seen = open_node(tree, tree->root, NULL, false), *found;

	assert_null(cbf__handle_find(tree, hidden->id, false));
	assert_null(cbf__handle_find(tree, seen->id, true));
	found = cbf__handle_find(tree, hidden->id, true);
	assert_ptr_equal(found, hidden);
	cbf__handle_release(tree, found);
	close_handle(tree, hidden);
	close_handle(tree, seen);
}

static void handle_is_withdrawn_once(void **state)
{
	struct cbf__tree *tree = *state;
	struct cbf__handle *handle = open_node(tree, tree->root, NULL, false);
	uint64_t id = handle->id;

	/* Two who want to close it: RELEASE and the end of the session. */
	assert_ptr_equal(cbf__handle_find(tree, id, false), handle);
	assert_ptr_equal(cbf__handle_find(tree, id, false), handle);
	assert_true(cbf__handle_withdraw(tree, handle));
	assert_false(cbf__handle_withdraw(tree, handle));
	assert_int_equal(handle->references, 2);
	assert_null(cbf__handle_find(tree, id, false));
	assert_int_equal(tree->handles.count, 0);
	cbf__file_destroy(tree, handle->file);
	cbf__handle_release(tree, handle);
	cbf__handle_release(tree, handle);
}

static void number_does_not_come_again(void **state)
{
	struct cbf__tree *tree = *state;
	struct cbf__handle *handle = open_node(tree, tree->root, NULL, false);
	uint64_t id = handle->id;

	close_handle(tree, handle);
	handle = open_node(tree, tree->root, NULL, false);
	assert_true(handle->id != id);
	close_handle(tree, handle);
}

/* An open that failed: never attached, never in the table. */
static void handle_of_nothing_can_be_released(void **state)
{
	struct cbf__tree *tree = *state;
	struct cbf__file *file = cbf__file_new();
	struct cbf__handle *handle = cbf__handle_new(file, O_RDONLY);

	assert_non_null(handle);
	assert_false(cbf__handle_withdraw(tree, handle));
	cbf__handle_release(tree, handle);
	cbf__file_destroy(tree, file);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(file_belongs_to_its_node),
		TEST(file_without_a_node_can_be_destroyed),
		TEST(handle_holds_its_node_and_its_name),
		TEST(handle_may_have_no_name),
		TEST(handles_of_one_file_are_counted),
		TEST(handle_is_found_by_its_number),
		TEST(hidden_handle_is_not_the_kernels_to_name),
		TEST(handle_is_withdrawn_once),
		TEST(number_does_not_come_again),
		TEST(handle_of_nothing_can_be_released),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
