/* SPDX-License-Identifier: MIT */
/*
 * Names that go while somebody uses the file, in the present directory. Run natively and on a mount.
 */
#include "check.h"
#include <dirent.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static int make(const char *name, const char *content)
{
	int fd = open(name, O_CREAT | O_EXCL | O_RDWR, 0644);

	CHECK(fd >= 0);
	SAME(strlen(content), write(fd, content, strlen(content)));
	return fd;
}

static void holds(int fd, const char *content)
{
	char buffer[256];

	SAME(strlen(content), pread(fd, buffer, sizeof(buffer), 0));
	CHECK(memcmp(buffer, content, strlen(content)) == 0);
}

static struct stat info(int fd)
{
	struct stat st;

	CHECK(fstat(fd, &st) == 0);
	return st;
}

/* How many entries the present directory has: an unlinked file leaves none. */
static int entries(void)
{
	DIR *dir = opendir(".");
	struct dirent *entry;
	int count = 0;

	CHECK(dir != NULL);
	while ((entry = readdir(dir)) != NULL) {
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			count++;
	}
	closedir(dir);
	return count;
}

/* All that one may do with a file that has no name. */
static void use_without_name(int fd, const char *content)
{
	struct timespec times[2] = {{1000, 1}, {2000, 2}};
	char buffer[8];
	char *map;

	holds(fd, content);
	SAME(0, info(fd).st_nlink);
	SAME(4, pwrite(fd, "NEWS", 4, 0));
	SAME(4, pread(fd, buffer, 4, 0));
	CHECK(memcmp(buffer, "NEWS", 4) == 0);
	CHECK(ftruncate(fd, 8192) == 0);
	SAME(8192, info(fd).st_size);
	CHECK(ftruncate(fd, 4) == 0);
	SAME(4, info(fd).st_size);
	CHECK(fchmod(fd, 0600) == 0);
	SAME(0600, info(fd).st_mode & 07777);
	CHECK(fchown(fd, getuid(), getgid()) == 0);
	CHECK(futimens(fd, times) == 0);
	SAME(2000, info(fd).st_mtim.tv_sec);
	CHECK(fsync(fd) == 0 && fdatasync(fd) == 0);
	map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	CHECK(map != MAP_FAILED && memcmp(map, "NEWS", 4) == 0);
	map[0] = 'n';
	CHECK(msync(map, 4096, MS_SYNC) == 0 && munmap(map, 4096) == 0);
	holds(fd, "nEWS");
	SAME(0, info(fd).st_nlink);
}

static void unlink_while_open(void)
{
	int before = entries(), fd = make("u", "content"), other = open("u", O_RDONLY);

	CHECK(other >= 0 && unlink("u") == 0);
	FAILS(ENOENT, access("u", F_OK));
	FAILS(ENOENT, open("u", O_RDONLY));
	SAME(before, entries());
	use_without_name(fd, "content");
	holds(other, "nEWS");
	CHECK(close(fd) == 0);
	holds(other, "nEWS"); /* the last handle is another one */
	SAME(0, info(other).st_nlink);
	CHECK(close(other) == 0);
	SAME(before, entries());
}

/* open("/proc/self/fd/N") of a file without a name is an open like any other. */
static void open_again_without_name(void)
{
	int fd = make("again", "content"), more;
	char path[64];

	CHECK(unlink("again") == 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	CHECK((more = open(path, O_RDWR)) >= 0);
	holds(more, "content");
	SAME(info(fd).st_ino, info(more).st_ino);
	SAME(3, pwrite(more, "CON", 3, 0));
	CHECK(close(fd) == 0);
	holds(more, "CONtent");
	CHECK(close(more) == 0);
}

static void rename_over_open(void)
{
	int before = entries(), old = make("old", "old content"), new = make("new", "new content"), fd;

	CHECK(rename("new", "old") == 0);
	SAME(before + 1, entries());
	SAME(1, info(new).st_nlink);
	CHECK((fd = open("old", O_RDONLY)) >= 0);
	holds(fd, "new content");
	SAME(info(new).st_ino, info(fd).st_ino);
	use_without_name(old, "old content");
	holds(fd, "new content");
	CHECK(close(old) == 0 && close(new) == 0 && close(fd) == 0 && unlink("old") == 0);
	SAME(before, entries());
}

/* The same name again while the first is open: two files. */
static void recreate(void)
{
	int first = make("same", "first"), second, third;

	CHECK(unlink("same") == 0);
	second = make("same", "second");
	CHECK(info(first).st_ino != info(second).st_ino);
	SAME(0, info(first).st_nlink);
	SAME(1, info(second).st_nlink);
	holds(first, "first");
	holds(second, "second");
	SAME(1, pwrite(first, "F", 1, 0));
	holds(second, "second");
	holds(first, "First");
	CHECK(unlink("same") == 0 && mkdir("same", 0755) == 0);
	holds(first, "First");
	holds(second, "second");
	SAME(0, info(second).st_nlink);
	CHECK((third = open("same", O_RDONLY | O_DIRECTORY)) >= 0 && rmdir("same") == 0);
	CHECK(symlink("nowhere", "same") == 0);
	SAME(1, pwrite(second, "S", 1, 0));
	holds(second, "Second");
	CHECK(close(first) == 0 && close(second) == 0 && close(third) == 0 && unlink("same") == 0);
}

/* Of two names the one goes by which the file was opened, then the other one. */
static void two_names(void)
{
	int fd = make("one", "content"), other;

	CHECK(link("one", "two") == 0 && unlink("one") == 0);
	SAME(1, info(fd).st_nlink);
	SAME(3, pwrite(fd, "CON", 3, 0));
	CHECK((other = open("two", O_RDONLY)) >= 0);
	holds(other, "CONtent");
	CHECK(fchmod(fd, 0640) == 0 && ftruncate(fd, 3) == 0 && fsync(fd) == 0);
	SAME(0640, info(other).st_mode & 07777);
	holds(other, "CON");
	CHECK(unlink("two") == 0);
	SAME(0, info(other).st_nlink);
	use_without_name(fd, "CON");
	CHECK(close(fd) == 0 && close(other) == 0);
}

/* A file without a name, and the only way back to one: linkat of its descriptor. */
static void temporary(void)
{
	int before = entries(), fd = open(".", O_TMPFILE | O_RDWR, 0600), error = errno;
	char path[64];

	if (fd < 0) {
		SAME(EOPNOTSUPP, error);
		SAME(before, entries());
		return;
	}
	SAME(before, entries());
	SAME(7, write(fd, "content", 7));
	holds(fd, "content");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	CHECK(linkat(AT_FDCWD, path, AT_FDCWD, "named", AT_SYMLINK_FOLLOW) == 0);
	SAME(1, info(fd).st_nlink);
	CHECK(close(fd) == 0 && unlink("named") == 0);
	SAME(before, entries());
}

/* A directory that somebody is in: it goes, and he finds himself nowhere. */
static void directory_in_use(void)
{
	int before = entries(), fd;
	char buffer[4096];
	struct stat st;
	int status;
	DIR *dir;
	pid_t pid;

	CHECK(mkdir("in-use", 0755) == 0);
	CHECK((dir = opendir("in-use")) != NULL);
	fflush(NULL);
	CHECK((pid = fork()) >= 0);
	if (pid == 0) {
		CHECK(chdir("in-use") == 0 && rmdir("../in-use") == 0);
		FAILS(ENOENT, open("new", O_CREAT | O_WRONLY, 0644));
		FAILS(ENOENT, mkdir("new", 0755));
		CHECK(getcwd(buffer, sizeof(buffer)) == NULL);
		CHECK(stat(".", &st) == 0 && S_ISDIR(st.st_mode));
		_exit(0);
	}
	CHECK(waitpid(pid, &status, 0) == pid);
	SAME(0, status);
	SAME(before, entries());
	FAILS(ENOENT, access("in-use", F_OK));
	errno = 0;
	while (readdir(dir) != NULL)
		;
	CHECK(fstat(dirfd(dir), &st) == 0 && S_ISDIR(st.st_mode));
	CHECK(mkdir("in-use", 0755) == 0);
	CHECK((fd = open("in-use", O_RDONLY)) >= 0);
	CHECK(info(fd).st_ino != st.st_ino);
	CHECK(close(fd) == 0 && closedir(dir) == 0 && rmdir("in-use") == 0);
}

/* Many at once, each without a name, each with its own content; some ends come by the end of a process. */
static void many(void)
{
	enum { COUNT = 200 };
	int before = entries(), fds[COUNT], status;
	char text[32];
	pid_t pid;

	for (int i = 0; i < COUNT; i++) {
		snprintf(text, sizeof(text), "file %d", i);
		fds[i] = make("many", text);
		CHECK(unlink("many") == 0);
	}
	SAME(before, entries());
	fflush(NULL);
	CHECK((pid = fork()) >= 0);
	if (pid == 0) {
		for (int i = 0; i < COUNT; i++) {
			snprintf(text, sizeof(text), "file %d", i);
			holds(fds[i], text);
		}
		_exit(0);
	}
	for (int i = 0; i < COUNT; i += 2)
		CHECK(close(fds[i]) == 0);
	CHECK(waitpid(pid, &status, 0) == pid);
	SAME(0, status);
	for (int i = 1; i < COUNT; i += 2) {
		snprintf(text, sizeof(text), "file %d", i);
		holds(fds[i], text);
		SAME(0, info(fds[i]).st_nlink);
		CHECK(close(fds[i]) == 0);
	}
}

int main(void)
{
	umask(022);
	unlink_while_open();
	open_again_without_name();
	rename_over_open();
	recreate();
	two_names();
	temporary();
	directory_in_use();
	many();
	puts("ok");
	return 0;
}
