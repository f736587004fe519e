/* SPDX-License-Identifier: MIT */
/*
 * All names of a file, in a tree that has no way to ask for them but to look everywhere.
 *
 * The first query starts a walk over SOURCE, which stops when the names that were asked for are found, and goes on from
 * there for the next query. What it meets is kept (directories, and names of files that have several), and what is
 * changed through the mount is told to the index, so that one walk is enough for all files. What is changed behind the
 * mount's back is found out: each name is looked at before it is given out, and if then a file has fewer names than its
 * link count says, a new walk begins. One walk is shared by all who wait for it, and goes on one directory at a time.
 *
 * A walk that would most likely find nothing new is not made: for files with names outside of SOURCE, or in directories
 * that cannot be read, each query would else walk over everything (see is_walk_due() in link_query.c).
 */
#ifndef MIRROR_LINK_INDEX_H
#define MIRROR_LINK_INDEX_H

#include "file_id.h"
#include "link_set.h"
#include "link_table.h"
#include "source.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <time.h>

struct link_walk {
	unsigned number; /* of the walk that runs or ran last; 0 before the first */
	bool is_running;
	bool is_complete; /* the last one came to its end */
	uint64_t *queue; /* directories yet to be read; the last one is next */
	size_t queued, capacity;
	struct timespec began_at; /* CLOCK_REALTIME, to compare with change times of files */
	double began, ended; /* CLOCK_MONOTONIC, seconds */
};

/* Locks in the order in which they are taken. */
struct link_index {
	const struct source *source;
	struct file_id_space *ids;
	pthread_mutex_t walk_lock; /* whoever reads a directory for the walk */
	pthread_rwlock_t moves; /* written while a directory moves: paths that are being looked at must hold still */
	pthread_mutex_t lock; /* all below; never held over a system call */
	struct link_table table;
	struct link_walk walk;
	bool is_misled; /* the last walk's knowledge was found to be wrong */
	unsigned fruitless; /* walks in a row that did not find an id */
	atomic_bool is_active; /* a query was made: changes have to be told */
	atomic_uint_fast64_t changes; /* how many were told */
};

int link_index_init(struct link_index *index, const struct source *source, struct file_id_space *ids);
void link_index_destroy(struct link_index *index);

/* @name Queries. They make system calls, and wait for others' walks. 0 or a negative errno.
 * @{ */

/* The names of a file of that stat, appended to an empty set. There are fewer than st_nlink if not all can be found. */
int link_index_find(struct link_index *index, const struct stat *st, struct link_set *names);

/* A path of the file or directory with that id, allocated; -ENOENT. */
int link_index_path(struct link_index *index, uint64_t id, char **path);

/* @}
 * @name Changes made through the mount, told after they were made. Nothing needs to be told before the first query.
 * @{ */

static inline bool link_index_is_active(const struct link_index *index)
{
	return atomic_load(&index->is_active);
}

/* There now is a file or directory of that stat by that name. */
void link_index_put(struct link_index *index, uint64_t directory_id, const char *name, const struct stat *st);
/* There no longer is a file by that name. */
void link_index_remove(struct link_index *index, uint64_t directory_id, const char *name);
void link_index_remove_directory(struct link_index *index, uint64_t id);

/* Around the move of a directory and what is told about it. */
void link_index_begin_move(struct link_index *index);
void link_index_end_move(struct link_index *index);

/* @} */

#endif
