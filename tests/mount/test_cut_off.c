/* SPDX-License-Identifier: MIT */
/*
 * Callers that stop midway, on a real mount: never-ending enumerations that are closed, abandoned, whose caller is
 * killed, over which the volume is unmounted; hooks that hang while their caller is killed. What was started is closed
 * exactly once (the model filesystem watches that), and the mount goes on serving.
 */
#include "mount_fixture.h"

#include <cbfuse/control.h>
#include <linux/limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sys/xattr.h>

enum { FOREVER = INT32_MAX };

/* Reads some entries, at least; the names must be the hook's, one after another. */
static void read_entries(DIR *dir, unsigned count)
{
	unsigned found = 0, number;

	while (found < count) {
		struct dirent *entry = readdir(dir);

		assert_non_null(entry);
		if (entry->d_name[0] == '.')
			continue;
		assert_int_equal(sscanf(entry->d_name, "endless-%u", &number), 1);
		assert_int_equal(number, found);
		found++;
	}
}

static void expect_all_closed(struct mounted *m)
{
	mx_wait_idle(m);
	for (int kind = 0; kind < MF_CONTEXT_KINDS; kind++)
		assert_int_equal(mf_contexts_alive(m->fs, (enum mf_context_kind)kind), 0);
	mf_check(m->fs);
	mx_serves(m);
	mx_wait_idle(m);
}

static void test_directory_closed_midway(void **state)
{
	struct mounted *m = *state;
	DIR *dir, *other;

	mx_mount(m);
	mf_answer(m->fs, MF_ENUMERATE_DIRECTORY, MF_BAD_ENDLESS, FOREVER);
	dir = opendir(mx_path(m, "/d"));
	other = opendir(mx_path(m, "/d"));
	assert_non_null(dir);
	assert_non_null(other);
	read_entries(dir, 5000);
	read_entries(other, 10);
	rewinddir(dir);
	read_entries(dir, 20);
	mx_serves(m);
	assert_int_equal(closedir(dir), 0);
	assert_int_equal(closedir(other), 0);
	expect_all_closed(m);
	assert_int_equal(mf_contexts_made(m->fs, MF_DIRECTORY_ENUMERATION), 3);
	assert_int_equal(mf_seen(m->fs, MF_CLOSE_DIRECTORY_ENUMERATION), 2);
	mx_finish(m);
}

static void test_links_left_alone(void **state)
{
	struct cbf_links_page page = {.cursor = 0};
	struct mounted *m = *state;
	int fd;

	mx_mount(m);
	mf_answer(m->fs, MF_ENUMERATE_HARD_LINKS, MF_BAD_ENDLESS, FOREVER);
	fd = open(mx_path(m, "/f"), O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	for (int pages = 0; pages < 20; pages++) {
		assert_int_equal(ioctl(fd, CBF_IOC_LIST_LINKS, &page), 0);
		assert_true(page.length > 0);
		assert_false(page.flags & CBF_LINKS_END);
	}
	page.cursor = 0; /* anew: the first is closed */
	assert_int_equal(ioctl(fd, CBF_IOC_LIST_LINKS, &page), 0);
	assert_int_equal(mf_seen(m->fs, MF_CLOSE_HARD_LINKS_ENUMERATION), 1);
	mx_serves(m);
	assert_int_equal(close(fd), 0);
	expect_all_closed(m);
	assert_int_equal(mf_seen(m->fs, MF_CLOSE_HARD_LINKS_ENUMERATION), 2);
	mx_finish(m);
}

static int stop_at_ten(const char *path, void *user_data)
{
	(void)path;
	return ++*(int *)user_data == 10 ? 4711 : 0;
}

static void test_visitor_stops(void **state)
{
	struct mounted *m = *state;
	int count = 0;

	mx_mount(m);
	mf_answer(m->fs, MF_ENUMERATE_HARD_LINKS, MF_BAD_ENDLESS, FOREVER);
	assert_int_equal(cbf_list_hard_links(m->volume, "/f", stop_at_ten, &count), 4711);
	assert_int_equal(count, 10);
	expect_all_closed(m);
	count = 0;
	assert_int_equal(cbf_list_hard_links_by_id(m->volume, mf_id_of(m->fs, "/f"), stop_at_ten, &count), 4711);
	expect_all_closed(m);
	assert_int_equal(mf_seen(m->fs, MF_CLOSE_HARD_LINKS_ENUMERATION), 2);
	mx_finish(m);
}

/* No attribute can be that large: the library is who cuts it off. */
static void test_attribute_without_end(void **state)
{
	static char value[XATTR_SIZE_MAX];
	struct mounted *m = *state;
	const char *name = "user.cbfuse.hardlinks";

	mx_mount(m);
	mf_answer(m->fs, MF_ENUMERATE_HARD_LINKS, MF_BAD_ENDLESS, FOREVER);
	assert_int_equal(getxattr(mx_path(m, "/f"), name, value, sizeof(value)), -1);
	assert_int_equal(getxattr(mx_path(m, "/f"), name, value, 100), -1);
	assert_int_equal(getxattr(mx_path(m, "/f"), name, NULL, 0), -1);
	expect_all_closed(m);
	assert_true(mf_seen(m->fs, MF_ENUMERATE_HARD_LINKS) < 100000);
	mf_answer(m->fs, MF_ENUMERATE_HARD_LINKS, MF_GOOD, 0);
	assert_true(getxattr(mx_path(m, "/f"), name, value, sizeof(value)) > 0);
	mx_finish(m);
}

/* What a child does until it is killed. System calls only: the parent has threads. */

static void child_lists_directory(const char *path)
{
	char buffer[8192];
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	while (syscall(SYS_getdents64, fd, buffer, sizeof(buffer)) > 0)
		;
}

static void child_lists_links(const char *path)
{
	struct cbf_links_page page = {.cursor = 0};
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	while (ioctl(fd, CBF_IOC_LIST_LINKS, &page) == 0)
		;
}

static void child_reads(const char *path)
{
	char byte;
	int fd = open(path, O_RDONLY | O_DIRECT | O_CLOEXEC);

	while (pread(fd, &byte, 1, 0) == 1)
		;
}

static void child_opens(const char *path)
{
	for (;;) {
		int fd = open(path, O_RDONLY | O_CLOEXEC);

		(void)close(fd);
	}
}

static void child_stats(const char *path)
{
	struct stat st;

	while (stat(path, &st) == 0)
		;
}

static pid_t start_child(const struct mounted *m, void (*act)(const char *path), const char *path)
{
	const char *full = mx_path(m, path);
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		act(full);
		_exit(9); /* it should have gone on for ever */
	}
	return pid;
}

static void expect_killed(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static void kill_in_the_midst(struct mounted *m, void (*act)(const char *path), const char *path, enum mf_event event)
{
	for (int round = 0; round < 5; round++) {
		pid_t pid = start_child(m, act, path);

		mf_wait_seen(m->fs, event, mf_seen(m->fs, event) + 300);
		assert_int_equal(kill(pid, SIGKILL), 0);
		expect_killed(pid);
		expect_all_closed(m);
	}
}

static void test_caller_killed(void **state)
{
	struct mounted *m = *state;

	mx_mount(m);
	mf_answer(m->fs, MF_ENUMERATE_DIRECTORY, MF_BAD_ENDLESS, FOREVER);
	mf_answer(m->fs, MF_ENUMERATE_HARD_LINKS, MF_BAD_ENDLESS, FOREVER);
	kill_in_the_midst(m, child_lists_directory, "/d", MF_ENUMERATE_DIRECTORY);
	kill_in_the_midst(m, child_lists_links, "/f", MF_ENUMERATE_HARD_LINKS);
	kill_in_the_midst(m, child_reads, "/f", MF_READ_FILE);
	kill_in_the_midst(m, child_opens, "/f", MF_OPEN_FILE);
	kill_in_the_midst(m, child_stats, "/f", MF_GET_FILE_INFO);
	mx_finish(m);
}

/* The hook hangs, its caller is killed; others are served meanwhile, and all is closed when the hook returns. */
static void kill_while_blocked(struct mounted *m, void (*act)(const char *path), const char *path, enum mf_event event)
{
	pid_t pid;

	mf_block(m->fs, event, path);
	pid = start_child(m, act, path);
	mf_wait_blocked(m->fs, event, 1);
	assert_int_equal(kill(pid, SIGKILL), 0);
	mx_serves(m);
	(void)poll(NULL, 0, 20);
	mx_serves(m);
	mf_release(m->fs, event);
	expect_killed(pid);
	expect_all_closed(m);
}

static void test_caller_killed_while_hook_hangs(void **state)
{
	struct mounted *m = *state;

	mx_mount(m);
	kill_while_blocked(m, child_opens, "/f", MF_OPEN_FILE);
	kill_while_blocked(m, child_reads, "/f", MF_READ_FILE);
	kill_while_blocked(m, child_lists_links, "/f", MF_ENUMERATE_HARD_LINKS);
	kill_while_blocked(m, child_lists_links, "/f", MF_CLOSE_HARD_LINKS_ENUMERATION);
	kill_while_blocked(m, child_lists_directory, "/d", MF_OPEN_FILE);
	kill_while_blocked(m, child_lists_directory, "/d", MF_ENUMERATE_DIRECTORY);
	kill_while_blocked(m, child_stats, "/f", MF_GET_FILE_INFO);
	mx_finish(m);
}

/* The volume goes by force while all of that is under way. */
static void test_forced_end_in_the_midst(void **state)
{
	struct cbf_links_page page = {.cursor = 0};
	struct mounted *m = *state;
	pid_t children[3];
	DIR *dir;
	int fd;

	mx_mount(m);
	mf_answer(m->fs, MF_ENUMERATE_DIRECTORY, MF_BAD_ENDLESS, FOREVER);
	mf_answer(m->fs, MF_ENUMERATE_HARD_LINKS, MF_BAD_ENDLESS, FOREVER);
	dir = opendir(mx_path(m, "/d"));
	assert_non_null(dir);
	read_entries(dir, 100);
	fd = open(mx_path(m, "/f"), O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(ioctl(fd, CBF_IOC_LIST_LINKS, &page), 0);
	children[0] = start_child(m, child_lists_directory, "/d");
	children[1] = start_child(m, child_lists_links, "/f");
	children[2] = start_child(m, child_reads, "/f");
	mf_wait_seen(m->fs, MF_READ_FILE, 100);
	assert_int_equal(cbf_unmount(m->volume, CBF_UNMOUNT_FORCE), 0);
	mx_expect_nothing_left(m);
	for (int i = 0; i < 3; i++) {
		int status;

		assert_int_equal(waitpid(children[i], &status, 0), children[i]);
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 9); /* its calls failed then */
	}
	assert_int_equal(ioctl(fd, CBF_IOC_LIST_LINKS, &page), -1);
	(void)close(fd); /* may say ENOTCONN */
	(void)closedir(dir);
	mf_answer(m->fs, MF_ENUMERATE_DIRECTORY, MF_GOOD, 0);
	mf_answer(m->fs, MF_ENUMERATE_HARD_LINKS, MF_GOOD, 0);
	mx_mount(m);
	mx_serves(m);
	mx_finish(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		MX_TEST(test_directory_closed_midway), MX_TEST(test_links_left_alone),
		MX_TEST(test_visitor_stops),           MX_TEST(test_attribute_without_end),
		MX_TEST(test_caller_killed),           MX_TEST(test_caller_killed_while_hook_hangs),
		MX_TEST(test_forced_end_in_the_midst),
	};
	int skip = mx_can_mount();

	return skip != 0 ? skip : cmocka_run_group_tests(tests, NULL, NULL);
}
