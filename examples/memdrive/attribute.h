/* SPDX-License-Identifier: MIT */
/*
 * The extended attributes of a node. Not locked. Changes are made in two steps, since what they take of the space must
 * be had before: a new attribute is made, then put in, which cannot fail.
 */
#ifndef MEMDRIVE_ATTRIBUTE_H
#define MEMDRIVE_ATTRIBUTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct attribute {
	struct attribute *next;
	size_t name_length;
	size_t value_length;
	char bytes[]; /* the name, a NUL, the value */
};

struct attribute_list {
	struct attribute *first;
	uint64_t bytes; /* of all names and values */
	size_t name_bytes; /* of all names, a NUL behind each */
};

void attributes_destroy(struct attribute_list *list);
const struct attribute *attributes_find(const struct attribute_list *list, const char *name);
/* Copies the names, a NUL behind each, to where is room for name_bytes. */
void attributes_copy_names(const struct attribute_list *list, char *names);

struct attribute *attribute_new(const char *name, const void *value, size_t length); /* NULL: no memory */
void attribute_free(struct attribute *attribute);
const void *attribute_value(const struct attribute *attribute);
uint64_t attribute_bytes(const struct attribute *attribute);

/* Puts it at the end, or in the place of the one with its name, which goes. */
void attributes_put(struct attribute_list *list, struct attribute *attribute);
void attributes_remove(struct attribute_list *list, const char *name); /* if it is there */

#endif
