/* SPDX-License-Identifier: MIT */
/* Enumerations of hard links that meet the end of their handle or the end of the session. */
#include "link_lists.h"

#include "volume.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include <poll.h>
#include <stdlib.h>

enum { PATIENCE_MS = 10000 };

/* Is each of that many requests in a hook that the test blocks, or parked? */
static bool all_stuck(struct fixture *f, unsigned requests, unsigned in_hooks)
{
	struct cbf__workers *workers = &f->volume->workers;
	struct cbf_object_counts counts;
	bool quiet;

	cbf_get_object_counts(f->volume, &counts);
	pthread_mutex_lock(&workers->lock);
	quiet = cbf__list_empty(&workers->ready) && workers->wakes == 0 &&
		workers->count - workers->readers - workers->idle == in_hooks;
	pthread_mutex_unlock(&workers->lock);
	return quiet && counts.requests == requests;
}

/* `kind` is what is blocked. */
static void wait_all_stuck(struct fixture *f, enum mf_event kind, unsigned requests)
{
	for (int i = 0; i < PATIENCE_MS; i++) {
		if (all_stuck(f, requests, mf_most_at_once(f->fs, kind)))
			return;
		(void)poll(NULL, 0, 1);
	}
	fail_msg("the %u requests did not come to a standstill", requests);
}

static void expect_closed_once(struct fixture *f)
{
	assert_int_equal(recorder_count(f->recorder, "CleanupFile"), recorder_count(f->recorder, "OpenFile"));
	assert_int_equal(recorder_count(f->recorder, "CloseFile"), recorder_count(f->recorder, "OpenFile"));
	assert_int_equal(mf_contexts_made(f->fs, MF_LINKS_ENUMERATION),
			 recorder_count(f->recorder, "CloseHardLinksEnumeration"));
	mf_check_balance(f->fs);
}

static void end_with_directories_midway(struct fixture *f, int mode, bool all_events)
{
	enum { DIRECTORIES = 6 };
	struct cbf_links_page *page = calloc(1, sizeof(*page));

	assert_non_null(page);
	assert_int_equal(cbf_set_fire_all_open_close_events(f->volume, all_events), 0);
	links_add_many(f, 200);
	fx_start(f, mode);
	for (int i = 0; i < DIRECTORIES; i++) {
		const uint64_t fh = fx_opendir(f, FUSE_ROOT_ID);

		memset(page, 0, sizeof(*page));
		assert_int_equal(links_page(f, FUSE_ROOT_ID, fh, "f", page), 0);
		assert_false(page->flags & CBF_LINKS_END);
	}
	free(page);
	fx_end_session(f);
	assert_int_equal(mf_contexts_made(f->fs, MF_LINKS_ENUMERATION), DIRECTORIES);
	if (all_events)
		expect_closed_once(f);
	mf_check_balance(f->fs);
}

static void test_forced_end_closes_linked_handles_once(void **state)
{
	end_with_directories_midway(*state, FX_STEP, false);
}

static void test_forced_end_closes_linked_handles_once_with_all_events(void **state)
{
	end_with_directories_midway(*state, FX_STEP, true);
}

static void test_forced_end_closes_linked_handles_once_with_workers(void **state)
{
	end_with_directories_midway(*state, FX_WORKERS, true);
}

/* 0 or EBADF: the handle is gone, or was still there. */
static void expect_answered(struct fixture *f, uint64_t ioctl)
{
	struct cbf_links_page *page = calloc(1, sizeof(*page));
	int error;

	assert_non_null(page);
	error = fk_wait_ioctl(f->kernel, ioctl, page, sizeof(*page));
	assert_true(error == 0 || error == EBADF);
	free(page);
}

/* A kernel never sends that. The ioctl lets go of the file to seek a name of it, and the release gets in between. */
static void test_release_while_an_ioctl_seeks_a_name_frees_nothing_in_use(void **state)
{
	struct fixture *f = *state;
	struct cbf_links_page page = {0};
	uint64_t node, fh, ioctl, release;

	mf_add_file(f->fs, "/f", "data");
	mf_add_directory(f->fs, "/d");
	mf_add_link(f->fs, "/f", "/d/g");
	fx_start(f, FX_WORKERS);
	node = fx_node(f, "/f");
	fh = fx_open(f, node, O_RDWR);
	assert_int_equal(fk_unlink(f->kernel, FUSE_ROOT_ID, "f"), 0); /* no name is known now, one is left */
	mf_block(f->fs, MF_CLOSE_HARD_LINKS_ENUMERATION, NULL);
	ioctl = fk_send_ioctl(f->kernel, node, fh, false, (uint32_t)CBF_IOC_LIST_LINKS, &page, sizeof(page),
			      sizeof(page));
	mf_wait_blocked(f->fs, MF_CLOSE_HARD_LINKS_ENUMERATION, 1);
	release = fk_send_release(f->kernel, node, fh);
	wait_all_stuck(f, MF_CLOSE_HARD_LINKS_ENUMERATION, 2);
	mf_release_all(f->fs);
	assert_int_equal(fk_wait(f->kernel, release)->error, 0);
	expect_answered(f, ioctl);
	fx_expect_all_closed(f);
	fx_finish(f);
}

/* The same with an ioctl on a directory, which lets go to ask for an entry that is not known yet. */
static void test_release_while_a_directory_ioctl_looks_up_leaves_nothing_open(void **state)
{
	struct fixture *f = *state;
	struct cbf_links_page page = {.name = "f"};
	uint64_t fh, ioctl, release;

	links_add_many(f, 200); /* so that a page does not end the enumeration */
	fx_start(f, FX_WORKERS);
	fh = fx_opendir(f, FUSE_ROOT_ID);
	mf_block(f->fs, MF_GET_FILE_INFO, "/f");
	ioctl = fk_send_ioctl(f->kernel, FUSE_ROOT_ID, fh, true, (uint32_t)CBF_IOC_LIST_LINKS, &page, sizeof(page),
			      sizeof(page));
	mf_wait_blocked(f->fs, MF_GET_FILE_INFO, 1);
	release = fk_send_release(f->kernel, FUSE_ROOT_ID, fh);
	wait_all_stuck(f, MF_GET_FILE_INFO, 2);
	mf_release_all(f->fs);
	assert_int_equal(fk_wait(f->kernel, release)->error, 0);
	expect_answered(f, ioctl);
	fx_expect_all_closed(f);
	fx_finish(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FX_TEST(test_forced_end_closes_linked_handles_once),
		FX_TEST(test_forced_end_closes_linked_handles_once_with_all_events),
		FX_TEST(test_forced_end_closes_linked_handles_once_with_workers),
		FX_TEST(test_release_while_an_ioctl_seeks_a_name_frees_nothing_in_use),
		FX_TEST(test_release_while_a_directory_ioctl_looks_up_leaves_nothing_open),
	};

	return cmocka_run_group_tests_name("regress_handles", tests, NULL, NULL);
}
