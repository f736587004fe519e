/* SPDX-License-Identifier: MIT */
/* rename, with all flags. */
#include "differential.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct named flags[] = {
	{"0", 0},
	{"RENAME_NOREPLACE", RENAME_NOREPLACE},
	{"RENAME_EXCHANGE", RENAME_EXCHANGE},
	{"RENAME_WHITEOUT", RENAME_WHITEOUT},
	{"RENAME_NOREPLACE|RENAME_EXCHANGE", RENAME_NOREPLACE | RENAME_EXCHANGE},
	{"unknown", 1 << 10},
};

static void add_flags(struct table *table, const char *from, const char *to, enum who who, bool closed, size_t count)
{
	for (size_t flag = 0; flag < count; flag++)
		table_add(table,
			  (struct test_case){
				  .path = from, .other = to, .a = flags[flag].value, .who = who, .closed = closed},
			  "%s %s %s", from, to, flags[flag].name);
}

static void generate_rename(struct table *table)
{
	static const char *const from[] = {"f", "h", "h2", "d", "m", "d/x", "l", "z", "p", "none", "f/x", "d/", "."};
	static const char *const to[] = {"none", "f", "e", "h2",  "h",      "d",    "m",   "M",      "D",     "D/x",
					 "l",    "z", "p", "f/x", "none/x", "d/no", "d/x", "d/no/x", "none/", "."};
	static const char *const owned_from[] = {"f", "u", "v", "T/x", "t/x", "v/x", "n/x", "g/x", "m"};
	static const char *const owned_to[] = {"none", "U", "t/no", "T/x", "v/no", "n/no", "g/no"};

	for (size_t i = 0; i < LENGTH(from); i++)
		for (size_t j = 0; j < LENGTH(to); j++)
			add_flags(table, from[i], to[j], AS_ROOT, false, LENGTH(flags));
	for (size_t i = 0; i < LENGTH(owned_from); i++)
		for (size_t j = 0; j < LENGTH(owned_to); j++)
			for (enum who who = AS_USER; who <= AS_MEMBER; who++)
				add_flags(table, owned_from[i], owned_to[j], who, i % 2, 3);
}

static void run_rename(const struct test_case *test, struct outcome *out)
{
	struct stat st;

	outcome_result(out, "rename", renameat2(AT_FDCWD, test->path, AT_FDCWD, test->other, (unsigned)test->a));
	outcome_result(out, "old", lstat(test->path, &st));
	outcome_result(out, "new", lstat(test->other, &st));
}

const struct operation name_operations[] = {{"rename", generate_rename, run_rename}, {NULL, NULL, NULL}};
