/* SPDX-License-Identifier: MIT */
/* copy_file_range: two files, or one file twice, in one event. */
#include "fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

struct seen {
	unsigned copies;
	bool deleted, source_deleted;
	void *file_context, *handle_context, *source_file_context, *source_handle_context;
};

static void observe(enum mf_event kind, const void *event, void *user_data)
{
	const struct cbf_offload_write_file_event *copy = event;
	struct seen *seen = user_data;

	if (kind != MF_OFFLOAD_WRITE_FILE)
		return;
	seen->copies++;
	seen->deleted = copy->deleted;
	seen->source_deleted = copy->source_deleted;
	seen->file_context = copy->file_context;
	seen->handle_context = copy->handle_context;
	seen->source_file_context = copy->source_file_context;
	seen->source_handle_context = copy->source_handle_context;
}

struct files {
	struct fk_place a, b; /* open: "0123456789" and "letters" */
};

static struct fixture *start(void **state, struct seen *seen, struct files *files, int mode)
{
	struct fixture *f = *state;

	*seen = (struct seen){.copies = 0};
	mf_add_file(f->fs, "/a", "0123456789");
	mf_add_file(f->fs, "/b", "letters");
	mf_observe(f->fs, observe, seen);
	recorder_ignore(f->recorder, "GetFileInfo");
	fx_start(f, mode);
	files->a = (struct fk_place){.node = fx_node(f, "/a")};
	files->a.fh = fx_open(f, files->a.node, O_RDWR);
	files->b = (struct fk_place){.node = fx_node(f, "/b")};
	files->b.fh = fx_open(f, files->b.node, O_RDWR);
	recorder_clear(f->recorder);
	return f;
}

static struct fixture *begin(void **state, struct seen *seen, struct files *files)
{
	return start(state, seen, files, FX_STEP);
}

static void finish(struct fixture *f, const struct files *files)
{
	fx_release(f, files->a.node, files->a.fh);
	fx_release(f, files->b.node, files->b.fh);
	fx_finish(f);
}

static struct fk_place at(struct fk_place file, int64_t offset)
{
	file.offset = offset;
	return file;
}

static int copy(struct fixture *f, struct fk_place from, struct fk_place to, uint64_t length, uint32_t *copied)
{
	return fk_copy(f->kernel, &from, &to, length, copied);
}

static void expect_copy(struct fixture *f, struct fk_place from, struct fk_place to, uint64_t length, uint32_t wanted)
{
	uint32_t copied = 99;

	assert_int_equal(copy(f, from, to, length, &copied), 0);
	assert_int_equal(copied, wanted);
}

static void test_two_files(void **state)
{
	struct seen seen;
	struct files files;
	struct fixture *f = begin(state, &seen, &files);

	expect_copy(f, at(files.a, 2), at(files.b, 4), 5, 5);
	recorder_expect(f->recorder, "OffloadWriteFile /b position=4 source=/a transfer_offset=2 bytes=5 -> 0 5", NULL);
	fx_expect_content(f, files.b.node, files.b.fh, "lett23456");
	fx_expect_content(f, files.a.node, files.a.fh, "0123456789");
	assert_non_null(seen.file_context);
	assert_non_null(seen.source_file_context);
	assert_non_null(seen.handle_context);
	assert_non_null(seen.source_handle_context);
	assert_true(seen.file_context != seen.source_file_context);
	assert_true(seen.handle_context != seen.source_handle_context);
	assert_false(seen.deleted);
	assert_false(seen.source_deleted);
	/* Up to the source's end, and behind it. */
	expect_copy(f, at(files.a, 8), at(files.b, 0), 100, 2);
	expect_copy(f, at(files.a, 10), at(files.b, 0), 100, 0);
	expect_copy(f, at(files.a, 1000), at(files.b, 0), 1, 0);
	fx_expect_content(f, files.b.node, files.b.fh, "89tt23456");
	/* And the other way round: the turns are taken in one order. */
	expect_copy(f, at(files.b, 2), at(files.a, 0), 2, 2);
	fx_expect_content(f, files.a.node, files.a.fh, "tt23456789");
	finish(f, &files);
}

static void test_one_file(void **state)
{
	struct seen seen;
	struct files files;
	struct fixture *f = begin(state, &seen, &files);

	expect_copy(f, at(files.a, 0), at(files.a, 5), 5, 5);
	fx_expect_content(f, files.a.node, files.a.fh, "0123401234");
	assert_ptr_equal(seen.file_context, seen.source_file_context);
	assert_ptr_equal(seen.handle_context, seen.source_handle_context);
	expect_copy(f, at(files.a, 5), at(files.a, 10), 2, 2);
	fx_expect_content(f, files.a.node, files.a.fh, "012340123401");
	/* Ranges that overlap by a byte, or wholly. */
	assert_int_equal(copy(f, at(files.a, 0), at(files.a, 4), 5, NULL), EINVAL);
	assert_int_equal(copy(f, at(files.a, 4), at(files.a, 0), 5, NULL), EINVAL);
	assert_int_equal(copy(f, at(files.a, 3), at(files.a, 3), 1, NULL), EINVAL);
	assert_int_equal(seen.copies, 2);
	finish(f, &files);
}

static void test_one_file_by_two_names(void **state)
{
	struct seen seen;
	struct files files;
	struct fixture *f = *state;
	struct fk_place c;

	assert_int_equal(cbf_set_fire_all_open_close_events(f->volume, true), 0);
	f = begin(state, &seen, &files);
	mf_add_link(f->fs, "/a", "/c");
	c = (struct fk_place){.node = fx_node(f, "/c")};
	assert_int_equal(c.node, files.a.node);
	c.fh = fx_open(f, c.node, O_RDWR);
	recorder_clear(f->recorder);
	expect_copy(f, at(files.a, 0), at(c, 5), 5, 5);
	assert_int_equal(recorder_count(f->recorder, "OffloadWriteFile"), 1);
	fx_expect_content(f, c.node, c.fh, "0123401234");
	assert_ptr_equal(seen.file_context, seen.source_file_context);
	assert_true(seen.handle_context != seen.source_handle_context);
	assert_int_equal(copy(f, at(files.a, 0), at(c, 4), 5, NULL), EINVAL);
	fx_release(f, c.node, c.fh);
	finish(f, &files);
}

static void test_what_is_refused(void **state)
{
	struct seen seen;
	struct files files;
	struct fixture *f = begin(state, &seen, &files);
	const struct fk_place no_handle = {.node = files.a.node}, no_node = {.node = 999999, .fh = files.a.fh};
	const struct fk_place mixed = {.node = files.a.node, .fh = files.b.fh};
	struct fk_place directory;

	expect_copy(f, at(files.a, 0), at(files.b, 0), 0, 0);
	assert_int_equal(copy(f, at(files.a, -1), at(files.b, 0), 1, NULL), EINVAL);
	assert_int_equal(copy(f, at(files.a, 0), at(files.b, INT64_MIN), 1, NULL), EINVAL);
	assert_int_equal(copy(f, at(files.a, INT64_MAX), at(files.b, 0), 1, NULL), EOVERFLOW);
	assert_int_equal(copy(f, at(files.a, 0), at(files.b, INT64_MAX - 1), 2, NULL), EOVERFLOW);
	assert_int_equal(fk_wait(f->kernel, fk_send_copy(f->kernel, &files.a, &files.b, 1, 1))->error, EINVAL);
	assert_int_equal(copy(f, no_handle, files.b, 1, NULL), EBADF);
	assert_int_equal(copy(f, files.b, no_handle, 1, NULL), EBADF);
	assert_int_equal(copy(f, mixed, files.b, 1, NULL), EBADF);
	assert_int_equal(copy(f, files.b, mixed, 1, NULL), EBADF);
	assert_int_equal(copy(f, no_node, files.b, 1, NULL), ESTALE);
	assert_int_equal(copy(f, files.b, no_node, 1, NULL), ESTALE);
	recorder_expect_nothing(f->recorder);
	mf_add_directory(f->fs, "/d");
	directory = (struct fk_place){.node = fx_node(f, "/d")};
	directory.fh = fx_opendir(f, directory.node);
	assert_int_equal(copy(f, directory, files.b, 1, NULL), EISDIR);
	assert_int_equal(copy(f, files.b, directory, 1, NULL), EISDIR);
	fx_releasedir(f, directory.node, directory.fh);
	assert_int_equal(seen.copies, 0);
	finish(f, &files);
}

/* The reply cannot tell of more than 32 bits. */
static void test_a_long_copy_is_cut(void **state)
{
	struct seen seen;
	struct files files;
	struct fixture *f = begin(state, &seen, &files);

	expect_copy(f, files.a, files.b, (uint64_t)1 << 40, 10);
	recorder_expect(f->recorder,
			"OffloadWriteFile /b position=0 source=/a transfer_offset=0 bytes=4294963200 -> 0 10", NULL);
	finish(f, &files);
}

/* What the kernel falls back on is passed on as it is. */
static void test_codes(void **state)
{
	static const int codes[] = {EXDEV, EOPNOTSUPP, ENOSPC, EFBIG, EIO};
	struct seen seen;
	struct files files;
	struct fixture *f = begin(state, &seen, &files);

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		mf_fail(f->fs, MF_OFFLOAD_WRITE_FILE, 0, codes[i]);
		assert_int_equal(copy(f, files.a, files.b, 1, NULL), codes[i]);
	}
	expect_copy(f, files.a, files.b, 1, 1);
	finish(f, &files);
}

static void expect_size(struct fixture *f, struct fk_place file, uint64_t size)
{
	struct fuse_attr_out out;

	assert_int_equal(fk_getattr_fh(f->kernel, file.node, file.fh, &out), 0);
	assert_int_equal(out.attr.size, size);
}

static void test_deleted_files(void **state)
{
	struct seen seen;
	struct files files;
	struct fixture *f = begin(state, &seen, &files);

	mf_forget_deleted(f->fs);
	assert_int_equal(fk_unlink(f->kernel, FUSE_ROOT_ID, "b"), 0);
	expect_copy(f, files.a, at(files.b, 5), 10, 10);
	assert_true(seen.deleted);
	assert_false(seen.source_deleted);
	expect_size(f, files.b, 15);
	/* Inside of the file it does not grow, nor shrink. */
	expect_copy(f, files.a, files.b, 3, 3);
	expect_size(f, files.b, 15);
	expect_copy(f, files.b, files.a, 2, 2);
	assert_false(seen.deleted);
	assert_true(seen.source_deleted);
	expect_copy(f, at(files.b, 0), at(files.b, 20), 2, 2);
	assert_true(seen.deleted);
	assert_true(seen.source_deleted);
	expect_size(f, files.b, 22);
	assert_int_equal(fk_unlink(f->kernel, FUSE_ROOT_ID, "a"), 0);
	expect_copy(f, at(files.b, 0), at(files.a, 0), 2, 2);
	assert_true(seen.deleted);
	assert_true(seen.source_deleted);
	finish(f, &files);
}

/* The one known name of a file is removed while it has another, which the library asks for: of either file. */
static void test_a_name_is_sought(void **state)
{
	struct seen seen;
	struct files files;
	struct fixture *f = *state;

	mf_add_directory(f->fs, "/d");
	f = begin(state, &seen, &files);
	mf_add_link(f->fs, "/a", "/d/other-a");
	mf_add_link(f->fs, "/b", "/d/other-b");
	assert_int_equal(fk_unlink(f->kernel, FUSE_ROOT_ID, "a"), 0);
	assert_int_equal(fk_unlink(f->kernel, FUSE_ROOT_ID, "b"), 0);
	recorder_clear(f->recorder);
	expect_copy(f, files.a, at(files.b, 2), 1, 1);
	assert_int_equal(recorder_count(f->recorder, "EnumerateHardLinks"), 2);
	assert_non_null(recorder_line(f->recorder, "OffloadWriteFile /d/other-b position=2 source=/d/other-a", 0));
	assert_false(seen.deleted);
	assert_false(seen.source_deleted);
	recorder_clear(f->recorder);
	expect_copy(f, files.b, at(files.a, 2), 1, 1);
	recorder_expect(f->recorder, "OffloadWriteFile /d/other-a", NULL);
	finish(f, &files);
}

/* Both files are busy while it runs, and copies in both directions do not lock each other out. */
static void test_it_runs_alone(void **state)
{
	struct seen seen;
	struct files files;
	uint64_t slow, read, write, back;
	struct fixture *f = start(state, &seen, &files, FX_WORKERS);

	mf_block(f->fs, MF_OFFLOAD_WRITE_FILE, "/b");
	slow = fk_send_copy(f->kernel, &files.a, &files.b, 10, 0);
	mf_wait_blocked(f->fs, MF_OFFLOAD_WRITE_FILE, 1);
	read = fk_send_read(f->kernel, files.a.node, files.a.fh, 0, 10);
	write = fk_send_write(f->kernel, files.b.node, files.b.fh, 0, "x", 1);
	back = fk_send_copy(f->kernel, &files.b, &files.a, 10, 0);
	fx_expect_serving(f);
	assert_false(fk_has_reply(f->kernel, read, 20));
	assert_false(fk_has_reply(f->kernel, write, 0));
	assert_false(fk_has_reply(f->kernel, back, 0));
	mf_release_all(f->fs);
	assert_int_equal(fk_wait_write(f->kernel, slow, NULL), 0);
	assert_int_equal(fk_wait_write(f->kernel, write, NULL), 0);
	assert_int_equal(fk_wait_write(f->kernel, back, NULL), 0);
	assert_int_equal(fk_wait(f->kernel, read)->error, 0);
	finish(f, &files);
}

static void test_many_at_once(void **state)
{
	enum { ROUNDS = 50 };
	struct seen seen;
	struct files files;
	uint64_t there[ROUNDS], back[ROUNDS], within[ROUNDS];
	struct fixture *f = start(state, &seen, &files, FX_WORKERS);
	const struct fk_place far = at(files.a, 100);

	mf_observe(f->fs, NULL, NULL);
	for (int i = 0; i < ROUNDS; i++) {
		there[i] = fk_send_copy(f->kernel, &files.a, &files.b, 7, 0);
		back[i] = fk_send_copy(f->kernel, &files.b, &files.a, 7, 0);
		within[i] = fk_send_copy(f->kernel, &files.a, &far, 7, 0);
	}
	for (int i = 0; i < ROUNDS; i++) {
		assert_int_equal(fk_wait_write(f->kernel, there[i], NULL), 0);
		assert_int_equal(fk_wait_write(f->kernel, back[i], NULL), 0);
		assert_int_equal(fk_wait_write(f->kernel, within[i], NULL), 0);
	}
	finish(f, &files);
}

static void test_without_a_hook(void **state)
{
	struct seen seen;
	struct files files;
	struct fixture *f = *state;

	assert_int_equal(cbf_on_offload_write_file(f->volume, NULL, NULL), 0);
	f = begin(state, &seen, &files);
	assert_int_equal(copy(f, files.a, files.b, 1, NULL), ENOSYS);
	recorder_expect_nothing(f->recorder);
	finish(f, &files);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FX_TEST(test_two_files),       FX_TEST(test_one_file),           FX_TEST(test_one_file_by_two_names),
		FX_TEST(test_what_is_refused), FX_TEST(test_a_long_copy_is_cut), FX_TEST(test_codes),
		FX_TEST(test_deleted_files),   FX_TEST(test_a_name_is_sought),   FX_TEST(test_it_runs_alone),
		FX_TEST(test_many_at_once),    FX_TEST(test_without_a_hook),
	};

	return cmocka_run_group_tests_name("copy_range", tests, NULL, NULL);
}
