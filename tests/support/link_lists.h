/* SPDX-License-Identifier: MIT */
/* The names of a file as the ways in give them: by ioctl, by extended attribute, by library call. */
#ifndef LINK_LISTS_H
#define LINK_LISTS_H

#include "fixture.h"

#include <cbfuse/control.h>

enum { LINKS_MAX = 4096 };

struct link_list {
	size_t count;
	char *paths[LINKS_MAX];
	unsigned pages; /* ioctls that it took */
};

void links_clear(struct link_list *list);
/* One page by ioctl; 0 or an errno. `name` may be NULL. */
int links_page(struct fixture *fixture, uint64_t node, uint64_t fh, const char *name, struct cbf_links_page *page);
/* All pages. With a name, the node is a directory. */
int links_by_ioctl(struct fixture *fixture, uint64_t node, uint64_t fh, const char *name, struct link_list *list);
/* By the extended attribute, asking for the size first. */
int links_by_xattr(struct fixture *fixture, uint64_t node, struct link_list *list);
/* By library call: a visitor for cbf_list_hard_links(), whose user_data is the list. */
int links_visitor(const char *path, void *list);
/* The paths (NULL at the end), in any order, and nothing else. */
void links_expect(const struct link_list *list, ...) __attribute__((sentinel));
/* /f, and so many more names of 200 bytes of it, in the root. */
void links_add_many(struct fixture *fixture, int count);

#endif
