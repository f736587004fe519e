/* SPDX-License-Identifier: MIT */
/* Content, ranges and attributes. */
#include "event/trace.h"

#include <inttypes.h>

void cbf__trace_read_file_inputs(struct cbf__line *line, const struct cbf_read_file_event *event)
{
	cbf__line_add(line, " position=%" PRIu64 " bytes=%zu", event->position, event->bytes_to_read);
}

void cbf__trace_read_file_outputs(struct cbf__line *line, const struct cbf_read_file_event *event)
{
	cbf__line_add(line, " %zu", event->bytes_read);
}

void cbf__trace_write_file_inputs(struct cbf__line *line, const struct cbf_write_file_event *event)
{
	cbf__line_add(line, " position=%" PRIu64 " bytes=%zu", event->position, event->bytes_to_write);
}

void cbf__trace_write_file_outputs(struct cbf__line *line, const struct cbf_write_file_event *event)
{
	cbf__line_add(line, " %zu", event->bytes_written);
}

void cbf__trace_set_file_size_inputs(struct cbf__line *line, const struct cbf_set_file_size_event *event)
{
	cbf__line_add(line, " size=%" PRIu64, event->size);
}

void cbf__trace_set_allocation_size_inputs(struct cbf__line *line, const struct cbf_set_allocation_size_event *event)
{
	cbf__line_add(line, " position=%" PRIu64 " length=%" PRIu64, event->position, event->length);
}

void cbf__trace_zeroize_file_range_inputs(struct cbf__line *line, const struct cbf_zeroize_file_range_event *event)
{
	cbf__line_add(line, " position=%" PRIu64 " length=%" PRIu64 "%s", event->position, event->length,
		      event->punch_hole ? " punch_hole" : "");
}

void cbf__trace_query_allocated_ranges_inputs(struct cbf__line *line,
					      const struct cbf_query_allocated_ranges_event *event)
{
	cbf__line_add(line, " position=%" PRIu64, event->position);
}

void cbf__trace_query_allocated_ranges_outputs(struct cbf__line *line,
					       const struct cbf_query_allocated_ranges_event *event)
{
	if (event->range_found)
		cbf__line_add(line, " %" PRIu64 "+%" PRIu64, event->range_position, event->range_length);
	else
		cbf__line_add(line, " (no more)");
}

void cbf__trace_offload_write_file_inputs(struct cbf__line *line, const struct cbf_offload_write_file_event *event)
{
	cbf__line_add(line, " position=%" PRIu64 " source=%.800s transfer_offset=%" PRIu64 " bytes=%" PRIu64,
		      event->position, event->source_file_name, event->transfer_offset, event->copy_length);
}

void cbf__trace_offload_write_file_outputs(struct cbf__line *line, const struct cbf_offload_write_file_event *event)
{
	cbf__line_add(line, " %" PRIu64, event->transfer_length);
}

void cbf__trace_query_ea_inputs(struct cbf__line *line, const struct cbf_query_ea_event *event)
{
	if (event->ea_name)
		cbf__line_add(line, " ea_name=%.255s", event->ea_name);
}

void cbf__trace_query_ea_outputs(struct cbf__line *line, const struct cbf_query_ea_event *event)
{
	if (event->ea_name && !event->ea_found)
		cbf__line_add(line, " (does not exist)");
	else
		cbf__line_add(line, " %zu", event->length);
}

void cbf__trace_set_ea_inputs(struct cbf__line *line, const struct cbf_set_ea_event *event)
{
	cbf__line_add(line, " ea_name=%.255s", event->ea_name);
	if (event->remove)
		cbf__line_add(line, " remove");
	else
		cbf__line_add(line, " length=%zu%s%s", event->length, event->create ? " create" : "",
			      event->replace ? " replace" : "");
}

void cbf__trace_set_ea_outputs(struct cbf__line *line, const struct cbf_set_ea_event *event)
{
	if (!event->ea_found && (event->replace || event->remove))
		cbf__line_add(line, " (does not exist)");
}
