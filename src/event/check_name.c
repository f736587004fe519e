/* SPDX-License-Identifier: MIT */
/* Names, paths and targets that hooks give. */
#include "event/check.h"

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

const char *cbf__name_fault(const char *name, size_t capacity)
{
	return cbf__name_is_good(name, capacity) ? NULL : bad_name(name, capacity);
}

const char *cbf__path_fault(const char *path, size_t capacity)
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

const char *cbf__fault_enumerate_hard_links(const struct cbf_enumerate_hard_links_event *event)
{
	return event->link_found ? cbf__name_fault(event->link_name, event->link_name_capacity) : NULL;
}

const char *cbf__fault_get_file_name_by_file_id(const struct cbf_get_file_name_by_file_id_event *event)
{
	return cbf__path_fault(event->file_path, event->file_path_capacity);
}

const char *cbf__fault_get_reparse_point(const struct cbf_get_reparse_point_event *event)
{
	return target_fault(event->target, event->target_capacity);
}
