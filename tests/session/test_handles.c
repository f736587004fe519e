/* SPDX-License-Identifier: MIT */
/* File handles: lookups of "." and ".." of nodes that the kernel, and so the library, may have forgotten. */
#include "fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* The kernel forgets all that it knows; only handles are left. */
static void forget_all(struct fixture *f)
{
	fk_forget_all(f->kernel);
}

/* What lookup says of a handle: the node, or 0 and an errno. */
static uint64_t find(struct fixture *f, uint64_t node, const char *name, int expected)
{
	struct fuse_entry_out entry = {.nodeid = 0};

	assert_int_equal(fk_lookup(f->kernel, node, name, &entry), expected);
	return expected ? 0 : entry.nodeid;
}

static struct fixture *begin(void **state)
{
	struct fixture *f = *state;

	mf_add_directory(f->fs, "/d");
	mf_add_directory(f->fs, "/d/e");
	mf_add_file(f->fs, "/d/e/f", "data");
	fx_start(f, FX_STEP);
	return f;
}

static void test_known(void **state)
{
	struct fixture *f = begin(state);
	uint64_t node = fx_node(f, "/d/e/f"), directory = fx_node(f, "/d/e"), above = fx_node(f, "/d");

	assert_int_equal(find(f, node, ".", 0), node);
	assert_int_equal(find(f, directory, ".", 0), directory);
	assert_int_equal(find(f, directory, "..", 0), above);
	assert_int_equal(find(f, above, "..", 0), FUSE_ROOT_ID);
	assert_int_equal(find(f, FUSE_ROOT_ID, "..", 0), FUSE_ROOT_ID);
	assert_int_equal(find(f, FUSE_ROOT_ID, ".", 0), FUSE_ROOT_ID);
	assert_int_equal(mf_seen(f->fs, MF_GET_FILE_NAME_BY_FILE_ID), 0);
	fx_finish(f);
}

static void test_forgotten(void **state)
{
	struct fixture *f = begin(state);
	uint64_t node = fx_node(f, "/d/e/f"), directory = fx_node(f, "/d/e"), above = fx_node(f, "/d"), fh;

	forget_all(f);
	assert_int_equal(find(f, node, ".", 0), node);
	assert_int_equal(mf_seen(f->fs, MF_GET_FILE_NAME_BY_FILE_ID), 1);
	fh = fx_open(f, node, O_RDONLY);
	fx_expect_content(f, node, fh, "data");
	fx_release(f, node, fh);
	forget_all(f);
	assert_int_equal(find(f, directory, "..", 0), above);
	forget_all(f);
	assert_int_equal(find(f, directory, ".", 0), directory);
	fx_finish(f);
}

/* Moved by somebody else, meanwhile: the id leads to where it is now. */
static void test_moved_behind_our_back(void **state)
{
	struct fixture *f = begin(state);
	uint64_t node = fx_node(f, "/d/e/f");

	mf_add_link(f->fs, "/d/e/f", "/new");
	mf_remove(f->fs, "/d/e/f");
	forget_all(f);
	assert_int_equal(find(f, node, ".", 0), node);
	assert_int_equal(fx_node(f, "/new"), node);
	fx_finish(f);
}

/* The same, but the library still knows it by the name that it had. */
static void test_moved_while_known(void **state)
{
	struct fixture *f = begin(state);
	uint64_t node = fx_node(f, "/d/e/f");

	mf_add_link(f->fs, "/d/e/f", "/new");
	mf_remove(f->fs, "/d/e/f");
	assert_int_equal(find(f, node, ".", 0), node);
	assert_int_equal(fx_node(f, "/new"), node);
	/* Another file has its name. */
	mf_add_link(f->fs, "/new", "/d/newer");
	mf_remove(f->fs, "/new");
	mf_add_file(f->fs, "/new", "other");
	assert_int_equal(find(f, node, ".", 0), node);
	assert_int_equal(fx_node(f, "/d/newer"), node);
	fx_finish(f);
}

/* A name that is no more is asked about by its id; what no hook finds is not shown as something else. */
static void look_always(struct cbf_volume *volume, struct cbf_get_file_info_event *event, void *user_data)
{
	(void)volume;
	event->info->file_id = mf_id_of(user_data, event->file_name);
	event->info->mode = mf_mode_of(user_data, event->file_name);
	event->file_exists = event->info->file_id != 0;
}

static void test_lost_while_known(void **state)
{
	struct fixture *f = *state;
	uint64_t node;

	assert_int_equal(cbf_on_get_file_info(f->volume, look_always, f->fs), 0);
	f = begin(state);
	node = fx_node(f, "/d/e/f");
	mf_remove(f->fs, "/d/e/f");
	for (unsigned i = 0; i < 3; i++)
		(void)find(f, node, ".", ESTALE);
	mf_add_file(f->fs, "/d/e/f", "other");
	for (unsigned i = 0; i < 3; i++)
		(void)find(f, node, ".", ESTALE);
	fx_finish(f);
}

static void test_stale(void **state)
{
	struct fixture *f = begin(state);
	uint64_t node = fx_node(f, "/d/e/f");

	/* Gone, and the hook does not know the id. */
	forget_all(f);
	mf_remove(f->fs, "/d/e/f");
	(void)find(f, node, ".", ENOENT);
	/* The hook's path leads to another file. */
	mf_add_file(f->fs, "/d/e/f", "other");
	mf_set_next_id(f->fs, 0);
	mf_answer(f->fs, MF_GET_FILE_NAME_BY_FILE_ID, MF_BAD_SLASH, 1);
	(void)find(f, node, ".", EIO);
	(void)find(f, 0x123456789, ".", ENOENT);
	(void)find(f, 0x123456789, "..", ENOENT);
	(void)find(f, UINT64_MAX, ".", ENOENT);
	fx_finish(f);
}

static void test_deleted_while_open(void **state)
{
	struct fixture *f = begin(state);
	uint64_t node = fx_node(f, "/d/e/f"), directory = fx_node(f, "/d/e"), fh = fx_open(f, node, O_RDONLY);

	assert_int_equal(fk_unlink(f->kernel, directory, "f"), 0);
	(void)find(f, node, ".", ESTALE);
	(void)find(f, node, "..", ESTALE);
	fx_release(f, node, fh);
	fx_finish(f);
}

static void test_without_ids(void **state)
{
	struct fixture *f = *state;
	uint64_t node;

	assert_int_equal(cbf_set_use_hard_links(f->volume, false), 0);
	assert_int_equal(cbf_set_use_file_ids(f->volume, false), 0);
	f = begin(state);
	node = fx_node(f, "/d");
	assert_int_equal(find(f, node, ".", 0), node);
	forget_all(f);
	(void)find(f, node, ".", ESTALE);
	assert_int_equal(mf_seen(f->fs, MF_GET_FILE_NAME_BY_FILE_ID), 0);
	fx_finish(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FX_TEST(test_moved_while_known),  FX_TEST(test_lost_while_known),      FX_TEST(test_known),
		FX_TEST(test_forgotten),          FX_TEST(test_moved_behind_our_back), FX_TEST(test_stale),
		FX_TEST(test_deleted_while_open), FX_TEST(test_without_ids),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
