/* SPDX-License-Identifier: MIT */
/* Bytes that grow. Zero-initialised is an empty one. */
#ifndef CBF__BUFFER_H
#define CBF__BUFFER_H

#include <stdbool.h>
#include <stddef.h>

struct cbf__buffer {
	char *bytes;
	size_t length;
	size_t capacity;
};

void cbf__buffer_destroy(struct cbf__buffer *buffer);
/* Makes room for `extra` bytes behind length. False when memory is short; the buffer is as before then. */
bool cbf__buffer_reserve(struct cbf__buffer *buffer, size_t extra);
bool cbf__buffer_append(struct cbf__buffer *buffer, const void *bytes, size_t length);
/* Replaces the content by a string, the NUL included but not counted. */
bool cbf__buffer_set_string(struct cbf__buffer *buffer, const char *text);
/* Takes bytes off the front. */
void cbf__buffer_consume(struct cbf__buffer *buffer, size_t length);
/* Lets go of a large block, so that what was needed once is not kept for ever. */
void cbf__buffer_shrink(struct cbf__buffer *buffer, size_t capacity);

#endif
