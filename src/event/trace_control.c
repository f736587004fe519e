/* SPDX-License-Identifier: MIT */
/* The volume's label and id, ioctls. */
#include "event/trace.h"

#include <inttypes.h>

void cbf__trace_get_volume_id_outputs(struct cbf__line *line, const struct cbf_get_volume_id_event *event)
{
	cbf__line_add(line, " 0x%" PRIx64, event->volume_id);
}

void cbf__trace_get_volume_label_outputs(struct cbf__line *line, const struct cbf_get_volume_label_event *event)
{
	cbf__line_add(line, " %.255s", event->label);
}

void cbf__trace_set_volume_label_inputs(struct cbf__line *line, const struct cbf_set_volume_label_event *event)
{
	cbf__line_add(line, " label=%.255s", event->label);
}

static void add_inputs(struct cbf__line *line, unsigned code, size_t input, size_t output)
{
	cbf__line_add(line, " code=0x%x in=%zu out=%zu", code, input, output);
}

static void add_outputs(struct cbf__line *line, int value, size_t bytes)
{
	cbf__line_add(line, " value=%d bytes=%zu", value, bytes);
}

void cbf__trace_fsctl_inputs(struct cbf__line *line, const struct cbf_fsctl_event *event)
{
	add_inputs(line, event->code, event->input_length, event->output_capacity);
}

void cbf__trace_fsctl_outputs(struct cbf__line *line, const struct cbf_fsctl_event *event)
{
	add_outputs(line, event->return_value, event->bytes_returned);
}

void cbf__trace_ioctl_inputs(struct cbf__line *line, const struct cbf_ioctl_event *event)
{
	add_inputs(line, event->code, event->input_length, event->output_capacity);
}

void cbf__trace_ioctl_outputs(struct cbf__line *line, const struct cbf_ioctl_event *event)
{
	add_outputs(line, event->return_value, event->bytes_returned);
}
