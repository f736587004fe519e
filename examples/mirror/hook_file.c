/* SPDX-License-Identifier: MIT */
/* Open, close, and what goes through a descriptor. */
#define _GNU_SOURCE 1
#include "hooks.h"
#include "open_file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

void hook_open_file(struct cbf_volume *volume, struct cbf_open_file_event *event, void *user_data)
{
	const struct mirror *mirror = user_data;
	int access = event->flags & O_ACCMODE, error;

	/* With O_PATH nothing will be read or written: the hooks that follow go by path. */
	if (event->file_context || (event->flags & O_PATH))
		return;
	error = open_file_open(mirror, event->file_name, access, &event->file_context);
	if (error == 0)
		open_file_route(volume, mirror, event->file_context);
	event->result_code = -error;
}

void hook_close_file(struct cbf_volume *volume, struct cbf_close_file_event *event, void *user_data)
{
	(void)volume;
	(void)user_data;
	if (!event->last_handle)
		return;
	open_file_free(event->file_context);
	event->file_context = NULL;
}

void hook_read_file(struct cbf_volume *volume, struct cbf_read_file_event *event, void *user_data)
{
	int fd = open_file_use(user_data, event->file_name, event->deleted, O_RDONLY, &event->file_context);
	char *buffer = event->buffer;

	(void)volume;
	if (fd < 0) {
		event->result_code = -fd;
		return;
	}
	while (event->bytes_read < event->bytes_to_read) {
		ssize_t count = pread(fd, buffer + event->bytes_read, event->bytes_to_read - event->bytes_read,
				      (off_t)(event->position + event->bytes_read));

		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0 && event->bytes_read == 0)
			event->result_code = errno;
		if (count <= 0) /* after a part, the next read will meet the error again */
			return;
		event->bytes_read += (size_t)count;
	}
}

void hook_write_file(struct cbf_volume *volume, struct cbf_write_file_event *event, void *user_data)
{
	int fd = open_file_use(user_data, event->file_name, event->deleted, O_WRONLY, &event->file_context);
	const char *buffer = event->buffer;

	(void)volume;
	if (fd < 0) {
		event->result_code = -fd;
		return;
	}
	while (event->bytes_written < event->bytes_to_write) {
		ssize_t count = pwrite(fd, buffer + event->bytes_written, event->bytes_to_write - event->bytes_written,
				       (off_t)(event->position + event->bytes_written));

		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0 && event->bytes_written == 0)
			event->result_code = errno;
		if (count <= 0)
			return;
		event->bytes_written += (size_t)count;
	}
}

void hook_set_file_size(struct cbf_volume *volume, struct cbf_set_file_size_event *event, void *user_data)
{
	int fd = open_file_use(user_data, event->file_name, event->deleted, O_WRONLY, &event->file_context);

	(void)volume;
	if (fd < 0)
		event->result_code = -fd;
	else if (ftruncate(fd, (off_t)event->size) != 0)
		event->result_code = errno;
}

void hook_flush_file(struct cbf_volume *volume, struct cbf_flush_file_event *event, void *user_data)
{
	void *context =
		event->file_context; /* the event's own is read-only: a descriptor that we make here is closed here */
	int fd = open_file_use(user_data, event->file_name, event->deleted, O_RDONLY, &context);

	(void)volume;
	if (fd < 0)
		event->result_code = -fd;
	else if ((event->data_only ? fdatasync(fd) : fsync(fd)) != 0)
		event->result_code = errno;
	if (context != event->file_context)
		open_file_free(context);
}
