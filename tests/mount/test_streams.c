/* SPDX-License-Identifier: MIT */
/*
 * Named streams on a real mount: as user.* attributes, each call beside the same one on a native filesystem that has
 * such attributes (where there is none, against what Linux documents).
 */
#include "mount_fixture.h"

#include <linux/limits.h>
#include <sys/xattr.h>

static struct mounted *begin(void **state)
{
	struct mounted *m = *state;

	assert_int_equal(cbf_set_use_alternate_data_streams(m->volume, true), 0);
	mx_mount(m);
	return m;
}

/* A directory on a filesystem with user.* attributes; "" if there is none. */
static const char *native(void)
{
	static char directory[64];
	static const char *const places[] = {"/var/tmp", "/tmp", "."};

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		(void)snprintf(directory, sizeof(directory), "%s/cbfuse-native.XXXXXX", places[i]);
		if (!mkdtemp(directory))
			continue;
		if (setxattr(directory, "user.try", "", 0, 0) == 0 && removexattr(directory, "user.try") == 0)
			return directory;
		(void)rmdir(directory);
	}
	return "";
}

enum call { SET, GET, REMOVE, LIST };

struct step {
	enum call call;
	const char *path, *name, *value;
	int flags; /* of SET; of GET and LIST the room */
	int expected; /* errno */
};

static const struct step steps[] = {
	{GET, "/file", "user.a", NULL, 100, ENODATA},
	{LIST, "/file", NULL, "", 100, 0},
	{SET, "/file", "user.a", "one", XATTR_REPLACE, ENODATA},
	{SET, "/file", "user.a", "one", XATTR_CREATE, 0},
	{SET, "/file", "user.a", "two", XATTR_CREATE, EEXIST},
	{GET, "/file", "user.a", "one", 100, 0},
	{GET, "/file", "user.a", "one", 3, 0},
	{GET, "/file", "user.a", NULL, 2, ERANGE},
	{GET, "/file", "user.a", "", 0, 0},
	{SET, "/file", "user.a", "another", XATTR_REPLACE, 0},
	{GET, "/file", "user.a", "another", 100, 0},
	{SET, "/file", "user.a", "x", 0, 0},
	{GET, "/file", "user.a", "x", 100, 0},
	{SET, "/file", "user.b", "", 0, 0},
	{GET, "/file", "user.b", "", 100, 0},
	{LIST, "/file", NULL, "user.a user.b ", 100, 0},
	{LIST, "/file", NULL, NULL, 13, ERANGE},
	{LIST, "/file", NULL, "", 0, 0},
	{REMOVE, "/file", "user.none", NULL, 0, ENODATA},
	{REMOVE, "/file", "user.a", NULL, 0, 0},
	{REMOVE, "/file", "user.a", NULL, 0, ENODATA},
	{GET, "/file", "user.a", NULL, 100, ENODATA},
	{LIST, "/file", NULL, "user.b ", 100, 0},
	{SET, "/dir", "user.a", "of a directory", 0, 0},
	{GET, "/dir", "user.a", "of a directory", 100, 0},
	{REMOVE, "/dir", "user.a", NULL, 0, 0},
	{LIST, "/dir", NULL, "", 100, 0},
	{SET, "/link", "user.a", "of a symbolic link", 0, EPERM},
	{GET, "/link", "user.a", NULL, 100, ENODATA},
	{REMOVE, "/link", "user.a", NULL, 0, EPERM},
	{SET, "/fifo", "user.a", "of a special file", 0, EPERM},
	{GET, "/fifo", "user.a", NULL, 100, ENODATA},
	{GET, "/file", "user.", NULL, 100, EINVAL},
	{SET, "/file", "user.", "x", 0, EINVAL},
	{REMOVE, "/file", "user.", NULL, 0, EINVAL},
};

static int compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The names in `user.`, in order, a space behind each; other namespaces are the system's. */
static void sort_names(char *names, ssize_t length, char *out)
{
	const char *list[64];
	size_t count = 0;

	for (ssize_t i = 0; i < length; i += (ssize_t)strlen(names + i) + 1)
		if (strncmp(names + i, "user.", 5) == 0)
			list[count++] = names + i;
	qsort(list, count, sizeof(list[0]), compare);
	*out = '\0';
	for (size_t i = 0; i < count; i++)
		(void)strcat(strcat(out, list[i]), " ");
}

/* An errno value; what was got is in `out`. */
static int run(const char *root, const struct step *step, char *out)
{
	char path[256], room[4096];
	ssize_t got = 0;

	(void)snprintf(path, sizeof(path), "%s%s", root, step->path);
	out[0] = '\0';
	switch (step->call) {
	case SET:
		got = lsetxattr(path, step->name, step->value, strlen(step->value), step->flags);
		break;
	case REMOVE:
		got = lremovexattr(path, step->name);
		break;
	case GET:
		got = lgetxattr(path, step->name, room, (size_t)step->flags);
		if (got >= 0 && step->flags)
			(void)snprintf(out, sizeof(room), "%.*s", (int)got, room);
		break;
	case LIST:
		got = llistxattr(path, room, (size_t)step->flags);
		if (got > 0 && step->flags)
			sort_names(room, got, out);
		break;
	}
	return got < 0 ? errno : 0;
}

static void make_files(const char *root)
{
	char path[256];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/file", root);
	fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
	assert_true(fd >= 0);
	(void)close(fd);
	(void)snprintf(path, sizeof(path), "%s/dir", root);
	assert_int_equal(mkdir(path, 0755), 0);
	(void)snprintf(path, sizeof(path), "%s/link", root);
	assert_int_equal(symlink("file", path), 0);
	(void)snprintf(path, sizeof(path), "%s/fifo", root);
	assert_int_equal(mkfifo(path, 0644), 0);
}

static void remove_files(const char *root)
{
	char command[128];

	(void)snprintf(command, sizeof(command), "rm -rf --one-file-system '%s'", root);
	assert_int_equal(system(command), 0);
}

static void test_as_on_a_native_filesystem(void **state)
{
	struct mounted *m = begin(state);
	const char *beside = native();
	char got[4096], wanted[4096];

	make_files(m->directory);
	if (*beside)
		make_files(beside);
	else
		print_message("no native filesystem with user.* attributes: nothing to compare with\n");
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		int error = run(m->directory, &steps[i], got);

		if (error != steps[i].expected ||
		    (steps[i].value && steps[i].call != SET && strcmp(got, steps[i].value)))
			fail_msg("step %zu: errno %d, \"%s\"", i, error, got);
		if (!*beside)
			continue;
		if (run(beside, &steps[i], wanted) != error || strcmp(got, wanted) != 0)
			fail_msg("step %zu: errno %d and \"%s\" here, natively another: \"%s\"", i, error, got, wanted);
	}
	if (*beside)
		remove_files(beside);
	mx_finish(m);
}

static void test_large_values(void **state)
{
	struct mounted *m = begin(state);
	char *value = malloc(XATTR_SIZE_MAX + 1), *got = malloc(XATTR_SIZE_MAX);

	assert_true(value && got);
	for (size_t i = 0; i <= XATTR_SIZE_MAX; i++)
		value[i] = (char)(i * 31);
	assert_int_equal(setxattr(mx_path(m, "/f"), "user.large", value, XATTR_SIZE_MAX, 0), 0);
	assert_int_equal(getxattr(mx_path(m, "/f2"), "user.large", got, XATTR_SIZE_MAX), XATTR_SIZE_MAX);
	assert_memory_equal(got, value, XATTR_SIZE_MAX);
	assert_int_equal(setxattr(mx_path(m, "/f"), "user.larger", value, XATTR_SIZE_MAX + 1, 0), -1);
	assert_int_equal(errno, E2BIG);
	assert_int_equal(getxattr(mx_path(m, "/f"), "user.larger", got, 1), -1);
	assert_int_equal(errno, ENODATA);
	free(value);
	free(got);
	mx_finish(m);
}

/* The stream is the file's, not one name's. */
static void test_goes_with_the_file(void **state)
{
	struct mounted *m = begin(state);
	char got[16] = "";

	assert_int_equal(setxattr(mx_path(m, "/f"), "user.a", "one", 3, 0), 0);
	assert_int_equal(getxattr(mx_path(m, "/f2"), "user.a", got, sizeof(got)), 3);
	assert_int_equal(unlink(mx_path(m, "/f")), 0);
	assert_int_equal(getxattr(mx_path(m, "/f2"), "user.a", got, sizeof(got)), 3);
	assert_int_equal(rename(mx_path(m, "/f2"), mx_path(m, "/d/g")), 0);
	assert_int_equal(rename(mx_path(m, "/d"), mx_path(m, "/e")), 0);
	assert_int_equal(getxattr(mx_path(m, "/e/g"), "user.a", got, sizeof(got)), 3);
	assert_string_equal(got, "one");
	assert_int_equal(rename(mx_path(m, "/good"), mx_path(m, "/e/g")), 0);
	assert_int_equal(getxattr(mx_path(m, "/e/g"), "user.a", got, sizeof(got)), -1);
	assert_int_equal(errno, ENODATA);
	mx_finish(m);
}

static void test_by_whom(void **state)
{
	struct mounted *m = *state;

	assert_int_equal(cbf_add_mount_options(m->volume, "allow_other"), 0);
	m = begin(state);
	assert_int_equal(chmod(m->directory, 0755), 0);
	assert_int_equal(chmod(mx_path(m, "/f"), 0644), 0);
	assert_int_equal(setxattr(mx_path(m, "/f"), "user.a", "one", 3, 0), 0);
	assert_int_equal(seteuid(12345), 0);
	if (getxattr(mx_path(m, "/f"), "user.a", NULL, 0) != 3)
		fail_msg("errno %d", errno);
	assert_int_equal(setxattr(mx_path(m, "/f"), "user.a", "two", 3, 0), -1);
	assert_int_equal(errno, EACCES);
	assert_int_equal(removexattr(mx_path(m, "/f"), "user.a"), -1);
	assert_int_equal(errno, EACCES);
	assert_int_equal(seteuid(0), 0);
	assert_int_equal(chmod(mx_path(m, "/f"), 0600), 0);
	assert_int_equal(seteuid(12345), 0);
	assert_int_equal(getxattr(mx_path(m, "/f"), "user.a", NULL, 0), -1);
	assert_int_equal(errno, EACCES);
	assert_int_equal(seteuid(0), 0);
	mx_finish(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		MX_TEST(test_as_on_a_native_filesystem),
		MX_TEST(test_large_values),
		MX_TEST(test_goes_with_the_file),
		MX_TEST(test_by_whom),
	};
	int skip = mx_can_mount();

	return skip ? skip : cmocka_run_group_tests_name("streams", tests, NULL, NULL);
}
