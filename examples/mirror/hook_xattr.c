/* SPDX-License-Identifier: MIT */
/*
 * Extended attributes, passed through. The system calls that take a descriptor refuse one that is O_PATH, and that is
 * all that there is of a symbolic link: /proc leads from any descriptor to the very file, and follows nothing more.
 */
#define _GNU_SOURCE 1
#include "hooks.h"
#include "open_file.h"

#include <errno.h>
#include <sys/xattr.h>

void hook_query_ea(struct cbf_volume *volume, struct cbf_query_ea_event *event, void *user_data)
{
	char path[SOURCE_FD_PATH_SIZE];
	struct borrowed_fd file;
	int error = borrowed_fd_get(user_data, event->file_name, event->deleted, event->file_context, &file);
	ssize_t length;

	(void)volume;
	if (error) {
		event->result_code = -error;
		return;
	}
	source_fd_path(file.fd, path);
	if (event->ea_name)
		length = getxattr(path, event->ea_name, event->buffer, event->buffer_capacity);
	else
		length = listxattr(path, event->buffer, event->buffer_capacity);
	if (length >= 0) {
		event->ea_found = true;
		event->length = (size_t)length;
	} else if (errno != ENODATA) {
		event->result_code = errno;
	}
	borrowed_fd_release(&file);
}

static int change(const char *path, const struct cbf_set_ea_event *event)
{
	int flags = (event->create ? XATTR_CREATE : 0) | (event->replace ? XATTR_REPLACE : 0);

	if (event->remove)
		return removexattr(path, event->ea_name) == 0 ? 0 : errno;
	return setxattr(path, event->ea_name, event->value, event->length, flags) == 0 ? 0 : errno;
}

void hook_set_ea(struct cbf_volume *volume, struct cbf_set_ea_event *event, void *user_data)
{
	char path[SOURCE_FD_PATH_SIZE];
	struct borrowed_fd file;
	int error = borrowed_fd_get(user_data, event->file_name, event->deleted, event->file_context, &file);

	(void)volume;
	if (error) {
		event->result_code = -error;
		return;
	}
	source_fd_path(file.fd, path);
	event->result_code = change(path, event);
	if (event->result_code == ENODATA) {
		event->result_code = 0;
		event->ea_found = false;
	}
	borrowed_fd_release(&file);
}
