/* SPDX-License-Identifier: MIT */
/* Extended attributes: what QueryEa and SetEa are given and answer; sizes, flags, names, contexts. */
#include "xattr_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/limits.h>
#include <stdlib.h>
#include <sys/xattr.h>

static void test_set_get_list_remove(void **state)
{
	struct seen seen;
	struct fixture *f = begin(state, &seen);
	const uint64_t node = fx_node(f, "/f");

	assert_int_equal(get(f, node, "user.a"), ENODATA);
	expect_list(f, node, "", 0);
	set(f, node, "user.a", "one");
	assert_string_equal(seen.name, "user.a");
	assert_int_equal(seen.length, 3);
	assert_memory_equal(seen.value, "one", 3);
	assert_false(seen.create || seen.replace || seen.remove || seen.deleted);
	set(f, node, "user.b", "");
	expect_ea(f, node, "user.a", "one");
	expect_ea(f, node, "user.b", "");
	expect_list(f, node, "user.a\0user.b", 14);
	assert_true(seen.listed);
	set(f, node, "user.a", "another");
	expect_ea(f, node, "user.a", "another");
	assert_int_equal(fk_removexattr(f->kernel, node, "user.a"), 0);
	assert_true(seen.remove);
	assert_false(seen.create || seen.replace);
	assert_int_equal(seen.length, 0);
	assert_int_equal(fk_removexattr(f->kernel, node, "user.a"), ENODATA);
	expect_list(f, node, "user.b", 7);
	fx_finish(f);
}

static void test_create_and_replace(void **state)
{
	struct seen seen;
	struct fixture *f = begin(state, &seen);
	const uint64_t node = fx_node(f, "/f");

	assert_int_equal(fk_setxattr(f->kernel, node, "user.a", "1", 1, XATTR_REPLACE), ENODATA);
	assert_true(seen.replace && !seen.create);
	assert_int_equal(fk_setxattr(f->kernel, node, "user.a", "2", 1, XATTR_CREATE), 0);
	assert_true(seen.create && !seen.replace);
	assert_int_equal(fk_setxattr(f->kernel, node, "user.a", "3", 1, XATTR_CREATE), EEXIST);
	expect_ea(f, node, "user.a", "2");
	assert_int_equal(fk_setxattr(f->kernel, node, "user.a", "4", 1, XATTR_REPLACE), 0);
	expect_ea(f, node, "user.a", "4");
	/* Both at once can never be. */
	assert_int_equal(fk_setxattr(f->kernel, node, "user.a", "5", 1, XATTR_CREATE | XATTR_REPLACE), EEXIST);
	assert_true(seen.create && seen.replace);
	assert_int_equal(fk_setxattr(f->kernel, node, "user.b", "5", 1, XATTR_CREATE | XATTR_REPLACE), ENODATA);
	seen.sets = 0;
	assert_int_equal(fk_setxattr(f->kernel, node, "user.a", "6", 1, 4), EINVAL);
	assert_int_equal(seen.sets, 0);
	fx_finish(f);
}

static void test_probing_and_too_little_room(void **state)
{
	struct seen seen;
	struct fixture *f = begin(state, &seen);
	const uint64_t node = fx_node(f, "/f");
	char value[64];
	size_t length = 0;

	set(f, node, "user.a", "0123456789");
	set(f, node, "user.empty", "");
	assert_int_equal(fk_getxattr(f->kernel, node, "user.a", NULL, 0, &length), 0);
	assert_int_equal(length, 10);
	assert_int_equal(fk_getxattr(f->kernel, node, "user.a", value, 9, &length), ERANGE);
	assert_int_equal(fk_getxattr(f->kernel, node, "user.a", value, 10, &length), 0);
	assert_int_equal(length, 10);
	assert_int_equal(fk_getxattr(f->kernel, node, "user.empty", NULL, 0, &length), 0);
	assert_int_equal(length, 0);
	assert_int_equal(fk_getxattr(f->kernel, node, "user.none", NULL, 0, &length), ENODATA);
	assert_int_equal(fk_listxattr(f->kernel, node, value, 17, &length), ERANGE);
	assert_int_equal(fk_listxattr(f->kernel, node, value, 18, &length), 0);
	assert_int_equal(length, 18);
	/* One event each, whatever the caller had room for. */
	assert_int_equal(seen.queries, 7);
	fx_finish(f);
}

static void test_the_largest_value(void **state)
{
	struct seen seen;
	struct fixture *f = begin(state, &seen);
	const uint64_t node = fx_node(f, "/f");
	char *value = malloc(2 * XATTR_SIZE_MAX), *got = malloc(XATTR_SIZE_MAX);
	size_t length = 0, i;

	assert_true(value && got);
	for (i = 0; i < 2 * XATTR_SIZE_MAX; i++)
		value[i] = (char)(i * 7);
	assert_int_equal(fk_setxattr(f->kernel, node, "user.a", value, XATTR_SIZE_MAX, 0), 0);
	assert_int_equal(fk_getxattr(f->kernel, node, "user.a", got, XATTR_SIZE_MAX, &length), 0);
	assert_int_equal(length, XATTR_SIZE_MAX);
	assert_memory_equal(got, value, XATTR_SIZE_MAX);
	assert_int_equal(fk_getxattr(f->kernel, node, "user.a", got, XATTR_SIZE_MAX - 1, &length), ERANGE);
	seen.sets = 0;
	assert_int_equal(fk_setxattr(f->kernel, node, "user.a", value, XATTR_SIZE_MAX + 1, 0), E2BIG);
	assert_int_equal(seen.sets, 0);
	/* What has grown behind the library's back and fits no more. */
	mf_set_ea(f->fs, "/f", "user.a", value, XATTR_SIZE_MAX + 1);
	assert_int_equal(fk_getxattr(f->kernel, node, "user.a", NULL, 0, &length), E2BIG);
	assert_int_equal(mf_seen(f->fs, MF_ERROR), 0);
	free(value);
	free(got);
	fx_finish(f);
}

static void test_long_names(void **state)
{
	struct seen seen;
	struct fixture *f = begin(state, &seen);
	const uint64_t node = fx_node(f, "/f");
	char name[CBF_EA_NAME_MAX + 2] = "user.";

	memset(name + 5, 'n', CBF_EA_NAME_MAX - 5);
	set(f, node, name, "long");
	assert_string_equal(seen.name, name);
	expect_ea(f, node, name, "long");
	expect_list(f, node, name, CBF_EA_NAME_MAX + 1);
	assert_int_equal(fk_removexattr(f->kernel, node, name), 0);
	seen.queries = seen.sets = 0;
	name[CBF_EA_NAME_MAX] = 'n';
	assert_int_equal(get(f, node, name), ERANGE);
	assert_int_equal(fk_setxattr(f->kernel, node, name, "x", 1, 0), ERANGE);
	assert_int_equal(fk_removexattr(f->kernel, node, name), ERANGE);
	assert_int_equal(get(f, node, ""), ERANGE);
	assert_int_equal(seen.queries + seen.sets, 0);
	fx_finish(f);
}

static void test_a_list_of_many(void **state)
{
	enum { COUNT = 1000, SIZE = 10 };
	struct seen seen;
	struct fixture *f = begin(state, &seen);
	const uint64_t node = fx_node(f, "/f");
	char *names = malloc(XATTR_LIST_MAX), name[32];
	size_t length = 0;
	int i;

	assert_non_null(names);
	for (i = 0; i < COUNT; i++) {
		(void)snprintf(name, sizeof(name), "user.%04d", i);
		mf_set_ea(f->fs, "/f", name, name, strlen(name));
	}
	assert_int_equal(fk_listxattr(f->kernel, node, NULL, 0, &length), 0);
	assert_int_equal(length, COUNT * SIZE);
	assert_int_equal(fk_listxattr(f->kernel, node, names, (uint32_t)length, &length), 0);
	assert_int_equal(length, COUNT * SIZE);
	for (i = 0; i < COUNT; i++) {
		(void)snprintf(name, sizeof(name), "user.%04d", i);
		assert_string_equal(names + (ptrdiff_t)i * SIZE, name);
	}
	/* A list that no system call could give. */
	for (i = COUNT; i < 7000; i++) {
		(void)snprintf(name, sizeof(name), "user.%04d", i);
		mf_set_ea(f->fs, "/f", name, "", 0);
	}
	assert_int_equal(fk_listxattr(f->kernel, node, NULL, 0, &length), E2BIG);
	free(names);
	fx_finish(f);
}

static void test_of_any_type(void **state)
{
	static const char *const paths[] = {"/f", "/d", "/l", "/"};
	struct seen seen;
	struct fixture *f = begin(state, &seen);
	uint64_t node;
	size_t i;

	f->kernel->uid = 0;
	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		node = fx_node(f, paths[i]);
		set(f, node, "trusted.a", paths[i]);
		assert_string_equal(seen.path, paths[i]);
		expect_ea(f, node, "trusted.a", paths[i]);
		assert_string_equal(seen.path, paths[i]);
		assert_int_equal(fk_removexattr(f->kernel, node, "trusted.a"), 0);
	}
	fx_finish(f);
}

/* To set is an event of an open file, to ask is not. */
static void test_opens(void **state)
{
	struct seen seen;
	struct fixture *f = begin(state, &seen);
	const uint64_t node = fx_node(f, "/f");
	uint64_t fh;

	recorder_clear(f->recorder);
	set(f, node, "user.a", "one");
	recorder_expect(f->recorder, "OpenFile /f", "SetEa /f ea_name=user.a length=3", "CleanupFile /f",
			"CloseFile /f", NULL);
	assert_true((seen.open_flags & (O_PATH | O_NOFOLLOW)) == (O_PATH | O_NOFOLLOW));
	assert_int_equal(fk_removexattr(f->kernel, node, "user.b"), ENODATA);
	recorder_expect(f->recorder, "OpenFile /f", "SetEa /f ea_name=user.b remove", "CleanupFile /f", "CloseFile /f",
			NULL);
	expect_ea(f, node, "user.a", "one");
	recorder_expect(f->recorder, "QueryEa /f ea_name=user.a", NULL);
	assert_null(seen.file_context);
	fh = fx_open(f, node, O_RDWR);
	recorder_clear(f->recorder);
	set(f, node, "user.a", "two");
	assert_non_null(seen.file_context);
	seen.file_context = seen.handle_context = NULL;
	expect_ea(f, node, "user.a", "two");
	recorder_expect(f->recorder, "SetEa /f", "QueryEa /f", NULL);
	assert_non_null(seen.file_context);
	assert_non_null(seen.handle_context);
	fx_release(f, node, fh);
	fx_finish(f);
}

static void test_contexts_of_each_handle(void **state)
{
	struct seen seen;
	struct fixture *f = *state;
	uint64_t node, fh;

	assert_int_equal(cbf_set_fire_all_open_close_events(f->volume, true), 0);
	f = begin(state, &seen);
	node = fx_node(f, "/f");
	fh = fx_open(f, node, O_RDWR);
	set(f, node, "user.a", "one");
	assert_non_null(seen.file_context);
	assert_null(seen.handle_context);
	expect_ea(f, node, "user.a", "one");
	assert_non_null(seen.file_context);
	assert_null(seen.handle_context);
	fx_release(f, node, fh);
	fx_finish(f);
}

static void test_a_deleted_file(void **state)
{
	struct seen seen;
	struct fixture *f = begin(state, &seen);
	const uint64_t node = fx_node(f, "/f"), fh = fx_open(f, node, O_RDWR);

	set(f, node, "user.a", "one");
	assert_int_equal(fk_unlink(f->kernel, FUSE_ROOT_ID, "f"), 0);
	expect_ea(f, node, "user.a", "one");
	assert_true(seen.deleted);
	set(f, node, "user.b", "two");
	assert_true(seen.deleted);
	expect_list(f, node, "user.a\0user.b", 14);
	assert_int_equal(fk_removexattr(f->kernel, node, "user.a"), 0);
	fx_release(f, node, fh);
	/* The kernel may still hold it by an O_PATH descriptor. */
	seen.queries = seen.sets = 0;
	assert_int_equal(get(f, node, "user.b"), ENOENT);
	assert_int_equal(fk_listxattr(f->kernel, node, NULL, 0, &(size_t){0}), ENOENT);
	assert_int_equal(fk_setxattr(f->kernel, node, "user.b", "x", 1, 0), ENOENT);
	assert_int_equal(seen.queries + seen.sets, 0);
	fx_finish(f);
}

/* One file, whatever its names. */
static void test_through_another_name(void **state)
{
	struct seen seen;
	struct fixture *f = *state;
	uint64_t node;

	mf_add_directory(f->fs, "/e");
	mf_add_file(f->fs, "/e/f", "data");
	mf_add_link(f->fs, "/e/f", "/e/g");
	f = begin(state, &seen);
	node = fx_node(f, "/e/f");
	set(f, node, "user.a", "one");
	assert_int_equal(fx_node(f, "/e/g"), node);
	assert_int_equal(fk_unlink(f->kernel, fx_node(f, "/e"), "f"), 0);
	expect_ea(f, node, "user.a", "one");
	assert_string_equal(seen.path, "/e/g");
	assert_false(seen.deleted);
	fx_finish(f);
}

/* The value outlives the buffer that it came in: others are served while this one waits for its file. */
static void test_a_value_that_waits(void **state)
{
	struct seen seen = {0};
	struct fixture *f = *state;
	uint64_t node, other, sent, late;
	char value[64];

	mf_add_file(f->fs, "/f", "data");
	mf_add_file(f->fs, "/g", "data");
	mf_observe(f->fs, observe, &seen);
	fx_start(f, FX_WORKERS);
	node = fx_node(f, "/f");
	other = fx_node(f, "/g");
	mf_block(f->fs, MF_QUERY_EA, "/f");
	sent = fk_send_getxattr(f->kernel, node, "user.a", 64);
	mf_wait_blocked(f->fs, MF_QUERY_EA, 1);
	late = fk_send_setxattr(f->kernel, node, "user.late", "the value", 9, 0);
	for (int i = 0; i < 50; i++)
		assert_int_equal(fk_setxattr(f->kernel, other, "user.other", "something else", 14, 0), 0);
	assert_false(fk_has_reply(f->kernel, late, 0));
	mf_release(f->fs, MF_QUERY_EA);
	assert_int_equal(fk_wait(f->kernel, sent)->error, ENODATA);
	assert_int_equal(fk_wait(f->kernel, late)->error, 0);
	assert_int_equal(mf_ea_of(f->fs, "/f", "user.late", value, sizeof(value)), 9);
	assert_memory_equal(value, "the value", 9);
	fx_finish(f);
}

static void test_questions_beside_each_other(void **state)
{
	struct fixture *f = *state;
	uint64_t node, sent[3];
	int i;

	assert_int_equal(cbf_set_serialize_access(f->volume, false), 0);
	mf_allow_overlap(f->fs);
	mf_add_file(f->fs, "/f", "data");
	fx_start(f, FX_WORKERS);
	node = fx_node(f, "/f");
	mf_block(f->fs, MF_QUERY_EA, NULL);
	for (i = 0; i < 3; i++)
		sent[i] = fk_send_getxattr(f->kernel, node, "user.a", 64);
	mf_wait_blocked(f->fs, MF_QUERY_EA, 3);
	mf_release(f->fs, MF_QUERY_EA);
	for (i = 0; i < 3; i++)
		assert_int_equal(fk_wait(f->kernel, sent[i])->error, ENODATA);
	fx_finish(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FX_TEST(test_set_get_list_remove),
		FX_TEST(test_create_and_replace),
		FX_TEST(test_probing_and_too_little_room),
		FX_TEST(test_the_largest_value),
		FX_TEST(test_long_names),
		FX_TEST(test_a_list_of_many),
		FX_TEST(test_of_any_type),
		FX_TEST(test_opens),
		FX_TEST(test_contexts_of_each_handle),
		FX_TEST(test_a_deleted_file),
		FX_TEST(test_through_another_name),
		FX_TEST(test_a_value_that_waits),
		FX_TEST(test_questions_beside_each_other),
	};

	return cmocka_run_group_tests_name("xattr", tests, NULL, NULL);
}
