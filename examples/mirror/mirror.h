/* SPDX-License-Identifier: MIT */
/*
 * A pass-through file system: what is in SOURCE, shown at MOUNTPOINT.
 *
 * Hooks are in hook_*.c, one file for a family of events; what they have in common is here. A function that can fail
 * returns a negative errno, which a hook turns around for its result_code.
 */
#ifndef MIRROR_MIRROR_H
#define MIRROR_MIRROR_H

#include "file_id.h"
#include "link_index.h"
#include "report.h"
#include "source.h"

#include <cbfuse/cbfuse.h>
#include <stdbool.h>
#include <stdint.h>

struct mirror {
	struct source source;
	struct file_id_space ids;
	struct link_index links;
	struct report report;
	bool is_root; /* we can give files to those who made them */
	bool is_background;
	bool routes; /* content goes between the kernel and SOURCE's files without hooks */
	unsigned sector_size;
};

int mirror_init(struct mirror *mirror, const char *source); /* 0 or a negative errno */
void mirror_destroy(struct mirror *mirror);

/* The id of the directory of a place. 0 or a negative errno. */
int mirror_directory_id(struct mirror *mirror, const struct place *place, uint64_t *id);

/* Tells the link index what is at a place now, if it wants to know; after a change. */
void mirror_note_entry(struct mirror *mirror, const struct place *place);
/* Tells it that a file no longer has that name. */
void mirror_note_removal(struct mirror *mirror, const struct place *place);

/* Fills info, with an id. is_root: the path was "/". */
void mirror_fill_info(struct mirror *mirror, struct cbf_file_info *info, const struct stat *st, bool is_root);
bool mirror_is_root_path(const char *path);

#endif
