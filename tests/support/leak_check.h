/* SPDX-License-Identifier: MIT */
/* Open descriptors before and after: what a test opened through the library must be closed again. */
#ifndef LEAK_CHECK_H
#define LEAK_CHECK_H

#include <stdbool.h>

enum { LEAK_CHECK_FDS = 1024 };

struct leak_check {
	bool open[LEAK_CHECK_FDS];
};

void leak_check_begin(struct leak_check *check);
/* Fails the test, naming each descriptor that is open now and was not at the beginning. */
void leak_check_end(const struct leak_check *check);

#endif
