/* SPDX-License-Identifier: MIT */
/*
 * What changes directories: names that come, go and move. Links are counted and times kept here.
 */
#ifndef MEMDRIVE_CHANGE_H
#define MEMDRIVE_CHANGE_H

#include "path.h"

/* Makes what does not exist; with a reference. In a directory with the set-group-ID bit it has the directory's group,
 * and a directory the bit as well. -EEXIST, and what node_new() returns. */
int change_create(struct memdrive *drive, const char *path, const struct node_plan *plan, struct node **node);
/* -EEXIST, -EMLINK. */
int change_link(struct memdrive *drive, struct node *node, const char *path);
/* -ENOTEMPTY, -EISDIR, -ENOTDIR. */
int change_remove(struct memdrive *drive, const char *path, bool is_directory);

#endif
