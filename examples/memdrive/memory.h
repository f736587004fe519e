/* SPDX-License-Identifier: MIT */
/*
 * The content of a file: pages in a tree, each of whose levels has 64 branches. A file of one page is that page alone.
 *
 * A page is there (data), reserved (it reads as zeros and counts, but has no memory yet), or not there (a hole). What
 * lies behind a file's end is zeros, so that a file may grow without a look at its last page. Not locked.
 *
 * Limits are not known here: `pages` says how many count, and content_missing() how many a change will add at most.
 */
#ifndef MEMDRIVE_MEMORY_H
#define MEMDRIVE_MEMORY_H

#include "page_pool.h"

#include <stddef.h>

struct content {
	struct page_pool *pool;
	void *root; /* a page, a branch or NULL */
	unsigned height; /* of branches above the pages */
	uint64_t pages; /* there or reserved */
};

void content_init(struct content *content, struct page_pool *pool);
void content_destroy(struct content *content);

/* How many pages of a range in bytes are holes. */
uint64_t content_missing(const struct content *content, uint64_t position, uint64_t length);

/* Holes read as zeros. */
void content_read(const struct content *content, uint64_t position, void *buffer, size_t length);
/* How many bytes were written: fewer if memory ran out. */
size_t content_write(struct content *content, uint64_t position, const void *buffer, size_t length);
/* Copies, holes as holes; the ranges do not overlap if it is one content. How many bytes, as for content_write(). */
uint64_t content_copy(struct content *to, uint64_t position, const struct content *from, uint64_t from_position,
		      uint64_t length);
/* How many pages of a range content_copy() will add at most. */
uint64_t content_copy_missing(const struct content *to, uint64_t position, const struct content *from,
			      uint64_t from_position, uint64_t length);

/* Reserves the holes of a range. False: no memory, nothing is changed. */
bool content_reserve(struct content *content, uint64_t position, uint64_t length);
/* Makes zeros of a range; whole pages become holes, or stay reserved. */
void content_zero(struct content *content, uint64_t position, uint64_t length, bool punch_hole);
/* Cuts off: pages behind `size` go, the rest of its page becomes zeros. */
void content_cut(struct content *content, uint64_t size);

/* The first range with data that ends after `position`, in whole pages. */
bool content_find_data(const struct content *content, uint64_t position, uint64_t *start, uint64_t *end);

#endif
