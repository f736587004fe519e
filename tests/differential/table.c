/* SPDX-License-Identifier: MIT */
#include "differential.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

const char *const who_names[] = {"root", "user", "member"};

static const struct operation *const families[] = {
	open_operations, io_operations,    range_operations, make_operations, name_operations,
	attr_operations, owner_operations, xattr_operations, acl_operations,  dir_operations,
	map_operations,  lock_operations,  walk_operations,
};

#define NAME_16 "sixteen-letters-"
#define NAME_64 NAME_16 NAME_16 NAME_16 NAME_16
#define NAME_240 NAME_64 NAME_64 NAME_64 NAME_16 NAME_16 NAME_16

const char *const any_paths[] = {
	"f",
	"e",
	"h",
	"h2",
	"d",
	"m",
	"d/x",
	"l",
	"k",
	"z",
	"o",
	"L",
	"p",
	"s",
	"c",
	"none",
	"none/x",
	"f/x",
	"f/",
	"d/",
	"l/",
	"k/",
	"k/x",
	"z/",
	"o/x",
	"d/none",
	"none/",
	".",
	"d/.",
	"d/..",
	"",
	"d/../f",
	NAME_240 "fifteen-letters",
	NAME_240 "sixteen-letters-",
};
const size_t any_path_count = LENGTH(any_paths);

void table_add(struct table *table, struct test_case test, const char *format, ...)
{
	va_list arguments;
	char *text;

	va_start(arguments, format);
	if (vasprintf(&text, format, arguments) < 0 || asprintf(&test.label, "%s %s", table->operation->name, text) < 0)
		abort();
	va_end(arguments);
	free(text);
	test.operation = table->operation;
	if (table->count == table->capacity) {
		table->capacity = table->capacity ? table->capacity * 2 : 1024;
		table->cases = realloc(table->cases, table->capacity * sizeof(*table->cases));
		if (!table->cases)
			abort();
	}
	table->cases[table->count++] = test;
}

void table_fill(struct table *table, const char *only)
{
	for (size_t i = 0; i < LENGTH(families); i++)
		for (const struct operation *operation = families[i]; operation->name; operation++) {
			if (only && strcmp(only, operation->name) != 0)
				continue;
			table->operation = operation;
			operation->generate(table);
		}
}

void table_clear(struct table *table)
{
	for (size_t i = 0; i < table->count; i++)
		free(table->cases[i].label);
	free(table->cases);
}

const char *flag_names(const struct named *flags, size_t count, long value, char *buffer, size_t size)
{
	size_t used = 0;

	buffer[0] = '\0';
	for (size_t i = 0; i < count; i++)
		if ((value & flags[i].value) == flags[i].value && flags[i].value && used < size)
			used += (size_t)snprintf(buffer + used, size - used, "%s%s", used ? "|" : "", flags[i].name);
	return used ? buffer : "0";
}
