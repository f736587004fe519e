/* SPDX-License-Identifier: MIT */
#include "attribute.h"

#include <stdlib.h>
#include <string.h>

static struct attribute **place_of(struct attribute_list *list, const char *name)
{
	struct attribute **at = &list->first;

	while (*at && strcmp((*at)->bytes, name) != 0)
		at = &(*at)->next;
	return at;
}

void attributes_destroy(struct attribute_list *list)
{
	struct attribute *next;

	for (struct attribute *attribute = list->first; attribute; attribute = next) {
		next = attribute->next;
		free(attribute);
	}
	memset(list, 0, sizeof(*list));
}

const struct attribute *attributes_find(const struct attribute_list *list, const char *name)
{
	const struct attribute *attribute = list->first;

	while (attribute && strcmp(attribute->bytes, name) != 0)
		attribute = attribute->next;
	return attribute;
}

void attributes_copy_names(const struct attribute_list *list, char *names)
{
	for (const struct attribute *attribute = list->first; attribute; attribute = attribute->next) {
		memcpy(names, attribute->bytes, attribute->name_length + 1);
		names += attribute->name_length + 1;
	}
}

struct attribute *attribute_new(const char *name, const void *value, size_t length)
{
	size_t name_length = strlen(name);
	struct attribute *attribute = malloc(sizeof(*attribute) + name_length + 1 + length);

	if (!attribute)
		return NULL;
	attribute->next = NULL;
	attribute->name_length = name_length;
	attribute->value_length = length;
	memcpy(attribute->bytes, name, name_length + 1);
	memcpy(attribute->bytes + name_length + 1, value, length);
	return attribute;
}

void attribute_free(struct attribute *attribute)
{
	free(attribute);
}

const void *attribute_value(const struct attribute *attribute)
{
	return attribute->bytes + attribute->name_length + 1;
}

uint64_t attribute_bytes(const struct attribute *attribute)
{
	return attribute->name_length + attribute->value_length;
}

static void take_out(struct attribute_list *list, struct attribute **at)
{
	struct attribute *attribute = *at;

	if (!attribute)
		return;
	*at = attribute->next;
	list->bytes -= attribute_bytes(attribute);
	list->name_bytes -= attribute->name_length + 1;
	free(attribute);
}

void attributes_put(struct attribute_list *list, struct attribute *attribute)
{
	struct attribute **at = place_of(list, attribute->bytes);

	if (*at)
		take_out(list, at);
	attribute->next = *at;
	*at = attribute;
	list->bytes += attribute_bytes(attribute);
	list->name_bytes += attribute->name_length + 1;
}

void attributes_remove(struct attribute_list *list, const char *name)
{
	struct attribute **at = place_of(list, name);

	if (*at)
		take_out(list, at);
}
