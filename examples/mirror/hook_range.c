/* SPDX-License-Identifier: MIT */
/* Parts of files: each event is one system call on the file's descriptor. */
#define _GNU_SOURCE 1
#include "hooks.h"
#include "open_file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* 0 or an errno value, as the hooks answer. */
static int allocate(int fd, int mode, uint64_t position, uint64_t length)
{
	int failed;

	if (fd < 0)
		return -fd;
	do
		failed = fallocate(fd, mode, (off_t)position, (off_t)length);
	while (failed && errno == EINTR);
	return failed ? errno : 0;
}

/* The library changes the size, by SetFileSize, if it is to be changed. */
void hook_set_allocation_size(struct cbf_volume *volume, struct cbf_set_allocation_size_event *event, void *user_data)
{
	int fd = open_file_use(user_data, event->file_name, event->deleted, O_WRONLY, &event->file_context);

	(void)volume;
	event->result_code = allocate(fd, FALLOC_FL_KEEP_SIZE, event->position, event->length);
}

void hook_zeroize_file_range(struct cbf_volume *volume, struct cbf_zeroize_file_range_event *event, void *user_data)
{
	int fd = open_file_use(user_data, event->file_name, event->deleted, O_WRONLY, &event->file_context);
	int mode = event->punch_hole ? FALLOC_FL_PUNCH_HOLE : FALLOC_FL_ZERO_RANGE;

	(void)volume;
	event->result_code = allocate(fd, mode | FALLOC_FL_KEEP_SIZE, event->position, event->length);
}

/* The descriptor's own offset moves, which nothing else here uses. */
void hook_query_allocated_ranges(struct cbf_volume *volume, struct cbf_query_allocated_ranges_event *event,
				 void *user_data)
{
	const struct open_file *file = event->file_context;
	int access = file ? file->access : O_RDONLY; /* nothing is read: whatever there is will do */
	int fd = open_file_use(user_data, event->file_name, event->deleted, access, &event->file_context);
	off_t data, hole = -1;

	(void)volume;
	if (fd < 0) {
		event->result_code = -fd;
		return;
	}
	data = lseek(fd, (off_t)event->position, SEEK_DATA);
	if (data >= 0)
		hole = lseek(fd, data, SEEK_HOLE);
	/* ENXIO from the second one: somebody cut the file off in between, so that no data follows any more. */
	if (data < 0 || hole < 0) {
		event->result_code = errno == ENXIO ? 0 : errno;
		return;
	}
	event->range_found = hole > data;
	event->range_position = (uint64_t)data;
	event->range_length = event->range_found ? (uint64_t)(hole - data) : 0;
}

/* If SOURCE cannot do it (EXDEV, EOPNOTSUPP ...), the kernel copies by reading and writing. */
static void copy(int source, int target, struct cbf_offload_write_file_event *event)
{
	off_t from = (off_t)event->transfer_offset, to = (off_t)event->position;
	ssize_t count;

	do
		count = copy_file_range(source, &from, target, &to, event->copy_length, 0);
	while (count < 0 && errno == EINTR);
	if (count < 0)
		event->result_code = errno;
	else
		event->transfer_length = (uint64_t)count;
}

void hook_offload_write_file(struct cbf_volume *volume, struct cbf_offload_write_file_event *event, void *user_data)
{
	int target = open_file_use(user_data, event->file_name, event->deleted, O_WRONLY, &event->file_context);
	/* The source's own is read-only: a descriptor that we make here is closed here. */
	void *context = event->source_file_context;
	int source = open_file_use(user_data, event->source_file_name, event->source_deleted, O_RDONLY, &context);

	(void)volume;
	/* One file: its descriptor may just have been replaced by one that can be read as well. */
	if (target >= 0 && source >= 0 && context == event->file_context)
		target = source;
	if (target < 0 || source < 0)
		event->result_code = target < 0 ? -target : -source;
	else
		copy(source, target, event);
	if (context != event->source_file_context)
		open_file_free(context);
}
