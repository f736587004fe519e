/* SPDX-License-Identifier: MIT */
/*
 * Where errors are told: on stderr, and once the program is in the background, in the system's log.
 */
#ifndef MEMDRIVE_REPORT_H
#define MEMDRIVE_REPORT_H

#include <stdatomic.h>
#include <stdbool.h>

struct report {
	atomic_bool uses_log;
};

__attribute__((format(printf, 2, 3))) void report_error(struct report *report, const char *format, ...);
void report_use_log(struct report *report);

#endif
