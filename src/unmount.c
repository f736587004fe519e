/* SPDX-License-Identifier: MIT */
/* Taking a mount down: as root by umount2(2), as a user by fusermount3, by force through the connection's abort file.
 */
#include "mount.h"

#include <errno.h>
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

void cbf__unescape_mount_path(char *text)
{
	char *to = text;

	for (; *text; to++) {
		if (text[0] == '\\' && text[1] >= '0' && text[1] <= '3' && text[2] && text[3]) {
			*to = (char)((text[1] - '0') * 64 + (text[2] - '0') * 8 + (text[3] - '0'));
			text += 4;
		} else {
			*to = *text++;
		}
	}
	*to = '\0';
}

int cbf__connection_on(const char *mount_point)
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

		if (sscanf(line, "%*u %*u %*u:%u %*s %ms", &minor, &path) == 2) {
			cbf__unescape_mount_path(path);
			if (strcmp(path, mount_point) == 0)
				found = (int)minor; /* the last one lies on top */
		}
		free(path);
	}
	free(line);
	(void)fclose(mounts);
	return found;
}

int cbf__take_down(const char *mount_point, bool force)
{
	int error;

	if (umount2(mount_point, UMOUNT_NOFOLLOW) == 0)
		return 0;
	if (errno == EPERM) {
		error = run_fusermount(mount_point, false);
		return error && force ? run_fusermount(mount_point, true) : error;
	}
	if (errno != EBUSY || !force)
		return -errno;
	/* MNT_FORCE aborts the connection, and then fails since the mount is still in use. */
	if (umount2(mount_point, MNT_FORCE | UMOUNT_NOFOLLOW) == 0)
		return 0;
	return umount2(mount_point, MNT_DETACH | UMOUNT_NOFOLLOW) == 0 ? 0 : -errno;
}
