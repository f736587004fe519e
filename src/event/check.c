/* SPDX-License-Identifier: MIT */
/*
 * The answers of hooks, checked before anything is done with them. A bad one is told to OnError and becomes EIO: it
 * must reach neither the kernel (which hangs on some) nor the tables of the library.
 */
#include "event/event.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

bool cbf__name_is_good(const char *name, size_t capacity)
{
	size_t length = strnlen(name, capacity);

	return length > 0 && length <= CBF_NAME_MAX && length < capacity && !memchr(name, '/', length) &&
	       strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

static const char *bad_name(const char *name, size_t capacity)
{
	size_t length = strnlen(name, capacity);

	if (length == capacity)
		return "gave a name that is not terminated";
	if (length == 0)
		return "gave an empty name";
	if (length > CBF_NAME_MAX)
		return "gave a name that is longer than 255 bytes";
	if (memchr(name, '/', length))
		return "gave a name with a slash in it";
	return "gave '.' or '..' as a name";
}

static const char *name_fault(const char *name, size_t capacity)
{
	return cbf__name_is_good(name, capacity) ? NULL : bad_name(name, capacity);
}

static bool time_is_good(const struct timespec *time)
{
	return time->tv_nsec >= 0 && time->tv_nsec < 1000000000L;
}

static bool type_is_good(mode_t mode)
{
	switch (mode & S_IFMT) {
	case 0:
	case S_IFREG:
	case S_IFDIR:
	case S_IFLNK:
	case S_IFIFO:
	case S_IFSOCK:
	case S_IFCHR:
	case S_IFBLK:
		return true;
	default:
		return false;
	}
}

static const char *info_fault(const struct cbf_file_info *info, unsigned requested)
{
	if ((requested & (CBF_INFO_ATTR | CBF_INFO_TYPE)) && !type_is_good(info->mode))
		return "gave a mode with an unknown file type";
	if ((requested & CBF_INFO_SIZE) && (info->size > INT64_MAX || info->allocation_size > INT64_MAX))
		return "gave a size that is negative";
	if ((requested & CBF_INFO_TIME) && (!time_is_good(&info->last_access_time) ||
					    !time_is_good(&info->last_write_time) || !time_is_good(&info->change_time)))
		return "gave a time whose nanoseconds are out of range";
	return NULL;
}

static const char *directory_entry_fault(const struct cbf_enumerate_directory_event *event)
{
	const char *fault;

	if (!event->file_found)
		return NULL;
	fault = name_fault(event->file_name, event->file_name_capacity);
	return fault ? fault : info_fault(event->info, event->requested_info);
}

static const char *path_fault(const char *path, size_t capacity)
{
	size_t length = strnlen(path, capacity);

	if (length == capacity)
		return "gave a path that is not terminated";
	if (path[0] != '/')
		return "gave a path that does not start with a slash";
	return NULL;
}

static const char *target_fault(const char *target, size_t capacity)
{
	size_t length = strnlen(target, capacity);

	if (length == capacity)
		return "gave a target that is not terminated";
	if (length == 0)
		return "gave an empty target";
	return length >= PATH_MAX ? "gave a target that is longer than 4095 bytes" : NULL;
}

/* The kernel fails the whole list for an empty name, and programs go astray on one without an end. */
static const char *ea_names_fault(const char *names, size_t length)
{
	size_t name;

	for (size_t i = 0; i < length; i += name + 1) {
		name = strnlen(names + i, length - i);
		if (name == length - i)
			return "gave a list whose last name is not terminated";
		if (name == 0)
			return "gave a list with an empty name in it";
		if (name > CBF_EA_NAME_MAX)
			return "gave a list with a name that is longer than 255 bytes";
	}
	return NULL;
}

static const char *ea_fault(const struct cbf_query_ea_event *event)
{
	if (event->ea_name && !event->ea_found)
		return NULL;
	if (event->length > event->buffer_capacity)
		return "gave more bytes than there is room for";
	return event->ea_name ? NULL : ea_names_fault(event->buffer, event->length);
}

/* A range that does not reach behind the position would be asked for again and again. */
static const char *range_fault(const struct cbf_query_allocated_ranges_event *event)
{
	if (!event->range_found)
		return NULL;
	if (event->range_length == 0)
		return "gave a range that is empty";
	if (event->range_position > INT64_MAX || event->range_length > INT64_MAX - event->range_position)
		return "gave a range that ends above the largest offset";
	if (event->range_position + event->range_length <= event->position)
		return "gave a range that ends before the position";
	return NULL;
}

static const char *fault_of(enum cbf__event_id id, const union cbf__event *event)
{
	switch (id) {
	case CBF__GET_FILE_INFO:
		return event->get_file_info.file_exists
			       ? info_fault(event->get_file_info.info, event->get_file_info.requested_info)
			       : NULL;
	case CBF__ENUMERATE_DIRECTORY:
		return directory_entry_fault(&event->enumerate_directory);
	case CBF__ENUMERATE_HARD_LINKS:
		return event->enumerate_hard_links.link_found
			       ? name_fault(event->enumerate_hard_links.link_name,
					    event->enumerate_hard_links.link_name_capacity)
			       : NULL;
	case CBF__GET_FILE_NAME_BY_FILE_ID:
		return path_fault(event->get_file_name_by_file_id.file_path,
				  event->get_file_name_by_file_id.file_path_capacity);
	case CBF__GET_REPARSE_POINT:
		return target_fault(event->get_reparse_point.target, event->get_reparse_point.target_capacity);
	case CBF__QUERY_EA:
		return ea_fault(&event->query_ea);
	case CBF__READ_FILE:
		return event->read_file.bytes_read > event->read_file.bytes_to_read
			       ? "gave more bytes than were asked for"
			       : NULL;
	case CBF__WRITE_FILE:
		return event->write_file.bytes_written > event->write_file.bytes_to_write
			       ? "wrote more bytes than it was given"
			       : NULL;
	case CBF__QUERY_ALLOCATED_RANGES:
		return range_fault(&event->query_allocated_ranges);
	case CBF__OFFLOAD_WRITE_FILE:
		return event->offload_write_file.transfer_length > event->offload_write_file.copy_length
			       ? "copied more bytes than were asked for"
			       : NULL;
	case CBF__GET_VOLUME_SIZE:
		return event->get_volume_size.available_sectors > event->get_volume_size.total_sectors
			       ? "gave more free than total sectors"
			       : NULL;
	default:
		return NULL;
	}
}

int cbf__check_answer(struct cbf_volume *volume, enum cbf__event_id id, union cbf__event *event, int result)
{
	const struct cbf__event_shape *shape = &cbf__event_shapes[id];
	const char *path = "";
	const char *fault;

	if (shape->path >= 0)
		memcpy(&path, (const char *)event + shape->path, sizeof(path));
	if (result < 0 || result > CBF_RESULT_MAX) {
		cbf__report(volume, EIO,
			    "%s %.300s: the hook answered result code %d, which is not in 0..%d; EIO is sent",
			    shape->name, path, result, CBF_RESULT_MAX);
		return EIO;
	}
	fault = result == 0 ? fault_of(id, event) : NULL;
	if (!fault)
		return result;
	cbf__report(volume, EIO, "%s %.300s: the hook %s; EIO is sent", shape->name, path, fault);
	return EIO;
}
