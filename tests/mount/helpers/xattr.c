/* SPDX-License-Identifier: MIT */
/*
 * Extended attributes by system calls, in the present directory: flags, sizes, limits, descriptors, files without a
 * name. Native directories are checked by the same expectations.
 *
 * xattr [root]: with root also trusted. attributes, which symbolic links have as well.
 */
#include "check.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/limits.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

static void make_file(const char *name)
{
	int fd = open(name, O_CREAT | O_EXCL | O_WRONLY, 0644);

	CHECK(fd >= 0);
	CHECK(close(fd) == 0);
}

static void expect_value(const char *path, const char *name, const char *value)
{
	char got[256];

	SAME(strlen(value), lgetxattr(path, name, got, sizeof(got)));
	CHECK(memcmp(got, value, strlen(value)) == 0);
}

static void flags(void)
{
	make_file("flags");
	FAILS(ENODATA, getxattr("flags", "user.a", NULL, 0));
	FAILS(ENODATA, setxattr("flags", "user.a", "1", 1, XATTR_REPLACE));
	SAME(0, setxattr("flags", "user.a", "2", 1, XATTR_CREATE));
	FAILS(EEXIST, setxattr("flags", "user.a", "3", 1, XATTR_CREATE));
	expect_value("flags", "user.a", "2");
	SAME(0, setxattr("flags", "user.a", "four", 4, XATTR_REPLACE));
	expect_value("flags", "user.a", "four");
	FAILS(EEXIST, setxattr("flags", "user.a", "5", 1, XATTR_CREATE | XATTR_REPLACE));
	FAILS(EINVAL, setxattr("flags", "user.a", "6", 1, 0x40));
	SAME(0, setxattr("flags", "user.a", "", 0, 0));
	SAME(0, getxattr("flags", "user.a", NULL, 0));
	SAME(0, setxattr("flags", "user.null", NULL, 0, 0));
	SAME(0, removexattr("flags", "user.a"));
	FAILS(ENODATA, removexattr("flags", "user.a"));
	FAILS(ENODATA, getxattr("flags", "user.a", NULL, 0));
	FAILS(EOPNOTSUPP, setxattr("flags", "nowhere.a", "1", 1, 0));
	FAILS(ENOENT, getxattr("nothing", "user.a", NULL, 0));
	FAILS(ENOENT, setxattr("nothing", "user.a", "1", 1, 0));
}

static void sizes(void)
{
	static char large[XATTR_SIZE_MAX + 1], got[XATTR_SIZE_MAX];
	char name[XATTR_NAME_MAX + 2] = "user.", small[8];

	make_file("sizes");
	SAME(0, setxattr("sizes", "user.a", "0123456789", 10, 0));
	SAME(10, getxattr("sizes", "user.a", NULL, 0));
	FAILS(ERANGE, getxattr("sizes", "user.a", small, sizeof(small)));
	SAME(10, getxattr("sizes", "user.a", got, 10));
	SAME(7, listxattr("sizes", NULL, 0));
	FAILS(ERANGE, listxattr("sizes", small, 6));
	SAME(7, listxattr("sizes", small, 7));
	CHECK(strcmp(small, "user.a") == 0);
	memset(large, 'x', sizeof(large));
	FAILS(E2BIG, setxattr("sizes", "user.large", large, sizeof(large), 0));
	/* As large as every file system can. */
	SAME(0, setxattr("sizes", "user.large", large, 2000, 0));
	SAME(2000, getxattr("sizes", "user.large", got, sizeof(got)));
	CHECK(memcmp(large, got, 2000) == 0);
	SAME(0, removexattr("sizes", "user.large"));
	memset(name + 5, 'n', XATTR_NAME_MAX - 5);
	SAME(0, setxattr("sizes", name, "long", 4, 0));
	expect_value("sizes", name, "long");
	SAME(7 + XATTR_NAME_MAX + 1, listxattr("sizes", got, sizeof(got)));
	name[XATTR_NAME_MAX] = 'n';
	FAILS(ERANGE, setxattr("sizes", name, "longer", 6, 0));
	FAILS(ERANGE, getxattr("sizes", name, NULL, 0));
	FAILS(ERANGE, setxattr("sizes", "", "1", 1, 0));
}

/* What the file system below cannot hold: its limits are ours. Prints what it says. */
static void limits(void)
{
	static char value[XATTR_SIZE_MAX];
	static const size_t tried[] = {4096, 8192, 32768, XATTR_SIZE_MAX};

	make_file("limits");
	for (size_t i = 0; i < sizeof(tried) / sizeof(tried[0]); i++) {
		int error = setxattr("limits", "user.a", value, tried[i], 0) ? errno : 0;

		printf("%zu bytes: %s\n", tried[i], strerror(error));
		if (!error)
			SAME(tried[i], getxattr("limits", "user.a", NULL, 0));
	}
	(void)removexattr("limits", "user.a");
}

static void many(void)
{
	enum { COUNT = 60 };
	static char names[XATTR_LIST_MAX];
	char name[32], seen[COUNT] = {0};
	ssize_t length;

	make_file("many");
	for (int i = 0; i < COUNT; i++) {
		snprintf(name, sizeof(name), "user.number-%02d", i);
		SAME(0, setxattr("many", name, name, 5, XATTR_CREATE));
	}
	length = listxattr("many", names, sizeof(names));
	SAME(COUNT * 15, length);
	for (ssize_t i = 0; i < length; i += (ssize_t)strlen(names + i) + 1)
		seen[atoi(names + i + 12)]++;
	for (int i = 0; i < COUNT; i++)
		SAME(1, seen[i]);
}

static void descriptors(void)
{
	int file, directory, path;

	make_file("file");
	CHECK((file = open("file", O_RDONLY)) >= 0);
	CHECK((directory = open(".", O_RDONLY | O_DIRECTORY)) >= 0);
	CHECK((path = open("file", O_PATH)) >= 0);
	SAME(0, fsetxattr(file, "user.a", "one", 3, 0));
	expect_value("file", "user.a", "one");
	SAME(0, fsetxattr(directory, "user.d", "two", 3, 0));
	expect_value(".", "user.d", "two");
	SAME(7, flistxattr(directory, NULL, 0));
	SAME(0, fremovexattr(directory, "user.d"));
	FAILS(EBADF, fsetxattr(path, "user.a", "three", 5, 0));
	CHECK(close(file) == 0 && close(directory) == 0 && close(path) == 0);
}

/* A file has its attributes through all its names, and without any. */
static void names(void)
{
	char value[16];
	int fd;

	make_file("one");
	SAME(0, link("one", "two"));
	SAME(0, setxattr("one", "user.a", "same", 4, 0));
	expect_value("two", "user.a", "same");
	SAME(0, rename("one", "three"));
	expect_value("three", "user.a", "same");
	CHECK((fd = open("two", O_RDWR)) >= 0);
	SAME(0, unlink("three"));
	SAME(0, fsetxattr(fd, "user.b", "more", 4, XATTR_CREATE));
	SAME(0, unlink("two"));
	SAME(4, fgetxattr(fd, "user.a", value, sizeof(value)));
	SAME(0, fsetxattr(fd, "user.b", "less", 4, XATTR_REPLACE));
	SAME(4, fgetxattr(fd, "user.b", value, sizeof(value)));
	CHECK(memcmp(value, "less", 4) == 0);
	SAME(14, flistxattr(fd, NULL, 0));
	SAME(0, fremovexattr(fd, "user.a"));
	FAILS(ENODATA, fgetxattr(fd, "user.a", value, sizeof(value)));
	CHECK(close(fd) == 0);
}

static void symbolic_links(int root)
{
	make_file("target");
	SAME(0, symlink("target", "link"));
	SAME(0, setxattr("link", "user.a", "follows", 7, 0));
	expect_value("target", "user.a", "follows");
	FAILS(EPERM, lsetxattr("link", "user.a", "does not", 8, 0));
	FAILS(ENODATA, lgetxattr("link", "user.a", NULL, 0));
	SAME(0, llistxattr("link", NULL, 0));
	if (!root)
		return;
	SAME(0, lsetxattr("link", "trusted.a", "link", 4, XATTR_CREATE));
	SAME(0, lsetxattr("target", "trusted.a", "file", 4, XATTR_CREATE));
	expect_value("link", "trusted.a", "link");
	expect_value("target", "trusted.a", "file");
	SAME(10, llistxattr("link", NULL, 0));
	SAME(0, lremovexattr("link", "trusted.a"));
	expect_value("target", "trusted.a", "file");
	SAME(0, symlink("nowhere", "dangling"));
	SAME(0, lsetxattr("dangling", "trusted.b", "kept", 4, 0));
	SAME(0, mkfifo("fifo", 0600));
	SAME(0, setxattr("fifo", "trusted.b", "kept", 4, 0));
	FAILS(EPERM, setxattr("fifo", "user.b", "kept", 4, 0));
	expect_value("fifo", "trusted.b", "kept");
}

int main(int argc, char **argv)
{
	flags();
	sizes();
	limits();
	many();
	descriptors();
	names();
	symbolic_links(argc > 1 && strcmp(argv[1], "root") == 0);
	return 0;
}
