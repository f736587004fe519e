/* SPDX-License-Identifier: MIT */
/* Random walks: many operations after each other, on few names, so that they meet. */
#include "differential.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

enum { STEPS = 60, DESCRIPTORS = 3 };

struct walk {
	uint64_t state;
	struct outcome *out;
	int fds[DESCRIPTORS];
	char step[96]; /* what is being done, as the line's key */
	unsigned number;
};

static const char *const names[] = {"f", "e", "h", "h2", "d", "d/x", "d/y", "m", "m/x", "l", "v", "v/x", "none", "k/y"};

/* xorshift64*: the same on each machine. */
static uint64_t next(struct walk *walk, uint64_t limit)
{
	walk->state ^= walk->state >> 12;
	walk->state ^= walk->state << 25;
	walk->state ^= walk->state >> 27;
	return (walk->state * UINT64_C(2685821657736338717) >> 33) % limit;
}

static const char *a_name(struct walk *walk)
{
	return names[next(walk, LENGTH(names))];
}

static void done(struct walk *walk, long result)
{
	outcome_result(walk->out, walk->step, result);
}

#define STEP(walk, ...)                                                                                                \
	do {                                                                                                           \
		int used_ = snprintf((walk)->step, sizeof((walk)->step), "%u ", (walk)->number);                       \
		snprintf((walk)->step + used_, sizeof((walk)->step) - (size_t)used_, __VA_ARGS__);                     \
	} while (0)

static void walk_open(struct walk *walk)
{
	static const int flags[] = {O_RDWR,           O_RDWR | O_CREAT, O_RDWR | O_CREAT | O_EXCL,
				    O_RDWR | O_TRUNC, O_RDONLY,         O_RDWR | O_APPEND | O_CREAT,
				    O_WRONLY};
	size_t slot = next(walk, DESCRIPTORS), flag = next(walk, LENGTH(flags));
	const char *name = a_name(walk);

	STEP(walk, "open %s %o", name, flags[flag]);
	if (walk->fds[slot] >= 0)
		close(walk->fds[slot]);
	walk->fds[slot] = open(name, flags[flag] | O_CLOEXEC | O_NONBLOCK, 0644);
	done(walk, walk->fds[slot] < 0 ? -1 : 0);
}

static void walk_io(struct walk *walk)
{
	static char buffer[9000];
	int fd = walk->fds[next(walk, DESCRIPTORS)];
	size_t length = next(walk, sizeof(buffer)), offset = next(walk, 20000);
	char key[120];
	ssize_t count;

	if (next(walk, 2)) {
		STEP(walk, "pwrite %zu at %zu", length, offset);
		memset(buffer, 'a' + (int)(length % 26), length);
		done(walk, pwrite(fd, buffer, length, (off_t)offset));
		return;
	}
	STEP(walk, "pread %zu at %zu", length, offset);
	count = pread(fd, buffer, length, (off_t)offset);
	done(walk, count);
	snprintf(key, sizeof(key), "%s: bytes", walk->step);
	outcome_bytes(walk->out, key, buffer, count > 0 ? (size_t)count : 0);
}

static void walk_fstat(struct walk *walk)
{
	int fd = walk->fds[next(walk, DESCRIPTORS)];
	size_t size = next(walk, 30000);
	struct stat st;

	if (next(walk, 3) == 0) {
		STEP(walk, "ftruncate %zu", size);
		done(walk, ftruncate(fd, (off_t)size));
		return;
	}
	STEP(walk, "fstat");
	if (fstat(fd, &st) != 0)
		done(walk, -1);
	else
		outcome_say(walk->out, walk->step, "%o %u:%u %lu links, %lld bytes", st.st_mode, st.st_uid, st.st_gid,
			    (unsigned long)st.st_nlink, S_ISDIR(st.st_mode) ? 0 : (long long)st.st_size);
}

static void walk_two_names(struct walk *walk)
{
	const char *from = a_name(walk), *to = a_name(walk);
	unsigned flags = (unsigned)next(walk, 3);

	if (next(walk, 3) == 0) {
		STEP(walk, "link %s %s", from, to);
		done(walk, link(from, to));
	} else {
		STEP(walk, "rename %s %s %u", from, to, flags);
		done(walk, renameat2(AT_FDCWD, from, AT_FDCWD, to, flags));
	}
}

static void walk_make(struct walk *walk)
{
	const char *name = a_name(walk);

	switch (next(walk, 3)) {
	case 0:
		STEP(walk, "mkdir %s", name);
		done(walk, mkdir(name, 0755));
		break;
	case 1:
		STEP(walk, "symlink %s", name);
		done(walk, symlink("d", name));
		break;
	default:
		STEP(walk, "mknod %s", name);
		done(walk, mknod(name, S_IFIFO | 0600, 0));
	}
}

static void walk_remove(struct walk *walk)
{
	const char *name = a_name(walk);

	if (next(walk, 2)) {
		STEP(walk, "unlink %s", name);
		done(walk, unlink(name));
	} else {
		STEP(walk, "rmdir %s", name);
		done(walk, rmdir(name));
	}
}

static void walk_attributes(struct walk *walk)
{
	const char *name = a_name(walk);
	unsigned mode = (unsigned)next(walk, 4) * 01000 + 0755;

	switch (next(walk, 4)) {
	case 0:
		STEP(walk, "chmod %s %o", name, mode);
		done(walk, chmod(name, mode));
		break;
	case 1:
		STEP(walk, "lchown %s", name);
		done(walk, lchown(name, (uid_t)-1, next(walk, 2) ? USER : GROUP));
		break;
	case 2:
		STEP(walk, "setxattr %s", name);
		done(walk, setxattr(name, "user.walk", &mode, sizeof(mode), 0));
		break;
	default:
		STEP(walk, "truncate %s", name);
		done(walk, truncate(name, (off_t)next(walk, 9000)));
	}
}

static void walk_look(struct walk *walk)
{
	const char *name = a_name(walk);
	struct stat st;

	STEP(walk, "stat %s", name);
	if (fstatat(AT_FDCWD, name, &st, next(walk, 2) ? AT_SYMLINK_NOFOLLOW : 0) != 0)
		done(walk, -1);
	else
		outcome_say(walk->out, walk->step, "%o %u:%u %lu links, %lld bytes", st.st_mode, st.st_uid, st.st_gid,
			    (unsigned long)st.st_nlink, S_ISDIR(st.st_mode) ? 0 : (long long)st.st_size);
}

static void run_walk(const struct test_case *test, struct outcome *out)
{
	static void (*const steps[])(struct walk *) = {walk_open,       walk_io,        walk_io,   walk_fstat,
						       walk_two_names,  walk_two_names, walk_make, walk_remove,
						       walk_attributes, walk_look};
	struct walk walk = {
		.state = (uint64_t)test->a * UINT64_C(0x9e3779b97f4a7c15) + 1, .out = out, .fds = {-1, -1, -1}};

	for (walk.number = 1; walk.number <= STEPS; walk.number++)
		steps[next(&walk, LENGTH(steps))](&walk);
	for (size_t i = 0; i < DESCRIPTORS; i++)
		if (walk.fds[i] >= 0)
			close(walk.fds[i]);
}

static void generate_walk(struct table *table)
{
	for (unsigned i = 0; i < table->walks; i++) {
		long seed = (long)(table->seed + i);

		table_add(table,
			  (struct test_case){
				  .path = "f", .a = seed, .objects = "ehdmlvk", .who = i % 3 == 1 ? AS_USER : AS_ROOT},
			  "seed %ld", seed);
	}
}

const struct operation walk_operations[] = {{"walk", generate_walk, run_walk}, {NULL, NULL, NULL}};
