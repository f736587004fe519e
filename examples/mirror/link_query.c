/* SPDX-License-Identifier: MIT */
/* The queries of the link index: what the table has is copied, looked at, and completed by the walk. */
#define _GNU_SOURCE 1
#include "link_index.h"
#include "link_walk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A walk without a result makes the next one wait so many times as long as it took, so that walks in vain never take
 * more than this part of the time. */
enum { PATIENCE = 10 };

/* How far a file system's clock and its steps may be off from ours. */
enum { CLOCK_SLACK = 2 };

struct query {
	uint64_t id;
	struct link_file *file; /* stays while we want it */
	size_t wanted; /* how many names are enough */
	unsigned first_walk; /* walks before this number had begun before the question was asked */
	const struct stat *st; /* NULL if not known */
	bool may_be_directory;
	bool has_walked;
};

/* The names of the file as the table has them. The index is locked. */
static int copy_names(struct link_index *index, const struct query *query, struct link_set *names)
{
	for (struct link_name *name = query->file->names, *next; name; name = next) {
		char *path = link_table_path(&index->table, name->directory_id, name->text);

		next = name->next;
		if (path) {
			if (link_set_add(names, name->directory_id, path) != 0)
				return -ENOMEM;
		} else if (errno == ENOMEM) {
			return -ENOMEM;
		} else {
			/* In a directory that is not known (any more): the walk will meet it again. */
			link_table_remove_name(&index->table, name);
			index->is_misled = true;
		}
	}
	return 0;
}

/* A directory that was looked at last: most of a file's names are in few directories. */
struct looked_at {
	uint64_t id;
	int fd;
};

static int look_at_directory(struct link_index *index, const struct link_set_name *name, struct looked_at *directory)
{
	char *slash = strrchr(name->path, '/');
	struct stat st;

	if (directory->fd >= 0 && directory->id == name->directory_id)
		return 0;
	if (directory->fd >= 0)
		close(directory->fd);
	directory->id = 0;
	*slash = '\0';
	directory->fd = source_open(index->source, name->path, O_PATH | O_DIRECTORY);
	*slash = '/';
	if (directory->fd < 0)
		return directory->fd;
	if (fstat(directory->fd, &st) != 0)
		return -errno;
	directory->id = slash == name->path ? CBF_ROOT_ID : file_id_of(index->ids, &st);
	return directory->id == name->directory_id ? 0 : -ENOENT;
}

/* 0 if this is a name of that file at this moment. */
static int verify(struct link_index *index, uint64_t id, const struct link_set_name *name, struct looked_at *directory)
{
	struct stat st;
	int error = look_at_directory(index, name, directory);

	if (error)
		return error;
	error = source_stat_entry(index->source, directory->fd, name->name, &st);
	if (error)
		return error;
	return file_id_of(index->ids, &st) == id ? 0 : -ENOENT;
}

static void forget_if_still_there(struct link_index *index, uint64_t id, const struct link_set_name *wrong)
{
	struct link_name *name;

	pthread_mutex_lock(&index->lock);
	name = link_table_name(&index->table, wrong->directory_id, wrong->name);
	if (name && name->file->id == id)
		link_table_remove_name(&index->table, name);
	index->is_misled = true;
	pthread_mutex_unlock(&index->lock);
}

/* Leaves in the set what is true, and takes the rest out of the table. */
static int verify_all(struct link_index *index, uint64_t id, struct link_set *names)
{
	struct looked_at directory = {.fd = -1};
	size_t kept = 0;
	int shortage = 0;

	for (size_t i = 0; i < names->count; i++) {
		int error = verify(index, id, &names->names[i], &directory);

		if (error == 0) {
			names->names[kept++] = names->names[i];
			continue;
		}
		if (link_walk_is_shortage(error))
			shortage = error;
		else
			forget_if_still_there(index, id, &names->names[i]);
		free(names->names[i].path);
	}
	names->count = kept;
	if (directory.fd >= 0)
		close(directory.fd);
	return shortage;
}

static int collect_names(struct link_index *index, const struct query *query, struct link_set *names)
{
	int error;

	pthread_mutex_lock(&index->lock);
	error = copy_names(index, query, names);
	pthread_mutex_unlock(&index->lock);
	return error ? error : verify_all(index, query->id, names);
}

static int copy_directory(struct link_index *index, uint64_t id, struct link_set *names)
{
	const struct link_directory *directory = link_table_directory(&index->table, id);
	char *path;

	if (!directory)
		return 0;
	path = link_table_path(&index->table, directory->parent_id, directory->name);
	if (path)
		return link_set_add(names, directory->parent_id, path);
	if (errno == ENOMEM)
		return -ENOMEM;
	link_table_remove_directory(&index->table, id);
	index->is_misled = true;
	return 0;
}

/* The name of the directory with that id, if it is one. */
static int collect_directory(struct link_index *index, const struct query *query, struct link_set *names)
{
	int error;

	pthread_mutex_lock(&index->lock);
	error = copy_directory(index, query->id, names);
	pthread_mutex_unlock(&index->lock);
	if (error || names->count == 0)
		return error;
	error = verify_all(index, query->id, names);
	if (error == 0 && names->count == 0)
		link_index_remove_directory(index, query->id);
	return error;
}

static int collect(struct link_index *index, const struct query *query, struct link_set *names)
{
	int error = 0;

	link_set_clear(names);
	pthread_rwlock_rdlock(&index->moves);
	if (query->may_be_directory)
		error = collect_directory(index, query, names);
	if (error == 0 && names->count == 0)
		error = collect_names(index, query, names);
	pthread_rwlock_unlock(&index->moves);
	return error;
}

static bool was_quiet_since_walk(const struct link_walk *walk, const struct stat *st)
{
	/* A file with one name is not kept by a walk, so that its absence says nothing. */
	return st->st_nlink > 1 && st->st_ctim.tv_sec + CLOCK_SLACK < walk->began_at.tv_sec;
}

/* Whether a new walk may find what is missing. One that began after the question was asked has said all. One before
 * that may have, if nothing that it found turned out wrong: every link, unlink and rename of a file changes its ctime,
 * so that only a directory that came from outside of SOURCE, or became readable, is found late. */
static bool is_walk_due(const struct link_index *index, const struct query *query)
{
	const struct link_walk *walk = &index->walk;
	double pause = link_walk_clock() - walk->ended, cost = walk->ended - walk->began;
	unsigned vain = index->fruitless;

	if (!walk->is_complete)
		return true;
	if (walk->number >= query->first_walk)
		return false;
	if (index->is_misled)
		return true;
	if (query->st)
		return !(was_quiet_since_walk(walk, query->st) && pause < cost * PATIENCE);
	return vain < 2 || pause >= cost * (vain - 1 < PATIENCE ? vain - 1 : PATIENCE);
}

static bool has_enough(const struct link_index *index, const struct query *query)
{
	if (query->may_be_directory && link_table_directory(&index->table, query->id))
		return true;
	return query->file->name_count >= query->wanted;
}

enum next { NEXT_LOOK, NEXT_STEP, NEXT_GIVE_UP };

/* The index is locked. */
static int choose_next(struct link_index *index, const struct query *query, enum next *next)
{
	*next = NEXT_LOOK;
	if (has_enough(index, query))
		return 0;
	*next = NEXT_STEP;
	if (index->walk.is_running)
		return 0;
	if (is_walk_due(index, query))
		return link_walk_begin(index);
	*next = NEXT_GIVE_UP;
	return 0;
}

/* One directory further, unless somebody else has meanwhile found what was missing. The lock is given back after each
 * directory, so that others see at once what was found. */
static int walk_on(struct link_index *index, struct query *query, enum next *next)
{
	int error;

	pthread_mutex_lock(&index->walk_lock);
	pthread_mutex_lock(&index->lock);
	error = choose_next(index, query, next);
	pthread_mutex_unlock(&index->lock);
	if (error == 0 && *next == NEXT_STEP) {
		error = link_walk_step(index);
		query->has_walked = true;
	}
	pthread_mutex_unlock(&index->walk_lock);
	return error;
}

static int run(struct link_index *index, struct query *query, struct link_set *names)
{
	enum next next = NEXT_LOOK;
	int error = 0;

	while (error == 0 && next != NEXT_GIVE_UP) {
		if (next == NEXT_LOOK) {
			error = collect(index, query, names);
			if (error || names->count >= query->wanted)
				break;
		}
		error = walk_on(index, query, &next);
	}
	if (error == 0 && next == NEXT_GIVE_UP && query->has_walked) /* more may be there, if not all */
		error = collect(index, query, names);
	if (error)
		link_set_clear(names);
	return error;
}

/* The entry of a file that is looked for makes the walk keep its names, even if it has but one. */
static int ask(struct link_index *index, struct query *query, struct link_set *names)
{
	int error;

	atomic_store(&index->is_active, true);
	pthread_mutex_lock(&index->lock);
	query->first_walk = index->walk.number + 1;
	query->file = link_table_want(&index->table, query->id);
	pthread_mutex_unlock(&index->lock);
	if (!query->file)
		return -ENOMEM;
	error = run(index, query, names);
	pthread_mutex_lock(&index->lock);
	if (query->has_walked && !query->st)
		index->fruitless = names->count > 0 ? 0 : index->fruitless + 1;
	link_table_unwant(&index->table, query->file);
	pthread_mutex_unlock(&index->lock);
	return error;
}

int link_index_find(struct link_index *index, const struct stat *st, struct link_set *names)
{
	struct query query = {
		.id = file_id_of(index->ids, st),
		.wanted = (size_t)st->st_nlink,
		.st = st,
	};

	return ask(index, &query, names);
}

int link_index_path(struct link_index *index, uint64_t id, char **path)
{
	struct query query = {.id = id, .wanted = 1, .may_be_directory = true};
	struct link_set names = {0};
	int error;

	if (id == CBF_ROOT_ID) {
		*path = strdup("/");
		return *path ? 0 : -ENOMEM;
	}
	error = ask(index, &query, &names);
	if (error == 0 && names.count == 0)
		error = -ENOENT;
	if (error == 0) {
		*path = names.names[0].path;
		names.names[0].path = NULL;
	}
	link_set_clear(&names);
	return error;
}
