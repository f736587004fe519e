/* SPDX-License-Identifier: MIT */
/*
 * A set of names of one file: what a query of the link index answers, and what an enumeration walks over.
 */
#ifndef MIRROR_LINK_SET_H
#define MIRROR_LINK_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct link_set_name {
	uint64_t directory_id;
	const char *name; /* the last component; points into path */
	char *path; /* in the volume: "/a/b/name" */
};

/* Empty if all is zero. */
struct link_set {
	struct link_set_name *names;
	size_t count;
	size_t capacity;
	size_t position; /* for the user */
};

/* Takes over path, also when it fails. 0 or -ENOMEM. */
int link_set_add(struct link_set *set, uint64_t directory_id, char *path);
bool link_set_has(const struct link_set *set, uint64_t directory_id, const char *name);
void link_set_clear(struct link_set *set);

#endif
