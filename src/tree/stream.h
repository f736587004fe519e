/* SPDX-License-Identifier: MIT */
/*
 * Named streams in the tree.
 *
 * A stream is a node on an edge from its *file*, which may be a directory: a name whose `dir` is the file's node, and
 * whose text is '/' and the stream's name, so that it is never taken for an entry of a directory. Since the edge starts
 * at the file and not at one of its names, the stream goes wherever the file goes, through renames and hard links, and
 * the file's node lives as long as the kernel or the library uses a stream of it.
 *
 * The node is made when somebody speaks of the stream, before it is known whether it exists: it is what those who mean
 * the same stream take turns on. Whoever deletes the stream takes the edge away; those who waited meanwhile find that
 * their node is without an edge, and ask for the node anew.
 *
 * Claims: a claim on a stream is a claim on a *name of its file* (shared), with a turn on the *stream*. So whoever
 * renames or deletes the file, or moves a directory above it, waits for events that were handed the stream's path, and
 * the other way round; events of the file itself do not. Streams need no exclusive names: what makes or deletes one has
 * the exclusive turn on its node.
 *
 * End: a file without a name has streams without a path; a stream is dead when its file is.
 *
 * With the tree's lock held.
 */
#ifndef CBF__STREAM_H
#define CBF__STREAM_H

#include "base/buffer.h"
#include "tree/tree.h"

/* The node of a file's stream, made if need be. It is for the caller to pin. NULL: no memory. */
struct cbf__node *cbf__stream_node(struct cbf__tree *tree, struct cbf__node *file, const char *name, size_t length);
/* What a node's names are names of: for a stream its file, or NULL if the stream is gone; else the node. */
struct cbf__node *cbf__stream_file(struct cbf__node *node);
/* Has its file a name that is known? */
bool cbf__node_has_name(struct cbf__node *node);
/* Is it, or the file that it belongs to, no more? */
bool cbf__node_is_dead(const struct cbf__node *node);
/* Puts ":stream" behind the path of its file. False: no memory. */
bool cbf__stream_append(struct cbf__buffer *path, const struct cbf__node *stream);

#endif
