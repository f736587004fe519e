/* SPDX-License-Identifier: MIT */
/* Named streams as the attributes user.* of their files: to read and to list them. */
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
	mf_add_stream(f->fs, "/f:two", "");
	return f;
}

static void test_get(void **state)
{
	struct seen seen;
	struct fixture *f = begin_streams(state, &seen);
	const uint64_t node = fx_node(f, "/f");
	char value[64];
	size_t length = 0;

	recorder_clear(f->recorder);
	expect_ea(f, node, "user.one", "first");
	recorder_expect(f->recorder, "OpenFile /f:one", "ReadFile /f:one position=0 bytes=5", "CleanupFile /f:one",
			"CloseFile /f:one", NULL);
	assert_int_equal(seen.open_flags, O_RDONLY);
	expect_ea(f, node, "user.two", "");
	assert_int_equal(fk_getxattr(f->kernel, node, "user.one", NULL, 0, &length), 0);
	assert_int_equal(length, 5);
	assert_int_equal(fk_getxattr(f->kernel, node, "user.one", value, 4, &length), ERANGE);
	assert_int_equal(get(f, node, "user.none"), ENODATA);
	/* For none of these the content is wanted; and nobody asks QueryEa. */
	recorder_expect_nothing(f->recorder);
	assert_int_equal(seen.queries, 0);
	fx_expect_idle(f);
	fx_finish(f);
}

static void test_names_that_no_stream_has(void **state)
{
	static const char *const names[] = {"user..", "user...", "user.a/b", "user.a:b", "user.:"};
	struct seen seen;
	struct fixture *f = begin_streams(state, &seen);
	const uint64_t node = fx_node(f, "/f"), link = fx_node(f, "/l");
	const unsigned asked = mf_seen(f->fs, MF_GET_FILE_INFO);
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_int_equal(get(f, node, names[i]), ENODATA);
	assert_int_equal(get(f, node, "user."), EINVAL);
	/* The kernel would not ask. */
	assert_int_equal(get(f, link, "user.one"), ENODATA);
	assert_int_equal(mf_seen(f->fs, MF_GET_FILE_INFO), asked);
	expect_list(f, link, "", 0);
	fx_finish(f);
}

static void test_the_longest_name(void **state)
{
	char path[CBF_STREAM_NAME_MAX + 4] = "/f:", name[CBF_EA_NAME_MAX + 1] = "user.";
	struct seen seen;
	struct fixture *f = begin_streams(state, &seen);
	const uint64_t node = fx_node(f, "/f");

	memset(path + 3, 's', CBF_STREAM_NAME_MAX);
	memset(name + 5, 's', CBF_STREAM_NAME_MAX);
	assert_int_equal(strlen(name), CBF_EA_NAME_MAX);
	mf_remove(f->fs, "/f:one");
	mf_remove(f->fs, "/f:two");
	mf_add_stream(f->fs, path, "long");
	expect_ea(f, node, name, "long");
	expect_list(f, node, name, sizeof(name));
	fx_finish(f);
}

static void test_of_a_directory(void **state)
{
	struct seen seen;
	struct fixture *f = begin_streams(state, &seen);
	const uint64_t node = fx_node(f, "/d");

	mf_add_file(f->fs, "/d/:entry", "an entry of that name");
	mf_add_stream(f->fs, "/d:stream", "of a directory");
	mf_add_stream(f->fs, "/:stream", "of the root");
	assert_int_not_equal(fx_node(f, "/d/:entry"), 0);
	expect_ea(f, node, "user.stream", "of a directory");
	expect_ea(f, FUSE_ROOT_ID, "user.stream", "of the root");
	assert_int_equal(get(f, node, "user.entry"), ENODATA);
	expect_list(f, node, "user.stream", 12);
	expect_list(f, FUSE_ROOT_ID, "user.stream", 12);
	fx_expect_idle(f);
	fx_finish(f);
}

/* A name with a colon is an entry like any other. */
static void test_a_file_with_a_colon(void **state)
{
	struct seen seen;
	struct fixture *f = begin_streams(state, &seen);
	uint64_t node, fh;

	mf_add_file(f->fs, "/f:x", "a file");
	mf_add_stream(f->fs, "/f:x:y", "its stream");
	node = fx_node(f, "/f:x");
	assert_int_not_equal(node, fx_node(f, "/f"));
	expect_ea(f, node, "user.y", "its stream");
	fh = fx_open(f, node, O_RDONLY);
	fx_expect_content(f, node, fh, "a file");
	fx_release(f, node, fh);
	assert_int_equal(fk_unlink(f->kernel, FUSE_ROOT_ID, "f:x"), 0);
	fx_finish(f);
}

static void test_values_that_are_large(void **state)
{
	struct seen seen;
	struct fixture *f = begin_streams(state, &seen);
	const uint64_t node = fx_node(f, "/f");
	char *value = malloc(XATTR_SIZE_MAX + 2), *got = malloc(XATTR_SIZE_MAX);
	size_t length = 0;

	assert_true(value && got);
	memset(value, 'v', XATTR_SIZE_MAX + 1);
	value[XATTR_SIZE_MAX] = '\0';
	mf_add_stream(f->fs, "/f:large", value);
	value[XATTR_SIZE_MAX] = 'v';
	value[XATTR_SIZE_MAX + 1] = '\0';
	mf_add_stream(f->fs, "/f:larger", value);
	assert_int_equal(fk_getxattr(f->kernel, node, "user.large", got, XATTR_SIZE_MAX, &length), 0);
	assert_int_equal(length, XATTR_SIZE_MAX);
	assert_memory_equal(got, value, length);
	recorder_clear(f->recorder);
	assert_int_equal(fk_getxattr(f->kernel, node, "user.larger", got, XATTR_SIZE_MAX, &length), E2BIG);
	assert_int_equal(fk_getxattr(f->kernel, node, "user.larger", NULL, 0, &length), E2BIG);
	recorder_expect_nothing(f->recorder);
	free(value);
	free(got);
	fx_finish(f);
}

static void test_list(void **state)
{
	struct seen seen;
	struct fixture *f = begin_streams(state, &seen);
	const uint64_t node = fx_node(f, "/f");
	uint64_t fh;

	mf_set_ea(f->fs, "/f", "user.hidden", "1", 1);
	mf_set_ea(f->fs, "/f", "security.a", "1", 1);
	mf_set_ea(f->fs, "/f", "trusted.a", "1", 1);
	mf_add_stream(f->fs, "/f:cbfuse.hardlinks", "comes after the library's own");
	recorder_clear(f->recorder);
	expect_list(f, node, "security.a\0user.one\0user.two", 29);
	assert_true(seen.listed);
	recorder_expect(f->recorder, "QueryEa /f", "OpenFile /f", "EnumerateNamedStreams /f -> 0 one",
			"EnumerateNamedStreams /f -> 0 two", "EnumerateNamedStreams /f -> 0 cbfuse.hardlinks",
			"EnumerateNamedStreams /f -> 0 (no more)", "CloseNamedStreamsEnumeration /f", "CleanupFile /f",
			"CloseFile /f", "QueryEa /f", "OpenFile /f", "EnumerateNamedStreams /f -> 0 one",
			"EnumerateNamedStreams /f -> 0 two", "EnumerateNamedStreams /f -> 0 cbfuse.hardlinks",
			"EnumerateNamedStreams /f -> 0 (no more)", "CloseNamedStreamsEnumeration /f", "CleanupFile /f",
			"CloseFile /f", NULL);
	assert_int_equal(get(f, node, "user.hidden"), ENODATA);
	assert_int_equal(get(f, node, "security.a"), 0);
	fh = fx_open(f, node, O_RDONLY);
	recorder_clear(f->recorder);
	assert_int_equal(fk_listxattr(f->kernel, node, NULL, 0, &(size_t){0}), 0);
	recorder_expect(f->recorder, "QueryEa /f", "EnumerateNamedStreams /f -> 0 one",
			"EnumerateNamedStreams /f -> 0 two", "EnumerateNamedStreams /f -> 0 cbfuse.hardlinks",
			"EnumerateNamedStreams /f -> 0 (no more)", "CloseNamedStreamsEnumeration /f", NULL);
	assert_int_equal(fk_unlink(f->kernel, FUSE_ROOT_ID, "f"), 0);
	expect_list(f, node, "security.a", 11); /* its streams went with it */
	assert_int_equal(get(f, node, "user.one"), ENOENT);
	fx_release(f, node, fh);
	fx_finish(f);
}

static void test_lists_that_fail(void **state)
{
	static const enum mf_bad bad[] = {MF_BAD_EMPTY,   MF_BAD_COLON, MF_BAD_SLASH,
					  MF_BAD_DOT_DOT, MF_BAD_LONG,  MF_BAD_UNTERMINATED};
	struct seen seen;
	struct fixture *f = begin_streams(state, &seen);
	const uint64_t node = fx_node(f, "/f");
	size_t length, i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		mf_answer(f->fs, MF_ENUMERATE_NAMED_STREAMS, bad[i], 1);
		assert_int_equal(fk_listxattr(f->kernel, node, NULL, 0, &length), EIO);
		assert_int_equal(mf_seen(f->fs, MF_ERROR), i + 1);
	}
	mf_fail(f->fs, MF_ENUMERATE_NAMED_STREAMS, 1, EACCES);
	assert_int_equal(fk_listxattr(f->kernel, node, NULL, 0, &length), EACCES);
	mf_fail(f->fs, MF_ENUMERATE_NAMED_STREAMS, 0, ENOSYS);
	assert_int_equal(fk_listxattr(f->kernel, node, NULL, 0, &length), EOPNOTSUPP);
	mf_fail(f->fs, MF_CLOSE_NAMED_STREAMS_ENUMERATION, 0, EACCES);
	assert_int_equal(fk_listxattr(f->kernel, node, NULL, 0, &length), 0);
	mf_fail_dirty(f->fs, MF_OPEN_FILE, EACCES);
	assert_int_equal(fk_listxattr(f->kernel, node, NULL, 0, &length), EACCES);
	mf_fail(f->fs, MF_QUERY_EA, 0, EACCES);
	assert_int_equal(fk_listxattr(f->kernel, node, NULL, 0, &length), EACCES);
	fx_expect_all_closed(f);
	/* One that never ends has its end where no list can be longer. */
	mf_answer(f->fs, MF_ENUMERATE_NAMED_STREAMS, MF_BAD_ENDLESS, 1000000);
	assert_int_equal(fk_listxattr(f->kernel, node, NULL, 0, &length), E2BIG);
	assert_true(mf_seen(f->fs, MF_ENUMERATE_NAMED_STREAMS) < XATTR_LIST_MAX);
	fx_expect_all_closed(f);
	mf_answer(f->fs, MF_ENUMERATE_NAMED_STREAMS, MF_GOOD, 0);
	fx_expect_idle(f);
	fx_finish(f);
}

static void only_the_hidden_one(struct cbf_volume *volume, struct cbf_enumerate_named_streams_event *event,
				void *user_data)
{
	(void)volume;
	(void)user_data;
	event->named_stream_found = true;
	(void)snprintf(event->stream_name, event->stream_name_capacity, "cbfuse.hardlinks");
}

static void test_a_list_of_nothing_to_show_ends(void **state)
{
	struct seen seen;
	struct fixture *f = *state;

	assert_int_equal(cbf_on_enumerate_named_streams(f->volume, only_the_hidden_one, NULL), 0);
	f = begin_streams(state, &seen);
	assert_int_equal(fk_listxattr(f->kernel, fx_node(f, "/f"), NULL, 0, &(size_t){0}), E2BIG);
	fx_expect_all_closed(f);
	fx_finish(f);
}

static void test_gets_that_fail(void **state)
{
	struct seen seen;
	struct fixture *f = begin_streams(state, &seen);
	const uint64_t node = fx_node(f, "/f");

	mf_fail(f->fs, MF_GET_FILE_INFO, 0, EACCES);
	assert_int_equal(get(f, node, "user.one"), EACCES);
	mf_answer(f->fs, MF_GET_FILE_INFO, MF_BAD_SIZE, 1);
	assert_int_equal(get(f, node, "user.one"), EIO);
	mf_fail_dirty(f->fs, MF_OPEN_FILE, EACCES);
	assert_int_equal(get(f, node, "user.one"), EACCES);
	mf_fail(f->fs, MF_READ_FILE, 0, ENOSYS);
	assert_int_equal(get(f, node, "user.one"), EOPNOTSUPP);
	mf_answer(f->fs, MF_READ_FILE, MF_BAD_COUNT, 1);
	assert_int_equal(get(f, node, "user.one"), EIO);
	expect_ea(f, node, "user.one", "first");
	fx_expect_idle(f);
	fx_finish(f);
}

static void read_bytewise(struct cbf_volume *volume, struct cbf_read_file_event *event, void *user_data)
{
	const size_t shown = *(const size_t *)user_data;

	(void)volume;
	if (event->position >= shown)
		return;
	*(char *)event->buffer = (char)('a' + event->position);
	event->bytes_read = 1;
}

/* What is read in pieces, and what turns out shorter than it was said to be. */
static void test_short_reads(void **state)
{
	static size_t shown;
	struct seen seen;
	struct fixture *f = *state;
	uint64_t node;

	assert_int_equal(cbf_on_read_file(f->volume, read_bytewise, &shown), 0);
	f = begin_streams(state, &seen);
	node = fx_node(f, "/f");
	shown = 100;
	expect_ea(f, node, "user.one", "abcde");
	shown = 3;
	expect_ea(f, node, "user.one", "abc");
	fx_finish(f);
}

/* The stream goes where its file goes, and its events are handed names that are true. */
static void test_moves_with_its_file(void **state)
{
	struct seen seen;
	struct fixture *f = begin_streams(state, &seen);
	const uint64_t node = fx_node(f, "/f"), directory = fx_node(f, "/d");
	struct fuse_entry_out entry;

	expect_ea(f, node, "user.one", "first");
	assert_int_equal(fk_rename(f->kernel, FUSE_ROOT_ID, "f", directory, "g", 0), 0);
	recorder_clear(f->recorder);
	expect_ea(f, node, "user.one", "first");
	recorder_expect(f->recorder, "OpenFile /d/g:one", "ReadFile /d/g:one", "CleanupFile /d/g:one",
			"CloseFile /d/g:one", NULL);
	assert_int_equal(fk_link(f->kernel, node, FUSE_ROOT_ID, "h", &entry), 0);
	assert_int_equal(fk_unlink(f->kernel, directory, "g"), 0);
	recorder_clear(f->recorder);
	expect_ea(f, node, "user.one", "first");
	recorder_expect(f->recorder, "OpenFile /h:one", "ReadFile /h:one", "CleanupFile /h:one", "CloseFile /h:one",
			NULL);
	assert_int_equal(fk_rename(f->kernel, FUSE_ROOT_ID, "d", FUSE_ROOT_ID, "e", 0), 0);
	fx_expect_idle(f);
	fx_finish(f);
}

/* Another name of the file is found when the one that was known has gone. */
static void test_by_another_name(void **state)
{
	struct seen seen;
	struct fixture *f = *state;
	uint64_t node;

	mf_add_directory(f->fs, "/e");
	mf_add_file(f->fs, "/e/f", "data");
	mf_add_link(f->fs, "/e/f", "/e/g");
	mf_add_stream(f->fs, "/e/f:one", "first");
	f = begin_streams(state, &seen);
	node = fx_node(f, "/e/f");
	assert_int_equal(fk_unlink(f->kernel, fx_node(f, "/e"), "f"), 0);
	expect_ea(f, node, "user.one", "first");
	fx_expect_idle(f);
	fx_finish(f);
}

/* Who renames the file waits for its stream's events; the file's own events do not. */
static void test_the_name_stays(void **state)
{
	struct fixture *f = *state;
	uint64_t node, got, moved, moved_above;
	char value[64];
	size_t length;

	assert_int_equal(cbf_set_use_alternate_data_streams(f->volume, true), 0);
	mf_add_directory(f->fs, "/d");
	mf_add_file(f->fs, "/d/f", "data");
	mf_add_stream(f->fs, "/d/f:one", "first");
	fx_start(f, FX_WORKERS);
	node = fx_node(f, "/d/f");
	mf_block(f->fs, MF_READ_FILE, "/d/f:one");
	got = fk_send_getxattr(f->kernel, node, "user.one", 64);
	mf_wait_blocked(f->fs, MF_READ_FILE, 1);
	moved = fk_send_rename(f->kernel, fx_node(f, "/d"), "f", FUSE_ROOT_ID, "g", 0);
	moved_above = fk_send_rename(f->kernel, FUSE_ROOT_ID, "d", FUSE_ROOT_ID, "e", 0);
	assert_int_equal(fk_chmod(f->kernel, FUSE_ROOT_ID, 0700), 0);
	assert_false(fk_has_reply(f->kernel, moved, 0));
	assert_false(fk_has_reply(f->kernel, moved_above, 0));
	mf_release(f->fs, MF_READ_FILE);
	assert_int_equal(fk_wait_bytes(f->kernel, got, value, sizeof(value), &length), 0);
	assert_int_equal(length, 5);
	assert_int_equal(fk_wait(f->kernel, moved)->error, 0);
	assert_int_equal(fk_wait(f->kernel, moved_above)->error, 0);
	fx_finish(f);
}

/* While a stream is busy, its file and its other streams are not. */
static void test_is_a_file_of_its_own(void **state)
{
	struct fixture *f = *state;
	uint64_t node, fh, got, again;

	assert_int_equal(cbf_set_use_alternate_data_streams(f->volume, true), 0);
	mf_add_file(f->fs, "/f", "data");
	mf_add_stream(f->fs, "/f:one", "first");
	mf_add_stream(f->fs, "/f:two", "second");
	fx_start(f, FX_WORKERS);
	node = fx_node(f, "/f");
	mf_block(f->fs, MF_READ_FILE, "/f:one");
	got = fk_send_getxattr(f->kernel, node, "user.one", 64);
	mf_wait_blocked(f->fs, MF_READ_FILE, 1);
	again = fk_send_getxattr(f->kernel, node, "user.one", 64);
	fh = fx_open(f, node, O_RDONLY);
	fx_expect_content(f, node, fh, "data");
	fx_release(f, node, fh);
	expect_ea(f, node, "user.two", "second");
	expect_list(f, node, "user.one\0user.two", 18);
	assert_false(fk_has_reply(f->kernel, again, 0));
	mf_release(f->fs, MF_READ_FILE);
	assert_int_equal(fk_wait(f->kernel, got)->error, 0);
	assert_int_equal(fk_wait(f->kernel, again)->error, 0);
	fx_finish(f);
}

/* An enumeration runs alone, even where questions may run beside each other. */
static void test_lists_one_after_another(void **state)
{
	struct fixture *f = *state;
	uint64_t node, sent[3];
	int i;

	assert_int_equal(cbf_set_use_alternate_data_streams(f->volume, true), 0);
	assert_int_equal(cbf_set_serialize_access(f->volume, false), 0);
	mf_add_file(f->fs, "/f", "data");
	mf_add_stream(f->fs, "/f:one", "first");
	fx_start(f, FX_WORKERS);
	node = fx_node(f, "/f");
	mf_block(f->fs, MF_ENUMERATE_NAMED_STREAMS, NULL);
	for (i = 0; i < 3; i++)
		sent[i] = fk_send(f->kernel, FUSE_LISTXATTR, node, &(struct fuse_getxattr_in){.size = 0},
				  sizeof(struct fuse_getxattr_in), NULL, 0, NULL, 0);
	mf_wait_blocked(f->fs, MF_ENUMERATE_NAMED_STREAMS, 1);
	expect_ea(f, node, "user.one", "first");
	mf_release(f->fs, MF_ENUMERATE_NAMED_STREAMS);
	for (i = 0; i < 3; i++)
		assert_int_equal(fk_wait(f->kernel, sent[i])->error, 0);
	assert_int_equal(mf_most_at_once(f->fs, MF_ENUMERATE_NAMED_STREAMS), 1);
	fx_finish(f);
}

static void test_without_query_ea(void **state)
{
	struct seen seen;
	struct fixture *f = *state;
	uint64_t node;

	assert_int_equal(cbf_on_query_ea(f->volume, NULL, NULL), 0);
	assert_int_equal(cbf_on_set_ea(f->volume, NULL, NULL), 0);
	f = begin_streams(state, &seen);
	node = fx_node(f, "/f");
	recorder_clear(f->recorder);
	expect_ea(f, node, "user.one", "first");
	assert_int_equal(get(f, node, "security.a"), ENODATA);
	expect_list(f, node, "user.one\0user.two", 18);
	fx_finish(f);
}

static void test_without_an_enumeration(void **state)
{
	struct seen seen;
	struct fixture *f = *state;
	uint64_t node;

	assert_int_equal(cbf_on_enumerate_named_streams(f->volume, NULL, NULL), 0);
	f = begin_streams(state, &seen);
	node = fx_node(f, "/f");
	expect_ea(f, node, "user.one", "first");
	recorder_clear(f->recorder);
	expect_list(f, node, "", 0);
	recorder_expect(f->recorder, "QueryEa /f", "QueryEa /f", NULL);
	fx_finish(f);
}

/* Off: user.* is QueryEa's. */
static void test_off(void **state)
{
	struct seen seen;
	struct fixture *f = begin(state, &seen);
	const uint64_t node = fx_node(f, "/f");

	assert_false(cbf_get_use_alternate_data_streams(f->volume));
	assert_int_equal(cbf_set_use_alternate_data_streams(f->volume, true), -EBUSY);
	mf_add_stream(f->fs, "/f:one", "first");
	assert_int_equal(get(f, node, "user.one"), ENODATA);
	assert_int_equal(seen.queries, 1);
	expect_list(f, node, "", 0);
	assert_int_equal(mf_seen(f->fs, MF_ENUMERATE_NAMED_STREAMS), 0);
	fx_finish(f);
}

/* The enumeration is closed all the same. */
static void test_the_end_while_listing(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(cbf_set_use_alternate_data_streams(f->volume, true), 0);
	assert_true(cbf_get_use_alternate_data_streams(f->volume));
	mf_add_file(f->fs, "/f", "data");
	mf_add_stream(f->fs, "/f:one", "first");
	fx_start(f, FX_WORKERS);
	mf_block(f->fs, MF_ENUMERATE_NAMED_STREAMS, NULL);
	(void)fk_send(f->kernel, FUSE_LISTXATTR, fx_node(f, "/f"), &(struct fuse_getxattr_in){.size = 0},
		      sizeof(struct fuse_getxattr_in), NULL, 0, NULL, 0);
	mf_wait_blocked(f->fs, MF_ENUMERATE_NAMED_STREAMS, 1);
	fk_hang_up(f->kernel);
	mf_release(f->fs, MF_ENUMERATE_NAMED_STREAMS);
	fx_abort(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FX_TEST(test_get),
		FX_TEST(test_names_that_no_stream_has),
		FX_TEST(test_the_longest_name),
		FX_TEST(test_of_a_directory),
		FX_TEST(test_a_file_with_a_colon),
		FX_TEST(test_values_that_are_large),
		FX_TEST(test_list),
		FX_TEST(test_lists_that_fail),
		FX_TEST(test_a_list_of_nothing_to_show_ends),
		FX_TEST(test_gets_that_fail),
		FX_TEST(test_short_reads),
		FX_TEST(test_moves_with_its_file),
		FX_TEST(test_by_another_name),
		FX_TEST(test_the_name_stays),
		FX_TEST(test_is_a_file_of_its_own),
		FX_TEST(test_lists_one_after_another),
		FX_TEST(test_without_query_ea),
		FX_TEST(test_without_an_enumeration),
		FX_TEST(test_off),
		FX_TEST(test_the_end_while_listing),
	};

	return cmocka_run_group_tests_name("streams", tests, NULL, NULL);
}
