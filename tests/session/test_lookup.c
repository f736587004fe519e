/* SPDX-License-Identifier: MIT */
/* Lookup, getattr, forget, statfs, and how long the kernel may keep what it was told. */
#include "fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void test_lookup_asks_once_and_tells_all(void **state)
{
	struct fixture *f = *state;
	struct fuse_entry_out entry;
	const uint64_t id = mf_add_file(f->fs, "/f", "12345");

	fx_start(f, FX_STEP);
	assert_int_equal(fk_lookup(f->kernel, FUSE_ROOT_ID, "f", &entry), 0);
	recorder_expect(f->recorder, "GetFileInfo /f", NULL);
	assert_int_not_equal(entry.nodeid, FUSE_ROOT_ID);
	assert_int_equal(entry.attr.ino, id);
	assert_int_equal(entry.attr.size, 5);
	assert_int_equal(entry.attr.mode, S_IFREG | 0644);
	assert_int_equal(entry.attr.nlink, 1);
	assert_int_equal(entry.attr.blocks, 1);
	assert_int_equal(entry.attr.mtimensec, 123456789);
	fx_finish(f);
}

static void test_a_path_is_made_of_all_components(void **state)
{
	struct fixture *f = *state;

	mf_add_directory(f->fs, "/a");
	mf_add_directory(f->fs, "/a/b");
	mf_add_file(f->fs, "/a/b/c", "");
	fx_start(f, FX_STEP);
	(void)fx_node(f, "/a/b/c");
	recorder_expect(f->recorder, "GetFileInfo /a", "GetFileInfo /a/b", "GetFileInfo /a/b/c", NULL);
	fx_finish(f);
}

static void test_what_does_not_exist(void **state)
{
	struct fixture *f = *state;
	struct fuse_entry_out entry;

	fx_start(f, FX_STEP);
	assert_int_equal(fk_lookup(f->kernel, FUSE_ROOT_ID, "f", &entry), ENOENT);
	/* The cache of what does not exist is off: it may not be kept for a moment. */
	assert_int_equal(entry.entry_valid, 0);
	assert_int_equal(entry.entry_valid_nsec, 0);
	recorder_expect(f->recorder, "GetFileInfo /f", NULL);
	mf_add_file(f->fs, "/f", "");
	(void)fx_node(f, "/f");
	fx_finish(f);
}

static void test_the_cache_of_what_does_not_exist(void **state)
{
	struct fixture *f = *state;
	struct fuse_entry_out entry;
	uint64_t unique;

	assert_int_equal(cbf_set_nonexistent_files_cache(f->volume, 1500), 0);
	fx_start(f, FX_STEP);
	unique = fk_send_lookup(f->kernel, FUSE_ROOT_ID, "f");
	assert_int_equal(fk_wait_entry(f->kernel, unique, &entry), 0);
	assert_int_equal(entry.nodeid, 0);
	assert_int_equal(entry.entry_valid, 1);
	assert_int_equal(entry.entry_valid_nsec, 500000000);
	fx_finish(f);
}

static void expect_validity(struct fixture *f, uint64_t seconds, uint32_t nanoseconds)
{
	struct fuse_entry_out entry;
	struct fuse_attr_out attr;

	mf_add_file(f->fs, "/f", "");
	fx_start(f, FX_STEP);
	assert_int_equal(fk_lookup(f->kernel, FUSE_ROOT_ID, "f", &entry), 0);
	assert_int_equal(entry.entry_valid, seconds);
	assert_int_equal(entry.entry_valid_nsec, nanoseconds);
	assert_int_equal(entry.attr_valid, seconds);
	assert_int_equal(entry.attr_valid_nsec, nanoseconds);
	assert_int_equal(fk_getattr(f->kernel, entry.nodeid, &attr), 0);
	assert_int_equal(attr.attr_valid, seconds);
	assert_int_equal(attr.attr_valid_nsec, nanoseconds);
	fx_finish(f);
}

static void test_metadata_cache_by_default(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(cbf_set_use_hard_links(f->volume, false), 0);
	expect_validity(f, 1, 0);
}

static void test_metadata_cache_set(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(cbf_set_use_hard_links(f->volume, false), 0);
	assert_int_equal(cbf_set_metadata_cache(f->volume, 2500), 0);
	expect_validity(f, 2, 500000000);
}

static void test_metadata_cache_off(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(cbf_set_metadata_cache(f->volume, 0), 0);
	expect_validity(f, 0, 0);
}

static void test_lookups_are_counted(void **state)
{
	struct fixture *f = *state;
	struct cbf_object_counts counts;
	uint64_t node;

	mf_add_file(f->fs, "/f", "");
	fx_start(f, FX_STEP);
	node = fx_node(f, "/f");
	assert_int_equal(fx_node(f, "/f"), node);
	assert_int_equal(fx_node(f, "/f"), node);
	assert_int_equal(fk_lookups_of(f->kernel, node), 3);
	cbf_get_object_counts(f->volume, &counts);
	assert_int_equal(counts.nodes, 2);
	assert_int_equal(counts.names, 1);
	/* Two of three: the node stays. */
	fk_send_forget(f->kernel, node, 2);
	fk_step_all(f->kernel);
	cbf_get_object_counts(f->volume, &counts);
	assert_int_equal(counts.nodes, 2);
	fk_send_forget(f->kernel, node, 1);
	fk_step_all(f->kernel);
	cbf_get_object_counts(f->volume, &counts);
	assert_int_equal(counts.nodes, 1);
	assert_int_equal(counts.names, 0);
	f->kernel->lookups_count = 0;
	fx_finish(f);
}

/* A child keeps the directories above it: its path is made of their names. */
static void test_a_forgotten_directory_stays_for_its_children(void **state)
{
	struct fixture *f = *state;
	uint64_t node;

	mf_add_directory(f->fs, "/a");
	mf_add_directory(f->fs, "/a/b");
	mf_add_file(f->fs, "/a/b/c", "data");
	fx_start(f, FX_STEP);
	node = fx_node(f, "/a/b/c");
	fk_forget(f->kernel, fx_node(f, "/a/b"));
	fk_forget(f->kernel, fx_node(f, "/a"));
	fk_step_all(f->kernel);
	recorder_clear(f->recorder);
	fx_release(f, node, fx_open(f, node, O_RDONLY));
	assert_int_equal(recorder_count(f->recorder, "OpenFile /a/b/c"), 1);
	fx_finish(f);
}

static void test_without_file_ids_each_path_is_a_file(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(cbf_set_use_hard_links(f->volume, false), 0);
	assert_int_equal(cbf_set_use_file_ids(f->volume, false), 0);
	mf_add_file(f->fs, "/a", "");
	mf_add_link(f->fs, "/a", "/b");
	fx_start(f, FX_STEP);
	assert_int_not_equal(fx_node(f, "/a"), fx_node(f, "/b"));
	assert_int_equal(fx_node(f, "/a"), fx_node(f, "/a"));
	/* And st_nlink of a file is 1, whatever the hook says. */
	assert_int_equal(fx_nlink(f, fx_node(f, "/a")), 1);
	fx_finish(f);
}

static void test_getattr(void **state)
{
	struct fixture *f = *state;
	struct fuse_attr_out out;
	uint64_t node, fh;

	mf_add_file(f->fs, "/f", "123");
	fx_start(f, FX_STEP);
	node = fx_node(f, "/f");
	recorder_clear(f->recorder);
	assert_int_equal(fk_getattr(f->kernel, node, &out), 0);
	assert_int_equal(out.attr.size, 3);
	recorder_expect(f->recorder, "GetFileInfo /f", NULL);
	fh = fx_open(f, node, O_RDONLY);
	recorder_clear(f->recorder);
	assert_int_equal(fk_getattr_fh(f->kernel, node, fh, &out), 0);
	recorder_expect(f->recorder, "GetFileInfo /f", NULL);
	fx_release(f, node, fh);
	fx_finish(f);
}

static void test_errors_of_get_file_info(void **state)
{
	struct fixture *f = *state;
	struct fuse_attr_out out;
	uint64_t node;

	mf_add_file(f->fs, "/f", "");
	fx_start(f, FX_STEP);
	mf_fail(f->fs, MF_GET_FILE_INFO, 0, EACCES);
	assert_int_equal(fk_lookup(f->kernel, FUSE_ROOT_ID, "f", NULL), EACCES);
	node = fx_node(f, "/f");
	mf_fail(f->fs, MF_GET_FILE_INFO, 0, ETIMEDOUT);
	assert_int_equal(fk_getattr(f->kernel, node, &out), ETIMEDOUT);
	assert_int_equal(fk_getattr(f->kernel, node, &out), 0);
	/* Gone behind our back. */
	mf_remove(f->fs, "/f");
	assert_int_not_equal(fk_getattr(f->kernel, node, &out), 0);
	assert_int_equal(fk_lookup(f->kernel, FUSE_ROOT_ID, "f", NULL), ENOENT);
	fx_finish(f);
}

/* The same name, but by now another file: another node. */
static void test_replaced_behind_our_back(void **state)
{
	struct fixture *f = *state;
	uint64_t node;

	mf_add_file(f->fs, "/f", "old");
	fx_start(f, FX_STEP);
	node = fx_node(f, "/f");
	mf_remove(f->fs, "/f");
	mf_add_file(f->fs, "/f", "new");
	assert_int_not_equal(fx_node(f, "/f"), node);
	fx_finish(f);
}

static void test_long_names(void **state)
{
	struct fixture *f = *state;
	char name[300];

	memset(name, 'n', sizeof(name));
	name[255] = '\0';
	fx_start(f, FX_STEP);
	assert_int_equal(fk_lookup(f->kernel, FUSE_ROOT_ID, name, NULL), ENOENT);
	name[255] = 'n';
	name[256] = '\0';
	assert_int_equal(fk_lookup(f->kernel, FUSE_ROOT_ID, name, NULL), ENAMETOOLONG);
	fx_finish(f);
}

static void test_statfs(void **state)
{
	struct fixture *f = *state;
	struct fuse_statfs_out out;

	assert_int_equal(cbf_set_sector_size(f->volume, 4096), 0);
	fx_start(f, FX_STEP);
	assert_int_equal(fk_statfs(f->kernel, FUSE_ROOT_ID, &out), 0);
	recorder_expect(f->recorder, "GetVolumeSize", NULL);
	assert_int_equal(out.st.frsize, 4096);
	assert_int_equal(out.st.blocks, 1000);
	assert_int_equal(out.st.bavail, 500);
	assert_int_equal(out.st.bfree, 600);
	assert_int_equal(out.st.files, 100);
	assert_int_equal(out.st.ffree, 50);
	assert_int_equal(out.st.namelen, CBF_NAME_MAX);
	mf_fail(f->fs, MF_GET_VOLUME_SIZE, 0, EIO);
	assert_int_equal(fk_statfs(f->kernel, FUSE_ROOT_ID, &out), EIO);
	fx_finish(f);
}

static void test_readlink(void **state)
{
	struct fixture *f = *state;
	struct fuse_entry_out entry;
	char target[4096];

	mf_add_symlink(f->fs, "/l", "../some/where");
	fx_start(f, FX_STEP);
	assert_int_equal(fk_lookup(f->kernel, FUSE_ROOT_ID, "l", &entry), 0);
	assert_int_equal(entry.attr.mode, S_IFLNK | 0777);
	recorder_clear(f->recorder);
	assert_int_equal(fk_readlink(f->kernel, entry.nodeid, target, sizeof(target)), 0);
	assert_string_equal(target, "../some/where");
	recorder_expect(f->recorder, "GetReparsePoint /l", NULL);
	mf_fail(f->fs, MF_GET_REPARSE_POINT, 0, EACCES);
	assert_int_equal(fk_readlink(f->kernel, entry.nodeid, target, sizeof(target)), EACCES);
	fx_finish(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FX_TEST(test_lookup_asks_once_and_tells_all),
		FX_TEST(test_a_path_is_made_of_all_components),
		FX_TEST(test_what_does_not_exist),
		FX_TEST(test_the_cache_of_what_does_not_exist),
		FX_TEST(test_metadata_cache_by_default),
		FX_TEST(test_metadata_cache_set),
		FX_TEST(test_metadata_cache_off),
		FX_TEST(test_lookups_are_counted),
		FX_TEST(test_a_forgotten_directory_stays_for_its_children),
		FX_TEST(test_without_file_ids_each_path_is_a_file),
		FX_TEST(test_getattr),
		FX_TEST(test_errors_of_get_file_info),
		FX_TEST(test_replaced_behind_our_back),
		FX_TEST(test_long_names),
		FX_TEST(test_statfs),
		FX_TEST(test_readlink),
	};

	return cmocka_run_group_tests_name("lookup", tests, NULL, NULL);
}
