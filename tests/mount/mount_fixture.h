/* SPDX-License-Identifier: MIT */
/*
 * A real mount of the model filesystem in the test's own process: the test makes system calls, worker threads of the
 * library answer them. Setup does not mount; teardown ends whatever is left, by force.
 */
#ifndef MOUNT_FIXTURE_H
#define MOUNT_FIXTURE_H

#include "leak_check.h"
#include "model_fs.h"
#include "sanitizer_death.h"

#include <cbfuse/cbfuse.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum { MX_PATIENCE_S = 20, MX_TEST_LIMIT_S = 300 };

struct mounted {
	struct cbf_volume *volume;
	struct model_fs *fs;
	struct leak_check leaks;
	char directory[64]; /* the mount point */
};

#define MX_UNUSED __attribute__((unused))

/* A path in the mount; good until the eighth call after this one, on one thread. */
static MX_UNUSED const char *mx_path(const struct mounted *m, const char *path)
{
	static _Thread_local char paths[8][512];
	static _Thread_local unsigned next;
	char *out = paths[next++ % 8];

	(void)snprintf(out, sizeof(paths[0]), "%s%s", m->directory, path);
	return out;
}

static MX_UNUSED bool mx_is_mounted(const char *directory)
{
	char parent[80];
	struct stat here, above;

	(void)snprintf(parent, sizeof(parent), "%s/..", directory);
	return stat(directory, &here) != 0 || (stat(parent, &above) == 0 && here.st_dev != above.st_dev);
}

/* The mount points of this process, for mx_die(). */
static char mx_directories[4][64];

static MX_UNUSED struct mounted *mx_register(struct mounted *m, bool on)
{
	for (int i = 0; i < 4; i++) {
		if (on ? mx_directories[i][0] == '\0' : strcmp(mx_directories[i], m->directory) == 0) {
			memcpy(mx_directories[i], on ? m->directory : "", on ? sizeof(m->directory) : 1);
			break;
		}
	}
	return m;
}

/* A mount point that nobody serves is left to nobody. By force: this process may be waiting for itself, and could not
 * even be killed then. */
static MX_UNUSED void mx_let_go(void)
{
	for (int i = 0; i < 4; i++) {
		if (mx_directories[i][0] != '\0') {
			(void)umount2(mx_directories[i], MNT_FORCE | MNT_DETACH);
			(void)rmdir(mx_directories[i]);
		}
	}
}

/* A test that hangs, or is told to end. */
static MX_UNUSED void mx_die(int signal_number)
{
	mx_let_go();
	(void)signal(signal_number, SIG_DFL);
	(void)raise(signal_number);
}

/* With the hooks of the model filesystem; hard links on, no metadata is kept: each call comes to the hooks. */
static MX_UNUSED struct mounted *mx_new(void)
{
	struct mounted *m = calloc(1, sizeof(*m));

	assert_non_null(m);
	alarm(MX_TEST_LIMIT_S);
	(void)signal(SIGALRM, mx_die);
	(void)signal(SIGTERM, mx_die);
	(void)signal(SIGINT, mx_die);
	(void)signal(SIGABRT, mx_die);
	before_sanitizer_death(mx_let_go);
	leak_check_begin(&m->leaks);
	(void)snprintf(m->directory, sizeof(m->directory), "/tmp/cbfuse-test.XXXXXX");
	assert_non_null(mkdtemp(m->directory));
	assert_int_equal(cbf_volume_create(&m->volume), 0);
	m->fs = mf_create();
	mf_register(m->fs, m->volume);
	assert_int_equal(cbf_set_use_hard_links(m->volume, true), 0);
	assert_int_equal(cbf_set_metadata_cache(m->volume, 0), 0);
	(void)mf_add_file(m->fs, "/good", "good");
	(void)mf_add_file(m->fs, "/f", "data");
	(void)mf_add_link(m->fs, "/f", "/f2");
	(void)mf_add_directory(m->fs, "/d");
	(void)mf_add_file(m->fs, "/d/x", "x");
	(void)mf_add_link(m->fs, "/f", "/d/f3");
	(void)mf_add_directory(m->fs, "/empty");
	(void)mf_add_symlink(m->fs, "/l", "target");
	return mx_register(m, true);
}

static MX_UNUSED int mx_setup(void **state)
{
	*state = mx_new();
	return 0;
}

/* Of a test that failed as well: nothing of it is left. */
static MX_UNUSED int mx_teardown(void **state)
{
	struct mounted *m = *state;

	mf_release_all(m->fs);
	mf_observe(m->fs, NULL, NULL);
	cbf_volume_destroy(m->volume);
	mf_destroy(m->fs);
	if (mx_is_mounted(m->directory))
		(void)umount2(m->directory, MNT_FORCE | MNT_DETACH);
	(void)rmdir(m->directory);
	(void)mx_register(m, false);
	free(m);
	alarm(0);
	return 0;
}

static MX_UNUSED void mx_mount(struct mounted *m)
{
	assert_int_equal(cbf_mount(m->volume, m->directory), 0);
	assert_true(mx_is_mounted(m->directory));
	assert_true(cbf_get_active(m->volume));
}

/* Another file is there, and is what it was: the mount serves. */
static MX_UNUSED void mx_serves(const struct mounted *m)
{
	char buffer[16];
	int fd = open(mx_path(m, "/good"), O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(read(fd, buffer, sizeof(buffer)), 4);
	assert_memory_equal(buffer, "good", 4);
	assert_int_equal(close(fd), 0);
}

static MX_UNUSED bool mx_is_idle(const struct mounted *m)
{
	struct cbf_object_counts counts;

	cbf_get_object_counts(m->volume, &counts);
	return counts.open_files == 0 && counts.open_handles == 0 && counts.enumerations == 0 && counts.requests == 0;
}

/* The kernel says a little after close(2) that a file is closed. */
static MX_UNUSED void mx_wait_idle(const struct mounted *m)
{
	time_t end = time(NULL) + MX_PATIENCE_S;
	struct cbf_object_counts c;

	while (!mx_is_idle(m) && time(NULL) < end)
		(void)poll(NULL, 0, 2);
	cbf_get_object_counts(m->volume, &c);
	if (!mx_is_idle(m))
		fail_msg("left: %llu open files, %llu handles, %llu enumerations, %llu requests",
			 (unsigned long long)c.open_files, (unsigned long long)c.open_handles,
			 (unsigned long long)c.enumerations, (unsigned long long)c.requests);
}

/* Without force, as soon as the kernel has let go of what was closed. */
static MX_UNUSED void mx_unmount(struct mounted *m)
{
	time_t end = time(NULL) + MX_PATIENCE_S;
	int error;

	while ((error = cbf_unmount(m->volume, 0)) == -EBUSY && time(NULL) < end)
		(void)poll(NULL, 0, 5);
	assert_int_equal(error, 0);
	assert_false(mx_is_mounted(m->directory));
	assert_false(cbf_get_active(m->volume));
}

/* After an end of any kind: all that was opened was closed, all that was made was freed. */
static MX_UNUSED void mx_expect_nothing_left(struct mounted *m)
{
	struct cbf_object_counts counts;

	cbf_get_object_counts(m->volume, &counts);
	assert_true(mx_is_idle(m));
	assert_true(counts.nodes <= 1);
	mf_check_balance(m->fs);
	assert_int_equal(mf_workers(m->fs), 0);
	assert_false(mx_is_mounted(m->directory));
}

/* The end of a test that went well. */
static MX_UNUSED void mx_finish(struct mounted *m)
{
	mx_wait_idle(m);
	mx_unmount(m);
	mx_expect_nothing_left(m);
	cbf_volume_destroy(m->volume);
	m->volume = NULL;
	leak_check_end(&m->leaks);
}

#define MX_TEST(function) cmocka_unit_test_setup_teardown(function, mx_setup, mx_teardown)

/* In main(), before all: 77 is "skipped" for ctest. */
static MX_UNUSED int mx_can_mount(void)
{
	int fd = open("/dev/fuse", O_RDWR | O_CLOEXEC);

	if (fd < 0) {
		(void)fprintf(stderr, "SKIPPED, NOT TESTED: /dev/fuse: %s\n", strerror(errno));
		return 77;
	}
	(void)close(fd);
	if (geteuid() != 0) {
		(void)fprintf(stderr, "SKIPPED, NOT TESTED: the model filesystem belongs to root\n");
		return 77;
	}
	return 0;
}

#endif
