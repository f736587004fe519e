/* SPDX-License-Identifier: MIT */
/* Events that are for open files, asked for by path: OpenFile, CleanupFile and CloseFile come around them. */
#include "fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

struct seen {
	int open_flags;
	void *handle_context; /* of the last SetFileAttributes or SetFileSize */
	unsigned valid;
	mode_t mode;
	uid_t uid;
	struct timespec access, write;
	uint64_t size;
};

static void see_attributes(struct seen *seen, const struct cbf_set_file_attributes_event *event)
{
	seen->handle_context = event->handle_context;
	seen->valid = event->valid;
	seen->mode = event->mode;
	seen->uid = event->uid;
	seen->access = event->last_access_time;
	seen->write = event->last_write_time;
}

static void observe(enum mf_event kind, const void *event, void *user_data)
{
	const struct cbf_set_file_size_event *resize = event;
	const struct cbf_open_file_event *open = event;
	struct seen *seen = user_data;

	if (kind == MF_OPEN_FILE) {
		seen->open_flags = open->flags;
	} else if (kind == MF_SET_FILE_ATTRIBUTES) {
		see_attributes(seen, event);
	} else if (kind == MF_SET_FILE_SIZE) {
		seen->size = resize->size;
		seen->handle_context = resize->handle_context;
	}
}

static struct fixture *begin(void **state, struct seen *seen, bool fire_all)
{
	struct fixture *f = *state;

	memset(seen, 0, sizeof(*seen));
	mf_add_file(f->fs, "/f", "data");
	mf_add_directory(f->fs, "/d");
	mf_add_symlink(f->fs, "/l", "f");
	mf_observe(f->fs, observe, seen);
	recorder_ignore(f->recorder, "GetFileInfo");
	assert_int_equal(cbf_set_fire_all_open_close_events(f->volume, fire_all), 0);
	fx_start(f, FX_STEP);
	return f;
}

static void test_chmod_by_path(void **state)
{
	struct seen seen;
	struct fixture *f = begin(state, &seen, false);
	const uint64_t node = fx_node(f, "/f");

	assert_int_equal(fk_chmod(f->kernel, node, S_IFREG | 0751), 0);
	recorder_expect(f->recorder, "OpenFile /f", "SetFileAttributes /f", "CleanupFile /f", "CloseFile /f", NULL);
	assert_true((seen.open_flags & (O_PATH | O_NOFOLLOW)) == (O_PATH | O_NOFOLLOW));
	assert_int_equal(seen.valid, CBF_SET_MODE);
	assert_int_equal(seen.mode & 07777, 0751);
	assert_int_equal(mf_mode_of(f->fs, "/f"), S_IFREG | 0751);
	fx_expect_all_closed(f);
	fx_finish(f);
}

static void test_of_any_type(void **state)
{
	struct seen seen;
	struct fixture *f = begin(state, &seen, false);
	const struct fuse_setattr_in in = {.valid = FATTR_UID, .uid = 42};

	assert_int_equal(fk_setattr(f->kernel, fx_node(f, "/l"), &in, NULL), 0);
	recorder_expect(f->recorder, "OpenFile /l", "SetFileAttributes /l", "CleanupFile /l", "CloseFile /l", NULL);
	assert_int_equal(seen.valid, CBF_SET_UID);
	assert_int_equal(seen.uid, 42);
	assert_int_equal(fk_chmod(f->kernel, fx_node(f, "/d"), S_IFDIR | 0700), 0);
	recorder_expect(f->recorder, "OpenFile /d", "SetFileAttributes /d", "CleanupFile /d", "CloseFile /d", NULL);
	assert_int_equal(fk_chmod(f->kernel, FUSE_ROOT_ID, S_IFDIR | 0700), 0);
	recorder_expect(f->recorder, "OpenFile /", "SetFileAttributes /", "CleanupFile /", "CloseFile /", NULL);
	fx_finish(f);
}

static void test_times(void **state)
{
	struct seen seen;
	struct fixture *f = begin(state, &seen, false);
	const uint64_t node = fx_node(f, "/f");
	const struct fuse_setattr_in in = {.valid = FATTR_ATIME | FATTR_MTIME,
					   .atime = 5,
					   .atimensec = 123456789,
					   .mtime = 0,
					   .mtimensec = 999999999};
	const struct fuse_setattr_in now = {.valid = FATTR_ATIME | FATTR_ATIME_NOW | FATTR_MTIME | FATTR_MTIME_NOW};
	struct fuse_attr_out out;

	assert_int_equal(fk_setattr(f->kernel, node, &in, &out), 0);
	assert_int_equal(seen.valid, CBF_SET_LAST_ACCESS_TIME | CBF_SET_LAST_WRITE_TIME);
	assert_int_equal(seen.access.tv_sec, 5);
	assert_int_equal(seen.access.tv_nsec, 123456789);
	assert_int_equal(seen.write.tv_sec, 0);
	assert_int_equal(seen.write.tv_nsec, 999999999);
	/* The answer is what GetFileInfo says after it. */
	assert_int_equal(out.attr.atime, 5);
	assert_int_equal(out.attr.mtimensec, 999999999);
	assert_int_equal(fk_setattr(f->kernel, node, &now, &out), 0);
	assert_int_equal(seen.valid, CBF_SET_LAST_ACCESS_TIME | CBF_SET_LAST_WRITE_TIME | CBF_SET_LAST_ACCESS_NOW |
					     CBF_SET_LAST_WRITE_NOW);
	assert_true(seen.access.tv_sec > 1600000000);
	assert_true(seen.write.tv_sec > 1600000000);
	fx_finish(f);
}

static void test_truncate_by_path(void **state)
{
	struct seen seen;
	struct fixture *f = begin(state, &seen, false);
	const uint64_t node = fx_node(f, "/f");
	char data[16];

	assert_int_equal(fk_truncate(f->kernel, node, 2), 0);
	recorder_expect(f->recorder, "OpenFile /f", "SetFileSize /f", "CleanupFile /f", "CloseFile /f", NULL);
	assert_int_equal(seen.open_flags & O_ACCMODE, O_WRONLY);
	assert_false(seen.open_flags & O_PATH);
	assert_int_equal(seen.size, 2);
	assert_int_equal(mf_data_of(f->fs, "/f", data, sizeof(data)), 2);
	fx_finish(f);
}

/* Size and attributes at once: one open for both. */
static void test_both_at_once(void **state)
{
	struct seen seen;
	struct fixture *f = begin(state, &seen, true);
	const uint64_t node = fx_node(f, "/f");
	const struct fuse_setattr_in in = {.valid = FATTR_SIZE | FATTR_MODE, .size = 1, .mode = S_IFREG | 0600};
	struct fuse_attr_out out;

	recorder_clear(f->recorder);
	assert_int_equal(fk_setattr(f->kernel, node, &in, &out), 0);
	assert_int_equal(out.attr.size, 1);
	assert_int_equal(out.attr.mode, S_IFREG | 0600);
	assert_int_equal(recorder_count(f->recorder, "OpenFile"), 1);
	assert_int_equal(recorder_count(f->recorder, "SetFileSize"), 1);
	assert_int_equal(recorder_count(f->recorder, "SetFileAttributes"), 1);
	assert_int_equal(recorder_count(f->recorder, "CleanupFile"), 1);
	assert_int_equal(recorder_count(f->recorder, "CloseFile"), 1);
	fx_finish(f);
}

static void test_link_by_path(void **state)
{
	struct seen seen;
	struct fixture *f = begin(state, &seen, false);
	const uint64_t node = fx_node(f, "/f");
	struct fuse_entry_out entry;

	assert_int_equal(fk_link(f->kernel, node, fx_node(f, "/d"), "g", &entry), 0);
	recorder_expect(f->recorder, "OpenFile /f", "CreateHardLink /f", "CleanupFile /f", "CloseFile /f", NULL);
	assert_true((seen.open_flags & (O_PATH | O_NOFOLLOW)) == (O_PATH | O_NOFOLLOW));
	assert_int_equal(entry.nodeid, node);
	assert_true(mf_exists(f->fs, "/d/g"));
	fx_finish(f);
}

/* The file is open already: nothing comes around, and the contexts are those of the file. */
static void test_on_an_open_file(void **state)
{
	struct seen seen;
	struct fixture *f = begin(state, &seen, false);
	const uint64_t node = fx_node(f, "/f");
	const uint64_t fh = fx_open(f, node, O_RDWR);
	struct fuse_entry_out entry;

	recorder_clear(f->recorder);
	assert_int_equal(fk_chmod(f->kernel, node, S_IFREG | 0600), 0);
	assert_int_equal(fk_truncate(f->kernel, node, 1), 0);
	assert_int_equal(fk_link(f->kernel, node, FUSE_ROOT_ID, "g", &entry), 0);
	recorder_expect(f->recorder, "SetFileAttributes /f", "SetFileSize /f", "CreateHardLink", NULL);
	/* All handles share one context, so it is there without a handle, too. */
	assert_non_null(seen.handle_context);
	fx_release(f, node, fh);
	fx_finish(f);
}

static void test_through_no_handle(void **state)
{
	struct seen seen;
	struct fixture *f = begin(state, &seen, true);
	const uint64_t node = fx_node(f, "/f");
	const uint64_t fh = fx_open(f, node, O_RDWR);
	const struct fuse_setattr_in in = {.valid = FATTR_SIZE | FATTR_FH, .fh = fh, .size = 3};

	recorder_clear(f->recorder);
	assert_int_equal(fk_chmod(f->kernel, node, S_IFREG | 0600), 0);
	recorder_expect(f->recorder, "SetFileAttributes /f", NULL);
	assert_null(seen.handle_context);
	/* ftruncate(2) has a handle. */
	assert_int_equal(fk_setattr(f->kernel, node, &in, NULL), 0);
	recorder_expect(f->recorder, "SetFileSize /f", NULL);
	assert_non_null(seen.handle_context);
	fx_release(f, node, fh);
	fx_finish(f);
}

static void test_the_open_fails(void **state)
{
	struct seen seen;
	struct fixture *f = begin(state, &seen, false);
	const uint64_t node = fx_node(f, "/f");

	mf_fail_dirty(f->fs, MF_OPEN_FILE, EACCES);
	assert_int_equal(fk_chmod(f->kernel, node, S_IFREG | 0600), EACCES);
	recorder_expect(f->recorder, "OpenFile /f", NULL);
	fx_finish(f);
}

static void test_the_event_fails(void **state)
{
	struct seen seen;
	struct fixture *f = begin(state, &seen, false);
	const uint64_t node = fx_node(f, "/f");
	struct fuse_entry_out entry;

	mf_fail(f->fs, MF_SET_FILE_ATTRIBUTES, 0, EPERM);
	assert_int_equal(fk_chmod(f->kernel, node, S_IFREG | 0600), EPERM);
	recorder_expect(f->recorder, "OpenFile /f", "SetFileAttributes /f", "CleanupFile /f", "CloseFile /f", NULL);
	mf_fail(f->fs, MF_CREATE_HARD_LINK, 0, EMLINK);
	assert_int_equal(fk_link(f->kernel, node, FUSE_ROOT_ID, "g", &entry), EMLINK);
	recorder_expect(f->recorder, "OpenFile /f", "CreateHardLink /f", "CleanupFile /f", "CloseFile /f", NULL);
	assert_int_equal(fk_lookup(f->kernel, FUSE_ROOT_ID, "g", &entry), ENOENT);
	fx_finish(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FX_TEST(test_chmod_by_path),    FX_TEST(test_of_any_type),       FX_TEST(test_times),
		FX_TEST(test_truncate_by_path), FX_TEST(test_both_at_once),      FX_TEST(test_link_by_path),
		FX_TEST(test_on_an_open_file),  FX_TEST(test_through_no_handle), FX_TEST(test_the_open_fails),
		FX_TEST(test_the_event_fails),
	};

	return cmocka_run_group_tests_name("transient_open", tests, NULL, NULL);
}
