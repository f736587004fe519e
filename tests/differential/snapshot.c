/* SPDX-License-Identifier: MIT */
/* What is in a directory. Each object's attributes are taken before anything is read of it, which would change them. */
#include "differential.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

enum { MOST_ENTRIES = 400, CONTENT = 1 << 18, NAMES = 1 << 12 };

struct entry {
	char *path;
	struct stat st;
};

struct times {
	struct entry entries[MOST_ENTRIES];
	size_t count;
};

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int no_dots(const struct dirent *entry)
{
	return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

static void add_entry(void *data, const char *path)
{
	struct times *times = data;
	struct stat st;

	if (times->count < MOST_ENTRIES && lstat(path, &st) == 0)
		times->entries[times->count++] = (struct entry){.path = strdup(path), .st = st};
}

static void collect(struct times *times, const char *path)
{
	struct dirent **names;
	size_t place = times->count;
	int count;

	add_entry(times, path);
	if (place == times->count || !S_ISDIR(times->entries[place].st.st_mode))
		return;
	count = scandir(path, &names, no_dots, by_name);
	for (int i = 0; i < count; i++) {
		char child[PATH_MAX];

		if (strcmp(path, ".") == 0)
			snprintf(child, sizeof(child), "%s", names[i]->d_name);
		else
			snprintf(child, sizeof(child), "%s/%s", path, names[i]->d_name);
		collect(times, child);
		free(names[i]);
	}
	if (count >= 0)
		free(names);
}

static struct times *times_new(void)
{
	struct times *times = calloc(1, sizeof(*times));

	if (!times)
		abort();
	return times;
}

struct times *times_take(const struct test_case *test)
{
	struct times *times = times_new();

	state_names(test, add_entry, times);
	return times;
}

void times_free(struct times *times)
{
	for (size_t i = 0; i < times->count; i++)
		free(times->entries[i].path);
	free(times);
}

static void say(struct outcome *out, const char *path, const char *what, const char *value)
{
	char key[PATH_MAX + 32];

	snprintf(key, sizeof(key), "after: %.64s %s", path, what);
	outcome_say(out, key, "%s", value);
}

static const struct entry *entry_of(const struct times *times, const struct entry *wanted)
{
	for (size_t i = 0; i < times->count; i++)
		if (times->entries[i].st.st_ino == wanted->st.st_ino &&
		    (times->entries[i].st.st_mode & S_IFMT) == (wanted->st.st_mode & S_IFMT))
			return &times->entries[i];
	return NULL;
}

static bool differs(struct timespec a, struct timespec b)
{
	return a.tv_sec != b.tv_sec || a.tv_nsec != b.tv_nsec;
}

/* Set to a time of the case's own, to now, or not at all. */
static const char *change_of(struct timespec now, const struct timespec *before)
{
	if (before && !differs(now, *before))
		return "kept";
	return now.tv_sec < 1500000000 ? "set" : "now";
}

static void say_times(struct outcome *out, const struct entry *entry, const struct entry *before)
{
	say(out, entry->path, "atime", change_of(entry->st.st_atim, before ? &before->st.st_atim : NULL));
	say(out, entry->path, "mtime", change_of(entry->st.st_mtim, before ? &before->st.st_mtim : NULL));
	say(out, entry->path, "ctime", change_of(entry->st.st_ctim, before ? &before->st.st_ctim : NULL));
}

static const char *type_name(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFREG:
		return "file";
	case S_IFDIR:
		return "directory";
	case S_IFLNK:
		return "symlink";
	case S_IFIFO:
		return "fifo";
	case S_IFSOCK:
		return "socket";
	case S_IFCHR:
		return "char";
	case S_IFBLK:
		return "block";
	default:
		return "?";
	}
}

static void say_attributes(struct outcome *out, const struct entry *entry)
{
	const struct stat *st = &entry->st;
	char value[96];

	say(out, entry->path, "type", type_name(st->st_mode));
	snprintf(value, sizeof(value), "%04o", st->st_mode & 07777);
	say(out, entry->path, "mode", value);
	snprintf(value, sizeof(value), "%u:%u", st->st_uid, st->st_gid);
	say(out, entry->path, "owner", value);
	snprintf(value, sizeof(value), "%lu", (unsigned long)st->st_nlink);
	say(out, entry->path, "links", value);
	if (S_ISCHR(st->st_mode) || S_ISBLK(st->st_mode)) {
		snprintf(value, sizeof(value), "%u:%u", major(st->st_rdev), minor(st->st_rdev));
		say(out, entry->path, "device", value);
	}
	if (!S_ISDIR(st->st_mode)) { /* a directory's size is the file system's affair */
		snprintf(value, sizeof(value), "%lld", (long long)st->st_size);
		say(out, entry->path, "size", value);
	}
}

static void say_content(struct outcome *out, const struct entry *entry)
{
	static char buffer[CONTENT];
	char key[128];
	ssize_t length;

	snprintf(key, sizeof(key), "after: %.64s content", entry->path);
	if (S_ISLNK(entry->st.st_mode)) {
		length = readlink(entry->path, buffer, sizeof(buffer));
	} else {
		int fd = open(entry->path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

		length = fd < 0 ? -1 : read(fd, buffer, sizeof(buffer));
		if (fd >= 0)
			close(fd);
	}
	if (length < 0)
		outcome_result(out, key, length);
	else
		outcome_bytes(out, key, buffer, (size_t)length);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void say_xattr(struct outcome *out, const char *path, const char *name)
{
	char value[NAMES], key[512];
	ssize_t length = lgetxattr(path, name, value, sizeof(value));

	snprintf(key, sizeof(key), "after: %.64s xattr %.256s", path, name);
	if (length < 0)
		outcome_result(out, key, length);
	else
		outcome_bytes(out, key, value, (size_t)length);
}

static void say_xattrs(struct outcome *out, const char *path)
{
	char names[NAMES];
	char *sorted[64];
	size_t count = 0;
	ssize_t length = llistxattr(path, names, sizeof(names));

	for (char *name = names; length > 0 && name < names + length && count < LENGTH(sorted);
	     name += strlen(name) + 1)
		if (strcmp(name, "security.selinux") != 0)
			sorted[count++] = name;
	qsort(sorted, count, sizeof(*sorted), by_text);
	for (size_t i = 0; i < count; i++)
		say_xattr(out, path, sorted[i]);
}

void snapshot_say(const struct times *before, struct outcome *out)
{
	struct times *after = times_new();

	collect(after, ".");
	for (size_t i = 0; i < after->count; i++) {
		const struct entry *entry = &after->entries[i];

		say_attributes(out, entry);
		say_times(out, entry, entry_of(before, entry));
		if (S_ISREG(entry->st.st_mode) || S_ISLNK(entry->st.st_mode))
			say_content(out, entry);
		say_xattrs(out, entry->path);
	}
	times_free(after);
}
