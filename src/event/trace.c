/* SPDX-License-Identifier: MIT */
/* One line an event, as cbf_set_trace() promises: `Name path details -> result`. */
#include "event/event.h"
#include "volume.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct line {
	char text[2048];
	size_t length;
};

static void add(struct line *line, const char *format, ...) CBF_PRINTF(2, 3);

static void add(struct line *line, const char *format, ...)
{
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(line->text + line->length, sizeof(line->text) - line->length, format, arguments);
	va_end(arguments);
	if (length > 0)
		line->length += (size_t)length;
	if (line->length >= sizeof(line->text))
		line->length = sizeof(line->text) - 1;
}

static void add_set_ea(struct line *line, const struct cbf_set_ea_event *event)
{
	add(line, " ea_name=%.255s", event->ea_name);
	if (event->remove)
		add(line, " remove");
	else
		add(line, " length=%zu%s%s", event->length, event->create ? " create" : "",
		    event->replace ? " replace" : "");
}

static void add_query_ea(struct line *line, const struct cbf_query_ea_event *event)
{
	if (event->ea_name && !event->ea_found)
		add(line, " (does not exist)");
	else
		add(line, " %zu", event->length);
}

static void add_inputs(struct line *line, enum cbf__event_id id, const union cbf__event *event)
{
	switch (id) {
	case CBF__OPEN_FILE:
		add(line, " flags=0x%x", (unsigned)event->open_file.flags);
		break;
	case CBF__CREATE_FILE:
		add(line, " mode=0%o flags=0x%x uid=%u gid=%u", (unsigned)event->create_file.mode,
		    (unsigned)event->create_file.flags, event->create_file.uid, event->create_file.gid);
		break;
	case CBF__CLOSE_FILE:
		add(line, " pending_deletion=%d last_handle=%d", event->close_file.pending_deletion,
		    event->close_file.last_handle);
		break;
	case CBF__READ_FILE:
		add(line, " position=%" PRIu64 " bytes=%zu", event->read_file.position, event->read_file.bytes_to_read);
		break;
	case CBF__WRITE_FILE:
		add(line, " position=%" PRIu64 " bytes=%zu", event->write_file.position,
		    event->write_file.bytes_to_write);
		break;
	case CBF__SET_FILE_SIZE:
		add(line, " size=%" PRIu64, event->set_file_size.size);
		break;
	case CBF__SET_ALLOCATION_SIZE:
		add(line, " position=%" PRIu64 " length=%" PRIu64, event->set_allocation_size.position,
		    event->set_allocation_size.length);
		break;
	case CBF__ZEROIZE_FILE_RANGE:
		add(line, " position=%" PRIu64 " length=%" PRIu64 "%s", event->zeroize_file_range.position,
		    event->zeroize_file_range.length, event->zeroize_file_range.punch_hole ? " punch_hole" : "");
		break;
	case CBF__QUERY_ALLOCATED_RANGES:
		add(line, " position=%" PRIu64, event->query_allocated_ranges.position);
		break;
	case CBF__OFFLOAD_WRITE_FILE:
		add(line, " position=%" PRIu64 " source=%.800s transfer_offset=%" PRIu64 " bytes=%" PRIu64,
		    event->offload_write_file.position, event->offload_write_file.source_file_name,
		    event->offload_write_file.transfer_offset, event->offload_write_file.copy_length);
		break;
	case CBF__SET_FILE_ATTRIBUTES:
		add(line, " valid=0x%x", event->set_file_attributes.valid);
		break;
	case CBF__CREATE_HARD_LINK:
		add(line, " link_name=%.800s", event->create_hard_link.link_name);
		break;
	case CBF__GET_FILE_NAME_BY_FILE_ID:
		add(line, " file_id=%" PRIu64, event->get_file_name_by_file_id.file_id);
		break;
	case CBF__SET_REPARSE_POINT:
		add(line, " target=%.800s", event->set_reparse_point.target);
		break;
	case CBF__QUERY_EA:
		if (event->query_ea.ea_name)
			add(line, " ea_name=%.255s", event->query_ea.ea_name);
		break;
	case CBF__SET_EA:
		add_set_ea(line, &event->set_ea);
		break;
	case CBF__DELETE_FILE:
		add(line, " last_name=%d is_open=%d", event->delete_file.last_name, event->delete_file.is_open);
		break;
	case CBF__RENAME_OR_MOVE_FILE:
		add(line, " new_file_name=%.800s%s%s", event->rename_or_move_file.new_file_name,
		    event->rename_or_move_file.no_replace ? " no_replace" : "",
		    event->rename_or_move_file.exchange ? " exchange" : "");
		break;
	default:
		break;
	}
}

static void add_outputs(struct line *line, enum cbf__event_id id, const union cbf__event *event)
{
	switch (id) {
	case CBF__GET_FILE_INFO:
		if (!event->get_file_info.file_exists)
			add(line, " (does not exist)");
		break;
	case CBF__ENUMERATE_DIRECTORY:
		if (event->enumerate_directory.file_found)
			add(line, " %s", event->enumerate_directory.file_name);
		else
			add(line, " (no more)");
		break;
	case CBF__ENUMERATE_HARD_LINKS:
		if (event->enumerate_hard_links.link_found)
			add(line, " %s in %" PRIu64, event->enumerate_hard_links.link_name,
			    event->enumerate_hard_links.parent_id);
		else
			add(line, " (no more)");
		break;
	case CBF__GET_FILE_NAME_BY_FILE_ID:
		add(line, " %s", event->get_file_name_by_file_id.file_path);
		break;
	case CBF__GET_REPARSE_POINT:
		add(line, " %s", event->get_reparse_point.target);
		break;
	case CBF__QUERY_EA:
		add_query_ea(line, &event->query_ea);
		break;
	case CBF__SET_EA:
		if (!event->set_ea.ea_found && (event->set_ea.replace || event->set_ea.remove))
			add(line, " (does not exist)");
		break;
	case CBF__READ_FILE:
		add(line, " %zu", event->read_file.bytes_read);
		break;
	case CBF__WRITE_FILE:
		add(line, " %zu", event->write_file.bytes_written);
		break;
	case CBF__QUERY_ALLOCATED_RANGES:
		if (event->query_allocated_ranges.range_found)
			add(line, " %" PRIu64 "+%" PRIu64, event->query_allocated_ranges.range_position,
			    event->query_allocated_ranges.range_length);
		else
			add(line, " (no more)");
		break;
	case CBF__OFFLOAD_WRITE_FILE:
		add(line, " %" PRIu64, event->offload_write_file.transfer_length);
		break;
	default:
		break;
	}
}

void cbf__trace(struct cbf_volume *volume, enum cbf__event_id id, const union cbf__event *event, int result)
{
	const struct cbf__hook *trace = &volume->registry.trace;
	const struct cbf__event_shape *shape = &cbf__event_shapes[id];
	struct line line = {.length = 0};
	const char *path;

	add(&line, "%s", shape->name);
	if (shape->path >= 0) {
		memcpy(&path, (const char *)event + shape->path, sizeof(path));
		add(&line, " %.800s", path); /* however long, the result comes behind it */
	}
	add_inputs(&line, id, event);
	add(&line, " -> %d", result);
	if (result == 0)
		add_outputs(&line, id, event);
	((cbf_trace_function)trace->function)(volume, line.text, trace->user_data);
}
