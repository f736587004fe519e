/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE 1
#include "link_index.h"
#include "link_walk.h"

#include <stdlib.h>
#include <string.h>

/* A directory that moves waits for queries; it must not wait for ever if they overlap without end. */
static void init_moves(pthread_rwlock_t *moves)
{
	pthread_rwlockattr_t attributes;

	pthread_rwlockattr_init(&attributes);
#ifdef __GLIBC__
	pthread_rwlockattr_setkind_np(&attributes, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
#endif
	pthread_rwlock_init(moves, &attributes);
	pthread_rwlockattr_destroy(&attributes);
}

int link_index_init(struct link_index *index, const struct source *source, struct file_id_space *ids)
{
	int error;

	memset(index, 0, sizeof(*index));
	index->source = source;
	index->ids = ids;
	atomic_init(&index->is_active, false);
	atomic_init(&index->changes, 0);
	error = link_table_init(&index->table);
	if (error)
		return error;
	pthread_mutex_init(&index->walk_lock, NULL);
	init_moves(&index->moves);
	pthread_mutex_init(&index->lock, NULL);
	return 0;
}

void link_index_destroy(struct link_index *index)
{
	free(index->walk.queue);
	link_table_destroy(&index->table);
	pthread_mutex_destroy(&index->walk_lock);
	pthread_rwlock_destroy(&index->moves);
	pthread_mutex_destroy(&index->lock);
}

static void put_directory(struct link_index *index, uint64_t parent_id, const char *name, uint64_t id)
{
	struct link_directory *directory =
		link_table_put_directory(&index->table, id, parent_id, name, link_walk_stamp(index));

	/* It may come from where the walk has yet to go to where it has been. Without memory it is missed, as a change
	 * behind our back would be. */
	if (!directory || link_walk_queue(index, directory) != 0)
		index->is_misled = true;
}

static void forget_name(struct link_index *index, uint64_t directory_id, const char *name)
{
	struct link_name *known = link_table_name(&index->table, directory_id, name);

	if (known)
		link_table_remove_name(&index->table, known);
}

void link_index_put(struct link_index *index, uint64_t directory_id, const char *name, const struct stat *st)
{
	uint64_t id = file_id_of(index->ids, st);

	pthread_mutex_lock(&index->lock);
	atomic_fetch_add(&index->changes, 1);
	if (S_ISDIR(st->st_mode))
		put_directory(index, directory_id, name, id);
	else if (st->st_nlink <= 1 && !link_table_file(&index->table, id))
		forget_name(index, directory_id, name); /* of what it replaces */
	else if (link_table_put_name(&index->table, directory_id, name, id, link_walk_stamp(index)) != 0)
		index->is_misled = true;
	pthread_mutex_unlock(&index->lock);
}

void link_index_remove(struct link_index *index, uint64_t directory_id, const char *name)
{
	pthread_mutex_lock(&index->lock);
	atomic_fetch_add(&index->changes, 1);
	forget_name(index, directory_id, name);
	pthread_mutex_unlock(&index->lock);
}

void link_index_remove_directory(struct link_index *index, uint64_t id)
{
	pthread_mutex_lock(&index->lock);
	atomic_fetch_add(&index->changes, 1);
	link_table_remove_directory(&index->table, id);
	pthread_mutex_unlock(&index->lock);
}

void link_index_begin_move(struct link_index *index)
{
	pthread_rwlock_wrlock(&index->moves);
}

void link_index_end_move(struct link_index *index)
{
	pthread_rwlock_unlock(&index->moves);
}
