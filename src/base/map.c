/* SPDX-License-Identifier: MIT */
#include "base/map.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_SIZE = 64 };

int cbf__map_init(struct cbf__map *map)
{
	map->buckets = calloc(FIRST_SIZE, sizeof(struct cbf__map_link *));
	map->mask = FIRST_SIZE - 1;
	map->count = map->first = 0;
	return map->buckets ? 0 : -ENOMEM;
}

void cbf__map_destroy(struct cbf__map *map)
{
	free(map->buckets);
	map->buckets = NULL;
	map->mask = map->count = map->first = 0;
}

static void resize(struct cbf__map *map, size_t size)
{
	struct cbf__map_link **buckets = calloc(size, sizeof(struct cbf__map_link *));

	if (!buckets)
		return;
	for (size_t i = 0; i <= map->mask; i++) {
		struct cbf__map_link *link = map->buckets[i];

		while (link) {
			struct cbf__map_link *next = link->next;
			struct cbf__map_link **bucket = &buckets[link->hash & (size - 1)];

			link->next = *bucket;
			*bucket = link;
			link = next;
		}
	}
	free(map->buckets);
	map->buckets = buckets;
	map->mask = size - 1;
	map->first = 0;
}

void cbf__map_insert(struct cbf__map *map, struct cbf__map_link *link, uint64_t hash)
{
	struct cbf__map_link **bucket;

	if (map->count > map->mask)
		resize(map, (map->mask + 1) * 2);
	bucket = &map->buckets[hash & map->mask];
	if ((hash & map->mask) < map->first)
		map->first = hash & map->mask;
	link->hash = hash;
	link->next = *bucket;
	*bucket = link;
	map->count++;
}

void cbf__map_remove(struct cbf__map *map, struct cbf__map_link *link)
{
	struct cbf__map_link **place = &map->buckets[link->hash & map->mask];

	while (*place != link)
		place = &(*place)->next;
	*place = link->next;
	link->next = NULL;
	map->count--;
	if (map->mask >= FIRST_SIZE && map->count < map->mask / 8)
		resize(map, (map->mask + 1) / 2);
}

static struct cbf__map_link *with_hash(struct cbf__map_link *link, uint64_t hash)
{
	while (link && link->hash != hash)
		link = link->next;
	return link;
}

struct cbf__map_link *cbf__map_first(const struct cbf__map *map, uint64_t hash)
{
	return with_hash(map->buckets[hash & map->mask], hash);
}

struct cbf__map_link *cbf__map_next(const struct cbf__map_link *link)
{
	return with_hash(link->next, link->hash);
}

struct cbf__map_link *cbf__map_any(struct cbf__map *map)
{
	if (!map->count)
		return NULL;
	while (!map->buckets[map->first])
		map->first++;
	return map->buckets[map->first];
}

struct cbf__map_link *cbf__map_after(const struct cbf__map *map, const struct cbf__map_link *link)
{
	size_t bucket = link ? (link->hash & map->mask) + 1 : 0;

	if (link && link->next)
		return link->next;
	while (bucket <= map->mask && !map->buckets[bucket])
		bucket++;
	return bucket <= map->mask ? map->buckets[bucket] : NULL;
}

uint64_t cbf__hash_id(uint64_t id)
{
	id ^= id >> 32;
	id *= UINT64_C(0xD6E8FEB86659FD93);
	id ^= id >> 32;
	id *= UINT64_C(0xD6E8FEB86659FD93);
	return id ^ id >> 32;
}

uint64_t cbf__hash_bytes(uint64_t seed, const void *bytes, size_t length)
{
	const unsigned char *at = bytes;
	uint64_t hash = cbf__hash_id(seed ^ length);
	uint64_t word;

	for (; length >= sizeof(word); at += sizeof(word), length -= sizeof(word)) {
		memcpy(&word, at, sizeof(word));
		hash = (hash ^ word) * UINT64_C(0x9FB21C651E98DF25);
		hash ^= hash >> 29;
	}
	word = 0;
	memcpy(&word, at, length);
	return cbf__hash_id(hash ^ word);
}
