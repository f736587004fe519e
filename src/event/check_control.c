/* SPDX-License-Identifier: MIT */
/* Answers about the volume, and to ioctls. */
#include "event/check.h"

#include <string.h>

const char *cbf__fault_get_volume_label(const struct cbf_get_volume_label_event *event)
{
	return memchr(event->label, '\0', event->label_capacity) ? NULL : "gave a label that is not terminated";
}

static const char *answer_fault(size_t bytes, size_t capacity, int value)
{
	if (bytes > capacity)
		return "gave more bytes than there is room for";
	return value < 0 ? "gave a return value below zero" : NULL;
}

const char *cbf__fault_fsctl(const struct cbf_fsctl_event *event)
{
	return answer_fault(event->bytes_returned, event->output_capacity, event->return_value);
}

const char *cbf__fault_ioctl(const struct cbf_ioctl_event *event)
{
	return answer_fault(event->bytes_returned, event->output_capacity, event->return_value);
}

const char *cbf__fault_get_default_quota_info(const struct cbf_get_default_quota_info_event *event)
{
	return event->control_flags & ~(uint32_t)(CBF_QUOTAS_TRACKED | CBF_QUOTAS_ENFORCED)
		       ? "gave control flags that do not exist"
		       : NULL;
}

const char *cbf__fault_query_compression_info(const struct cbf_query_compression_info_event *event)
{
	return event->compressed_file_size > INT64_MAX ? "gave a size that is negative" : NULL;
}
