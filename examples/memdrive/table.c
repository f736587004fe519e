/* SPDX-License-Identifier: MIT */
#include "table.h"

#include <stdlib.h>
#include <string.h>

enum { SMALLEST_SIZE = 8, LOAD = 2, SPARSE = 8 };

void table_init(struct table *table)
{
	memset(table, 0, sizeof(*table));
}

void table_destroy(struct table *table)
{
	free(table->buckets);
	table_init(table);
}

static struct table_link **bucket(struct table *table, uint64_t hash)
{
	return table->buckets ? &table->buckets[hash & table->mask] : &table->single;
}

static void insert(struct table *table, struct table_link *link)
{
	struct table_link **head = bucket(table, link->hash);

	link->next = *head;
	*head = link;
}

static void move_chain(struct table *table, struct table_link *link)
{
	struct table_link *next;

	for (; link; link = next) {
		next = link->next;
		insert(table, link);
	}
}

static void resize(struct table *table, size_t size)
{
	struct table old = *table;
	struct table_link **buckets = calloc(size, sizeof(struct table_link *));

	if (!buckets)
		return;
	table->buckets = buckets;
	table->mask = size - 1;
	move_chain(table, table->single);
	table->single = NULL;
	if (!old.buckets)
		return;
	for (size_t i = 0; i <= old.mask; i++)
		move_chain(table, old.buckets[i]);
	free(old.buckets);
}

static size_t size_of(const struct table *table)
{
	return table->buckets ? table->mask + 1 : 1;
}

void table_add(struct table *table, struct table_link *link, uint64_t hash)
{
	size_t size = size_of(table);

	link->hash = hash;
	if (table->count >= size * LOAD)
		resize(table, size < SMALLEST_SIZE ? SMALLEST_SIZE : size * 2);
	insert(table, link);
	table->count++;
}

void table_remove(struct table *table, struct table_link *link)
{
	struct table_link **at = bucket(table, link->hash);
	size_t size = size_of(table);

	while (*at != link)
		at = &(*at)->next;
	*at = link->next;
	table->count--;
	if (size > SMALLEST_SIZE && table->count < size / SPARSE)
		resize(table, size / 2);
}

static struct table_link *skip_others(struct table_link *link, uint64_t hash)
{
	while (link && link->hash != hash)
		link = link->next;
	return link;
}

struct table_link *table_first(const struct table *table, uint64_t hash)
{
	return skip_others(table->buckets ? table->buckets[hash & table->mask] : table->single, hash);
}

struct table_link *table_next(const struct table_link *link)
{
	return skip_others(link->next, link->hash);
}

static void visit_chain(struct table_link *link, void (*visit)(struct table_link *link, void *argument), void *argument)
{
	struct table_link *next;

	for (; link; link = next) {
		next = link->next;
		visit(link, argument);
	}
}

void table_empty(struct table *table, void (*visit)(struct table_link *link, void *argument), void *argument)
{
	struct table old = *table;

	table_init(table);
	visit_chain(old.single, visit, argument);
	for (size_t i = 0; old.buckets && i <= old.mask; i++)
		visit_chain(old.buckets[i], visit, argument);
	free(old.buckets);
}

uint64_t table_hash_number(uint64_t number)
{
	number = (number ^ (number >> 32)) * UINT64_C(0x9E3779B97F4A7C15);
	number = (number ^ (number >> 29)) * UINT64_C(0xBF58476D1CE4E5B9);
	return number ^ (number >> 32);
}

uint64_t table_hash_bytes(const char *bytes, size_t length)
{
	uint64_t hash = length, word;

	for (; length >= sizeof(word); bytes += sizeof(word), length -= sizeof(word)) {
		memcpy(&word, bytes, sizeof(word));
		hash = table_hash_number(hash ^ word);
	}
	word = 0;
	memcpy(&word, bytes, length);
	return table_hash_number(hash ^ word);
}
