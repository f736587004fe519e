/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE 1
#include "open_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

int open_file_new(int fd, int access, void **context)
{
	struct open_file *file = malloc(sizeof(*file));

	if (!file) {
		close(fd);
		return -ENOMEM;
	}
	*file = (struct open_file){.fd = fd, .access = access};
	*context = file;
	return 0;
}

void open_file_free(void *context)
{
	struct open_file *file = context;

	if (!file)
		return;
	close(file->fd);
	free(file);
}

static bool allows(int access, int wanted)
{
	return access == O_RDWR || access == wanted;
}

/* Why it may still be possible to open the file for less. */
static bool is_about_access(int error)
{
	return error == -EACCES || error == -EPERM || error == -EROFS || error == -ETXTBSY || error == -EISDIR;
}

/* Opens a regular file anew from a descriptor of it: for all, or else for what is wanted. */
static int reopen_widely(int fd, int wanted, int *access)
{
	int reopened = source_reopen(fd, O_RDWR);

	*access = O_RDWR;
	if (reopened >= 0 || wanted == O_RDWR || !is_about_access(reopened))
		return reopened;
	*access = wanted;
	return source_reopen(fd, wanted);
}

static int open_by_type(int fd, int access, void **context)
{
	struct stat st;
	int opened;

	if (fstat(fd, &st) != 0)
		return -errno;
	if (S_ISDIR(st.st_mode)) {
		access = O_RDONLY;
		opened = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (opened < 0)
			return -errno;
	} else if (S_ISREG(st.st_mode)) {
		opened = reopen_widely(fd, access, &access);
		if (opened < 0)
			return opened;
	} else {
		return 0;
	}
	return open_file_new(opened, access, context);
}

int open_file_open(const struct mirror *mirror, const char *path, int access, void **context)
{
	int fd = source_open(&mirror->source, path, O_PATH | O_NOFOLLOW), error;

	if (fd < 0)
		return fd;
	error = open_by_type(fd, access, context);
	close(fd);
	return error;
}

void open_file_route(struct cbf_volume *volume, const struct mirror *mirror, const void *context)
{
	const struct open_file *file = context;
	struct stat st;

	if (mirror->routes && file && fstat(file->fd, &st) == 0 && S_ISREG(st.st_mode))
		(void)cbf_route_to_fd(volume, file->fd, 0);
}

/* For a handle that came later than the first one and wants more. */
static int widen(struct open_file *file)
{
	int fd = source_reopen(file->fd, O_RDWR);

	if (fd < 0)
		return fd;
	close(file->fd);
	file->fd = fd;
	file->access = O_RDWR;
	return 0;
}

int open_file_use(const struct mirror *mirror, const char *path, bool deleted, int access, void **context)
{
	struct open_file *file;
	int error = 0;

	if (!*context)
		error = deleted ? -ENOENT : open_file_open(mirror, path, access, context);
	file = *context;
	if (error == 0 && !file)
		error = -EINVAL;
	else if (error == 0 && !allows(file->access, access))
		error = widen(file);
	return error ? error : file->fd;
}

int borrowed_fd_get(const struct mirror *mirror, const char *path, bool deleted, const void *context,
		    struct borrowed_fd *borrowed)
{
	const struct open_file *file = context;

	if (file) {
		*borrowed = (struct borrowed_fd){.fd = file->fd};
		return 0;
	}
	if (deleted)
		return -ENOENT;
	*borrowed = (struct borrowed_fd){
		.fd = source_open(&mirror->source, path, O_PATH | O_NOFOLLOW),
		.is_own = true,
	};
	return borrowed->fd < 0 ? borrowed->fd : 0;
}

void borrowed_fd_release(struct borrowed_fd *borrowed)
{
	if (borrowed->is_own)
		close(borrowed->fd);
}
