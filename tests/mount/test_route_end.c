/* SPDX-License-Identifier: MIT */
/* A mount that is ended by force while routed files are open: no descriptor of the library is left. */
#include "mount_fixture.h"

#include <stdatomic.h>

/* Handed over by way of the kernel, which thread sanitizers do not see. */
static atomic_int local = -1;

static void route(enum mf_event kind, const void *event, void *volume)
{
	(void)event;
	if (kind == MF_OPEN_FILE)
		(void)cbf_route_to_fd(volume, local, 0);
}

static struct mounted *begin(void **state)
{
	struct mounted *m = *state;
	char path[] = "/tmp/cbfuse-route.XXXXXX";

	local = mkstemp(path);
	assert_true(local >= 0);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(ftruncate(local, 1024 * 1024), 0);
	assert_int_equal(pwrite(local, "local", 5, 0), 5);
	assert_int_equal(cbf_set_use_routing(m->volume, true), 0);
	mf_observe(m->fs, route, m->volume);
	mx_mount(m);
	return m;
}

static void finish(struct mounted *m, int fd)
{
	mx_expect_nothing_left(m);
	(void)close(fd);
	(void)close(local);
	cbf_volume_destroy(m->volume);
	m->volume = NULL;
	leak_check_end(&m->leaks);
}

static int open_and_use(struct mounted *m)
{
	static char buffer[256 * 1024]; /* so large that it is spliced */
	int fd = open(mx_path(m, "/f"), O_RDWR | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(read(fd, buffer, sizeof(buffer)), sizeof(buffer));
	assert_memory_equal(buffer, "local", 5);
	assert_int_equal(pwrite(fd, "LOCAL", 5, 0), 5);
	assert_int_equal(pread(local, buffer, 5, 0), 5);
	assert_memory_equal(buffer, "LOCAL", 5);
	return fd;
}

static void test_forced_unmount(void **state)
{
	struct mounted *m = begin(state);
	int fd = open_and_use(m);
	char byte;

	assert_int_equal(cbf_unmount(m->volume, 0), -EBUSY);
	assert_int_equal(cbf_unmount(m->volume, CBF_UNMOUNT_FORCE), 0);
	assert_int_equal(pread(fd, &byte, 1, 900 * 1024), -1);
	finish(m, fd);
}

/* A volume cannot be routed to its own files. */
static atomic_int inside = 1;

static void route_inside(enum mf_event kind, const void *event, void *volume)
{
	const struct cbf_open_file_event *open_file = event;

	if (kind == MF_OPEN_FILE && strcmp(open_file->file_name, "/f") == 0)
		inside = cbf_route_to_fd(volume, local, 0);
}

static void test_own_file(void **state)
{
	struct mounted *m = *state;
	int fd;

	assert_int_equal(cbf_set_use_routing(m->volume, true), 0);
	mf_observe(m->fs, route_inside, m->volume);
	mx_mount(m);
	local = open(mx_path(m, "/good"), O_RDONLY | O_CLOEXEC);
	assert_true(local >= 0);
	fd = open(mx_path(m, "/f"), O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(inside, -ELOOP);
	(void)close(fd);
	(void)close(local);
	mx_finish(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {MX_TEST(test_forced_unmount), MX_TEST(test_own_file)};
	int skip = mx_can_mount();

	return skip ? skip : cmocka_run_group_tests(tests, NULL, NULL);
}
