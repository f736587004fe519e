/* SPDX-License-Identifier: MIT */
/* Worker threads: how many, on which the events run, what happens when one cannot start. */
#include "fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "session.h"

#include <pthread.h>
#include <stdlib.h>

enum { THREADS_MAX = 64 };

/* The threads that ran hooks. */
struct threads {
	pthread_mutex_t lock;
	pthread_t seen[THREADS_MAX];
	unsigned count;
};

static void observe(enum mf_event kind, const void *event, void *user_data)
{
	struct threads *threads = user_data;
	unsigned i;

	(void)kind;
	(void)event;
	pthread_mutex_lock(&threads->lock);
	for (i = 0; i < threads->count; i++)
		if (pthread_equal(threads->seen[i], pthread_self()))
			break;
	if (i == threads->count && i < THREADS_MAX)
		threads->seen[threads->count++] = pthread_self();
	pthread_mutex_unlock(&threads->lock);
}

static bool ran_on(const struct threads *threads, pthread_t thread)
{
	unsigned i;

	for (i = 0; i < threads->count; i++)
		if (pthread_equal(threads->seen[i], thread))
			return true;
	return false;
}

/* Requests for four files at once, waited for at the end only. */
static void work(struct fixture *f, int rounds)
{
	static const char *const paths[] = {"/a", "/b", "/c", "/d"};
	uint64_t *sent = calloc((size_t)rounds * 4, sizeof(*sent));
	uint64_t nodes[4], fhs[4];
	int i;

	assert_non_null(sent);
	for (i = 0; i < 4; i++) {
		if (!mf_exists(f->fs, paths[i]))
			mf_add_file(f->fs, paths[i], "data");
		nodes[i] = fx_node(f, paths[i]);
		fhs[i] = fx_open(f, nodes[i], O_RDWR);
	}
	for (i = 0; i < rounds * 4; i++)
		sent[i] = fk_send_read(f->kernel, nodes[i % 4], fhs[i % 4], 0, 100);
	for (i = 0; i < rounds * 4; i++)
		assert_int_equal(fk_wait(f->kernel, sent[i])->error, 0);
	for (i = 0; i < 4; i++)
		fx_release(f, nodes[i], fhs[i]);
	free(sent);
}

static void test_step_mode(void **state)
{
	struct threads threads = {.lock = PTHREAD_MUTEX_INITIALIZER};
	struct fixture *f = *state;

	mf_observe(f->fs, observe, &threads);
	fx_start(f, FX_STEP);
	work(f, 10);
	assert_int_equal(threads.count, 1);
	assert_true(ran_on(&threads, pthread_self()));
	fx_finish(f);
}

static void test_hooks_run_on_workers_only(void **state)
{
	struct threads threads = {.lock = PTHREAD_MUTEX_INITIALIZER};
	struct fixture *f = *state;

	mf_observe(f->fs, observe, &threads);
	assert_int_equal(cbf_set_worker_threads(f->volume, 4, 4), 0);
	fx_start(f, FX_WORKERS);
	work(f, 50);
	fx_expect_idle(f);
	fx_end_session(f);
	assert_false(ran_on(&threads, pthread_self()));
	assert_true(threads.count >= 1);
	assert_true(threads.count <= 4);
	assert_int_equal(mf_workers(f->fs), 0);
	assert_int_equal(mf_seen(f->fs, MF_WORKER_THREAD_CREATION), mf_seen(f->fs, MF_WORKER_THREAD_TERMINATION));
	mf_check_balance(f->fs);
}

/* As many hooks at once as there may be workers, and no more. */
static void test_as_many_workers_as_allowed(void **state)
{
	struct fixture *f = *state;
	uint64_t nodes[6], fhs[6], sent[6];
	char path[] = "/a";
	int i;

	assert_int_equal(cbf_set_worker_threads(f->volume, 1, 5), 0);
	fx_start(f, FX_WORKERS);
	for (i = 0; i < 6; i++) {
		path[1] = (char)('a' + i);
		mf_add_file(f->fs, path, "data");
		nodes[i] = fx_node(f, path);
		fhs[i] = fx_open(f, nodes[i], O_RDONLY);
	}
	mf_block(f->fs, MF_READ_FILE, NULL);
	for (i = 0; i < 6; i++)
		sent[i] = fk_send_read(f->kernel, nodes[i], fhs[i], 0, 10);
	mf_wait_blocked(f->fs, MF_READ_FILE, 5);
	assert_int_equal(mf_most_at_once(f->fs, MF_READ_FILE), 5);
	mf_release(f->fs, MF_READ_FILE);
	for (i = 0; i < 6; i++) {
		assert_int_equal(fk_wait(f->kernel, sent[i])->error, 0);
		fx_release(f, nodes[i], fhs[i]);
	}
	assert_true(mf_seen(f->fs, MF_WORKER_THREAD_CREATION) <= 5);
	fx_finish(f);
}

static void test_serialized_events(void **state)
{
	struct threads threads = {.lock = PTHREAD_MUTEX_INITIALIZER};
	struct fixture *f = *state;

	mf_observe(f->fs, observe, &threads);
	assert_int_equal(cbf_set_serialize_events(f->volume, true), 0);
	assert_int_equal(cbf_set_worker_threads(f->volume, 8, 8), 0);
	fx_start(f, FX_WORKERS);
	work(f, 50);
	fx_expect_idle(f);
	fx_end_session(f);
	assert_int_equal(threads.count, 1);
	assert_int_equal(mf_most_at_once(f->fs, MF_READ_FILE), 1);
	assert_int_equal(mf_seen(f->fs, MF_WORKER_THREAD_CREATION), 1);
	assert_int_equal(mf_seen(f->fs, MF_WORKER_THREAD_TERMINATION), 1);
}

static void test_the_first_worker_fails(void **state)
{
	struct fixture *f = *state;
	int fd;

	mf_fail(f->fs, MF_WORKER_THREAD_CREATION, 0, EAGAIN);
	f->kernel = fk_create(&fd);
	assert_int_equal(cbf__session_attach(f->volume, fd, 0), -EAGAIN);
	assert_false(cbf_get_active(f->volume));
	fk_wait_end(f->kernel); /* the descriptor was closed */
	fk_destroy(f->kernel);
	f->kernel = NULL;
	assert_int_equal(mf_seen(f->fs, MF_MOUNT), 0);
	assert_int_equal(mf_seen(f->fs, MF_UNMOUNT), 0);
	assert_int_equal(mf_seen(f->fs, MF_WORKER_THREAD_TERMINATION), 0);
	/* And it can be tried again. */
	fx_start(f, FX_WORKERS);
	work(f, 5);
	fx_finish(f);
}

static void test_a_later_worker_fails(void **state)
{
	struct fixture *f = *state;

	mf_fail(f->fs, MF_WORKER_THREAD_CREATION, 1, EAGAIN);
	assert_int_equal(cbf_set_worker_threads(f->volume, 3, 3), 0);
	fx_start(f, FX_WORKERS);
	mf_wait_seen(f->fs, MF_WORKER_THREAD_CREATION, 2);
	mf_wait_seen(f->fs, MF_ERROR, 1);
	work(f, 50);
	fx_finish(f);
}

static void test_pause_and_resume(void **state)
{
	struct fixture *f = *state;
	uint64_t node, fh, sent[8];
	unsigned seen;
	int i;

	mf_add_file(f->fs, "/f", "data");
	assert_int_equal(cbf_set_worker_threads(f->volume, 4, 4), 0);
	fx_start(f, FX_WORKERS);
	node = fx_node(f, "/f");
	fh = fx_open(f, node, O_RDONLY);
	cbf__session_pause(f->volume);
	seen = mf_seen(f->fs, MF_READ_FILE);
	for (i = 0; i < 8; i++)
		sent[i] = fk_send_read(f->kernel, node, fh, 0, 10);
	assert_false(fk_has_reply(f->kernel, sent[0], 50));
	assert_int_equal(mf_seen(f->fs, MF_READ_FILE), seen);
	cbf__session_resume(f->volume);
	for (i = 0; i < 8; i++)
		assert_int_equal(fk_wait(f->kernel, sent[i])->error, 0);
	fx_release(f, node, fh);
	fx_finish(f);
}

static void test_ranges(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(cbf_set_worker_threads(f->volume, 5, 4), -EINVAL);
	assert_int_equal(cbf_set_worker_threads(f->volume, 1, 1025), -EINVAL);
	assert_int_equal(cbf_set_worker_threads(f->volume, 1024, 1024), 0);
	assert_int_equal(cbf_set_worker_threads(f->volume, 0, 0), 0);
}

/* Two volumes in one process know nothing of each other. */
static void test_two_volumes(void **state)
{
	struct fixture *f = *state;
	void *other_state = NULL;
	struct fixture *other;

	assert_int_equal(fx_setup(&other_state), 0);
	other = other_state;
	mf_add_file(f->fs, "/mine", "");
	mf_add_file(other->fs, "/yours", "");
	fx_start(f, FX_WORKERS);
	fx_start(other, FX_WORKERS);
	(void)fx_node(f, "/mine");
	(void)fx_node(other, "/yours");
	assert_int_equal(fk_lookup(f->kernel, FUSE_ROOT_ID, "yours", NULL), ENOENT);
	assert_int_equal(fk_lookup(other->kernel, FUSE_ROOT_ID, "mine", NULL), ENOENT);
	work(f, 20);
	work(other, 20);
	fx_expect_idle(other);
	fx_end_session(other);
	work(f, 20);
	fx_teardown(&other_state);
	fx_finish(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FX_TEST(test_step_mode),
		FX_TEST(test_hooks_run_on_workers_only),
		FX_TEST(test_as_many_workers_as_allowed),
		FX_TEST(test_serialized_events),
		FX_TEST(test_the_first_worker_fails),
		FX_TEST(test_a_later_worker_fails),
		FX_TEST(test_pause_and_resume),
		FX_TEST(test_ranges),
		FX_TEST(test_two_volumes),
	};

	return cmocka_run_group_tests_name("worker", tests, NULL, NULL);
}
