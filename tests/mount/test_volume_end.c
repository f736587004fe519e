/* SPDX-License-Identifier: MIT */
/*
 * The ends of a volume on a real mount: by force with files open and readers at work, by umount from outside, while
 * others wait for it, by cbf_serve() and signals. Every Close comes before Unmount, and nothing is left.
 */
#include "mount_fixture.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/wait.h>

/* What was alive when Unmount fired, and what fired after it. */
struct end_watch {
	struct model_fs *fs;
	atomic_int unmounts, after, alive, cleanups, closes;
};

static void watch_end(enum mf_event kind, const void *event, void *user_data)
{
	struct end_watch *watch = user_data;

	(void)event;
	if (atomic_load(&watch->unmounts) > 0 && kind != MF_WORKER_THREAD_TERMINATION)
		atomic_fetch_add(&watch->after, 1);
	if (kind == MF_CLEANUP_FILE)
		atomic_fetch_add(&watch->cleanups, 1);
	if (kind == MF_CLOSE_FILE)
		atomic_fetch_add(&watch->closes, 1);
	if (kind != MF_UNMOUNT)
		return;
	for (int context = 0; context < MF_CONTEXT_KINDS; context++)
		atomic_fetch_add(&watch->alive, (int)mf_contexts_alive(watch->fs, (enum mf_context_kind)context));
	atomic_fetch_add(&watch->unmounts, 1);
}

static void expect_good_end(struct mounted *m, struct end_watch *watch)
{
	mx_expect_nothing_left(m);
	assert_int_equal(atomic_load(&watch->unmounts), 1);
	assert_int_equal(atomic_load(&watch->after), 0);
	assert_int_equal(atomic_load(&watch->alive), 0);
	assert_int_equal(atomic_load(&watch->cleanups), atomic_load(&watch->closes));
	mf_observe(m->fs, NULL, NULL);
}

struct reader {
	pthread_t thread;
	int fd;
	int error;
	unsigned long reads;
};

static void *read_on(void *argument)
{
	struct reader *reader = argument;
	char buffer[4];

	while (pread(reader->fd, buffer, sizeof(buffer), 0) == 4)
		reader->reads++;
	reader->error = errno;
	return NULL;
}

static void test_force_with_files_open(void **state)
{
	enum { READERS = 4, FILES = 20 };
	struct mounted *m = *state;
	struct end_watch watch = {.fs = m->fs};
	struct reader readers[READERS] = {0};
	int fds[FILES];
	char name[32];
	DIR *dir;

	/* Without the page cache each read is an event. */
	assert_int_equal(cbf_set_file_cache(m->volume, false), 0);
	mf_observe(m->fs, watch_end, &watch);
	mx_mount(m);
	for (int i = 0; i < FILES; i++) {
		(void)snprintf(name, sizeof(name), "/file-%d", i);
		fds[i] = open(mx_path(m, name), O_CREAT | O_RDWR | O_CLOEXEC, 0644);
		assert_true(fds[i] >= 0);
		if (i % 2 == 0)
			assert_int_equal(unlink(mx_path(m, name)), 0); /* lives on without a name */
	}
	dir = opendir(mx_path(m, "/d"));
	assert_non_null(dir);
	assert_non_null(readdir(dir));
	for (int i = 0; i < READERS; i++) {
		readers[i].fd = open(mx_path(m, i % 2 == 0 ? "/f" : "/good"), O_RDONLY | O_CLOEXEC);
		assert_true(readers[i].fd >= 0);
		assert_int_equal(pthread_create(&readers[i].thread, NULL, read_on, &readers[i]), 0);
	}
	mf_wait_seen(m->fs, MF_READ_FILE, 500);
	assert_int_equal(cbf_unmount(m->volume, 0), -EBUSY);
	assert_int_equal(cbf_unmount(m->volume, CBF_UNMOUNT_FORCE), 0);
	expect_good_end(m, &watch);
	assert_int_equal(mf_seen(m->fs, MF_EJECTED), 0);
	assert_true(atomic_load(&watch.closes) >= FILES);
	for (int i = 0; i < READERS; i++) {
		assert_int_equal(pthread_join(readers[i].thread, NULL), 0);
		assert_true(readers[i].error == ENOTCONN || readers[i].error == ECONNABORTED);
		assert_int_equal(pread(readers[i].fd, name, 1, 0), -1);
		assert_int_equal(errno, ENOTCONN);
		(void)close(readers[i].fd);
	}
	for (int i = 0; i < FILES; i++) {
		assert_int_equal(fchmod(fds[i], 0600), -1);
		assert_int_equal(errno, ENOTCONN);
		(void)close(fds[i]);
	}
	(void)closedir(dir);
	mx_mount(m);
	mx_finish(m);
}

struct thread_call {
	pthread_t thread;
	struct cbf_volume *volume;
	int result;
};

static void *unmount_by_force(void *argument)
{
	struct thread_call *call = argument;

	call->result = cbf_unmount(call->volume, CBF_UNMOUNT_FORCE);
	return NULL;
}

static void *wait_for_end(void *argument)
{
	struct thread_call *call = argument;

	call->result = cbf_wait(call->volume);
	return NULL;
}

/* A hook that is at work is waited for: its event must not outlive the volume. */
static void test_force_waits_for_hooks(void **state)
{
	struct mounted *m = *state;
	struct end_watch watch = {.fs = m->fs};
	struct thread_call unmounter = {.volume = m->volume, .result = 1};
	struct reader reader = {0};

	assert_int_equal(cbf_set_file_cache(m->volume, false), 0);
	mf_observe(m->fs, watch_end, &watch);
	mx_mount(m);
	reader.fd = open(mx_path(m, "/f"), O_RDONLY | O_CLOEXEC);
	assert_true(reader.fd >= 0);
	mf_block(m->fs, MF_READ_FILE, "/f");
	assert_int_equal(pthread_create(&reader.thread, NULL, read_on, &reader), 0);
	mf_wait_blocked(m->fs, MF_READ_FILE, 1);
	assert_int_equal(pthread_create(&unmounter.thread, NULL, unmount_by_force, &unmounter), 0);
	/* The caller is let go at once, the volume is not. */
	assert_int_equal(pthread_join(reader.thread, NULL), 0);
	(void)poll(NULL, 0, 50);
	assert_int_equal(atomic_load(&watch.unmounts), 0);
	mf_release(m->fs, MF_READ_FILE);
	assert_int_equal(pthread_join(unmounter.thread, NULL), 0);
	assert_int_equal(unmounter.result, 0);
	(void)close(reader.fd);
	expect_good_end(m, &watch);
	mx_mount(m);
	mx_finish(m);
}

static void wait_end_fd(const struct mounted *m)
{
	struct pollfd end = {.fd = cbf_get_end_fd(m->volume), .events = POLLIN};

	assert_int_equal(poll(&end, 1, MX_PATIENCE_S * 1000), 1);
	assert_true(end.revents & POLLIN);
}

static void test_unmounted_from_outside(void **state)
{
	struct mounted *m = *state;
	struct end_watch watch = {.fs = m->fs};

	for (int round = 0; round < 5; round++) {
		time_t limit = time(NULL) + MX_PATIENCE_S;

		mx_mount(m);
		watch = (struct end_watch){.fs = m->fs};
		mf_observe(m->fs, watch_end, &watch);
		mx_serves(m);
		while (umount2(m->directory, 0) != 0) {
			assert_int_equal(errno, EBUSY);
			assert_true(time(NULL) < limit);
			(void)poll(NULL, 0, 5);
		}
		if (round % 2 == 0)
			wait_end_fd(m);
		assert_int_equal(cbf_wait(m->volume), 0);
		wait_end_fd(m);
		assert_false(cbf_get_active(m->volume));
		expect_good_end(m, &watch);
		assert_int_equal(cbf_unmount(m->volume, 0), -ENOTCONN);
		assert_int_equal(mf_seen(m->fs, MF_EJECTED), round + 1);
	}
	mx_mount(m);
	mx_finish(m);
	assert_int_equal(mf_seen(m->fs, MF_EJECTED), 5); /* not when we end it ourselves */
}

/* umount -l: the mount is gone for all but those who are in it; it ends with the last of them. */
static void test_detached_from_outside(void **state)
{
	struct mounted *m = *state;
	struct end_watch watch = {.fs = m->fs};
	struct pollfd end = {.fd = cbf_get_end_fd(m->volume), .events = POLLIN};
	char buffer[8];
	int fd;

	mx_mount(m);
	mf_observe(m->fs, watch_end, &watch);
	fd = open(mx_path(m, "/f"), O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(umount2(m->directory, MNT_DETACH), 0);
	assert_false(mx_is_mounted(m->directory));
	assert_int_equal(pwrite(fd, "DATA", 4, 0), 4);
	assert_int_equal(pread(fd, buffer, sizeof(buffer), 0), 4);
	assert_memory_equal(buffer, "DATA", 4);
	assert_int_equal(poll(&end, 1, 50), 0);
	assert_int_equal(close(fd), 0);
	assert_int_equal(cbf_wait(m->volume), 0);
	expect_good_end(m, &watch);
	mx_mount(m);
	mx_finish(m);
}

static void test_waiting_for_the_end(void **state)
{
	struct mounted *m = *state;
	struct thread_call waiters[3];

	mx_mount(m);
	for (int i = 0; i < 3; i++) {
		waiters[i] = (struct thread_call){.volume = m->volume, .result = 1};
		assert_int_equal(pthread_create(&waiters[i].thread, NULL, wait_for_end, &waiters[i]), 0);
	}
	mx_serves(m);
	(void)poll(NULL, 0, 50);
	mx_wait_idle(m);
	mx_unmount(m);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(pthread_join(waiters[i].thread, NULL), 0);
		/* One that came so late that all was over found no mount. */
		assert_true(waiters[i].result == 0 || waiters[i].result == -ENOTCONN);
	}
	mx_mount(m);
	mx_finish(m);
}

static void test_destroyed_while_mounted(void **state)
{
	struct mounted *m = *state;
	int fd;

	mx_mount(m);
	fd = open(mx_path(m, "/f"), O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	cbf_volume_destroy(m->volume);
	m->volume = NULL;
	assert_false(mx_is_mounted(m->directory));
	assert_int_equal(mf_seen(m->fs, MF_UNMOUNT), 1);
	mf_check_balance(m->fs);
	assert_int_equal(mf_workers(m->fs), 0);
	(void)close(fd);
	leak_check_end(&m->leaks);
}

/* A child serves until a signal comes, or somebody unmounts it. */
static void serve_until(struct mounted *m, int signal_number)
{
	time_t limit = time(NULL) + MX_PATIENCE_S;
	int status, fd;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(-cbf_serve(m->volume, m->directory, 0));
	while (!mx_is_mounted(m->directory) && time(NULL) < limit)
		(void)poll(NULL, 0, 5);
	fd = open(mx_path(m, "/good"), O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	if (signal_number != 0) {
		assert_int_equal(kill(pid, signal_number), 0); /* with a file open */
		assert_int_equal(waitpid(pid, &status, 0), pid);
		(void)close(fd);
	} else {
		assert_int_equal(close(fd), 0);
		while (umount2(m->directory, 0) != 0) {
			assert_int_equal(errno, EBUSY);
			assert_true(time(NULL) < limit);
			(void)poll(NULL, 0, 5);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
	}
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_false(mx_is_mounted(m->directory));
}

static void test_serve(void **state)
{
	struct mounted *m = *state;

	serve_until(m, SIGTERM);
	serve_until(m, SIGINT);
	serve_until(m, SIGHUP);
	serve_until(m, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		MX_TEST(test_force_with_files_open),
		MX_TEST(test_force_waits_for_hooks),
		MX_TEST(test_unmounted_from_outside),
		MX_TEST(test_detached_from_outside),
		MX_TEST(test_waiting_for_the_end),
		MX_TEST(test_destroyed_while_mounted),
		MX_TEST(test_serve),
	};
	int skip = mx_can_mount();

	return skip != 0 ? skip : cmocka_run_group_tests(tests, NULL, NULL);
}
