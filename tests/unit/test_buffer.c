/* SPDX-License-Identifier: MIT */
#include "base/buffer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

static void grows_and_keeps_its_bytes(void **state)
{
	struct cbf__buffer buffer = {0};

	(void)state;
	for (uint32_t i = 0; i < 50000; i++)
		assert_true(cbf__buffer_append(&buffer, &i, sizeof(i)));
	assert_int_equal(buffer.length, 50000 * sizeof(uint32_t));
	assert_true(buffer.capacity >= buffer.length);
	for (uint32_t i = 0; i < 50000; i++)
		assert_memory_equal(buffer.bytes + i * sizeof(i), &i, sizeof(i));
	cbf__buffer_destroy(&buffer);
	assert_null(buffer.bytes);
	assert_int_equal(buffer.length, 0);
	assert_int_equal(buffer.capacity, 0);
}

static void grows_seldom(void **state)
{
	struct cbf__buffer buffer = {0};
	size_t capacity = 0, grown = 0;

	(void)state;
	for (int i = 0; i < 1 << 20; i++) {
		assert_true(cbf__buffer_append(&buffer, "x", 1));
		grown += buffer.capacity != capacity;
		capacity = buffer.capacity;
	}
	assert_true(grown <= 20);
	assert_true(buffer.capacity >= 1 << 20 && buffer.capacity <= 2 << 20);
	cbf__buffer_destroy(&buffer);
}

static void reserved_room_needs_no_growth(void **state)
{
	struct cbf__buffer buffer = {0};
	char *bytes;

	(void)state;
	assert_true(cbf__buffer_append(&buffer, "abc", 3));
	assert_true(cbf__buffer_reserve(&buffer, 1000));
	assert_int_equal(buffer.length, 3);
	assert_true(buffer.capacity >= 1003);
	bytes = buffer.bytes;
	memset(buffer.bytes + 3, 'x', 1000);
	assert_true(cbf__buffer_reserve(&buffer, buffer.capacity - 3));
	assert_ptr_equal(buffer.bytes, bytes);
	assert_memory_equal(buffer.bytes, "abc", 3);
	cbf__buffer_destroy(&buffer);
}

static void room_is_counted_from_the_end(void **state)
{
	struct cbf__buffer buffer = {0};

	(void)state;
	assert_true(cbf__buffer_reserve(&buffer, 1));
	buffer.length = buffer.capacity - 1;
	memset(buffer.bytes, 'x', buffer.length);
	assert_true(cbf__buffer_reserve(&buffer, 2));
	assert_true(buffer.capacity >= buffer.length + 2);
	assert_int_equal(buffer.bytes[buffer.length - 1], 'x');
	cbf__buffer_destroy(&buffer);
}

static void sizes_that_overflow_are_refused(void **state)
{
	static const size_t sizes[] = {SIZE_MAX, SIZE_MAX - 1, SIZE_MAX - 100, SIZE_MAX / 2 + 1, SIZE_MAX / 2};
	struct cbf__buffer buffer = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		assert_false(cbf__buffer_reserve(&buffer, sizes[i]));
		assert_null(buffer.bytes);
		assert_int_equal(buffer.capacity, 0);
	}
	assert_true(cbf__buffer_append(&buffer, "abc", 3));
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct cbf__buffer before = buffer;

		assert_false(cbf__buffer_reserve(&buffer, sizes[i]));
		assert_memory_equal(&buffer, &before, sizeof(buffer));
		assert_memory_equal(buffer.bytes, "abc", 3);
	}
	cbf__buffer_destroy(&buffer);
}

static void nothing_can_be_appended(void **state)
{
	struct cbf__buffer buffer = {0};

	(void)state;
	assert_true(cbf__buffer_append(&buffer, NULL, 0));
	assert_int_equal(buffer.length, 0);
	assert_true(cbf__buffer_append(&buffer, "a", 1));
	assert_true(cbf__buffer_append(&buffer, NULL, 0));
	assert_int_equal(buffer.length, 1);
	cbf__buffer_destroy(&buffer);
}

static void string_is_terminated_and_the_nul_is_not_counted(void **state)
{
	struct cbf__buffer buffer = {0};
	char text[257];

	(void)state;
	assert_true(cbf__buffer_set_string(&buffer, "/a/long/path"));
	assert_int_equal(buffer.length, 12);
	assert_string_equal(buffer.bytes, "/a/long/path");
	assert_true(cbf__buffer_set_string(&buffer, "/b"));
	assert_int_equal(buffer.length, 2);
	assert_string_equal(buffer.bytes, "/b");
	assert_true(cbf__buffer_set_string(&buffer, ""));
	assert_int_equal(buffer.length, 0);
	assert_string_equal(buffer.bytes, "");
	/* The NUL is what does not fit. */
	memset(text, 'x', sizeof(text) - 1);
	text[buffer.capacity < sizeof(text) ? buffer.capacity : sizeof(text) - 1] = '\0';
	assert_true(cbf__buffer_set_string(&buffer, text));
	assert_true(buffer.capacity > buffer.length);
	assert_string_equal(buffer.bytes, text);
	cbf__buffer_destroy(&buffer);
}

static void consumes_from_the_front(void **state)
{
	struct cbf__buffer buffer = {0};

	(void)state;
	assert_true(cbf__buffer_append(&buffer, "abcdef", 6));
	cbf__buffer_consume(&buffer, 0);
	assert_int_equal(buffer.length, 6);
	cbf__buffer_consume(&buffer, 2);
	assert_int_equal(buffer.length, 4);
	assert_memory_equal(buffer.bytes, "cdef", 4);
	assert_true(cbf__buffer_append(&buffer, "g", 1));
	assert_memory_equal(buffer.bytes, "cdefg", 5);
	cbf__buffer_consume(&buffer, 5);
	assert_int_equal(buffer.length, 0);
	cbf__buffer_destroy(&buffer);
}

static void nothing_can_be_consumed_of_an_empty_one(void **state)
{
	struct cbf__buffer buffer = {0};

	(void)state;
	cbf__buffer_consume(&buffer, 0);
	assert_int_equal(buffer.length, 0);
}

static void shrinking_keeps_small_blocks_only(void **state)
{
	struct cbf__buffer buffer = {0};
	char *bytes;

	(void)state;
	cbf__buffer_shrink(&buffer, 0);
	assert_null(buffer.bytes);
	assert_true(cbf__buffer_append(&buffer, "abc", 3));
	bytes = buffer.bytes;
	cbf__buffer_shrink(&buffer, buffer.capacity);
	assert_ptr_equal(buffer.bytes, bytes);
	assert_int_equal(buffer.length, 0);
	cbf__buffer_shrink(&buffer, buffer.capacity - 1);
	assert_null(buffer.bytes);
	assert_int_equal(buffer.capacity, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grows_and_keeps_its_bytes),
		cmocka_unit_test(grows_seldom),
		cmocka_unit_test(reserved_room_needs_no_growth),
		cmocka_unit_test(room_is_counted_from_the_end),
		cmocka_unit_test(sizes_that_overflow_are_refused),
		cmocka_unit_test(nothing_can_be_appended),
		cmocka_unit_test(string_is_terminated_and_the_nul_is_not_counted),
		cmocka_unit_test(consumes_from_the_front),
		cmocka_unit_test(nothing_can_be_consumed_of_an_empty_one),
		cmocka_unit_test(shrinking_keeps_small_blocks_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
