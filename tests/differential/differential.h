/* SPDX-License-Identifier: MIT */
/* The differential test: each case is run in a new directory of a mount and in one of a native file system, and what
 * the calls return and leave behind must agree.
 *
 *	table.c		the cases: operation x starting state x arguments
 *	state.c		makes the objects that a case starts with
 *	ops_*.c		the operations: they generate cases, and run one in the present directory
 *	outcome.c	what a run has said, as lines of a key and a value
 *	snapshot.c	says what is there after a run
 *	compare.c	two outcomes; known.c: the differences that are explained
 *	run.c		runs all, in both directories
 */
#ifndef DIFFERENTIAL_H
#define DIFFERENTIAL_H

#define _GNU_SOURCE 1

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

enum { USER = 1000, OTHER_USER = 1001, GROUP = 100 };

enum who {
	AS_ROOT,
	AS_USER, /* 1000:1000, who owns some of the objects */
	AS_MEMBER, /* 1001:1001, who is in the groups 1000 and 100 */
};

/* ---- What a run says ---- */

struct line {
	char *key;
	char *value;
};

struct outcome {
	struct line *lines;
	size_t count;
	size_t capacity;
};

void outcome_clear(struct outcome *outcome);
void outcome_say(struct outcome *outcome, const char *key, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Says what a system call has returned: its result, or the name of its errno. Returns it. */
long outcome_result(struct outcome *outcome, const char *key, long result);
/* Bytes: as text where few, a hash of them otherwise. */
void outcome_bytes(struct outcome *outcome, const char *key, const void *bytes, size_t length);

/* ---- The cases ---- */

struct operation;

struct test_case {
	const char *path;
	const char *other; /* a second path, or NULL */
	const char *text; /* an argument that is text */
	long a, b, c; /* arguments that are numbers */
	const char *objects; /* letters of objects that the paths do not name, or NULL */
	enum who who;
	bool closed; /* the directory lets root alone write */
	const struct operation *operation;
	char *label;
};

struct table {
	struct test_case *cases;
	size_t count;
	size_t capacity;
	const struct operation *operation; /* whose cases are being added */
	unsigned long long seed;
	unsigned walks;
};

struct operation {
	const char *name;
	void (*generate)(struct table *table);
	void (*run)(const struct test_case *test, struct outcome *out);
};

void table_add(struct table *table, struct test_case test, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void table_fill(struct table *table, const char *only);
void table_clear(struct table *table);

extern const struct operation open_operations[], io_operations[], range_operations[], make_operations[],
	name_operations[], attr_operations[], owner_operations[], xattr_operations[], acl_operations[],
	dir_operations[], map_operations[], lock_operations[], walk_operations[];

/* A flag or an argument with its name. */
struct named {
	const char *name;
	long value;
};

/* The names of those flags (of `count`) that are in `value`, joined by |. */
const char *flag_names(const struct named *flags, size_t count, long value, char *buffer, size_t size);
extern const char *const who_names[];

/* Paths that operations are tried on: of all types, missing, in the way. */
extern const char *const any_paths[];
extern const size_t any_path_count;

/* ---- States, identities, snapshots ---- */

/* In the present directory, as root. 0, or -1 after a message. */
int state_make(const struct test_case *test);
/* The names that a case starts with, the directory itself first. */
void state_names(const struct test_case *test, void (*use)(void *data, const char *name), void *data);
void become(enum who who);
void become_root(void);

struct times;
/* The times of what a case starts with, before it is run. Nothing is read for that, since it would change times. */
struct times *times_take(const struct test_case *test);
void times_free(struct times *times);
/* Says what is in the present directory, and which times are others than in `before`. */
void snapshot_say(const struct times *before, struct outcome *out);

/* ---- Comparison ---- */

struct tally {
	size_t failed;
	size_t known;
	bool verbose;
};

/* Prints a line for each difference that is not known. */
void compare(const char *subject, const struct test_case *test, const struct outcome *native,
	     const struct outcome *mount, struct tally *tally);
/* Is this difference explained? Notes that it has occurred. */
bool known_difference(const char *subject, const struct test_case *test, const char *key, const char *native,
		      const char *mount);
/* How many listed differences have not occurred; prints them. */
size_t known_left_over(const char *subject);
void known_print(void);

#endif
