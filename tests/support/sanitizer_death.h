/* SPDX-License-Identifier: MIT */
/* What is to be done before a sanitizer ends the process, which runs no handler and no teardown. */
#ifndef SANITIZER_DEATH_H
#define SANITIZER_DEATH_H

#include <stddef.h>

/* A sanitizer's own; NULL in a build without one. */
extern void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));

static inline void before_sanitizer_death(void (*callback)(void))
{
	if (__sanitizer_set_death_callback)
		__sanitizer_set_death_callback(callback);
}

#endif
