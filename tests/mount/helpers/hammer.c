/* SPDX-License-Identifier: MIT */
/*
 * Several processes that make, link, rename, remove, read and list the same few names at once, so that they get into
 * each other's way. Only errors that POSIX explains are let pass; each file says in its content who wrote it.
 *
 *     hammer DIRECTORY PROCESSES ITERATIONS SEED [LSLINKS]
 */
#include "check.h"
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NAMES = 12, DIRS = 5, RECORD = 16 };

static uint64_t state;
static unsigned long done[16];

static uint32_t random_below(uint32_t below)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (uint32_t)((state * UINT64_C(2685821657736338717)) >> 33) % below;
}

/* A path of one to three components out of few. */
static const char *random_path(char *path)
{
	unsigned depth = random_below(3);
	size_t length = 0;

	path[0] = '\0';
	for (unsigned i = 0; i < depth; i++)
		length += (size_t)sprintf(path + length, "dir%u/", random_below(DIRS));
	sprintf(path + length, "%s%u", random_below(4) == 0 ? "dir" : "name", random_below(NAMES));
	return path;
}

/* What another process's doings, or our own choice of names, explain. */
static void explained(const char *what, const char *path, const char *path2)
{
	switch (errno) {
	case ENOENT:
	case EEXIST:
	case ENOTDIR:
	case EISDIR:
	case ENOTEMPTY:
	case ELOOP:
	case EINVAL: /* a directory into itself; readlink of no link */
	case EPERM: /* link of a directory */
	case ENXIO: /* open of a fifo without a reader */
		return;
	default:
		DIE("%s %s %s", what, path, path2 != NULL ? path2 : "");
	}
}

/* A file's content is records of one byte each: they are never torn. */
static void read_file(const char *path)
{
	char buffer[RECORD * 64];
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW);
	struct stat st;
	ssize_t size;

	if (fd < 0) {
		explained("open", path, NULL);
		return;
	}
	CHECK(fstat(fd, &st) == 0);
	if (S_ISREG(st.st_mode)) {
		size = read(fd, buffer, sizeof(buffer));
		if (size < 0)
			DIE("read %s", path);
		for (ssize_t i = 0; i + RECORD <= size; i += RECORD) {
			for (int k = 1; k < RECORD; k++) {
				if (buffer[i + k] != buffer[i])
					DIE("%s: a torn record at %zd", path, i);
			}
		}
	}
	CHECK(close(fd) == 0);
}

static void write_file(const char *path, char who)
{
	char record[RECORD];
	int fd = open(path, O_CREAT | O_WRONLY | O_APPEND | O_NONBLOCK | O_NOFOLLOW, 0644);
	struct stat st;

	if (fd < 0) {
		explained("create", path, NULL);
		return;
	}
	memset(record, who, sizeof(record));
	CHECK(fstat(fd, &st) == 0);
	if (S_ISREG(st.st_mode) && st.st_size < RECORD * 64) {
		if (write(fd, record, sizeof(record)) != sizeof(record))
			DIE("write %s", path);
	}
	CHECK(close(fd) == 0);
}

static void list_dir(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	unsigned seen[2] = {0};

	if (dir == NULL) {
		explained("opendir", path, NULL);
		return;
	}
	errno = 0;
	while ((entry = readdir(dir)) != NULL) {
		unsigned number;

		if (sscanf(entry->d_name, "name%u", &number) == 1) {
			CHECK(number < NAMES);
		} else if (sscanf(entry->d_name, "dir%u", &number) == 1) {
			CHECK(number < NAMES);
		} else {
			unsigned dots = (unsigned)strlen(entry->d_name);

			if (strspn(entry->d_name, ".") != dots || dots > 2 || seen[dots - 1]++ != 0)
				DIE("%s: strange entry '%s'", path, entry->d_name);
		}
		errno = 0;
	}
	if (errno != 0)
		explained("readdir", path, NULL);
	closedir(dir);
}

/* lslinks may not find the file any more (status 1), but does not hang, crash, or take it for somebody else's. */
static void ask_lslinks(const char *lslinks, const char *path)
{
	posix_spawn_file_actions_t actions;
	int status;
	pid_t pid;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
	SAME(0, posix_spawn(&pid, lslinks, &actions, NULL, (char *[]){(char *)lslinks, (char *)path, NULL}, environ));
	posix_spawn_file_actions_destroy(&actions);
	CHECK(waitpid(pid, &status, 0) == pid);
	if (!WIFEXITED(status) || WEXITSTATUS(status) > 1)
		DIE("lslinks %s: status %x", path, (unsigned)status);
}

static void one_step(char who, const char *lslinks)
{
	char path[PATH_MAX], path2[PATH_MAX], target[64];
	unsigned what = random_below(16);
	const char *name = NULL;
	struct stat st;
	int result = 0;

	random_path(path);
	random_path(path2);
	done[what]++;
	switch (what) {
	case 0:
	case 1:
		return write_file(path, who);
	case 2:
		name = "rename";
		result = rename(path, path2);
		break;
	case 3:
		name = "rename, not replacing";
		result = renameat2(AT_FDCWD, path, AT_FDCWD, path2, RENAME_NOREPLACE);
		break;
	case 4:
		name = "exchange";
		result = renameat2(AT_FDCWD, path, AT_FDCWD, path2, RENAME_EXCHANGE);
		break;
	case 5:
	case 6:
		name = "link";
		result = link(path, path2);
		break;
	case 7:
	case 8:
		name = "unlink";
		result = unlink(path);
		break;
	case 9:
		name = "mkdir";
		result = mkdir(path, 0755);
		break;
	case 10:
		name = "rmdir";
		result = rmdir(path);
		break;
	case 11:
		name = "stat";
		/* Found while it was being unlinked, a file may show no link, natively too; but not for ever. */
		st.st_nlink = 0;
		for (int tries = 0; result == 0 && st.st_nlink == 0; tries++) {
			result = lstat(path, &st);
			if (tries == 10000)
				DIE("%s: found by its name, but has no link", path);
		}
		break;
	case 12:
		return read_file(path);
	case 13:
		*strrchr(path, path[0] == 'd' && strchr(path, '/') ? '/' : path[0]) = '\0';
		return list_dir(path[0] == '\0' ? "." : path);
	case 14:
		if (random_below(4) == 0) {
			name = "symlink";
			result = symlink("name1", path);
		} else if (random_below(4) == 0) {
			name = "mkfifo";
			result = mkfifo(path, 0644);
		} else {
			name = "readlink";
			result = readlink(path, target, sizeof(target)) < 0 ? -1 : 0;
		}
		break;
	default:
		if (lslinks != NULL && random_below(20) == 0)
			return ask_lslinks(lslinks, path);
		name = "chmod";
		result = fchmodat(AT_FDCWD, path, 0600 | random_below(0200), 0);
	}
	if (result != 0)
		explained(name, path, path2);
}

int main(int argc, char **argv)
{
	unsigned long processes, iterations, seed;
	int failed = 0, status;

	if (argc < 5)
		DIE("hammer DIRECTORY PROCESSES ITERATIONS SEED [LSLINKS]");
	processes = strtoul(argv[2], NULL, 10);
	iterations = strtoul(argv[3], NULL, 10);
	seed = strtoul(argv[4], NULL, 10);
	CHECK(chdir(argv[1]) == 0);
	umask(022);
	for (unsigned long i = 0; i < processes; i++) {
		pid_t pid = fork();

		CHECK(pid >= 0);
		if (pid != 0)
			continue;
		state = (seed * 64 + i) * 2654435761 + 1;
		for (unsigned long n = 0; n < iterations; n++)
			one_step((char)('A' + i), argc > 5 ? argv[5] : NULL);
		_exit(0);
	}
	for (unsigned long i = 0; i < processes; i++) {
		CHECK(wait(&status) > 0);
		failed |= status;
	}
	return failed != 0;
}
