/* SPDX-License-Identifier: MIT */
/* chmod, fchmod, chown, lchown, fchown. */
#include "differential.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const owned[] = {"f", "u", "U",   "a",   "q", "Q", "j", "y",
				    "d", "v", "n/x", "T/x", "g", "L", "p", "v/x"};

static void generate_chmod(struct table *table)
{
	static const long modes[] = {0, 0644, 0777, 01755, 02755, 04755, 06711, 07777};

	for (size_t mode = 0; mode < LENGTH(modes); mode++)
		for (size_t i = 0; i < LENGTH(owned); i++)
			for (enum who who = AS_ROOT; who <= AS_MEMBER; who++)
				table_add(table, (struct test_case){.path = owned[i], .a = modes[mode], .who = who},
					  "%s 0%lo", owned[i], modes[mode]);
	for (size_t i = 0; i < any_path_count; i++)
		table_add(table, (struct test_case){.path = any_paths[i], .a = 0711}, "%s 0711", any_paths[i]);
}

static void say_mode(int fd, struct outcome *out)
{
	struct stat st;

	if (fstat(fd, &st) == 0)
		outcome_say(out, "mode, owner", "%o %u:%u", st.st_mode, st.st_uid, st.st_gid);
}

static void run_chmod(const struct test_case *test, struct outcome *out)
{
	outcome_result(out, "chmod", chmod(test->path, (mode_t)test->a));
}

static void run_fchmod(const struct test_case *test, struct outcome *out)
{
	int fd = open(test->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	outcome_result(out, "open", fd < 0 ? -1 : 0);
	if (fd < 0)
		return;
	outcome_result(out, "fchmod", fchmod(fd, (mode_t)test->a));
	say_mode(fd, out);
	close(fd);
}

static void generate_chown(struct table *table)
{
	static const struct {
		long uid, gid;
		const char *name;
	} owners[] = {{-1, -1, "-1:-1"},
		      {0, 0, "0:0"},
		      {USER, USER, "1000:1000"},
		      {USER, -1, "1000:-1"},
		      {-1, USER, "-1:1000"},
		      {-1, GROUP, "-1:100"},
		      {OTHER_USER, OTHER_USER, "1001:1001"}};

	for (size_t owner = 0; owner < LENGTH(owners); owner++) {
		for (size_t i = 0; i < LENGTH(owned); i++)
			for (enum who who = AS_ROOT; who <= AS_MEMBER; who++)
				table_add(table,
					  (struct test_case){.path = owned[i],
							     .a = owners[owner].uid,
							     .b = owners[owner].gid,
							     .who = who},
					  "%s %s", owned[i], owners[owner].name);
	}
	for (size_t i = 0; i < any_path_count; i++)
		table_add(table, (struct test_case){.path = any_paths[i], .a = USER, .b = GROUP}, "%s 1000:100",
			  any_paths[i]);
}

static void run_chown(const struct test_case *test, struct outcome *out)
{
	outcome_result(out, "chown", chown(test->path, (uid_t)test->a, (gid_t)test->b));
}

static void run_lchown(const struct test_case *test, struct outcome *out)
{
	outcome_result(out, "lchown", lchown(test->path, (uid_t)test->a, (gid_t)test->b));
}

static void run_fchown(const struct test_case *test, struct outcome *out)
{
	int fd = open(test->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	outcome_result(out, "open", fd < 0 ? -1 : 0);
	if (fd < 0)
		return;
	outcome_result(out, "fchown", fchown(fd, (uid_t)test->a, (gid_t)test->b));
	say_mode(fd, out);
	close(fd);
}

const struct operation owner_operations[] = {
	{"chmod", generate_chmod, run_chmod},   {"fchmod", generate_chmod, run_fchmod},
	{"chown", generate_chown, run_chown},   {"lchown", generate_chown, run_lchown},
	{"fchown", generate_chown, run_fchown}, {NULL, NULL, NULL}};
