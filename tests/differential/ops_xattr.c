/* SPDX-License-Identifier: MIT */
/* setxattr, getxattr, listxattr, removexattr; ACLs as attributes. */
#include "differential.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

static const char *const paths[] = {"y", "f", "U", "d", "v", "l", "z", "p", "c", "none", "r", "t", "n/x", "f/x"};
static const char *const names[] = {"user.one",  "user.new", "user.", "user",          "trusted.t",
				    "trusted.n", "bad.one",  "",      "security.test", "system.nothing"};

static char value[70000];

static const char *long_name(const char *name)
{
	static char text[300];

	if (strcmp(name, "(255)") != 0 && strcmp(name, "(256)") != 0)
		return name;
	memset(text, 'n', sizeof(text));
	memcpy(text, "user.", 5);
	text[atoi(name + 1)] = '\0';
	return text;
}

static void add_names(struct table *table, long a, long b, const char *what)
{
	for (size_t i = 0; i < LENGTH(paths); i++)
		for (size_t name = 0; name < LENGTH(names); name++)
			for (enum who who = AS_ROOT; who <= (i < 5 ? AS_MEMBER : AS_ROOT); who++)
				table_add(table,
					  (struct test_case){
						  .path = paths[i], .text = names[name], .a = a, .b = b, .who = who},
					  "%s %s %s", paths[i], names[name], what);
}

static void generate_setxattr(struct table *table)
{
	static const long sizes[] = {0, 1, 255, 1024, 3000, 65537};
	static const long flags[] = {XATTR_CREATE, XATTR_REPLACE, XATTR_CREATE | XATTR_REPLACE, 4};

	add_names(table, 3, 0, "3 bytes");
	for (size_t i = 0; i < LENGTH(sizes); i++)
		for (size_t name = 0; name < 2; name++)
			table_add(table, (struct test_case){.path = "y", .text = names[name], .a = sizes[i]},
				  "y %s %ld bytes", names[name], sizes[i]);
	for (size_t i = 0; i < LENGTH(flags); i++)
		for (size_t name = 0; name < LENGTH(names); name++)
			table_add(table, (struct test_case){.path = "y", .text = names[name], .a = 2, .b = flags[i]},
				  "y %s flags %ld", names[name], flags[i]);
	table_add(table, (struct test_case){.path = "y", .text = "(255)", .a = 2}, "y long name");
	table_add(table, (struct test_case){.path = "y", .text = "(256)", .a = 2}, "y too long name");
}

static void run_setxattr(const struct test_case *test, struct outcome *out)
{
	const char *name = long_name(test->text);

	memset(value, 'v', sizeof(value));
	outcome_result(out, "setxattr", setxattr(test->path, name, value, (size_t)test->a, (int)test->b));
	outcome_result(out, "getxattr", getxattr(test->path, name, value, sizeof(value) - 5000));
}

static void generate_getxattr(struct table *table)
{
	static const long sizes[] = {0, 1, 9, 10, 11, 65536};

	for (size_t i = 0; i < LENGTH(sizes); i++)
		for (size_t name = 0; name < 2; name++)
			table_add(
				table,
				(struct test_case){.path = "y", .text = name ? "user.two" : "user.none", .a = sizes[i]},
				"y %s %ld", name ? "user.two" : "user.none", sizes[i]);
	add_names(table, 100, 0, "100");
	add_names(table, 0, 1, "of the link itself");
}

static void run_getxattr(const struct test_case *test, struct outcome *out)
{
	ssize_t length = test->b ? lgetxattr(test->path, test->text, value, (size_t)test->a)
				 : getxattr(test->path, test->text, value, (size_t)test->a);

	outcome_result(out, "getxattr", length);
	if (length > 0 && test->a)
		outcome_bytes(out, "value", value, (size_t)length);
}

static void generate_listxattr(struct table *table)
{
	static const long sizes[] = {0, 1, 17, 18, 28, 100};

	for (size_t i = 0; i < LENGTH(paths); i++)
		for (size_t size = 0; size < LENGTH(sizes); size++)
			for (enum who who = AS_ROOT; who <= AS_USER; who++)
				table_add(table, (struct test_case){.path = paths[i], .a = sizes[size], .who = who},
					  "%s %ld", paths[i], sizes[size]);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void run_listxattr(const struct test_case *test, struct outcome *out)
{
	ssize_t length = outcome_result(out, "listxattr", listxattr(test->path, value, (size_t)test->a));
	char *list[16];
	size_t count = 0;

	for (char *name = value; test->a && length > 0 && name < value + length && count < LENGTH(list);
	     name += strlen(name) + 1)
		list[count++] = name;
	qsort(list, count, sizeof(*list), by_text); /* their order is the file system's affair */
	for (size_t i = 0; i < count; i++)
		outcome_say(out, "name", "%s", list[i]);
}

static void generate_removexattr(struct table *table)
{
	add_names(table, 0, 0, "");
}

static void run_removexattr(const struct test_case *test, struct outcome *out)
{
	outcome_result(out, "removexattr", removexattr(test->path, test->text));
}

const struct operation xattr_operations[] = {{"setxattr", generate_setxattr, run_setxattr},
					     {"getxattr", generate_getxattr, run_getxattr},
					     {"listxattr", generate_listxattr, run_listxattr},
					     {"removexattr", generate_removexattr, run_removexattr},
					     {NULL, NULL, NULL}};
