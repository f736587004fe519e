/* SPDX-License-Identifier: MIT */
/* open, creat. */
#include "differential.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct named combined[] = {
	{"O_CREAT", O_CREAT},   {"O_EXCL", O_EXCL},           {"O_TRUNC", O_TRUNC},
	{"O_APPEND", O_APPEND}, {"O_DIRECTORY", O_DIRECTORY}, {"O_NOFOLLOW", O_NOFOLLOW},
};

static const struct named accesses[] = {{"O_RDONLY", O_RDONLY}, {"O_WRONLY", O_WRONLY}, {"O_RDWR", O_RDWR}};

/* Combinations that say most, for where all of them would be too many. */
static const struct named selected[] = {
	{"O_RDONLY", O_RDONLY},
	{"O_RDWR", O_RDWR},
	{"O_WRONLY|O_TRUNC", O_WRONLY | O_TRUNC},
	{"O_RDONLY|O_TRUNC", O_RDONLY | O_TRUNC},
	{"O_WRONLY|O_APPEND", O_WRONLY | O_APPEND},
	{"O_RDWR|O_CREAT", O_RDWR | O_CREAT},
	{"O_WRONLY|O_CREAT|O_TRUNC", O_WRONLY | O_CREAT | O_TRUNC},
	{"O_RDWR|O_CREAT|O_EXCL", O_RDWR | O_CREAT | O_EXCL},
	{"O_RDONLY|O_CREAT|O_NOFOLLOW", O_RDONLY | O_CREAT | O_NOFOLLOW},
	{"O_RDONLY|O_DIRECTORY", O_RDONLY | O_DIRECTORY},
	{"O_RDONLY|O_DIRECTORY|O_NOFOLLOW", O_RDONLY | O_DIRECTORY | O_NOFOLLOW},
	{"O_RDONLY|O_NOFOLLOW", O_RDONLY | O_NOFOLLOW},
	{"O_PATH", O_PATH},
	{"O_PATH|O_NOFOLLOW", O_PATH | O_NOFOLLOW},
	{"O_RDONLY|O_NOATIME", O_RDONLY | O_NOATIME},
	{"O_RDWR|O_SYNC", O_RDWR | O_SYNC},
	{"O_RDWR|O_DSYNC|O_CREAT", O_RDWR | O_DSYNC | O_CREAT},
	{"O_ACCMODE", O_ACCMODE},
	{"O_RDWR|O_TMPFILE", O_RDWR | O_TMPFILE},
	{"O_WRONLY|O_TMPFILE|O_EXCL", O_WRONLY | O_TMPFILE | O_EXCL},
};

static void add_combinations(struct table *table, const char *path)
{
	char names[128];

	for (size_t access = 0; access < LENGTH(accesses); access++)
		for (unsigned bits = 0; bits < 1U << LENGTH(combined); bits++) {
			long flags = accesses[access].value;

			for (size_t i = 0; i < LENGTH(combined); i++)
				if (bits & 1U << i)
					flags |= combined[i].value;
			table_add(table, (struct test_case){.path = path, .a = flags, .b = 0666}, "%s %s|%s", path,
				  accesses[access].name,
				  flag_names(combined, LENGTH(combined), flags & ~O_ACCMODE, names, sizeof(names)));
		}
}

static void add_selected(struct table *table, const char *path, enum who who, bool closed)
{
	for (size_t i = 0; i < LENGTH(selected); i++)
		table_add(table,
			  (struct test_case){
				  .path = path, .a = selected[i].value, .b = 0640, .who = who, .closed = closed},
			  "%s %s", path, selected[i].name);
}

static void generate_open(struct table *table)
{
	static const char *const combined_paths[] = {"f", "d", "l", "none"};
	static const char *const owned[] = {"f", "w", "u", "U",   "a",    "r",    "q",    "Q",      "j",
					    "y", "d", "n", "n/x", "v/no", "t/no", "g/no", "n/none", "none"};
	static const long modes[] = {0, 0777, 0123, 04755, 02755, 01777, 07777, 0400};

	for (size_t i = 0; i < LENGTH(combined_paths); i++)
		add_combinations(table, combined_paths[i]);
	for (size_t i = 0; i < any_path_count; i++)
		add_selected(table, any_paths[i], AS_ROOT, false);
	for (size_t i = 0; i < LENGTH(owned); i++)
		for (enum who who = AS_ROOT; who <= AS_MEMBER; who++)
			add_selected(table, owned[i], who, true);
	for (size_t i = 0; i < LENGTH(modes); i++)
		for (enum who who = AS_ROOT; who <= AS_MEMBER; who++) {
			table_add(table,
				  (struct test_case){.path = "none", .a = O_RDWR | O_CREAT, .b = modes[i], .who = who},
				  "none O_RDWR|O_CREAT 0%lo", modes[i]);
			table_add(table,
				  (struct test_case){.path = "g/no", .a = O_RDWR | O_CREAT, .b = modes[i], .who = who},
				  "g/no O_RDWR|O_CREAT 0%lo", modes[i]);
		}
}

/* What can be done with it: enough to tell one opened file from another. */
static void try_descriptor(int fd, struct outcome *out)
{
	const int shown = O_ACCMODE | O_APPEND | O_DIRECTORY | O_NOFOLLOW | O_PATH | O_SYNC | O_NOATIME;
	char buffer[16];
	struct stat st;
	ssize_t length;

	outcome_say(out, "flags", "%o", fcntl(fd, F_GETFL) & shown);
	if (outcome_result(out, "fstat", fstat(fd, &st)) == 0)
		outcome_say(out, "fstat's mode, size", "%o %lld", st.st_mode,
			    S_ISDIR(st.st_mode) ? 0 : (long long)st.st_size);
	outcome_result(out, "write", write(fd, "XY", 2));
	outcome_result(out, "lseek", lseek(fd, 0, SEEK_CUR));
	length = outcome_result(out, "read", read(fd, buffer, sizeof(buffer)));
	if (length > 0)
		outcome_bytes(out, "read bytes", buffer, (size_t)length);
	outcome_result(out, "close", close(fd));
}

static void run_open(const struct test_case *test, struct outcome *out)
{
	int fd = open(test->path, (int)test->a | O_NONBLOCK | O_CLOEXEC | O_NOCTTY, (mode_t)test->b);

	outcome_result(out, "open", fd < 0 ? -1 : 0);
	if (fd >= 0)
		try_descriptor(fd, out);
}

static void generate_creat(struct table *table)
{
	for (size_t i = 0; i < any_path_count; i++) {
		if (any_paths[i][0] == 'p') /* would wait for a reader */
			continue;
		for (enum who who = AS_ROOT; who <= AS_MEMBER; who++)
			table_add(table, (struct test_case){.path = any_paths[i], .b = 0754, .who = who}, "%s 0754",
				  any_paths[i]);
	}
}

static void run_creat(const struct test_case *test, struct outcome *out)
{
	int fd = creat(test->path, (mode_t)test->b);

	outcome_result(out, "creat", fd < 0 ? -1 : 0);
	if (fd >= 0)
		try_descriptor(fd, out);
}

const struct operation open_operations[] = {
	{"open", generate_open, run_open}, {"creat", generate_creat, run_creat}, {NULL, NULL, NULL}};
