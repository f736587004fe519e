/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE 1
#include "inode_flags.h"

#include "source.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* The ioctls want a descriptor that is open for reading. Only what is safe to open has flags here. */
static int open_to_ask(int fd)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return -errno;
	if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))
		return -ENOTTY;
	return source_reopen(fd, O_RDONLY | O_NONBLOCK);
}

/* Where there are no project ids, the id is 0. */
static int get_project(int fd, uint32_t *project_id)
{
	struct fsxattr attributes = {0};

	if (ioctl(fd, FS_IOC_FSGETXATTR, &attributes) != 0 && errno != ENOTTY && errno != EOPNOTSUPP)
		return -errno;
	*project_id = attributes.fsx_projid;
	return 0;
}

int inode_flags_get(int fd, struct cbf_file_info *info)
{
	uint32_t project = 0;
	unsigned flags = 0;
	int own = open_to_ask(fd), error;

	if (own < 0)
		return own;
	error = ioctl(own, FS_IOC_GETFLAGS, &flags) == 0 ? get_project(own, &project) : -errno;
	close(own);
	if (error)
		return error;
	info->inode_flags = flags;
	info->project_id = project;
	return 0;
}

static int set_project(int fd, uint32_t project_id)
{
	struct fsxattr attributes;

	if (ioctl(fd, FS_IOC_FSGETXATTR, &attributes) != 0)
		return errno == ENOTTY && project_id == 0 ? 0 : -errno;
	if (attributes.fsx_projid == project_id)
		return 0;
	attributes.fsx_projid = project_id;
	return ioctl(fd, FS_IOC_FSSETXATTR, &attributes) == 0 ? 0 : -errno;
}

int inode_flags_set(int fd, const struct cbf_set_file_attributes_event *event)
{
	unsigned flags = event->inode_flags;
	int own = open_to_ask(fd), error = 0;

	if (own < 0)
		return own;
	/* The project first: an immutable file takes none. */
	if (event->valid & CBF_SET_PROJECT_ID)
		error = set_project(own, event->project_id);
	if (!error && (event->valid & CBF_SET_INODE_FLAGS) && ioctl(own, FS_IOC_SETFLAGS, &flags) != 0)
		error = -errno;
	close(own);
	return error;
}
