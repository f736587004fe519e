/* SPDX-License-Identifier: MIT */
/* Object ids, quotas, valid data length, compressed size. */
#include "event/trace.h"

#include <inttypes.h>

void cbf__trace_get_object_id_inputs(struct cbf__line *line, const struct cbf_get_object_id_event *event)
{
	if (event->should_create)
		cbf__line_add(line, " should_create");
}

static void add_id(struct cbf__line *line, const uint8_t *id)
{
	cbf__line_add(line, " ");
	for (size_t i = 0; i < CBF_OBJECT_ID_SIZE; i++)
		cbf__line_add(line, "%02x", id[i]);
}

void cbf__trace_get_object_id_outputs(struct cbf__line *line, const struct cbf_get_object_id_event *event)
{
	if (event->object_id_found)
		add_id(line, event->object_id);
	else
		cbf__line_add(line, " (has none)");
}

void cbf__trace_set_object_id_inputs(struct cbf__line *line, const struct cbf_set_object_id_event *event)
{
	if (event->only_extended_info)
		cbf__line_add(line, " only_extended_info");
	else
		add_id(line, event->object_id);
}

void cbf__trace_query_quotas_inputs(struct cbf__line *line, const struct cbf_query_quotas_event *event)
{
	cbf__line_add(line, " kind=%u %s=%u", event->kind, event->by_id ? "id" : "index",
		      event->by_id ? event->id : event->index);
}

void cbf__trace_query_quotas_outputs(struct cbf__line *line, const struct cbf_query_quotas_event *event)
{
	if (event->quota_found)
		cbf__line_add(line, " id=%u used=%" PRIu64 " threshold=%" PRIu64 " limit=%" PRIu64, event->owner_id,
			      event->quota_used, event->quota_threshold, event->quota_limit);
	else
		cbf__line_add(line, " (none)");
}

void cbf__trace_set_quotas_inputs(struct cbf__line *line, const struct cbf_set_quotas_event *event)
{
	cbf__line_add(line, " kind=%u id=%u", event->kind, event->id);
	if (event->remove)
		cbf__line_add(line, " remove");
	else
		cbf__line_add(line, " threshold=%" PRIu64 " limit=%" PRIu64, event->quota_threshold,
			      event->quota_limit);
}

void cbf__trace_get_default_quota_info_outputs(struct cbf__line *line,
					       const struct cbf_get_default_quota_info_event *event)
{
	cbf__line_add(line, " threshold=%" PRIu64 " limit=%" PRIu64 " flags=0x%x", event->default_quota_threshold,
		      event->default_quota_limit, event->control_flags);
}

void cbf__trace_set_default_quota_info_inputs(struct cbf__line *line,
					      const struct cbf_set_default_quota_info_event *event)
{
	cbf__line_add(line, " threshold=%" PRIu64 " limit=%" PRIu64 " flags=0x%x", event->default_quota_threshold,
		      event->default_quota_limit, event->control_flags);
}

void cbf__trace_set_valid_data_length_inputs(struct cbf__line *line,
					     const struct cbf_set_valid_data_length_event *event)
{
	cbf__line_add(line, " valid_data_length=%" PRIu64, event->valid_data_length);
}

void cbf__trace_query_compression_info_outputs(struct cbf__line *line,
					       const struct cbf_query_compression_info_event *event)
{
	cbf__line_add(line, " %" PRIu64, event->compressed_file_size);
}
