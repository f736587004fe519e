/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE 1
#include "page_pool.h"

#include <string.h>
#include <sys/mman.h>

enum { CHUNK_BYTES = 1 << 21, CHUNK_PAGES = CHUNK_BYTES / PAGE_BYTES };

/* At the start of a chunk, where its first page would be. */
struct page_chunk {
	struct page_list *list;
	struct page_chunk *next; /* in the list */
	struct page_chunk *previous;
	unsigned used;
	unsigned fresh; /* the first page that was never given away: it and those behind it are zeros */
	void *free; /* pages that came back; each begins with a pointer to the next */
};

int page_pool_init(struct page_pool *pool)
{
	int error;

	for (unsigned i = 0; i < PAGE_LISTS; i++) {
		pool->lists[i].chunks = NULL;
		error = pthread_mutex_init(&pool->lists[i].lock, NULL);
		if (!error)
			continue;
		while (i-- > 0)
			pthread_mutex_destroy(&pool->lists[i].lock);
		return -error;
	}
	return 0;
}

void page_pool_destroy(struct page_pool *pool)
{
	struct page_chunk *next;

	for (unsigned i = 0; i < PAGE_LISTS; i++) {
		for (struct page_chunk *chunk = pool->lists[i].chunks; chunk; chunk = next) {
			next = chunk->next;
			munmap(chunk, CHUNK_BYTES);
		}
		pthread_mutex_destroy(&pool->lists[i].lock);
	}
}

uint64_t page_pool_used(struct page_pool *pool)
{
	uint64_t used = 0;

	for (unsigned i = 0; i < PAGE_LISTS; i++) {
		pthread_mutex_lock(&pool->lists[i].lock);
		for (const struct page_chunk *chunk = pool->lists[i].chunks; chunk; chunk = chunk->next)
			used += chunk->used;
		pthread_mutex_unlock(&pool->lists[i].lock);
	}
	return used;
}

/* Each thread has a stack and variables at another place. */
static struct page_list *own_list(struct page_pool *pool)
{
	static _Thread_local unsigned char place;

	return &pool->lists[((uintptr_t)&place >> PAGE_SHIFT) % PAGE_LISTS];
}

static void add_chunk(struct page_list *list, struct page_chunk *chunk)
{
	chunk->previous = NULL;
	chunk->next = list->chunks;
	if (chunk->next)
		chunk->next->previous = chunk;
	list->chunks = chunk;
}

static void remove_chunk(struct page_list *list, struct page_chunk *chunk)
{
	*(chunk->previous ? &chunk->previous->next : &list->chunks) = chunk->next;
	if (chunk->next)
		chunk->next->previous = chunk->previous;
}

/* So that the chunk of a page is known by its address. */
static void *map_aligned(void)
{
	void *start =
		mmap(NULL, 2 * CHUNK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	size_t before;
	char *chunk;

	if (start == MAP_FAILED)
		return NULL;
	before = (size_t)(-(uintptr_t)start % CHUNK_BYTES);
	chunk = (char *)start + before;
	munmap(chunk + CHUNK_BYTES, CHUNK_BYTES - before);
	if (before > 0)
		munmap(start, before);
	return chunk;
}

static struct page_chunk *new_chunk(struct page_list *list)
{
	struct page_chunk *chunk = map_aligned();

	if (!chunk)
		return NULL;
	madvise(chunk, CHUNK_BYTES, MADV_HUGEPAGE);
	chunk->list = list;
	chunk->fresh = 1;
	add_chunk(list, chunk);
	return chunk;
}

/* *is_fresh: it holds zeros. */
static void *take(struct page_chunk *chunk, bool *is_fresh)
{
	void *page = chunk->free;

	*is_fresh = !page;
	if (page)
		memcpy(&chunk->free, page, sizeof(chunk->free));
	else
		page = (char *)chunk + (size_t)chunk->fresh++ * PAGE_BYTES;
	chunk->used++;
	if (!chunk->free && chunk->fresh == CHUNK_PAGES)
		remove_chunk(chunk->list, chunk);
	return page;
}

void *page_new(struct page_pool *pool, bool cleared)
{
	struct page_list *list = own_list(pool);
	struct page_chunk *chunk;
	bool is_fresh = true;
	void *page = NULL;

	pthread_mutex_lock(&list->lock);
	chunk = list->chunks ? list->chunks : new_chunk(list);
	if (chunk)
		page = take(chunk, &is_fresh);
	pthread_mutex_unlock(&list->lock);
	if (cleared && !is_fresh)
		memset(page, 0, PAGE_BYTES);
	return page;
}

void page_free(void *page)
{
	struct page_chunk *chunk = (void *)((char *)page - (uintptr_t)page % CHUNK_BYTES);
	struct page_list *list = chunk->list;
	bool is_last;

	pthread_mutex_lock(&list->lock);
	if (!chunk->free && chunk->fresh == CHUNK_PAGES)
		add_chunk(list, chunk);
	memcpy(page, &chunk->free, sizeof(chunk->free));
	chunk->free = page;
	/* One is kept: else a small file that comes and goes would take a large page with it each time. */
	is_last = --chunk->used == 0 && (chunk->next || chunk->previous);
	if (is_last)
		remove_chunk(list, chunk);
	pthread_mutex_unlock(&list->lock);
	if (is_last)
		munmap(chunk, CHUNK_BYTES);
}
