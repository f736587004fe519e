/* SPDX-License-Identifier: MIT */
/* RenameOrMoveFile: names that move, are replaced, change places. */
#include "fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { NOREPLACE = 1, EXCHANGE = 2, WHITEOUT = 4 }; /* RENAME_... of <linux/fs.h> */

struct seen {
	unsigned renames;
	char from[256], to[256];
	bool no_replace, exchange;
	void *file_context;
	bool pending_deletion;
};

static void observe(enum mf_event kind, const void *event, void *user_data)
{
	const struct cbf_rename_or_move_file_event *rename = event;
	const struct cbf_close_file_event *close = event;
	struct seen *seen = user_data;

	if (kind == MF_RENAME_OR_MOVE_FILE) {
		seen->renames++;
		(void)strncpy(seen->from, rename->file_name, sizeof(seen->from) - 1);
		(void)strncpy(seen->to, rename->new_file_name, sizeof(seen->to) - 1);
		seen->no_replace = rename->no_replace;
		seen->exchange = rename->exchange;
		seen->file_context = rename->file_context;
	} else if (kind == MF_CLOSE_FILE) {
		seen->pending_deletion = close->pending_deletion;
	}
}

static struct fixture *begin(void **state, struct seen *seen)
{
	struct fixture *f = *state;

	memset(seen, 0, sizeof(*seen));
	mf_add_file(f->fs, "/a", "of a");
	mf_add_file(f->fs, "/b", "of b");
	mf_add_directory(f->fs, "/d");
	mf_add_directory(f->fs, "/d/sub");
	mf_add_file(f->fs, "/d/sub/x", "of x");
	mf_add_directory(f->fs, "/empty");
	mf_observe(f->fs, observe, seen);
	recorder_ignore(f->recorder, "GetFileInfo");
	fx_start(f, FX_STEP);
	return f;
}

static int rename_in_root(struct fixture *f, const char *from, const char *to, uint32_t flags)
{
	return fk_rename(f->kernel, FUSE_ROOT_ID, from, FUSE_ROOT_ID, to, flags);
}

static void test_to_a_new_name(void **state)
{
	struct seen seen;
	struct fixture *f = begin(state, &seen);
	const uint64_t node = fx_node(f, "/a");
	const uint64_t directory = fx_node(f, "/d");

	recorder_clear(f->recorder);
	assert_int_equal(fk_rename(f->kernel, FUSE_ROOT_ID, "a", directory, "c", 0), 0);
	recorder_expect(f->recorder, "RenameOrMoveFile /a", NULL);
	assert_string_equal(seen.to, "/d/c");
	assert_false(seen.no_replace);
	assert_false(seen.exchange);
	assert_null(seen.file_context);
	assert_int_equal(fx_node(f, "/d/c"), node);
	assert_int_equal(fk_lookup(f->kernel, FUSE_ROOT_ID, "a", NULL), ENOENT);
	assert_int_equal(fx_nlink(f, node), 1);
	fx_finish(f);
}

static void test_an_open_file_goes_by_its_new_name(void **state)
{
	struct seen seen;
	struct fixture *f = begin(state, &seen);
	const uint64_t node = fx_node(f, "/a");
	const uint64_t fh = fx_open(f, node, O_RDWR);

	assert_int_equal(rename_in_root(f, "a", "c", 0), 0);
	assert_non_null(seen.file_context);
	recorder_clear(f->recorder);
	fx_write(f, node, fh, 0, "OF A");
	fx_release(f, node, fh);
	recorder_expect(f->recorder, "WriteFile /c", "CleanupFile /c", "CloseFile /c", NULL);
	assert_false(seen.pending_deletion);
	fx_finish(f);
}

static void test_what_lies_below_goes_along(void **state)
{
	struct seen seen;
	struct fixture *f = begin(state, &seen);
	const uint64_t node = fx_node(f, "/d/sub/x");
	const uint64_t fh = fx_open(f, node, O_RDWR);
	const uint64_t dh = fx_opendir(f, fx_node(f, "/d/sub"));

	assert_int_equal(rename_in_root(f, "d", "moved", 0), 0);
	recorder_clear(f->recorder);
	fx_write(f, node, fh, 0, "OF X");
	fx_release(f, node, fh);
	fx_releasedir(f, fx_node(f, "/moved/sub"), dh);
	recorder_expect(f->recorder, "WriteFile /moved/sub/x", "CleanupFile /moved/sub/x", "CloseFile /moved/sub/x",
			"CleanupFile /moved/sub", "CloseFile /moved/sub", NULL);
	assert_int_equal(fx_node(f, "/moved/sub/x"), node);
	fx_finish(f);
}

static void test_over_a_file(void **state)
{
	struct seen seen;
	struct fixture *f = begin(state, &seen);
	const uint64_t a = fx_node(f, "/a");
	const uint64_t b = fx_node(f, "/b");
	const uint64_t fh = fx_open(f, b, O_RDWR);

	recorder_clear(f->recorder);
	assert_int_equal(rename_in_root(f, "a", "b", 0), 0);
	recorder_expect(f->recorder, "CanFileBeDeleted /b", "RenameOrMoveFile /a", NULL);
	assert_int_equal(fx_node(f, "/b"), a);
	/* The one that was replaced lives on for its handle. */
	fx_expect_content(f, b, fh, "of b");
	assert_int_equal(fx_nlink(f, b), 0);
	fx_release(f, b, fh);
	assert_true(seen.pending_deletion);
	fx_finish(f);
}

static void test_over_an_empty_directory(void **state)
{
	struct seen seen;
	struct fixture *f = begin(state, &seen);
	const uint64_t node = fx_node(f, "/d");

	(void)fx_node(f, "/empty");
	recorder_clear(f->recorder);
	assert_int_equal(rename_in_root(f, "d", "empty", 0), 0);
	recorder_expect(f->recorder, "CanFileBeDeleted /empty", "IsDirectoryEmpty /empty", "RenameOrMoveFile /d", NULL);
	assert_int_equal(fx_node(f, "/empty"), node);
	fx_finish(f);
}

static void test_over_a_directory_that_is_not_empty(void **state)
{
	struct seen seen;
	struct fixture *f = begin(state, &seen);
	const uint64_t node = fx_node(f, "/d");

	(void)fx_node(f, "/empty");
	assert_int_equal(rename_in_root(f, "empty", "d", 0), ENOTEMPTY);
	assert_int_equal(seen.renames, 0);
	assert_int_equal(fx_node(f, "/d"), node);
	fx_finish(f);
}

static void test_the_target_may_not_be_deleted(void **state)
{
	struct seen seen;
	struct fixture *f = begin(state, &seen);

	(void)fx_node(f, "/a");
	(void)fx_node(f, "/b");
	mf_deny_deletion(f->fs, true);
	assert_int_equal(rename_in_root(f, "a", "b", 0), EPERM);
	assert_int_equal(seen.renames, 0);
	/* To a new name nothing is deleted. */
	assert_int_equal(rename_in_root(f, "a", "c", 0), 0);
	fx_finish(f);
}

static void test_no_replace(void **state)
{
	struct seen seen;
	struct fixture *f = begin(state, &seen);

	(void)fx_node(f, "/a");
	(void)fx_node(f, "/b");
	assert_int_equal(rename_in_root(f, "a", "b", NOREPLACE), EEXIST);
	assert_int_equal(seen.renames, 0);
	/* It exists, but the library does not know: it, or the hook, says no. */
	assert_int_equal(rename_in_root(f, "a", "d", NOREPLACE), EEXIST);
	assert_int_equal(rename_in_root(f, "a", "c", NOREPLACE), 0);
	assert_int_equal(seen.no_replace, 1);
	assert_string_equal(seen.to, "/c");
	fx_finish(f);
}

static void test_exchange(void **state)
{
	struct seen seen;
	struct fixture *f = begin(state, &seen);
	const uint64_t a = fx_node(f, "/a");
	const uint64_t d = fx_node(f, "/d");
	const uint64_t x = fx_node(f, "/d/sub/x");
	const uint64_t fh = fx_open(f, x, O_RDWR);

	recorder_clear(f->recorder);
	assert_int_equal(rename_in_root(f, "a", "d", EXCHANGE), 0);
	recorder_expect(f->recorder, "RenameOrMoveFile /a", NULL);
	assert_true(seen.exchange);
	assert_int_equal(fx_node(f, "/d"), a);
	assert_int_equal(fx_node(f, "/a"), d);
	fx_write(f, x, fh, 0, "OF X");
	assert_int_equal(recorder_count(f->recorder, "WriteFile /a/sub/x"), 1);
	fx_release(f, x, fh);
	assert_int_equal(rename_in_root(f, "a", "nothing", EXCHANGE), ENOENT);
	fx_finish(f);
}

static void test_into_itself(void **state)
{
	struct seen seen;
	struct fixture *f = begin(state, &seen);
	const uint64_t sub = fx_node(f, "/d/sub");

	assert_int_equal(fk_rename(f->kernel, FUSE_ROOT_ID, "d", sub, "y", 0), EINVAL);
	assert_int_equal(fk_rename(f->kernel, FUSE_ROOT_ID, "d", sub, "x", EXCHANGE), EINVAL);
	assert_int_equal(seen.renames, 0);
	fx_finish(f);
}

static void test_whiteout(void **state)
{
	struct seen seen;
	struct fixture *f = begin(state, &seen);

	(void)fx_node(f, "/a");
	assert_int_equal(rename_in_root(f, "a", "c", WHITEOUT), EINVAL);
	assert_int_equal(rename_in_root(f, "a", "b", NOREPLACE | EXCHANGE), EINVAL);
	assert_int_equal(seen.renames, 0);
	fx_finish(f);
}

/* Two names of one file: POSIX leaves both alone. */
static void test_two_names_of_one_file(void **state)
{
	struct seen seen;
	struct fixture *f = begin(state, &seen);
	uint64_t node;

	mf_add_link(f->fs, "/a", "/c");
	node = fx_node(f, "/a");
	assert_int_equal(fx_node(f, "/c"), node);
	assert_int_equal(rename_in_root(f, "a", "c", 0), 0);
	assert_int_equal(seen.renames, 0);
	assert_int_equal(fx_node(f, "/a"), node);
	assert_int_equal(fx_node(f, "/c"), node);
	assert_int_equal(fx_nlink(f, node), 2);
	fx_finish(f);
}

static void test_to_its_own_name(void **state)
{
	struct seen seen;
	struct fixture *f = begin(state, &seen);
	const uint64_t node = fx_node(f, "/a");

	assert_int_equal(rename_in_root(f, "a", "a", 0), 0);
	assert_int_equal(seen.renames, 0);
	assert_int_equal(fx_node(f, "/a"), node);
	fx_finish(f);
}

static void test_the_hook_fails(void **state)
{
	struct seen seen;
	struct fixture *f = begin(state, &seen);
	const uint64_t a = fx_node(f, "/a");
	const uint64_t b = fx_node(f, "/b");

	mf_fail(f->fs, MF_RENAME_OR_MOVE_FILE, 0, EXDEV);
	assert_int_equal(rename_in_root(f, "a", "b", 0), EXDEV);
	assert_int_equal(fx_node(f, "/a"), a);
	assert_int_equal(fx_node(f, "/b"), b);
	assert_int_equal(rename_in_root(f, "nothing", "c", 0), ENOENT);
	fx_finish(f);
}

/* A replaced file that has another name is not deleted. */
static void test_over_one_of_two_names_of_an_open_file(void **state)
{
	struct seen seen;
	struct fixture *f = begin(state, &seen);
	uint64_t b, fh;

	mf_add_link(f->fs, "/b", "/d/b");
	b = fx_node(f, "/b");
	fh = fx_open(f, b, O_RDONLY);
	(void)fx_node(f, "/a");
	assert_int_equal(rename_in_root(f, "a", "b", 0), 0);
	recorder_clear(f->recorder);
	fx_expect_content(f, b, fh, "of b");
	assert_int_equal(recorder_count(f->recorder, "ReadFile /d/b"), 1);
	fx_release(f, b, fh);
	assert_false(seen.pending_deletion);
	fx_finish(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FX_TEST(test_to_a_new_name),
		FX_TEST(test_an_open_file_goes_by_its_new_name),
		FX_TEST(test_what_lies_below_goes_along),
		FX_TEST(test_over_a_file),
		FX_TEST(test_over_an_empty_directory),
		FX_TEST(test_over_a_directory_that_is_not_empty),
		FX_TEST(test_the_target_may_not_be_deleted),
		FX_TEST(test_no_replace),
		FX_TEST(test_exchange),
		FX_TEST(test_into_itself),
		FX_TEST(test_whiteout),
		FX_TEST(test_two_names_of_one_file),
		FX_TEST(test_to_its_own_name),
		FX_TEST(test_the_hook_fails),
		FX_TEST(test_over_one_of_two_names_of_an_open_file),
	};

	return cmocka_run_group_tests_name("rename", tests, NULL, NULL);
}
