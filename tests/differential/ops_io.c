/* SPDX-License-Identifier: MIT */
/* read, pread, write, pwrite (with O_APPEND and without), truncate, ftruncate, fsync, and files without a name. */
#include "differential.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum { BUFFER = 1 << 17 };

static char buffer[BUFFER];

static const char *const files[] = {"f", "e", "b", "h", "y"};
static const long offsets[] = {0, 9, 26, 4096, 19999, 1 << 20, -1};
static const long lengths[] = {0, 5, 70000};

static int open_file(const struct test_case *test, int flags, struct outcome *out)
{
	int fd = open(test->path, flags | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		outcome_result(out, "open", fd);
	return fd;
}

static void add_ranges(struct table *table, long c)
{
	for (size_t file = 0; file < LENGTH(files); file++)
		for (size_t offset = 0; offset < LENGTH(offsets); offset++)
			for (size_t length = 0; length < LENGTH(lengths); length++)
				table_add(table,
					  (struct test_case){.path = files[file],
							     .a = offsets[offset],
							     .b = lengths[length],
							     .c = c},
					  "%s %ld at %ld", files[file], lengths[length], offsets[offset]);
}

static void generate_pread(struct table *table)
{
	add_ranges(table, O_RDWR);
	table_add(table, (struct test_case){.path = "f", .b = 4, .c = O_WRONLY}, "f O_WRONLY");
	table_add(table, (struct test_case){.path = "d", .b = 4, .c = O_RDONLY}, "d");
	table_add(table, (struct test_case){.path = "p", .b = 4, .c = O_RDONLY}, "p");
	table_add(table, (struct test_case){.path = "f", .b = 4, .c = O_PATH}, "f O_PATH");
}

static void run_pread(const struct test_case *test, struct outcome *out)
{
	int fd = open_file(test, (int)test->c, out);
	ssize_t length;

	if (fd < 0)
		return;
	memset(buffer, '?', sizeof(buffer));
	length = outcome_result(out, "pread", pread(fd, buffer, (size_t)test->b, test->a));
	outcome_bytes(out, "bytes", buffer, length > 0 ? (size_t)length : 0);
	outcome_result(out, "lseek", lseek(fd, 0, SEEK_CUR));
	outcome_result(out, "close", close(fd));
}

static void generate_read(struct table *table)
{
	add_ranges(table, O_RDONLY);
}

static void run_read(const struct test_case *test, struct outcome *out)
{
	int fd = open_file(test, (int)test->c, out);

	if (fd < 0)
		return;
	outcome_result(out, "lseek", lseek(fd, test->a, SEEK_SET));
	for (int i = 0; i < 2; i++) {
		ssize_t length = outcome_result(out, "read", read(fd, buffer, (size_t)test->b));

		outcome_bytes(out, "bytes", buffer, length > 0 ? (size_t)length : 0);
	}
	outcome_result(out, "lseek", lseek(fd, 0, SEEK_CUR));
	outcome_result(out, "close", close(fd));
}

/* The set-id bits go when others than root write, and root's writing keeps them. */
static void add_writers(struct table *table)
{
	static const char *const written[] = {"w", "u", "U", "a", "q", "Q", "j", "y", "r"};
	static const struct named flags[] = {{"O_WRONLY", O_WRONLY}, {"O_RDWR|O_APPEND", O_RDWR | O_APPEND}};

	for (size_t i = 0; i < LENGTH(written); i++)
		for (enum who who = AS_ROOT; who <= AS_MEMBER; who++)
			for (size_t flag = 0; flag < LENGTH(flags); flag++)
				table_add(
					table,
					(struct test_case){
						.path = written[i], .a = 2, .b = 3, .c = flags[flag].value, .who = who},
					"%s %s", written[i], flags[flag].name);
}

static void generate_pwrite(struct table *table)
{
	add_ranges(table, O_RDWR);
	add_writers(table);
	table_add(table, (struct test_case){.path = "f", .b = 4, .c = O_RDONLY}, "f O_RDONLY");
	table_add(table, (struct test_case){.path = "f", .a = LONG_MAX, .b = 4, .c = O_WRONLY},
		  "f at the largest offset");
	table_add(table, (struct test_case){.path = "f", .a = LONG_MAX - 3, .b = 1, .c = O_WRONLY}, "f close to it");
}

static void run_pwrite(const struct test_case *test, struct outcome *out)
{
	int fd = open_file(test, (int)test->c, out);
	struct stat st;

	if (fd < 0)
		return;
	memset(buffer, 'W', sizeof(buffer));
	outcome_result(out, "pwrite", pwrite(fd, buffer, (size_t)test->b, test->a));
	if (fstat(fd, &st) == 0)
		outcome_say(out, "size, mode", "%lld %o", (long long)st.st_size, st.st_mode);
	outcome_result(out, "lseek", lseek(fd, 0, SEEK_CUR));
	outcome_result(out, "close", close(fd));
}

static void generate_write(struct table *table)
{
	add_ranges(table, O_WRONLY);
	add_ranges(table, O_RDWR | O_APPEND);
	add_writers(table);
}

static void run_write(const struct test_case *test, struct outcome *out)
{
	struct iovec parts[2] = {{buffer, (size_t)test->b / 2}, {buffer, (size_t)test->b / 3}};
	int fd = open_file(test, (int)test->c, out);

	if (fd < 0)
		return;
	memset(buffer, 'W', sizeof(buffer));
	outcome_result(out, "lseek", lseek(fd, test->a, SEEK_SET));
	outcome_result(out, "write", write(fd, buffer, (size_t)test->b));
	outcome_result(out, "writev", writev(fd, parts, 2));
	outcome_result(out, "lseek", lseek(fd, 0, SEEK_CUR));
	outcome_result(out, "close", close(fd));
}

static void generate_truncate(struct table *table)
{
	static const long sizes[] = {0, 1, 26, 4096, 100000, 1L << 33, -1, LONG_MAX};
	static const char *const owned[] = {"w", "u", "U", "a", "q", "Q", "j", "y", "r", "n/x"};

	for (size_t file = 0; file < LENGTH(files); file++)
		for (size_t size = 0; size < LENGTH(sizes); size++)
			table_add(table, (struct test_case){.path = files[file], .a = sizes[size], .c = O_RDWR},
				  "%s %ld", files[file], sizes[size]);
	for (size_t i = 0; i < any_path_count; i++)
		table_add(table, (struct test_case){.path = any_paths[i], .a = 3, .c = O_WRONLY}, "%s 3", any_paths[i]);
	for (size_t i = 0; i < LENGTH(owned); i++)
		for (enum who who = AS_ROOT; who <= AS_MEMBER; who++)
			for (long size = 0; size <= 30; size += 15)
				table_add(table,
					  (struct test_case){.path = owned[i], .a = size, .c = O_WRONLY, .who = who},
					  "%s %ld", owned[i], size);
	table_add(table, (struct test_case){.path = "f", .a = 3, .c = O_RDONLY}, "f O_RDONLY");
}

static void run_truncate(const struct test_case *test, struct outcome *out)
{
	outcome_result(out, "truncate", truncate(test->path, test->a));
}

static void run_ftruncate(const struct test_case *test, struct outcome *out)
{
	int fd = open_file(test, (int)test->c, out);
	struct stat st;

	if (fd < 0)
		return;
	outcome_result(out, "ftruncate", ftruncate(fd, test->a));
	if (fstat(fd, &st) == 0)
		outcome_say(out, "size, mode", "%lld %o", S_ISDIR(st.st_mode) ? 0 : (long long)st.st_size, st.st_mode);
	outcome_result(out, "close", close(fd));
}

static void generate_fsync(struct table *table)
{
	static const char *const synced[] = {"f", "e", "b", "d", "m", "p", "c", "l", ".", "none"};

	for (size_t i = 0; i < LENGTH(synced); i++)
		for (long data = 0; data <= 1; data++)
			table_add(table, (struct test_case){.path = synced[i], .a = data, .c = O_RDONLY}, "%s%s",
				  synced[i], data ? " data" : "");
}

static void run_fsync(const struct test_case *test, struct outcome *out)
{
	int fd = open_file(test, (int)test->c, out);

	if (fd < 0)
		return;
	outcome_result(out, "fsync", test->a ? fdatasync(fd) : fsync(fd));
	outcome_result(out, "close", close(fd));
}

static void generate_unlinked(struct table *table)
{
	static const char *const gone[] = {"f", "e", "b", "h", "h2", "q", "y", "d/x"};

	for (size_t i = 0; i < LENGTH(gone); i++)
		for (long way = 0; way < 2; way++)
			table_add(table, (struct test_case){.path = gone[i], .a = way, .objects = "e", .c = O_RDWR},
				  "%s %s", gone[i], way ? "replaced" : "removed");
}

/* A file that is open lives on without a name. */
static void run_unlinked(const struct test_case *test, struct outcome *out)
{
	int fd = open_file(test, (int)test->c, out);
	struct stat st;
	ssize_t length;

	if (fd < 0)
		return;
	outcome_result(out, "gone", test->a ? rename("e", test->path) : unlink(test->path));
	outcome_result(out, "write", write(fd, "new", 3));
	outcome_result(out, "fchmod", fchmod(fd, 0600));
	outcome_result(out, "fchown", fchown(fd, USER, USER));
	outcome_result(out, "ftruncate", ftruncate(fd, 50));
	length = outcome_result(out, "pread", pread(fd, buffer, 100, 0));
	outcome_bytes(out, "bytes", buffer, length > 0 ? (size_t)length : 0);
	if (outcome_result(out, "fstat", fstat(fd, &st)) == 0)
		outcome_say(out, "attributes", "%o %u:%u %lu links, %lld bytes", st.st_mode, st.st_uid, st.st_gid,
			    (unsigned long)st.st_nlink, (long long)st.st_size);
	outcome_result(out, "fsync", fsync(fd));
	outcome_result(out, "close", close(fd));
}

const struct operation io_operations[] = {{"read", generate_read, run_read},
					  {"pread", generate_pread, run_pread},
					  {"write", generate_write, run_write},
					  {"pwrite", generate_pwrite, run_pwrite},
					  {"truncate", generate_truncate, run_truncate},
					  {"ftruncate", generate_truncate, run_ftruncate},
					  {"fsync", generate_fsync, run_fsync},
					  {"unlinked", generate_unlinked, run_unlinked},
					  {NULL, NULL, NULL}};
