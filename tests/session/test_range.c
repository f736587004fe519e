/* SPDX-License-Identifier: MIT */
/* fallocate in its modes, and lseek for data and holes. */
#include "fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include <linux/falloc.h>
#include <unistd.h>

enum { KEEP = FALLOC_FL_KEEP_SIZE, PUNCH = FALLOC_FL_PUNCH_HOLE | KEEP, ZERO = FALLOC_FL_ZERO_RANGE };

struct seen {
	uint64_t allocation_size;
	bool punch_hole, deleted;
	void *file_context, *handle_context;
};

static void observe(enum mf_event kind, const void *event, void *user_data)
{
	const struct cbf_set_allocation_size_event *allocate = event;
	const struct cbf_zeroize_file_range_event *zeroize = event;
	const struct cbf_query_allocated_ranges_event *query = event;
	struct seen *seen = user_data;

	if (kind == MF_SET_ALLOCATION_SIZE) {
		*seen = (struct seen){.allocation_size = allocate->allocation_size,
				      .deleted = allocate->deleted,
				      .file_context = allocate->file_context,
				      .handle_context = allocate->handle_context};
	} else if (kind == MF_ZEROIZE_FILE_RANGE) {
		*seen = (struct seen){.punch_hole = zeroize->punch_hole,
				      .deleted = zeroize->deleted,
				      .file_context = zeroize->file_context,
				      .handle_context = zeroize->handle_context};
	} else if (kind == MF_QUERY_ALLOCATED_RANGES) {
		*seen = (struct seen){.deleted = query->deleted,
				      .file_context = query->file_context,
				      .handle_context = query->handle_context};
	}
}

/* /f is open, with 8 bytes. */
static struct fixture *begin(void **state, struct seen *seen, uint64_t *node, uint64_t *fh)
{
	struct fixture *f = *state;

	*seen = (struct seen){.deleted = false};
	mf_add_file(f->fs, "/f", "contents");
	mf_observe(f->fs, observe, seen);
	fx_start(f, FX_STEP);
	*node = fx_node(f, "/f");
	*fh = fx_open(f, *node, O_RDWR);
	recorder_clear(f->recorder);
	return f;
}

static uint64_t size_of(struct fixture *f, uint64_t node, uint64_t fh)
{
	struct fuse_attr_out out;

	assert_int_equal(fk_getattr_fh(f->kernel, node, fh, &out), 0);
	return out.attr.size;
}

static void expect_size(struct fixture *f, uint64_t node, uint64_t fh, uint64_t size)
{
	assert_int_equal(size_of(f, node, fh), size);
	recorder_clear(f->recorder);
}

static void test_mode_0(void **state)
{
	struct seen seen;
	uint64_t node, fh;
	struct fixture *f = begin(state, &seen, &node, &fh);

	/* Inside of the file, and up to its very end: it does not grow. */
	assert_int_equal(fk_fallocate(f->kernel, node, fh, 0, 2, 3), 0);
	recorder_expect(f->recorder, "GetFileInfo /f", "SetAllocationSize /f position=2 length=3 -> 0", NULL);
	assert_int_equal(seen.allocation_size, 5);
	assert_non_null(seen.file_context);
	assert_non_null(seen.handle_context);
	assert_int_equal(fk_fallocate(f->kernel, node, fh, 0, 0, 8), 0);
	recorder_expect(f->recorder, "GetFileInfo /f", "SetAllocationSize /f position=0 length=8", NULL);
	expect_size(f, node, fh, 8);
	assert_int_equal(fk_fallocate(f->kernel, node, fh, 0, 4, 5), 0);
	recorder_expect(f->recorder, "GetFileInfo /f", "SetAllocationSize /f position=4 length=5",
			"SetFileSize /f size=9", NULL);
	expect_size(f, node, fh, 9);
	/* Far behind the end. */
	assert_int_equal(fk_fallocate(f->kernel, node, fh, 0, 100, 28), 0);
	expect_size(f, node, fh, 128);
	assert_int_equal(mf_reserved_of(f->fs, "/f"), 128);
	fx_release(f, node, fh);
	fx_finish(f);
}

static void test_keep_size(void **state)
{
	struct seen seen;
	uint64_t node, fh;
	struct fixture *f = begin(state, &seen, &node, &fh);

	assert_int_equal(fk_fallocate(f->kernel, node, fh, KEEP, 4, 100), 0);
	recorder_expect(f->recorder, "SetAllocationSize /f position=4 length=100", NULL);
	expect_size(f, node, fh, 8);
	assert_int_equal(mf_reserved_of(f->fs, "/f"), 104);
	fx_expect_content(f, node, fh, "contents");
	fx_release(f, node, fh);
	fx_finish(f);
}

static void expect_bytes(struct fixture *f, uint64_t node, uint64_t fh, const char *bytes, size_t count)
{
	char data[64];
	size_t length;

	assert_int_equal(fk_read(f->kernel, node, fh, 0, sizeof(data), data, &length), 0);
	assert_int_equal(length, count);
	assert_memory_equal(data, bytes, count);
	recorder_clear(f->recorder);
}

static void test_zeros_and_holes(void **state)
{
	struct seen seen;
	uint64_t node, fh;
	struct fixture *f = begin(state, &seen, &node, &fh);

	assert_int_equal(fk_fallocate(f->kernel, node, fh, PUNCH, 1, 2), 0);
	recorder_expect(f->recorder, "ZeroizeFileRange /f position=1 length=2 punch_hole -> 0", NULL);
	assert_true(seen.punch_hole);
	assert_non_null(seen.file_context);
	assert_non_null(seen.handle_context);
	expect_bytes(f, node, fh, "c\0\0tents", 8);
	assert_int_equal(fk_fallocate(f->kernel, node, fh, ZERO | KEEP, 5, 100), 0);
	recorder_expect(f->recorder, "ZeroizeFileRange /f position=5 length=100 -> 0", NULL);
	assert_false(seen.punch_hole);
	expect_bytes(f, node, fh, "c\0\0te\0\0\0", 8);
	/* Without KEEP_SIZE, inside of the file and beyond. */
	assert_int_equal(fk_fallocate(f->kernel, node, fh, ZERO, 4, 4), 0);
	recorder_expect(f->recorder, "GetFileInfo /f", "ZeroizeFileRange /f position=4 length=4 -> 0", NULL);
	expect_bytes(f, node, fh, "c\0\0t\0\0\0\0", 8);
	assert_int_equal(fk_fallocate(f->kernel, node, fh, ZERO, 0, 10), 0);
	recorder_expect(f->recorder, "GetFileInfo /f", "ZeroizeFileRange /f position=0 length=10 -> 0",
			"SetFileSize /f size=10", NULL);
	expect_bytes(f, node, fh, "\0\0\0\0\0\0\0\0\0\0", 10);
	fx_release(f, node, fh);
	fx_finish(f);
}

/* As fallocate(2) has it; no event fires. */
static void test_what_is_refused(void **state)
{
	static const struct {
		int mode;
		int64_t offset, length;
		int error;
	} rows[] = {
		{0, -1, 4, EINVAL},
		{0, 0, 0, EINVAL},
		{0, 0, -1, EINVAL},
		{KEEP, INT64_MIN, 1, EINVAL},
		{0, INT64_MAX, 1, EFBIG},
		{PUNCH, INT64_MAX - 3, 4, EFBIG},
		{KEEP, 1, INT64_MAX, EFBIG},
		{FALLOC_FL_PUNCH_HOLE, 0, 4, EOPNOTSUPP},
		{FALLOC_FL_PUNCH_HOLE | ZERO | KEEP, 0, 4, EOPNOTSUPP},
		{FALLOC_FL_COLLAPSE_RANGE, 0, 4, EOPNOTSUPP},
		{FALLOC_FL_INSERT_RANGE, 0, 4, EOPNOTSUPP},
		{FALLOC_FL_UNSHARE_RANGE, 0, 4, EOPNOTSUPP},
		{FALLOC_FL_UNSHARE_RANGE | KEEP, 0, 4, EOPNOTSUPP},
		{FALLOC_FL_COLLAPSE_RANGE, 0, 0, EINVAL},
		{1 << 30, 0, 4, EOPNOTSUPP},
		{-1, 0, 4, EOPNOTSUPP},
	};
	struct seen seen;
	uint64_t node, fh, directory, directory_fh;
	struct fixture *f = begin(state, &seen, &node, &fh);

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(fk_fallocate(f->kernel, node, fh, rows[i].mode, rows[i].offset, rows[i].length),
				 rows[i].error);
	assert_int_equal(fk_fallocate(f->kernel, node, 0, 0, 0, 4), EBADF);
	assert_int_equal(fk_fallocate(f->kernel, node, fh + 1000, 0, 0, 4), EBADF);
	assert_int_equal(fk_fallocate(f->kernel, 999999, fh, 0, 0, 4), ESTALE);
	assert_int_equal(fk_lseek(f->kernel, node, fh, 0, SEEK_SET, NULL), EINVAL);
	assert_int_equal(fk_lseek(f->kernel, node, fh, 0, SEEK_END, NULL), EINVAL);
	assert_int_equal(fk_lseek(f->kernel, node, fh, 0, 77, NULL), EINVAL);
	assert_int_equal(fk_lseek(f->kernel, node, fh, -1, SEEK_DATA, NULL), ENXIO);
	assert_int_equal(fk_lseek(f->kernel, node, fh, INT64_MIN, SEEK_HOLE, NULL), ENXIO);
	assert_int_equal(fk_lseek(f->kernel, node, 0, 0, SEEK_HOLE, NULL), EBADF);
	recorder_expect_nothing(f->recorder);
	mf_add_directory(f->fs, "/d");
	directory = fx_node(f, "/d");
	directory_fh = fx_opendir(f, directory);
	assert_int_equal(fk_fallocate(f->kernel, directory, directory_fh, 0, 0, 4), ENODEV);
	assert_int_equal(fk_lseek(f->kernel, directory, directory_fh, 0, SEEK_DATA, NULL), EINVAL);
	fx_releasedir(f, directory, directory_fh);
	fx_release(f, node, fh);
	fx_finish(f);
}

static void test_a_failure_ends_it(void **state)
{
	struct seen seen;
	uint64_t node, fh;
	struct fixture *f = begin(state, &seen, &node, &fh);

	mf_fail(f->fs, MF_GET_FILE_INFO, 0, EACCES);
	assert_int_equal(fk_fallocate(f->kernel, node, fh, 0, 0, 100), EACCES);
	recorder_expect(f->recorder, "GetFileInfo /f", NULL);
	mf_fail(f->fs, MF_SET_ALLOCATION_SIZE, 0, ENOSPC);
	assert_int_equal(fk_fallocate(f->kernel, node, fh, 0, 0, 100), ENOSPC);
	recorder_expect(f->recorder, "GetFileInfo /f", "SetAllocationSize /f", NULL);
	mf_fail(f->fs, MF_ZEROIZE_FILE_RANGE, 0, EIO);
	assert_int_equal(fk_fallocate(f->kernel, node, fh, ZERO, 0, 100), EIO);
	recorder_expect(f->recorder, "GetFileInfo /f", "ZeroizeFileRange /f", NULL);
	expect_size(f, node, fh, 8);
	mf_fail(f->fs, MF_SET_FILE_SIZE, 0, EFBIG);
	assert_int_equal(fk_fallocate(f->kernel, node, fh, 0, 0, 100), EFBIG);
	recorder_expect(f->recorder, "GetFileInfo /f", "SetAllocationSize /f", "SetFileSize /f", NULL);
	expect_size(f, node, fh, 8);
	fx_release(f, node, fh);
	fx_finish(f);
}

/* The hooks go by the context; what they do not tell of it the library remembers. */
static void test_a_deleted_file(void **state)
{
	struct seen seen;
	uint64_t node, fh, position;
	struct fixture *f = begin(state, &seen, &node, &fh);

	mf_forget_deleted(f->fs);
	assert_int_equal(fk_unlink(f->kernel, FUSE_ROOT_ID, "f"), 0);
	assert_int_equal(fk_fallocate(f->kernel, node, fh, KEEP, 0, 50), 0);
	assert_true(seen.deleted);
	expect_size(f, node, fh, 8);
	assert_int_equal(fk_fallocate(f->kernel, node, fh, 0, 2, 3), 0);
	recorder_expect(f->recorder, "GetFileInfo /f", "SetAllocationSize /f", NULL);
	assert_int_equal(fk_fallocate(f->kernel, node, fh, 0, 2, 10), 0);
	expect_size(f, node, fh, 12);
	assert_int_equal(fk_fallocate(f->kernel, node, fh, ZERO, 10, 10), 0);
	assert_true(seen.deleted);
	expect_size(f, node, fh, 20);
	assert_int_equal(fk_lseek(f->kernel, node, fh, 0, SEEK_HOLE, &position), 0);
	assert_int_equal(position, 8);
	assert_true(seen.deleted);
	assert_int_equal(fk_lseek(f->kernel, node, fh, 20, SEEK_HOLE, NULL), ENXIO);
	fx_release(f, node, fh);
	fx_finish(f);
}

/* A volume whose /f somebody else replaces while it is open: first it is file 7, then, shorter, file 8. */
struct replaced {
	bool done;
	unsigned sizes, reservations;
};

static void replaced_info(struct cbf_volume *volume, struct cbf_get_file_info_event *event, void *user_data)
{
	const struct replaced *replaced = user_data;

	(void)volume;
	event->file_exists = !event->deleted;
	event->info->mode = strcmp(event->file_name, "/f") == 0 ? S_IFREG | 0644 : S_IFDIR | 0755;
	event->info->file_id = replaced->done ? 8 : 7;
	event->info->size = replaced->done ? 1 : 100;
}

static void no_write(struct cbf_volume *volume, struct cbf_write_file_event *event, void *user_data)
{
	(void)volume;
	(void)event;
	(void)user_data;
}

static void replaced_size(struct cbf_volume *volume, struct cbf_set_file_size_event *event, void *user_data)
{
	struct replaced *replaced = user_data;

	(void)volume;
	(void)event;
	replaced->sizes++;
}

static void replaced_allocation(struct cbf_volume *volume, struct cbf_set_allocation_size_event *event, void *user_data)
{
	struct replaced *replaced = user_data;

	(void)volume;
	(void)event;
	replaced->reservations++;
}

/* The new file's size is not the old one's: to "grow" to 50 bytes would cut it off. */
static void test_a_file_that_was_replaced(void **state)
{
	struct replaced replaced = {.done = false};
	struct fixture *f = *state;
	uint64_t node, fh;

	assert_int_equal(cbf_set_use_file_ids(f->volume, true), 0);
	assert_int_equal(cbf_on_get_file_info(f->volume, replaced_info, &replaced), 0);
	assert_int_equal(cbf_on_set_file_size(f->volume, replaced_size, &replaced), 0);
	assert_int_equal(cbf_on_set_allocation_size(f->volume, replaced_allocation, &replaced), 0);
	assert_int_equal(cbf_on_write_file(f->volume, no_write, NULL), 0);
	fx_start(f, FX_STEP);
	node = fx_node(f, "/f");
	fh = fx_open(f, node, O_RDWR);
	assert_int_equal(fk_fallocate(f->kernel, node, fh, 0, 0, 50), 0);
	assert_int_equal(replaced.reservations, 1);
	replaced.done = true;
	assert_int_equal(fk_fallocate(f->kernel, node, fh, 0, 0, 50), ESTALE);
	assert_int_equal(replaced.reservations, 1);
	assert_int_equal(replaced.sizes, 0);
	fx_release(f, node, fh);
	fx_expect_idle(f);
	fx_end_session(f);
}

static void expect_seek(struct fixture *f, uint64_t node, uint64_t fh, int whence, int64_t from, int64_t wanted)
{
	uint64_t position = 0;
	const int error = fk_lseek(f->kernel, node, fh, from, whence, &position);

	if (error != (wanted < 0 ? (int)-wanted : 0) || (wanted >= 0 && position != (uint64_t)wanted))
		fail_msg("lseek %d from %lld: errno %d, position %llu", whence, (long long)from, error,
			 (unsigned long long)position);
}

static void test_data_and_holes(void **state)
{
	struct seen seen;
	uint64_t node, fh;
	struct fixture *f = begin(state, &seen, &node, &fh);

	/* "contents" is two pieces (see MF_RANGE_MAX); a hole; 6 bytes of data; a hole at the end. */
	assert_int_equal(fk_truncate(f->kernel, node, 20), 0);
	fx_write(f, node, fh, 10, "abcdef");
	recorder_clear(f->recorder);
	expect_seek(f, node, fh, SEEK_DATA, 0, 0);
	recorder_expect(f->recorder, "QueryAllocatedRanges /f position=0 -> 0 0+4", NULL);
	assert_non_null(seen.file_context);
	assert_non_null(seen.handle_context);
	expect_seek(f, node, fh, SEEK_DATA, 3, 3);
	expect_seek(f, node, fh, SEEK_DATA, 8, 10);
	expect_seek(f, node, fh, SEEK_DATA, 15, 15);
	expect_seek(f, node, fh, SEEK_DATA, 16, -ENXIO);
	expect_seek(f, node, fh, SEEK_DATA, 20, -ENXIO);
	expect_seek(f, node, fh, SEEK_DATA, INT64_MAX, -ENXIO);
	recorder_clear(f->recorder);
	expect_seek(f, node, fh, SEEK_HOLE, 1, 8);
	recorder_expect(f->recorder, "GetFileInfo /f", "QueryAllocatedRanges /f position=1 -> 0 1+4",
			"QueryAllocatedRanges /f position=5 -> 0 5+3", "QueryAllocatedRanges /f position=8 -> 0 10+4",
			NULL);
	expect_seek(f, node, fh, SEEK_HOLE, 9, 9);
	expect_seek(f, node, fh, SEEK_HOLE, 12, 16);
	expect_seek(f, node, fh, SEEK_HOLE, 19, 19);
	expect_seek(f, node, fh, SEEK_HOLE, 20, -ENXIO);
	/* Without a hole in it, the end of the file is one. */
	assert_int_equal(fk_truncate(f->kernel, node, 8), 0);
	recorder_clear(f->recorder);
	expect_seek(f, node, fh, SEEK_HOLE, 0, 8);
	recorder_expect(f->recorder, "GetFileInfo /f", "QueryAllocatedRanges /f position=0 -> 0 0+4",
			"QueryAllocatedRanges /f position=4 -> 0 4+4", NULL);
	expect_seek(f, node, fh, SEEK_HOLE, 8, -ENXIO);
	recorder_expect(f->recorder, "GetFileInfo /f", NULL);
	mf_fail(f->fs, MF_QUERY_ALLOCATED_RANGES, 1, EREMOTEIO);
	expect_seek(f, node, fh, SEEK_HOLE, 0, -EREMOTEIO);
	fx_release(f, node, fh);
	fx_finish(f);
}

/* What is not hooked is not asked for a second time. */
static void test_without_hooks(void **state)
{
	struct seen seen;
	struct fixture *f = *state;
	uint64_t node, fh;

	assert_int_equal(cbf_on_zeroize_file_range(f->volume, NULL, NULL), 0);
	assert_int_equal(cbf_on_set_allocation_size(f->volume, NULL, NULL), 0);
	assert_int_equal(cbf_on_query_allocated_ranges(f->volume, NULL, NULL), 0);
	f = begin(state, &seen, &node, &fh);
	assert_int_equal(fk_fallocate(f->kernel, node, fh, 0, 0, 4), ENOSYS);
	assert_int_equal(fk_fallocate(f->kernel, node, fh, PUNCH, 0, 4), ENOSYS);
	assert_int_equal(fk_lseek(f->kernel, node, fh, 0, SEEK_DATA, NULL), ENOSYS);
	recorder_expect_nothing(f->recorder);
	fx_release(f, node, fh);
	fx_finish(f);
}

static void test_with_one_hook(void **state)
{
	struct seen seen;
	struct fixture *f = *state;
	uint64_t node, fh;

	assert_int_equal(cbf_on_set_allocation_size(f->volume, NULL, NULL), 0);
	f = begin(state, &seen, &node, &fh);
	assert_int_equal(fk_fallocate(f->kernel, node, fh, KEEP, 0, 4), EOPNOTSUPP);
	assert_int_equal(fk_fallocate(f->kernel, node, fh, 0, 0, 400), EOPNOTSUPP);
	assert_int_equal(recorder_count(f->recorder, "SetFileSize"), 0);
	assert_int_equal(fk_fallocate(f->kernel, node, fh, PUNCH, 0, 4), 0);
	fx_release(f, node, fh);
	fx_finish(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FX_TEST(test_mode_0),
		FX_TEST(test_keep_size),
		FX_TEST(test_zeros_and_holes),
		FX_TEST(test_what_is_refused),
		FX_TEST(test_a_failure_ends_it),
		FX_TEST(test_a_deleted_file),
		FX_BARE_TEST(test_a_file_that_was_replaced),
		FX_TEST(test_data_and_holes),
		FX_TEST(test_without_hooks),
		FX_TEST(test_with_one_hook),
	};

	return cmocka_run_group_tests_name("range", tests, NULL, NULL);
}
