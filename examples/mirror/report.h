/* SPDX-License-Identifier: MIT */
/*
 * Where errors are told: the error output that the program was started with, and once it is in the background, the
 * system's log.
 */
#ifndef MIRROR_REPORT_H
#define MIRROR_REPORT_H

#include <pthread.h>

struct report {
	pthread_mutex_t lock;
	int fd; /* -1: the system's log */
};

void report_init(struct report *report);
void report_destroy(struct report *report);

__attribute__((format(printf, 2, 3))) void report_error(struct report *report, const char *format, ...);

/* Lets go of the terminal or pipe that the program was started with, so that nobody waits for its end. */
void report_detach(struct report *report);

#endif
