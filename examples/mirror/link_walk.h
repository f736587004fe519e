/* SPDX-License-Identifier: MIT */
/*
 * The walk of the link index over SOURCE: a queue of directories, read one at a time. A part of link_index.
 */
#ifndef MIRROR_LINK_WALK_H
#define MIRROR_LINK_WALK_H

#include "link_index.h"

/* The index is locked. 0 or -ENOMEM. */
int link_walk_begin(struct link_index *index);
/* The index is locked. Has the walk that runs, if one does, read this directory too, unless it has. 0 or -ENOMEM. */
int link_walk_queue(struct link_index *index, struct link_directory *directory);
/* What an entry that is true now is stamped with. The index is locked. */
struct link_stamp link_walk_stamp(const struct link_index *index);

/* Reads one directory, or ends the walk if there is none. walk_lock is held, the index is not locked. Fails if the
 * system lacks memory or descriptors, which ends the walk as well; what cannot be read is passed over. */
int link_walk_step(struct link_index *index);

/* The system lacks something: nothing is known about the file that was asked for. */
bool link_walk_is_shortage(int error);
double link_walk_clock(void);

#endif
