/* SPDX-License-Identifier: MIT */
/*
 * One file, whatever its names: numbers, counts and descriptors, in the present directory. Run natively and on a mount;
 * with the argument "mount" the names are asked for by ioctl and extended attribute as well.
 *
 * Links the library not: control.h is all that a program needs.
 */
#include "check.h"
#include <cbfuse/control.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

static bool on_mount;
static const char *prefix; /* the path of the present directory in the volume */

static struct stat info(const char *name)
{
	struct stat st;

	if (lstat(name, &st) != 0)
		DIE("lstat %s", name);
	return st;
}

static struct stat fd_info(int fd)
{
	struct stat st;

	CHECK(fstat(fd, &st) == 0);
	return st;
}

static ino_t entry_inode(const char *dir_name, const char *name)
{
	DIR *dir = opendir(dir_name);
	struct dirent *entry;
	ino_t inode = 0;

	CHECK(dir != NULL);
	while ((entry = readdir(dir)) != NULL) {
		if (strcmp(entry->d_name, name) == 0)
			inode = entry->d_ino;
	}
	closedir(dir);
	return inode;
}

static int compare(const void *one, const void *two)
{
	return strcmp(*(char *const *)one, *(char *const *)two);
}

/* The stream of NUL-terminated paths must be these names (sorted, blanks between) below the present directory. */
static void compare_stream(char *stream, size_t size, const char *wanted, const char *way)
{
	char got[4096] = "", *paths[64];
	size_t count = 0;

	for (char *at = stream; at < stream + size; at += strlen(at) + 1) {
		size_t length = strlen(prefix);

		if (at[0] != '/' || strncmp(at, prefix, length) != 0 || at[length] != '/')
			DIE("%s: the path '%s' is not below '%s/'", way, at, prefix);
		CHECK(count < 64);
		paths[count++] = at + length + 1;
	}
	qsort(paths, count, sizeof(*paths), compare);
	for (size_t i = 0; i < count; i++)
		snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s%s", i > 0 ? " " : "", paths[i]);
	if (strcmp(got, wanted) != 0)
		DIE("%s: names '%s', expected '%s'", way, got, wanted);
}

static void names_by_fd(int fd, const char *entry, const char *wanted)
{
	struct cbf_links_page page = {.cursor = 0};
	char stream[65536];
	size_t size = 0;

	if (!on_mount)
		return;
	snprintf(page.name, sizeof(page.name), "%s", entry);
	do {
		if (ioctl(fd, CBF_IOC_LIST_LINKS, &page) != 0)
			DIE("CBF_IOC_LIST_LINKS '%s', expected '%s'", entry, wanted);
		CHECK(page.length <= sizeof(page.data) && size + page.length <= sizeof(stream));
		memcpy(stream + size, page.data, page.length);
		size += page.length;
	} while (!(page.flags & CBF_LINKS_END));
	compare_stream(stream, size, wanted, entry[0] != '\0' ? "ioctl by directory" : "ioctl");
}

static void names_by_xattr(int fd, const char *wanted)
{
	char stream[65536], little[1];
	ssize_t size;

	if (!on_mount)
		return;
	size = fgetxattr(fd, "user.cbfuse.hardlinks", NULL, 0);
	CHECK(size > 0);
	FAILS(ERANGE, fgetxattr(fd, "user.cbfuse.hardlinks", little, sizeof(little)));
	SAME(size, fgetxattr(fd, "user.cbfuse.hardlinks", stream, sizeof(stream)));
	compare_stream(stream, (size_t)size, wanted, "extended attribute");
}

/* All that is known of a file that has these names: the same through each, and through the descriptor. */
static void is_one_file(int fd, int count, const char *const *names, const char *wanted)
{
	struct stat st = fd_info(fd);
	char directory[256], *slash;

	SAME(count, st.st_nlink);
	for (int i = 0; i < count; i++) {
		SAME(st.st_ino, info(names[i]).st_ino);
		SAME(count, info(names[i]).st_nlink);
		SAME(st.st_size, info(names[i]).st_size);
		SAME(st.st_mode, info(names[i]).st_mode);
		snprintf(directory, sizeof(directory), "./%s", names[i]);
		slash = strrchr(directory, '/');
		*slash = '\0';
		SAME(st.st_ino, entry_inode(directory, slash + 1));
		int dir = open(directory, O_RDONLY | O_DIRECTORY);

		names_by_fd(dir, slash + 1, wanted);
		close(dir);
	}
	names_by_fd(fd, "", wanted);
	names_by_xattr(fd, wanted);
}

#define ONE_FILE(fd, wanted, ...)                                                                                      \
	is_one_file(fd, sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *), (const char *[]){__VA_ARGS__}, wanted)

static int make(const char *name, const char *content)
{
	int fd = open(name, O_CREAT | O_EXCL | O_RDWR, 0644);

	CHECK(fd >= 0);
	SAME(strlen(content), write(fd, content, strlen(content)));
	return fd;
}

static void counts_are_right_at_once(void)
{
	int fd = make("n1", "content"), victim;

	CHECK(mkdir("d", 0755) == 0 && mkdir("d/e", 0755) == 0);
	ONE_FILE(fd, "n1", "n1");
	CHECK(link("n1", "d/n2") == 0);
	ONE_FILE(fd, "d/n2 n1", "n1", "d/n2");
	CHECK(link("d/n2", "d/e/n3") == 0);
	ONE_FILE(fd, "d/e/n3 d/n2 n1", "n1", "d/n2", "d/e/n3");
	CHECK(rename("d/n2", "d/n4") == 0);
	ONE_FILE(fd, "d/e/n3 d/n4 n1", "n1", "d/n4", "d/e/n3");
	CHECK(unlink("n1") == 0); /* the name by which fd was opened */
	ONE_FILE(fd, "d/e/n3 d/n4", "d/n4", "d/e/n3");
	CHECK(rename("d", "moved") == 0); /* both names change by it */
	ONE_FILE(fd, "moved/e/n3 moved/n4", "moved/n4", "moved/e/n3");
	CHECK(rename("moved/e", "e") == 0);
	ONE_FILE(fd, "e/n3 moved/n4", "moved/n4", "e/n3");

	victim = make("victim", "x");
	CHECK(link("victim", "victim2") == 0);
	CHECK(rename("moved/n4", "victim") == 0); /* replaces one of two names */
	ONE_FILE(fd, "e/n3 victim", "victim", "e/n3");
	ONE_FILE(victim, "victim2", "victim2");
	CHECK(renameat2(AT_FDCWD, "victim", AT_FDCWD, "victim2", RENAME_EXCHANGE) == 0);
	ONE_FILE(fd, "e/n3 victim2", "victim2", "e/n3");
	ONE_FILE(victim, "victim", "victim");
	CHECK(rename("e/n3", "victim2") == 0); /* both are names of one file: nothing happens */
	ONE_FILE(fd, "e/n3 victim2", "victim2", "e/n3");
	CHECK(rename("victim2", "victim") == 0); /* replaces the only name */
	SAME(0, fd_info(victim).st_nlink);
	ONE_FILE(fd, "e/n3 victim", "victim", "e/n3");
	CHECK(unlink("e/n3") == 0 && unlink("victim") == 0);
	SAME(0, fd_info(fd).st_nlink);
	if (on_mount) {
		struct cbf_links_page page = {.cursor = 0};

		FAILS(ENOENT, ioctl(fd, CBF_IOC_LIST_LINKS, &page));
	}
	CHECK(close(fd) == 0 && close(victim) == 0 && rmdir("e") == 0 && rmdir("moved") == 0);
}

/* The name that a descriptor was opened by is gone, another one is left. */
static void opened_name_goes(void)
{
	char buffer[16];
	int fd = make("first", "content"), other;

	CHECK(link("first", "second") == 0 && unlink("first") == 0);
	SAME(1, fd_info(fd).st_nlink);
	SAME(3, pwrite(fd, "CON", 3, 0));
	CHECK(fsync(fd) == 0 && fchmod(fd, 0611) == 0 && ftruncate(fd, 5) == 0);
	SAME(0611, info("second").st_mode & 07777);
	SAME(5, info("second").st_size);
	CHECK((other = open("second", O_RDONLY)) >= 0);
	SAME(5, read(other, buffer, sizeof(buffer)));
	CHECK(memcmp(buffer, "CONte", 5) == 0 && close(other) == 0);
	ONE_FILE(fd, "second", "second");
	other = make("first", "another file");
	CHECK(fd_info(other).st_ino != fd_info(fd).st_ino);
	ONE_FILE(fd, "second", "second");
	ONE_FILE(other, "first", "first");
	CHECK(linkat(AT_FDCWD, "second", AT_FDCWD, "third", 0) == 0);
	ONE_FILE(fd, "second third", "second", "third");
	CHECK(close(fd) == 0 && close(other) == 0);
	CHECK(unlink("first") == 0 && unlink("second") == 0 && unlink("third") == 0);
}

static void links_of_links(void)
{
	int dir = open(".", O_RDONLY | O_DIRECTORY);

	CHECK(symlink("nowhere", "sym") == 0 && mkfifo("pipe", 0600) == 0);
	CHECK(linkat(AT_FDCWD, "sym", AT_FDCWD, "sym2", 0) == 0 && link("pipe", "pipe2") == 0);
	SAME(2, info("sym").st_nlink);
	SAME(info("sym").st_ino, info("sym2").st_ino);
	SAME(2, info("pipe").st_nlink);
	SAME(info("pipe").st_ino, info("pipe2").st_ino);
	names_by_fd(dir, "sym2", "sym sym2");
	names_by_fd(dir, "pipe", "pipe pipe2");
	CHECK(unlink("sym") == 0 && unlink("pipe") == 0);
	SAME(1, info("sym2").st_nlink);
	SAME(1, info("pipe2").st_nlink);
	names_by_fd(dir, "sym2", "sym2");
	names_by_fd(dir, "pipe2", "pipe2");
	CHECK(close(dir) == 0 && unlink("sym2") == 0 && unlink("pipe2") == 0);
}

static void directories_count_too(void)
{
	nlink_t before = info(".").st_nlink;

	CHECK(mkdir("dir", 0755) == 0);
	CHECK(info("dir").st_ino == entry_inode(".", "dir"));
	CHECK(info("dir/..").st_ino == info(".").st_ino && info("dir/.").st_ino == info("dir").st_ino);
	CHECK(mkdir("dir/one", 0755) == 0 && mkdir("dir/two", 0755) == 0);
	printf("links of a directory of two: %d more than of its parent\n", (int)(info("dir").st_nlink - before));
	CHECK(rename("dir/one", "one") == 0);
	printf("one is moved away: %d\n", (int)(info("dir").st_nlink - before));
	CHECK(info("one/..").st_ino == info(".").st_ino);
	CHECK(rmdir("one") == 0 && rmdir("dir/two") == 0 && rmdir("dir") == 0);
	SAME(before, info(".").st_nlink);
}

/* A cursor belongs to one enumeration on one descriptor; one that was left alone does no harm. */
static void cursors(void)
{
	struct cbf_links_page page, kept;
	char name[300];
	int fd, other;

	if (!on_mount)
		return;
	fd = make("long", "");
	for (int i = 0; i < 150; i++) {
		snprintf(name, sizeof(name), "%0200d", i);
		CHECK(link("long", name) == 0);
	}
	CHECK((other = open("long", O_RDONLY)) >= 0);
	memset(&page, 0, sizeof(page));
	CHECK(ioctl(fd, CBF_IOC_LIST_LINKS, &page) == 0 && !(page.flags & CBF_LINKS_END) && page.cursor != 0);
	kept = page;
	FAILS(EINVAL, ioctl(other, CBF_IOC_LIST_LINKS, &page)); /* another descriptor's */
	page = kept;
	page.cursor += 12345;
	FAILS(EINVAL, ioctl(fd, CBF_IOC_LIST_LINKS, &page));
	memset(&page, 0, sizeof(page));
	CHECK(ioctl(fd, CBF_IOC_LIST_LINKS, &page) == 0); /* 0 starts anew */
	SAME(kept.length, page.length);
	CHECK(close(fd) == 0 && close(other) == 0); /* with an enumeration under way */
	CHECK((fd = open(".", O_RDONLY | O_DIRECTORY)) >= 0);
	page.cursor = 0;
	page.flags = 0;
	memset(page.name, 'x', sizeof(page.name)); /* not terminated */
	FAILS(EINVAL, ioctl(fd, CBF_IOC_LIST_LINKS, &page));
	CHECK(close(fd) == 0);
	for (int i = 0; i < 150; i++) {
		snprintf(name, sizeof(name), "%0200d", i);
		CHECK(unlink(name) == 0);
	}
	CHECK((fd = open("long", O_RDONLY)) >= 0);
	names_by_fd(fd, "", "long");
	CHECK(close(fd) == 0 && unlink("long") == 0);
}

int main(int argc, char **argv)
{
	on_mount = argc == 3 && strcmp(argv[1], "mount") == 0;
	prefix = on_mount ? argv[2] : "";
	umask(022);
	counts_are_right_at_once();
	opened_name_goes();
	links_of_links();
	directories_count_too();
	cursors();
	puts("ok");
	return 0;
}
