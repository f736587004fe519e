/* SPDX-License-Identifier: MIT */
/*
 * Threads and processes, as /proc knows them. Each of these fails with -ENOENT if the thread has ended, or has begun
 * later than `since` says: its number is another's then.
 */
#ifndef CBF__PROCESS_H
#define CBF__PROCESS_H

#include <stddef.h>
#include <sys/types.h>
#include <time.h>

/* The clock that `since` is of: cheap, and a few milliseconds behind. */
void cbf__process_now(struct timespec *now);

int cbf__process_of_thread(pid_t thread, const struct timespec *since, pid_t *process);
/* -ERANGE: does not fit; -EACCES. */
int cbf__process_executable(pid_t thread, const struct timespec *since, char *path, size_t capacity);
/* *groups is to be freed. -ENOMEM. */
int cbf__process_groups(pid_t thread, const struct timespec *since, gid_t **groups, size_t *count);

#endif
