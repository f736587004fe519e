/* SPDX-License-Identifier: MIT */
#include "file.h"

#include "flags.h"
#include "memdrive.h"

#include <errno.h>

static int take(struct node *file, uint64_t pages)
{
	return space_take(&file->drive->space, &file->owners, pages * PAGE_BYTES, 0);
}

static void give(struct node *file, uint64_t pages)
{
	if (pages)
		space_give(&file->drive->space, &file->owners, pages * PAGE_BYTES, 0);
}

size_t file_read(struct node *file, uint64_t position, void *buffer, size_t length)
{
	uint64_t rest;

	pthread_rwlock_rdlock(&file->lock);
	rest = position < file->size ? file->size - position : 0;
	if (length > rest)
		length = (size_t)rest;
	content_read(&file->content, position, buffer, length);
	pthread_rwlock_unlock(&file->lock);
	if (length > 0)
		node_note_access(file);
	return length;
}

static void note_growth(struct node *file, uint64_t end)
{
	if (end > file->size)
		file->size = end;
	node_note_write(file);
}

/* Where bytes come from: a buffer, or a place in a file. */
struct origin {
	const char *buffer; /* or NULL */
	const struct content *content;
	uint64_t position;
};

static uint64_t missing_for(const struct node *file, uint64_t position, const struct origin *origin, uint64_t length)
{
	if (origin->buffer)
		return content_missing(&file->content, position, length);
	return content_copy_missing(&file->content, position, origin->content, origin->position, length);
}

static uint64_t fetch(struct node *file, uint64_t position, const struct origin *origin, uint64_t length)
{
	if (origin->buffer)
		return content_write(&file->content, position, origin->buffer, (size_t)length);
	return content_copy(&file->content, position, origin->content, origin->position, length);
}

static int store_whole(struct node *file, uint64_t position, const struct origin *origin, uint64_t length,
		       uint64_t *stored)
{
	uint64_t missing = missing_for(file, position, origin, length), pages = file->content.pages;
	int error = take(file, missing);

	if (error)
		return error;
	*stored = fetch(file, position, origin, length);
	give(file, missing - (file->content.pages - pages));
	return *stored > 0 ? 0 : -ENOMEM;
}

/* There is no space for all of it: as much as there is. */
static int store_in_parts(struct node *file, uint64_t position, struct origin origin, uint64_t length, uint64_t *stored)
{
	uint64_t sum = 0, part;
	int error = 0;

	while (sum < length) {
		part = PAGE_BYTES - (position + sum) % PAGE_BYTES;
		if (part > length - sum)
			part = length - sum;
		error = store_whole(file, position + sum, &origin, part, &part);
		if (error)
			break;
		sum += part;
		origin.position += part;
		if (origin.buffer)
			origin.buffer += part;
	}
	*stored = sum;
	return sum > 0 ? 0 : error;
}

/* Does a range end above the largest size? */
static bool is_too_far(uint64_t position, uint64_t length)
{
	return position > FILE_SIZE_MAX || length > FILE_SIZE_MAX - position;
}

static int store(struct node *file, uint64_t position, const struct origin *origin, uint64_t length, uint64_t *stored)
{
	int error = flags_check_write(file, position);

	if (error)
		return error;
	if (position >= FILE_SIZE_MAX)
		return -EFBIG;
	if (is_too_far(position, length))
		length = FILE_SIZE_MAX - position;
	error = store_whole(file, position, origin, length, stored);

	/* A stream is an attribute's value, which is there as a whole or not at all. */
	if ((error == -ENOSPC || error == -EDQUOT) && !file->is_stream)
		error = store_in_parts(file, position, *origin, length, stored);
	if (error == 0)
		note_growth(file, position + *stored);
	return error;
}

int file_write(struct node *file, uint64_t position, const void *buffer, size_t length, size_t *written)
{
	const struct origin origin = {.buffer = buffer};
	uint64_t stored = 0;
	int error = 0;

	if (length > 0) {
		pthread_rwlock_wrlock(&file->lock);
		error = store(file, position, &origin, length, &stored);
		pthread_rwlock_unlock(&file->lock);
	}
	*written = (size_t)stored;
	return error;
}

int file_copy(struct node *to, uint64_t position, struct node *from, uint64_t from_position, uint64_t length,
	      uint64_t *copied)
{
	const struct origin origin = {.content = &from->content, .position = from_position};
	struct node *nodes[NODE_SET_SIZE] = {to, from};
	uint64_t rest;
	int error = 0;

	*copied = 0;
	node_lock_all(nodes);
	rest = from_position < from->size ? from->size - from_position : 0;
	if (length > rest)
		length = rest;
	if (length > 0)
		error = store(to, position, &origin, length, copied);
	node_unlock_all(nodes);
	if (*copied > 0)
		node_note_access(from);
	return error;
}

static void resize(struct node *file, uint64_t size)
{
	uint64_t pages = file->content.pages;

	if (size <= file->size)
		content_cut(&file->content, size);
	file->size = size;
	node_note_write(file); /* also if it is the same: ftruncate(2) and O_TRUNC want that */
	give(file, pages - file->content.pages);
}

int file_resize(struct node *file, uint64_t size)
{
	int error;

	if (is_too_far(0, size))
		return -EFBIG;
	pthread_rwlock_wrlock(&file->lock);
	error = flags_check_change(file);
	if (error == 0)
		resize(file, size);
	pthread_rwlock_unlock(&file->lock);
	return error;
}
static int reserve(struct node *file, uint64_t position, uint64_t length)
{
	uint64_t missing = content_missing(&file->content, position, length);
	int error = is_too_far(position, length) ? -EFBIG : take(file, missing);

	if (error)
		return error;
	if (content_reserve(&file->content, position, length))
		return 0;
	give(file, missing);
	return -ENOMEM;
}

int file_reserve(struct node *file, uint64_t position, uint64_t length)
{
	int error;

	pthread_rwlock_wrlock(&file->lock);
	error = flags_check_touch(file);
	if (error == 0)
		error = reserve(file, position, length);
	if (error == 0)
		node_note_write(file);
	pthread_rwlock_unlock(&file->lock);
	return error;
}

static int zero(struct node *file, uint64_t position, uint64_t length, bool punch_hole)
{
	uint64_t pages;
	int error = is_too_far(position, length) ? -EFBIG : flags_check_change(file);

	if (error == 0 && !punch_hole)
		error = reserve(file, position, length);
	if (error)
		return error;
	/* Behind the end of the file there is nothing to keep. */
	if (punch_hole && position < file->size && position + length >= file->size)
		length = (position + length + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES - position;
	pages = file->content.pages;
	content_zero(&file->content, position, length, punch_hole);
	give(file, pages - file->content.pages);
	node_note_write(file);
	return 0;
}

int file_zero(struct node *file, uint64_t position, uint64_t length, bool punch_hole)
{
	int error;

	pthread_rwlock_wrlock(&file->lock);
	error = zero(file, position, length, punch_hole);
	pthread_rwlock_unlock(&file->lock);
	return error;
}

void file_invalidate(struct node *file, uint64_t position)
{
	pthread_rwlock_wrlock(&file->lock);
	if (position < file->size)
		content_zero(&file->content, position, file->size - position, false);
	node_note_write(file);
	pthread_rwlock_unlock(&file->lock);
}

uint64_t file_space(struct node *file)
{
	uint64_t pages;

	pthread_rwlock_rdlock(&file->lock);
	pages = file->content.pages;
	pthread_rwlock_unlock(&file->lock);
	return pages * PAGE_BYTES;
}

bool file_find_data(struct node *file, uint64_t position, uint64_t *start, uint64_t *length)
{
	uint64_t end;
	bool found;

	pthread_rwlock_rdlock(&file->lock);
	found = position < file->size && content_find_data(&file->content, position, start, &end) &&
		*start < file->size;
	if (found)
		*length = (end < file->size ? end : file->size) - *start;
	pthread_rwlock_unlock(&file->lock);
	return found;
}
