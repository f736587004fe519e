/* SPDX-License-Identifier: MIT */
/* Taking a mount down: as root by umount2(2), as a user by fusermount3, by force through the connection's abort file.
 */
#include "mount.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

/* posix_spawn() takes pointers to writable strings. */
static int run_fusermount(const char *mount_point, bool lazy)
{
	char program[] = "fusermount3", unmount[] = "-uq", lazily[] = "-uqz", end[] = "--";
	char *place = strdup(mount_point);
	char *arguments[] = {program, lazy ? lazily : unmount, end, place, NULL};
	pid_t child;
	int status;
	int error = place ? posix_spawnp(&child, program, NULL, NULL, arguments, environ) : ENOMEM;

	free(place);
	if (error)
		return -error;
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -EBUSY;
}

/* The minor number of the device that is mounted there, which names the connection; -1: not found. The mount itself
 * must not be asked: its daemon is ours, and may be the one that hangs. */
static int connection_of(const char *mount_point)
{
	FILE *mounts = fopen("/proc/self/mountinfo", "re");
	char *line = NULL;
	size_t size = 0;
	int found = -1;

	if (!mounts)
		return -1;
	while (getline(&line, &size, mounts) > 0) {
		char *path = NULL;
		unsigned minor;

		if (sscanf(line, "%*u %*u %*u:%u %*s %ms", &minor, &path) == 2 && strcmp(path, mount_point) == 0)
			found = (int)minor; /* the last one lies on top */
		free(path);
	}
	free(line);
	(void)fclose(mounts);
	return found;
}

static void abort_connection(const char *mount_point)
{
	int connection = connection_of(mount_point);
	char path[64];
	int fd;

	if (connection < 0)
		return;
	(void)snprintf(path, sizeof(path), "/sys/fs/fuse/connections/%d/abort", connection);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	if (write(fd, "1", 1) != 1)
		errno = 0; /* then the lazy unmount ends it when the last file is closed */
	close(fd);
}

static int take_down_as_user(const char *mount_point, bool force)
{
	int error = run_fusermount(mount_point, false);

	if (!error || !force)
		return error;
	abort_connection(mount_point);
	return run_fusermount(mount_point, true);
}

int cbf__take_down(const char *mount_point, bool force)
{
	if (umount2(mount_point, UMOUNT_NOFOLLOW) == 0)
		return 0;
	if (errno == EPERM)
		return take_down_as_user(mount_point, force);
	if (errno != EBUSY || !force)
		return -errno;
	/* MNT_FORCE aborts the connection, and then fails since the mount is still in use. */
	if (umount2(mount_point, MNT_FORCE | UMOUNT_NOFOLLOW) == 0)
		return 0;
	return umount2(mount_point, MNT_DETACH | UMOUNT_NOFOLLOW) == 0 ? 0 : -errno;
}
