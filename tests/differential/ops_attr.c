/* SPDX-License-Identifier: MIT */
/* stat, statx, access, utimensat, statfs. */
#include "differential.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

static const char *const owned[] = {"f", "w", "u",   "U", "a",   "r", "q", "Q", "j", "d",
				    "v", "n", "n/x", "t", "T/x", "g", "p", "c", "L"};

static void add_all(struct table *table, long a, long b, const char *what)
{
	for (size_t i = 0; i < any_path_count; i++)
		table_add(table, (struct test_case){.path = any_paths[i], .a = a, .b = b}, "%s %s", any_paths[i], what);
	for (size_t i = 0; i < LENGTH(owned); i++)
		for (enum who who = AS_ROOT; who <= AS_MEMBER; who++)
			table_add(table, (struct test_case){.path = owned[i], .a = a, .b = b, .who = who}, "%s %s",
				  owned[i], what);
}

static void generate_stat(struct table *table)
{
	add_all(table, 0, 0, "stat");
	add_all(table, AT_SYMLINK_NOFOLLOW, 0, "lstat");
}

static void say_stat(const struct stat *st, struct outcome *out)
{
	outcome_say(out, "mode", "%o", st->st_mode);
	outcome_say(out, "owner", "%u:%u", st->st_uid, st->st_gid);
	outcome_say(out, "links", "%lu", (unsigned long)st->st_nlink);
	outcome_say(out, "size", "%lld", S_ISDIR(st->st_mode) ? 0 : (long long)st->st_size);
	outcome_say(out, "device", "%u:%u", major(st->st_rdev), minor(st->st_rdev));
	outcome_say(out, "times", "%ld.%09ld %ld.%09ld", st->st_atim.tv_sec, st->st_atim.tv_nsec, st->st_mtim.tv_sec,
		    st->st_mtim.tv_nsec);
}

static void run_stat(const struct test_case *test, struct outcome *out)
{
	struct stat st;

	if (outcome_result(out, "stat", fstatat(AT_FDCWD, test->path, &st, (int)test->a)) == 0)
		say_stat(&st, out);
}

static void generate_fstat(struct table *table)
{
	add_all(table, O_PATH, 0, "O_PATH");
	add_all(table, O_PATH | O_NOFOLLOW, 0, "O_PATH|O_NOFOLLOW");
}

static void run_fstat(const struct test_case *test, struct outcome *out)
{
	int fd = open(test->path, (int)test->a | O_CLOEXEC);
	struct stat st;

	outcome_result(out, "open", fd < 0 ? -1 : 0);
	if (fd < 0)
		return;
	if (outcome_result(out, "fstat", fstat(fd, &st)) == 0)
		say_stat(&st, out);
	close(fd);
}

static void generate_statx(struct table *table)
{
	add_all(table, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, "basic");
	add_all(table, AT_STATX_DONT_SYNC, STATX_TYPE | STATX_SIZE, "not synced");
	add_all(table, AT_STATX_FORCE_SYNC, STATX_BASIC_STATS, "synced");
}

static void run_statx(const struct test_case *test, struct outcome *out)
{
	struct statx stx;

	memset(&stx, 0, sizeof(stx));
	if (outcome_result(out, "statx", statx(AT_FDCWD, test->path, (int)test->a, (unsigned)test->b, &stx)) != 0)
		return;
	outcome_say(out, "mask", "%x", stx.stx_mask & (unsigned)test->b);
	outcome_say(out, "mode", "%o", stx.stx_mode);
	outcome_say(out, "owner, links", "%u:%u %u", stx.stx_uid, stx.stx_gid, stx.stx_nlink);
	outcome_say(out, "size", "%llu", S_ISDIR(stx.stx_mode) ? 0 : (unsigned long long)stx.stx_size);
}

static void generate_access(struct table *table)
{
	static const struct named modes[] = {
		{"F_OK", F_OK}, {"R_OK", R_OK}, {"W_OK", W_OK}, {"X_OK", X_OK}, {"all", 7}};

	for (size_t i = 0; i < LENGTH(modes); i++)
		add_all(table, modes[i].value, i % 2 ? AT_EACCESS : 0, modes[i].name);
}

static void run_access(const struct test_case *test, struct outcome *out)
{
	outcome_result(out, "access", faccessat(AT_FDCWD, test->path, (int)test->a, (int)test->b));
}

enum { TIME_NULL, TIME_NOW, TIME_OMIT, TIME_SET, TIME_FRACTION, TIME_OLD, TIME_BAD, TIME_KINDS };

static const char *const time_names[TIME_KINDS] = {"null", "now", "omit", "set", "fraction", "old", "bad"};

static struct timespec time_of_kind(long kind)
{
	static const struct timespec times[TIME_KINDS] = {
		[TIME_NOW] = {.tv_nsec = UTIME_NOW},
		[TIME_OMIT] = {.tv_nsec = UTIME_OMIT},
		[TIME_SET] = {.tv_sec = 1200000000},
		[TIME_FRACTION] = {.tv_sec = 1200000000, .tv_nsec = 123456789},
		[TIME_OLD] = {.tv_sec = -100, .tv_nsec = 5},
		[TIME_BAD] = {.tv_sec = 1, .tv_nsec = 2000000000},
	};

	return times[kind];
}

static void generate_utimensat(struct table *table)
{
	char name[40];

	for (long atime = TIME_NOW; atime < TIME_KINDS; atime++)
		for (long mtime = TIME_NOW; mtime < TIME_KINDS; mtime++)
			for (enum who who = AS_ROOT; who <= AS_MEMBER; who++) {
				static const char *const paths[] = {"f", "u", "w", "d", "L", "p"};

				for (size_t i = 0; i < LENGTH(paths); i++)
					table_add(table,
						  (struct test_case){.path = paths[i],
								     .a = atime,
								     .b = mtime,
								     .c = i % 2 ? AT_SYMLINK_NOFOLLOW : 0,
								     .who = who},
						  "%s %s,%s", paths[i], time_names[atime], time_names[mtime]);
			}
	snprintf(name, sizeof(name), "%s", time_names[TIME_NULL]);
	add_all(table, TIME_NULL, TIME_NULL, name);
	add_all(table, TIME_SET, TIME_OMIT, "set,omit to all");
}

static void run_utimensat(const struct test_case *test, struct outcome *out)
{
	const struct timespec times[2] = {time_of_kind(test->a), time_of_kind(test->b)};
	struct stat st;

	outcome_result(out, "utimensat",
		       utimensat(AT_FDCWD, test->path, test->a == TIME_NULL ? NULL : times, (int)test->c));
	if (lstat(test->path, &st) == 0 && st.st_atim.tv_sec < 1500000000 && st.st_mtim.tv_sec < 1500000000)
		say_stat(&st, out);
}

static void generate_statfs(struct table *table)
{
	add_all(table, 0, 0, "statfs");
}

static void run_statfs(const struct test_case *test, struct outcome *out)
{
	struct statfs st;

	if (outcome_result(out, "statfs", statfs(test->path, &st)) == 0)
		outcome_say(out, "name length", "%ld", (long)st.f_namelen);
}

const struct operation attr_operations[] = {{"stat", generate_stat, run_stat},
					    {"fstat", generate_fstat, run_fstat},
					    {"statx", generate_statx, run_statx},
					    {"access", generate_access, run_access},
					    {"utimensat", generate_utimensat, run_utimensat},
					    {"statfs", generate_statfs, run_statfs},
					    {NULL, NULL, NULL}};
