/* SPDX-License-Identifier: MIT */
/* From a name to its path in the volume. With the tree's lock held. */
#ifndef CBF__PATH_H
#define CBF__PATH_H

#include "base/buffer.h"
#include "tree/tree.h"

/* The path of (dir, text), NUL-terminated, into buffer. A text that starts with a slash is a stream's (stream.h): a
 * colon stands before it. False: no memory. */
bool cbf__path_of_name(struct cbf__buffer *buffer, const struct cbf__node *dir, const char *text, size_t length);
/* The path of a node: by its name used last; without a name, the path that it had. */
bool cbf__path_of_node(struct cbf__buffer *buffer, const struct cbf__node *node);
/* A memory of the path of the last name of a node; attr is for the caller to fill. NULL: no memory. */
struct cbf__gone *cbf__path_gone(const struct cbf__name *name);

#endif
