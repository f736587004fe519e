/* SPDX-License-Identifier: MIT */
/* Named streams as the attributes user.* of their files: to set and to remove them, and what is undone when that fails.
 */
#include "xattr_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/limits.h>
#include <stdlib.h>
#include <sys/xattr.h>

static struct fixture *begin_streams(void **state, struct seen *seen)
{
	struct fixture *f = *state;

	assert_int_equal(cbf_set_use_alternate_data_streams(f->volume, true), 0);
	f = begin(state, seen);
	mf_add_stream(f->fs, "/f:one", "first");
	return f;
}

static void expect_stream(struct fixture *f, const char *path, const char *content)
{
	char got[256];

	assert_true(mf_exists(f->fs, path));
	assert_int_equal(mf_data_of(f->fs, path, got, sizeof(got)), strlen(content));
	assert_string_equal(got, content);
}

static void test_set_a_new_one(void **state)
{
	struct seen seen;
	struct fixture *f = begin_streams(state, &seen);
	const uint64_t node = fx_node(f, "/f");

	recorder_clear(f->recorder);
	set(f, node, "user.new", "value");
	recorder_expect(f->recorder, "CreateFile /f:new", "WriteFile /f:new position=0 bytes=5", "CleanupFile /f:new",
			"CloseFile /f:new", NULL);
	expect_stream(f, "/f:new", "value");
	expect_ea(f, node, "user.new", "value");
	recorder_clear(f->recorder);
	set(f, node, "user.empty", "");
	recorder_expect(f->recorder, "CreateFile /f:empty", "CleanupFile /f:empty", "CloseFile /f:empty", NULL);
	expect_ea(f, node, "user.empty", "");
	assert_int_equal(seen.sets, 0);
	set(f, FUSE_ROOT_ID, "user.of_root", "1");
	set(f, fx_node(f, "/d"), "user.of_d", "2");
	expect_stream(f, "/:of_root", "1");
	expect_stream(f, "/d:of_d", "2");
	fx_expect_idle(f);
	fx_finish(f);
}

static void test_set_one_that_is_there(void **state)
{
	struct seen seen;
	struct fixture *f = begin_streams(state, &seen);
	const uint64_t node = fx_node(f, "/f");

	recorder_clear(f->recorder);
	set(f, node, "user.one", "second, longer");
	recorder_expect(f->recorder, "OpenFile /f:one", "WriteFile /f:one position=0 bytes=14", "CleanupFile /f:one",
			"CloseFile /f:one", NULL);
	assert_int_equal(seen.open_flags, O_WRONLY);
	set(f, node, "user.one", "third");
	recorder_expect(f->recorder, "OpenFile /f:one", "WriteFile /f:one position=0 bytes=5",
			"SetFileSize /f:one size=5", "CleanupFile /f:one", "CloseFile /f:one", NULL);
	expect_stream(f, "/f:one", "third");
	set(f, node, "user.one", "");
	recorder_expect(f->recorder, "OpenFile /f:one", "SetFileSize /f:one size=0", "CleanupFile /f:one",
			"CloseFile /f:one", NULL);
	expect_ea(f, node, "user.one", "");
	fx_finish(f);
}

static void test_create_and_replace(void **state)
{
	struct seen seen;
	struct fixture *f = begin_streams(state, &seen);
	const uint64_t node = fx_node(f, "/f");

	recorder_clear(f->recorder);
	assert_int_equal(fk_setxattr(f->kernel, node, "user.one", "x", 1, XATTR_CREATE), EEXIST);
	assert_int_equal(fk_setxattr(f->kernel, node, "user.two", "x", 1, XATTR_REPLACE), ENODATA);
	recorder_expect_nothing(f->recorder);
	assert_int_equal(fk_setxattr(f->kernel, node, "user.two", "2", 1, XATTR_CREATE), 0);
	assert_int_equal(fk_setxattr(f->kernel, node, "user.one", "1", 1, XATTR_REPLACE), 0);
	expect_stream(f, "/f:one", "1");
	expect_stream(f, "/f:two", "2");
	fx_finish(f);
}

static void test_sets_that_are_refused(void **state)
{
	static const char *const names[] = {"user..", "user.a/b", "user.a:b"};
	struct seen seen;
	struct fixture *f = begin_streams(state, &seen);
	const uint64_t node = fx_node(f, "/f"), link = fx_node(f, "/l");
	char *value = calloc(1, XATTR_SIZE_MAX + 1);
	uint64_t fh;
	size_t i;

	assert_non_null(value);
	recorder_clear(f->recorder);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_int_equal(fk_setxattr(f->kernel, node, names[i], "x", 1, 0), EINVAL);
		assert_int_equal(fk_removexattr(f->kernel, node, names[i]), ENODATA);
	}
	assert_int_equal(fk_setxattr(f->kernel, node, "user.", "x", 1, 0), EINVAL);
	assert_int_equal(fk_removexattr(f->kernel, node, "user."), EINVAL);
	assert_int_equal(fk_setxattr(f->kernel, link, "user.a", "x", 1, 0), EPERM);
	assert_int_equal(fk_removexattr(f->kernel, link, "user.a"), EPERM);
	assert_int_equal(fk_setxattr(f->kernel, node, "user.cbfuse.hardlinks", "x", 1, 0), EPERM);
	assert_int_equal(fk_setxattr(f->kernel, node, "user.a", value, XATTR_SIZE_MAX + 1, 0), E2BIG);
	recorder_expect_nothing(f->recorder);
	assert_int_equal(fk_setxattr(f->kernel, node, "user.a", value, XATTR_SIZE_MAX, 0), 0);
	fh = fx_open(f, node, O_RDWR);
	assert_int_equal(fk_unlink(f->kernel, FUSE_ROOT_ID, "f"), 0);
	recorder_clear(f->recorder);
	assert_int_equal(fk_setxattr(f->kernel, node, "user.b", "x", 1, 0), ENOENT);
	assert_int_equal(fk_removexattr(f->kernel, node, "user.a"), ENOENT);
	recorder_expect_nothing(f->recorder);
	fx_release(f, node, fh);
	free(value);
	fx_finish(f);
}

/* What this call has made is taken back; what was there is not. */
static void test_failures(void **state)
{
	struct seen seen;
	struct fixture *f = begin_streams(state, &seen);
	const uint64_t node = fx_node(f, "/f");

	mf_fail(f->fs, MF_GET_FILE_INFO, 0, EACCES);
	assert_int_equal(fk_setxattr(f->kernel, node, "user.new", "x", 1, 0), EACCES);
	mf_fail_dirty(f->fs, MF_CREATE_FILE, ENOSPC);
	assert_int_equal(fk_setxattr(f->kernel, node, "user.new", "x", 1, 0), ENOSPC);
	assert_false(mf_exists(f->fs, "/f:new"));
	mf_fail_dirty(f->fs, MF_OPEN_FILE, EACCES);
	assert_int_equal(fk_setxattr(f->kernel, node, "user.one", "x", 1, 0), EACCES);
	mf_fail(f->fs, MF_WRITE_FILE, 0, ENOSPC);
	assert_int_equal(fk_setxattr(f->kernel, node, "user.one", "other", 5, 0), ENOSPC);
	expect_stream(f, "/f:one", "first");
	mf_fail(f->fs, MF_SET_FILE_SIZE, 0, ENOSYS);
	assert_int_equal(fk_setxattr(f->kernel, node, "user.one", "x", 1, 0), EOPNOTSUPP);
	expect_stream(f, "/f:one", "xirst");
	mf_fail(f->fs, MF_WRITE_FILE, 0, ENOSPC);
	recorder_clear(f->recorder);
	assert_int_equal(fk_setxattr(f->kernel, node, "user.new", "x", 1, 0), ENOSPC);
	recorder_expect(f->recorder, "CreateFile /f:new", "WriteFile /f:new", "CleanupFile /f:new", "CloseFile /f:new",
			"DeleteFile /f:new", NULL);
	assert_false(mf_exists(f->fs, "/f:new"));
	assert_int_equal(mf_seen(f->fs, MF_ERROR), 0);
	mf_answer(f->fs, MF_WRITE_FILE, MF_BAD_HUGE_COUNT, 1);
	mf_fail(f->fs, MF_DELETE_FILE, 0, EACCES);
	assert_int_equal(fk_setxattr(f->kernel, node, "user.new", "x", 1, 0), EIO);
	assert_int_equal(mf_seen(f->fs, MF_ERROR), 2); /* of the count, and of what is left behind */
	assert_true(mf_exists(f->fs, "/f:new"));
	fx_expect_idle(f);
	fx_finish(f);
}

static void write_a_little(struct cbf_volume *volume, struct cbf_write_file_event *event, void *user_data)
{
	char *room = user_data;

	(void)volume;
	event->bytes_written = event->bytes_to_write < 3 ? event->bytes_to_write : 3;
	if (event->position >= 9)
		event->bytes_written = 0;
	memcpy(room + event->position, event->buffer, event->bytes_written);
}

static void test_short_writes(void **state)
{
	char room[64] = "";
	struct seen seen;
	struct fixture *f = *state;
	uint64_t node;

	assert_int_equal(cbf_on_write_file(f->volume, write_a_little, room), 0);
	f = begin_streams(state, &seen);
	node = fx_node(f, "/f");
	set(f, node, "user.new", "12345678");
	assert_string_equal(room, "12345678");
	/* It does not go on. */
	assert_int_equal(fk_setxattr(f->kernel, node, "user.newer", "123456789ab", 11, 0), EIO);
	assert_false(mf_exists(f->fs, "/f:newer"));
	fx_expect_idle(f);
	fx_finish(f);
}

static void test_remove(void **state)
{
	struct seen seen;
	struct fixture *f = begin_streams(state, &seen);
	const uint64_t node = fx_node(f, "/f");

	recorder_clear(f->recorder);
	assert_int_equal(fk_removexattr(f->kernel, node, "user.none"), ENODATA);
	recorder_expect_nothing(f->recorder);
	mf_deny_deletion(f->fs, true);
	assert_int_equal(fk_removexattr(f->kernel, node, "user.one"), EPERM);
	mf_deny_deletion(f->fs, false);
	mf_fail(f->fs, MF_CAN_FILE_BE_DELETED, 0, EBUSY);
	assert_int_equal(fk_removexattr(f->kernel, node, "user.one"), EBUSY);
	mf_fail(f->fs, MF_DELETE_FILE, 0, ENOSYS);
	assert_int_equal(fk_removexattr(f->kernel, node, "user.one"), EOPNOTSUPP);
	expect_ea(f, node, "user.one", "first");
	recorder_clear(f->recorder);
	assert_int_equal(fk_removexattr(f->kernel, node, "user.one"), 0);
	recorder_expect(f->recorder, "CanFileBeDeleted /f:one", "DeleteFile /f:one", NULL);
	assert_false(mf_exists(f->fs, "/f:one"));
	assert_true(mf_exists(f->fs, "/f"));
	assert_int_equal(get(f, node, "user.one"), ENODATA);
	set(f, node, "user.one", "again");
	expect_ea(f, node, "user.one", "again");
	fx_expect_idle(f);
	fx_finish(f);
}

/* The limits of files are those of streams. */
static void test_limits(void **state)
{
	struct seen seen;
	struct fixture *f = *state;
	uint64_t node;

	assert_int_equal(cbf_set_max_file_size(f->volume, 10), 0);
	assert_int_equal(cbf_set_max_file_path_length(f->volume, 7), 0);
	f = begin_streams(state, &seen);
	node = fx_node(f, "/f");
	recorder_clear(f->recorder);
	assert_int_equal(fk_setxattr(f->kernel, node, "user.one", "0123456789a", 11, 0), EFBIG);
	assert_int_equal(fk_setxattr(f->kernel, node, "user.12345", "x", 1, 0), ENAMETOOLONG);
	recorder_expect_nothing(f->recorder);
	set(f, node, "user.one", "0123456789");
	set(f, node, "user.1234", "x");
	fx_expect_idle(f);
	fx_finish(f);
}

static void test_on_a_read_only_volume(void **state)
{
	struct seen seen;
	struct fixture *f = *state;
	uint64_t node;

	assert_int_equal(cbf_on_create_file(f->volume, NULL, NULL), 0);
	assert_int_equal(cbf_on_write_file(f->volume, NULL, NULL), 0);
	assert_int_equal(cbf_on_delete_file(f->volume, NULL, NULL), 0);
	f = begin_streams(state, &seen);
	node = fx_node(f, "/f");
	expect_ea(f, node, "user.one", "first");
	assert_int_equal(fk_setxattr(f->kernel, node, "user.new", "x", 1, 0), EROFS);
	assert_int_equal(fk_setxattr(f->kernel, node, "user.one", "x", 1, 0), EROFS);
	assert_int_equal(fk_removexattr(f->kernel, node, "user.one"), EROFS);
	fx_expect_idle(f);
	fx_finish(f);
}

/* Each handle of its own: the same events, and contexts that balance. */
static void test_with_all_open_close_events(void **state)
{
	struct seen seen;
	struct fixture *f = *state;
	uint64_t node;

	assert_int_equal(cbf_set_fire_all_open_close_events(f->volume, true), 0);
	f = begin_streams(state, &seen);
	node = fx_node(f, "/f");
	set(f, node, "user.new", "value");
	set(f, node, "user.new", "v");
	expect_ea(f, node, "user.new", "v");
	expect_list(f, node, "user.one\0user.new", 18);
	assert_int_equal(fk_removexattr(f->kernel, node, "user.new"), 0);
	fx_expect_idle(f);
	fx_finish(f);
}

/* Those who wait for a stream that is deleted meanwhile mean the name, not what had it; and their values are kept. */
static void test_one_after_another(void **state)
{
	struct fixture *f = *state;
	uint64_t node, other, removed, set_again, got, list;
	char value[64];
	size_t length;

	assert_int_equal(cbf_set_use_alternate_data_streams(f->volume, true), 0);
	mf_add_file(f->fs, "/f", "data");
	mf_add_file(f->fs, "/g", "data");
	mf_add_stream(f->fs, "/f:one", "first");
	fx_start(f, FX_WORKERS);
	node = fx_node(f, "/f");
	other = fx_node(f, "/g");
	mf_block(f->fs, MF_DELETE_FILE, "/f:one");
	removed = fk_send_removexattr(f->kernel, node, "user.one");
	mf_wait_blocked(f->fs, MF_DELETE_FILE, 1);
	set_again = fk_send_setxattr(f->kernel, node, "user.one", "second value", 12, XATTR_CREATE);
	for (int i = 0; i < 50; i++)
		set(f, other, "user.other", "something else that is longer");
	got = fk_send_getxattr(f->kernel, node, "user.one", 64);
	list = fk_send_getxattr(f->kernel, node, "user.two", 64);
	assert_int_equal(fk_wait(f->kernel, list)->error, ENODATA);
	assert_false(fk_has_reply(f->kernel, set_again, 0));
	assert_false(fk_has_reply(f->kernel, got, 0));
	mf_release(f->fs, MF_DELETE_FILE);
	assert_int_equal(fk_wait(f->kernel, removed)->error, 0);
	assert_int_equal(fk_wait(f->kernel, set_again)->error, 0);
	/* Which of the two comes first at the new stream is nobody's promise. */
	if (fk_wait_bytes(f->kernel, got, value, sizeof(value), &length) == 0)
		assert_memory_equal(value, "second value", length);
	expect_stream(f, "/f:one", "second value");
	fx_finish(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FX_TEST(test_set_a_new_one),
		FX_TEST(test_set_one_that_is_there),
		FX_TEST(test_create_and_replace),
		FX_TEST(test_sets_that_are_refused),
		FX_TEST(test_failures),
		FX_TEST(test_short_writes),
		FX_TEST(test_remove),
		FX_TEST(test_limits),
		FX_TEST(test_on_a_read_only_volume),
		FX_TEST(test_with_all_open_close_events),
		FX_TEST(test_one_after_another),
	};

	return cmocka_run_group_tests_name("stream_changes", tests, NULL, NULL);
}
