/* SPDX-License-Identifier: MIT */
/* Files, directories and names. */
#include "event/trace.h"

#include <inttypes.h>

void cbf__trace_open_file_inputs(struct cbf__line *line, const struct cbf_open_file_event *event)
{
	cbf__line_add(line, " flags=0x%x", (unsigned)event->flags);
}

void cbf__trace_create_file_inputs(struct cbf__line *line, const struct cbf_create_file_event *event)
{
	cbf__line_add(line, " mode=0%o flags=0x%x uid=%u gid=%u", (unsigned)event->mode, (unsigned)event->flags,
		      event->uid, event->gid);
}

void cbf__trace_close_file_inputs(struct cbf__line *line, const struct cbf_close_file_event *event)
{
	cbf__line_add(line, " pending_deletion=%d last_handle=%d", event->pending_deletion, event->last_handle);
}

void cbf__trace_set_file_attributes_inputs(struct cbf__line *line, const struct cbf_set_file_attributes_event *event)
{
	cbf__line_add(line, " valid=0x%x", event->valid);
}

void cbf__trace_get_file_info_outputs(struct cbf__line *line, const struct cbf_get_file_info_event *event)
{
	if (!event->file_exists)
		cbf__line_add(line, " (does not exist)");
}

void cbf__trace_delete_file_inputs(struct cbf__line *line, const struct cbf_delete_file_event *event)
{
	cbf__line_add(line, " last_name=%d is_open=%d", event->last_name, event->is_open);
}

void cbf__trace_rename_or_move_file_inputs(struct cbf__line *line, const struct cbf_rename_or_move_file_event *event)
{
	cbf__line_add(line, " new_file_name=%.800s%s%s", event->new_file_name, event->no_replace ? " no_replace" : "",
		      event->exchange ? " exchange" : "");
}

void cbf__trace_enumerate_directory_outputs(struct cbf__line *line, const struct cbf_enumerate_directory_event *event)
{
	if (event->file_found)
		cbf__line_add(line, " %s", event->file_name);
	else
		cbf__line_add(line, " (no more)");
}
