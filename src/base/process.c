/* SPDX-License-Identifier: MIT */
#include "base/process.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH_SIZE = 64, START = 22, SLACK_MS = 20, STATUS_STEP = 8192 };

void cbf__process_now(struct timespec *now)
{
	clock_gettime(CLOCK_MONOTONIC_COARSE, now);
}

static int open_file(pid_t thread, const char *name)
{
	char path[PATH_SIZE];
	int fd;

	if (thread <= 0)
		return -ENOENT;
	(void)snprintf(path, sizeof(path), "/proc/%d/%s", (int)thread, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -ENOENT : fd;
}

/* All of a file, NUL-terminated, to be freed; NULL: ENOENT or ENOMEM in *error. */
static char *read_file(pid_t thread, const char *name, int *error)
{
	char *text = NULL, *more;
	size_t length = 0, room = 0;
	ssize_t got = 1;
	int fd = open_file(thread, name);

	*error = fd < 0 ? fd : 0;
	while (!*error && got > 0) {
		if (room - length < 2) {
			room += STATUS_STEP;
			more = realloc(text, room);
			if (!more) {
				*error = -ENOMEM;
				break;
			}
			text = more;
		}
		got = read(fd, text + length, room - length - 1);
		if (got < 0)
			*error = -ENOENT; /* it has just ended */
		else
			length += (size_t)got;
	}
	if (fd >= 0)
		close(fd);
	if (*error) {
		free(text);
		return NULL;
	}
	text[length] = '\0';
	return text;
}

static int64_t milliseconds(const struct timespec *time)
{
	return (int64_t)time->tv_sec * 1000 + time->tv_nsec / 1000000;
}

/* When the thread began, on the clock of `since`. The name of the program stands in brackets and may hold anything. */
static int begin_of(pid_t thread, int64_t *begin)
{
	struct timespec boot, now;
	unsigned long long ticks = 0;
	const char *at;
	char *text;
	int error;

	text = read_file(thread, "stat", &error);
	if (!text)
		return error;
	at = strrchr(text, ')');
	for (int field = 2; at && field < START; field++) {
		at = strchr(at, ' ');
		if (at)
			at++;
	}
	if (at)
		ticks = strtoull(at, NULL, 10);
	free(text);
	if (!at)
		return -ENOENT;
	clock_gettime(CLOCK_BOOTTIME, &boot);
	clock_gettime(CLOCK_MONOTONIC, &now);
	*begin = (int64_t)(ticks * 1000 / (unsigned long long)sysconf(_SC_CLK_TCK)) - milliseconds(&boot) +
		 milliseconds(&now);
	return 0;
}

static int check(pid_t thread, const struct timespec *since)
{
	int64_t begin = 0;
	int error = begin_of(thread, &begin);

	if (error)
		return error;
	return begin > milliseconds(since) + SLACK_MS ? -ENOENT : 0;
}

int cbf__process_of_thread(pid_t thread, const struct timespec *since, pid_t *process)
{
	const char *line;
	char *text;
	int error = 0;

	text = read_file(thread, "status", &error);
	if (!text)
		return error;
	line = strstr(text, "\nTgid:");
	if (line)
		*process = (pid_t)strtol(line + strlen("\nTgid:"), NULL, 10);
	free(text);
	/* What was read before is true if the number still is the same thread's. */
	return line ? check(thread, since) : -ENOENT;
}

int cbf__process_executable(pid_t thread, const struct timespec *since, char *path, size_t capacity)
{
	char link[PATH_SIZE];
	ssize_t length;

	if (thread <= 0)
		return -ENOENT;
	if (capacity == 0)
		return -ERANGE;
	(void)snprintf(link, sizeof(link), "/proc/%d/exe", (int)thread);
	length = readlink(link, path, capacity);
	if (length < 0)
		return errno == EACCES ? -EACCES : -ENOENT; /* a thread of the kernel has none */
	if ((size_t)length == capacity)
		return -ERANGE;
	path[length] = '\0';
	return check(thread, since);
}

static int parse_groups(const char *line, gid_t **groups, size_t *count)
{
	const char *end = strchr(line, '\n');
	size_t room = (size_t)(end ? end - line : (ssize_t)strlen(line)) / 2 + 1; /* a digit and a blank each */
	gid_t *found = malloc(room * sizeof(*found));
	char *next;

	if (!found)
		return -ENOMEM;
	*count = 0;
	for (;;) {
		unsigned long id = strtoul(line, &next, 10);

		if (next == line || (end && next > end) || *count == room)
			break;
		found[(*count)++] = (gid_t)id;
		line = next;
	}
	*groups = found;
	return 0;
}

int cbf__process_groups(pid_t thread, const struct timespec *since, gid_t **groups, size_t *count)
{
	const char *line;
	char *text;
	int error = 0;

	text = read_file(thread, "status", &error);
	if (!text)
		return error;
	line = strstr(text, "\nGroups:");
	error = line ? parse_groups(line + strlen("\nGroups:"), groups, count) : -ENOENT;
	free(text);
	if (error)
		return error;
	error = check(thread, since);
	if (error)
		free(*groups);
	return error;
}
