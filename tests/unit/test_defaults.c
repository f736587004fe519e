/* SPDX-License-Identifier: MIT */
/* What the public headers say that an event without a hook answers. */
#include "event/event.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

struct row {
	enum cbf__event_id id;
	int read_only; /* on a volume that hooks neither CreateFile nor WriteFile */
	int writable;
};

static const struct row rows[] = {
	{CBF__MOUNT, 0, 0},
	{CBF__UNMOUNT, 0, 0},
	{CBF__EJECTED, 0, 0},
	{CBF__GET_VOLUME_SIZE, 0, 0},
	{CBF__GET_VOLUME_ID, EOPNOTSUPP, EOPNOTSUPP},
	{CBF__GET_VOLUME_LABEL, ENOTTY, ENOTTY},
	{CBF__SET_VOLUME_LABEL, ENOTTY, ENOTTY},
	{CBF__WORKER_THREAD_CREATION, 0, 0},
	{CBF__OPEN_FILE, 0, 0},
	{CBF__CREATE_FILE, EROFS, EROFS},
	{CBF__CLEANUP_FILE, 0, 0},
	{CBF__CLOSE_FILE, 0, 0},
	{CBF__READ_FILE, EOPNOTSUPP, EOPNOTSUPP},
	{CBF__WRITE_FILE, EROFS, EOPNOTSUPP},
	{CBF__SET_FILE_SIZE, EROFS, EOPNOTSUPP},
	{CBF__SET_ALLOCATION_SIZE, EROFS, EOPNOTSUPP},
	{CBF__ZEROIZE_FILE_RANGE, EROFS, EOPNOTSUPP},
	{CBF__QUERY_ALLOCATED_RANGES, EOPNOTSUPP, EOPNOTSUPP},
	{CBF__OFFLOAD_WRITE_FILE, EOPNOTSUPP, EOPNOTSUPP},
	{CBF__FLUSH_FILE, 0, 0},
	{CBF__GET_FILE_INFO, 0, 0},
	{CBF__SET_FILE_ATTRIBUTES, EROFS, EOPNOTSUPP},
	{CBF__ENUMERATE_DIRECTORY, 0, 0},
	{CBF__CLOSE_DIRECTORY_ENUMERATION, 0, 0},
	{CBF__CREATE_HARD_LINK, EPERM, EPERM},
	{CBF__ENUMERATE_HARD_LINKS, EOPNOTSUPP, EOPNOTSUPP},
	{CBF__CLOSE_HARD_LINKS_ENUMERATION, 0, 0},
	{CBF__GET_FILE_NAME_BY_FILE_ID, ENOENT, ENOENT},
	{CBF__ENUMERATE_NAMED_STREAMS, 0, 0},
	{CBF__CLOSE_NAMED_STREAMS_ENUMERATION, 0, 0},
	{CBF__GET_REPARSE_POINT, EINVAL, EINVAL},
	{CBF__SET_REPARSE_POINT, EPERM, EPERM},
	{CBF__QUERY_EA, 0, 0},
	{CBF__SET_EA, EROFS, EOPNOTSUPP},
	{CBF__GET_FILE_SECURITY, 0, 0},
	{CBF__SET_FILE_SECURITY, EROFS, EOPNOTSUPP},
	{CBF__CHECK_ACCESS, 0, 0},
	{CBF__CAN_FILE_BE_DELETED, 0, 0},
	{CBF__IS_DIRECTORY_EMPTY, 0, 0},
	{CBF__DELETE_FILE, EROFS, EOPNOTSUPP},
	{CBF__RENAME_OR_MOVE_FILE, EROFS, EOPNOTSUPP},
	{CBF__FSCTL, ENOTTY, ENOTTY},
	{CBF__IOCTL, ENOTTY, ENOTTY},
	{CBF__GET_OBJECT_ID, EOPNOTSUPP, EOPNOTSUPP},
	{CBF__SET_OBJECT_ID, EOPNOTSUPP, EOPNOTSUPP},
	{CBF__DELETE_OBJECT_ID, EOPNOTSUPP, EOPNOTSUPP},
	{CBF__QUERY_QUOTAS, EOPNOTSUPP, EOPNOTSUPP},
	{CBF__SET_QUOTAS, EOPNOTSUPP, EOPNOTSUPP},
	{CBF__CLOSE_QUOTAS_ENUMERATION, 0, 0},
	{CBF__GET_DEFAULT_QUOTA_INFO, EOPNOTSUPP, EOPNOTSUPP},
	{CBF__SET_DEFAULT_QUOTA_INFO, EOPNOTSUPP, EOPNOTSUPP},
	{CBF__SET_VALID_DATA_LENGTH, EOPNOTSUPP, EOPNOTSUPP},
	{CBF__QUERY_COMPRESSION_INFO, EOPNOTSUPP, EOPNOTSUPP},
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static void create_file(struct cbf_volume *volume, struct cbf_create_file_event *event, void *user_data)
{
	(void)volume, (void)event, (void)user_data;
}

static void write_file(struct cbf_volume *volume, struct cbf_write_file_event *event, void *user_data)
{
	(void)volume, (void)event, (void)user_data;
}

static int set_up(void **state)
{
	struct cbf_volume *volume;

	assert_int_equal(cbf_volume_create(&volume), 0);
	*state = volume;
	return 0;
}

static int tear_down(void **state)
{
	cbf_volume_destroy(*state);
	return 0;
}

/* Fired as a request does it, for a file that is not the root. */
static int fire_unhooked(struct cbf_volume *volume, enum cbf__event_id id)
{
	struct cbf_file_info info = {0};
	union cbf__event event;

	memset(&event, 0, sizeof(event));
	if (id == CBF__GET_FILE_INFO)
		CBF__MAKE_EVENT(&event, get_file_info, .file_name = "/x", .info = &info);
	return cbf__fire(volume, id, &event, NULL);
}

static void every_event_has_its_default(void **state)
{
	bool seen[CBF__EVENT_COUNT] = {false};

	for (size_t i = 0; i < ROWS; i++) {
		assert_false(seen[rows[i].id]);
		seen[rows[i].id] = true;
		assert_int_equal(fire_unhooked(*state, rows[i].id), rows[i].read_only);
	}
	assert_int_equal(ROWS, CBF__EVENT_COUNT);
}

static void create_hook_makes_a_volume_writable(void **state)
{
	assert_int_equal(cbf_on_create_file(*state, create_file, NULL), 0);
	for (size_t i = 0; i < ROWS; i++)
		if (rows[i].id != CBF__CREATE_FILE)
			assert_int_equal(fire_unhooked(*state, rows[i].id), rows[i].writable);
}

static void write_hook_makes_a_volume_writable(void **state)
{
	assert_int_equal(cbf_on_write_file(*state, write_file, NULL), 0);
	for (size_t i = 0; i < ROWS; i++)
		if (rows[i].id != CBF__WRITE_FILE)
			assert_int_equal(fire_unhooked(*state, rows[i].id), rows[i].writable);
	/* And back. */
	assert_int_equal(cbf_on_write_file(*state, NULL, NULL), 0);
	assert_int_equal(fire_unhooked(*state, CBF__DELETE_FILE), EROFS);
}

static void only_the_root_exists(void **state)
{
	static const char *const others[] = {"/x", "/x/y", "//", ""};
	struct cbf_file_info info = {.hard_link_count = 1, .block_size = 4096};
	union cbf__event event = {.get_file_info = {.file_name = "/", .info = &info}};

	assert_int_equal(cbf__fire(*state, CBF__GET_FILE_INFO, &event, NULL), 0);
	assert_true(event.get_file_info.file_exists);
	assert_int_equal(info.mode, S_IFDIR | 0555);
	assert_int_equal(info.hard_link_count, 1);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		CBF__MAKE_EVENT(&event, get_file_info, .file_name = others[i], .info = &info);
		assert_int_equal(cbf__fire(*state, CBF__GET_FILE_INFO, &event, NULL), 0);
		assert_false(event.get_file_info.file_exists);
	}
}

static void what_is_there_on_entry_is_the_answer(void **state)
{
	union cbf__event event = {.can_file_be_deleted = {.file_name = "/x", .can_be_deleted = true}};

	assert_int_equal(cbf__fire(*state, CBF__CAN_FILE_BE_DELETED, &event, NULL), 0);
	assert_true(event.can_file_be_deleted.can_be_deleted);
	CBF__MAKE_EVENT(&event, is_directory_empty, .directory_name = "/x", .is_empty = true);
	assert_int_equal(cbf__fire(*state, CBF__IS_DIRECTORY_EMPTY, &event, NULL), 0);
	assert_true(event.is_directory_empty.is_empty);
	CBF__MAKE_EVENT(&event, enumerate_directory, .directory_name = "/");
	assert_int_equal(cbf__fire(*state, CBF__ENUMERATE_DIRECTORY, &event, NULL), 0);
	assert_false(event.enumerate_directory.file_found);
	CBF__MAKE_EVENT(&event, get_volume_size, .result_code = 0);
	assert_int_equal(cbf__fire(*state, CBF__GET_VOLUME_SIZE, &event, NULL), 0);
	assert_int_equal(event.get_volume_size.total_sectors, 0);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_event_has_its_default),          TEST(create_hook_makes_a_volume_writable),
		TEST(write_hook_makes_a_volume_writable),   TEST(only_the_root_exists),
		TEST(what_is_there_on_entry_is_the_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
