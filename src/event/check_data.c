/* SPDX-License-Identifier: MIT */
/* Content, ranges and attributes that hooks give, and how much of them. */
#include "event/check.h"

#include <string.h>

const char *cbf__fault_read_file(const struct cbf_read_file_event *event)
{
	return event->bytes_read > event->bytes_to_read ? "gave more bytes than were asked for" : NULL;
}

const char *cbf__fault_write_file(const struct cbf_write_file_event *event)
{
	return event->bytes_written > event->bytes_to_write ? "wrote more bytes than it was given" : NULL;
}

const char *cbf__fault_offload_write_file(const struct cbf_offload_write_file_event *event)
{
	return event->transfer_length > event->copy_length ? "copied more bytes than were asked for" : NULL;
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

const char *cbf__fault_query_ea(const struct cbf_query_ea_event *event)
{
	if (event->ea_name && !event->ea_found)
		return NULL;
	if (event->length > event->buffer_capacity)
		return "gave more bytes than there is room for";
	return event->ea_name ? NULL : ea_names_fault(event->buffer, event->length);
}

/* A range that does not reach behind the position would be asked for again and again. */
const char *cbf__fault_query_allocated_ranges(const struct cbf_query_allocated_ranges_event *event)
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
