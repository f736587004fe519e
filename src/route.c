/* SPDX-License-Identifier: MIT */
/* Routes, as the application asks for them: from inside of a hook. */
#include "event/actor.h"
#include "routed.h"
#include "volume.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

static int find_place(struct cbf_volume *volume, unsigned flags, struct cbf__route ***place)
{
	const struct cbf__current *current = cbf__current();

	if (!current || current->volume != volume || !current->route || (flags & ~(unsigned)CBF__ROUTE_ALL))
		return -EINVAL;
	*place = current->route;
	return volume->properties.use_routing ? 0 : -EOPNOTSUPP;
}

static int check_type(const struct cbf_volume *volume, int fd)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	return volume->connection > 0 && major(st.st_dev) == 0 && minor(st.st_dev) == (unsigned)volume->connection
		       ? -ELOOP
		       : 0;
}

/* Takes over fd. */
static int put(struct cbf__route **place, int fd, int access, unsigned flags)
{
	struct cbf__route *route = cbf__route_new(fd, access, flags);

	if (!route)
		return -ENOMEM;
	cbf__route_release(*place);
	*place = route;
	return 0;
}

int cbf_route_to_fd(struct cbf_volume *volume, int fd, unsigned flags)
{
	struct cbf__route **place;
	int error = find_place(volume, flags, &place), mode, copy;

	if (error)
		return error;
	mode = fcntl(fd, F_GETFL);
	if (mode < 0)
		return -errno;
	if (mode & (O_PATH | O_APPEND | O_DIRECT))
		return -EINVAL;
	error = check_type(volume, fd);
	if (error)
		return error;
	copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	return copy < 0 ? -errno : put(place, copy, mode & O_ACCMODE, flags);
}

/* Why it may still be possible to read. */
static bool is_about_writing(int error)
{
	return error == -EACCES || error == -EPERM || error == -EROFS || error == -ETXTBSY;
}

/* What is not a regular file must not be opened: that would do something. */
int cbf__open_local(const struct cbf_volume *volume, int directory, const char *path, int flags, int *access)
{
	int place = openat(directory, path, O_PATH | O_CLOEXEC | flags), fd, error;

	*access = O_RDWR;
	if (place < 0)
		return -errno;
	error = check_type(volume, place);
	fd = error ? error : cbf__route_reopen(place, O_RDWR);
	if (!error && is_about_writing(fd)) {
		*access = O_RDONLY;
		fd = cbf__route_reopen(place, O_RDONLY);
	}
	(void)close(place);
	return fd;
}

int cbf_route_to_file(struct cbf_volume *volume, const char *path, unsigned flags)
{
	struct cbf__route **place;
	int error = find_place(volume, flags, &place), access, fd;

	if (error)
		return error;
	fd = cbf__open_local(volume, AT_FDCWD, path, 0, &access);
	return fd < 0 ? fd : put(place, fd, access, flags);
}
