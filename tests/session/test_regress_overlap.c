/* SPDX-License-Identifier: MIT */
/* Enumerations of hard links of one file, asked for by several requests at
 * once. */
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

/* With serialize_access off the events of one file overlap where they only
 * look; this one has a position to keep. */
static void test_enumerate_hard_links_of_one_file_never_overlaps(void **state)
{
	enum { READS = 3 };
	struct fixture *f = *state;
	uint64_t node, fh, reads[READS];

	assert_int_equal(cbf_set_serialize_access(f->volume, false), 0);
	mf_allow_overlap(f->fs);
	mf_add_file(f->fs, "/f", "data");
	mf_add_directory(f->fs, "/d");
	mf_add_link(f->fs, "/f", "/d/g");
	fx_start(f, FX_WORKERS);
	node = fx_node(f, "/f");
	fh = fx_open(f, node, O_RDWR);
	assert_int_equal(fk_unlink(f->kernel, FUSE_ROOT_ID, "f"), 0);
	mf_block(f->fs, MF_ENUMERATE_HARD_LINKS, NULL);
	for (int i = 0; i < READS; i++)
		reads[i] = fk_send_read(f->kernel, node, fh, 0, 4);
	mf_wait_blocked(f->fs, MF_ENUMERATE_HARD_LINKS, 1);
	wait_all_stuck(f, MF_ENUMERATE_HARD_LINKS, READS);
	mf_release_all(f->fs);
	for (int i = 0; i < READS; i++)
		assert_int_equal(fk_wait(f->kernel, reads[i])->error, 0);
	assert_int_equal(mf_most_at_once(f->fs, MF_ENUMERATE_HARD_LINKS), 1);
	fx_release(f, node, fh);
	fx_finish(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FX_TEST(test_enumerate_hard_links_of_one_file_never_overlaps),
	};

	return cmocka_run_group_tests_name("regress_overlap", tests, NULL, NULL);
}
