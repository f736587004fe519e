/* SPDX-License-Identifier: MIT */
/* The enumeration of hard links: by ioctl, by extended attribute, by library call; closed once, however it ends. */
#include "link_lists.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include <stdlib.h>

static const char xattr_name[] = "user.cbfuse.hardlinks";

/* /f, /d/g and /d/e/f are one file; /x another. */
static struct fixture *begin(void **state, int mode)
{
	struct fixture *f = *state;

	mf_add_file(f->fs, "/f", "data");
	mf_add_directory(f->fs, "/d");
	mf_add_directory(f->fs, "/d/e");
	mf_add_link(f->fs, "/f", "/d/g");
	mf_add_link(f->fs, "/f", "/d/e/f");
	mf_add_file(f->fs, "/x", "other");
	recorder_ignore(f->recorder, "GetFileInfo");
	recorder_ignore(f->recorder, "GetFileNameByFileId");
	fx_start(f, mode);
	return f;
}

static struct link_list *new_list(void)
{
	struct link_list *list = calloc(1, sizeof(*list));

	assert_non_null(list);
	return list;
}

static void free_list(struct link_list *list)
{
	links_clear(list);
	free(list);
}

static void test_by_ioctl(void **state)
{
	struct fixture *f = begin(state, FX_STEP);
	struct link_list *list = new_list();
	const uint64_t node = fx_node(f, "/f");
	const uint64_t fh = fx_open(f, node, O_RDONLY);

	recorder_clear(f->recorder);
	assert_int_equal(links_by_ioctl(f, node, fh, NULL, list), 0);
	links_expect(list, "/f", "/d/g", "/d/e/f", NULL);
	recorder_expect(f->recorder, "EnumerateHardLinks /f", "EnumerateHardLinks /f", "EnumerateHardLinks /f",
			"EnumerateHardLinks /f", "CloseHardLinksEnumeration /f", NULL);
	fx_release(f, node, fh);
	recorder_expect(f->recorder, "CleanupFile /f", "CloseFile /f", NULL);
	free_list(list);
	fx_finish(f);
}

static void test_one_name(void **state)
{
	struct fixture *f = begin(state, FX_STEP);
	struct link_list *list = new_list();
	const uint64_t node = fx_node(f, "/x");
	const uint64_t fh = fx_open(f, node, O_WRONLY);

	assert_int_equal(links_by_ioctl(f, node, fh, NULL, list), 0);
	links_expect(list, "/x", NULL);
	assert_int_equal(list->pages, 1);
	fx_release(f, node, fh);
	free_list(list);
	fx_finish(f);
}

static void test_by_ioctl_on_the_directory(void **state)
{
	struct fixture *f = begin(state, FX_STEP);
	struct link_list *list = new_list();
	const uint64_t directory = fx_node(f, "/d");
	const uint64_t fh = fx_opendir(f, directory);

	recorder_clear(f->recorder);
	assert_int_equal(links_by_ioctl(f, directory, fh, "g", list), 0);
	links_expect(list, "/f", "/d/g", "/d/e/f", NULL);
	recorder_expect(f->recorder, "OpenFile /d/g", "EnumerateHardLinks", "EnumerateHardLinks", "EnumerateHardLinks",
			"EnumerateHardLinks", "CloseHardLinksEnumeration", "CleanupFile", "CloseFile", NULL);
	assert_int_equal(links_by_ioctl(f, directory, fh, "no-such", list), ENOENT);
	assert_int_equal(links_by_ioctl(f, directory, fh, "e", list), EISDIR);
	fx_releasedir(f, directory, fh);
	free_list(list);
	fx_finish(f);
}

/* A directory in the middle of its pages, and gone: the file that was opened for it is closed. */
static void test_directory_closed_midway(void **state)
{
	struct fixture *f = *state;
	struct cbf_links_page *page = calloc(1, sizeof(*page));
	uint64_t fh;

	links_add_many(f, 200);
	fx_start(f, FX_STEP);
	fh = fx_opendir(f, FUSE_ROOT_ID);
	assert_int_equal(links_page(f, FUSE_ROOT_ID, fh, "f", page), 0);
	assert_false(page->flags & CBF_LINKS_END);
	fx_releasedir(f, FUSE_ROOT_ID, fh);
	fx_expect_all_closed(f);
	assert_int_equal(recorder_count(f->recorder, "CloseHardLinksEnumeration"), 1);
	recorder_expect_before(f->recorder, "CloseHardLinksEnumeration", "CleanupFile /f");
	assert_int_equal(recorder_count(f->recorder, "CloseFile"), 2);
	free(page);
	fx_finish(f);
}

static void test_many_pages(void **state)
{
	struct fixture *f = *state;
	struct link_list *list = new_list();
	uint64_t node, fh;
	size_t i;

	links_add_many(f, 2000);
	fx_start(f, FX_STEP);
	node = fx_node(f, "/f");
	fh = fx_open(f, node, O_RDONLY);
	assert_int_equal(links_by_ioctl(f, node, fh, NULL, list), 0);
	assert_int_equal(list->count, 2001);
	assert_true(list->pages > 20);
	for (i = 0; i < list->count; i++)
		assert_int_equal(mf_id_of(f->fs, list->paths[i]), mf_id_of(f->fs, "/f"));
	assert_int_equal(mf_seen(f->fs, MF_ENUMERATE_HARD_LINKS), 2002);
	assert_int_equal(mf_seen(f->fs, MF_CLOSE_HARD_LINKS_ENUMERATION), 1);
	fx_release(f, node, fh);
	free_list(list);
	fx_finish(f);
}

static void test_cursors(void **state)
{
	struct fixture *f = *state;
	struct cbf_links_page *page = calloc(1, sizeof(*page));
	uint64_t node, fh, second;

	links_add_many(f, 200);
	fx_start(f, FX_STEP);
	node = fx_node(f, "/f");
	fh = fx_open(f, node, O_RDONLY);
	second = fx_open(f, node, O_RDONLY);
	page->cursor = 12345;
	assert_int_equal(links_page(f, node, fh, NULL, page), EINVAL);
	page->cursor = 0;
	assert_int_equal(links_page(f, node, fh, NULL, page), 0);
	assert_int_not_equal(page->cursor, 0);
	page->cursor++;
	assert_int_equal(links_page(f, node, fh, NULL, page), EINVAL);
	/* Not the cursor of this descriptor. */
	page->cursor--;
	assert_int_equal(links_page(f, node, second, NULL, page), EINVAL);
	/* The wrong ones did no harm. */
	assert_int_equal(links_page(f, node, fh, NULL, page), 0);
	fx_release(f, node, fh);
	fx_release(f, node, second);
	free(page);
	fx_finish(f);
}

static void test_restart_and_release_midway(void **state)
{
	struct fixture *f = *state;
	struct cbf_links_page *page = calloc(1, sizeof(*page));
	uint64_t node, fh;

	links_add_many(f, 200);
	fx_start(f, FX_STEP);
	node = fx_node(f, "/f");
	fh = fx_open(f, node, O_RDONLY);
	assert_int_equal(links_page(f, node, fh, NULL, page), 0);
	assert_int_equal(recorder_count(f->recorder, "CloseHardLinksEnumeration"), 0);
	page->cursor = 0;
	assert_int_equal(links_page(f, node, fh, NULL, page), 0);
	assert_int_equal(recorder_count(f->recorder, "CloseHardLinksEnumeration"), 1);
	assert_int_equal(mf_contexts_alive(f->fs, MF_LINKS_ENUMERATION), 1);
	recorder_clear(f->recorder);
	fx_release(f, node, fh);
	recorder_expect(f->recorder, "CloseHardLinksEnumeration /f", "CleanupFile /f", "CloseFile /f", NULL);
	free(page);
	fx_finish(f);
}

/* Two descriptors: an enumeration each. */
static void test_two_at_once(void **state)
{
	struct fixture *f = *state;
	struct cbf_links_page *page = calloc(1, sizeof(*page));
	struct link_list *list = new_list();
	uint64_t node, a, b;

	links_add_many(f, 200);
	fx_start(f, FX_STEP);
	node = fx_node(f, "/f");
	a = fx_open(f, node, O_RDONLY);
	b = fx_open(f, node, O_RDONLY);
	assert_int_equal(links_page(f, node, a, NULL, page), 0);
	assert_int_equal(links_by_ioctl(f, node, b, NULL, list), 0);
	assert_int_equal(list->count, 201);
	assert_int_equal(links_page(f, node, a, NULL, page), 0);
	assert_int_equal(mf_contexts_made(f->fs, MF_LINKS_ENUMERATION), 2);
	fx_release(f, node, b);
	fx_release(f, node, a);
	free_list(list);
	free(page);
	fx_finish(f);
}

static void test_errors(void **state)
{
	struct fixture *f = begin(state, FX_STEP);
	struct link_list *list = new_list();
	const uint64_t node = fx_node(f, "/f");
	const uint64_t fh = fx_open(f, node, O_RDONLY);
	const uint64_t dh = fx_opendir(f, fx_node(f, "/d"));
	struct cbf_links_page *page = calloc(1, sizeof(*page));

	/* At once, and midway: no half of an answer. */
	mf_fail(f->fs, MF_ENUMERATE_HARD_LINKS, 0, EACCES);
	assert_int_equal(links_by_ioctl(f, node, fh, NULL, list), EACCES);
	mf_fail(f->fs, MF_ENUMERATE_HARD_LINKS, 2, EACCES);
	assert_int_equal(links_by_ioctl(f, node, fh, NULL, list), EACCES);
	mf_fail(f->fs, MF_ENUMERATE_HARD_LINKS, 2, EACCES);
	assert_int_equal(links_by_xattr(f, node, list), EACCES);
	assert_int_equal(recorder_count(f->recorder, "CloseHardLinksEnumeration"), 3);
	/* A directory's own descriptor, without a name; and an ioctl that is not ours. */
	assert_int_equal(fk_ioctl(f->kernel, fx_node(f, "/d"), dh, true, (uint32_t)CBF_IOC_LIST_LINKS, page,
				  sizeof(*page), page, sizeof(*page)),
			 EISDIR);
	assert_int_equal(fk_ioctl(f->kernel, node, fh, false, (uint32_t)_IOR('x', 1, int), NULL, 0, page, sizeof(int)),
			 ENOTTY);
	memset(page, 'x', sizeof(*page));
	page->cursor = 0;
	page->flags = 0;
	assert_int_equal(fk_ioctl(f->kernel, fx_node(f, "/d"), dh, true, (uint32_t)CBF_IOC_LIST_LINKS, page,
				  sizeof(*page), page, sizeof(*page)),
			 EINVAL);
	fx_release(f, node, fh);
	fx_releasedir(f, fx_node(f, "/d"), dh);
	free(page);
	free_list(list);
	fx_finish(f);
}

static void test_not_kept_by_the_volume(void **state)
{
	struct fixture *f = *state;
	struct link_list *list = new_list();
	uint64_t node, fh;

	assert_int_equal(cbf_set_use_hard_links(f->volume, false), 0);
	mf_add_file(f->fs, "/f", "");
	fx_start(f, FX_STEP);
	node = fx_node(f, "/f");
	fh = fx_open(f, node, O_RDONLY);
	assert_int_equal(links_by_ioctl(f, node, fh, NULL, list), EOPNOTSUPP);
	assert_int_not_equal(links_by_xattr(f, node, list), 0);
	assert_int_equal(recorder_count(f->recorder, "EnumerateHardLinks"), 0);
	fx_release(f, node, fh);
	free_list(list);
	fx_finish(f);
}

static void test_by_xattr(void **state)
{
	struct fixture *f = begin(state, FX_STEP);
	struct link_list *list = new_list();
	const uint64_t node = fx_node(f, "/f");
	char value[64];
	size_t length = 0;

	assert_int_equal(links_by_xattr(f, node, list), 0);
	links_expect(list, "/f", "/d/g", "/d/e/f", NULL);
	/* Opened for it, closed after it. */
	fx_expect_all_closed(f);
	assert_int_equal(recorder_count(f->recorder, "OpenFile /f"),
			 recorder_count(f->recorder, "CloseHardLinksEnumeration /f"));
	assert_int_equal(recorder_count(f->recorder, "CloseFile /f"),
			 recorder_count(f->recorder, "CloseHardLinksEnumeration /f"));
	recorder_expect_before(f->recorder, "OpenFile /f", "EnumerateHardLinks /f");
	recorder_expect_before(f->recorder, "CloseHardLinksEnumeration /f", "CleanupFile /f");
	assert_int_equal(fk_getxattr(f->kernel, node, xattr_name, value, 3, &length), ERANGE);
	assert_int_equal(fk_getxattr(f->kernel, node, "user.other", value, sizeof(value), &length), ENODATA);
	/* Not listed, so that no copying program takes it along. */
	assert_int_equal(fk_listxattr(f->kernel, node, NULL, 0, &length), 0);
	assert_int_equal(length, 0);
	free_list(list);
	fx_finish(f);
}

static void test_by_xattr_of_another_name(void **state)
{
	struct fixture *f = *state;
	struct link_list *list = new_list();
	char value[64];
	size_t length = 0;
	uint64_t node;

	assert_int_equal(cbf_set_hard_links_xattr(f->volume, "trusted.names"), 0);
	mf_add_symlink(f->fs, "/l", "target");
	fx_start(f, FX_STEP);
	node = fx_node(f, "/l");
	assert_int_equal(fk_getxattr(f->kernel, node, "trusted.names", value, sizeof(value), &length), 0);
	assert_int_equal(length, 3);
	assert_string_equal(value, "/l");
	assert_int_equal(links_by_xattr(f, node, list), ENODATA);
	free_list(list);
	fx_finish(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FX_TEST(test_by_ioctl),
		FX_TEST(test_one_name),
		FX_TEST(test_by_ioctl_on_the_directory),
		FX_TEST(test_directory_closed_midway),
		FX_TEST(test_many_pages),
		FX_TEST(test_cursors),
		FX_TEST(test_restart_and_release_midway),
		FX_TEST(test_two_at_once),
		FX_TEST(test_errors),
		FX_TEST(test_not_kept_by_the_volume),
		FX_TEST(test_by_xattr),
		FX_TEST(test_by_xattr_of_another_name),
	};

	return cmocka_run_group_tests_name("list_links", tests, NULL, NULL);
}
