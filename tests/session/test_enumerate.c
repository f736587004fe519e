/* SPDX-License-Identifier: MIT */
/* EnumerateDirectory and CloseDirectoryEnumeration through readdir and readdirplus. */
#include "fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

struct seen {
	struct fk_listing listing;
	unsigned restarts;
	unsigned requested; /* by the last event */
	void *context;
};

static void observe(enum mf_event kind, const void *event, void *user_data)
{
	const struct cbf_enumerate_directory_event *enumerate = event;
	struct seen *seen = user_data;

	if (kind != MF_ENUMERATE_DIRECTORY)
		return;
	seen->restarts += enumerate->restart;
	seen->requested = enumerate->requested_info;
	seen->context = enumerate->enumeration_context;
}

/* /d with so many files e00, e01 ... */
static struct fixture *begin(void **state, struct seen **seen, int files)
{
	struct fixture *f = *state;
	char path[32];
	int i;

	*seen = calloc(1, sizeof(**seen));
	assert_non_null(*seen);
	mf_observe(f->fs, observe, *seen);
	mf_add_directory(f->fs, "/d");
	for (i = 0; i < files; i++) {
		(void)snprintf(path, sizeof(path), "/d/e%02d", i);
		mf_add_file(f->fs, path, "data");
	}
	recorder_ignore(f->recorder, "GetFileInfo");
	fx_start(f, FX_STEP);
	return f;
}

static void finish(struct fixture *f, struct seen *seen)
{
	fx_finish(f);
	free(seen);
}

/* `.` and `..`, and each file once, in the hook's order. */
static void expect_complete(const struct fk_listing *listing, size_t files)
{
	char name[32];
	size_t i, at = 0;

	assert_int_equal(listing->count, files + 2);
	assert_non_null(fk_find_dirent(listing, "."));
	assert_non_null(fk_find_dirent(listing, ".."));
	for (i = 0; i < listing->count; i++) {
		if (listing->entries[i].name[0] == '.')
			continue;
		(void)snprintf(name, sizeof(name), "e%02zu", at++);
		assert_string_equal(listing->entries[i].name, name);
	}
}

static void test_order_of_events(void **state)
{
	struct seen *seen;
	struct fixture *f = begin(state, &seen, 2);
	const uint64_t node = fx_node(f, "/d");
	const uint64_t fh = fx_opendir(f, node);

	recorder_expect(f->recorder, "OpenFile /d", NULL);
	assert_int_equal(fk_readdir_all(f->kernel, node, fh, 0, 4096, false, &seen->listing), 0);
	expect_complete(&seen->listing, 2);
	assert_int_equal(recorder_count(f->recorder, "EnumerateDirectory /d"), 3);
	assert_int_equal(seen->restarts, 0);
	assert_int_equal(fk_find_dirent(&seen->listing, "e01")->ino, mf_id_of(f->fs, "/d/e01"));
	assert_int_equal(fk_find_dirent(&seen->listing, "e01")->type, DT_REG);
	assert_int_equal(fk_find_dirent(&seen->listing, ".")->type, DT_DIR);
	fx_releasedir(f, node, fh);
	recorder_expect(f->recorder, "EnumerateDirectory /d", "EnumerateDirectory /d", "EnumerateDirectory /d",
			"CloseDirectoryEnumeration /d", "CleanupFile /d", "CloseFile /d", NULL);
	finish(f, seen);
}

static void test_not_read_not_enumerated(void **state)
{
	struct seen *seen;
	struct fixture *f = begin(state, &seen, 2);
	const uint64_t node = fx_node(f, "/d");

	fx_releasedir(f, node, fx_opendir(f, node));
	recorder_expect(f->recorder, "OpenFile /d", "CleanupFile /d", "CloseFile /d", NULL);
	finish(f, seen);
}

static void test_an_empty_directory(void **state)
{
	struct seen *seen;
	struct fixture *f = begin(state, &seen, 0);
	const uint64_t node = fx_node(f, "/d");
	const uint64_t fh = fx_opendir(f, node);

	assert_int_equal(fk_readdir_all(f->kernel, node, fh, 0, 4096, false, &seen->listing), 0);
	expect_complete(&seen->listing, 0);
	fx_releasedir(f, node, fh);
	finish(f, seen);
}

/* Buffers that hold an entry or two: an entry that does not fit is not lost. */
static void test_small_buffers(void **state)
{
	struct seen *seen;
	struct fixture *f = begin(state, &seen, 50);
	const uint64_t node = fx_node(f, "/d");
	uint32_t size;
	uint64_t fh;

	for (size = 32; size < 140; size += 36) {
		fh = fx_opendir(f, node);
		seen->listing.count = 0;
		recorder_clear(f->recorder);
		assert_int_equal(fk_readdir_all(f->kernel, node, fh, 0, size, false, &seen->listing), 0);
		expect_complete(&seen->listing, 50);
		assert_int_equal(recorder_count(f->recorder, "EnumerateDirectory"), 51);
		fx_releasedir(f, node, fh);
	}
	finish(f, seen);
}

static void test_small_buffers_with_attributes(void **state)
{
	struct seen *seen;
	struct fixture *f = begin(state, &seen, 50);
	const uint64_t node = fx_node(f, "/d");
	const uint64_t fh = fx_opendir(f, node);

	/* fx_finish() also sees whether an entry that did not fit was counted as a lookup. */
	assert_int_equal(fk_readdir_all(f->kernel, node, fh, 0, 400, true, &seen->listing), 0);
	expect_complete(&seen->listing, 50);
	fx_releasedir(f, node, fh);
	finish(f, seen);
}

static void test_attributes_come_along(void **state)
{
	struct seen *seen;
	struct fixture *f = begin(state, &seen, 3);
	const uint64_t node = fx_node(f, "/d");
	const uint64_t fh = fx_opendir(f, node);
	const struct fk_dirent *entry;
	const unsigned asked = mf_seen(f->fs, MF_GET_FILE_INFO);

	assert_int_equal(fk_readdirplus(f->kernel, node, fh, 0, 4096, &seen->listing), 0);
	assert_true((seen->requested & CBF_INFO_ALL) == CBF_INFO_ALL);
	assert_int_equal(recorder_count(f->recorder, "GetFileInfo /d/e00"), 0);
	assert_true(mf_seen(f->fs, MF_GET_FILE_INFO) <= asked + 2); /* `.` and `..` at most */
	entry = fk_find_dirent(&seen->listing, "e01");
	assert_non_null(entry);
	assert_int_equal(entry->entry.attr.size, 4);
	assert_int_equal(entry->entry.attr.mode, S_IFREG | 0644);
	assert_int_equal(entry->entry.attr.ino, mf_id_of(f->fs, "/d/e01"));
	assert_int_not_equal(entry->entry.nodeid, 0);
	assert_int_equal(fx_node(f, "/d/e01"), entry->entry.nodeid);
	fx_releasedir(f, node, fh);
	finish(f, seen);
}

static void test_names_only(void **state)
{
	struct seen *seen;
	struct fixture *f = begin(state, &seen, 3);
	struct cbf_object_counts counts;
	const uint64_t node = fx_node(f, "/d");
	const uint64_t fh = fx_opendir(f, node);

	assert_int_equal(fk_readdir(f->kernel, node, fh, 0, 4096, &seen->listing), 0);
	assert_true(seen->requested & CBF_INFO_FILE_ID);
	assert_true(seen->requested & CBF_INFO_TYPE);
	assert_false(seen->requested & CBF_INFO_SIZE);
	/* What the kernel was not told of makes no nodes. */
	cbf_get_object_counts(f->volume, &counts);
	assert_int_equal(counts.nodes, 2);
	assert_int_equal(counts.enumerations, 1);
	fx_releasedir(f, node, fh);
	finish(f, seen);
}

static void test_rewind(void **state)
{
	struct seen *seen;
	struct fixture *f = begin(state, &seen, 3);
	const uint64_t node = fx_node(f, "/d");
	const uint64_t fh = fx_opendir(f, node);

	assert_int_equal(fk_readdir_all(f->kernel, node, fh, 0, 4096, false, &seen->listing), 0);
	mf_add_file(f->fs, "/d/e03", "");
	seen->listing.count = 0;
	assert_int_equal(fk_readdir_all(f->kernel, node, fh, 0, 4096, false, &seen->listing), 0);
	expect_complete(&seen->listing, 4);
	assert_int_equal(seen->restarts, 1);
	fx_releasedir(f, node, fh);
	/* Rewound, and still one enumeration for the library: it is closed once. */
	assert_int_equal(recorder_count(f->recorder, "CloseDirectoryEnumeration"), 1);
	finish(f, seen);
}

static void test_seek_back(void **state)
{
	struct seen *seen;
	struct fixture *f = begin(state, &seen, 20);
	const uint64_t node = fx_node(f, "/d");
	const uint64_t fh = fx_opendir(f, node);
	struct fk_listing *again = calloc(1, sizeof(*again));
	unsigned asked;
	size_t i;

	assert_non_null(again);
	assert_int_equal(fk_readdir_all(f->kernel, node, fh, 0, 256, false, &seen->listing), 0);
	asked = mf_seen(f->fs, MF_ENUMERATE_DIRECTORY);
	for (i = 0; i + 1 < seen->listing.count; i += 3) {
		again->count = 0;
		assert_int_equal(
			fk_readdir_all(f->kernel, node, fh, seen->listing.entries[i].offset, 256, false, again), 0);
		assert_int_equal(again->count, seen->listing.count - i - 1);
		assert_string_equal(again->entries[0].name, seen->listing.entries[i + 1].name);
	}
	assert_int_equal(mf_seen(f->fs, MF_ENUMERATE_DIRECTORY), asked);
	fx_releasedir(f, node, fh);
	free(again);
	finish(f, seen);
}

static void test_given_up_midway(void **state)
{
	struct seen *seen;
	struct fixture *f = begin(state, &seen, 50);
	const uint64_t node = fx_node(f, "/d");
	const uint64_t fh = fx_opendir(f, node);

	assert_int_equal(fk_readdir(f->kernel, node, fh, 0, 128, &seen->listing), 0);
	/* The library may read ahead of what fits, but not to the end. */
	assert_true(mf_seen(f->fs, MF_ENUMERATE_DIRECTORY) < 50);
	fx_releasedir(f, node, fh);
	recorder_expect_before(f->recorder, "CloseDirectoryEnumeration /d", "CleanupFile /d");
	assert_int_equal(recorder_count(f->recorder, "CloseDirectoryEnumeration"), 1);
	finish(f, seen);
}

static void test_error_midway(void **state)
{
	struct seen *seen;
	struct fixture *f = begin(state, &seen, 10);
	const uint64_t node = fx_node(f, "/d");
	const uint64_t fh = fx_opendir(f, node);

	mf_fail(f->fs, MF_ENUMERATE_DIRECTORY, 3, EBADMSG);
	assert_int_equal(fk_readdir_all(f->kernel, node, fh, 0, 4096, false, &seen->listing), EBADMSG);
	assert_true(seen->listing.count <= 5);
	fx_releasedir(f, node, fh);
	recorder_expect_before(f->recorder, "CloseDirectoryEnumeration /d", "CleanupFile /d");
	assert_int_equal(recorder_count(f->recorder, "CloseDirectoryEnumeration"), 1);
	finish(f, seen);
}

static void test_error_at_once(void **state)
{
	struct seen *seen;
	struct fixture *f = begin(state, &seen, 10);
	const uint64_t node = fx_node(f, "/d");
	const uint64_t fh = fx_opendir(f, node);

	mf_fail(f->fs, MF_ENUMERATE_DIRECTORY, 0, EACCES);
	assert_int_equal(fk_readdir_all(f->kernel, node, fh, 0, 4096, false, &seen->listing), EACCES);
	fx_releasedir(f, node, fh);
	/* It was started, so it is closed, with the context that nobody has set. */
	assert_int_equal(recorder_count(f->recorder, "CloseDirectoryEnumeration /d"), 1);
	finish(f, seen);
}

static void test_two_handles(void **state)
{
	struct seen *seen;
	struct fixture *f = begin(state, &seen, 30);
	const uint64_t node = fx_node(f, "/d");
	const uint64_t a = fx_opendir(f, node);
	const uint64_t b = fx_opendir(f, node);
	void *context;

	assert_int_equal(fk_readdir(f->kernel, node, a, 0, 200, &seen->listing), 0);
	context = seen->context;
	assert_int_equal(fk_readdir(f->kernel, node, b, 0, 200, &seen->listing), 0);
	assert_ptr_not_equal(seen->context, context);
	assert_int_equal(mf_contexts_alive(f->fs, MF_DIRECTORY_ENUMERATION), 2);
	seen->listing.count = 0;
	assert_int_equal(fk_readdir_all(f->kernel, node, a, 0, 4096, false, &seen->listing), 0);
	expect_complete(&seen->listing, 30);
	recorder_clear(f->recorder);
	fx_releasedir(f, node, a);
	recorder_expect(f->recorder, "CloseDirectoryEnumeration /d", NULL);
	seen->listing.count = 0;
	assert_int_equal(fk_readdir_all(f->kernel, node, b, 0, 4096, false, &seen->listing), 0);
	expect_complete(&seen->listing, 30);
	recorder_clear(f->recorder);
	fx_releasedir(f, node, b);
	recorder_expect(f->recorder, "CloseDirectoryEnumeration /d", "CleanupFile /d", "CloseFile /d", NULL);
	finish(f, seen);
}

/* Two names of a file in one directory: two entries, one node. */
static void test_hard_links_in_a_listing(void **state)
{
	struct seen *seen;
	struct fixture *f = begin(state, &seen, 1);
	const uint64_t node = fx_node(f, "/d");
	uint64_t fh;
	const struct fk_dirent *first, *second;

	mf_add_link(f->fs, "/d/e00", "/d/e01");
	fh = fx_opendir(f, node);
	assert_int_equal(fk_readdirplus(f->kernel, node, fh, 0, 4096, &seen->listing), 0);
	first = fk_find_dirent(&seen->listing, "e00");
	second = fk_find_dirent(&seen->listing, "e01");
	assert_non_null(first);
	assert_non_null(second);
	assert_int_equal(first->entry.nodeid, second->entry.nodeid);
	assert_int_equal(second->entry.attr.nlink, 2);
	fx_releasedir(f, node, fh);
	finish(f, seen);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FX_TEST(test_order_of_events),
		FX_TEST(test_not_read_not_enumerated),
		FX_TEST(test_an_empty_directory),
		FX_TEST(test_small_buffers),
		FX_TEST(test_small_buffers_with_attributes),
		FX_TEST(test_attributes_come_along),
		FX_TEST(test_names_only),
		FX_TEST(test_rewind),
		FX_TEST(test_seek_back),
		FX_TEST(test_given_up_midway),
		FX_TEST(test_error_midway),
		FX_TEST(test_error_at_once),
		FX_TEST(test_two_handles),
		FX_TEST(test_hard_links_in_a_listing),
	};

	return cmocka_run_group_tests_name("enumerate", tests, NULL, NULL);
}
