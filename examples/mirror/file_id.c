/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE 1
#include "file_id.h"

#include <errno.h>

/* Inode numbers hardly ever need so many bits, and what is above is left to the device. */
enum { INODE_BITS = 48 };

int file_id_space_init(struct file_id_space *space, int root_fd)
{
	struct stat st;

	if (fstat(root_fd, &st) != 0)
		return -errno;
	space->devices[0] = st.st_dev;
	atomic_init(&space->device_count, 1);
	return -pthread_mutex_init(&space->lock, NULL);
}

void file_id_space_destroy(struct file_id_space *space)
{
	pthread_mutex_destroy(&space->lock);
}

static unsigned find_device(struct file_id_space *space, dev_t device, unsigned count)
{
	unsigned i = 0;

	while (i < count && space->devices[i] != device)
		i++;
	return i;
}

static unsigned add_device(struct file_id_space *space, dev_t device)
{
	unsigned count, i;

	pthread_mutex_lock(&space->lock);
	count = atomic_load(&space->device_count);
	i = find_device(space, device, count);
	if (i == count && count < FILE_ID_DEVICES) {
		space->devices[i] = device;
		atomic_store(&space->device_count, count + 1);
	}
	pthread_mutex_unlock(&space->lock);
	return i; /* devices too many for the table share the last index */
}

uint64_t file_id(struct file_id_space *space, dev_t device, ino_t number)
{
	unsigned count = atomic_load(&space->device_count);
	unsigned index = find_device(space, device, count);
	uint64_t id;

	if (index == count)
		index = add_device(space, device);
	id = (uint64_t)number ^ (uint64_t)index << INODE_BITS;
	if (id == 0 || id == CBF_ROOT_ID) /* these two mean something else */
		id ^= UINT64_C(1) << 63;
	return id;
}
