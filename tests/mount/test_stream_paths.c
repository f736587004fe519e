/* SPDX-License-Identifier: MIT */
/* Named streams as paths on a real mount: what the system calls and a few programs make of FILE:STREAM. */
#include "mount_fixture.h"

#include <sys/mman.h>
#include <sys/wait.h>
#include <sys/xattr.h>

static struct mounted *begin(void **state)
{
	struct mounted *m = *state;

	assert_int_equal(cbf_set_use_stream_paths(m->volume, true), 0);
	/* What the kernel may keep, it keeps. */
	assert_int_equal(cbf_set_metadata_cache(m->volume, 60000), 0);
	assert_int_equal(cbf_set_nonexistent_files_cache(m->volume, 60000), 0);
	assert_int_equal(cbf_add_mount_options(m->volume, "allow_other"), 0);
	mx_mount(m);
	return m;
}

static void put(const char *path, const char *content)
{
	int fd = open(path, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0)
		fail_msg("%s: errno %d", path, errno);
	assert_int_equal(write(fd, content, strlen(content)), strlen(content));
	assert_int_equal(close(fd), 0);
}

static void expect(const char *path, const char *content)
{
	char got[256];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length;

	if (fd < 0)
		fail_msg("%s: errno %d", path, errno);
	length = read(fd, got, sizeof(got));
	assert_int_equal(length, strlen(content));
	assert_memory_equal(got, content, (size_t)length);
	assert_int_equal(close(fd), 0);
}

static void expect_attribute(const char *path, const char *name, const char *content)
{
	char got[256];
	ssize_t length = getxattr(path, name, got, sizeof(got));

	if (length < 0)
		fail_msg("%s of %s: errno %d", name, path, errno);
	assert_int_equal(length, strlen(content));
	assert_memory_equal(got, content, (size_t)length);
}

static void test_life_of_a_stream(void **state)
{
	struct mounted *m = begin(state);
	struct stat file, stream;

	assert_int_equal(stat(mx_path(m, "/f:a"), &stream), -1);
	assert_int_equal(errno, ENOENT);
	put(mx_path(m, "/f:a"), "content");
	expect(mx_path(m, "/f:a"), "content");
	expect(mx_path(m, "/f"), "data");
	expect(mx_path(m, "/f2:a"), "content"); /* by the other name of the file */
	assert_int_equal(stat(mx_path(m, "/f"), &file), 0);
	assert_int_equal(stat(mx_path(m, "/f:a"), &stream), 0);
	assert_int_equal(stream.st_size, 7);
	assert_int_equal(stream.st_mode, file.st_mode);
	assert_int_equal(stream.st_nlink, 1);
	assert_int_not_equal(stream.st_ino, file.st_ino);
	put(mx_path(m, "/f:a"), "less");
	expect(mx_path(m, "/f:a"), "less");
	assert_int_equal(truncate(mx_path(m, "/f:a"), 2), 0);
	expect(mx_path(m, "/f:a"), "le");
	assert_int_equal(mknod(mx_path(m, "/d:b"), S_IFREG | 0644, 0), 0);
	expect(mx_path(m, "/d:b"), "");
	assert_int_equal(unlink(mx_path(m, "/f:a")), 0);
	assert_int_equal(unlink(mx_path(m, "/f:a")), -1);
	assert_int_equal(errno, ENOENT);
	assert_int_equal(open(mx_path(m, "/f2:a"), O_RDONLY | O_CLOEXEC), -1);
	assert_int_equal(errno, ENOENT);
	mx_finish(m);
}

/* The two doors. */
static void test_beside_the_attributes(void **state)
{
	struct mounted *m = begin(state);
	int fd;

	assert_int_equal(setxattr(mx_path(m, "/f"), "user.a", "one", 3, 0), 0);
	expect(mx_path(m, "/f:a"), "one");
	put(mx_path(m, "/f:a"), "two and more");
	expect_attribute(mx_path(m, "/f"), "user.a", "two and more");
	assert_int_equal(setxattr(mx_path(m, "/f"), "user.a", "three", 5, 0), 0);
	expect(mx_path(m, "/f:a"), "three");
	assert_int_equal(removexattr(mx_path(m, "/f"), "user.a"), 0);
	assert_int_equal(open(mx_path(m, "/f:a"), O_RDONLY | O_CLOEXEC), -1);
	assert_int_equal(errno, ENOENT);
	fd = open(mx_path(m, "/f:large"), O_CREAT | O_RDWR | O_CLOEXEC, 0644);
	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, CBF_EA_SIZE_MAX + 1), 0);
	assert_int_equal(close(fd), 0);
	assert_int_equal(getxattr(mx_path(m, "/f"), "user.large", NULL, 0), -1);
	assert_int_equal(errno, E2BIG);
	assert_int_equal(getxattr(mx_path(m, "/f:large"), "user.a", NULL, 0), -1);
	assert_int_equal(errno, ENODATA);
	assert_int_equal(setxattr(mx_path(m, "/f:large"), "user.a", "x", 1, 0), -1);
	assert_int_equal(errno, EOPNOTSUPP);
	assert_int_equal(listxattr(mx_path(m, "/f:large"), NULL, 0), 0);
	mx_finish(m);
}

static void test_open_while_it_moves_and_goes(void **state)
{
	struct mounted *m = begin(state);
	struct stat st;
	char got[8];
	int fd;

	put(mx_path(m, "/good:a"), "one");
	fd = open(mx_path(m, "/good:a"), O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(rename(mx_path(m, "/good"), mx_path(m, "/d/moved")), 0);
	assert_int_equal(rename(mx_path(m, "/d"), mx_path(m, "/e")), 0);
	assert_int_equal(pwrite(fd, "ONE", 3, 0), 3);
	expect(mx_path(m, "/e/moved:a"), "ONE");
	assert_int_equal(stat(mx_path(m, "/good:a"), &st), -1);
	assert_int_equal(errno, ENOENT);
	assert_int_equal(unlink(mx_path(m, "/e/moved:a")), 0);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_nlink, 0);
	assert_int_equal(pread(fd, got, sizeof(got), 0), 3);
	put(mx_path(m, "/e/moved:a"), "another");
	assert_int_equal(pread(fd, got, sizeof(got), 0), 3);
	assert_int_equal(close(fd), 0);
	fd = open(mx_path(m, "/e/moved:a"), O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(unlink(mx_path(m, "/e/moved")), 0);
	assert_int_equal(pread(fd, got, sizeof(got), 0), 7);
	assert_int_equal(stat(mx_path(m, "/e/moved:a"), &st), -1);
	assert_int_equal(errno, ENOENT);
	assert_int_equal(close(fd), 0);
	mx_finish(m);
}

static void test_what_is_refused(void **state)
{
	struct mounted *m = begin(state);

	put(mx_path(m, "/f:a"), "one");
	assert_int_equal(rename(mx_path(m, "/f:a"), mx_path(m, "/f:b")), -1);
	assert_int_equal(errno, EXDEV);
	assert_int_equal(link(mx_path(m, "/f:a"), mx_path(m, "/x")), -1);
	assert_int_equal(errno, EPERM);
	assert_int_equal(link(mx_path(m, "/good"), mx_path(m, "/f:x")), -1);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(mkdir(mx_path(m, "/f:x"), 0755), -1);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(symlink("x", mx_path(m, "/f:x")), -1);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(rmdir(mx_path(m, "/f:a")), -1);
	assert_int_equal(errno, ENOTDIR);
	assert_int_equal(open(mx_path(m, "/a:b:c"), O_CREAT | O_RDWR | O_CLOEXEC, 0644), -1);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(open(mx_path(m, "/f:a/x"), O_RDONLY | O_CLOEXEC), -1);
	assert_int_equal(errno, ENOTDIR);
	mx_finish(m);
}

/* Rights are the file's; in a directory that all may write to, too. */
static void test_by_whom(void **state)
{
	struct mounted *m = begin(state);

	put(mx_path(m, "/f:a"), "one");
	assert_int_equal(chmod(m->directory, 0777), 0);
	assert_int_equal(chmod(mx_path(m, "/f"), 0644), 0);
	assert_int_equal(chown(mx_path(m, "/good"), 12345, 12345), 0);
	assert_int_equal(seteuid(12345), 0);
	expect(mx_path(m, "/f:a"), "one");
	assert_int_equal(open(mx_path(m, "/f:a"), O_WRONLY | O_CLOEXEC), -1);
	assert_int_equal(errno, EACCES);
	assert_int_equal(open(mx_path(m, "/f:b"), O_CREAT | O_WRONLY | O_CLOEXEC, 0644), -1);
	assert_int_equal(errno, EACCES);
	assert_int_equal(unlink(mx_path(m, "/f:a")), -1);
	assert_int_equal(errno, EACCES);
	put(mx_path(m, "/good:a"), "mine");
	assert_int_equal(unlink(mx_path(m, "/good:a")), 0);
	assert_int_equal(seteuid(0), 0);
	assert_int_equal(chmod(mx_path(m, "/f:a"), 0600), 0);
	assert_int_equal(mf_mode_of(m->fs, "/f"), S_IFREG | 0600);
	assert_int_equal(seteuid(12345), 0);
	assert_int_equal(open(mx_path(m, "/f:a"), O_RDONLY | O_CLOEXEC), -1);
	assert_int_equal(errno, EACCES);
	assert_int_equal(seteuid(0), 0);
	mx_finish(m);
}

static void test_mapped(void **state)
{
	struct mounted *m = begin(state);
	char *map;
	int fd;

	put(mx_path(m, "/f:a"), "mapped");
	fd = open(mx_path(m, "/f:a"), O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	map = mmap(NULL, 6, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert_true(map != MAP_FAILED);
	assert_memory_equal(map, "mapped", 6);
	memcpy(map, "MAP", 3);
	assert_int_equal(msync(map, 6, MS_SYNC), 0);
	assert_int_equal(munmap(map, 6), 0);
	assert_int_equal(close(fd), 0);
	expect_attribute(mx_path(m, "/f"), "user.a", "MAPped");
	mx_finish(m);
}

/* Parts of streams: reserved, sought, copied, also between a file and its own stream. */
static void test_ranges(void **state)
{
	struct mounted *m = begin(state);
	off_t from = 0, to = 0;
	int stream, file;

	stream = open(mx_path(m, "/good:a"), O_CREAT | O_RDWR | O_CLOEXEC, 0644);
	file = open(mx_path(m, "/good"), O_RDWR | O_CLOEXEC);
	assert_true(stream >= 0 && file >= 0);
	assert_int_equal(copy_file_range(file, &from, stream, &to, 4, 0), 4);
	expect(mx_path(m, "/good:a"), "good");
	from = 0;
	to = 4;
	assert_int_equal(copy_file_range(stream, &from, file, &to, 4, 0), 4);
	expect(mx_path(m, "/good"), "goodgood");
	assert_int_equal(fallocate(stream, 0, 0, 10), 0);
	assert_int_equal(lseek(stream, 0, SEEK_END), 10);
	assert_int_equal(lseek(stream, 0, SEEK_DATA), 0);
	assert_int_equal(lseek(stream, 0, SEEK_HOLE), 4);
	assert_int_equal(ftruncate(stream, 0), 0);
	assert_int_equal(fsync(stream), 0);
	expect(mx_path(m, "/good:a"), "");
	expect(mx_path(m, "/good"), "goodgood");
	assert_int_equal(close(stream), 0);
	assert_int_equal(close(file), 0);
	mx_finish(m);
}

/* cp, mv, cat, rm; and ls shows none. */
static void test_programs(void **state)
{
	struct mounted *m = begin(state);
	char command[1024];

	(void)snprintf(command, sizeof(command),
		       "set -e; cd '%s'; printf one >f:a; cp f:a d:b; test \"$(cat d:b)\" = one; mv d:b good:c;"
		       "test ! -e d:b; test \"$(cat good:c)\" = one; mv good:c moved; test \"$(cat moved)\" = one;"
		       "! ls | grep :; rm f:a; test ! -e f:a; rm moved",
		       m->directory);
	assert_int_equal(system(command), 0);
	mx_finish(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		MX_TEST(test_life_of_a_stream),
		MX_TEST(test_beside_the_attributes),
		MX_TEST(test_open_while_it_moves_and_goes),
		MX_TEST(test_what_is_refused),
		MX_TEST(test_by_whom),
		MX_TEST(test_mapped),
		MX_TEST(test_ranges),
		MX_TEST(test_programs),
	};
	int skip = mx_can_mount();

	return skip ? skip : cmocka_run_group_tests_name("stream_paths", tests, NULL, NULL);
}
