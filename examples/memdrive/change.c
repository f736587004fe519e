/* SPDX-License-Identifier: MIT */
#include "change.h"

#include "flags.h"
#include "memdrive.h"

#include <errno.h>
#include <stdlib.h>

static void inherit(const struct node *directory, struct node_plan *plan)
{
	flags_inherit(directory, plan);
	if (!(directory->mode & S_ISGID))
		return;
	plan->gid = directory->gid;
	if (S_ISDIR(plan->mode))
		plan->mode |= S_ISGID;
}

/* With both locked. */
static int check_new_name(const struct place *place, const struct node *node)
{
	struct entry *entry;
	int error;

	if (place->directory->links == 0)
		return -ENOENT; /* it has been removed */
	if (place->node || !place_is_true(place, &entry))
		return -EEXIST;
	error = flags_check_new_entry(place->directory);
	if (error == 0)
		error = flags_check_project(place->directory, node);
	return error == 0 && node->links > 0 ? flags_check_change(node) : error;
}

/* Enters the node, which has a new name then; the reference is the name's. */
static int enter(const struct place *place, struct node *node, struct entry *entry)
{
	struct node *nodes[NODE_SET_SIZE] = {place->directory, node};
	bool is_directory = node_is(node, S_IFDIR);
	int error;

	node_lock_all(nodes);
	error = check_new_name(place, node);
	if (error == 0 && node->links >= NODE_MOST_LINKS)
		error = -EMLINK;
	if (error == 0) {
		entry_add(entry, place->directory, node_reference(node));
		node->links += is_directory ? 2 : 1;
		place->directory->links += is_directory;
		node_note_write(place->directory);
	}
	node_unlock_all(nodes);
	return error;
}

static int enter_new_name(const struct place *place, struct node *node)
{
	struct entry *entry = entry_new(place->name, place->length);
	int error = entry ? enter(place, node, entry) : -ENOMEM;

	if (error)
		free(entry);
	return error;
}

static int create(struct memdrive *drive, const struct place *place, struct node_plan plan, struct node **node)
{
	struct node *made;
	int error;

	pthread_rwlock_rdlock(&place->directory->lock);
	inherit(place->directory, &plan);
	pthread_rwlock_unlock(&place->directory->lock);
	error = node_new(drive, &plan, id_table_next(&drive->ids), &made);
	if (error)
		return error;
	error = enter_new_name(place, made);
	if (error)
		node_release(made);
	else
		*node = made;
	return error;
}

int change_create(struct memdrive *drive, const char *path, const struct node_plan *plan, struct node **node)
{
	struct place place;
	int error = place_find(drive, path, &place);

	if (error)
		return error == -EBUSY ? -EEXIST : error;
	error = place.node ? -EEXIST : create(drive, &place, *plan, node);
	place_release(&place);
	return error;
}

int change_link(struct memdrive *drive, struct node *node, const char *path)
{
	struct place place;
	int error = place_find(drive, path, &place);

	if (error)
		return error == -EBUSY ? -EEXIST : error;
	error = place.node ? -EEXIST : enter_new_name(&place, node);
	place_release(&place);
	if (error)
		return error;
	pthread_rwlock_wrlock(&node->lock);
	node_note_change(node);
	pthread_rwlock_unlock(&node->lock);
	return 0;
}

static int check_removal(const struct place *place, bool is_directory, struct entry **entry)
{
	if (!place_is_true(place, entry))
		return -EAGAIN;
	if (node_is(place->node, S_IFDIR) != is_directory)
		return is_directory ? -ENOTDIR : -EISDIR;
	if (is_directory && directory_count(&place->node->directory) > 0)
		return -ENOTEMPTY;
	return flags_check_removal(place->directory, place->node);
}

static int remove_entry(const struct place *place, bool is_directory)
{
	struct node *nodes[NODE_SET_SIZE] = {place->directory, place->node};
	struct entry *entry;
	int error;

	node_lock_all(nodes);
	error = check_removal(place, is_directory, &entry);
	if (error == 0) {
		entry_remove(entry);
		place->node->links -= is_directory ? 2 : 1;
		place->directory->links -= is_directory;
		node_note_write(place->directory);
		node_note_change(place->node);
	}
	node_unlock_all(nodes);
	if (error == 0)
		node_release(place->node); /* the name's */
	return error;
}

int change_remove(struct memdrive *drive, const char *path, bool is_directory)
{
	struct place place;
	int error;

	do {
		error = place_find(drive, path, &place);
		if (error)
			return error;
		error = place.node ? remove_entry(&place, is_directory) : -ENOENT;
		place_release(&place);
	} while (error == -EAGAIN);
	return error;
}
