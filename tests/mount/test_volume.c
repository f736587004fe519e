/* SPDX-License-Identifier: MIT */
/*
 * The life of a volume on a real mount point: mounted, used, refused, unmounted, mounted again, two at once. How it
 * ends when it is not asked is in test_volume_end.c.
 */
#include "mount_fixture.h"

#include <stdatomic.h>

static void test_mount_and_unmount(void **state)
{
	struct mounted *m = *state;
	struct pollfd end = {.fd = cbf_get_end_fd(m->volume), .events = POLLIN};

	assert_false(cbf_get_active(m->volume));
	assert_int_equal(cbf_unmount(m->volume, 0), -ENOTCONN);
	assert_int_equal(cbf_unmount(m->volume, CBF_UNMOUNT_FORCE), -ENOTCONN);
	assert_int_equal(cbf_wait(m->volume), -ENOTCONN);
	mx_mount(m);
	assert_int_equal(mf_seen(m->fs, MF_MOUNT), 1);
	assert_true(end.fd >= 0);
	assert_int_equal(poll(&end, 1, 0), 0);
	mx_serves(m);
	mx_wait_idle(m);
	mx_unmount(m);
	assert_int_equal(poll(&end, 1, 0), 1);
	assert_int_equal(mf_seen(m->fs, MF_UNMOUNT), 1);
	assert_int_equal(cbf_unmount(m->volume, 0), -ENOTCONN);
	mx_expect_nothing_left(m);
	/* Again, with the same descriptor of the end. */
	for (unsigned round = 2; round < 6; round++) {
		mx_mount(m);
		assert_int_equal(cbf_get_end_fd(m->volume), end.fd);
		assert_int_equal(poll(&end, 1, 0), 0);
		mx_serves(m);
		mx_wait_idle(m);
		mx_unmount(m);
		assert_int_equal(mf_seen(m->fs, MF_MOUNT), round);
		assert_int_equal(mf_seen(m->fs, MF_UNMOUNT), round);
	}
	mx_mount(m);
	mx_finish(m);
}

static void test_other_mount_point(void **state)
{
	struct mounted *m = *state;
	char other[] = "/tmp/cbfuse-test.XXXXXX", first[sizeof(m->directory)];

	mx_mount(m);
	mx_serves(m);
	mx_wait_idle(m);
	mx_unmount(m);
	assert_non_null(mkdtemp(other));
	memcpy(first, m->directory, sizeof(first));
	memcpy(m->directory, other, sizeof(other));
	mx_mount(m);
	assert_false(mx_is_mounted(first));
	mx_serves(m);
	mx_wait_idle(m);
	mx_unmount(m);
	assert_int_equal(rmdir(other), 0);
	memcpy(m->directory, first, sizeof(first));
	mx_mount(m);
	mx_finish(m);
}

static void test_failed_mounts(void **state)
{
	struct mounted *m = *state;
	struct cbf_volume *bare;
	char file[] = "/tmp/cbfuse-test.XXXXXX";
	int fd = mkstemp(file), told = (int)mf_seen(m->fs, MF_ERROR);

	assert_true(fd >= 0);
	assert_int_equal(close(fd), 0);
	assert_int_equal(cbf_mount(m->volume, "/tmp/cbfuse-there-is-none/x"), -ENOENT);
	assert_true(cbf_mount(m->volume, file) < 0);
	assert_int_equal(unlink(file), 0);
	assert_false(cbf_get_active(m->volume));
	mx_expect_nothing_left(m);

	/* Hard links need their hooks. */
	assert_int_equal(cbf_on_enumerate_hard_links(m->volume, NULL, NULL), 0);
	assert_int_equal(cbf_mount(m->volume, m->directory), -EINVAL);
	assert_true((int)mf_seen(m->fs, MF_ERROR) > told);
	mf_register(m->fs, m->volume);

	assert_int_equal(cbf_volume_create(&bare), 0);
	assert_int_equal(cbf_add_mount_options(bare, "no_such_option"), 0);
	assert_int_equal(cbf_mount(bare, m->directory), -EINVAL);
	assert_false(mx_is_mounted(m->directory));
	cbf_volume_destroy(bare);

	mx_mount(m);
	assert_int_equal(cbf_mount(m->volume, m->directory), -EBUSY);
	mx_serves(m);
	mx_finish(m);
}

/* No hook at all: an empty directory. */
static void test_without_hooks(void **state)
{
	struct mounted *m = *state;
	struct cbf_volume *bare;
	struct stat st;

	assert_int_equal(cbf_volume_create(&bare), 0);
	assert_int_equal(cbf_mount(bare, m->directory), 0);
	assert_int_equal(stat(m->directory, &st), 0);
	assert_int_equal(st.st_mode, S_IFDIR | 0555);
	assert_int_equal(open(mx_path(m, "/new"), O_CREAT | O_WRONLY, 0644), -1);
	assert_int_equal(errno, EROFS);
	assert_int_equal(access(mx_path(m, "/new"), F_OK), -1);
	assert_int_equal(errno, ENOENT);
	cbf_volume_destroy(bare); /* mounted as it is */
	assert_false(mx_is_mounted(m->directory));
}

static void no_trace(struct cbf_volume *volume, const char *line, void *user_data)
{
	(void)volume;
	(void)line;
	(void)user_data;
}

static void test_setters_while_mounted(void **state)
{
	struct mounted *m = *state;
	struct cbf_volume *v = m->volume;
	int tag;

	mx_mount(m);
	assert_int_equal(cbf_set_use_hard_links(v, false), -EBUSY);
	assert_int_equal(cbf_set_use_file_ids(v, true), -EBUSY);
	assert_int_equal(cbf_set_fire_all_open_close_events(v, true), -EBUSY);
	assert_int_equal(cbf_set_serialize_access(v, false), -EBUSY);
	assert_int_equal(cbf_set_serialize_events(v, true), -EBUSY);
	assert_int_equal(cbf_set_worker_threads(v, 1, 2), -EBUSY);
	assert_int_equal(cbf_set_use_directory_empty_check(v, false), -EBUSY);
	assert_int_equal(cbf_set_metadata_cache(v, 5), -EBUSY);
	assert_int_equal(cbf_set_nonexistent_files_cache(v, 5), -EBUSY);
	assert_int_equal(cbf_set_file_cache(v, false), -EBUSY);
	assert_int_equal(cbf_set_sector_size(v, 1024), -EBUSY);
	assert_int_equal(cbf_set_file_system_name(v, "other"), -EBUSY);
	assert_int_equal(cbf_set_source_name(v, "other"), -EBUSY);
	assert_int_equal(cbf_add_mount_options(v, "ro"), -EBUSY);
	assert_int_equal(cbf_set_hard_links_xattr(v, NULL), -EBUSY);
	assert_int_equal(cbf_set_trace(v, no_trace, NULL), -EBUSY);
	assert_int_equal(cbf_on_read_file(v, NULL, NULL), -EBUSY);
	assert_int_equal(cbf_on_get_file_info(v, NULL, NULL), -EBUSY);
	assert_int_equal(cbf_on_mount(v, NULL, NULL), -EBUSY);
	assert_int_equal(cbf_on_error(v, NULL, NULL), -EBUSY);
	assert_int_equal(cbf_on_close_hard_links_enumeration(v, NULL, NULL), -EBUSY);
	cbf_set_tag(v, &tag); /* this one may be set at any time */
	assert_ptr_equal(cbf_get_tag(v), &tag);
	mx_serves(m);
	mx_wait_idle(m);
	mx_unmount(m);
	assert_int_equal(cbf_set_worker_threads(v, 3, 2), -EINVAL);
	assert_int_equal(cbf_set_worker_threads(v, 1, 1025), -EINVAL);
	assert_int_equal(cbf_set_sector_size(v, 1000), -EINVAL);
	assert_int_equal(cbf_set_file_cache(v, false), 0);
	assert_int_equal(cbf_set_file_cache(v, true), 0);
	mx_mount(m);
	mx_finish(m);
}

static void test_busy(void **state)
{
	struct mounted *m = *state;
	char buffer[8];
	DIR *dir;
	int fd;

	mx_mount(m);
	fd = open(mx_path(m, "/f"), O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(cbf_unmount(m->volume, 0), -EBUSY);
	assert_true(cbf_get_active(m->volume));
	assert_int_equal(read(fd, buffer, sizeof(buffer)), 4);
	assert_int_equal(write(fd, "more", 4), 4);
	mx_serves(m);
	assert_int_equal(close(fd), 0);
	dir = opendir(mx_path(m, "/d"));
	assert_non_null(dir);
	assert_int_equal(cbf_unmount(m->volume, 0), -EBUSY);
	assert_non_null(readdir(dir));
	assert_int_equal(closedir(dir), 0);
	assert_int_equal(mf_seen(m->fs, MF_UNMOUNT), 0);
	mx_finish(m);
}

static void test_two_volumes(void **state)
{
	struct mounted *one = *state, *two = mx_new();
	void *second = two;
	char buffer[8];
	int fd;

	(void)mf_add_file(one->fs, "/only-one", "1");
	(void)mf_add_file(two->fs, "/only-two", "22");
	mx_mount(one);
	mx_mount(two);
	for (int round = 0; round < 100; round++) {
		mx_serves(one);
		mx_serves(two);
	}
	assert_int_equal(access(mx_path(one, "/only-two"), F_OK), -1);
	assert_int_equal(access(mx_path(two, "/only-one"), F_OK), -1);
	assert_int_equal(rename(mx_path(one, "/only-one"), mx_path(two, "/x")), -1);
	assert_int_equal(errno, EXDEV);
	fd = open(mx_path(two, "/only-two"), O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	mx_wait_idle(one);
	mx_unmount(one);
	mx_expect_nothing_left(one);
	assert_int_equal(read(fd, buffer, sizeof(buffer)), 2); /* the other one does not care */
	assert_int_equal(close(fd), 0);
	mx_mount(one);
	mx_serves(one);
	mx_serves(two);
	mx_wait_idle(two);
	mx_unmount(two);
	mx_expect_nothing_left(two);
	mx_serves(one);
	assert_int_equal(mx_teardown(&second), 0);
	alarm(MX_TEST_LIMIT_S);
	mx_finish(one);
}

/* What a hook may call, and what not. Runs at the end of a hook. */
struct from_hook {
	struct mounted *m;
	enum mf_event event;
	atomic_uint calls, done;
	int unmount, force, wait, mount, list, list_id;
	bool active, end_fd;
	uint64_t requests;
};

static int never(const char *path, void *user_data)
{
	(void)path;
	*(bool *)user_data = true;
	return 0;
}

static void call_from_hook(enum mf_event kind, const void *event, void *user_data)
{
	struct from_hook *from = user_data;
	struct cbf_volume *v = from->m->volume;
	struct cbf_object_counts counts;
	bool visited = false;

	(void)event;
	if (kind != from->event || atomic_fetch_add(&from->calls, 1) > 0)
		return;
	from->unmount = cbf_unmount(v, 0);
	from->force = cbf_unmount(v, CBF_UNMOUNT_FORCE);
	from->wait = cbf_wait(v);
	from->mount = cbf_mount(v, from->m->directory);
	from->list = cbf_list_hard_links(v, "/f", never, &visited);
	from->list_id = cbf_list_hard_links_by_id(v, mf_id_of(from->m->fs, "/f"), never, &visited);
	from->active = cbf_get_active(v) && !visited;
	from->end_fd = cbf_get_end_fd(v) >= 0;
	cbf_get_object_counts(v, &counts);
	from->requests = counts.requests;
	atomic_store(&from->done, 1);
}

static void test_calls_from_hooks(void **state)
{
	enum { EVENTS = 4 };
	static const enum mf_event events[EVENTS] = {MF_OPEN_FILE, MF_READ_FILE, MF_GET_FILE_INFO, MF_CLOSE_FILE};
	struct mounted *m = *state;
	struct from_hook from[EVENTS]; /* a hook may still look at the one before */

	mx_mount(m);
	for (size_t i = 0; i < EVENTS; i++) {
		from[i] = (struct from_hook){.m = m, .event = events[i]};
		mf_observe(m->fs, call_from_hook, &from[i]);
		mx_serves(m);
		mx_wait_idle(m);
		while (atomic_load(&from[i].done) == 0)
			(void)poll(NULL, 0, 2);
		assert_int_equal(from[i].unmount, -EDEADLK);
		assert_int_equal(from[i].force, -EDEADLK);
		assert_int_equal(from[i].wait, -EDEADLK);
		assert_int_equal(from[i].mount, -EDEADLK);
		assert_int_equal(from[i].list, -EDEADLK);
		assert_int_equal(from[i].list_id, -EDEADLK);
		assert_true(from[i].active);
		assert_true(from[i].end_fd);
		assert_true(from[i].requests > 0);
	}
	mf_observe(m->fs, NULL, NULL);
	mx_finish(m);
}

struct listed {
	const char *const *wanted;
	unsigned seen[3], count;
};

static int compare_path(const char *path, void *user_data)
{
	struct listed *listed = user_data;

	listed->count++;
	for (unsigned i = 0; i < 3; i++)
		listed->seen[i] += strcmp(path, listed->wanted[i]) == 0;
	return 0;
}

/* cbf_list_hard_links() in the daemon, beside its own users. */
static void test_list_call(void **state)
{
	static const char *const wanted[] = {"/f", "/f2", "/d/f3"};
	struct mounted *m = *state;
	struct listed listed;

	mx_mount(m);
	for (int round = 0; round < 4; round++) {
		int error;

		listed = (struct listed){.wanted = wanted};
		error = round == 3 ? cbf_list_hard_links_by_id(m->volume, mf_id_of(m->fs, "/f"), compare_path, &listed)
				   : cbf_list_hard_links(m->volume, wanted[round], compare_path, &listed);
		assert_int_equal(error, 0);
		assert_int_equal(listed.count, 3);
		for (unsigned i = 0; i < 3; i++)
			assert_int_equal(listed.seen[i], 1);
	}
	assert_int_equal(cbf_list_hard_links(m->volume, "/none", compare_path, &listed), -ENOENT);
	assert_int_equal(cbf_list_hard_links(m->volume, "/d", compare_path, &listed), -EISDIR);
	mx_wait_idle(m);
	mx_unmount(m);
	assert_int_equal(cbf_list_hard_links(m->volume, "/f", compare_path, &listed), -ENOTCONN);
	mx_mount(m);
	mx_finish(m);
}

static void test_serialize_events(void **state)
{
	struct mounted *m = *state;

	assert_int_equal(cbf_set_serialize_events(m->volume, true), 0);
	mx_mount(m);
	for (int round = 0; round < 50; round++)
		mx_serves(m);
	assert_int_equal(mf_workers(m->fs), 1);
	mx_finish(m);
}

/* A thousand times mounted, used and unmounted: not one descriptor more. */
static void test_many_mounts(void **state)
{
	struct mounted *m = *state;
	const char *wish = getenv("CBF_TEST_MOUNTS");
	long rounds = wish != NULL ? strtol(wish, NULL, 10) : 1000;
	struct leak_check after_first;

	mx_mount(m);
	mx_serves(m);
	mx_wait_idle(m);
	mx_unmount(m);
	leak_check_begin(&after_first);
	for (long round = 0; round < rounds; round++) {
		mx_mount(m);
		mx_serves(m);
		if (round % 2 == 0)
			mx_unmount(m);
		else
			assert_int_equal(cbf_unmount(m->volume, CBF_UNMOUNT_FORCE), 0);
		mx_expect_nothing_left(m);
	}
	leak_check_end(&after_first);
	mx_mount(m);
	mx_finish(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		MX_TEST(test_mount_and_unmount), MX_TEST(test_other_mount_point),     MX_TEST(test_failed_mounts),
		MX_TEST(test_without_hooks),     MX_TEST(test_setters_while_mounted), MX_TEST(test_busy),
		MX_TEST(test_two_volumes),       MX_TEST(test_calls_from_hooks),      MX_TEST(test_list_call),
		MX_TEST(test_serialize_events),  MX_TEST(test_many_mounts),
	};
	int skip = mx_can_mount();

	return skip != 0 ? skip : cmocka_run_group_tests(tests, NULL, NULL);
}
