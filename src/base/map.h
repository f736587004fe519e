/* SPDX-License-Identifier: MIT */
/*
 * A hash table of links that live inside of the items. It knows hashes only: the caller compares keys, walking all
 * items of a hash with cbf__map_first() and cbf__map_next(). Not thread-safe.
 */
#ifndef CBF__MAP_H
#define CBF__MAP_H

#include <stddef.h>
#include <stdint.h>

struct cbf__map_link {
	struct cbf__map_link *next;
	uint64_t hash;
};

struct cbf__map {
	struct cbf__map_link **buckets;
	size_t mask;
	size_t count;
	size_t first; /* no bucket below this one has items: emptying a table must not search it anew for each item */
};

/* 0 or -ENOMEM. */
int cbf__map_init(struct cbf__map *map);
/* Frees the table, not the items. */
void cbf__map_destroy(struct cbf__map *map);
/* Never fails: when memory is short the table just stays as large as it is. */
void cbf__map_insert(struct cbf__map *map, struct cbf__map_link *link, uint64_t hash);
void cbf__map_remove(struct cbf__map *map, struct cbf__map_link *link);
struct cbf__map_link *cbf__map_first(const struct cbf__map *map, uint64_t hash);
struct cbf__map_link *cbf__map_next(const struct cbf__map_link *link);
/* Any item, NULL when empty: for emptying a table. */
struct cbf__map_link *cbf__map_any(struct cbf__map *map);

/* The item behind this one, the first behind NULL; NULL at the end: for looking at all, while nothing is changed. */
struct cbf__map_link *cbf__map_after(const struct cbf__map *map, const struct cbf__map_link *link);

uint64_t cbf__hash_id(uint64_t id);
uint64_t cbf__hash_bytes(uint64_t seed, const void *bytes, size_t length);

#endif
