/* SPDX-License-Identifier: MIT */
/* OpenFile, CleanupFile, CloseFile, and the contexts between them. */
#include "fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* What the events of a test brought along. */
struct seen {
	void *file_context; /* of the last OpenFile or ReadFile */
	void *handle_context;
	int open_flags;
	unsigned last_handles, not_last_handles;
	unsigned pending_deletions;
	uint64_t size; /* of the last SetFileSize */
};

static void observe(enum mf_event kind, const void *event, void *user_data)
{
	const struct cbf_open_file_event *open = event;
	const struct cbf_read_file_event *read = event;
	const struct cbf_close_file_event *close = event;
	const struct cbf_set_file_size_event *resize = event;
	struct seen *seen = user_data;

	switch (kind) {
	case MF_OPEN_FILE:
		seen->file_context = open->file_context;
		seen->handle_context = open->handle_context;
		seen->open_flags = open->flags;
		break;
	case MF_READ_FILE:
		seen->file_context = read->file_context;
		seen->handle_context = read->handle_context;
		break;
	case MF_CLOSE_FILE:
		seen->last_handles += close->last_handle;
		seen->not_last_handles += !close->last_handle;
		seen->pending_deletions += close->pending_deletion;
		break;
	case MF_SET_FILE_SIZE:
		seen->size = resize->size;
		break;
	default:
		break;
	}
}

static struct fixture *begin(void **state, struct seen *seen, bool fire_all)
{
	struct fixture *f = *state;

	memset(seen, 0, sizeof(*seen));
	mf_add_file(f->fs, "/f", "data");
	mf_observe(f->fs, observe, seen);
	recorder_ignore(f->recorder, "GetFileInfo");
	assert_int_equal(cbf_set_fire_all_open_close_events(f->volume, fire_all), 0);
	fx_start(f, FX_STEP);
	return f;
}

/* The vendor's example: A opens, B opens, B closes, C opens, A closes, C closes. */
static void test_only_first_and_last_fire(void **state)
{
	struct seen seen;
	struct fixture *f = begin(state, &seen, false);
	const uint64_t node = fx_node(f, "/f");
	const uint64_t a = fx_open(f, node, O_RDONLY);
	uint64_t b, c;

	recorder_expect(f->recorder, "OpenFile /f", NULL);
	b = fx_open(f, node, O_RDWR);
	fx_release(f, node, b);
	c = fx_open(f, node, O_WRONLY);
	fx_release(f, node, a);
	recorder_expect_nothing(f->recorder);
	fx_write(f, node, c, 0, "written");
	recorder_expect(f->recorder, "WriteFile /f", NULL);
	fx_release(f, node, c);
	recorder_expect(f->recorder, "CleanupFile /f", "CloseFile /f", NULL);
	assert_int_equal(mf_contexts_made(f->fs, MF_FILE_CONTEXT), 1);
	assert_int_equal(mf_contexts_made(f->fs, MF_HANDLE_CONTEXT), 1);
	assert_int_equal(seen.last_handles, 1);
	assert_int_equal(seen.not_last_handles, 0);
	assert_int_equal(seen.pending_deletions, 0);
	fx_finish(f);
}

static void test_all_opens_and_closes_fire(void **state)
{
	struct seen seen;
	struct fixture *f = begin(state, &seen, true);
	const uint64_t node = fx_node(f, "/f");
	const uint64_t a = fx_open(f, node, O_RDONLY);
	void *const fx = seen.file_context, *const hxa = seen.handle_context;
	uint64_t b, c;

	b = fx_open(f, node, O_RDWR);
	assert_ptr_equal(seen.file_context, fx);
	assert_ptr_not_equal(seen.handle_context, hxa);
	recorder_expect(f->recorder, "OpenFile /f", "OpenFile /f", NULL);
	/* Each handle's events bring its own context. */
	fx_expect_content(f, node, a, "data");
	assert_ptr_equal(seen.handle_context, hxa);
	fx_expect_content(f, node, b, "data");
	assert_ptr_not_equal(seen.handle_context, hxa);
	recorder_clear(f->recorder);
	fx_release(f, node, b);
	recorder_expect(f->recorder, "CleanupFile /f", "CloseFile /f", NULL);
	assert_int_equal(seen.not_last_handles, 1);
	c = fx_open(f, node, O_WRONLY);
	fx_release(f, node, a);
	assert_int_equal(seen.last_handles, 0);
	fx_release(f, node, c);
	recorder_expect(f->recorder, "OpenFile /f", "CleanupFile /f", "CloseFile /f", "CleanupFile /f", "CloseFile /f",
			NULL);
	assert_int_equal(seen.last_handles, 1);
	assert_int_equal(seen.not_last_handles, 2);
	assert_int_equal(mf_contexts_made(f->fs, MF_FILE_CONTEXT), 1);
	assert_int_equal(mf_contexts_made(f->fs, MF_HANDLE_CONTEXT), 3);
	fx_finish(f);
}

/* The contexts of one life do not reach into the next. */
static void test_opened_anew(void **state)
{
	struct seen seen;
	struct fixture *f = begin(state, &seen, false);
	const uint64_t node = fx_node(f, "/f");
	int i;

	for (i = 0; i < 3; i++)
		fx_release(f, node, fx_open(f, node, O_RDONLY));
	assert_int_equal(recorder_count(f->recorder, "OpenFile /f"), 3);
	assert_int_equal(recorder_count(f->recorder, "CloseFile /f"), 3);
	assert_int_equal(mf_contexts_made(f->fs, MF_FILE_CONTEXT), 3);
	fx_finish(f);
}

static void test_a_failed_open_leaves_nothing(void **state)
{
	struct seen seen;
	struct fixture *f = begin(state, &seen, false);
	const uint64_t node = fx_node(f, "/f");

	mf_fail(f->fs, MF_OPEN_FILE, 0, EACCES);
	assert_int_equal(fk_open(f->kernel, node, O_RDONLY, NULL), EACCES);
	recorder_expect(f->recorder, "OpenFile /f", NULL);
	fx_expect_all_closed(f);
	/* What the hook left in the slots is forgotten: the model complains if it ever sees it again. */
	mf_fail_dirty(f->fs, MF_OPEN_FILE, EMFILE);
	assert_int_equal(fk_open(f->kernel, node, O_RDONLY, NULL), EMFILE);
	fx_release(f, node, fx_open(f, node, O_RDONLY));
	recorder_expect(f->recorder, "OpenFile /f", "OpenFile /f", "CleanupFile /f", "CloseFile /f", NULL);
	fx_finish(f);
}

static void test_a_failed_second_open_spares_the_first(void **state)
{
	struct seen seen;
	struct fixture *f = begin(state, &seen, true);
	const uint64_t node = fx_node(f, "/f");
	const uint64_t a = fx_open(f, node, O_RDONLY);

	mf_fail(f->fs, MF_OPEN_FILE, 0, EACCES);
	assert_int_equal(fk_open(f->kernel, node, O_RDWR, NULL), EACCES);
	fx_expect_content(f, node, a, "data");
	recorder_clear(f->recorder);
	fx_release(f, node, a);
	recorder_expect(f->recorder, "CleanupFile /f", "CloseFile /f", NULL);
	assert_int_equal(seen.last_handles, 1);
	fx_finish(f);
}

static void test_flags(void **state)
{
	struct seen seen;
	struct fixture *f = begin(state, &seen, true);
	const uint64_t node = fx_node(f, "/f");

	fx_release(f, node, fx_open(f, node, O_RDWR | O_APPEND));
	assert_int_equal(seen.open_flags & O_ACCMODE, O_RDWR);
	assert_true(seen.open_flags & O_APPEND);
	assert_false(seen.open_flags & (O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_DIRECTORY | O_PATH));
	fx_releasedir(f, FUSE_ROOT_ID, fx_opendir(f, FUSE_ROOT_ID));
	assert_true((seen.open_flags & O_DIRECTORY) == O_DIRECTORY);
	fx_finish(f);
}

static void test_truncation_by_open(void **state)
{
	struct seen seen;
	struct fixture *f = begin(state, &seen, false);
	const uint64_t node = fx_node(f, "/f");
	char data[16];
	uint64_t fh;

	seen.size = 99;
	fh = fx_open(f, node, O_WRONLY | O_TRUNC);
	recorder_expect(f->recorder, "OpenFile /f", "SetFileSize /f", NULL);
	assert_int_equal(seen.size, 0);
	assert_false(seen.open_flags & O_TRUNC);
	assert_int_equal(mf_data_of(f->fs, "/f", data, sizeof(data)), 0);
	/* By a second open as well, which fires no OpenFile. */
	fx_release(f, node, fx_open(f, node, O_WRONLY | O_TRUNC));
	recorder_expect(f->recorder, "SetFileSize /f", NULL);
	fx_release(f, node, fh);
	recorder_expect(f->recorder, "CleanupFile /f", "CloseFile /f", NULL);
	fx_finish(f);
}

static void test_truncation_fails(void **state)
{
	struct seen seen;
	struct fixture *f = begin(state, &seen, false);
	const uint64_t node = fx_node(f, "/f");

	mf_fail(f->fs, MF_SET_FILE_SIZE, 0, EFBIG);
	assert_int_equal(fk_open(f->kernel, node, O_WRONLY | O_TRUNC, NULL), EFBIG);
	recorder_expect(f->recorder, "OpenFile /f", "SetFileSize /f", "CleanupFile /f", "CloseFile /f", NULL);
	fx_finish(f);
}

static void test_flush_event(void **state)
{
	struct seen seen;
	struct fixture *f = begin(state, &seen, false);
	const uint64_t node = fx_node(f, "/f");
	const uint64_t fh = fx_open(f, node, O_RDWR);

	recorder_clear(f->recorder);
	assert_int_equal(fk_fsync(f->kernel, node, fh, false), 0);
	assert_int_equal(fk_fsync(f->kernel, node, fh, true), 0);
	recorder_expect(f->recorder, "FlushFile /f", "FlushFile /f", NULL);
	mf_fail(f->fs, MF_FLUSH_FILE, 0, EIO);
	assert_int_equal(fk_fsync(f->kernel, node, fh, true), EIO);
	/* close(2) fires nothing, and the kernel is told to keep it to itself. */
	recorder_clear(f->recorder);
	assert_int_equal(fk_flush(f->kernel, node, fh), ENOSYS);
	recorder_expect_nothing(f->recorder);
	fx_release(f, node, fh);
	fx_finish(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FX_TEST(test_only_first_and_last_fire),
		FX_TEST(test_all_opens_and_closes_fire),
		FX_TEST(test_opened_anew),
		FX_TEST(test_a_failed_open_leaves_nothing),
		FX_TEST(test_a_failed_second_open_spares_the_first),
		FX_TEST(test_flags),
		FX_TEST(test_truncation_by_open),
		FX_TEST(test_truncation_fails),
		FX_TEST(test_flush_event),
	};

	return cmocka_run_group_tests_name("open_close", tests, NULL, NULL);
}
