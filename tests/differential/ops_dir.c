/* SPDX-License-Identifier: MIT */
/* opendir, readdir, telldir, seekdir, rewinddir, while the directory changes. */
#include "differential.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST = 700 };

enum { PLAIN, REWIND, SEEK, GROW, SHRINK, MOVED, REMOVED, CHANGES };

static const char *const change_names[CHANGES] = {"plain", "rewound", "sought", "grown", "shrunk", "moved", "removed"};

static void generate_readdir(struct table *table)
{
	static const char *const paths[] = {"d", "m", "v", "n", "t", "g", "k", "f", "none", "l", "."};
	static const long counts[] = {0, 1, 5, 40};

	for (size_t i = 0; i < LENGTH(paths); i++)
		for (enum who who = AS_ROOT; who <= AS_USER; who++)
			for (long change = PLAIN; change <= SEEK; change++)
				table_add(table, (struct test_case){.path = paths[i], .b = change, .who = who}, "%s %s",
					  paths[i], change_names[change]);
	for (size_t i = 0; i < LENGTH(counts); i++)
		for (long change = PLAIN; change < CHANGES; change++)
			table_add(table, (struct test_case){.path = "m", .a = counts[i], .b = change}, "m with %ld %s",
				  counts[i], change_names[change]);
	table_add(table, (struct test_case){.path = "m", .a = 300, .b = SEEK}, "m with 300");
}

static void fill(const char *path, long count)
{
	char name[64];

	for (long i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "%s/entry %03ld", path, i);
		if (i % 5 == 4)
			mkdir(name, 0755);
		else
			close(open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
	}
}

static void change(const struct test_case *test)
{
	char name[64];

	if (test->b == GROW) {
		snprintf(name, sizeof(name), "%s/more", test->path);
		mkdir(name, 0755);
	} else if (test->b == SHRINK) {
		snprintf(name, sizeof(name), "%s/entry 000", test->path);
		unlink(name);
	} else if (test->b == MOVED) {
		rename(test->path, "moved");
	} else if (test->b == REMOVED) {
		rmdir(test->path);
	}
}

static int by_text(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* Their order is the file system's affair; each must be there once. */
static void say_entries(DIR *dir, struct outcome *out, const char *what)
{
	static char lines[MOST][80];
	static char text[MOST * 80];
	struct dirent *entry;
	size_t count = 0, used = 0;

	errno = 0;
	while (count < MOST && (entry = readdir(dir)) != NULL)
		snprintf(lines[count++], sizeof(lines[0]), "%.60s:%d ", entry->d_name, entry->d_type);
	outcome_result(out, what, errno ? -1 : (long)count);
	qsort(lines, count, sizeof(lines[0]), by_text);
	text[0] = '\0';
	for (size_t i = 0; i < count; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s", lines[i]);
	outcome_say(out, what, "%s", text);
}

static void go_back(DIR *dir, const struct test_case *test, struct outcome *out)
{
	long place;

	if (test->b != SEEK) {
		rewinddir(dir);
		change(test);
		say_entries(dir, out, "rewound");
		return;
	}
	rewinddir(dir);
	readdir(dir);
	place = telldir(dir);
	while (readdir(dir))
		;
	seekdir(dir, place);
	for (size_t count = 0;; count++)
		if (!readdir(dir)) {
			outcome_say(out, "after the first", "%zu", count);
			break;
		}
}

static void run_readdir(const struct test_case *test, struct outcome *out)
{
	DIR *dir;

	fill(test->path, test->a);
	dir = opendir(test->path);
	outcome_result(out, "opendir", dir ? 0 : -1);
	if (!dir)
		return;
	say_entries(dir, out, "entries");
	if (test->b != PLAIN)
		go_back(dir, test, out);
	outcome_result(out, "closedir", closedir(dir));
}

const struct operation dir_operations[] = {{"readdir", generate_readdir, run_readdir}, {NULL, NULL, NULL}};
