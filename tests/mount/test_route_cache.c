/* SPDX-License-Identifier: MIT */
/* The route cache on a mount: many who open, read and write one file while its attributes and names change. */
#include "mount_fixture.h"

#include <pthread.h>

enum { THREADS = 4, ROUNDS = 60, BLOCK = 100000 };

static char location[64];

static int local_file(const char *name)
{
	char path[128];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/%s", location, name);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	assert_true(fd >= 0);
	return fd;
}

static struct mounted *begin(void **state)
{
	struct mounted *m = *state;

	(void)snprintf(location, sizeof(location), "/tmp/cbfuse-cache.XXXXXX");
	assert_non_null(mkdtemp(location));
	assert_int_equal(cbf_set_use_routing(m->volume, true), 0);
	assert_int_equal(cbf_enable_route_cache(m->volume, location, 0), 0);
	mx_mount(m);
	return m;
}

static void remove_location(void)
{
	char path[128];

	(void)snprintf(path, sizeof(path), "%s/good", location);
	(void)unlink(path);
	assert_int_equal(rmdir(location), 0);
}

struct user {
	const struct mounted *m;
	int local;
	unsigned number;
	const char *fault;
};

/* Each has a block of the file to itself, and looks into the local file for what it has written: the kernel's pages are
 * dropped by each open, and one that is read anew while it is being written may hold what was there before. */
static void *read_and_write(void *argument)
{
	struct user *user = argument;
	char *mine = malloc(BLOCK), *read_back = malloc(BLOCK);

	for (int i = 0; i < ROUNDS && !user->fault; i++) {
		int fd = open(mx_path(user->m, "/good"), O_RDWR | O_CLOEXEC);
		off_t at = (off_t)user->number * BLOCK;

		memset(mine, 'a' + (i + (int)user->number) % 26, BLOCK);
		if (fd < 0)
			user->fault = "open";
		else if (pwrite(fd, mine, BLOCK, at) != BLOCK)
			user->fault = "pwrite";
		else if (pread(fd, read_back, BLOCK, at) != BLOCK)
			user->fault = "pread";
		else if (pread(user->local, read_back, BLOCK, at) != BLOCK || memcmp(mine, read_back, BLOCK) != 0)
			user->fault = "what the local file holds";
		if (fd >= 0)
			(void)close(fd);
	}
	free(mine);
	free(read_back);
	return NULL;
}

/* Events for open files: some find it open by the cache, some find it closed. */
static void *change_attributes(void *argument)
{
	struct user *user = argument;

	for (int i = 0; i < ROUNDS && !user->fault; i++)
		if (chmod(mx_path(user->m, "/good"), i % 2 ? 0644 : 0600) != 0)
			user->fault = "chmod";
	return NULL;
}

static void test_in_each_others_way(void **state)
{
	struct mounted *m = begin(state);
	struct user users[THREADS + 1];
	pthread_t threads[THREADS + 1];
	int local = local_file("good");
	struct stat st;

	for (unsigned i = 0; i <= THREADS; i++) {
		users[i] = (struct user){.m = m, .local = local, .number = i};
		assert_int_equal(
			pthread_create(&threads[i], NULL, i < THREADS ? read_and_write : change_attributes, &users[i]),
			0);
	}
	for (unsigned i = 0; i <= THREADS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	for (unsigned i = 0; i <= THREADS; i++)
		if (users[i].fault)
			fail_msg("user %u: %s", i, users[i].fault);
	assert_int_equal(stat(mx_path(m, "/good"), &st), 0);
	assert_int_equal(st.st_size, THREADS * BLOCK);
	assert_int_equal(fstat(local, &st), 0);
	assert_int_equal(st.st_size, THREADS * BLOCK);
	assert_int_equal(mf_seen(m->fs, MF_READ_FILE) + mf_seen(m->fs, MF_WRITE_FILE), 0);
	(void)close(local);
	cbf_disable_route_cache(m->volume, false);
	remove_location();
	mx_finish(m);
}

static void test_forced_unmount(void **state)
{
	struct mounted *m = begin(state);
	int local = local_file("good"), fd, other;

	assert_int_equal(write(local, "local", 5), 5);
	fd = open(mx_path(m, "/good"), O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	other = open(mx_path(m, "/d/x"), O_RDONLY | O_CLOEXEC);
	assert_true(other >= 0);
	assert_int_equal(write(fd, "LOCAL", 5), 5);
	assert_int_equal(cbf_unmount(m->volume, CBF_UNMOUNT_FORCE), 0);
	mx_expect_nothing_left(m);
	assert_int_equal(mf_seen(m->fs, MF_OPEN_FILE), 1); /* of the one that is not there */
	(void)close(fd);
	(void)close(other);
	(void)close(local);
	remove_location();
	cbf_volume_destroy(m->volume); /* and with it the cache */
	m->volume = NULL;
	leak_check_end(&m->leaks);
}

int main(void)
{
	const struct CMUnitTest tests[] = {MX_TEST(test_in_each_others_way), MX_TEST(test_forced_unmount)};
	int skip = mx_can_mount();

	return skip ? skip : cmocka_run_group_tests(tests, NULL, NULL);
}
