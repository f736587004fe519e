/* SPDX-License-Identifier: MIT */
/*
 * The content of regular files, within the limits. Each locks what it needs, and keeps sizes and times.
 */
#ifndef MEMDRIVE_FILE_H
#define MEMDRIVE_FILE_H

#include "node.h"

/* The largest size of a file, as ext4 has it. What would go above it is -EFBIG (of a write only what does). */
#define FILE_SIZE_MAX ((UINT64_C(1) << 44) - PAGE_BYTES)

/* How many bytes: fewer where the file ends. */
size_t file_read(struct node *file, uint64_t position, void *buffer, size_t length);
/* 0 if at least one byte could be written (*written says how many), -ENOSPC, -EDQUOT, -ENOMEM, -EFBIG. */
int file_write(struct node *file, uint64_t position, const void *buffer, size_t length, size_t *written);
/* From one file to another, or inside of one; the same results. */
int file_copy(struct node *to, uint64_t position, struct node *from, uint64_t from_position, uint64_t length,
	      uint64_t *copied);

int file_resize(struct node *file, uint64_t size);
/* Space for a range: 0, -ENOSPC, -EDQUOT, -ENOMEM, -EFBIG. */
int file_reserve(struct node *file, uint64_t position, uint64_t length);
/* Zeros; punch_hole: and the space is given back, else it is kept or reserved. The same results. */
int file_zero(struct node *file, uint64_t position, uint64_t length, bool punch_hole);

/* From there to the end it reads as zeros; the space stays. */
void file_invalidate(struct node *file, uint64_t position);
/* How many bytes of space its content takes. */
uint64_t file_space(struct node *file);

/* The first range with data that ends after `position`. False: there is none. */
bool file_find_data(struct node *file, uint64_t position, uint64_t *start, uint64_t *length);

#endif
