/* SPDX-License-Identifier: MIT */
/* What the kernel keeps, on a real mount: let go when it is unused, by both ways of saying so; written back on demand.
 */
#include "mount_fixture.h"

#include "session.h"

#include <cbfuse/kernel_cache.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/utsname.h>

static uint64_t nodes(const struct mounted *m)
{
	struct cbf_object_counts counts;

	cbf_get_object_counts(m->volume, &counts);
	return counts.nodes;
}

/* The kernel forgets a little later. */
static void wait_for_nodes(const struct mounted *m, uint64_t most)
{
	time_t end = time(NULL) + MX_PATIENCE_S;

	while (nodes(m) > most && time(NULL) < end)
		(void)poll(NULL, 0, 2);
	assert_true(nodes(m) <= most);
}

static void add_deep_file(const struct mounted *m)
{
	(void)mf_add_directory(m->fs, "/1");
	(void)mf_add_directory(m->fs, "/1/2");
	(void)mf_add_directory(m->fs, "/1/2/3");
	(void)mf_add_directory(m->fs, "/1/2/3/4");
	(void)mf_add_file(m->fs, "/1/2/3/4/x", "x");
}

static void look_at_all(const struct mounted *m)
{
	static const char *const paths[] = {"/f", "/f2", "/d", "/d/x", "/d/f3", "/l", "/good", "/empty", "/1/2/3/4/x"};
	struct stat st;

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		assert_int_equal(lstat(mx_path(m, paths[i]), &st), 0);
}

/* This kernel knows the notification for it. */
static bool can_prune;

static int notice_or_refuse(uint64_t unique, int32_t code, void *user_data)
{
	(void)code;
	return unique == 0 && *(bool *)user_data ? EINVAL : 0;
}

static void release_unused(struct mounted *m, bool refuse_prune)
{
	/* The root, /d, and what is in use: /good, open; /d/x, mounted upon. */
	const uint64_t kept = 4, files_only = kept + 1 + 4; /* and /empty, and /1 to 4 */
	char here[512];
	int fd;

	assert_int_equal(cbf_set_metadata_cache(m->volume, 60000), 0);
	add_deep_file(m);
	mx_mount(m);
	(void)cbf__session_set_reply_filter(m->volume, notice_or_refuse, &refuse_prune);
	look_at_all(m);
	assert_int_equal(nodes(m), 7 + 5);
	fd = open(mx_path(m, "/good"), O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(mount("/dev/null", mx_path(m, "/d/x"), NULL, MS_BIND, NULL), 0);
	assert_int_equal(chdir(mx_path(m, "/d")), 0);
	assert_int_equal(cbf_release_unused_files(m->volume), 0);
	wait_for_nodes(m, refuse_prune || !can_prune ? files_only : kept);
	assert_non_null(getcwd(here, sizeof(here)));
	assert_string_equal(here, mx_path(m, "/d"));
	assert_int_equal(chdir("/"), 0);
	assert_int_equal(umount2(mx_path(m, "/d/x"), 0), 0); /* it is still there */
	mx_serves(m);
	look_at_all(m);
	assert_int_equal(close(fd), 0);
	(void)cbf__session_set_reply_filter(m->volume, NULL, NULL);
	mx_finish(m);
}

static void test_release(void **state)
{
	release_unused(*state, false);
}

static void test_release_by_name(void **state)
{
	release_unused(*state, true);
}

struct changer {
	pthread_t thread;
	const struct mounted *m;
	atomic_bool stop;
	unsigned long made;
	int error;
};

static void *make_and_remove(void *argument)
{
	struct changer *changer = argument;
	char path[512];

	(void)snprintf(path, sizeof(path), "%s/d/new", changer->m->directory);
	while (!atomic_load(&changer->stop) && !changer->error) {
		int fd = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);

		if (fd < 0 || close(fd) != 0 || unlink(path) != 0)
			changer->error = errno;
		changer->made++;
	}
	return NULL;
}

/* Beside others who hold the kernel's locks on the directories while they wait for us. */
static void release_beside_changes(struct mounted *m, bool refuse_prune)
{
	struct changer changer = {.m = m};

	add_deep_file(m);
	mx_mount(m);
	(void)cbf__session_set_reply_filter(m->volume, notice_or_refuse, &refuse_prune);
	assert_int_equal(pthread_create(&changer.thread, NULL, make_and_remove, &changer), 0);
	for (int i = 0; i < 300; i++) {
		look_at_all(m);
		assert_int_equal(cbf_release_unused_files(m->volume), 0);
	}
	atomic_store(&changer.stop, true);
	assert_int_equal(pthread_join(changer.thread, NULL), 0);
	assert_int_equal(changer.error, 0);
	assert_true(changer.made > 0);
	(void)cbf__session_set_reply_filter(m->volume, NULL, NULL);
	mx_finish(m);
}

static void test_release_beside_changes(void **state)
{
	release_beside_changes(*state, false);
}

static void test_release_by_name_beside_changes(void **state)
{
	release_beside_changes(*state, true);
}

static void test_flush_writes_mappings_back(void **state)
{
	struct mounted *m = *state;
	char content[16] = "";
	int fd, written, flushed;
	char *map;

	mx_mount(m);
	fd = open(mx_path(m, "/f"), O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	map = mmap(NULL, 4, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert_true(map != MAP_FAILED);
	memcpy(map, "DATA", 4);
	written = (int)mf_seen(m->fs, MF_WRITE_FILE);
	flushed = (int)mf_seen(m->fs, MF_FLUSH_FILE);
	assert_int_equal(cbf_flush_file(m->volume, "/f", 4096, 0), 0);
	assert_int_equal(mf_seen(m->fs, MF_WRITE_FILE), written); /* another part of it */
	assert_int_equal(cbf_flush_file(m->volume, "/f2", 0, 4096), 0);
	assert_true((int)mf_seen(m->fs, MF_WRITE_FILE) > written);
	assert_int_equal(mf_seen(m->fs, MF_FLUSH_FILE), flushed + 2);
	assert_int_equal(mf_data_of(m->fs, "/f", content, sizeof(content)), 4);
	assert_memory_equal(content, "DATA", 4);
	/* The mapping goes on. */
	memcpy(map, "more", 4);
	assert_int_equal(munmap(map, 4), 0);
	assert_int_equal(close(fd), 0);
	mx_finish(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		MX_TEST(test_release),
		MX_TEST(test_release_by_name),
		MX_TEST(test_release_beside_changes),
		MX_TEST(test_release_by_name_beside_changes),
		MX_TEST(test_flush_writes_mappings_back),
	};
	int skip = mx_can_mount();
	struct utsname system;
	int major = 0, minor = 0;

	if (uname(&system) == 0 && sscanf(system.release, "%d.%d", &major, &minor) == 2)
		can_prune = major > 6 || (major == 6 && minor >= 18);
	return skip != 0 ? skip : cmocka_run_group_tests(tests, NULL, NULL);
}
