/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE 1
#include "link_table.h"

#include <cbfuse/result.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

int link_table_init(struct link_table *table)
{
	struct hash_table *all[] = {&table->directories, &table->files, &table->names};

	memset(table, 0, sizeof(*table));
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (hash_table_init(all[i]) != 0) {
			while (i-- > 0)
				hash_table_destroy(all[i]);
			return -ENOMEM;
		}
	}
	return 0;
}

static void free_directory(struct hash_link *link, void *unused)
{
	struct link_directory *directory = HASH_ENTRY(link, struct link_directory, by_id);

	(void)unused;
	free(directory->name);
	free(directory);
}

static void free_file(struct hash_link *link, void *unused)
{
	(void)unused;
	free(HASH_ENTRY(link, struct link_file, by_id));
}

static void free_name(struct hash_link *link, void *unused)
{
	(void)unused;
	free(HASH_ENTRY(link, struct link_name, by_place));
}

void link_table_destroy(struct link_table *table)
{
	hash_table_each(&table->directories, free_directory, NULL);
	hash_table_each(&table->files, free_file, NULL);
	hash_table_each(&table->names, free_name, NULL);
	hash_table_destroy(&table->directories);
	hash_table_destroy(&table->files);
	hash_table_destroy(&table->names);
}

struct link_directory *link_table_directory(const struct link_table *table, uint64_t id)
{
	struct hash_link *link = hash_table_first(&table->directories, hash_number(id));

	for (; link; link = hash_table_next(link)) {
		struct link_directory *directory = HASH_ENTRY(link, struct link_directory, by_id);

		if (directory->id == id)
			return directory;
	}
	return NULL;
}

struct link_directory *link_table_put_directory(struct link_table *table, uint64_t id, uint64_t parent_id,
						const char *name, struct link_stamp stamp)
{
	struct link_directory *directory = link_table_directory(table, id);
	char *copy = NULL;

	if (!directory || strcmp(directory->name, name) != 0) {
		copy = strdup(name);
		if (!copy)
			return NULL;
	}
	if (!directory) {
		directory = calloc(1, sizeof(*directory));
		if (!directory) {
			free(copy);
			return NULL;
		}
		directory->id = id;
		hash_table_add(&table->directories, &directory->by_id, hash_number(id));
	}
	if (copy) {
		free(directory->name);
		directory->name = copy;
	}
	directory->parent_id = parent_id;
	directory->stamp = stamp;
	return directory;
}

void link_table_remove_directory(struct link_table *table, uint64_t id)
{
	struct link_directory *directory = link_table_directory(table, id);

	if (!directory)
		return;
	hash_table_remove(&table->directories, &directory->by_id);
	free_directory(&directory->by_id, NULL);
}

struct link_file *link_table_file(const struct link_table *table, uint64_t id)
{
	struct hash_link *link = hash_table_first(&table->files, hash_number(id));

	for (; link; link = hash_table_next(link)) {
		struct link_file *file = HASH_ENTRY(link, struct link_file, by_id);

		if (file->id == id)
			return file;
	}
	return NULL;
}

static struct link_file *file_or_new(struct link_table *table, uint64_t id)
{
	struct link_file *file = link_table_file(table, id);

	if (file)
		return file;
	file = calloc(1, sizeof(*file));
	if (!file)
		return NULL;
	file->id = id;
	hash_table_add(&table->files, &file->by_id, hash_number(id));
	return file;
}

static void remove_file_if_useless(struct link_table *table, struct link_file *file)
{
	if (file->names || file->wanted)
		return;
	hash_table_remove(&table->files, &file->by_id);
	free(file);
}

struct link_file *link_table_want(struct link_table *table, uint64_t id)
{
	struct link_file *file = file_or_new(table, id);

	if (file)
		file->wanted++;
	return file;
}

void link_table_unwant(struct link_table *table, struct link_file *file)
{
	file->wanted--;
	remove_file_if_useless(table, file);
}

static uint64_t hash_of_name(uint64_t directory_id, const char *text)
{
	return hash_text(hash_number(directory_id), text);
}

struct link_name *link_table_name(const struct link_table *table, uint64_t directory_id, const char *text)
{
	struct hash_link *link = hash_table_first(&table->names, hash_of_name(directory_id, text));

	for (; link; link = hash_table_next(link)) {
		struct link_name *name = HASH_ENTRY(link, struct link_name, by_place);

		if (name->directory_id == directory_id && strcmp(name->text, text) == 0)
			return name;
	}
	return NULL;
}

static struct link_name *new_name(struct link_table *table, uint64_t directory_id, const char *text)
{
	size_t size = strlen(text) + 1;
	struct link_name *name = malloc(sizeof(*name) + size);

	if (!name)
		return NULL;
	name->directory_id = directory_id;
	memcpy(name->text, text, size);
	hash_table_add(&table->names, &name->by_place, hash_of_name(directory_id, text));
	return name;
}

static void attach(struct link_file *file, struct link_name *name)
{
	name->file = file;
	name->previous = NULL;
	name->next = file->names;
	if (file->names)
		file->names->previous = name;
	file->names = name;
	file->name_count++;
}

static void detach(struct link_name *name)
{
	if (name->previous)
		name->previous->next = name->next;
	else
		name->file->names = name->next;
	if (name->next)
		name->next->previous = name->previous;
	name->file->name_count--;
}

int link_table_put_name(struct link_table *table, uint64_t directory_id, const char *text, uint64_t file_id,
			struct link_stamp stamp)
{
	struct link_name *name = link_table_name(table, directory_id, text);
	struct link_file *file;

	if (name && name->file->id != file_id) {
		link_table_remove_name(table, name);
		name = NULL;
	}
	if (!name) {
		file = file_or_new(table, file_id);
		if (!file)
			return -ENOMEM;
		name = new_name(table, directory_id, text);
		if (!name) {
			remove_file_if_useless(table, file);
			return -ENOMEM;
		}
		attach(file, name);
	}
	name->stamp = stamp;
	return 0;
}

void link_table_remove_name(struct link_table *table, struct link_name *name)
{
	struct link_file *file = name->file;

	detach(name);
	remove_file_if_useless(table, file);
	hash_table_remove(&table->names, &name->by_place);
	free(name);
}

/* How long the path of a directory is: "/a/b" has 4 bytes, the root has 0. -1 if it does not lead to the root. */
static ptrdiff_t path_length(const struct link_table *table, uint64_t directory_id)
{
	size_t steps = table->directories.count;
	size_t length = 0;

	while (directory_id != CBF_ROOT_ID) {
		const struct link_directory *directory = link_table_directory(table, directory_id);

		if (!directory || steps-- == 0) /* moves behind our back can make a ring of the entries */
			return -1;
		length += 1 + strlen(directory->name);
		directory_id = directory->parent_id;
	}
	return (ptrdiff_t)length;
}

static char *prepend(char *end, const char *name)
{
	size_t length = strlen(name);

	end -= length;
	memcpy(end, name, length);
	*--end = '/';
	return end;
}

char *link_table_path(const struct link_table *table, uint64_t directory_id, const char *name)
{
	const struct link_directory *directory;
	ptrdiff_t length = path_length(table, directory_id);
	char *path, *at;

	if (length < 0) {
		errno = ENOENT;
		return NULL;
	}
	path = malloc((size_t)length + 1 + strlen(name) + 1);
	if (!path) {
		errno = ENOMEM;
		return NULL;
	}
	at = path + length + 1 + strlen(name);
	*at = '\0';
	at = prepend(at, name);
	for (directory = link_table_directory(table, directory_id); directory; /* the root is not in the table */
	     directory = link_table_directory(table, directory->parent_id))
		at = prepend(at, directory->name);
	return path;
}

struct purge {
	struct link_table *table;
	unsigned walk;
};

static void purge_name(struct hash_link *link, void *argument)
{
	struct link_name *name = HASH_ENTRY(link, struct link_name, by_place);
	const struct purge *purge = argument;

	if (name->stamp.walk != purge->walk)
		link_table_remove_name(purge->table, name);
}

static void purge_directory(struct hash_link *link, void *argument)
{
	struct link_directory *directory = HASH_ENTRY(link, struct link_directory, by_id);
	const struct purge *purge = argument;

	if (directory->stamp.walk == purge->walk)
		return;
	hash_table_remove(&purge->table->directories, link);
	free_directory(link, NULL);
}

void link_table_purge(struct link_table *table, unsigned walk)
{
	struct purge purge = {.table = table, .walk = walk};

	hash_table_each(&table->names, purge_name, &purge);
	hash_table_each(&table->directories, purge_directory, &purge);
}
