/* SPDX-License-Identifier: MIT */
/* Hard links, FileIds and symbolic links. */
#include "event/trace.h"

#include <inttypes.h>

void cbf__trace_create_hard_link_inputs(struct cbf__line *line, const struct cbf_create_hard_link_event *event)
{
	cbf__line_add(line, " link_name=%.800s", event->link_name);
}

void cbf__trace_enumerate_hard_links_outputs(struct cbf__line *line, const struct cbf_enumerate_hard_links_event *event)
{
	if (event->link_found)
		cbf__line_add(line, " %s in %" PRIu64, event->link_name, event->parent_id);
	else
		cbf__line_add(line, " (no more)");
}

void cbf__trace_get_file_name_by_file_id_inputs(struct cbf__line *line,
						const struct cbf_get_file_name_by_file_id_event *event)
{
	cbf__line_add(line, " file_id=%" PRIu64, event->file_id);
}

void cbf__trace_get_file_name_by_file_id_outputs(struct cbf__line *line,
						 const struct cbf_get_file_name_by_file_id_event *event)
{
	cbf__line_add(line, " %s", event->file_path);
}

void cbf__trace_set_reparse_point_inputs(struct cbf__line *line, const struct cbf_set_reparse_point_event *event)
{
	cbf__line_add(line, " target=%.800s", event->target);
}

void cbf__trace_get_reparse_point_outputs(struct cbf__line *line, const struct cbf_get_reparse_point_event *event)
{
	cbf__line_add(line, " %s", event->target);
}
