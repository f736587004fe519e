/* SPDX-License-Identifier: MIT */
/* The entries of a directory, the table below them, and cursors that keep their place. */
#include "memdrive.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { ENTRIES = 5000 };

static const struct memdrive_options options = {0};

static int set_up(void **state)
{
	static struct memdrive drive;

	*state = &drive;
	return memdrive_init(&drive, &options);
}

static int tear_down(void **state)
{
	struct memdrive *drive = *state;

	memdrive_destroy(drive);
	assert_int_equal(drive->space.files, 0);
	assert_int_equal(drive->space.bytes, 0);
	return 0;
}

static struct entry *add(struct memdrive *drive, const char *name)
{
	const struct node_plan plan = {.mode = S_IFREG | 0600};
	struct entry *entry = entry_new(name, strlen(name));
	struct node *node;

	assert_int_equal(node_new(drive, &plan, id_table_next(&drive->ids), &node), 0);
	assert_non_null(entry);
	entry_add(entry, drive->root, node);
	return entry;
}

static void drop(struct entry *entry)
{
	struct node *node = entry->node;

	entry_remove(entry);
	node_release(node);
}

static struct entry *find(const struct memdrive *drive, const char *name)
{
	return directory_find(&drive->root->directory, name, strlen(name));
}

static const char *number(unsigned i)
{
	static char text[32];

	(void)snprintf(text, sizeof(text), "entry number %u", i);
	return text;
}

static void entries_are_found_by_name(void **state)
{
	struct memdrive *drive = *state;

	for (unsigned i = 0; i < ENTRIES; i++)
		add(drive, number(i));
	assert_int_equal(directory_count(&drive->root->directory), ENTRIES);
	for (unsigned i = 0; i < ENTRIES; i += 2)
		drop(find(drive, number(i)));
	for (unsigned i = 0; i < ENTRIES; i++)
		assert_int_equal(find(drive, number(i)) != NULL, i % 2);
	assert_null(find(drive, "entry"));
	for (unsigned i = 1; i < ENTRIES; i += 2)
		drop(find(drive, number(i)));
	assert_int_equal(directory_count(&drive->root->directory), 0);
	assert_true(drive->root->directory.table.mask < 64);
}

static void expect_next(struct cursor *cursor, const char *name)
{
	struct entry *entry = directory_next(cursor);

	if (!name)
		assert_null(entry);
	else
		assert_string_equal(entry->name, name);
}

static void cursor_keeps_its_place(void **state)
{
	struct memdrive *drive = *state;
	struct directory *directory = &drive->root->directory;
	struct cursor cursor, other;

	add(drive, "a");
	add(drive, "b");
	add(drive, "c");
	directory_open_cursor(directory, &cursor);
	directory_open_cursor(directory, &other);
	expect_next(&cursor, "a");
	drop(find(drive, "b"));
	drop(find(drive, "a"));
	add(drive, "a");
	expect_next(&cursor, "c");
	expect_next(&cursor, NULL); /* what was added later is not shown */
	expect_next(&other, "c");
	drop(find(drive, "c"));
	directory_restart(directory, &cursor);
	expect_next(&cursor, "a");
	expect_next(&cursor, NULL);
	directory_close_cursor(directory, &cursor);
	expect_next(&other, NULL);
	directory_close_cursor(directory, &other);
	assert_null(directory->cursors);
}

static void ids_lead_to_paths(void **state)
{
	struct memdrive *drive = *state;
	struct node *node = add(drive, "file")->node, *found;
	char path[16];

	found = id_table_find(&drive->ids, node->id);
	assert_ptr_equal(found, node);
	assert_int_equal(path_of_node(drive, found, path, sizeof(path)), 0);
	assert_string_equal(path, "/file");
	assert_int_equal(path_of_node(drive, found, path, sizeof("/file") - 1), -ENAMETOOLONG);
	assert_int_equal(path_of_node(drive, drive->root, path, sizeof(path)), 0);
	assert_string_equal(path, "/");
	drop(node->names);
	assert_int_equal(path_of_node(drive, found, path, sizeof(path)), -ENOENT);
	assert_null(id_table_find(&drive->ids, 12345));
	node_release(found);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(entries_are_found_by_name, set_up, tear_down),
		cmocka_unit_test_setup_teardown(cursor_keeps_its_place, set_up, tear_down),
		cmocka_unit_test_setup_teardown(ids_lead_to_paths, set_up, tear_down)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
