/* SPDX-License-Identifier: MIT */
/* Hard links: one file is one node, whatever its names. */
#include "fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void expect_nlink(struct fixture *f, const char *path, uint32_t nlink)
{
	struct fuse_attr_out out;

	assert_int_equal(fk_getattr(f->kernel, fx_node(f, path), &out), 0);
	assert_int_equal(out.attr.nlink, nlink);
	assert_int_equal(out.attr.ino, mf_id_of(f->fs, path));
}

static void test_two_names_one_node(void **state)
{
	struct fixture *f = *state;
	struct cbf_object_counts counts;
	struct fuse_entry_out entry;
	uint64_t node;

	mf_add_file(f->fs, "/a", "data");
	mf_add_directory(f->fs, "/d");
	mf_add_link(f->fs, "/a", "/d/b");
	fx_start(f, FX_STEP);
	node = fx_node(f, "/a");
	assert_int_equal(fk_lookup(f->kernel, fx_node(f, "/d"), "b", &entry), 0);
	assert_int_equal(entry.nodeid, node);
	assert_int_equal(entry.attr.nlink, 2);
	expect_nlink(f, "/a", 2);
	cbf_get_object_counts(f->volume, &counts);
	assert_int_equal(counts.nodes, 3);
	assert_int_equal(counts.names, 3);
	fx_finish(f);
}

static void test_link_count_is_right_at_once(void **state)
{
	struct fixture *f = *state;
	struct fuse_entry_out entry;
	uint64_t node;

	mf_add_file(f->fs, "/a", "data");
	mf_add_directory(f->fs, "/d");
	fx_start(f, FX_STEP);
	node = fx_node(f, "/a");
	assert_int_equal(fx_nlink(f, node), 1);
	assert_int_equal(fk_link(f->kernel, node, fx_node(f, "/d"), "b", &entry), 0);
	assert_int_equal(entry.nodeid, node);
	assert_int_equal(entry.attr.nlink, 2);
	expect_nlink(f, "/a", 2);
	expect_nlink(f, "/d/b", 2);
	assert_int_equal(fk_rename(f->kernel, fx_node(f, "/d"), "b", FUSE_ROOT_ID, "c", 0), 0);
	assert_int_equal(fx_node(f, "/c"), node);
	expect_nlink(f, "/c", 2);
	assert_int_equal(fk_unlink(f->kernel, FUSE_ROOT_ID, "a"), 0);
	assert_int_equal(fx_nlink(f, node), 1);
	expect_nlink(f, "/c", 1);
	assert_int_equal(fk_link(f->kernel, node, FUSE_ROOT_ID, "a", &entry), 0);
	assert_int_equal(entry.attr.nlink, 2);
	expect_nlink(f, "/c", 2);
	fx_finish(f);
}

/* A rename over one name of a file takes one of its links. */
static void test_link_count_after_a_rename_over_a_name(void **state)
{
	struct fixture *f = *state;
	uint64_t node;

	mf_add_file(f->fs, "/a", "data");
	mf_add_link(f->fs, "/a", "/b");
	mf_add_file(f->fs, "/x", "");
	fx_start(f, FX_STEP);
	node = fx_node(f, "/a");
	assert_int_equal(fx_node(f, "/b"), node);
	(void)fx_node(f, "/x");
	assert_int_equal(fk_rename(f->kernel, FUSE_ROOT_ID, "x", FUSE_ROOT_ID, "b", 0), 0);
	assert_int_equal(fx_nlink(f, node), 1);
	assert_int_not_equal(fx_node(f, "/b"), node);
	expect_nlink(f, "/a", 1);
	fx_finish(f);
}

struct seen {
	void *file_context;
	char path[256];
};

static void observe(enum mf_event kind, const void *event, void *user_data)
{
	const struct cbf_open_file_event *open = event;
	struct seen *seen = user_data;

	if (kind != MF_OPEN_FILE)
		return;
	seen->file_context = open->file_context;
	(void)strncpy(seen->path, open->file_name, sizeof(seen->path) - 1);
}

static void test_one_file_context(void **state)
{
	struct fixture *f = *state;
	struct seen seen = {0};
	uint64_t node, a, b;
	void *context;

	mf_add_file(f->fs, "/a", "data");
	mf_add_link(f->fs, "/a", "/b");
	mf_observe(f->fs, observe, &seen);
	assert_int_equal(cbf_set_fire_all_open_close_events(f->volume, true), 0);
	fx_start(f, FX_STEP);
	node = fx_node(f, "/a");
	a = fx_open(f, node, O_RDWR);
	context = seen.file_context;
	assert_string_equal(seen.path, "/a");
	assert_int_equal(fx_node(f, "/b"), node);
	b = fx_open(f, node, O_RDWR);
	assert_ptr_equal(seen.file_context, context);
	fx_write(f, node, a, 0, "DATA");
	fx_expect_content(f, node, b, "DATA");
	fx_release(f, node, a);
	fx_release(f, node, b);
	assert_int_equal(mf_contexts_made(f->fs, MF_FILE_CONTEXT), 1);
	fx_finish(f);
}

static void test_no_links_to_directories_and_names_that_exist(void **state)
{
	struct fixture *f = *state;
	struct fuse_entry_out entry;

	mf_add_file(f->fs, "/a", "data");
	mf_add_file(f->fs, "/b", "data");
	mf_add_directory(f->fs, "/d");
	fx_start(f, FX_STEP);
	assert_int_equal(fk_link(f->kernel, fx_node(f, "/d"), FUSE_ROOT_ID, "e", &entry), EPERM);
	assert_int_equal(fk_link(f->kernel, fx_node(f, "/a"), FUSE_ROOT_ID, "b", &entry), EEXIST);
	assert_int_equal(recorder_count(f->recorder, "CreateHardLink /d"), 0);
	expect_nlink(f, "/a", 1);
	fx_finish(f);
}

static void test_links_are_refused_if_the_volume_keeps_none(void **state)
{
	struct fixture *f = *state;
	struct fuse_entry_out entry;

	assert_int_equal(cbf_set_use_hard_links(f->volume, false), 0);
	mf_add_file(f->fs, "/a", "data");
	fx_start(f, FX_STEP);
	assert_int_equal(fk_link(f->kernel, fx_node(f, "/a"), FUSE_ROOT_ID, "b", &entry), EPERM);
	assert_int_equal(recorder_count(f->recorder, "CreateHardLink"), 0);
	fx_finish(f);
}

/* Symbolic links and special files have hard links as well. */
static void test_links_of_other_types(void **state)
{
	struct fixture *f = *state;
	struct fuse_entry_out entry;
	char target[4096];

	mf_add_symlink(f->fs, "/l", "target");
	fx_start(f, FX_STEP);
	assert_int_equal(fk_link(f->kernel, fx_node(f, "/l"), FUSE_ROOT_ID, "m", &entry), 0);
	assert_int_equal(entry.attr.nlink, 2);
	assert_int_equal(fk_unlink(f->kernel, FUSE_ROOT_ID, "l"), 0);
	assert_int_equal(fk_readlink(f->kernel, entry.nodeid, target, sizeof(target)), 0);
	assert_string_equal(target, "target");
	fx_finish(f);
}

/* The library knows /a only. It goes; the file has another name, which the library asks for and goes on by. */
static void test_another_name_of_an_open_file(void **state)
{
	struct fixture *f = *state;
	uint64_t node, fh;

	mf_add_file(f->fs, "/a", "data");
	mf_add_directory(f->fs, "/d");
	mf_add_link(f->fs, "/a", "/d/b");
	fx_start(f, FX_STEP);
	node = fx_node(f, "/a");
	fh = fx_open(f, node, O_RDWR);
	recorder_clear(f->recorder);
	assert_int_equal(fk_unlink(f->kernel, FUSE_ROOT_ID, "a"), 0);
	fx_write(f, node, fh, 0, "more");
	assert_true(recorder_count(f->recorder, "EnumerateHardLinks") > 0);
	assert_int_equal(recorder_count(f->recorder, "CloseHardLinksEnumeration"), 1);
	assert_int_equal(recorder_count(f->recorder, "WriteFile /d/b"), 1);
	assert_int_equal(fx_nlink(f, node), 1);
	recorder_clear(f->recorder);
	fx_release(f, node, fh);
	assert_int_equal(recorder_count(f->recorder, "CloseFile /d/b"), 1);
	fx_finish(f);
}

/* The same for a file that is not open: by its FileId. */
static void test_another_name_of_a_closed_file(void **state)
{
	struct fixture *f = *state;
	uint64_t node;

	mf_add_file(f->fs, "/a", "data");
	mf_add_directory(f->fs, "/d");
	mf_add_link(f->fs, "/a", "/d/b");
	fx_start(f, FX_STEP);
	node = fx_node(f, "/a");
	assert_int_equal(fk_unlink(f->kernel, FUSE_ROOT_ID, "a"), 0);
	recorder_clear(f->recorder);
	fx_release(f, node, fx_open(f, node, O_RDONLY));
	assert_int_equal(recorder_count(f->recorder, "OpenFile /d/b"), 1);
	assert_int_equal(fx_nlink(f, node), 1);
	assert_int_equal(fx_node(f, "/d/b"), node);
	fx_finish(f);
}

/* No other name can be had: the file goes on without one. */
static void test_no_other_name_is_given(void **state)
{
	struct fixture *f = *state;
	uint64_t node, fh;

	mf_add_file(f->fs, "/a", "data");
	mf_add_link(f->fs, "/a", "/b");
	fx_start(f, FX_STEP);
	node = fx_node(f, "/a");
	fh = fx_open(f, node, O_RDWR);
	mf_fail(f->fs, MF_ENUMERATE_HARD_LINKS, 0, EIO);
	mf_fail(f->fs, MF_GET_FILE_NAME_BY_FILE_ID, 0, EIO);
	assert_int_equal(fk_unlink(f->kernel, FUSE_ROOT_ID, "a"), 0);
	fx_write(f, node, fh, 0, "more");
	fx_expect_content(f, node, fh, "more");
	fx_release(f, node, fh);
	fx_finish(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FX_TEST(test_two_names_one_node),
		FX_TEST(test_link_count_is_right_at_once),
		FX_TEST(test_link_count_after_a_rename_over_a_name),
		FX_TEST(test_one_file_context),
		FX_TEST(test_no_links_to_directories_and_names_that_exist),
		FX_TEST(test_links_are_refused_if_the_volume_keeps_none),
		FX_TEST(test_links_of_other_types),
		FX_TEST(test_another_name_of_an_open_file),
		FX_TEST(test_another_name_of_a_closed_file),
		FX_TEST(test_no_other_name_is_given),
	};

	return cmocka_run_group_tests_name("hard_links", tests, NULL, NULL);
}
