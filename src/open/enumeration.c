/* SPDX-License-Identifier: MIT */
#include "open/open.h"

#include <stdlib.h>
#include <string.h>

bool cbf__enumeration_start(struct cbf__tree *tree, struct cbf__enumeration **place)
{
	*place = calloc(1, sizeof(**place));
	if (*place)
		tree->enumerations++;
	return *place != NULL;
}

void cbf__enumeration_end(struct cbf__tree *tree, struct cbf__enumeration **place)
{
	cbf__buffer_destroy(&(*place)->found);
	cbf__buffer_destroy(&(*place)->index);
	free(*place);
	*place = NULL;
	tree->enumerations--;
}

bool cbf__entries_append(struct cbf__enumeration *enumeration, const char *name, uint64_t ino, mode_t type)
{
	static const char padding[sizeof(uint64_t)];
	struct cbf__entry entry = {.ino = ino, .type = type, .length = (uint32_t)strlen(name)};
	size_t start = enumeration->found.length;
	size_t unaligned = (sizeof(entry) + entry.length) % sizeof(uint64_t);

	if (!cbf__buffer_reserve(&enumeration->index, sizeof(start)) ||
	    !cbf__buffer_reserve(&enumeration->found, sizeof(entry) + entry.length + sizeof(padding)))
		return false;
	cbf__buffer_append(&enumeration->index, &start, sizeof(start));
	cbf__buffer_append(&enumeration->found, &entry, sizeof(entry));
	cbf__buffer_append(&enumeration->found, name, entry.length);
	cbf__buffer_append(&enumeration->found, padding, unaligned ? sizeof(uint64_t) - unaligned : 0);
	return true;
}

size_t cbf__entries_count(const struct cbf__enumeration *enumeration)
{
	return enumeration->index.length / sizeof(size_t);
}

const struct cbf__entry *cbf__entries_get(const struct cbf__enumeration *enumeration, size_t number)
{
	size_t start;

	memcpy(&start, enumeration->index.bytes + number * sizeof(start), sizeof(start));
	return (const struct cbf__entry *)(const void *)(enumeration->found.bytes + start);
}

void cbf__entries_clear(struct cbf__enumeration *enumeration)
{
	enumeration->found.length = enumeration->index.length = 0;
}
