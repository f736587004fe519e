/* SPDX-License-Identifier: MIT */
#include "rename.h"

#include "flags.h"
#include "memdrive.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct move {
	struct place from;
	struct place to;
	bool no_replace;
	bool exchange;
	struct entry *spare; /* the entry that a new name needs */
	struct entry *old;
	struct entry *new; /* NULL: nothing is there */
};

static bool moves_directory(const struct move *move)
{
	return (move->from.node && node_is(move->from.node, S_IFDIR)) ||
	       (move->to.node && node_is(move->to.node, S_IFDIR));
}

/* A directory has one name, so that what is below it has its path as a beginning. */
static bool is_below(const char *path, const char *directory)
{
	size_t length = strlen(directory);

	return strncmp(path, directory, length) == 0 && path[length] == '/';
}

/* What can be told before anything is locked. */
static int check_paths(const struct move *move, const char *path, const char *new_path)
{
	if (!move->from.node || (move->exchange && !move->to.node))
		return -ENOENT;
	if (is_below(new_path, path))
		return -EINVAL;
	if (is_below(path, new_path))
		return move->exchange ? -EINVAL : -ENOTEMPTY;
	return move->no_replace && move->to.node ? -EEXIST : 0;
}

static int check_replaced(const struct node *from, const struct node *onto)
{
	if (node_is(from, S_IFDIR) != node_is(onto, S_IFDIR))
		return node_is(from, S_IFDIR) ? -ENOTDIR : -EISDIR;
	return node_is(onto, S_IFDIR) && directory_count(&onto->directory) > 0 ? -ENOTEMPTY : 0;
}

static int check_flags(const struct move *move)
{
	int error = flags_check_removal(move->from.directory, move->from.node);

	if (error == 0)
		error = flags_check_project(move->to.directory, move->from.node);
	if (error == 0)
		error = flags_check_new_entry(move->to.directory);
	if (error == 0 && move->new)
		error = flags_check_removal(move->to.directory, move->to.node);
	if (error == 0 && move->exchange)
		error = flags_check_project(move->from.directory, move->to.node);
	return error;
}

/* With all locked. */
static int check(struct move *move)
{
	int error;

	if (!place_is_true(&move->from, &move->old) || !place_is_true(&move->to, &move->new))
		return -EAGAIN;
	if (move->to.directory->links == 0)
		return -ENOENT;
	error = move->new && !move->exchange ? check_replaced(move->from.node, move->to.node) : 0;
	return error ? error : check_flags(move);
}

static bool is_directory(const struct node *node)
{
	return node_is(node, S_IFDIR);
}

static void exchange(struct move *move)
{
	struct node *from = move->from.node, *to = move->to.node;

	entry_point_to(move->old, to);
	entry_point_to(move->new, from);
	move->from.directory->links += is_directory(to);
	move->from.directory->links -= is_directory(from);
	move->to.directory->links += is_directory(from);
	move->to.directory->links -= is_directory(to);
	node_note_change(to);
}

/* The reference of the name that went is the caller's then. */
static void replace(struct move *move)
{
	struct node *from = move->from.node, *to = move->to.node;

	entry_remove(move->old);
	entry_point_to(move->new, from);
	to->links -= is_directory(to) ? 2 : 1;
	move->to.directory->links -= is_directory(to);
	node_note_change(to);
}

static void move_entry(struct move *move)
{
	entry_remove(move->old);
	entry_add(move->spare, move->to.directory, move->from.node);
	move->spare = NULL;
}

static void move_or_replace(struct move *move)
{
	if (move->new)
		replace(move);
	else
		move_entry(move);
	move->from.directory->links -= is_directory(move->from.node);
	move->to.directory->links += is_directory(move->from.node);
}

static void change(struct move *move)
{
	if (move->exchange)
		exchange(move);
	else
		move_or_replace(move);
	node_note_write(move->from.directory);
	node_note_write(move->to.directory);
	node_note_change(move->from.node);
}

static int check_and_change(struct move *move)
{
	struct node *nodes[NODE_SET_SIZE] = {move->from.directory, move->to.directory, move->from.node, move->to.node};
	int error;

	node_lock_all(nodes);
	error = check(move);
	if (error == 0)
		change(move);
	node_unlock_all(nodes);
	if (error == 0 && move->new && !move->exchange)
		node_release(move->to.node);
	return error;
}

static int run(struct move *move)
{
	int error;

	if (move->from.node == move->to.node)
		return 0; /* two names of one file */
	if (!move->to.node) {
		move->spare = entry_new(move->to.name, move->to.length);
		if (!move->spare)
			return -ENOMEM;
	}
	error = check_and_change(move);
	free(move->spare);
	move->spare = NULL;
	return error;
}

static int check_and_run(const char *path, const char *new_path, bool may_move_directory, struct move *move)
{
	int error;

	if (!may_move_directory && moves_directory(move))
		return -EAGAIN;
	error = check_paths(move, path, new_path);
	return error ? error : run(move);
}

/* -EAGAIN: something has changed meanwhile, or a directory is to be moved. */
static int try_rename(struct memdrive *drive, const char *path, const char *new_path, bool may_move_directory,
		      struct move *move)
{
	int error = place_find(drive, path, &move->from);

	if (error)
		return error;
	error = place_find(drive, new_path, &move->to);
	if (error == 0) {
		error = check_and_run(path, new_path, may_move_directory, move);
		place_release(&move->to);
	}
	place_release(&move->from);
	return error;
}

/* While one directory moves, no other does: so the paths that are looked up say what is below what. */
static int rename_with_directories(struct memdrive *drive, const char *path, const char *new_path, struct move *move)
{
	int error;

	pthread_rwlock_wrlock(&drive->moves);
	error = try_rename(drive, path, new_path, true, move);
	pthread_rwlock_unlock(&drive->moves);
	return error;
}

int rename_path(struct memdrive *drive, const char *path, const char *new_path, bool no_replace, bool exchange)
{
	struct move move = {.no_replace = no_replace, .exchange = exchange};
	int error = try_rename(drive, path, new_path, false, &move);

	while (error == -EAGAIN)
		error = rename_with_directories(drive, path, new_path, &move);
	return error;
}
