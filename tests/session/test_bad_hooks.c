/* SPDX-License-Identifier: MIT */
/* Hooks that answer nonsense: the caller gets EIO, OnError is told, the volume goes on serving. */
#include "bad_requests.h"

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

	return cmocka_run_group_tests(tests, NULL, NULL);
}
