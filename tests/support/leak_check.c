/* SPDX-License-Identifier: MIT */
#include "leak_check.h"

#include <dirent.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { PATIENCE = 100 };

static void list_descriptors(bool open[LEAK_CHECK_FDS])
{
	DIR *directory = opendir("/proc/self/fd");
	const struct dirent *entry;
	long fd;

	assert_non_null(directory);
	memset(open, 0, LEAK_CHECK_FDS * sizeof(open[0]));
	while ((entry = readdir(directory)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		fd = strtol(entry->d_name, NULL, 10);
		if (fd >= 0 && fd < LEAK_CHECK_FDS && fd != dirfd(directory))
			open[fd] = true;
	}
	closedir(directory);
}

void leak_check_begin(struct leak_check *check)
{
	list_descriptors(check->open);
}

/* A thread that is ending may still have the C library look into /proc for it. */
static bool any_is_new(const struct leak_check *check, bool open[LEAK_CHECK_FDS])
{
	list_descriptors(open);
	for (int fd = 0; fd < LEAK_CHECK_FDS; fd++)
		if (open[fd] && !check->open[fd])
			return true;
	return false;
}

void leak_check_end(const struct leak_check *check)
{
	bool open[LEAK_CHECK_FDS];
	char link[32], target[256];
	ssize_t length;
	int fd, leaked = 0;

	for (int i = 0; i < PATIENCE && any_is_new(check, open); i++)
		(void)poll(NULL, 0, 10);
	for (fd = 0; fd < LEAK_CHECK_FDS; fd++) {
		if (!open[fd] || check->open[fd])
			continue;
		(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
		length = readlink(link, target, sizeof(target) - 1);
		target[length > 0 ? length : 0] = '\0';
		print_error("descriptor %d (%s) was left open\n", fd, target);
		leaked++;
	}
	if (leaked > 0)
		fail_msg("%d descriptors were left open", leaked);
}
