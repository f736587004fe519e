/* SPDX-License-Identifier: MIT */
/*
 * The FileIds of the volume: a file's inode number, kept apart from those of other devices mounted below SOURCE.
 *
 * The root of the volume is known by its path, not by its inode number: wherever a path is "/", the id is CBF_ROOT_ID.
 */
#ifndef MIRROR_FILE_ID_H
#define MIRROR_FILE_ID_H

#include <cbfuse/result.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

enum { FILE_ID_DEVICES = 4096 };

struct file_id_space {
	dev_t devices[FILE_ID_DEVICES]; /* [0] is SOURCE's own */
	atomic_uint device_count;
	pthread_mutex_t lock; /* of adding a device */
};

int file_id_space_init(struct file_id_space *space, int root_fd); /* 0 or a negative errno */
void file_id_space_destroy(struct file_id_space *space);

uint64_t file_id(struct file_id_space *space, dev_t device, ino_t number);

static inline uint64_t file_id_of(struct file_id_space *space, const struct stat *st)
{
	return file_id(space, st->st_dev, st->st_ino);
}

#endif
