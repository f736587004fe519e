/* SPDX-License-Identifier: MIT */
/* cbf_list_hard_links() and cbf_list_hard_links_by_id(): the names of a file, asked for in the daemon itself. */
#include "link_lists.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include <stdlib.h>

static struct fixture *begin(void **state, struct link_list **list)
{
	struct fixture *f = *state;

	*list = calloc(1, sizeof(**list));
	assert_non_null(*list);
	mf_add_file(f->fs, "/f", "data");
	mf_add_directory(f->fs, "/d");
	mf_add_link(f->fs, "/f", "/d/g");
	recorder_ignore(f->recorder, "GetFileInfo");
	recorder_ignore(f->recorder, "GetFileNameByFileId");
	recorder_ignore(f->recorder, "WorkerThreadCreation");
	fx_start(f, FX_WORKERS);
	return f;
}

static void finish(struct fixture *f, struct link_list *list)
{
	links_clear(list);
	free(list);
	fx_finish(f);
}

static void test_by_path(void **state)
{
	struct link_list *list;
	struct fixture *f = begin(state, &list);

	assert_int_equal(cbf_list_hard_links(f->volume, "/d/g", links_visitor, list), 0);
	links_expect(list, "/f", "/d/g", NULL);
	recorder_wait(f->recorder, "CloseFile", 1);
	recorder_expect(f->recorder, "OpenFile /d/g", "EnumerateHardLinks", "EnumerateHardLinks", "EnumerateHardLinks",
			"CloseHardLinksEnumeration", "CleanupFile", "CloseFile", NULL);
	finish(f, list);
}

static void test_by_id(void **state)
{
	struct link_list *list;
	struct fixture *f = begin(state, &list);
	const uint64_t id = mf_id_of(f->fs, "/f");

	/* Not known to the library: it asks GetFileNameByFileId. */
	assert_int_equal(cbf_list_hard_links_by_id(f->volume, id, links_visitor, list), 0);
	links_expect(list, "/f", "/d/g", NULL);
	assert_true(mf_seen(f->fs, MF_GET_FILE_NAME_BY_FILE_ID) > 0);
	links_clear(list);
	/* Known. */
	(void)fx_node(f, "/f");
	assert_int_equal(cbf_list_hard_links_by_id(f->volume, id, links_visitor, list), 0);
	links_expect(list, "/f", "/d/g", NULL);
	assert_int_equal(cbf_list_hard_links_by_id(f->volume, 424242, links_visitor, list), -ENOENT);
	finish(f, list);
}

static void test_of_an_open_file(void **state)
{
	struct link_list *list;
	struct fixture *f = begin(state, &list);
	const uint64_t node = fx_node(f, "/f");
	const uint64_t fh = fx_open(f, node, O_RDONLY);

	recorder_clear(f->recorder);
	assert_int_equal(cbf_list_hard_links(f->volume, "/f", links_visitor, list), 0);
	links_expect(list, "/f", "/d/g", NULL);
	recorder_wait(f->recorder, "CloseHardLinksEnumeration", 1);
	recorder_expect(f->recorder, "EnumerateHardLinks", "EnumerateHardLinks", "EnumerateHardLinks",
			"CloseHardLinksEnumeration", NULL);
	fx_release(f, node, fh);
	finish(f, list);
}

static int stop_at_once(const char *path, void *user_data)
{
	(void)path;
	++*(int *)user_data;
	return 77;
}

static void test_the_visitor_stops(void **state)
{
	struct link_list *list;
	struct fixture *f = begin(state, &list);
	int visits = 0;

	assert_int_equal(cbf_list_hard_links(f->volume, "/f", stop_at_once, &visits), 77);
	assert_int_equal(visits, 1);
	recorder_wait(f->recorder, "CloseFile", 1);
	assert_int_equal(recorder_count(f->recorder, "CloseHardLinksEnumeration"), 1);
	finish(f, list);
}

/* The visitor may use the volume: nothing is held. */
static int visit_within(const char *path, void *user_data)
{
	struct fixture *f = user_data;
	struct link_list list = {0};
	int error;

	error = cbf_list_hard_links(f->volume, path, links_visitor, &list);
	links_clear(&list);
	return error;
}

static void test_the_visitor_calls_again(void **state)
{
	struct link_list *list;
	struct fixture *f = begin(state, &list);

	assert_int_equal(cbf_list_hard_links(f->volume, "/f", visit_within, f), 0);
	finish(f, list);
}

static void test_errors(void **state)
{
	struct link_list *list;
	struct fixture *f = begin(state, &list);

	assert_int_equal(cbf_list_hard_links(f->volume, "/no/such", links_visitor, list), -ENOENT);
	assert_int_not_equal(cbf_list_hard_links(f->volume, "relative", links_visitor, list), 0);
	assert_int_equal(cbf_list_hard_links(f->volume, "/d", links_visitor, list), -EISDIR);
	mf_fail(f->fs, MF_OPEN_FILE, 0, EACCES);
	assert_int_equal(cbf_list_hard_links(f->volume, "/f", links_visitor, list), -EACCES);
	mf_fail(f->fs, MF_ENUMERATE_HARD_LINKS, 1, EBADMSG);
	assert_int_equal(cbf_list_hard_links(f->volume, "/f", links_visitor, list), -EBADMSG);
	mf_fail(f->fs, MF_ENUMERATE_HARD_LINKS, 0, 512);
	assert_int_equal(cbf_list_hard_links(f->volume, "/f", links_visitor, list), -EIO);
	finish(f, list);
}

static void test_not_mounted(void **state)
{
	struct link_list list = {0};
	struct fixture *f = *state;

	assert_int_equal(cbf_list_hard_links(f->volume, "/f", links_visitor, &list), -ENOTCONN);
	assert_int_equal(cbf_list_hard_links_by_id(f->volume, 1000, links_visitor, &list), -ENOTCONN);
}

static void test_not_kept_by_the_volume(void **state)
{
	struct link_list list = {0};
	struct fixture *f = *state;

	assert_int_equal(cbf_set_use_hard_links(f->volume, false), 0);
	mf_add_file(f->fs, "/f", "");
	fx_start(f, FX_WORKERS);
	assert_int_equal(cbf_list_hard_links(f->volume, "/f", links_visitor, &list), -EOPNOTSUPP);
	fx_finish(f);
}

static void call_from_hook(enum mf_event kind, const void *event, void *user_data)
{
	struct link_list list = {0};
	struct fixture *f = user_data;

	(void)event;
	if (kind == MF_READ_FILE)
		cbf_set_tag(f->volume, (void *)(intptr_t)cbf_list_hard_links(f->volume, "/f", links_visitor, &list));
}

static void test_from_inside_of_a_hook(void **state)
{
	struct link_list *list;
	struct fixture *f = begin(state, &list);
	const uint64_t node = fx_node(f, "/f");
	const uint64_t fh = fx_open(f, node, O_RDONLY);

	mf_observe(f->fs, call_from_hook, f);
	fx_expect_content(f, node, fh, "data");
	assert_int_equal((intptr_t)cbf_get_tag(f->volume), -EDEADLK);
	mf_observe(f->fs, NULL, NULL);
	fx_release(f, node, fh);
	finish(f, list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FX_TEST(test_by_path),
		FX_TEST(test_by_id),
		FX_TEST(test_of_an_open_file),
		FX_TEST(test_the_visitor_stops),
		FX_TEST(test_the_visitor_calls_again),
		FX_TEST(test_errors),
		FX_TEST(test_not_mounted),
		FX_TEST(test_not_kept_by_the_volume),
		FX_TEST(test_from_inside_of_a_hook),
	};

	return cmocka_run_group_tests_name("list_call", tests, NULL, NULL);
}
