/* SPDX-License-Identifier: MIT */
#include "base/buffer.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void cbf__buffer_destroy(struct cbf__buffer *buffer)
{
	free(buffer->bytes);
	memset(buffer, 0, sizeof(*buffer));
}

bool cbf__buffer_reserve(struct cbf__buffer *buffer, size_t extra)
{
	size_t capacity = buffer->capacity ? buffer->capacity : 256;
	char *bytes;

	if (extra <= buffer->capacity - buffer->length)
		return true;
	if (extra > SIZE_MAX / 4 || buffer->length > SIZE_MAX / 4)
		return false;
	while (capacity < buffer->length + extra)
		capacity *= 2;
	bytes = realloc(buffer->bytes, capacity);
	if (!bytes)
		return false;
	buffer->bytes = bytes;
	buffer->capacity = capacity;
	return true;
}

bool cbf__buffer_append(struct cbf__buffer *buffer, const void *bytes, size_t length)
{
	if (!cbf__buffer_reserve(buffer, length))
		return false;
	if (length)
		memcpy(buffer->bytes + buffer->length, bytes, length);
	buffer->length += length;
	return true;
}

bool cbf__buffer_set_string(struct cbf__buffer *buffer, const char *text)
{
	size_t length = strlen(text);

	buffer->length = 0;
	if (!cbf__buffer_append(buffer, text, length + 1))
		return false;
	buffer->length = length;
	return true;
}

void cbf__buffer_consume(struct cbf__buffer *buffer, size_t length)
{
	if (length == 0)
		return;
	memmove(buffer->bytes, buffer->bytes + length, buffer->length - length);
	buffer->length -= length;
}

void cbf__buffer_shrink(struct cbf__buffer *buffer, size_t capacity)
{
	buffer->length = 0;
	if (buffer->capacity > capacity)
		cbf__buffer_destroy(buffer);
}
