/* SPDX-License-Identifier: MIT */
/*
 * Where pages come from: chunks of 2 MiB, each of which goes back to the system once all of its pages are free (but
 * one). The system is asked to back a chunk by one large page, so that writing a file is not a page fault each 4096
 * bytes.
 *
 * Several lists of chunks, each with a lock of its own; a thread takes pages from "its" list.
 */
#ifndef MEMDRIVE_PAGE_POOL_H
#define MEMDRIVE_PAGE_POOL_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

enum { PAGE_SHIFT = 12, PAGE_BYTES = 1 << PAGE_SHIFT };
enum { PAGE_LISTS = 4 };

struct page_chunk;

struct page_list {
	pthread_mutex_t lock;
	struct page_chunk *chunks; /* that have free pages */
};

struct page_pool {
	struct page_list lists[PAGE_LISTS];
};

int page_pool_init(struct page_pool *pool); /* 0 or a negative errno */
void page_pool_destroy(struct page_pool *pool); /* all pages are free */

uint64_t page_pool_used(struct page_pool *pool); /* pages in chunks that are not yet full */

/* cleared: with zeros. NULL: no memory. */
void *page_new(struct page_pool *pool, bool cleared);
void page_free(void *page);

#endif
