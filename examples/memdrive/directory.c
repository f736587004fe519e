/* SPDX-License-Identifier: MIT */
#include "directory.h"

#include "node.h"

#include <stdlib.h>
#include <string.h>

void directory_init(struct directory *directory)
{
	memset(directory, 0, sizeof(*directory));
	table_init(&directory->table);
}

void directory_destroy(struct directory *directory)
{
	table_destroy(&directory->table);
}

struct entry *directory_find(const struct directory *directory, const char *name, size_t length)
{
	struct table_link *link = table_first(&directory->table, table_hash_bytes(name, length));
	struct entry *entry;

	for (; link; link = table_next(link)) {
		entry = TABLE_ENTRY(link, struct entry, link);
		if (entry->length == length && memcmp(entry->name, name, length) == 0)
			return entry;
	}
	return NULL;
}

struct entry *entry_new(const char *name, size_t length)
{
	struct entry *entry = calloc(1, sizeof(*entry) + length + 1);

	if (!entry)
		return NULL;
	entry->length = length;
	memcpy(entry->name, name, length);
	return entry;
}

static void add_name(struct entry *entry, struct node *node)
{
	entry->node = node;
	entry->next_name = node->names;
	entry->name_place = &node->names;
	if (node->names)
		node->names->name_place = &entry->next_name;
	node->names = entry;
}

static void remove_name(const struct entry *entry)
{
	*entry->name_place = entry->next_name;
	if (entry->next_name)
		entry->next_name->name_place = entry->name_place;
}

void entry_add(struct entry *entry, struct node *node_of_directory, struct node *node)
{
	struct directory *directory = &node_of_directory->directory;

	entry->directory = node_of_directory;
	entry->sequence = ++directory->sequence;
	entry->previous = directory->last;
	*(entry->previous ? &entry->previous->next : &directory->first) = entry;
	directory->last = entry;
	table_add(&directory->table, &entry->link, table_hash_bytes(entry->name, entry->length));
	add_name(entry, node);
}

static void move_cursors(const struct directory *directory, const struct entry *entry)
{
	for (struct cursor *cursor = directory->cursors; cursor; cursor = cursor->next_cursor)
		if (cursor->next == entry)
			cursor->next = entry->next;
}

void entry_remove(struct entry *entry)
{
	struct directory *directory = &entry->directory->directory;

	move_cursors(directory, entry);
	*(entry->previous ? &entry->previous->next : &directory->first) = entry->next;
	*(entry->next ? &entry->next->previous : &directory->last) = entry->previous;
	table_remove(&directory->table, &entry->link);
	remove_name(entry);
	free(entry);
}

void entry_point_to(struct entry *entry, struct node *node)
{
	remove_name(entry);
	add_name(entry, node);
}

void directory_restart(struct directory *directory, struct cursor *cursor)
{
	cursor->next = directory->first;
	cursor->last = directory->sequence;
}

void directory_open_cursor(struct directory *directory, struct cursor *cursor)
{
	cursor->next_cursor = directory->cursors;
	directory->cursors = cursor;
	directory_restart(directory, cursor);
}

void directory_close_cursor(struct directory *directory, struct cursor *cursor)
{
	struct cursor **at = &directory->cursors;

	while (*at != cursor)
		at = &(*at)->next_cursor;
	*at = cursor->next_cursor;
}

struct entry *directory_next(struct cursor *cursor)
{
	struct entry *entry = cursor->next;

	if (!entry || entry->sequence > cursor->last)
		return NULL;
	cursor->next = entry->next;
	return entry;
}
