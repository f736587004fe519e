/* SPDX-License-Identifier: MIT */
/* What the kernel is told to write back and to let go, and the events around it. */
#include "fixture.h"
#include "session.h"

#include <cbfuse/kernel_cache.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Those that have arrived. */
static unsigned notifications(struct fixture *f)
{
	fx_expect_serving(f);
	return f->kernel->notifications;
}

static int refuse_prune(uint64_t unique, int32_t code, void *user_data)
{
	(void)user_data;
	return unique == 0 && code == 9 ? EINVAL : 0;
}

static void test_release(void **state)
{
	struct fixture *f = *state;
	uint64_t a, fh;

	mf_add_file(f->fs, "/a", "data");
	mf_add_file(f->fs, "/b", "data");
	mf_add_link(f->fs, "/b", "/b2");
	mf_add_directory(f->fs, "/d");
	mf_add_file(f->fs, "/d/c", "data");
	assert_int_equal(cbf_release_unused_files(f->volume), -ENOTCONN);
	fx_start(f, FX_STEP);
	assert_int_equal(cbf_release_unused_files(f->volume), 0); /* nothing is known yet */
	a = fx_node(f, "/a");
	fh = fx_open(f, a, O_RDONLY);
	assert_int_equal(fx_node(f, "/b"), fx_node(f, "/b2"));
	(void)fx_node(f, "/d/c");
	assert_int_equal(notifications(f), 0);
	assert_int_equal(cbf_release_unused_files(f->volume), 0);
	assert_int_equal(notifications(f), 1);
	if (cbf__session_set_reply_filter(f->volume, refuse_prune, NULL)) {
		/* An older kernel: name by name; not /a, which is open, nor the directory. */
		assert_int_equal(cbf_release_unused_files(f->volume), 0);
		assert_int_equal(notifications(f), 1 + 3);
		(void)cbf__session_set_reply_filter(f->volume, NULL, NULL);
	}
	fx_release(f, a, fh);
	fx_finish(f);
}

static struct fixture *begin(void **state)
{
	struct fixture *f = *state;

	mf_add_file(f->fs, "/a", "data");
	mf_add_directory(f->fs, "/d");
	mf_add_symlink(f->fs, "/l", "a");
	recorder_ignore(f->recorder, "GetFileInfo");
	recorder_ignore(f->recorder, "WorkerThreadCreation");
	assert_int_equal(cbf_flush_file(f->volume, "/a", 0, 0), -ENOTCONN);
	fx_start(f, FX_WORKERS);
	return f;
}

static void test_flush_closed(void **state)
{
	struct fixture *f = begin(state);

	assert_int_equal(cbf_flush_file(f->volume, "/a", 0, 0), 0);
	recorder_expect(f->recorder, "OpenFile /a", "FlushFile /a", "CleanupFile", "CloseFile", NULL);
	recorder_clear(f->recorder);
	assert_int_equal(cbf_flush_file(f->volume, "/d", 1, UINT64_MAX), 0);
	recorder_expect(f->recorder, "OpenFile /d", "FlushFile /d", "CleanupFile", "CloseFile", NULL);
	fx_finish(f);
}

static void test_flush_open(void **state)
{
	struct fixture *f = begin(state);
	uint64_t node = fx_node(f, "/a"), fh = fx_open(f, node, O_RDWR);
	unsigned before = f->kernel->notifications;

	recorder_clear(f->recorder);
	assert_int_equal(cbf_flush_file(f->volume, "/a", 1, 2), 0);
	recorder_expect(f->recorder, "FlushFile /a", NULL);
	fx_release(f, node, fh); /* its reply comes behind the notification */
	assert_int_equal(f->kernel->notifications, before + 1);
	fx_finish(f);
}

static void test_flush_errors(void **state)
{
	struct fixture *f = begin(state);

	assert_int_equal(cbf_flush_file(f->volume, NULL, 0, 0), -EINVAL);
	assert_int_equal(cbf_flush_file(f->volume, "a", 0, 0), -EINVAL);
	assert_int_equal(cbf_flush_file(f->volume, "/a", (uint64_t)INT64_MAX + 1, 0), -EINVAL);
	assert_int_equal(cbf_flush_file(f->volume, "/l", 0, 0), -EINVAL);
	assert_int_equal(cbf_flush_file(f->volume, "/no", 0, 0), -ENOENT);
	recorder_expect(f->recorder, NULL);
	mf_fail(f->fs, MF_OPEN_FILE, 0, EACCES);
	assert_int_equal(cbf_flush_file(f->volume, "/a", 0, 0), -EACCES);
	mf_fail(f->fs, MF_FLUSH_FILE, 0, ENOSPC);
	assert_int_equal(cbf_flush_file(f->volume, "/a", 0, 0), -ENOSPC);
	mf_fail(f->fs, MF_FLUSH_FILE, 0, 512);
	assert_int_equal(cbf_flush_file(f->volume, "/a", 0, 0), -EIO);
	fx_finish(f);
}

struct within {
	struct cbf_volume *volume;
	int release, flush;
};

static void call_within(enum mf_event kind, const void *event, void *user_data)
{
	struct within *within = user_data;

	(void)event;
	if (kind != MF_OPEN_FILE)
		return;
	within->release = cbf_release_unused_files(within->volume);
	within->flush = cbf_flush_file(within->volume, "/a", 0, 0);
}

static void test_inside_of_a_hook(void **state)
{
	struct fixture *f = begin(state);
	struct within within = {.volume = f->volume};
	uint64_t node = fx_node(f, "/a"), fh;

	mf_observe(f->fs, call_within, &within);
	fh = fx_open(f, node, O_RDONLY);
	mf_observe(f->fs, NULL, NULL);
	assert_int_equal(within.release, -EDEADLK);
	assert_int_equal(within.flush, -EDEADLK);
	fx_release(f, node, fh);
	fx_finish(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FX_TEST(test_release),      FX_TEST(test_flush_closed),     FX_TEST(test_flush_open),
		FX_TEST(test_flush_errors), FX_TEST(test_inside_of_a_hook),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
