/* SPDX-License-Identifier: MIT */
/*
 * What a shell cannot do: system calls and their exact errno, in the present directory. Run natively and on a mount.
 */
#include "check.h"
#include <dirent.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static void make(const char *name, const char *content)
{
	int fd = open(name, O_CREAT | O_EXCL | O_WRONLY, 0644);

	CHECK(fd >= 0);
	SAME(strlen(content), write(fd, content, strlen(content)));
	CHECK(close(fd) == 0);
}

static void holds(const char *name, const char *content)
{
	char buffer[256];
	int fd = open(name, O_RDONLY);

	CHECK(fd >= 0);
	SAME(strlen(content), read(fd, buffer, sizeof(buffer)));
	CHECK(memcmp(buffer, content, strlen(content)) == 0);
	CHECK(close(fd) == 0);
}

static struct stat info(const char *name)
{
	struct stat st;

	CHECK(lstat(name, &st) == 0);
	return st;
}

/* One file, two names, two mappings: one page cache. */
static void mappings(void)
{
	enum { SIZE = 3 * 4096 };
	char buffer[16];
	char *one, *two;
	int fd1, fd2;

	make("map1", "");
	CHECK(truncate("map1", SIZE) == 0);
	CHECK(link("map1", "map2") == 0);
	fd1 = open("map1", O_RDWR);
	fd2 = open("map2", O_RDWR);
	CHECK(fd1 >= 0 && fd2 >= 0);
	one = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd1, 0);
	two = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd2, 0);
	CHECK(one != MAP_FAILED && two != MAP_FAILED);

	memcpy(one + 5000, "by mapping", 10);
	CHECK(memcmp(two + 5000, "by mapping", 10) == 0);
	SAME(10, pread(fd2, buffer, 10, 5000));
	CHECK(memcmp(buffer, "by mapping", 10) == 0);
	SAME(8, pwrite(fd2, "by write", 8, 9000));
	CHECK(memcmp(one + 9000, "by write", 8) == 0);
	CHECK(munmap(two, SIZE) == 0 && close(fd2) == 0);
	memcpy(one, "late", 4);
	CHECK(close(fd1) == 0); /* the mapping outlives the descriptor */
	memcpy(one + 100, "later", 5);
	CHECK(msync(one, SIZE, MS_SYNC) == 0 && munmap(one, SIZE) == 0);
	fd2 = open("map2", O_RDONLY);
	SAME(4, pread(fd2, buffer, 4, 0));
	CHECK(memcmp(buffer, "late", 4) == 0);
	SAME(5, pread(fd2, buffer, 5, 100));
	CHECK(memcmp(buffer, "later", 5) == 0);
	CHECK(close(fd2) == 0);

	one = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd1 = open("map2", O_RDONLY), 0);
	CHECK(one != MAP_FAILED && memcmp(one, "late", 4) == 0);
	CHECK(munmap(one, 4096) == 0 && close(fd1) == 0);
}

/* A write through one name is seen through the other at once: size and content. */
static void two_names(void)
{
	char buffer[16];
	int fd1, fd2;

	make("two1", "12345");
	CHECK(link("two1", "two2") == 0);
	fd1 = open("two1", O_WRONLY | O_APPEND);
	fd2 = open("two2", O_RDONLY);
	SAME(5, read(fd2, buffer, sizeof(buffer)));
	SAME(3, write(fd1, "678", 3));
	SAME(8, info("two2").st_size);
	SAME(3, read(fd2, buffer, sizeof(buffer)));
	CHECK(memcmp(buffer, "678", 3) == 0);
	CHECK(ftruncate(fd1, 2) == 0);
	SAME(2, info("two2").st_size);
	SAME(2, pread(fd2, buffer, sizeof(buffer), 0));
	CHECK(chmod("two2", 0600) == 0);
	SAME(0600, info("two1").st_mode & 07777);
	CHECK(close(fd1) == 0 && close(fd2) == 0);
}

static void times(void)
{
	struct timespec set[2] = {{1000000001, 123456789}, {2000000002, 987654321}};
	struct stat st;

	make("times", "");
	CHECK(symlink("times", "times-link") == 0);
	CHECK(utimensat(AT_FDCWD, "times", set, 0) == 0);
	st = info("times");
	SAME(1000000001, st.st_atim.tv_sec);
	SAME(123456789, st.st_atim.tv_nsec);
	SAME(2000000002, st.st_mtim.tv_sec);
	SAME(987654321, st.st_mtim.tv_nsec);
	set[0].tv_nsec = UTIME_OMIT;
	set[1].tv_sec = -86400;
	set[1].tv_nsec = 5;
	CHECK(utimensat(AT_FDCWD, "times", set, 0) == 0);
	st = info("times");
	SAME(1000000001, st.st_atim.tv_sec);
	SAME(-86400, st.st_mtim.tv_sec);
	SAME(5, st.st_mtim.tv_nsec);
	set[1].tv_nsec = UTIME_NOW;
	CHECK(utimensat(AT_FDCWD, "times", set, 0) == 0);
	CHECK(info("times").st_mtim.tv_sec >= time(NULL) - 10);
	SAME(1000000001, info("times").st_atim.tv_sec);
	set[0] = set[1] = (struct timespec){1234567890, 1};
	CHECK(utimensat(AT_FDCWD, "times-link", set, AT_SYMLINK_NOFOLLOW) == 0);
	SAME(1234567890, info("times-link").st_mtim.tv_sec);
	CHECK(info("times").st_mtim.tv_sec != 1234567890);
}

/* Every byte that a name may have, and every length. */
static void names(void)
{
	char name[300], target[300];
	unsigned seen[256] = {0};
	struct dirent *entry;
	DIR *dir;

	CHECK(mkdir("names", 0755) == 0 && chdir("names") == 0);
	for (int byte = 1; byte < 256; byte++) {
		snprintf(name, sizeof(name), "%c", byte);
		if (byte != '.' && byte != '/')
			make(name, "x");
	}
	CHECK((dir = opendir(".")) != NULL);
	while ((entry = readdir(dir)) != NULL) {
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
			SAME(1, strlen(entry->d_name));
			SAME(DT_REG, entry->d_type);
			seen[(unsigned char)entry->d_name[0]]++;
		}
	}
	closedir(dir);
	for (int byte = 1; byte < 256; byte++)
		SAME(byte != '.' && byte != '/', seen[byte]);
	memset(name, 0xff, 256);
	name[255] = '\0';
	make(name, "255");
	holds(name, "255");
	SAME(3, info(name).st_size);
	CHECK(link(name, "short") == 0 && unlink(name) == 0 && rename("short", name) == 0);
	holds(name, "255");
	name[255] = (char)0xff;
	name[256] = '\0';
	FAILS(ENAMETOOLONG, open(name, O_CREAT | O_WRONLY, 0644));
	FAILS(ENAMETOOLONG, mkdir(name, 0755));
	FAILS(ENAMETOOLONG, link("a", name));
	FAILS(ENAMETOOLONG, rename("a", name));
	FAILS(ENAMETOOLONG, symlink("a", name));
	FAILS(ENAMETOOLONG, mknod(name, S_IFIFO | 0600, 0));
	FAILS(ENAMETOOLONG, unlink(name));
	FAILS(ENAMETOOLONG, access(name, F_OK));
	memset(target, 't', 255);
	target[255] = '\0';
	CHECK(symlink(target, "\n\xff \\\"'") == 0);
	SAME(255, readlink("\n\xff \\\"'", name, sizeof(name)));
	CHECK(memcmp(name, target, 255) == 0);
	CHECK(chdir("..") == 0);
}

static void sockets(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "socket"};
	int server = socket(AF_UNIX, SOCK_STREAM, 0), client = socket(AF_UNIX, SOCK_STREAM, 0), peer;
	char buffer[4];

	CHECK(bind(server, (struct sockaddr *)&address, sizeof(address)) == 0);
	CHECK(S_ISSOCK(info("socket").st_mode));
	CHECK(listen(server, 1) == 0);
	CHECK(connect(client, (struct sockaddr *)&address, sizeof(address)) == 0);
	CHECK((peer = accept(server, NULL, NULL)) >= 0);
	SAME(4, write(client, "ping", 4));
	SAME(4, read(peer, buffer, 4));
	CHECK(close(peer) == 0 && close(client) == 0 && close(server) == 0);
}

static void directories(void)
{
	enum { COUNT = 1500 };
	char name[32], kept[256];
	long position = 0;
	struct dirent *entry;
	int found = 0;
	DIR *dir;

	CHECK(mkdir("many", 0755) == 0);
	for (int i = 0; i < COUNT; i++) {
		snprintf(name, sizeof(name), "many/entry-%d", i);
		make(name, "");
	}
	CHECK((dir = opendir("many")) != NULL);
	while ((entry = readdir(dir)) != NULL) {
		if (++found == 700)
			position = telldir(dir);
	}
	SAME(COUNT + 2, found);
	seekdir(dir, position);
	CHECK((entry = readdir(dir)) != NULL);
	snprintf(kept, sizeof(kept), "%s", entry->d_name);
	for (found = 1; readdir(dir) != NULL; found++)
		;
	SAME(COUNT + 2 - 700, found);
	seekdir(dir, position);
	CHECK((entry = readdir(dir)) != NULL && strcmp(entry->d_name, kept) == 0);
	make("many/new-one", "");
	rewinddir(dir);
	for (found = 0; readdir(dir) != NULL; found++)
		;
	SAME(COUNT + 3, found);
	rewinddir(dir); /* as rm -r does: what is read is removed */
	while ((entry = readdir(dir)) != NULL)
		CHECK(entry->d_name[0] == '.' || unlinkat(dirfd(dir), entry->d_name, 0) == 0);
	closedir(dir);
	CHECK(rmdir("many") == 0);
}

static void renames(void)
{
	make("r1", "one");
	make("r2", "two");
	CHECK(mkdir("rd", 0755) == 0 && mkdir("rd/sub", 0755) == 0 && mkdir("re", 0755) == 0);
	FAILS(EEXIST, renameat2(AT_FDCWD, "r1", AT_FDCWD, "r2", RENAME_NOREPLACE));
	CHECK(renameat2(AT_FDCWD, "r1", AT_FDCWD, "r3", RENAME_NOREPLACE) == 0);
	CHECK(renameat2(AT_FDCWD, "r3", AT_FDCWD, "r2", RENAME_EXCHANGE) == 0);
	holds("r3", "two");
	holds("r2", "one");
	FAILS(ENOENT, renameat2(AT_FDCWD, "r3", AT_FDCWD, "none", RENAME_EXCHANGE));
	make("rd/sub/deep", "deep");
	CHECK(renameat2(AT_FDCWD, "r3", AT_FDCWD, "rd", RENAME_EXCHANGE) == 0);
	holds("rd", "two");
	holds("r3/sub/deep", "deep");
	CHECK(renameat2(AT_FDCWD, "r3", AT_FDCWD, "rd", RENAME_EXCHANGE) == 0);
	holds("rd/sub/deep", "deep");
	FAILS(EINVAL, rename("rd", "rd/sub/in"));
	FAILS(EISDIR, rename("r2", "re"));
	FAILS(ENOTDIR, rename("re", "r2"));
	FAILS(ENOTEMPTY, rename("re", "rd"));
	CHECK(rename("rd", "re") == 0);
	holds("re/sub/deep", "deep");
	CHECK(rename("re/sub", "re2") == 0);
	holds("re2/deep", "deep");
	CHECK(link("r2", "r2-link") == 0 && rename("r2", "r2-link") == 0); /* one file: nothing happens */
	holds("r2", "one");
	SAME(2, info("r2-link").st_nlink);
	CHECK(rename("r3", "r2") == 0);
	holds("r2", "two");
	SAME(1, info("r2-link").st_nlink);
}

static void errors(void)
{
	int fd;

	make("file", "file");
	CHECK(mkdir("dir", 0755) == 0 && mkdir("dir/in", 0755) == 0 && symlink("nowhere", "dangling") == 0);
	CHECK(symlink("loop", "loop") == 0);
	FAILS(EEXIST, open("file", O_CREAT | O_EXCL | O_WRONLY, 0644));
	FAILS(EEXIST, open("dangling", O_CREAT | O_EXCL | O_WRONLY, 0644));
	FAILS(EEXIST, mkdir("file", 0755));
	FAILS(EEXIST, link("file", "dir"));
	FAILS(EEXIST, symlink("x", "dangling"));
	FAILS(EEXIST, mknod("file", S_IFREG | 0644, 0));
	FAILS(ENOENT, open("dangling", O_RDONLY));
	FAILS(ENOENT, open("none/x", O_CREAT | O_WRONLY, 0644));
	FAILS(ENOENT, unlink("none"));
	FAILS(ENOENT, truncate("none", 0));
	FAILS(ENOTDIR, open("file", O_RDONLY | O_DIRECTORY));
	FAILS(ENOTDIR, open("file/x", O_RDONLY));
	FAILS(ENOTDIR, rmdir("file"));
	FAILS(EISDIR, open("dir", O_WRONLY));
	FAILS(EISDIR, unlink("dir"));
	FAILS(EISDIR, truncate("dir", 0));
	FAILS(EPERM, link("dir", "dir2"));
	FAILS(ENOTEMPTY, rmdir("dir"));
	FAILS(ELOOP, open("loop", O_RDONLY));
	FAILS(ELOOP, open("dangling", O_RDONLY | O_NOFOLLOW));
	FAILS(EINVAL, readlink("file", (char[8]){0}, 8));
	FAILS(EINVAL, truncate("file", -1));
	CHECK((fd = open("dangling", O_CREAT | O_WRONLY, 0644)) >= 0 && close(fd) == 0);
	SAME(0, info("nowhere").st_size);
	CHECK((fd = open("file", O_WRONLY | O_TRUNC)) >= 0 && close(fd) == 0);
	SAME(0, info("file").st_size);
	CHECK(unlink("loop") == 0);
}

static void sizes(void)
{
	enum { BIG = 8 << 20 };
	unsigned char *out = malloc(BIG), *in = malloc(BIG);
	unsigned random = 12345;
	int fd = open("big", O_CREAT | O_EXCL | O_RDWR, 0644);

	CHECK(fd >= 0 && out != NULL && in != NULL);
	for (size_t i = 0; i < BIG; i++)
		out[i] = (unsigned char)((random = random * 1103515245 + 12345) >> 16);
	SAME(BIG, write(fd, out, BIG));
	SAME(BIG, pread(fd, in, BIG, 0));
	CHECK(memcmp(out, in, BIG) == 0);
	SAME(777, pwrite(fd, out, 777, 1234567)); /* neither end on a page */
	memcpy(out + 1234567, out, 777);
	SAME(BIG - 1, pread(fd, in, BIG, 1));
	CHECK(memcmp(out + 1, in, BIG - 1) == 0);
	SAME(0, pread(fd, in, 10, BIG));
	CHECK(ftruncate(fd, 1000) == 0 && ftruncate(fd, 3000) == 0);
	SAME(3000, pread(fd, in, BIG, 0));
	CHECK(memcmp(out, in, 1000) == 0);
	for (int i = 1000; i < 3000; i++)
		SAME(0, in[i]);
	SAME(3, pwrite(fd, "far", 3, 5LL << 30));
	SAME((5LL << 30) + 3, info("big").st_size);
	SAME(3, pread(fd, in, 10, 5LL << 30));
	CHECK(memcmp(in, "far", 3) == 0);
	SAME(1, pread(fd, in, 1, 3LL << 30));
	SAME(0, in[0]);
	CHECK(fsync(fd) == 0 && fdatasync(fd) == 0 && ftruncate(fd, 4096) == 0 && close(fd) == 0);
	CHECK((fd = open(".", O_RDONLY)) >= 0 && fsync(fd) == 0 && close(fd) == 0);
	free(out);
	free(in);
}

int main(void)
{
	umask(022);
	mappings();
	two_names();
	times();
	names();
	sockets();
	directories();
	renames();
	errors();
	sizes();
	puts("ok");
	return 0;
}
