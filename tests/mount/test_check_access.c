/* SPDX-License-Identifier: MIT */
/* CheckAccess on a real mount, by real users: the hook decides in place of the kernel, and what one user was allowed to
 * is never another's, whatever the kernel could have kept. */
#include "mount_fixture.h"

#include <pthread.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <sys/xattr.h>

enum { ONE = 12001, OTHER = 12002 };

/* User OTHER is refused these rights, of files whose path begins so; ONE and root may do everything. */
struct policy {
	pthread_mutex_t lock;
	char path[64];
	unsigned refused;
	unsigned asked; /* on behalf of OTHER */
};

static struct policy policy = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void check(struct cbf_volume *volume, struct cbf_check_access_event *event, void *user_data)
{
	(void)volume;
	(void)user_data;
	pthread_mutex_lock(&policy.lock);
	if (event->uid == OTHER) {
		policy.asked++;
		if (strncmp(event->file_name, policy.path, strlen(policy.path)) == 0 &&
		    (event->desired_access & policy.refused))
			event->result_code = EACCES;
	}
	pthread_mutex_unlock(&policy.lock);
}

static void refuse(const char *path, unsigned access)
{
	pthread_mutex_lock(&policy.lock);
	(void)snprintf(policy.path, sizeof(policy.path), "%s", path);
	policy.refused = access;
	pthread_mutex_unlock(&policy.lock);
}

/* What a user gets by that call: 0 or an errno. A child does it, since the identity of a process is for good. */
static int as(uid_t uid, int (*call)(const char *path), const char *path)
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		if (setgid(uid) != 0 || setuid(uid) != 0)
			_exit(255);
		_exit(call(path) < 0 ? errno : 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static int do_stat(const char *path)
{
	struct stat st;

	return stat(path, &st);
}

static int do_read(const char *path)
{
	char byte;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	return fd < 0 ? -1 : (int)read(fd, &byte, 1);
}

static int do_map(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	const char *bytes;

	if (fd < 0)
		return -1;
	bytes = mmap(NULL, 1, PROT_READ, MAP_SHARED, fd, 0);
	return bytes == MAP_FAILED ? -1 : bytes[0];
}

static int do_write(const char *path)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	return fd < 0 ? -1 : (int)write(fd, "w", 1);
}

static int do_append(const char *path)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);

	return fd < 0 ? -1 : (int)write(fd, "a", 1);
}

static int do_list(const char *path)
{
	DIR *dir = opendir(path);

	return dir && readdir(dir) ? 0 : -1;
}

static int do_chdir(const char *path)
{
	return chdir(path);
}

static int do_chmod(const char *path)
{
	return chmod(path, 0600);
}

static int do_truncate(const char *path)
{
	return truncate(path, 1);
}

static int do_unlink(const char *path)
{
	return unlink(path);
}

static int do_mkdir(const char *path)
{
	return mkdir(path, 0700);
}

static int do_create(const char *path)
{
	return open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
}

static int do_access(const char *path)
{
	return access(path, R_OK);
}

static int do_exists(const char *path)
{
	return access(path, F_OK);
}

static int do_readlink(const char *path)
{
	char target[64];

	return (int)readlink(path, target, sizeof(target));
}

static int do_set_attribute(const char *path)
{
	return setxattr(path, "user.a", "x", 1, 0);
}

static int do_get_attribute(const char *path)
{
	char value[8];

	return (int)getxattr(path, "user.a", value, sizeof(value));
}

static int do_rename(const char *path)
{
	char to[128];

	(void)snprintf(to, sizeof(to), "%s.moved", path);
	return rename(path, to) == 0 ? rename(to, path) : -1;
}

static int do_link(const char *path)
{
	char to[128];

	(void)snprintf(to, sizeof(to), "%s.linked", path);
	return link(path, to) == 0 ? unlink(to) : -1;
}

/* With what the kernel would keep kept for long, if it were for others as well. */
static struct mounted *begin(void **state)
{
	struct mounted *m = *state;

	assert_int_equal(chmod(m->directory, 0755), 0);
	assert_int_equal(cbf_set_metadata_cache(m->volume, 100000), 0);
	assert_int_equal(cbf_set_nonexistent_files_cache(m->volume, 100000), 0);
	assert_int_equal(cbf_add_mount_options(m->volume, "allow_other"), 0);
	assert_int_equal(cbf_on_check_access(m->volume, check, NULL), 0);
	refuse("", 0);
	mx_mount(m);
	return m;
}

static const struct row {
	const char *path;
	int (*call)(const char *path);
	const char *of; /* what is refused, of what */
	unsigned access;
} rows[] = {
	{"/d/x", do_stat, "/d/x", CBF_ACCESS_READ_ATTRIBUTES},
	{"/d/x", do_stat, "/d", CBF_ACCESS_TRAVERSE},
	{"/d/x", do_stat, "/", CBF_ACCESS_TRAVERSE},
	{"/d/x", do_exists, "/d", CBF_ACCESS_TRAVERSE},
	{"/d/x", do_read, "/d/x", CBF_ACCESS_READ_DATA},
	{"/d/x", do_read, "/d", CBF_ACCESS_TRAVERSE},
	{"/d/x", do_map, "/d/x", CBF_ACCESS_READ_DATA},
	{"/d/x", do_write, "/d/x", CBF_ACCESS_WRITE_DATA},
	{"/d/x", do_append, "/d/x", CBF_ACCESS_APPEND_DATA},
	{"/d/x", do_truncate, "/d/x", CBF_ACCESS_WRITE_DATA},
	{"/d/x", do_access, "/d/x", CBF_ACCESS_READ_DATA},
	{"/d/x", do_chmod, "/d/x", CBF_ACCESS_WRITE_DAC},
	{"/d/x", do_set_attribute, "/d/x", CBF_ACCESS_WRITE_EA},
	{"/d/x", do_get_attribute, "/d/x", CBF_ACCESS_READ_EA},
	{"/d/x", do_rename, "/d/x", CBF_ACCESS_DELETE},
	{"/d/x", do_rename, "/d", CBF_ACCESS_DELETE_CHILD},
	{"/d/x", do_rename, "/d", CBF_ACCESS_ADD_FILE},
	{"/d/x", do_link, "/d/x", CBF_ACCESS_WRITE_ATTRIBUTES},
	{"/d/x", do_unlink, "/d/x", CBF_ACCESS_DELETE},
	{"/d/x", do_unlink, "/d", CBF_ACCESS_DELETE_CHILD},
	{"/d", do_list, "/d", CBF_ACCESS_LIST_DIRECTORY},
	{"/d", do_chdir, "/d", CBF_ACCESS_TRAVERSE},
	{"/l", do_readlink, "/l", CBF_ACCESS_READ_DATA},
	{"/d/new", do_create, "/d", CBF_ACCESS_ADD_FILE},
	{"/d/newdir", do_mkdir, "/d", CBF_ACCESS_ADD_SUBDIRECTORY},
};

/* Everything that could be known is known to the kernel when the other user comes: by another user, and by himself,
 * from when he was allowed to. */
static void warm(const struct mounted *m, uid_t uid)
{
	assert_int_equal(as(uid, do_list, mx_path(m, "/d")), 0);
	assert_int_equal(as(uid, do_stat, mx_path(m, "/d/x")), 0);
	assert_int_equal(as(uid, do_map, mx_path(m, "/d/x")), 0);
	assert_int_equal(as(uid, do_readlink, mx_path(m, "/l")), 0);
	assert_int_equal(as(uid, do_access, mx_path(m, "/d/x")), 0);
	assert_int_equal(as(uid, do_stat, mx_path(m, "/d/new")), ENOENT);
	assert_int_equal(as(uid, do_stat, mx_path(m, "/d/newdir")), ENOENT);
}

static void test_each_caller_is_asked_for(void **state)
{
	struct mounted *m = begin(state);

	assert_int_equal(as(ONE, do_set_attribute, mx_path(m, "/d/x")), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int error;

		refuse("", 0);
		warm(m, ONE);
		warm(m, OTHER);
		refuse(rows[i].of, rows[i].access);
		error = as(OTHER, rows[i].call, mx_path(m, rows[i].path));
		if (error != EACCES)
			fail_msg("row %zu: errno %d, not EACCES", i, error);
	}
	mx_finish(m);
}

/* Whom modes and owners would keep out. */
static void test_modes_do_not_count(void **state)
{
	struct mounted *m = begin(state);

	assert_int_equal(chmod(mx_path(m, "/d"), 0), 0);
	assert_int_equal(chmod(mx_path(m, "/d/x"), 0), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int error = as(OTHER, rows[i].call, mx_path(m, rows[i].path));

		/* A name that is taken away is made again. */
		if (rows[i].call == do_unlink && error == 0)
			(void)mf_add_file(m->fs, "/d/x", "x");
		if (error && !(rows[i].call == do_get_attribute && error == ENODATA))
			fail_msg("row %zu: errno %d", i, error);
	}
	mx_finish(m);
}

/* Who opened a file may go on, and hand it on; who has none gets none, though the pages are there. */
static void test_open_files_stay_open(void **state)
{
	struct mounted *m = begin(state);
	char byte;
	struct stat st;
	int fd = open(mx_path(m, "/d/x"), O_RDWR | O_CLOEXEC);

	assert_true(fd >= 0);
	refuse("/", ~0u);
	assert_int_equal(pread(fd, &byte, 1, 0), 1);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(as(OTHER, do_read, mx_path(m, "/d/x")), EACCES);
	assert_int_equal(as(OTHER, do_map, mx_path(m, "/d/x")), EACCES);
	assert_int_equal(close(fd), 0);
	mx_finish(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		MX_TEST(test_each_caller_is_asked_for),
		MX_TEST(test_modes_do_not_count),
		MX_TEST(test_open_files_stay_open),
	};
	int skip = mx_can_mount();

	if (skip == 0 && geteuid() != 0) {
		(void)fprintf(stderr, "SKIPPED, NOT TESTED: other users are needed: not root\n");
		skip = 77;
	}
	return skip != 0 ? skip : cmocka_run_group_tests(tests, NULL, NULL);
}
