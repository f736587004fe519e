/* SPDX-License-Identifier: MIT */
/* rename(2), in one step and with all its rules, those of renameat2(2) among them. */
#ifndef MEMDRIVE_RENAME_H
#define MEMDRIVE_RENAME_H

#include <stdbool.h>

struct memdrive;

/* 0 or a negative errno, with nothing changed. */
int rename_path(struct memdrive *drive, const char *path, const char *new_path, bool no_replace, bool exchange);

#endif
