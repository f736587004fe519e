/* SPDX-License-Identifier: MIT */
/*
 * From paths to nodes and back. Each step locks one directory only, for reading, so lookups run beside each other.
 *
 * The library sees to it that a path stays true while a hook is at work with it; other names come and go meanwhile.
 */
#ifndef MEMDRIVE_PATH_H
#define MEMDRIVE_PATH_H

#include "node.h"

struct memdrive;

/* A name, and what is behind it. The root has none. */
struct place {
	struct node *directory; /* referred to */
	const char *name; /* in the path */
	size_t length;
	struct node *node; /* referred to; NULL: nothing is there */
};

/* 0 with a reference, -ENOENT or -ENOTDIR. */
int path_find(struct memdrive *drive, const char *path, struct node **node);
/* 0, also if nothing is there, -ENOENT or -ENOTDIR for the way to it; -EBUSY for the root. */
int place_find(struct memdrive *drive, const char *path, struct place *place);
void place_release(struct place *place);
/* With the directory locked: is there still what was found? Gives the entry (NULL for nothing). False: no. */
bool place_is_true(const struct place *place, struct entry **entry);

/* The file of an event: the one in the context, else the one of that path. Let go of it with node_release(). */
int path_or_context(struct memdrive *drive, const char *path, void *context, struct node **node);

/* One path of a node. 0, -ENOENT (it has no name), -ENAMETOOLONG. */
int path_of_node(struct memdrive *drive, struct node *node, char *path, size_t capacity);

#endif
