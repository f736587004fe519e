/* SPDX-License-Identifier: MIT */
/*
 * Checks for the helper programs: a failed one says where, what and errno, and ends the program with status 1.
 * Each helper is run in a native directory too, so that a wrong expectation shows itself.
 */
#ifndef CHECK_H
#define CHECK_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static inline void __attribute__((noreturn, format(printf, 3, 4)))
check_failed(const char *file, int line, const char *format, ...)
{
	int error = errno;
	va_list args;

	fprintf(stderr, "%s:%d: ", file, line);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, " (errno %d: %s)\n", error, strerror(error));
	exit(1);
}

#define DIE(...) check_failed(__FILE__, __LINE__, __VA_ARGS__)

/* The condition must hold. */
#define CHECK(condition)                                                                                               \
	do {                                                                                                           \
		errno = 0;                                                                                             \
		if (!(condition))                                                                                      \
			DIE("%s: does not hold", #condition);                                                          \
	} while (0)

/* Two numbers must be equal. */
#define SAME(wanted, got)                                                                                              \
	do {                                                                                                           \
		errno = 0;                                                                                             \
		long long wanted_ = (long long)(wanted), got_ = (long long)(got);                                      \
		if (wanted_ != got_)                                                                                   \
			DIE("%s: is %lld, expected %lld", #got, got_, wanted_);                                        \
	} while (0)

/* The call must fail with that errno. */
#define FAILS(error, call)                                                                                             \
	do {                                                                                                           \
		errno = 0;                                                                                             \
		if ((call) != -1)                                                                                      \
			DIE("%s: succeeded, expected %s", #call, strerror(error));                                     \
		if (errno != (error))                                                                                  \
			DIE("%s: failed otherwise than with '%s'", #call, strerror(error));                            \
	} while (0)

#endif
