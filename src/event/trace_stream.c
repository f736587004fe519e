/* SPDX-License-Identifier: MIT */
/* Named streams. */
#include "event/trace.h"

#include <inttypes.h>

void cbf__trace_enumerate_named_streams_outputs(struct cbf__line *line,
						const struct cbf_enumerate_named_streams_event *event)
{
	if (event->named_stream_found)
		cbf__line_add(line, " %s of %" PRIu64, event->stream_name, event->stream_size);
	else
		cbf__line_add(line, " (no more)");
}
