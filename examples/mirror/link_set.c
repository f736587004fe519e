/* SPDX-License-Identifier: MIT */
#include "link_set.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 4 };

static int reserve_one(struct link_set *set)
{
	size_t capacity = set->capacity ? set->capacity * 2 : FIRST_CAPACITY;
	struct link_set_name *names;

	if (set->count < set->capacity)
		return 0;
	names = realloc(set->names, capacity * sizeof(*names));
	if (!names)
		return -ENOMEM;
	set->names = names;
	set->capacity = capacity;
	return 0;
}

int link_set_add(struct link_set *set, uint64_t directory_id, char *path)
{
	if (reserve_one(set) != 0) {
		free(path);
		return -ENOMEM;
	}
	set->names[set->count++] = (struct link_set_name){
		.directory_id = directory_id,
		.name = strrchr(path, '/') + 1,
		.path = path,
	};
	return 0;
}

bool link_set_has(const struct link_set *set, uint64_t directory_id, const char *name)
{
	for (size_t i = 0; i < set->count; i++) {
		if (set->names[i].directory_id == directory_id && strcmp(set->names[i].name, name) == 0)
			return true;
	}
	return false;
}

void link_set_clear(struct link_set *set)
{
	for (size_t i = 0; i < set->count; i++)
		free(set->names[i].path);
	free(set->names);
	*set = (struct link_set){0};
}
