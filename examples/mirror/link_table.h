/* SPDX-License-Identifier: MIT */
/*
 * The memory of the link index: where directories are, and what names files have. Knows no file system and no lock.
 *
 * A directory is its id, the id of its parent and its name there, so that moving one changes one entry. A name is a
 * directory's id and a text, and belongs to one file at a time.
 */
#ifndef MIRROR_LINK_TABLE_H
#define MIRROR_LINK_TABLE_H

#include "hash_table.h"

#include <stdint.h>

/* When an entry was last found to be true. */
struct link_stamp {
	uint64_t change; /* the number of the last change through the mount */
	unsigned walk; /* the number of the walk that met it */
};

struct link_directory {
	struct hash_link by_id;
	uint64_t id;
	uint64_t parent_id;
	struct link_stamp stamp;
	unsigned queued_walk; /* the last walk that has, or had, it in its queue */
	char *name;
};

struct link_name {
	struct hash_link by_place;
	struct link_file *file;
	struct link_name *previous, *next; /* of the same file */
	uint64_t directory_id;
	struct link_stamp stamp;
	char text[];
};

struct link_file {
	struct hash_link by_id;
	uint64_t id;
	size_t name_count;
	unsigned wanted; /* how many queries look for it: keeps the entry when there is no name */
	struct link_name *names;
};

struct link_table {
	struct hash_table directories;
	struct hash_table files;
	struct hash_table names;
};

int link_table_init(struct link_table *table); /* 0 or -ENOMEM */
void link_table_destroy(struct link_table *table);

struct link_directory *link_table_directory(const struct link_table *table, uint64_t id); /* or NULL */
/* Makes or moves a directory; NULL if there is no memory. */
struct link_directory *link_table_put_directory(struct link_table *table, uint64_t id, uint64_t parent_id,
						const char *name, struct link_stamp stamp);
void link_table_remove_directory(struct link_table *table, uint64_t id);

struct link_file *link_table_file(const struct link_table *table, uint64_t id); /* or NULL */
/* Makes an entry that stays although it has no name, until it is let go as often; NULL if there is no memory. */
struct link_file *link_table_want(struct link_table *table, uint64_t id);
void link_table_unwant(struct link_table *table, struct link_file *file);

struct link_name *link_table_name(const struct link_table *table, uint64_t directory_id,
				  const char *text); /* or NULL */
/* The name now belongs to that file, whatever it was. 0 or -ENOMEM. */
int link_table_put_name(struct link_table *table, uint64_t directory_id, const char *text, uint64_t file_id,
			struct link_stamp stamp);
void link_table_remove_name(struct link_table *table, struct link_name *name);

/* "/a/b/name" for a name in a directory, allocated. NULL with errno ENOENT if a directory above is unknown, or ENOMEM.
 */
char *link_table_path(const struct link_table *table, uint64_t directory_id, const char *name);

/* Removes all that neither this walk nor a change since its beginning has met. */
void link_table_purge(struct link_table *table, unsigned walk);

#endif
