/* SPDX-License-Identifier: MIT */
/*
 * The entries of a directory: found by name through a hash table, walked in the order in which they were made.
 *
 * An entry is a name of a node, and so in two lists: of its directory, and of the names of its node. Both nodes must be
 * locked to add or remove one. A cursor keeps its place whatever is added and removed, and passes over what was added
 * after it was started: so a program that makes files while it reads the directory comes to an end.
 */
#ifndef MEMDRIVE_DIRECTORY_H
#define MEMDRIVE_DIRECTORY_H

#include "table.h"

#include <stdbool.h>

struct node;

struct entry {
	struct table_link link;
	struct entry *next; /* in the directory */
	struct entry *previous;
	uint64_t sequence;
	struct node *directory; /* lives as long as it has entries */
	struct node *node; /* referred to */
	struct entry *next_name; /* of the node */
	struct entry **name_place; /* what points to this one among them */
	size_t length;
	char name[];
};

struct cursor {
	struct cursor *next_cursor;
	struct entry *next; /* NULL: the end */
	uint64_t last; /* the sequence number of the last entry to be shown */
};

struct directory {
	struct table table;
	struct entry *first;
	struct entry *last;
	uint64_t sequence;
	struct cursor *cursors;
};

void directory_init(struct directory *directory);
void directory_destroy(struct directory *directory); /* it is empty */

static inline size_t directory_count(const struct directory *directory)
{
	return directory->table.count;
}

struct entry *directory_find(const struct directory *directory, const char *name, size_t length);

/* Not yet in a directory. NULL: no memory. */
struct entry *entry_new(const char *name, size_t length);
/* Takes a reference to the node over, and counts no links: that depends on what is going on. */
void entry_add(struct entry *entry, struct node *directory, struct node *node);
/* Frees the entry; its reference to the node is the caller's then. */
void entry_remove(struct entry *entry);
/* Makes it the name of another node; the reference to the former one is the caller's then. */
void entry_point_to(struct entry *entry, struct node *node);

/* A cursor before the first entry; directory_close_cursor() must follow. */
void directory_open_cursor(struct directory *directory, struct cursor *cursor);
void directory_close_cursor(struct directory *directory, struct cursor *cursor);
void directory_restart(struct directory *directory, struct cursor *cursor);
/* NULL: the end. */
struct entry *directory_next(struct cursor *cursor);

#endif
