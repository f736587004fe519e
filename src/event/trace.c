/* SPDX-License-Identifier: MIT */
/* One line an event, as cbf_set_trace() promises: `Name path details -> result`. */
#include "event/trace.h"
#include "volume.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void cbf__line_add(struct cbf__line *line, const char *format, ...)
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

void cbf__trace(struct cbf_volume *volume, enum cbf__event_id id, const union cbf__event *event, int result)
{
	const struct cbf__hook *trace = &volume->registry.trace;
	const struct cbf__event_shape *shape = &cbf__event_shapes[id];
	struct cbf__line line = {.length = 0};
	const char *path;

	cbf__line_add(&line, "%s", shape->name);
	if (shape->path >= 0) {
		memcpy(&path, (const char *)event + shape->path, sizeof(path));
		cbf__line_add(&line, " %.800s", path); /* however long, the result comes behind it */
	}
	if (shape->trace_inputs)
		shape->trace_inputs(&line, event);
	cbf__line_add(&line, " -> %d", result);
	if (result == 0 && shape->trace_outputs)
		shape->trace_outputs(&line, event);
	((cbf_trace_function)trace->function)(volume, line.text, trace->user_data);
}
