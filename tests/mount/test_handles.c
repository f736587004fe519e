/* SPDX-License-Identifier: MIT */
/*
 * File handles on a real mount: name_to_handle_at(2), everything that the kernel caches dropped, open_by_handle_at(2).
 * What an NFS server does.
 */
#include "mount_fixture.h"

enum { HANDLE_BYTES = 128 };

struct handle {
	struct file_handle head;
	char bytes[HANDLE_BYTES];
};

static void get_handle(const struct mounted *m, const char *path, struct handle *handle)
{
	int mount_id;

	handle->head.handle_bytes = HANDLE_BYTES;
	if (name_to_handle_at(AT_FDCWD, mx_path(m, path), &handle->head, &mount_id, 0) != 0)
		fail_msg("name_to_handle_at %s: %s", path, strerror(errno));
}

static int open_handle(const struct mounted *m, struct handle *handle, int flags)
{
	int root = open(m->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC), fd, error;

	assert_true(root >= 0);
	fd = open_by_handle_at(root, &handle->head, flags | O_CLOEXEC);
	error = errno;
	(void)close(root);
	errno = error;
	return fd;
}

/* Until the library has forgotten all but the root, since the kernel has. */
static void drop_all(const struct mounted *m)
{
	time_t end = time(NULL) + MX_PATIENCE_S;
	struct cbf_object_counts counts;
	int fd;

	do {
		fd = open("/proc/sys/vm/drop_caches", O_WRONLY | O_CLOEXEC);
		assert_true(fd >= 0);
		assert_int_equal(write(fd, "2", 1), 1);
		(void)close(fd);
		cbf_get_object_counts(m->volume, &counts);
	} while (counts.nodes > 1 && time(NULL) < end);
	assert_int_equal(counts.nodes, 1);
}

static void expect_file(const struct mounted *m, struct handle *handle, ino_t inode, const char *content)
{
	char buffer[16];
	struct stat st;
	int fd = open_handle(m, handle, O_RDONLY);

	if (fd < 0)
		fail_msg("open_by_handle_at: %s", strerror(errno));
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_ino, inode);
	assert_int_equal(read(fd, buffer, sizeof(buffer)), strlen(content));
	assert_memory_equal(buffer, content, strlen(content));
	assert_int_equal(close(fd), 0);
}

static ino_t inode_of(const struct mounted *m, const char *path)
{
	struct stat st;

	assert_int_equal(stat(mx_path(m, path), &st), 0);
	return st.st_ino;
}

static void test_files(void **state)
{
	struct mounted *m = *state;
	struct handle one, deep;
	ino_t one_inode, deep_inode;

	mx_mount(m);
	one_inode = inode_of(m, "/f2");
	deep_inode = inode_of(m, "/d/x");
	get_handle(m, "/f2", &one);
	get_handle(m, "/d/x", &deep);
	for (int round = 0; round < 3; round++) {
		expect_file(m, &one, one_inode, "data");
		expect_file(m, &deep, deep_inode, "x");
		drop_all(m);
	}
	assert_true(mf_seen(m->fs, MF_GET_FILE_NAME_BY_FILE_ID) > 0);
	/* The same file through a name of its own, and through the handle. */
	assert_int_equal(inode_of(m, "/f"), one_inode);
	mx_finish(m);
}

static void test_directories(void **state)
{
	struct mounted *m = *state;
	struct handle handle;
	char link[64], path[128];
	ssize_t length;
	ino_t inode;
	DIR *directory;
	struct dirent *entry;
	bool found = false;
	int fd;

	assert_true(mf_add_directory(m->fs, "/d/deep") != 0);
	(void)mf_add_file(m->fs, "/d/deep/inside", "i");
	mx_mount(m);
	inode = inode_of(m, "/d/deep");
	get_handle(m, "/d/deep", &handle);
	drop_all(m);
	fd = open_handle(m, &handle, O_RDONLY | O_DIRECTORY);
	assert_true(fd >= 0);
	/* Its place in the tree is known again: ".." leads up to the root. */
	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	length = readlink(link, path, sizeof(path) - 1);
	assert_true(length > 0);
	path[length] = '\0';
	assert_string_equal(path, mx_path(m, "/d/deep"));
	directory = fdopendir(fd);
	assert_non_null(directory);
	while ((entry = readdir(directory)))
		found |= strcmp(entry->d_name, "inside") == 0;
	assert_true(found);
	assert_int_equal(closedir(directory), 0);
	assert_int_equal(inode_of(m, "/d/deep"), inode);
	mx_finish(m);
}

static void test_moved_and_removed(void **state)
{
	struct mounted *m = *state;
	struct handle moved, removed;
	ino_t inode;

	mx_mount(m);
	inode = inode_of(m, "/good");
	get_handle(m, "/good", &moved);
	get_handle(m, "/d/x", &removed);
	assert_int_equal(rename(mx_path(m, "/good"), mx_path(m, "/d/better")), 0);
	assert_int_equal(unlink(mx_path(m, "/d/x")), 0);
	drop_all(m);
	expect_file(m, &moved, inode, "good");
	assert_int_equal(open_handle(m, &removed, O_RDONLY), -1);
	assert_int_equal(errno, ESTALE);
	assert_int_equal(rename(mx_path(m, "/d/better"), mx_path(m, "/good")), 0);
	mx_finish(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		MX_TEST(test_files),
		MX_TEST(test_directories),
		MX_TEST(test_moved_and_removed),
	};
	int skipped = mx_can_mount();

	return skipped ? skipped : cmocka_run_group_tests(tests, NULL, NULL);
}
