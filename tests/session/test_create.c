/* SPDX-License-Identifier: MIT */
/* CreateFile: open with O_CREAT, mkdir, mknod; and symbolic links. */
#include "fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* What the last CreateFile was told. */
struct seen {
	mode_t mode;
	int flags;
	uid_t uid;
	gid_t gid;
};

static void observe(enum mf_event kind, const void *event, void *user_data)
{
	const struct cbf_create_file_event *create = event;

	if (kind == MF_CREATE_FILE)
		*(struct seen *)user_data = (struct seen){create->mode, create->flags, create->uid, create->gid};
}

static struct fixture *begin(void **state, struct seen *seen)
{
	struct fixture *f = *state;

	memset(seen, 0, sizeof(*seen));
	mf_add_file(f->fs, "/f", "data");
	mf_observe(f->fs, observe, seen);
	recorder_ignore(f->recorder, "GetFileInfo");
	fx_start(f, FX_STEP);
	return f;
}

static void test_create(void **state)
{
	struct seen seen;
	struct fixture *f = begin(state, &seen);
	struct fuse_entry_out entry;
	struct fuse_open_out open;

	f->kernel->uid = 7;
	f->kernel->gid = 8;
	f->kernel->umask = 027;
	assert_int_equal(fk_create_file(f->kernel, FUSE_ROOT_ID, "n", O_RDWR | O_EXCL | O_TRUNC, 0666, &entry, &open),
			 0);
	recorder_expect(f->recorder, "CreateFile /n", NULL);
	assert_int_equal(seen.mode, S_IFREG | 0640);
	assert_int_equal(seen.uid, 7);
	assert_int_equal(seen.gid, 8);
	assert_int_equal(seen.flags & O_ACCMODE, O_RDWR);
	assert_false(seen.flags & O_TRUNC);
	assert_int_equal(entry.attr.ino, mf_id_of(f->fs, "/n"));
	assert_int_equal(entry.attr.mode, S_IFREG | 0640);
	assert_int_equal(entry.attr.uid, 7);
	fx_write(f, entry.nodeid, open.fh, 0, "hello");
	fx_expect_content(f, entry.nodeid, open.fh, "hello");
	assert_int_equal(fx_node(f, "/n"), entry.nodeid);
	recorder_clear(f->recorder);
	fx_release(f, entry.nodeid, open.fh);
	recorder_expect(f->recorder, "CleanupFile /n", "CloseFile /n", NULL);
	fx_finish(f);
}

static void test_create_what_exists(void **state)
{
	struct seen seen;
	struct fixture *f = begin(state, &seen);
	struct fuse_entry_out entry;
	struct fuse_open_out open;

	assert_int_equal(fk_create_file(f->kernel, FUSE_ROOT_ID, "f", O_RDWR | O_EXCL, 0666, &entry, &open), EEXIST);
	assert_int_equal(recorder_count(f->recorder, "OpenFile"), 0);
	fx_expect_all_closed(f);
	recorder_clear(f->recorder);
	/* Without O_EXCL too, since nobody has checked whether the caller may open it: the kernel is to look again. */
	assert_int_equal(fk_create_file(f->kernel, FUSE_ROOT_ID, "f", O_RDWR, 0666, &entry, &open), ESTALE);
	assert_int_equal(recorder_count(f->recorder, "OpenFile"), 0);
	fx_finish(f);
}

static void test_create_fails(void **state)
{
	struct seen seen;
	struct fixture *f = begin(state, &seen);
	struct fuse_entry_out entry;
	struct fuse_open_out open;

	mf_fail_dirty(f->fs, MF_CREATE_FILE, ENOSPC);
	assert_int_equal(fk_create_file(f->kernel, FUSE_ROOT_ID, "n", O_RDWR, 0666, &entry, &open), ENOSPC);
	recorder_expect(f->recorder, "CreateFile /n", NULL);
	fx_expect_all_closed(f);
	assert_int_equal(fk_lookup(f->kernel, FUSE_ROOT_ID, "n", NULL), ENOENT);
	/* Made, but then nobody can say what it is. */
	mf_fail(f->fs, MF_GET_FILE_INFO, 0, EIO);
	assert_int_equal(fk_create_file(f->kernel, FUSE_ROOT_ID, "n", O_RDWR | O_EXCL, 0666, &entry, &open), EIO);
	recorder_expect(f->recorder, "CreateFile /n", "CleanupFile /n", "CloseFile /n", NULL);
	fx_finish(f);
}

static void test_mkdir_and_mknod(void **state)
{
	struct seen seen;
	struct fixture *f = begin(state, &seen);
	struct fuse_entry_out entry;

	assert_int_equal(fk_mkdir(f->kernel, FUSE_ROOT_ID, "d", 0777, &entry), 0);
	recorder_expect(f->recorder, "CreateFile /d", "CleanupFile /d", "CloseFile /d", NULL);
	assert_int_equal(seen.mode, S_IFDIR | 0755);
	assert_true((seen.flags & O_DIRECTORY) == O_DIRECTORY);
	assert_int_equal(entry.attr.mode, S_IFDIR | 0755);
	assert_int_equal(fk_mkdir(f->kernel, FUSE_ROOT_ID, "d", 0777, &entry), EEXIST);
	recorder_clear(f->recorder);

	assert_int_equal(fk_mknod(f->kernel, fx_node(f, "/d"), "fifo", S_IFIFO | 0600, 0, &entry), 0);
	recorder_expect(f->recorder, "CreateFile /d/fifo", "CleanupFile /d/fifo", "CloseFile /d/fifo", NULL);
	assert_true(seen.flags & O_PATH);
	assert_int_equal(entry.attr.mode, S_IFIFO | 0600);

	assert_int_equal(fk_mknod(f->kernel, FUSE_ROOT_ID, "null", S_IFCHR | 0600, (1 << 8) | 3, &entry), 0);
	assert_int_equal(seen.mode, S_IFCHR | 0600);
	assert_int_equal(entry.attr.rdev, (1 << 8) | 3);
	assert_int_equal(fk_mknod(f->kernel, FUSE_ROOT_ID, "file", S_IFREG | 0600, 0, &entry), 0);
	assert_int_equal(entry.attr.mode, S_IFREG | 0600);
	fx_finish(f);
}

static void test_symlink(void **state)
{
	struct seen seen;
	struct fixture *f = begin(state, &seen);
	struct fuse_entry_out entry;
	char target[4096];

	assert_int_equal(fk_symlink(f->kernel, FUSE_ROOT_ID, "l", "some/target", &entry), 0);
	recorder_expect(f->recorder, "SetReparsePoint /l", NULL);
	assert_int_equal(entry.attr.mode & S_IFMT, S_IFLNK);
	assert_int_equal(fk_readlink(f->kernel, entry.nodeid, target, sizeof(target)), 0);
	assert_string_equal(target, "some/target");
	assert_int_equal(fk_symlink(f->kernel, FUSE_ROOT_ID, "f", "some/target", &entry), EEXIST);
	fx_finish(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FX_TEST(test_create),       FX_TEST(test_create_what_exists),
		FX_TEST(test_create_fails), FX_TEST(test_mkdir_and_mknod),
		FX_TEST(test_symlink),
	};

	return cmocka_run_group_tests_name("create", tests, NULL, NULL);
}
