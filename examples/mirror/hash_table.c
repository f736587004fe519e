/* SPDX-License-Identifier: MIT */
#include "hash_table.h"

#include <errno.h>
#include <stdlib.h>

enum { FIRST_SIZE = 64 };

int hash_table_init(struct hash_table *table)
{
	table->buckets = calloc(FIRST_SIZE, sizeof(*table->buckets));
	table->mask = FIRST_SIZE - 1;
	table->count = 0;
	return table->buckets ? 0 : -ENOMEM;
}

void hash_table_destroy(struct hash_table *table)
{
	free(table->buckets);
	table->buckets = NULL;
}

static void insert(struct hash_link **buckets, size_t mask, struct hash_link *link)
{
	struct hash_link **head = &buckets[link->hash & mask];

	link->next = *head;
	*head = link;
}

static void grow(struct hash_table *table)
{
	size_t size = (table->mask + 1) * 2;
	struct hash_link **buckets = calloc(size, sizeof(*buckets));

	if (!buckets)
		return;
	for (size_t i = 0; i <= table->mask; i++) {
		for (struct hash_link *link = table->buckets[i], *next; link; link = next) {
			next = link->next;
			insert(buckets, size - 1, link);
		}
	}
	free(table->buckets);
	table->buckets = buckets;
	table->mask = size - 1;
}

void hash_table_add(struct hash_table *table, struct hash_link *link, uint64_t hash)
{
	if (table->count > table->mask)
		grow(table);
	link->hash = hash;
	insert(table->buckets, table->mask, link);
	table->count++;
}

void hash_table_remove(struct hash_table *table, struct hash_link *link)
{
	struct hash_link **at = &table->buckets[link->hash & table->mask];

	while (*at != link)
		at = &(*at)->next;
	*at = link->next;
	table->count--;
}

static struct hash_link *skip_others(struct hash_link *link, uint64_t hash)
{
	while (link && link->hash != hash)
		link = link->next;
	return link;
}

struct hash_link *hash_table_first(const struct hash_table *table, uint64_t hash)
{
	return skip_others(table->buckets[hash & table->mask], hash);
}

struct hash_link *hash_table_next(const struct hash_link *link)
{
	return skip_others(link->next, link->hash);
}

void hash_table_each(struct hash_table *table, void (*visit)(struct hash_link *link, void *argument), void *argument)
{
	for (size_t i = 0; i <= table->mask; i++) {
		for (struct hash_link *link = table->buckets[i], *next; link; link = next) {
			next = link->next;
			visit(link, argument);
		}
	}
}

uint64_t hash_number(uint64_t number)
{
	number = (number ^ (number >> 32)) * UINT64_C(0x9E3779B97F4A7C15);
	number = (number ^ (number >> 29)) * UINT64_C(0xBF58476D1CE4E5B9);
	return number ^ (number >> 32);
}

uint64_t hash_text(uint64_t seed, const char *text)
{
	uint64_t hash = seed;

	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001B3);
	return hash_number(hash);
}
