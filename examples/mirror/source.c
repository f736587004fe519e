/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE 1
#include "source.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int openat2_beneath(int root_fd, const char *path, int flags, unsigned resolve)
{
	struct open_how how = {
		.flags = (unsigned)(flags | O_CLOEXEC),
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | resolve,
	};
	long fd = syscall(SYS_openat2, root_fd, path, &how, sizeof(how));

	return fd < 0 ? -errno : (int)fd;
}

int source_init(struct source *source, const char *directory)
{
	int fd;

	source->covered.fd = -1;
	source->root_fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (source->root_fd < 0)
		return -errno;
	/* A container may forbid the call instead of not having it, so any failure counts. */
	fd = openat2_beneath(source->root_fd, ".", O_PATH | O_DIRECTORY, 0);
	source->has_openat2 = fd >= 0;
	if (fd >= 0)
		close(fd);
	return 0;
}

void source_destroy(struct source *source)
{
	if (source->covered.fd >= 0)
		close(source->covered.fd);
	close(source->root_fd);
}

static bool is_same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* Is the directory below SOURCE, and not SOURCE itself? Takes over fd. 1, 0, or a negative errno. */
static int lies_below(const struct stat *root, int fd)
{
	struct stat st, above;
	int next, result;

	for (result = fstat(fd, &st) ? -errno : 0; result == 0; st = above) {
		next = openat(fd, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (next < 0) {
			result = -errno;
			break;
		}
		close(fd);
		fd = next;
		if (fstat(fd, &above) != 0)
			result = -errno;
		else if (is_same(&above, &st)) /* the root of all */
			break;
		else
			result = is_same(&above, root);
	}
	close(fd);
	return result;
}

static int set_covered(struct covered *covered, int parent_fd, const char *name)
{
	if (strlen(name) > NAME_MAX)
		return -ENAMETOOLONG;
	strcpy(covered->name, name);
	if (fstat(parent_fd, &covered->parent) != 0)
		return -errno;
	covered->fd = openat(parent_fd, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return covered->fd < 0 ? -errno : 0;
}

int source_set_mount_point(struct source *source, const char *mount_point)
{
	int fd = open(mount_point, O_PATH | O_DIRECTORY | O_CLOEXEC), parent_fd, result;
	struct stat root, st;

	if (fd < 0)
		return -errno;
	if (fstat(source->root_fd, &root) != 0 || fstat(fd, &st) != 0) {
		result = -errno;
		close(fd);
		return result;
	}
	parent_fd = openat(fd, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
	result = is_same(&root, &st) ? 0 : lies_below(&root, dup(fd));
	close(fd);
	if (result > 0 && parent_fd >= 0)
		result = set_covered(&source->covered, parent_fd, strrchr(mount_point, '/') + 1);
	if (parent_fd >= 0)
		close(parent_fd);
	return result;
}

static bool is_covered(const struct source *source, int directory_fd, const char *name)
{
	const struct covered *covered = &source->covered;
	struct stat st;

	return covered->fd >= 0 && strcmp(name, covered->name) == 0 && fstat(directory_fd, &st) == 0 &&
	       is_same(&st, &covered->parent);
}

int source_stat_entry(const struct source *source, int directory_fd, const char *name, struct stat *st)
{
	int error;

	if (is_covered(source, directory_fd, name))
		error = fstat(source->covered.fd, st);
	else
		error = fstatat(directory_fd, name, st, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT);
	return error ? -errno : 0;
}

static int open_component(const struct source *source, int directory_fd, const char *name, size_t length, int flags)
{
	char component[NAME_MAX + 1];
	int fd;

	if (length > NAME_MAX)
		return -ENAMETOOLONG;
	memcpy(component, name, length);
	component[length] = '\0';
	if (is_covered(source, directory_fd, component))
		fd = openat(source->covered.fd, ".", flags | O_CLOEXEC);
	else
		fd = openat(directory_fd, component, flags | O_NOFOLLOW | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* One component after another: for old kernels, for paths that are too long for one call, and around the mount. */
static int open_stepwise(const struct source *source, const char *path, int flags)
{
	int fd = source->root_fd;

	for (;;) {
		size_t length = strcspn(path, "/");
		bool is_last = path[length] == '\0';
		int next = open_component(source, fd, path, length, is_last ? flags : O_PATH | O_DIRECTORY);

		if (fd != source->root_fd)
			close(fd);
		if (next < 0 || is_last)
			return next;
		fd = next;
		path += length + 1;
	}
}

/* In one call, if the path does not come to the mount. -EXDEV if it may. */
static int open_at_once(const struct source *source, const char *path, int flags)
{
	if (!source->has_openat2 || strlen(path) >= PATH_MAX)
		return -EXDEV;
	return openat2_beneath(source->root_fd, path, flags, source->covered.fd >= 0 ? RESOLVE_NO_XDEV : 0);
}

static const char *relative(const char *path)
{
	while (*path == '/')
		path++;
	return *path ? path : ".";
}

int source_open(const struct source *source, const char *path, int flags)
{
	int fd;

	path = relative(path);
	fd = open_at_once(source, path, flags);
	return fd == -EXDEV ? open_stepwise(source, path, flags) : fd;
}

void source_fd_path(int fd, char path[SOURCE_FD_PATH_SIZE])
{
	snprintf(path, SOURCE_FD_PATH_SIZE, "/proc/self/fd/%d", fd);
}

int source_reopen(int fd, int flags)
{
	char path[SOURCE_FD_PATH_SIZE];
	int reopened;

	source_fd_path(fd, path);
	reopened = open(path, flags | O_CLOEXEC | O_NOCTTY);
	return reopened < 0 ? -errno : reopened;
}

static int change_mode_by_path(int fd, mode_t mode)
{
	char path[SOURCE_FD_PATH_SIZE];
	struct stat st;

	if (fstat(fd, &st) != 0)
		return -errno;
	if (S_ISLNK(st.st_mode))
		return -EOPNOTSUPP;
	source_fd_path(fd, path);
	return chmod(path, mode) == 0 ? 0 : -errno;
}

int source_change_mode(int fd, mode_t mode)
{
	if (fchmod(fd, mode) == 0)
		return 0;
	return errno == EBADF ? change_mode_by_path(fd, mode) : -errno; /* EBADF: fd is O_PATH */
}

int place_find(const struct source *source, const char *path, struct place *place)
{
	const char *slash;
	char *parent;

	path = relative(path);
	slash = strrchr(path, '/');
	*place = (struct place){.directory_fd = source->root_fd, .name = slash ? slash + 1 : path};
	if (!slash)
		return 0;
	parent = strndup(path, (size_t)(slash - path));
	if (!parent)
		return -ENOMEM;
	place->directory_fd = source_open(source, parent, O_PATH | O_DIRECTORY);
	free(parent);
	if (place->directory_fd == -ELOOP) /* a symbolic link where a directory was is no directory */
		return -ENOTDIR;
	if (place->directory_fd < 0)
		return place->directory_fd;
	place->is_own = true;
	return 0;
}

void place_release(struct place *place)
{
	if (place->is_own)
		close(place->directory_fd);
}
