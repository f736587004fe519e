/* SPDX-License-Identifier: MIT */
/*
 * A model of a tree in which files have several names: what links.c has made, and so what must be found.
 */
#ifndef LINKS_H
#define LINKS_H

#include "check.h"
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

struct file;

struct name {
	struct file *file;
	struct name *next; /* the next name of the file */
	uint32_t dir;
	uint32_t number; /* the name is "n" and this */
	uint32_t index; /* in model.names */
	bool ticked;
};

struct file {
	struct name *names;
	unsigned count;
};

struct dir {
	uint32_t parent;
	uint32_t number; /* the name is "d" and this; the root is 0 */
};

struct model {
	struct file **files;
	struct name **names; /* those that exist */
	struct dir *dirs;
	uint32_t files_made, files_alive, names_alive, names_capacity, dir_count, next_number;
	uint64_t random;
	struct file *file_hint; /* whose name was replaced last */
};

/* xorshift64*: the same on every machine. */
static inline uint32_t model_random(struct model *m, uint32_t below)
{
	m->random ^= m->random >> 12;
	m->random ^= m->random << 25;
	m->random ^= m->random >> 27;
	return (uint32_t)((m->random * UINT64_C(2685821657736338717)) >> 33) % below;
}

static inline struct model *model_new(uint32_t files, uint64_t seed)
{
	struct model *m = calloc(1, sizeof(*m));

	CHECK(m != NULL);
	m->random = seed * 2 + 1;
	m->dir_count = 2 + files / 100;
	m->files = calloc(files + 1, sizeof(*m->files));
	m->dirs = calloc(m->dir_count, sizeof(*m->dirs));
	CHECK(m->files != NULL && m->dirs != NULL);
	for (uint32_t i = 1; i < m->dir_count; i++) /* some at the root, the others within those before them */
		m->dirs[i] = (struct dir){.parent = i < 10 ? 0 : model_random(m, i), .number = i};
	m->next_number = m->dir_count;
	return m;
}

static inline char *dir_path(const struct model *m, uint32_t dir, char *path)
{
	char reversed[PATH_MAX];
	size_t at = PATH_MAX;

	for (reversed[--at] = '\0'; dir != 0; dir = m->dirs[dir].parent) {
		char part[16];
		size_t length = (size_t)snprintf(part, sizeof(part), "/d%u", m->dirs[dir].number);

		CHECK(at > length);
		at -= length;
		memcpy(reversed + at, part, length);
	}
	memcpy(path, reversed + at + (reversed[at] == '/'), PATH_MAX - at - (reversed[at] == '/'));
	return path;
}

static inline char *name_path(const struct model *m, const struct name *name, char *path)
{
	size_t length = strlen(dir_path(m, name->dir, path));

	snprintf(path + length, PATH_MAX - length, "%sn%u", length > 0 ? "/" : "", name->number);
	return path;
}

static inline uint32_t dir_random(struct model *m)
{
	return model_random(m, m->dir_count);
}

static inline uint32_t dir_to_move(struct model *m)
{
	return 1 + model_random(m, m->dir_count - 1);
}

/* Moves a directory somewhere else, under a new name. False if it would become its own child, or the tree too deep. */
static inline bool dir_move(struct model *m, uint32_t dir)
{
	uint32_t parent = dir_random(m), depth = 0;

	for (uint32_t up = parent; up != 0; up = m->dirs[up].parent) {
		if (up == dir || ++depth > 12)
			return false;
	}
	m->dirs[dir].parent = parent;
	m->dirs[dir].number = m->next_number++;
	return true;
}

static inline struct file *file_new(struct model *m)
{
	struct file *file = calloc(1, sizeof(*file));

	CHECK(file != NULL);
	m->files_alive++;
	return m->files[m->files_made++] = file;
}

static inline struct name *name_new(struct model *m, uint32_t dir, struct file *file)
{
	struct name *name = calloc(1, sizeof(*name));

	CHECK(name != NULL);
	if (m->names_alive == m->names_capacity) {
		m->names_capacity = m->names_capacity * 2 + 64;
		m->names = realloc(m->names, m->names_capacity * sizeof(struct name *));
		CHECK(m->names != NULL);
	}
	*name = (struct name){.file = file, .next = file->names, .dir = dir, .number = m->next_number++};
	name->index = m->names_alive;
	m->names[m->names_alive++] = name;
	file->names = name;
	file->count++;
	return name;
}

static inline void name_free(struct model *m, struct name *name)
{
	struct file *file = name->file;
	struct name **link = &file->names;

	while (*link != name)
		link = &(*link)->next;
	*link = name->next;
	if (--file->count == 0)
		m->files_alive--;
	m->names[name->index] = m->names[--m->names_alive];
	m->names[name->index]->index = name->index;
	free(name);
}

static inline struct name *name_random(struct model *m)
{
	return m->names[model_random(m, m->names_alive)];
}

/* Any one of the file's names. */
static inline struct name *file_name(struct model *m, const struct file *file)
{
	struct name *name = file->names;

	for (unsigned skip = model_random(m, file->count); skip > 0; skip--)
		name = name->next;
	return name;
}

static inline void name_move(struct model *m, struct name *name, uint32_t dir)
{
	name->dir = dir;
	name->number = m->next_number++;
}

static inline void name_exchange(struct model *m, struct name *one, struct name *two)
{
	struct name old = *one;

	(void)m;
	one->dir = two->dir;
	one->number = two->number;
	two->dir = old.dir;
	two->number = old.number;
}

/* `name` is moved to where `other` is, which is gone then. */
static inline void name_take_place(struct model *m, struct name *name, struct name *other)
{
	name->dir = other->dir;
	name->number = other->number;
	m->file_hint = other->file;
	name_free(m, other);
}

#endif
