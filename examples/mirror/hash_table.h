/* SPDX-License-Identifier: MIT */
/*
 * A chained hash table of links that live inside of what they find. The user walks the links of one hash and compares
 * keys itself. Not locked.
 */
#ifndef MIRROR_HASH_TABLE_H
#define MIRROR_HASH_TABLE_H

#include <stddef.h>
#include <stdint.h>

struct hash_link {
	struct hash_link *next;
	uint64_t hash;
};

struct hash_table {
	struct hash_link **buckets;
	size_t mask;
	size_t count;
};

/* The struct of `type` whose `member` is at `link`. */
#define HASH_ENTRY(link, type, member) ((type *)(void *)((char *)(link)-offsetof(type, member)))

int hash_table_init(struct hash_table *table); /* 0 or -ENOMEM */
void hash_table_destroy(struct hash_table *table); /* not what the links live in */

/* Never fails: a table that cannot grow gets slower. */
void hash_table_add(struct hash_table *table, struct hash_link *link, uint64_t hash);
void hash_table_remove(struct hash_table *table, struct hash_link *link);

/* The links of one hash: first, then next until NULL. */
struct hash_link *hash_table_first(const struct hash_table *table, uint64_t hash);
struct hash_link *hash_table_next(const struct hash_link *link);

/* Calls visit for each link; it may remove (and free) the link that it was given, and add none. */
void hash_table_each(struct hash_table *table, void (*visit)(struct hash_link *link, void *argument), void *argument);

uint64_t hash_number(uint64_t number);
uint64_t hash_text(uint64_t seed, const char *text);

#endif
