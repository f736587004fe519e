/* SPDX-License-Identifier: MIT */
/* Nothing holds up the end of a session, and no request is left lying: workers that time out, are refused, wait for the
 * kernel, or are in an enumeration without an end. */
#include "link_lists.h"

#include "mount.h"
#include "session.h"
#include "volume.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { PATIENCE_MS = 10000, CLEANUP_S = 5, IDLE_MS = 1000 };

/* The test has failed, and its teardown would hang for the same reason. */
#define FAIL_HANGING(...)                                                                                              \
	do {                                                                                                           \
		alarm(CLEANUP_S);                                                                                      \
		fail_msg(__VA_ARGS__);                                                                                 \
	} while (0)

struct call {
	struct fixture *fixture;
	pthread_t thread;
	int result;
	void *(*run)(void *call);
	atomic_bool done; /* not pthread_clockjoin_np(), which TSan does not know */
};

static void *run_call(void *data)
{
	struct call *call = data;

	(void)call->run(call);
	atomic_store(&call->done, true);
	return NULL;
}

static void start_call(struct call *call, struct fixture *f, void *(*run)(void *))
{
	*call = (struct call){.fixture = f, .result = 1, .run = run};
	assert_int_equal(pthread_create(&call->thread, NULL, run_call, call), 0);
}

static void expect_return(struct call *call, int result)
{
	for (int i = 0; i < PATIENCE_MS && !atomic_load(&call->done); i++)
		(void)poll(NULL, 0, 1);
	if (!atomic_load(&call->done))
		FAIL_HANGING("the call did not return in %d ms", PATIENCE_MS);
	pthread_join(call->thread, NULL);
	assert_int_equal(call->result, result);
}

static void *wait_for_end(void *data)
{
	struct call *call = data;

	call->result = cbf_wait(call->fixture->volume);
	return NULL;
}

/* cbf_wait() on a thread of its own, called before the session is over. */
static void expect_end(struct fixture *f)
{
	struct call call;

	start_call(&call, f, wait_for_end);
	expect_return(&call, 0);
	f->running = false;
}

typedef bool (*condition)(const struct cbf__workers *workers);

static void wait_workers(struct fixture *f, condition holds, const char *what)
{
	struct cbf__workers *workers = &f->volume->workers;
	bool reached = false;

	for (int i = 0; i < PATIENCE_MS && !reached; i++) {
		pthread_mutex_lock(&workers->lock);
		reached = holds(workers);
		pthread_mutex_unlock(&workers->lock);
		if (!reached)
			(void)poll(NULL, 0, 1);
	}
	if (!reached)
		fail_msg("the workers are never %s", what);
}

static bool all_wait_for_the_kernel(const struct cbf__workers *workers)
{
	return workers->readers == workers->count && workers->readers > 0;
}

static void *list_links(void *data)
{
	struct call *call = data;
	struct link_list *list = calloc(1, sizeof(*list));

	call->result = cbf_list_hard_links(call->fixture->volume, "/f", links_visitor, list);
	if (call->result == 0 && list->count != 2)
		call->result = 2;
	links_clear(list);
	free(list);
	return NULL;
}

/* The call's requests find all workers waiting for the kernel, which has nothing to say. */
static void list_on_an_idle_session(struct fixture *f)
{
	struct call call;

	mf_add_file(f->fs, "/f", "data");
	mf_add_link(f->fs, "/f", "/g");
	fx_start(f, FX_WORKERS);
	wait_workers(f, all_wait_for_the_kernel, "all waiting for the kernel");
	start_call(&call, f, list_links);
	expect_return(&call, 0);
	fx_finish(f);
}

static void test_list_call_returns_on_an_idle_volume_with_serialized_events(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(cbf_set_serialize_events(f->volume, true), 0);
	list_on_an_idle_session(f);
}

static void test_list_call_returns_on_an_idle_volume_with_one_worker(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(cbf_set_worker_threads(f->volume, 1, 1), 0);
	list_on_an_idle_session(f);
}

static void test_list_call_returns_on_an_idle_volume_with_two_workers(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(cbf_set_worker_threads(f->volume, 2, 2), 0);
	list_on_an_idle_session(f);
}

static bool two_read_and_the_rest_is_idle(const struct cbf__workers *workers)
{
	return workers->readers == 2 && workers->idle > 0 && workers->idle == workers->count - 2 && workers->wakes == 0;
}

/*
 * An idle worker times out, and before it has the lock again the two readers get something to do that takes long: the
 * one that they wake in their place is the one that is about to go. The test holds the lock while that happens, so that
 * they stand in a row for it: first the readers, whose requests come at once, then the one that times out.
 */
static void test_worker_that_times_out_takes_a_free_readers_place(void **state)
{
	enum { FILES = 2 };
	struct fixture *f = *state;
	struct cbf__workers *workers = &f->volume->workers;
	uint64_t nodes[FILES], fhs[FILES], reads[FILES], request;
	struct fuse_attr_out attr;
	char path[] = "/0";

	assert_int_equal(cbf_set_worker_threads(f->volume, 1, 16), 0);
	fx_start(f, FX_WORKERS);
	for (int i = 0; i < FILES; i++) {
		path[1] = (char)('0' + i);
		mf_add_file(f->fs, path, "data");
		nodes[i] = fx_node(f, path);
		fhs[i] = fx_open(f, nodes[i], O_RDONLY);
	}
	mf_block(f->fs, MF_READ_FILE, NULL);
	for (int i = 0; i < FILES; i++)
		reads[i] = fk_send_read(f->kernel, nodes[i], fhs[i], 0, 4);
	mf_wait_blocked(f->fs, MF_READ_FILE, FILES);
	assert_int_equal(fk_getattr(f->kernel, FUSE_ROOT_ID, &attr), 0); /* by a third worker */
	mf_release(f->fs, MF_READ_FILE);
	for (int i = 0; i < FILES; i++)
		assert_int_equal(fk_wait(f->kernel, reads[i])->error, 0);
	wait_workers(f, two_read_and_the_rest_is_idle, "two that read and some that are idle");

	mf_block(f->fs, MF_READ_FILE, NULL);
	pthread_mutex_lock(&workers->lock);
	for (int i = 0; i < FILES; i++)
		reads[i] = fk_send_read(f->kernel, nodes[i], fhs[i], 0, 4);
	(void)poll(NULL, 0, IDLE_MS + 500); /* the time that an idle worker waits has to pass: nothing tells of it */
	pthread_mutex_unlock(&workers->lock);
	mf_wait_blocked(f->fs, MF_READ_FILE, FILES);
	request = fk_send_getattr(f->kernel, FUSE_ROOT_ID);
	if (!fk_has_reply(f->kernel, request, PATIENCE_MS))
		fail_msg("two hooks are at work, 16 workers are allowed, and nobody reads");
	mf_release_all(f->fs);
	assert_int_equal(fk_wait(f->kernel, request)->error, 0);
	for (int i = 0; i < FILES; i++) {
		assert_int_equal(fk_wait(f->kernel, reads[i])->error, 0);
		fx_release(f, nodes[i], fhs[i]);
	}
	fx_finish(f);
}

static bool only_one_is_left(const struct cbf__workers *workers)
{
	return workers->dry && workers->count == 1;
}

/* All the others have gone by the time a further worker hears that it is not wanted. */
static void test_session_ends_though_its_last_worker_was_refused(void **state)
{
	struct fixture *f = *state;

	fx_attach(f, FX_WORKERS);
	mf_block(f->fs, MF_WORKER_THREAD_CREATION, NULL);
	mf_fail(f->fs, MF_WORKER_THREAD_CREATION, 0, EPERM);
	assert_int_equal(fk_init(f->kernel, NULL), 0);
	assert_int_equal(cbf__volume_wait_until_mounted(f->volume), 0);
	mf_wait_blocked(f->fs, MF_WORKER_THREAD_CREATION, 1);
	fk_hang_up(f->kernel);
	wait_workers(f, only_one_is_left, "down to the one that is being made");
	assert_int_equal(mf_seen(f->fs, MF_UNMOUNT), 0);
	mf_release(f->fs, MF_WORKER_THREAD_CREATION);
	expect_end(f);
	assert_int_equal(mf_seen(f->fs, MF_UNMOUNT), 1);
	mf_check_balance(f->fs);
	assert_int_equal(mf_workers(f->fs), 0);
}

/* A link in a directory that is gone, again and again; at one of them it waits for the test. */
struct endless {
	atomic_uint events, wait_at;
	atomic_bool reached, released;
};

static void endless_links(struct cbf_volume *volume, struct cbf_enumerate_hard_links_event *event, void *user_data)
{
	struct endless *endless = user_data;

	(void)volume;
	event->link_found = true;
	(void)strcpy(event->link_name, "x");
	event->parent_id = 424242;
	if (atomic_fetch_add(&endless->events, 1) + 1 != atomic_load(&endless->wait_at))
		return;
	atomic_store(&endless->reached, true);
	while (!atomic_load(&endless->released))
		(void)poll(NULL, 0, 1);
}

static void no_name(struct cbf_volume *volume, struct cbf_get_file_name_by_file_id_event *event, void *user_data)
{
	(void)volume;
	(void)user_data;
	event->result_code = ENOENT;
}

static uint64_t begin_endless_links(struct fixture *f, struct endless *endless, unsigned wait_at)
{
	uint64_t node;

	atomic_store(&endless->wait_at, wait_at);
	mf_add_file(f->fs, "/f", "data");
	/* A trace of all these would take its time. */
	assert_int_equal(cbf_set_trace(f->volume, NULL, NULL), 0);
	assert_int_equal(cbf_on_enumerate_hard_links(f->volume, endless_links, endless), 0);
	assert_int_equal(cbf_on_get_file_name_by_file_id(f->volume, no_name, NULL), 0);
	fx_start(f, FX_WORKERS);
	node = fx_node(f, "/f");
	return fk_send_getxattr(f->kernel, node, "user.cbfuse.hardlinks", 4096);
}

static void test_endless_links_in_unknown_directories_are_an_error(void **state)
{
	static struct endless endless; /* outlives a test that fails */
	struct fixture *f = *state;
	const uint64_t request = begin_endless_links(f, &endless, 0);

	if (!fk_has_reply(f->kernel, request, PATIENCE_MS))
		FAIL_HANGING("EnumerateHardLinks was fired %u times, and there is no answer",
			     atomic_load(&endless.events));
	assert_int_equal(fk_wait(f->kernel, request)->error, EIO);
	assert_int_equal(mf_seen(f->fs, MF_ERROR), 1);
	fx_finish(f);
}

static bool run_dry(const struct cbf__workers *workers)
{
	return workers->dry;
}

static void test_session_end_is_not_held_up_by_endless_links(void **state)
{
	enum { WAIT_AT = 50 };
	static struct endless endless;
	struct fixture *f = *state;

	(void)begin_endless_links(f, &endless, WAIT_AT);
	for (int i = 0; i < PATIENCE_MS && !atomic_load(&endless.reached); i++)
		(void)poll(NULL, 0, 1);
	assert_true(atomic_load(&endless.reached));
	fk_hang_up(f->kernel);
	wait_workers(f, run_dry, "told of the end");
	atomic_store(&endless.released, true);
	expect_end(f);
	assert_int_equal(atomic_load(&endless.events), WAIT_AT);
	mf_check_balance(f->fs);
}

static void test_readdir_far_beyond_an_endless_directory_is_answered(void **state)
{
	struct fixture *f = *state;
	struct fk_listing listing = {0};
	uint64_t fh, request;

	assert_int_equal(cbf_set_trace(f->volume, NULL, NULL), 0);
	mf_answer(f->fs, MF_ENUMERATE_DIRECTORY, MF_BAD_ENDLESS, 2000000000u);
	fx_start(f, FX_WORKERS);
	fh = fx_opendir(f, FUSE_ROOT_ID);
	request = fk_send_readdir(f->kernel, FUSE_ROOT_ID, fh, (uint64_t)1 << 60, 4096);
	if (!fk_has_reply(f->kernel, request, PATIENCE_MS / 2))
		FAIL_HANGING("EnumerateDirectory was fired %u times, and there is no answer",
			     mf_seen(f->fs, MF_ENUMERATE_DIRECTORY));
	(void)fk_wait(f->kernel, request);
	/* It goes on as if nobody had asked. */
	assert_int_equal(fk_readdir(f->kernel, FUSE_ROOT_ID, fh, 0, 4096, &listing), 0);
	assert_true(listing.count > 2);
	fx_releasedir(f, FUSE_ROOT_ID, fh);
	fx_finish(f);
}

struct visit {
	struct cbf_volume *volume;
	int unmount, forced, wait;
};

static int wait_in_visitor(const char *path, void *user_data)
{
	struct visit *visit = user_data;

	(void)path;
	visit->unmount = cbf_unmount(visit->volume, 0);
	visit->forced = cbf_unmount(visit->volume, CBF_UNMOUNT_FORCE);
	/* Would wait for itself if this were not so. */
	visit->wait = visit->forced == -EDEADLK ? cbf_wait(visit->volume) : 1;
	return 5;
}

static void test_waiting_for_the_end_in_a_link_visitor_is_refused(void **state)
{
	struct fixture *f = *state;
	struct visit visit = {.volume = f->volume};

	mf_add_file(f->fs, "/f", "data");
	fx_start(f, FX_WORKERS);
	assert_int_equal(cbf_list_hard_links(f->volume, "/f", wait_in_visitor, &visit), 5);
	assert_int_equal(visit.unmount, -EDEADLK);
	assert_int_equal(visit.forced, -EDEADLK);
	assert_int_equal(visit.wait, -EDEADLK);
	/* On the same thread, afterwards: it is not forbidden for good. */
	fx_finish(f);
}

/* What the kernel asked before it heard of the failure is in the socket already. */
static void test_no_event_fires_after_mount_has_failed(void **state)
{
	const struct fuse_init_in init = {.major = 7, .minor = 38, .max_readahead = 131072, .flags = FK_DEFAULT_FLAGS};
	struct fixture *f = *state;

	mf_add_file(f->fs, "/f", "data");
	mf_fail(f->fs, MF_MOUNT, 0, EPERM);
	fx_attach(f, FX_WORKERS);
	mf_block(f->fs, MF_MOUNT, NULL);
	(void)fk_send(f->kernel, FUSE_INIT, 0, &init, sizeof(init), NULL, 0, NULL, 0);
	mf_wait_blocked(f->fs, MF_MOUNT, 1);
	for (int i = 0; i < 5; i++)
		(void)fk_send_lookup(f->kernel, FUSE_ROOT_ID, "f");
	mf_release(f->fs, MF_MOUNT);
	assert_int_equal(cbf__volume_wait_until_mounted(f->volume), -EPERM);
	f->running = false;
	assert_int_equal(recorder_count(f->recorder, "Mount"), 1);
	assert_int_equal(recorder_count(f->recorder, "GetFileInfo"), 0);
	assert_int_equal(recorder_count(f->recorder, "Unmount"), 0);
	assert_int_equal(mf_workers(f->fs), 0);
	mf_check_balance(f->fs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FX_TEST(test_list_call_returns_on_an_idle_volume_with_serialized_events),
		FX_TEST(test_list_call_returns_on_an_idle_volume_with_one_worker),
		FX_TEST(test_list_call_returns_on_an_idle_volume_with_two_workers),
		FX_TEST(test_worker_that_times_out_takes_a_free_readers_place),
		FX_TEST(test_session_ends_though_its_last_worker_was_refused),
		FX_TEST(test_endless_links_in_unknown_directories_are_an_error),
		FX_TEST(test_session_end_is_not_held_up_by_endless_links),
		FX_TEST(test_readdir_far_beyond_an_endless_directory_is_answered),
		FX_TEST(test_waiting_for_the_end_in_a_link_visitor_is_refused),
		FX_TEST(test_no_event_fires_after_mount_has_failed),
	};

	return cmocka_run_group_tests_name("regress_end", tests, NULL, NULL);
}
