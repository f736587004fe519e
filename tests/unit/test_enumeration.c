/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tree_helpers.h"

enum { MANY = 5000 };

struct fixture {
	struct cbf__tree *tree;
	struct cbf__enumeration *enumeration;
};

static int set_up(void **state)
{
	struct fixture *f = test_calloc(1, sizeof(*f));

	f->tree = new_tree(true, true);
	assert_true(cbf__enumeration_start(f->tree, &f->enumeration));
	assert_int_equal(f->tree->enumerations, 1);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	cbf__enumeration_end(f->tree, &f->enumeration);
	assert_null(f->enumeration);
	end_tree(f->tree);
	test_free(f);
	return 0;
}

static void expect_entry(const struct fixture *f, size_t number, const char *name, uint64_t ino, mode_t type)
{
	const struct cbf__entry *entry = cbf__entries_get(f->enumeration, number);

	assert_int_equal((uintptr_t)entry % sizeof(uint64_t), 0);
	assert_int_equal(entry->ino, ino);
	assert_int_equal(entry->type, type);
	assert_int_equal(entry->length, strlen(name));
	assert_memory_equal(entry->name, name, entry->length);
}

static void starts_with_nothing(void **state)
{
	struct fixture *f = *state;
	struct cbf__enumeration *second = NULL;

	assert_null(f->enumeration->context);
	assert_false(f->enumeration->started);
	assert_false(f->enumeration->ended);
	assert_int_equal(f->enumeration->error, 0);
	assert_int_equal(f->enumeration->position, 0);
	assert_int_equal(cbf__entries_count(f->enumeration), 0);
	assert_true(cbf__enumeration_start(f->tree, &second));
	assert_ptr_not_equal(second, f->enumeration);
	assert_int_equal(f->tree->enumerations, 2);
	cbf__enumeration_end(f->tree, &second);
	assert_int_equal(f->tree->enumerations, 1);
}

static void entries_of_every_length_are_kept_in_order(void **state)
{
	struct fixture *f = *state;
	char name[256];

	for (size_t length = 1; length <= 255; length++) {
		memset(name, 'a' + (int)(length % 26), length);
		name[length] = '\0';
		assert_true(cbf__entries_append(f->enumeration, name, UINT64_MAX - length, S_IFREG));
		assert_int_equal(cbf__entries_count(f->enumeration), length);
	}
	for (size_t length = 1; length <= 255; length++) {
		memset(name, 'a' + (int)(length % 26), length);
		name[length] = '\0';
		expect_entry(f, length - 1, name, UINT64_MAX - length, S_IFREG);
	}
}

static void many_entries_can_be_sought(void **state)
{
	struct fixture *f = *state;
	char name[32];

	for (unsigned i = 0; i < MANY; i++) {
		snprintf(name, sizeof(name), "entry-%u", i * 7919);
		assert_true(cbf__entries_append(f->enumeration, name, i, i % 2 ? S_IFDIR : S_IFLNK));
	}
	assert_int_equal(cbf__entries_count(f->enumeration), MANY);
	for (unsigned i = 0; i < MANY; i++) {
		unsigned number = i * 3571 % MANY;

		snprintf(name, sizeof(name), "entry-%u", number * 7919);
		expect_entry(f, number, name, number, number % 2 ? S_IFDIR : S_IFLNK);
	}
}

static void cleared_entries_are_gone(void **state)
{
	struct fixture *f = *state;

	assert_true(cbf__entries_append(f->enumeration, "before", 1, S_IFREG));
	cbf__entries_clear(f->enumeration);
	assert_int_equal(cbf__entries_count(f->enumeration), 0);
	assert_true(cbf__entries_append(f->enumeration, "after", 2, S_IFDIR));
	assert_int_equal(cbf__entries_count(f->enumeration), 1);
	expect_entry(f, 0, "after", 2, S_IFDIR);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(starts_with_nothing),
		TEST(entries_of_every_length_are_kept_in_order),
		TEST(many_entries_can_be_sought),
		TEST(cleared_entries_are_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
