/* SPDX-License-Identifier: MIT */
/* The snapshot of what is open: by which names, in which order, by whom. */
#include "fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static struct cbf_opened_files_snapshot *take(const struct fixture *f, size_t count)
{
	struct cbf_opened_files_snapshot *snapshot = NULL;

	assert_int_equal(cbf_create_opened_files_snapshot(f->volume, &snapshot), 0);
	assert_int_equal(cbf_opened_files_count(snapshot), count);
	assert_null(cbf_opened_file(snapshot, count));
	return snapshot;
}

static void test_names_and_order(void **state)
{
	struct fixture *f = *state;
	struct cbf_opened_files_snapshot *snapshot;
	const struct cbf_opened_file *file;
	uint64_t a, d, fh[4];

	mf_add_file(f->fs, "/a", "data");
	mf_add_directory(f->fs, "/d");
	mf_add_file(f->fs, "/d/b", "data");
	fx_start(f, FX_STEP);
	cbf_close_opened_files_snapshot(take(f, 0));
	cbf_close_opened_files_snapshot(NULL);
	a = fx_node(f, "/a");
	d = fx_node(f, "/d");
	f->kernel->uid = 7;
	f->kernel->gid = 8;
	fh[0] = fx_open(f, a, O_RDWR);
	f->kernel->uid = f->kernel->gid = 0;
	fh[1] = fx_opendir(f, d);
	fh[2] = fx_open(f, fx_node(f, "/d/b"), O_RDONLY);
	fh[3] = fx_opendir(f, FUSE_ROOT_ID);
	assert_int_equal(fk_rename(f->kernel, FUSE_ROOT_ID, "d", FUSE_ROOT_ID, "e", 0), 0);
	assert_int_equal(fk_unlink(f->kernel, FUSE_ROOT_ID, "a"), 0);
	snapshot = take(f, 4);
	file = cbf_opened_file(snapshot, 0);
	assert_string_equal(file->file_name, "/a");
	assert_true(file->deleted);
	assert_false(file->is_directory);
	assert_int_equal(file->flags & O_ACCMODE, O_RDWR);
	assert_int_equal(file->uid, 7);
	assert_int_equal(file->gid, 8);
	assert_int_not_equal(file->file_id, 0);
	file = cbf_opened_file(snapshot, 1);
	assert_string_equal(file->file_name, "/e");
	assert_true(file->is_directory);
	assert_false(file->deleted);
	file = cbf_opened_file(snapshot, 2);
	assert_string_equal(file->file_name, "/e/b");
	assert_int_equal(file->file_id, mf_id_of(f->fs, "/e/b"));
	assert_int_equal(file->flags & O_ACCMODE, O_RDONLY);
	file = cbf_opened_file(snapshot, 3);
	assert_string_equal(file->file_name, "/");
	assert_false(file->deleted);
	fx_release(f, a, fh[0]);
	cbf_close_opened_files_snapshot(take(f, 3));
	assert_string_equal(cbf_opened_file(snapshot, 0)->file_name, "/a"); /* as it was */
	cbf_close_opened_files_snapshot(snapshot);
	fx_releasedir(f, d, fh[1]);
	fx_release(f, fx_node(f, "/e/b"), fh[2]);
	fx_releasedir(f, FUSE_ROOT_ID, fh[3]);
	fx_finish(f);
}

static void by_whom(struct fixture *f, bool keep)
{
	struct cbf_opened_files_snapshot *snapshot;
	char self[PATH_MAX] = "";
	uint64_t node, fh[2];
	int gate[2];
	pid_t child;

	mf_add_file(f->fs, "/a", "data");
	assert_int_equal(cbf_set_keep_handle_creators(f->volume, keep), 0);
	fx_start(f, FX_STEP);
	node = fx_node(f, "/a");
	assert_true(readlink("/proc/self/exe", self, sizeof(self) - 1) > 0);
	assert_int_equal(pipe(gate), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		_exit((int)read(gate[0], &child, 1));
	f->kernel->pid = (uint32_t)child;
	fh[0] = fx_open(f, node, O_RDONLY);
	f->kernel->pid = 0;
	fh[1] = fx_open(f, node, O_RDONLY);
	snapshot = take(f, 2);
	assert_int_equal(cbf_opened_file(snapshot, 0)->process_id, child);
	assert_int_equal(cbf_opened_file(snapshot, 0)->thread_id, child);
	assert_string_equal(cbf_opened_file(snapshot, 0)->process_name, self);
	assert_int_equal(cbf_opened_file(snapshot, 1)->process_id, 0);
	assert_string_equal(cbf_opened_file(snapshot, 1)->process_name, "");
	cbf_close_opened_files_snapshot(snapshot);
	assert_int_equal(write(gate[1], "x", 1), 1);
	assert_int_equal(waitpid(child, NULL, 0), child);
	snapshot = take(f, 2);
	assert_int_equal(cbf_opened_file(snapshot, 0)->process_id, keep ? child : 0);
	assert_string_equal(cbf_opened_file(snapshot, 0)->process_name, keep ? self : "");
	cbf_close_opened_files_snapshot(snapshot);
	(void)close(gate[0]);
	(void)close(gate[1]);
	fx_release(f, node, fh[0]);
	fx_release(f, node, fh[1]);
	fx_finish(f);
}

static void test_by_whom(void **state)
{
	by_whom(*state, false);
}

static void test_by_whom_kept(void **state)
{
	by_whom(*state, true);
}

struct within {
	struct cbf_volume *volume;
	int error;
	size_t count;
};

static void take_within(enum mf_event kind, const void *event, void *user_data)
{
	struct within *within = user_data;
	struct cbf_opened_files_snapshot *snapshot = NULL;

	(void)event;
	if (kind != MF_OPEN_FILE)
		return;
	within->error = cbf_create_opened_files_snapshot(within->volume, &snapshot);
	if (within->error == 0)
		within->count = cbf_opened_files_count(snapshot);
	cbf_close_opened_files_snapshot(snapshot);
}

/* In a hook it may be taken; and what is just being opened is not yet open. */
static void test_inside_of_a_hook(void **state)
{
	struct fixture *f = *state;
	struct within within = {.volume = f->volume, .error = 1};
	struct cbf_opened_files_snapshot *snapshot = NULL;
	uint64_t a, b, fh[2];

	mf_add_file(f->fs, "/a", "data");
	mf_add_file(f->fs, "/b", "data");
	assert_int_equal(cbf_create_opened_files_snapshot(f->volume, &snapshot), -ENOTCONN);
	assert_null(snapshot);
	fx_start(f, FX_STEP);
	a = fx_node(f, "/a");
	b = fx_node(f, "/b");
	fh[0] = fx_open(f, a, O_RDONLY);
	mf_observe(f->fs, take_within, &within);
	fh[1] = fx_open(f, b, O_RDONLY);
	mf_observe(f->fs, NULL, NULL);
	assert_int_equal(within.error, 0);
	assert_int_equal(within.count, 1);
	fx_release(f, a, fh[0]);
	fx_release(f, b, fh[1]);
	fx_finish(f);
}

/* More than are looked at under one lock. */
static void test_many(void **state)
{
	enum { MANY = 500 };
	struct fixture *f = *state;
	struct cbf_opened_files_snapshot *snapshot;
	uint64_t node, fh[MANY];

	mf_add_file(f->fs, "/a", "data");
	fx_start(f, FX_STEP);
	node = fx_node(f, "/a");
	for (int i = 0; i < MANY; i++)
		fh[i] = fx_open(f, node, i % 2 ? O_RDONLY : O_RDWR);
	snapshot = take(f, MANY);
	for (size_t i = 0; i < MANY; i++)
		assert_int_equal(cbf_opened_file(snapshot, i)->flags & O_ACCMODE, i % 2 ? O_RDONLY : O_RDWR);
	cbf_close_opened_files_snapshot(snapshot);
	for (int i = 0; i < MANY; i++)
		fx_release(f, node, fh[i]);
	fx_finish(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FX_TEST(test_names_and_order),  FX_TEST(test_by_whom), FX_TEST(test_by_whom_kept),
		FX_TEST(test_inside_of_a_hook), FX_TEST(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
