/* SPDX-License-Identifier: MIT */
/* cbf_is_volume(): a path's mount is found in /proc/self/mountinfo, and only a FUSE one is asked what it is. */
#include "event/event.h"
#include "mount.h"

#include <cbfuse/control.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The first field of its line in mountinfo; -1: not known. */
static int mount_of(int fd)
{
	char path[64];
	char *line = NULL;
	size_t size = 0;
	int id = -1;
	FILE *info;

	(void)snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	info = fopen(path, "re");
	while (info && id < 0 && getline(&line, &size, info) > 0)
		(void)sscanf(line, "mnt_id: %d", &id);
	free(line);
	if (info)
		(void)fclose(info);
	return id;
}

static bool is_fuse(const char *line)
{
	const char *type = strstr(line, " - ");

	return type && strncmp(type + 3, "fuse", 4) == 0 && strncmp(type + 3, "fusectl", 7) != 0;
}

/* The mount point as it stands in mountinfo, if a FUSE file system lies there; to be freed. */
static char *find_fuse(int mount)
{
	FILE *mounts = fopen("/proc/self/mountinfo", "re");
	char *line = NULL, *found = NULL;
	size_t size = 0;

	while (mounts && !found && getline(&line, &size, mounts) > 0) {
		char *point = NULL;
		int id;

		if (sscanf(line, "%d %*u %*s %*s %ms", &id, &point) == 2 && id == mount && is_fuse(line))
			found = point;
		else
			free(point);
	}
	free(line);
	if (mounts)
		(void)fclose(mounts);
	return found;
}

/* Asks what is opened; 0 or a negative errno. */
static int ask(const char *path, int more_flags, bool *is_volume)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | more_flags);
	struct cbf_volume_version version;

	if (fd < 0)
		return -errno;
	*is_volume = ioctl(fd, CBF_IOC_IS_VOLUME, &version) == 0;
	close(fd);
	return 0;
}

static int ask_mount(int fd, const char *mount_point, bool *is_volume)
{
	struct stat st;
	char path[64];
	int error = -EACCES;

	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (fstat(fd, &st) == 0 && (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode)))
		error = ask(path, 0, is_volume);
	return error ? ask(mount_point, O_DIRECTORY, is_volume) : 0;
}

int cbf_is_volume(const char *path, bool *is_volume)
{
	char *mount_point;
	bool is = false;
	int fd, error = 0;

	if (!path)
		return -EINVAL;
	if (cbf__inside_hook())
		return -EDEADLK;
	fd = open(path, O_PATH | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	mount_point = find_fuse(mount_of(fd));
	if (mount_point) {
		cbf__unescape_mount_path(mount_point);
		error = ask_mount(fd, mount_point, &is);
	}
	free(mount_point);
	close(fd);
	if (!error)
		*is_volume = is;
	return error;
}
