/* SPDX-License-Identifier: MIT */
/* flock, fcntl's locks (of open files), and the ioctl for inode flags. */
#include "differential.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <unistd.h>

static const char *const files[] = {"f", "e", "d", "h", "r", "p"};

static void generate_flock(struct table *table)
{
	static const struct named kinds[] = {
		{"LOCK_SH", LOCK_SH}, {"LOCK_EX", LOCK_EX}, {"LOCK_UN", LOCK_UN}, {"bad", 77}};

	for (size_t file = 0; file < LENGTH(files); file++)
		for (size_t i = 0; i < LENGTH(kinds) * LENGTH(kinds); i++)
			table_add(table,
				  (struct test_case){.path = files[file],
						     .a = kinds[i / LENGTH(kinds)].value,
						     .b = kinds[i % LENGTH(kinds)].value},
				  "%s %s %s", files[file], kinds[i / LENGTH(kinds)].name,
				  kinds[i % LENGTH(kinds)].name);
}

static int open_twice(const struct test_case *test, int fds[2], struct outcome *out)
{
	for (int i = 0; i < 2; i++)
		fds[i] = open(test->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	return (int)outcome_result(out, "open", fds[0] < 0 || fds[1] < 0 ? -1 : 0);
}

static void close_both(const int fds[2])
{
	for (int i = 0; i < 2; i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

static void run_flock(const struct test_case *test, struct outcome *out)
{
	int fds[2];

	if (open_twice(test, fds, out) == 0) {
		outcome_result(out, "first", flock(fds[0], (int)test->a | LOCK_NB));
		outcome_result(out, "second", flock(fds[1], (int)test->b | LOCK_NB));
		outcome_result(out, "unlock", flock(fds[0], LOCK_UN));
		outcome_result(out, "second again", flock(fds[1], (int)test->b | LOCK_NB));
	}
	close_both(fds);
}

static void generate_fcntl(struct table *table)
{
	static const struct named kinds[] = {{"F_RDLCK", F_RDLCK}, {"F_WRLCK", F_WRLCK}, {"F_UNLCK", F_UNLCK}};

	for (size_t file = 0; file < LENGTH(files); file++)
		for (size_t i = 0; i < LENGTH(kinds) * LENGTH(kinds); i++)
			for (long start = 0; start < 20; start += 10)
				table_add(table,
					  (struct test_case){.path = files[file],
							     .a = kinds[i / LENGTH(kinds)].value,
							     .b = kinds[i % LENGTH(kinds)].value,
							     .c = start},
					  "%s %s %s %ld", files[file], kinds[i / LENGTH(kinds)].name,
					  kinds[i % LENGTH(kinds)].name, start);
}

static long set_lock(int fd, long type, long start)
{
	struct flock lock = {.l_type = (short)type, .l_whence = SEEK_SET, .l_start = start, .l_len = 10};

	return fcntl(fd, F_OFD_SETLK, &lock);
}

static void run_fcntl(const struct test_case *test, struct outcome *out)
{
	struct flock asked = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	int fds[2];

	if (open_twice(test, fds, out) == 0) {
		int writable = open(test->path, O_RDWR | O_NONBLOCK | O_CLOEXEC);

		outcome_result(out, "read only", set_lock(fds[0], test->a, 0));
		outcome_result(out, "read-write", writable < 0 ? -1 : set_lock(writable, test->b, test->c));
		if (outcome_result(out, "getlk", fcntl(fds[1], F_OFD_GETLK, &asked)) == 0)
			outcome_say(out, "lock", "%d %lld %lld", asked.l_type, (long long)asked.l_start,
				    (long long)asked.l_len);
		if (writable >= 0)
			close(writable);
	}
	close_both(fds);
}

static void generate_getflags(struct table *table)
{
	static const struct named flags[] = {{"none", 0}, {"nodump", FS_NODUMP_FL}, {"noatime", FS_NOATIME_FL}};
	static const char *const paths[] = {"f", "d", "u", "v", "l"};

	for (size_t i = 0; i < LENGTH(paths); i++)
		for (size_t flag = 0; flag < LENGTH(flags); flag++)
			for (enum who who = AS_ROOT; who <= AS_MEMBER; who++)
				table_add(table,
					  (struct test_case){.path = paths[i], .a = flags[flag].value, .who = who},
					  "%s %s", paths[i], flags[flag].name);
}

static void run_getflags(const struct test_case *test, struct outcome *out)
{
	const unsigned compared = FS_NODUMP_FL | FS_NOATIME_FL | FS_APPEND_FL | FS_IMMUTABLE_FL;
	int fd = open(test->path, O_RDONLY | O_CLOEXEC);
	unsigned flags = 0;

	if (fd < 0) {
		outcome_result(out, "open", -1);
		return;
	}
	outcome_result(out, "get", ioctl(fd, FS_IOC_GETFLAGS, &flags));
	outcome_say(out, "flags", "%x", flags & compared);
	flags = (flags & ~compared) | (unsigned)test->a;
	outcome_result(out, "set", ioctl(fd, FS_IOC_SETFLAGS, &flags));
	outcome_result(out, "get", ioctl(fd, FS_IOC_GETFLAGS, &flags));
	outcome_say(out, "flags", "%x", flags & compared);
	close(fd);
}

const struct operation lock_operations[] = {{"flock", generate_flock, run_flock},
					    {"fcntl", generate_fcntl, run_fcntl},
					    {"inode flags", generate_getflags, run_getflags},
					    {NULL, NULL, NULL}};
