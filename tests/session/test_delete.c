/* SPDX-License-Identifier: MIT */
/* unlink and rmdir: the name goes at once, an open file lives on until its last close. */
#include "fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct seen {
	unsigned deletions;
	bool is_directory, last_name, is_open; /* of the last DeleteFile */
	bool read_deleted, pending_deletion;
	unsigned closes;
};

static void observe(enum mf_event kind, const void *event, void *user_data)
{
	const struct cbf_delete_file_event *deletion = event;
	const struct cbf_read_file_event *read = event;
	const struct cbf_close_file_event *close = event;
	struct seen *seen = user_data;

	if (kind == MF_DELETE_FILE) {
		seen->deletions++;
		seen->is_directory = deletion->is_directory;
		seen->last_name = deletion->last_name;
		seen->is_open = deletion->is_open;
	} else if (kind == MF_READ_FILE) {
		seen->read_deleted = read->deleted;
	} else if (kind == MF_CLOSE_FILE) {
		seen->pending_deletion = close->pending_deletion;
		seen->closes++;
	}
}

static struct fixture *begin(void **state, struct seen *seen)
{
	struct fixture *f = *state;

	memset(seen, 0, sizeof(*seen));
	mf_add_file(f->fs, "/f", "data");
	mf_add_directory(f->fs, "/d");
	mf_observe(f->fs, observe, seen);
	recorder_ignore(f->recorder, "GetFileInfo");
	fx_start(f, FX_STEP);
	return f;
}

static void test_a_closed_file(void **state)
{
	struct seen seen;
	struct fixture *f = begin(state, &seen);

	(void)fx_node(f, "/f");
	recorder_clear(f->recorder);
	assert_int_equal(fk_unlink(f->kernel, FUSE_ROOT_ID, "f"), 0);
	recorder_expect(f->recorder, "CanFileBeDeleted /f", "DeleteFile /f", NULL);
	assert_true(seen.last_name);
	assert_false(seen.is_open);
	assert_false(seen.is_directory);
	assert_false(mf_exists(f->fs, "/f"));
	assert_int_equal(fk_lookup(f->kernel, FUSE_ROOT_ID, "f", NULL), ENOENT);
	fx_finish(f);
}

static void test_an_open_file_lives_on(void **state)
{
	struct seen seen;
	struct fixture *f = begin(state, &seen);
	const uint64_t node = fx_node(f, "/f");
	const uint64_t fh = fx_open(f, node, O_RDWR);
	struct fuse_attr_out out;

	fx_expect_content(f, node, fh, "data");
	assert_false(seen.read_deleted);
	recorder_clear(f->recorder);
	assert_int_equal(fk_unlink(f->kernel, FUSE_ROOT_ID, "f"), 0);
	recorder_expect(f->recorder, "CanFileBeDeleted /f", "DeleteFile /f", NULL);
	assert_true(seen.last_name);
	assert_true(seen.is_open);
	assert_int_equal(fk_lookup(f->kernel, FUSE_ROOT_ID, "f", NULL), ENOENT);
	/* By its last name, and saying that it is gone. */
	fx_expect_content(f, node, fh, "data");
	assert_true(seen.read_deleted);
	fx_write(f, node, fh, 0, "DATA");
	assert_int_equal(fk_fsync(f->kernel, node, fh, false), 0);
	recorder_expect(f->recorder, "ReadFile /f", "WriteFile /f", "FlushFile /f", NULL);
	assert_int_equal(fk_getattr_fh(f->kernel, node, fh, &out), 0);
	assert_int_equal(out.attr.nlink, 0);
	assert_int_equal(out.attr.size, 4);
	assert_int_equal(fk_chmod(f->kernel, node, S_IFREG | 0600), 0);
	assert_int_equal(fk_truncate(f->kernel, node, 1), 0);
	recorder_clear(f->recorder);
	assert_int_equal(seen.closes, 0);
	fx_release(f, node, fh);
	recorder_expect(f->recorder, "CleanupFile /f", "CloseFile /f", NULL);
	assert_true(seen.pending_deletion);
	fx_finish(f);
}

static void test_a_deleted_file_keeps_its_identity_from_a_new_one(void **state)
{
	struct seen seen;
	struct fixture *f = begin(state, &seen);
	const uint64_t node = fx_node(f, "/f");
	const uint64_t fh = fx_open(f, node, O_RDWR);
	struct fuse_entry_out entry;
	struct fuse_open_out open;

	/* The file system gives the new file the number of the one that is gone: a recycled inode. */
	mf_set_next_id(f->fs, mf_id_of(f->fs, "/f"));
	assert_int_equal(fk_unlink(f->kernel, FUSE_ROOT_ID, "f"), 0);
	assert_int_equal(fk_create_file(f->kernel, FUSE_ROOT_ID, "f", O_RDWR | O_EXCL, 0600, &entry, &open), 0);
	assert_int_not_equal(entry.nodeid, node);
	fx_write(f, entry.nodeid, open.fh, 0, "new");
	fx_expect_content(f, node, fh, "data");
	fx_expect_content(f, entry.nodeid, open.fh, "new");
	assert_int_equal(fx_node(f, "/f"), entry.nodeid);
	assert_int_equal(fx_nlink(f, node), 0);
	assert_int_equal(fx_nlink(f, entry.nodeid), 1);
	fx_release(f, node, fh);
	assert_true(seen.pending_deletion);
	fx_release(f, entry.nodeid, open.fh);
	assert_false(seen.pending_deletion);
	fx_finish(f);
}

static void test_one_of_two_names(void **state)
{
	struct seen seen;
	struct fixture *f = begin(state, &seen);
	uint64_t node, fh;

	mf_add_link(f->fs, "/f", "/d/g");
	node = fx_node(f, "/f");
	assert_int_equal(fx_node(f, "/d/g"), node);
	fh = fx_open(f, node, O_RDONLY);
	assert_int_equal(fk_unlink(f->kernel, FUSE_ROOT_ID, "f"), 0);
	assert_false(seen.last_name);
	assert_true(seen.is_open);
	fx_expect_content(f, node, fh, "data");
	assert_false(seen.read_deleted);
	recorder_clear(f->recorder);
	fx_release(f, node, fh);
	recorder_expect(f->recorder, "CleanupFile /d/g", "CloseFile /d/g", NULL);
	assert_false(seen.pending_deletion);
	assert_int_equal(fx_nlink(f, node), 1);
	assert_int_equal(fk_unlink(f->kernel, fx_node(f, "/d"), "g"), 0);
	assert_true(seen.last_name);
	fx_finish(f);
}

/* Each open handle is still there when the last one goes. */
static void test_two_handles_of_a_deleted_file(void **state)
{
	struct seen seen;
	struct fixture *f = *state;
	uint64_t node, a, b;

	assert_int_equal(cbf_set_fire_all_open_close_events(f->volume, true), 0);
	f = begin(state, &seen);
	node = fx_node(f, "/f");
	a = fx_open(f, node, O_RDONLY);
	b = fx_open(f, node, O_RDONLY);
	assert_int_equal(fk_unlink(f->kernel, FUSE_ROOT_ID, "f"), 0);
	fx_release(f, node, a);
	assert_false(seen.pending_deletion);
	fx_expect_content(f, node, b, "data");
	fx_release(f, node, b);
	assert_true(seen.pending_deletion);
	assert_int_equal(seen.closes, 2);
	fx_finish(f);
}

static void test_a_directory(void **state)
{
	struct seen seen;
	struct fixture *f = begin(state, &seen);

	(void)fx_node(f, "/d");
	recorder_clear(f->recorder);
	assert_int_equal(fk_rmdir(f->kernel, FUSE_ROOT_ID, "d"), 0);
	recorder_expect(f->recorder, "CanFileBeDeleted /d", "IsDirectoryEmpty /d", "DeleteFile /d", NULL);
	assert_true(seen.is_directory);
	assert_true(seen.last_name);
	assert_int_equal(fk_lookup(f->kernel, FUSE_ROOT_ID, "d", NULL), ENOENT);
	fx_finish(f);
}

static void test_a_directory_that_is_not_empty(void **state)
{
	struct seen seen;
	struct fixture *f = begin(state, &seen);
	uint64_t node;

	mf_add_file(f->fs, "/d/x", "");
	node = fx_node(f, "/d");
	recorder_clear(f->recorder);
	assert_int_equal(fk_rmdir(f->kernel, FUSE_ROOT_ID, "d"), ENOTEMPTY);
	recorder_expect(f->recorder, "CanFileBeDeleted /d", "IsDirectoryEmpty /d", NULL);
	assert_int_equal(fx_node(f, "/d"), node);
	fx_finish(f);
}

static void test_no_check_if_switched_off(void **state)
{
	struct seen seen;
	struct fixture *f = *state;

	assert_int_equal(cbf_set_use_directory_empty_check(f->volume, false), 0);
	f = begin(state, &seen);
	(void)fx_node(f, "/d");
	mf_fail(f->fs, MF_DELETE_FILE, 0, ENOTEMPTY);
	recorder_clear(f->recorder);
	assert_int_equal(fk_rmdir(f->kernel, FUSE_ROOT_ID, "d"), ENOTEMPTY);
	recorder_expect(f->recorder, "CanFileBeDeleted /d", "DeleteFile /d", NULL);
	fx_finish(f);
}

static void test_an_open_directory(void **state)
{
	struct seen seen;
	struct fixture *f = begin(state, &seen);
	const uint64_t node = fx_node(f, "/d");
	const uint64_t fh = fx_opendir(f, node);
	struct fk_listing *listing = calloc(1, sizeof(*listing));

	assert_int_equal(fk_readdir(f->kernel, node, fh, 0, 4096, listing), 0);
	assert_int_equal(fk_rmdir(f->kernel, FUSE_ROOT_ID, "d"), 0);
	assert_true(seen.is_open);
	assert_int_equal(seen.closes, 0);
	fx_releasedir(f, node, fh);
	assert_true(seen.pending_deletion);
	free(listing);
	fx_finish(f);
}

static void test_refused(void **state)
{
	struct seen seen;
	struct fixture *f = begin(state, &seen);
	const uint64_t node = fx_node(f, "/f");

	recorder_clear(f->recorder);
	mf_deny_deletion(f->fs, true);
	assert_int_equal(fk_unlink(f->kernel, FUSE_ROOT_ID, "f"), EPERM);
	recorder_expect(f->recorder, "CanFileBeDeleted /f", NULL);
	mf_deny_deletion(f->fs, false);
	mf_fail(f->fs, MF_CAN_FILE_BE_DELETED, 0, EBUSY);
	assert_int_equal(fk_unlink(f->kernel, FUSE_ROOT_ID, "f"), EBUSY);
	recorder_expect(f->recorder, "CanFileBeDeleted /f", NULL);
	/* Tried and failed: the name stays, and so does the node. */
	mf_fail(f->fs, MF_DELETE_FILE, 0, EIO);
	assert_int_equal(fk_unlink(f->kernel, FUSE_ROOT_ID, "f"), EIO);
	assert_int_equal(fx_node(f, "/f"), node);
	fx_release(f, node, fx_open(f, node, O_RDONLY));
	fx_finish(f);
}

static void test_what_does_not_exist(void **state)
{
	struct seen seen;
	struct fixture *f = begin(state, &seen);

	assert_int_equal(fk_unlink(f->kernel, FUSE_ROOT_ID, "nothing"), ENOENT);
	assert_int_equal(fk_rmdir(f->kernel, FUSE_ROOT_ID, "nothing"), ENOENT);
	assert_int_equal(seen.deletions, 0);
	fx_finish(f);
}

/* Without hard links each name is the last one. */
static void test_without_hard_links(void **state)
{
	struct seen seen;
	struct fixture *f = *state;

	assert_int_equal(cbf_set_use_hard_links(f->volume, false), 0);
	f = begin(state, &seen);
	(void)fx_node(f, "/f");
	assert_int_equal(fk_unlink(f->kernel, FUSE_ROOT_ID, "f"), 0);
	assert_true(seen.last_name);
	fx_finish(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FX_TEST(test_a_closed_file),
		FX_TEST(test_an_open_file_lives_on),
		FX_TEST(test_a_deleted_file_keeps_its_identity_from_a_new_one),
		FX_TEST(test_one_of_two_names),
		FX_TEST(test_two_handles_of_a_deleted_file),
		FX_TEST(test_a_directory),
		FX_TEST(test_a_directory_that_is_not_empty),
		FX_TEST(test_no_check_if_switched_off),
		FX_TEST(test_an_open_directory),
		FX_TEST(test_refused),
		FX_TEST(test_what_does_not_exist),
		FX_TEST(test_without_hard_links),
	};

	return cmocka_run_group_tests_name("delete", tests, NULL, NULL);
}
