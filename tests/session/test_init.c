/* SPDX-License-Identifier: MIT */
/* The start and the end of a session: FUSE_INIT, Mount, Unmount, workers, and what is closed by force. */
#include "link_lists.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include <poll.h>
#include <stdlib.h>

static void test_init_exchange(void **state)
{
	struct fixture *f = *state;

	fx_attach(f, FX_STEP);
	recorder_expect_nothing(f->recorder);
	assert_int_equal(fk_init(f->kernel, NULL), 0);
	assert_int_equal(f->kernel->init.major, FUSE_KERNEL_VERSION);
	assert_true(f->kernel->init.minor >= 31);
	assert_true(f->kernel->init.max_write >= 128 << 10);
	/* Nothing that was not offered is taken. */
	assert_int_equal(f->kernel->init.flags & ~(FK_DEFAULT_FLAGS | FUSE_INIT_EXT), 0);
	/* Truncation by open comes with the open, so that nothing can come between OpenFile and SetFileSize. */
	assert_true(f->kernel->init.flags & FUSE_ATOMIC_O_TRUNC);
	recorder_expect(f->recorder, "Mount", NULL);
	assert_true(cbf_get_active(f->volume));
	fx_finish(f);
}

static void test_old_kernel(void **state)
{
	const struct fk_init_options old = {.minor = 31, .max_readahead = 4096, .flags = FUSE_ASYNC_READ};
	struct fixture *f = *state;

	fx_start_with(f, FX_STEP, &old);
	assert_int_equal(f->kernel->init.flags & ~(FUSE_ASYNC_READ | FUSE_BIG_WRITES), 0);
	assert_true(f->kernel->init.max_readahead <= 4096);
	fx_expect_serving(f);
	fx_finish(f);
}

static bool is_readable(int fd)
{
	struct pollfd ready = {.fd = fd, .events = POLLIN};

	return poll(&ready, 1, 0) == 1;
}

static void test_mount_comes_after_init_and_unmount_at_the_end(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(cbf_set_worker_threads(f->volume, 1, 1), 0);
	assert_false(cbf_get_active(f->volume));
	fx_attach(f, FX_WORKERS);
	recorder_wait(f->recorder, "WorkerThreadCreation", 1);
	assert_int_equal(recorder_count(f->recorder, "Mount"), 0);
	assert_int_equal(fk_init(f->kernel, NULL), 0);
	recorder_wait(f->recorder, "Mount", 1);
	recorder_expect_before(f->recorder, "WorkerThreadCreation", "Mount");
	fx_expect_serving(f);
	assert_true(cbf_get_active(f->volume));
	assert_false(is_readable(cbf_get_end_fd(f->volume)));
	/* Set up is what is not mounted. */
	assert_int_equal(cbf_set_use_hard_links(f->volume, false), -EBUSY);
	assert_int_equal(cbf_on_mount(f->volume, NULL, NULL), -EBUSY);

	fx_expect_idle(f);
	fx_end_session(f);
	assert_false(cbf_get_active(f->volume));
	assert_true(is_readable(cbf_get_end_fd(f->volume)));
	assert_int_equal(recorder_count(f->recorder, "Unmount"), 1);
	recorder_expect_before(f->recorder, "Mount", "Unmount");
	recorder_expect_before(f->recorder, "Unmount", "WorkerThreadTermination");
	assert_int_equal(recorder_count(f->recorder, "WorkerThreadTermination"),
			 recorder_count(f->recorder, "WorkerThreadCreation"));
	assert_int_equal(mf_workers(f->fs), 0);
	assert_int_equal(cbf_wait(f->volume), -ENOTCONN);
}

static void test_a_volume_can_be_mounted_again(void **state)
{
	struct fixture *f = *state;
	uint64_t node;
	int round;

	mf_add_file(f->fs, "/f", "data");
	for (round = 0; round < 3; round++) {
		fx_start(f, round == 1 ? FX_WORKERS : FX_STEP);
		node = fx_node(f, "/f");
		fx_release(f, node, fx_open(f, node, O_RDONLY));
		fx_expect_idle(f);
		fx_end_session(f);
		assert_int_equal(cbf_set_use_hard_links(f->volume, round == 0), 0);
	}
	assert_int_equal(mf_seen(f->fs, MF_MOUNT), 3);
	assert_int_equal(mf_seen(f->fs, MF_UNMOUNT), 3);
	mf_check_balance(f->fs);
}

static void test_a_failing_mount_hook_ends_the_session(void **state)
{
	struct fixture *f = *state;

	mf_fail(f->fs, MF_MOUNT, 0, EACCES);
	fx_attach(f, FX_WORKERS);
	assert_int_equal(fk_init(f->kernel, NULL), 0);
	(void)cbf_wait(f->volume);
	fk_wait_end(f->kernel);
	assert_false(cbf_get_active(f->volume));
	f->running = false;
	mf_check_balance(f->fs);
}

/* The end without a release: what is open is closed, in the order that each event promises. */

static void test_forced_end_closes_a_file(void **state)
{
	struct fixture *f = *state;
	uint64_t node;

	mf_add_file(f->fs, "/f", "data");
	fx_start(f, FX_STEP);
	node = fx_node(f, "/f");
	(void)fx_open(f, node, O_RDWR);
	recorder_clear(f->recorder);
	fx_end_session(f);
	recorder_expect(f->recorder, "CleanupFile /f", "CloseFile /f", "Ejected", "Unmount", NULL);
	mf_check_balance(f->fs);
}

static void test_forced_end_closes_each_handle_if_each_was_told(void **state)
{
	struct fixture *f = *state;
	uint64_t node;

	mf_add_file(f->fs, "/f", "data");
	assert_int_equal(cbf_set_fire_all_open_close_events(f->volume, true), 0);
	fx_start(f, FX_STEP);
	node = fx_node(f, "/f");
	(void)fx_open(f, node, O_RDWR);
	(void)fx_open(f, node, O_RDONLY);
	recorder_clear(f->recorder);
	fx_end_session(f);
	recorder_expect(f->recorder, "CleanupFile /f", "CloseFile /f", "CleanupFile /f", "CloseFile /f", "Ejected",
			"Unmount", NULL);
	mf_check_balance(f->fs);
}

static void test_forced_end_closes_a_directory_enumeration(void **state)
{
	struct fixture *f = *state;
	struct fk_listing *listing = calloc(1, sizeof(*listing));
	uint64_t node, fh;

	mf_add_directory(f->fs, "/d");
	mf_add_file(f->fs, "/d/x", "");
	fx_start(f, FX_STEP);
	node = fx_node(f, "/d");
	fh = fx_opendir(f, node);
	assert_int_equal(fk_readdir(f->kernel, node, fh, 0, 4096, listing), 0);
	free(listing);
	assert_int_equal(mf_contexts_alive(f->fs, MF_DIRECTORY_ENUMERATION), 1);
	recorder_clear(f->recorder);
	fx_end_session(f);
	recorder_expect(f->recorder, "CloseDirectoryEnumeration /d", "CleanupFile /d", "CloseFile /d", "Ejected",
			"Unmount", NULL);
	mf_check_balance(f->fs);
}

static void read_one_page(struct fixture *f, uint64_t node, uint64_t fh)
{
	struct cbf_links_page *page = calloc(1, sizeof(*page));

	assert_non_null(page);
	assert_int_equal(links_page(f, node, fh, NULL, page), 0);
	assert_false(page->flags & CBF_LINKS_END);
	free(page);
}

static void test_forced_end_closes_an_enumeration_of_links(void **state)
{
	struct fixture *f = *state;
	uint64_t node;

	links_add_many(f, 100);
	fx_start(f, FX_STEP);
	node = fx_node(f, "/f");
	read_one_page(f, node, fx_open(f, node, O_RDONLY));
	assert_int_equal(mf_contexts_alive(f->fs, MF_LINKS_ENUMERATION), 1);
	recorder_clear(f->recorder);
	fx_end_session(f);
	recorder_expect(f->recorder, "CloseHardLinksEnumeration /f", "CleanupFile /f", "CloseFile /f", "Ejected",
			"Unmount", NULL);
	mf_check_balance(f->fs);
}

static void end_with_much_open(struct fixture *f, int mode)
{
	struct fk_listing *listing = calloc(1, sizeof(*listing));
	uint64_t node, directory, fh, dh;

	links_add_many(f, 100);
	mf_add_directory(f->fs, "/d");
	fx_start(f, mode);
	node = fx_node(f, "/f");
	directory = fx_node(f, "/d");
	dh = fx_opendir(f, directory);
	assert_int_equal(fk_readdir(f->kernel, directory, dh, 0, 4096, listing), 0);
	fh = fx_open(f, node, O_RDWR);
	(void)fx_open(f, node, O_RDONLY);
	read_one_page(f, node, fh);
	assert_int_equal(fk_unlink(f->kernel, FUSE_ROOT_ID, "f"), 0);
	free(listing);
	recorder_clear(f->recorder);
	fx_end_session(f);
	recorder_expect_before(f->recorder, "CloseDirectoryEnumeration /d", "CleanupFile /d");
	recorder_expect_before(f->recorder, "CleanupFile /d", "CloseFile /d");
	recorder_expect_before(f->recorder, "CloseFile /d", "Unmount");
	recorder_expect_before(f->recorder, "CloseHardLinksEnumeration", "Unmount");
	assert_int_equal(recorder_count(f->recorder, "CleanupFile"), 2);
	assert_int_equal(recorder_count(f->recorder, "CloseFile"), 2);
	assert_int_equal(recorder_count(f->recorder, "CloseDirectoryEnumeration"), 1);
	assert_int_equal(recorder_count(f->recorder, "CloseHardLinksEnumeration"), 1);
	mf_check_balance(f->fs);
}

static void test_forced_end_closes_all(void **state)
{
	end_with_much_open(*state, FX_STEP);
}

static void test_forced_end_closes_all_with_workers(void **state)
{
	end_with_much_open(*state, FX_WORKERS);
}

/* Requests that wait for a blocked hook when the kernel goes: they must not keep the volume from ending. */
static void test_forced_end_with_requests_waiting(void **state)
{
	struct fixture *f = *state;
	uint64_t node, fh;
	int i;

	mf_add_file(f->fs, "/f", "data");
	fx_start(f, FX_WORKERS);
	node = fx_node(f, "/f");
	fh = fx_open(f, node, O_RDWR);
	mf_block(f->fs, MF_READ_FILE, "/f");
	(void)fk_send_read(f->kernel, node, fh, 0, 100);
	mf_wait_blocked(f->fs, MF_READ_FILE, 1);
	for (i = 0; i < 20; i++)
		(void)fk_send_write(f->kernel, node, fh, 0, "x", 1);
	(void)fk_send_release(f->kernel, node, fh);
	fk_hang_up(f->kernel);
	mf_release_all(f->fs);
	fx_abort(f);
}

/* Nobody has waited for the end. */
static void test_destroyed_without_a_wait(void **state)
{
	struct fixture *f = *state;
	uint64_t node;

	mf_add_file(f->fs, "/f", "data");
	fx_start(f, FX_WORKERS);
	node = fx_node(f, "/f");
	(void)fx_open(f, node, O_RDWR);
	fk_hang_up(f->kernel);
	cbf_volume_destroy(f->volume);
	f->volume = NULL;
	f->running = false;
	assert_int_equal(mf_seen(f->fs, MF_UNMOUNT), 1);
	assert_int_equal(mf_workers(f->fs), 0);
	mf_check_balance(f->fs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FX_TEST(test_init_exchange),
		FX_TEST(test_old_kernel),
		FX_TEST(test_mount_comes_after_init_and_unmount_at_the_end),
		FX_TEST(test_a_volume_can_be_mounted_again),
		FX_TEST(test_a_failing_mount_hook_ends_the_session),
		FX_TEST(test_forced_end_closes_a_file),
		FX_TEST(test_forced_end_closes_each_handle_if_each_was_told),
		FX_TEST(test_forced_end_closes_a_directory_enumeration),
		FX_TEST(test_forced_end_closes_an_enumeration_of_links),
		FX_TEST(test_forced_end_closes_all),
		FX_TEST(test_forced_end_closes_all_with_workers),
		FX_TEST(test_forced_end_with_requests_waiting),
		FX_TEST(test_destroyed_without_a_wait),
	};

	return cmocka_run_group_tests_name("init", tests, NULL, NULL);
}
