/* SPDX-License-Identifier: MIT */
/*
 * Inode flags (chattr(1)) and project ids. The kernel stores those of a FUSE filesystem and no more: what immutable and
 * append-only mean is enforced here.
 */
#ifndef MEMDRIVE_FLAGS_H
#define MEMDRIVE_FLAGS_H

#include "node.h"

/* With the node locked: 0 or -EPERM. */
int flags_check_change(const struct node *node); /* of attributes, names and so on */
int flags_check_touch(const struct node *node); /* of times to the present: an append-only file allows it */
int flags_check_write(const struct node *node, uint64_t position);
int flags_check_new_entry(const struct node *directory);
int flags_check_removal(const struct node *directory, const struct node *node);

/* May the node have a name in that directory? -EXDEV: it belongs to another project. */
int flags_check_project(const struct node *directory, const struct node *node);

/* -EOPNOTSUPP: there are some that memdrive does not know. */
int flags_check_known(uint32_t flags);
/* What a new node has from its directory, which is locked. */
void flags_inherit(const struct node *directory, struct node_plan *plan);

#endif
