/* SPDX-License-Identifier: MIT */
/*
 * A chained hash table of links that live inside of what they find. Whoever uses it walks the links of one hash and
 * compares keys itself. It needs no memory until it has some entries, and never fails: a table that cannot grow gets
 * slower. Not locked. Not to be moved while it has entries.
 */
#ifndef MEMDRIVE_TABLE_H
#define MEMDRIVE_TABLE_H

#include <stddef.h>
#include <stdint.h>

struct table_link {
	struct table_link *next;
	uint64_t hash;
};

struct table {
	struct table_link **buckets; /* NULL: the one below is all */
	struct table_link *single;
	size_t mask;
	size_t count;
};

/* The struct of `type` whose `member` is at `link`. */
#define TABLE_ENTRY(link, type, member) ((type *)(void *)((char *)(link)-offsetof(type, member)))

void table_init(struct table *table);
void table_destroy(struct table *table); /* not what the links live in */

void table_add(struct table *table, struct table_link *link, uint64_t hash);
void table_remove(struct table *table, struct table_link *link);

/* The links of one hash: first, then next until NULL. */
struct table_link *table_first(const struct table *table, uint64_t hash);
struct table_link *table_next(const struct table_link *link);

/* Calls visit for each link, which may free it; the table is empty afterwards. */
void table_empty(struct table *table, void (*visit)(struct table_link *link, void *argument), void *argument);

uint64_t table_hash_number(uint64_t number);
uint64_t table_hash_bytes(const char *bytes, size_t length);

#endif
