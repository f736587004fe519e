/* SPDX-License-Identifier: MIT */
/* fallocate in all modes, lseek with SEEK_HOLE and SEEK_DATA, copy_file_range. */
#include "differential.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/falloc.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct named modes[] = {
	{"0", 0},
	{"KEEP_SIZE", FALLOC_FL_KEEP_SIZE},
	{"PUNCH_HOLE|KEEP_SIZE", FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE},
	{"PUNCH_HOLE", FALLOC_FL_PUNCH_HOLE},
	{"ZERO_RANGE", FALLOC_FL_ZERO_RANGE},
	{"ZERO_RANGE|KEEP_SIZE", FALLOC_FL_ZERO_RANGE | FALLOC_FL_KEEP_SIZE},
	{"COLLAPSE_RANGE", FALLOC_FL_COLLAPSE_RANGE},
	{"INSERT_RANGE", FALLOC_FL_INSERT_RANGE},
	{"unknown", 0x800},
};

static void generate_fallocate(struct table *table)
{
	static const char *const files[] = {"f", "e", "b"};
	static const struct {
		long offset, length;
	} ranges[] = {{0, 10},  {0, 4096}, {4096, 8192}, {16384, 4096}, {20000, 4096},
		      {100, 0}, {-1, 5},   {5, -1},      {3, 100000},   {LONG_MAX - 10, 100}};
	static const char *const owned[] = {"w", "u", "q", "Q", "j", "a"};

	for (size_t file = 0; file < LENGTH(files); file++)
		for (size_t mode = 0; mode < LENGTH(modes); mode++)
			for (size_t range = 0; range < LENGTH(ranges); range++)
				table_add(table,
					  (struct test_case){.path = files[file],
							     .a = modes[mode].value,
							     .b = ranges[range].offset,
							     .c = ranges[range].length},
					  "%s %s %ld at %ld", files[file], modes[mode].name, ranges[range].length,
					  ranges[range].offset);
	for (size_t i = 0; i < LENGTH(owned); i++)
		for (enum who who = AS_ROOT; who <= AS_MEMBER; who++)
			for (size_t mode = 0; mode < 3; mode++)
				table_add(table,
					  (struct test_case){
						  .path = owned[i], .a = modes[mode].value, .c = 100, .who = who},
					  "%s %s", owned[i], modes[mode].name);
}

static void run_fallocate(const struct test_case *test, struct outcome *out)
{
	int fd = open(test->path, O_RDWR | O_CLOEXEC);
	struct stat st;

	outcome_result(out, "open", fd < 0 ? -1 : 0);
	if (fd < 0)
		return;
	outcome_result(out, "fallocate", fallocate(fd, (int)test->a, test->b, test->c));
	if (fstat(fd, &st) == 0)
		outcome_say(out, "size, mode", "%lld %o", (long long)st.st_size, st.st_mode);
	outcome_result(out, "data", lseek(fd, 0, SEEK_DATA));
	close(fd);
}

static void generate_lseek(struct table *table)
{
	static const char *const files[] = {"f", "e", "b", "d", "p", "h"};
	static const struct named ways[] = {{"SEEK_SET", SEEK_SET},   {"SEEK_CUR", SEEK_CUR},   {"SEEK_END", SEEK_END},
					    {"SEEK_DATA", SEEK_DATA}, {"SEEK_HOLE", SEEK_HOLE}, {"bad", 9}};
	static const long offsets[] = {0, 1, 4095, 4096, 9000, 16384, 19999, 20000, 30000, -1, LONG_MAX};

	for (size_t file = 0; file < LENGTH(files); file++)
		for (size_t way = 0; way < LENGTH(ways); way++)
			for (size_t i = 0; i < LENGTH(offsets); i++)
				if (files[file][0] != 'd' ||
				    ways[way].value < SEEK_DATA) /* as the directory is stored */
					table_add(table,
						  (struct test_case){
							  .path = files[file], .a = offsets[i], .b = ways[way].value},
						  "%s %s %ld", files[file], ways[way].name, offsets[i]);
}

static void run_lseek(const struct test_case *test, struct outcome *out)
{
	int fd = open(test->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	struct stat st;
	bool relative = test->b == SEEK_END;

	if (fd < 0) {
		outcome_result(out, "open", -1);
		return;
	}
	/* The end of a directory is the file system's affair. */
	if (fstat(fd, &st) == 0 && !(relative && S_ISDIR(st.st_mode)))
		outcome_result(out, "lseek", lseek(fd, test->a, (int)test->b));
	close(fd);
}

static void generate_copy(struct table *table)
{
	static const char *const from[] = {"f", "e", "b", "h", "d", "p"};
	static const char *const to[] = {"w", "b", "f", "h2", "e"};
	static const struct {
		long from, to, length;
	} ranges[] = {{0, 0, 100},    {5, 100, 10}, {4096, 30000, 50000}, {19999, 1, 10}, {0, 4, 5},
		      {100000, 0, 5}, {3, 3, 0}};

	for (size_t i = 0; i < LENGTH(from); i++)
		for (size_t j = 0; j < LENGTH(to); j++)
			for (size_t range = 0; range < LENGTH(ranges); range++)
				table_add(table,
					  (struct test_case){.path = from[i],
							     .other = to[j],
							     .a = ranges[range].from,
							     .b = ranges[range].to,
							     .c = ranges[range].length},
					  "%s %s %ld from %ld to %ld", from[i], to[j], ranges[range].length,
					  ranges[range].from, ranges[range].to);
}

static void run_copy(const struct test_case *test, struct outcome *out)
{
	int from = open(test->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	int to = open(test->other, O_RDWR | O_CLOEXEC);
	off_t from_offset = test->a, to_offset = test->b;

	outcome_result(out, "open", from < 0 || to < 0 ? -1 : 0);
	if (from >= 0 && to >= 0) {
		outcome_result(out, "copy_file_range",
			       copy_file_range(from, &from_offset, to, &to_offset, (size_t)test->c, 0));
		outcome_say(out, "offsets", "%lld %lld", (long long)from_offset, (long long)to_offset);
		outcome_result(out, "at the positions", copy_file_range(from, NULL, to, NULL, 3, 0));
		outcome_result(out, "with flags", copy_file_range(from, NULL, to, NULL, 3, 1));
	}
	if (from >= 0)
		close(from);
	if (to >= 0)
		close(to);
}

const struct operation range_operations[] = {{"fallocate", generate_fallocate, run_fallocate},
					     {"lseek", generate_lseek, run_lseek},
					     {"copy_file_range", generate_copy, run_copy},
					     {NULL, NULL, NULL}};
