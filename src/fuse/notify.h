/* SPDX-License-Identifier: MIT */
/*
 * What is said to the kernel unasked. It may wait, holding a lock of its own, for requests that we have yet to answer:
 * from a thread that holds nothing and is no worker. All return 0 or a negative errno; -ENOENT: the kernel does not
 * know it.
 */
#ifndef CBF__NOTIFY_H
#define CBF__NOTIFY_H

#include <stddef.h>
#include <stdint.h>

struct cbf_volume;

/* How many nodes go into one cbf__notify_prune(). */
enum { CBF__PRUNE_MAX = 256 };

/* The content from offset on is written back and forgotten, and the attributes are; length 0: to the end. */
int cbf__notify_content(struct cbf_volume *volume, uint64_t node, uint64_t offset, uint64_t length);
/* A name is forgotten, and its file if that is in no use. What is mounted on it is detached. */
int cbf__notify_name(struct cbf_volume *volume, uint64_t dir, const char *name);
/* The nodes are forgotten that are in no use. -EINVAL before Linux 6.18. */
int cbf__notify_prune(struct cbf_volume *volume, const uint64_t *nodes, size_t count);

#endif
