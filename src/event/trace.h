/* SPDX-License-Identifier: MIT */
/*
 * The details of trace lines, for each event as its line in events.def says: inputs stand before the result, outputs
 * behind it (if it is 0). One file a family: trace_*.c.
 */
#ifndef CBF__TRACE_H
#define CBF__TRACE_H

#include "event/event.h"

struct cbf__line {
	char text[2048];
	size_t length;
};

/* What does not fit is cut off. */
void cbf__line_add(struct cbf__line *line, const char *format, ...) CBF_PRINTF(2, 3);

#define EVENT(id, Name, name, ...)                                                                                     \
	void cbf__trace_##name##_inputs(struct cbf__line *line, const struct cbf_##name##_event *event);               \
	void cbf__trace_##name##_outputs(struct cbf__line *line, const struct cbf_##name##_event *event);
#include "event/events.def"
#undef EVENT

#endif
