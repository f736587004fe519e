/* SPDX-License-Identifier: MIT */
/* The permissions of a file count for whoever opens it, also if the kernel took it for one that does not exist. */
#include "mount_fixture.h"

#include <sys/wait.h>

enum { NOBODY = 65534 };

/* What open(2) of that path says, on behalf of nobody or root: 0 or an errno. A child does it, since the identity of a
 * process is for good. */
static int open_as(uid_t uid, const char *path, int flags)
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		if (uid != 0 && (setgid(uid) != 0 || setuid(uid) != 0))
			_exit(255);
		_exit(open(path, flags | O_CLOEXEC, 0666) < 0 ? errno : 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void test_creating_opens_of_a_file_that_appeared_are_checked(void **state)
{
	struct mounted *m = *state;
	char data[16], path[80];
	int fd;

	assert_int_equal(chmod(m->directory, 0755), 0);
	assert_int_equal(cbf_set_nonexistent_files_cache(m->volume, 10000), 0);
	assert_int_equal(cbf_add_mount_options(m->volume, "allow_other"), 0);
	mx_mount(m);
	/* The root is anybody's, so that creating is allowed to anybody. */
	assert_int_equal(chmod(m->directory, 0777), 0);
	(void)snprintf(path, sizeof(path), "%s/secret", m->directory);
	assert_int_equal(open_as(NOBODY, path, O_RDONLY), ENOENT); /* the kernel keeps that for 10 s */
	(void)mf_add_file(m->fs, "/hidden", "secret");
	assert_int_equal(chmod(mx_path(m, "/hidden"), 0600), 0);
	(void)mf_add_link(m->fs, "/hidden", "/secret");
	mf_remove(m->fs, "/hidden");

	assert_int_equal(open_as(NOBODY, path, O_RDWR | O_CREAT), EACCES);
	assert_int_equal(open_as(NOBODY, path, O_RDWR | O_CREAT | O_TRUNC), EACCES);
	assert_int_equal(open_as(NOBODY, path, O_RDONLY), EACCES);
	assert_int_equal(mf_data_of(m->fs, "/secret", data, sizeof(data)), 6);
	assert_int_equal(open_as(0, path, O_RDWR | O_CREAT), 0);
	mx_wait_idle(m);
	mx_unmount(m);

	/* Root's own, with the file unknown to the kernel again. */
	mf_remove(m->fs, "/secret");
	mx_mount(m);
	assert_int_equal(open_as(0, path, O_RDONLY), ENOENT);
	(void)mf_add_file(m->fs, "/secret", "secret");
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(read(fd, data, sizeof(data)), 6);
	assert_memory_equal(data, "secret", 6);
	assert_int_equal(close(fd), 0);
	mx_finish(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		MX_TEST(test_creating_opens_of_a_file_that_appeared_are_checked),
	};
	int skip = mx_can_mount();

	return skip != 0 ? skip : cmocka_run_group_tests(tests, NULL, NULL);
}
