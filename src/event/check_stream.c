/* SPDX-License-Identifier: MIT */
/* Names of streams that hooks give. */
#include "event/check.h"

#include <string.h>

const char *cbf__fault_enumerate_named_streams(const struct cbf_enumerate_named_streams_event *event)
{
	const char *fault;

	if (!event->named_stream_found)
		return NULL;
	fault = cbf__name_fault(event->stream_name, event->stream_name_capacity);
	if (fault)
		return fault;
	if (strchr(event->stream_name, ':'))
		return "gave a name with a colon in it";
	return strlen(event->stream_name) > CBF_STREAM_NAME_MAX ? "gave a name that is longer than 250 bytes" : NULL;
}
