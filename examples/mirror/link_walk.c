/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE 1
#include "link_walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FIRST_CAPACITY = 64 };

bool link_walk_is_shortage(int error)
{
	return error == -ENOMEM || error == -EMFILE || error == -ENFILE;
}

double link_walk_clock(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

struct link_stamp link_walk_stamp(const struct link_index *index)
{
	return (struct link_stamp){.change = atomic_load(&index->changes), .walk = index->walk.number};
}

static int push(struct link_walk *walk, uint64_t id)
{
	if (walk->queued == walk->capacity) {
		size_t capacity = walk->capacity ? walk->capacity * 2 : FIRST_CAPACITY;
		uint64_t *queue = realloc(walk->queue, capacity * sizeof(*queue));

		if (!queue)
			return -ENOMEM;
		walk->queue = queue;
		walk->capacity = capacity;
	}
	walk->queue[walk->queued++] = id;
	return 0;
}

int link_walk_begin(struct link_index *index)
{
	struct link_walk *walk = &index->walk;
	int error = push(walk, CBF_ROOT_ID);

	if (error)
		return error;
	walk->number++;
	walk->is_running = true;
	walk->is_complete = false;
	walk->began = link_walk_clock();
	clock_gettime(CLOCK_REALTIME, &walk->began_at);
	index->is_misled = false;
	return 0;
}

int link_walk_queue(struct link_index *index, struct link_directory *directory)
{
	struct link_walk *walk = &index->walk;

	if (!walk->is_running || directory->queued_walk == walk->number)
		return 0;
	directory->queued_walk = walk->number;
	return push(walk, directory->id);
}

static void end(struct link_index *index, bool is_complete)
{
	struct link_walk *walk = &index->walk;

	walk->queued = 0;
	walk->is_running = false;
	walk->is_complete = is_complete;
	walk->ended = link_walk_clock();
	if (is_complete)
		link_table_purge(&index->table, walk->number);
}

/* The next directory of the queue; if there is none, the walk has come to its end. */
static bool take(struct link_index *index, uint64_t *id)
{
	struct link_walk *walk = &index->walk;
	bool found;

	pthread_mutex_lock(&index->lock);
	found = walk->queued > 0;
	if (found)
		*id = walk->queue[--walk->queued];
	else
		end(index, true);
	pthread_mutex_unlock(&index->lock);
	return found;
}

static char *path_of_directory(struct link_index *index, uint64_t id)
{
	const struct link_directory *directory;
	char *path = NULL;

	if (id == CBF_ROOT_ID)
		return strdup("/");
	errno = ENOENT;
	pthread_mutex_lock(&index->lock);
	directory = link_table_directory(&index->table, id);
	if (directory)
		path = link_table_path(&index->table, directory->parent_id, directory->name);
	pthread_mutex_unlock(&index->lock);
	return path;
}

static bool is_directory_of(struct link_index *index, int fd, uint64_t id)
{
	struct stat st;

	return id == CBF_ROOT_ID || (fstat(fd, &st) == 0 && file_id_of(index->ids, &st) == id);
}

static int open_where_it_is(struct link_index *index, uint64_t id)
{
	char *path = path_of_directory(index, id);
	int fd;

	if (!path)
		return -errno;
	fd = source_open(index->source, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
	free(path);
	if (fd >= 0 && !is_directory_of(index, fd, id)) {
		close(fd);
		return -ENOENT;
	}
	return fd;
}

static int open_directory(struct link_index *index, uint64_t id)
{
	int fd;

	pthread_rwlock_rdlock(&index->moves);
	fd = open_where_it_is(index, id);
	pthread_rwlock_unlock(&index->moves);
	return fd;
}

static int keep_directory(struct link_index *index, uint64_t parent_id, const char *name, uint64_t id, uint64_t since)
{
	struct link_directory *directory = link_table_directory(&index->table, id);
	struct link_stamp stamp = {.change = since, .walk = index->walk.number};

	if (!directory || directory->stamp.change <= since)
		directory = link_table_put_directory(&index->table, id, parent_id, name, stamp);
	return directory ? link_walk_queue(index, directory) : -ENOMEM;
}

static int keep_name(struct link_index *index, uint64_t parent_id, const char *name, uint64_t id, uint64_t since)
{
	const struct link_name *known = link_table_name(&index->table, parent_id, name);
	struct link_stamp stamp = {.change = since, .walk = index->walk.number};

	if (known && known->stamp.change > since)
		return 0;
	return link_table_put_name(&index->table, parent_id, name, id, stamp);
}

/* `since` is the number of the last change that was told before the entry was looked at: who was told later knows it
 * better than we. */
static int keep(struct link_index *index, uint64_t parent_id, const char *name, const struct stat *st, uint64_t since)
{
	uint64_t id = file_id_of(index->ids, st);
	int error = 0;

	pthread_mutex_lock(&index->lock);
	if (S_ISDIR(st->st_mode))
		error = keep_directory(index, parent_id, name, id, since);
	else if (st->st_nlink > 1 || link_table_file(&index->table, id))
		error = keep_name(index, parent_id, name, id, since);
	pthread_mutex_unlock(&index->lock);
	return error;
}

static bool is_dots(const char *name)
{
	return name[0] == '.' && (name[1] == '\0' || (name[1] == '.' && name[2] == '\0'));
}

static int read_entries(struct link_index *index, uint64_t id, DIR *stream)
{
	const struct dirent *entry;
	struct stat st;
	int error = 0;

	while (error == 0 && (entry = readdir(stream))) {
		uint64_t since = atomic_load(&index->changes);

		if (is_dots(entry->d_name))
			continue;
		/* What has vanished meanwhile, or may not be looked at, is not there for us. */
		if (source_stat_entry(index->source, dirfd(stream), entry->d_name, &st) == 0)
			error = keep(index, id, entry->d_name, &st, since);
	}
	return error;
}

static int read_directory(struct link_index *index, uint64_t id)
{
	int fd = open_directory(index, id);
	DIR *stream;
	int error;

	if (fd < 0)
		return fd;
	stream = fdopendir(fd);
	if (!stream) {
		error = -errno;
		close(fd);
		return error;
	}
	error = read_entries(index, id, stream);
	closedir(stream);
	return error;
}

int link_walk_step(struct link_index *index)
{
	uint64_t id;
	int error;

	if (!take(index, &id))
		return 0;
	error = read_directory(index, id);
	if (!link_walk_is_shortage(error))
		return 0;
	pthread_mutex_lock(&index->lock);
	end(index, false);
	pthread_mutex_unlock(&index->lock);
	return error;
}
