/* SPDX-License-Identifier: MIT */
/* The extended attributes of a node, within the limits. The node is locked. */
#ifndef MEMDRIVE_NODE_ATTRIBUTE_H
#define MEMDRIVE_NODE_ATTRIBUTE_H

#include "node.h"

/* Makes it, or changes its value. -ENOSPC (also if its name finds no place in the list of all), -EDQUOT, -ENOMEM. */
int node_attribute_put(struct node *node, const char *name, const void *value, size_t length);
void node_attribute_remove(struct node *node, const char *name); /* it is there */

#endif
