/* SPDX-License-Identifier: MIT */
/* mkdir, mknod, symlink, link, unlink, rmdir. */
#include "differential.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

static const char *const made[] = {"none", "v/no", "t/no", "g/no", "n/no", "d/no", "g/x"};

/* At all paths as root and as the user, and at new ones in directories of all kinds. */
static void add_paths(struct table *table, long a, long b, const char *what)
{
	for (size_t i = 0; i < any_path_count; i++)
		for (enum who who = AS_ROOT; who <= AS_USER; who++)
			table_add(table, (struct test_case){.path = any_paths[i], .a = a, .b = b, .who = who}, "%s %s",
				  any_paths[i], what);
	for (size_t i = 0; i < LENGTH(made); i++)
		for (enum who who = AS_ROOT; who <= AS_MEMBER; who++)
			table_add(table,
				  (struct test_case){.path = made[i], .a = a, .b = b, .who = who, .closed = true},
				  "%s %s", made[i], what);
}

static void generate_mkdir(struct table *table)
{
	static const long modes[] = {0, 0700, 01777, 02777, 06755, 07777};

	add_paths(table, 0777, 0, "0777");
	for (size_t i = 0; i < LENGTH(modes); i++)
		for (enum who who = AS_ROOT; who <= AS_MEMBER; who++) {
			table_add(table, (struct test_case){.path = "none", .a = modes[i], .who = who}, "none 0%lo",
				  modes[i]);
			table_add(table, (struct test_case){.path = "g/no", .a = modes[i], .who = who}, "g/no 0%lo",
				  modes[i]);
		}
}

static void run_mkdir(const struct test_case *test, struct outcome *out)
{
	outcome_result(out, "mkdir", mkdir(test->path, (mode_t)test->a));
}

static void generate_mknod(struct table *table)
{
	static const struct named types[] = {{"file", S_IFREG},      {"fifo", S_IFIFO},  {"socket", S_IFSOCK},
					     {"char", S_IFCHR},      {"block", S_IFBLK}, {"0", 0},
					     {"directory", S_IFDIR}, {"link", S_IFLNK},  {"bad", 0050000}};
	static const long modes[] = {0, 0666, 02755, 04777, 07777};

	for (size_t type = 0; type < LENGTH(types); type++) {
		for (size_t mode = 0; mode < LENGTH(modes); mode++)
			for (enum who who = AS_ROOT; who <= AS_MEMBER; who++)
				for (int group = 0; group < 2; group++)
					table_add(table,
						  (struct test_case){.path = group ? "g/no" : "none",
								     .a = types[type].value | modes[mode],
								     .b = (long)makedev(1, 5),
								     .who = who},
						  "%s %s 0%lo", group ? "g/no" : "none", types[type].name, modes[mode]);
		if (type < 4)
			add_paths(table, types[type].value | 0644, (long)makedev(259, 300), types[type].name);
	}
}

static void run_mknod(const struct test_case *test, struct outcome *out)
{
	outcome_result(out, "mknod", mknod(test->path, (mode_t)test->a, (dev_t)test->b));
}

static const char *long_target(size_t length)
{
	static char target[PATH_MAX + 2];

	memset(target, 't', length);
	target[length] = '\0';
	return target;
}

static void generate_symlink(struct table *table)
{
	static const char *const targets[] = {"f", "/", "/nowhere/at all", "..", "a\nb", "\xff\xfe"};
	static const long target_lengths[] = {0, 59, 60, 255, 4094, 4095, 4096};

	add_paths(table, -1, 0, "to it");
	for (size_t i = 0; i < LENGTH(targets); i++)
		table_add(table, (struct test_case){.path = "none", .text = targets[i], .a = -1}, "none to %zu", i);
	for (size_t i = 0; i < LENGTH(target_lengths); i++)
		table_add(table, (struct test_case){.path = "none", .a = target_lengths[i]}, "none to %ld bytes",
			  target_lengths[i]);
}

static void run_symlink(const struct test_case *test, struct outcome *out)
{
	const char *target = test->text ? test->text : "it";
	char buffer[64];
	ssize_t length;

	if (test->a >= 0)
		target = long_target((size_t)test->a);
	if (outcome_result(out, "symlink", symlink(target, test->path)) != 0)
		return;
	length = outcome_result(out, "readlink", readlink(test->path, buffer, sizeof(buffer)));
	outcome_bytes(out, "target", buffer, length > 0 ? (size_t)length : 0);
}

static void generate_readlink(struct table *table)
{
	static const long sizes[] = {0, 1, 3, 100};

	for (size_t i = 0; i < any_path_count; i++)
		for (size_t size = 0; size < LENGTH(sizes); size++)
			table_add(table, (struct test_case){.path = any_paths[i], .a = sizes[size]}, "%s %ld",
				  any_paths[i], sizes[size]);
}

static void run_readlink(const struct test_case *test, struct outcome *out)
{
	char buffer[128];
	ssize_t length = outcome_result(out, "readlink", readlink(test->path, buffer, (size_t)test->a));

	outcome_bytes(out, "target", buffer, length > 0 ? (size_t)length : 0);
}

static void generate_link(struct table *table)
{
	static const char *const new_names[] = {"none", "e", "d", "h2", "d/no", "g/no", "none/x", "f/x", "z", "none/"};
	static const char *const owned[] = {"f", "w", "u", "U", "a", "q", "Q", "r", "p", "l", "L", "n/x", "T/x"};

	for (size_t i = 0; i < any_path_count; i++)
		for (size_t j = 0; j < LENGTH(new_names); j++)
			table_add(table,
				  (struct test_case){.path = any_paths[i],
						     .other = new_names[j],
						     .a = j % 2 ? AT_SYMLINK_FOLLOW : 0},
				  "%s %s%s", any_paths[i], new_names[j], j % 2 ? " follow" : "");
	for (size_t i = 0; i < LENGTH(owned); i++)
		for (enum who who = AS_ROOT; who <= AS_MEMBER; who++)
			for (int closed = 0; closed < 2; closed++)
				table_add(table,
					  (struct test_case){
						  .path = owned[i], .other = "v/no", .who = who, .closed = closed},
					  "%s v/no", owned[i]);
}

static void run_link(const struct test_case *test, struct outcome *out)
{
	outcome_result(out, "link", linkat(AT_FDCWD, test->path, AT_FDCWD, test->other, (int)test->a));
}

static void add_removals(struct table *table)
{
	static const char *const owned[] = {"f",   "u",   "h", "q", "t/x", "T/x", "v/x", "n/x",
					    "g/x", "d/x", "m", "v", "n",   "T",   "p",   "c"};

	for (size_t i = 0; i < any_path_count; i++)
		table_add(table, (struct test_case){.path = any_paths[i]}, "%s", any_paths[i]);
	for (size_t i = 0; i < LENGTH(owned); i++)
		for (enum who who = AS_ROOT; who <= AS_MEMBER; who++)
			for (int closed = 0; closed < 2; closed++)
				table_add(table, (struct test_case){.path = owned[i], .who = who, .closed = closed},
					  "%s", owned[i]);
}

static void run_unlink(const struct test_case *test, struct outcome *out)
{
	outcome_result(out, "unlink", unlink(test->path));
}

static void run_rmdir(const struct test_case *test, struct outcome *out)
{
	outcome_result(out, "rmdir", rmdir(test->path));
}

const struct operation make_operations[] = {
	{"mkdir", generate_mkdir, run_mkdir},       {"mknod", generate_mknod, run_mknod},
	{"symlink", generate_symlink, run_symlink}, {"readlink", generate_readlink, run_readlink},
	{"link", generate_link, run_link},          {"unlink", add_removals, run_unlink},
	{"rmdir", add_removals, run_rmdir},         {NULL, NULL, NULL}};
