/* SPDX-License-Identifier: MIT */
/* Hooks that answer nonsense: the caller gets EIO, OnError is told, the volume goes on serving. */
#include "link_lists.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include <limits.h>
#include <linux/falloc.h>
#include <stdlib.h>
#include <unistd.h>

static struct fixture *begin(void **state)
{
	struct fixture *f = *state;

	mf_add_file(f->fs, "/f", "data");
	mf_add_directory(f->fs, "/d");
	mf_add_file(f->fs, "/d/x", "");
	mf_add_symlink(f->fs, "/l", "target");
	fx_start(f, FX_STEP);
	(void)fx_node(f, "/f");
	(void)fx_node(f, "/d");
	(void)fx_node(f, "/l");
	return f;
}

/* Something was said through OnError since the last time. */
static void expect_error_told(struct fixture *f, unsigned *told)
{
	char description[512];

	if (mf_seen(f->fs, MF_ERROR) <= *told)
		fail_msg("OnError was told nothing");
	*told = mf_seen(f->fs, MF_ERROR);
	mf_last_error(f->fs, description, sizeof(description));
	assert_true(strlen(description) > 0);
	fx_expect_serving(f);
}

/* The requests that fire an event as the last thing that can fail. Each returns the errno of its answer. */

static int do_lookup(struct fixture *f)
{
	return fk_lookup(f->kernel, FUSE_ROOT_ID, "f", NULL);
}

static int do_open(struct fixture *f)
{
	return fk_open(f->kernel, fx_node(f, "/f"), O_RDONLY, NULL);
}

static int do_create(struct fixture *f)
{
	struct fuse_entry_out entry;
	struct fuse_open_out open;

	return fk_create_file(f->kernel, FUSE_ROOT_ID, "new", O_RDWR, 0600, &entry, &open);
}

static int do_mkdir(struct fixture *f)
{
	struct fuse_entry_out entry;

	return fk_mkdir(f->kernel, FUSE_ROOT_ID, "new", 0700, &entry);
}

static int with_file(struct fixture *f, int (*act)(struct fixture *f, uint64_t node, uint64_t fh))
{
	const uint64_t node = fx_node(f, "/f");
	const uint64_t fh = fx_open(f, node, O_RDWR);
	const int error = act(f, node, fh);

	fx_release(f, node, fh);
	return error;
}

static int read_it(struct fixture *f, uint64_t node, uint64_t fh)
{
	char data[64];
	size_t length;

	return fk_read(f->kernel, node, fh, 0, sizeof(data), data, &length);
}

static int do_read(struct fixture *f)
{
	return with_file(f, read_it);
}

static int write_it(struct fixture *f, uint64_t node, uint64_t fh)
{
	return fk_write(f->kernel, node, fh, 0, "data", 4, NULL);
}

static int do_write(struct fixture *f)
{
	return with_file(f, write_it);
}

static int allocate_it(struct fixture *f, uint64_t node, uint64_t fh)
{
	return fk_fallocate(f->kernel, node, fh, FALLOC_FL_KEEP_SIZE, 0, 4);
}

static int do_allocate(struct fixture *f)
{
	return with_file(f, allocate_it);
}

static int zeroize_it(struct fixture *f, uint64_t node, uint64_t fh)
{
	return fk_fallocate(f->kernel, node, fh, FALLOC_FL_ZERO_RANGE | FALLOC_FL_KEEP_SIZE, 4, 4);
}

static int do_zeroize(struct fixture *f)
{
	return with_file(f, zeroize_it);
}

static int seek_it(struct fixture *f, uint64_t node, uint64_t fh)
{
	return fk_lseek(f->kernel, node, fh, 1, SEEK_DATA, NULL);
}

static int do_seek(struct fixture *f)
{
	return with_file(f, seek_it);
}

static int seek_hole_in_it(struct fixture *f, uint64_t node, uint64_t fh)
{
	return fk_lseek(f->kernel, node, fh, 1, SEEK_HOLE, NULL);
}

static int do_seek_hole(struct fixture *f)
{
	return with_file(f, seek_hole_in_it);
}

static int copy_in_it(struct fixture *f, uint64_t node, uint64_t fh)
{
	const struct fk_place from = {node, fh, 0}, to = {node, fh, 2};

	return fk_copy(f->kernel, &from, &to, 2, NULL);
}

static int do_copy(struct fixture *f)
{
	return with_file(f, copy_in_it);
}

static int sync_it(struct fixture *f, uint64_t node, uint64_t fh)
{
	return fk_fsync(f->kernel, node, fh, false);
}

static int do_fsync(struct fixture *f)
{
	return with_file(f, sync_it);
}

static int list_it(struct fixture *f, uint64_t node, uint64_t fh)
{
	struct link_list *list = calloc(1, sizeof(*list));
	int error;

	assert_non_null(list);
	error = links_by_ioctl(f, node, fh, NULL, list);
	links_clear(list);
	free(list);
	return error;
}

static int do_list_links(struct fixture *f)
{
	return with_file(f, list_it);
}

static int do_truncate(struct fixture *f)
{
	return fk_truncate(f->kernel, fx_node(f, "/f"), 4);
}

static int do_chmod(struct fixture *f)
{
	return fk_chmod(f->kernel, fx_node(f, "/f"), S_IFREG | 0600);
}

static int do_link(struct fixture *f)
{
	struct fuse_entry_out entry;

	return fk_link(f->kernel, fx_node(f, "/f"), FUSE_ROOT_ID, "new", &entry);
}

static int do_symlink(struct fixture *f)
{
	struct fuse_entry_out entry;

	return fk_symlink(f->kernel, FUSE_ROOT_ID, "new", "target", &entry);
}

static int do_readlink(struct fixture *f)
{
	char target[4200];

	return fk_readlink(f->kernel, fx_node(f, "/l"), target, sizeof(target));
}

static int do_readdir(struct fixture *f)
{
	struct fk_listing *listing = calloc(1, sizeof(*listing));
	const uint64_t node = fx_node(f, "/d");
	const uint64_t fh = fx_opendir(f, node);
	int error;

	assert_non_null(listing);
	error = fk_readdir_all(f->kernel, node, fh, 0, 4096, true, listing);
	fx_releasedir(f, node, fh);
	free(listing);
	return error;
}

static int do_getxattr(struct fixture *f)
{
	char value[64];
	size_t length;

	return fk_getxattr(f->kernel, fx_node(f, "/f"), "user.x", value, sizeof(value), &length);
}

static int do_listxattr(struct fixture *f)
{
	char names[64];
	size_t length;

	return fk_listxattr(f->kernel, fx_node(f, "/f"), names, sizeof(names), &length);
}

static int do_setxattr(struct fixture *f)
{
	return fk_setxattr(f->kernel, fx_node(f, "/f"), "user.x", "value", 5, 0);
}

static int do_removexattr(struct fixture *f)
{
	return fk_removexattr(f->kernel, fx_node(f, "/f"), "user.x");
}

static int do_unlink(struct fixture *f)
{
	return fk_unlink(f->kernel, FUSE_ROOT_ID, "f");
}

static int do_rmdir(struct fixture *f)
{
	return fk_rmdir(f->kernel, FUSE_ROOT_ID, "d");
}

static int do_rename(struct fixture *f)
{
	return fk_rename(f->kernel, FUSE_ROOT_ID, "f", FUSE_ROOT_ID, "new", 0);
}

static int do_statfs(struct fixture *f)
{
	struct fuse_statfs_out out;

	return fk_statfs(f->kernel, FUSE_ROOT_ID, &out);
}

static const struct {
	enum mf_event event;
	int (*request)(struct fixture *f);
} requests[] = {
	{MF_GET_FILE_INFO, do_lookup},
	{MF_OPEN_FILE, do_open},
	{MF_CREATE_FILE, do_create},
	{MF_CREATE_FILE, do_mkdir},
	{MF_READ_FILE, do_read},
	{MF_WRITE_FILE, do_write},
	{MF_FLUSH_FILE, do_fsync},
	{MF_SET_ALLOCATION_SIZE, do_allocate},
	{MF_ZEROIZE_FILE_RANGE, do_zeroize},
	{MF_QUERY_ALLOCATED_RANGES, do_seek},
	{MF_OFFLOAD_WRITE_FILE, do_copy},
	{MF_ENUMERATE_HARD_LINKS, do_list_links},
	{MF_SET_FILE_SIZE, do_truncate},
	{MF_SET_FILE_ATTRIBUTES, do_chmod},
	{MF_CREATE_HARD_LINK, do_link},
	{MF_SET_REPARSE_POINT, do_symlink},
	{MF_GET_REPARSE_POINT, do_readlink},
	{MF_QUERY_EA, do_getxattr},
	{MF_QUERY_EA, do_listxattr},
	{MF_SET_EA, do_setxattr},
	{MF_SET_EA, do_removexattr},
	{MF_ENUMERATE_DIRECTORY, do_readdir},
	{MF_CAN_FILE_BE_DELETED, do_unlink},
	{MF_DELETE_FILE, do_unlink},
	{MF_IS_DIRECTORY_EMPTY, do_rmdir},
	{MF_RENAME_OR_MOVE_FILE, do_rename},
	{MF_GET_VOLUME_SIZE, do_statfs},
};

static void try_code(void **state, int code)
{
	struct fixture *f = begin(state);
	unsigned told = 0;
	size_t i;
	int error;

	for (i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		mf_fail(f->fs, requests[i].event, 0, code);
		error = requests[i].request(f);
		if (error != EIO)
			fail_msg("event %d, answered %d, became errno %d", requests[i].event, code, error);
		expect_error_told(f, &told);
	}
	fx_finish(f);
}

static void test_code_512(void **state)
{
	try_code(state, 512);
}

static void test_code_minus_1(void **state)
{
	try_code(state, -1);
}

static void test_code_100000(void **state)
{
	try_code(state, 100000);
}

static void test_code_int_min(void **state)
{
	try_code(state, INT_MIN);
}

static void test_codes_at_the_border(void **state)
{
	struct fixture *f = begin(state);

	int largest;

	mf_fail(f->fs, MF_READ_FILE, 0, 511);
	largest = do_read(f);
	/* libfuse 3.17 and newer takes what is larger than any errno that there is for a mistake of its caller's. */
	assert_true(largest == 511 || largest == ERANGE);
	mf_fail(f->fs, MF_READ_FILE, 0, 1);
	assert_int_equal(do_read(f), 1);
	assert_int_equal(mf_seen(f->fs, MF_ERROR), 0);
	fx_finish(f);
}

/* The code of events that say "ignored" is: no harm, and nothing is left open. */
static void test_codes_that_nobody_asks_for(void **state)
{
	struct fixture *f = begin(state);

	mf_fail(f->fs, MF_CLEANUP_FILE, 0, 512);
	mf_fail(f->fs, MF_CLOSE_FILE, 0, -1);
	mf_fail(f->fs, MF_CLOSE_HARD_LINKS_ENUMERATION, 0, INT_MIN);
	assert_int_equal(do_list_links(f), 0);
	mf_fail(f->fs, MF_CLEANUP_FILE, 0, EIO);
	mf_fail(f->fs, MF_CLOSE_DIRECTORY_ENUMERATION, 0, 100000);
	assert_int_equal(do_readdir(f), 0);
	fx_finish(f);
}

static void try_answers(struct fixture *f, enum mf_event event, int (*request)(struct fixture *f),
			const enum mf_bad *answers, size_t count)
{
	unsigned told = mf_seen(f->fs, MF_ERROR);
	size_t i;
	int error;

	for (i = 0; i < count; i++) {
		mf_answer(f->fs, event, answers[i], 1);
		error = request(f);
		if (error != EIO)
			fail_msg("event %d, bad answer %d, became errno %d", event, answers[i], error);
		expect_error_told(f, &told);
		assert_int_equal(request(f), 0);
	}
}

static void test_bad_names(void **state)
{
	static const enum mf_bad answers[] = {MF_BAD_EMPTY, MF_BAD_SLASH, MF_BAD_DOT_DOT, MF_BAD_LONG,
					      MF_BAD_UNTERMINATED};
	struct fixture *f = begin(state);

	try_answers(f, MF_ENUMERATE_DIRECTORY, do_readdir, answers, 5);
	try_answers(f, MF_ENUMERATE_HARD_LINKS, do_list_links, answers, 5);
	fx_finish(f);
}

static void test_bad_targets(void **state)
{
	static const enum mf_bad answers[] = {MF_BAD_EMPTY, MF_BAD_UNTERMINATED};
	struct fixture *f = begin(state);

	try_answers(f, MF_GET_REPARSE_POINT, do_readlink, answers, 2);
	fx_finish(f);
}

static void test_bad_counts(void **state)
{
	static const enum mf_bad answers[] = {MF_BAD_COUNT, MF_BAD_HUGE_COUNT};
	struct fixture *f = begin(state);

	try_answers(f, MF_READ_FILE, do_read, answers, 2);
	try_answers(f, MF_WRITE_FILE, do_write, answers, 2);
	try_answers(f, MF_OFFLOAD_WRITE_FILE, do_copy, answers, 2);
	fx_finish(f);
}

static void test_bad_ranges(void **state)
{
	static const enum mf_bad answers[] = {MF_BAD_EMPTY, MF_BAD_COUNT, MF_BAD_HUGE_COUNT, MF_BAD_SIZE};
	struct fixture *f = begin(state);

	try_answers(f, MF_QUERY_ALLOCATED_RANGES, do_seek, answers, 4);
	try_answers(f, MF_QUERY_ALLOCATED_RANGES, do_seek_hole, answers, 4);
	fx_finish(f);
}

static void test_bad_attributes(void **state)
{
	static const enum mf_bad values[] = {MF_BAD_COUNT, MF_BAD_HUGE_COUNT};
	static const enum mf_bad lists[] = {MF_BAD_COUNT, MF_BAD_HUGE_COUNT, MF_BAD_EMPTY, MF_BAD_LONG,
					    MF_BAD_UNTERMINATED};
	struct fixture *f = begin(state);

	assert_int_equal(do_setxattr(f), 0);
	try_answers(f, MF_QUERY_EA, do_getxattr, values, 2);
	try_answers(f, MF_QUERY_EA, do_listxattr, lists, 5);
	fx_finish(f);
}

static void test_bad_info(void **state)
{
	static const enum mf_bad answers[] = {MF_BAD_SIZE, MF_BAD_TYPE};
	struct fixture *f = begin(state);

	try_answers(f, MF_GET_FILE_INFO, do_lookup, answers, 2);
	try_answers(f, MF_ENUMERATE_DIRECTORY, do_readdir, answers, 2);
	fx_finish(f);
}

/* GetFileNameByFileId for the parent of a link that the library does not know. */
static void test_bad_paths(void **state)
{
	static const enum mf_bad answers[] = {MF_BAD_EMPTY, MF_BAD_SLASH, MF_BAD_UNTERMINATED};
	struct fixture *f = *state;

	mf_add_directory(f->fs, "/unknown");
	mf_add_file(f->fs, "/f", "data");
	mf_add_link(f->fs, "/f", "/unknown/f");
	fx_start(f, FX_STEP);
	try_answers(f, MF_GET_FILE_NAME_BY_FILE_ID, do_list_links, answers, 3);
	fx_finish(f);
}

static void test_a_directory_that_never_ends(void **state)
{
	struct fixture *f = begin(state);
	struct fk_listing *listing = calloc(1, sizeof(*listing));
	const uint64_t node = fx_node(f, "/d");
	const uint64_t fh = fx_opendir(f, node);
	uint64_t offset = 0;
	int i;

	assert_non_null(listing);
	mf_answer(f->fs, MF_ENUMERATE_DIRECTORY, MF_BAD_ENDLESS, 1000000);
	for (i = 0; i < 50; i++) {
		assert_int_equal(fk_readdir(f->kernel, node, fh, offset, 4096, listing), 0);
		assert_true(listing->count > 0);
		offset = listing->entries[listing->count - 1].offset;
	}
	fx_releasedir(f, node, fh);
	assert_int_equal(mf_seen(f->fs, MF_CLOSE_DIRECTORY_ENUMERATION), 1);
	free(listing);
	mf_answer(f->fs, MF_ENUMERATE_DIRECTORY, MF_GOOD, 0);
	fx_finish(f);
}

static void test_links_that_never_end(void **state)
{
	struct fixture *f = begin(state);
	struct cbf_links_page *page = calloc(1, sizeof(*page));
	const uint64_t node = fx_node(f, "/f");
	const uint64_t fh = fx_open(f, node, O_RDONLY);
	size_t length = 0;
	int i;

	assert_non_null(page);
	mf_answer(f->fs, MF_ENUMERATE_HARD_LINKS, MF_BAD_ENDLESS, 1000000);
	for (i = 0; i < 20; i++) {
		assert_int_equal(links_page(f, node, fh, NULL, page), 0);
		assert_false(page->flags & CBF_LINKS_END);
	}
	fx_release(f, node, fh);
	assert_int_equal(mf_seen(f->fs, MF_CLOSE_HARD_LINKS_ENUMERATION), 1);
	/* An attribute has an end: 64 KiB. */
	assert_int_not_equal(fk_getxattr(f->kernel, node, "user.cbfuse.hardlinks", NULL, 0, &length), 0);
	assert_int_equal(mf_seen(f->fs, MF_CLOSE_HARD_LINKS_ENUMERATION), 2);
	fx_expect_all_closed(f);
	free(page);
	mf_answer(f->fs, MF_ENUMERATE_HARD_LINKS, MF_GOOD, 0);
	fx_finish(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FX_TEST(test_code_512),
		FX_TEST(test_code_minus_1),
		FX_TEST(test_code_100000),
		FX_TEST(test_code_int_min),
		FX_TEST(test_codes_at_the_border),
		FX_TEST(test_codes_that_nobody_asks_for),
		FX_TEST(test_bad_names),
		FX_TEST(test_bad_targets),
		FX_TEST(test_bad_counts),
		FX_TEST(test_bad_attributes),
		FX_TEST(test_bad_ranges),
		FX_TEST(test_bad_info),
		FX_TEST(test_bad_paths),
		FX_TEST(test_a_directory_that_never_ends),
		FX_TEST(test_links_that_never_end),
	};

	return cmocka_run_group_tests_name("bad_hooks", tests, NULL, NULL);
}
