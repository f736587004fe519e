/* SPDX-License-Identifier: MIT */
/* ACLs. */
#include "event/trace.h"

static void add_kind(struct cbf__line *line, unsigned kind)
{
	cbf__line_add(line, " %s", kind == CBF_SECURITY_ACCESS_ACL ? "access" : "default");
}

void cbf__trace_get_file_security_inputs(struct cbf__line *line, const struct cbf_get_file_security_event *event)
{
	add_kind(line, event->security_information);
}

void cbf__trace_get_file_security_outputs(struct cbf__line *line, const struct cbf_get_file_security_event *event)
{
	cbf__line_add(line, " %zu entries", event->entry_count);
}

void cbf__trace_set_file_security_inputs(struct cbf__line *line, const struct cbf_set_file_security_event *event)
{
	add_kind(line, event->security_information);
	cbf__line_add(line, " %zu entries", event->entry_count);
}

void cbf__trace_check_access_inputs(struct cbf__line *line, const struct cbf_check_access_event *event)
{
	cbf__line_add(line, " access=0x%x uid=%u gid=%u", event->desired_access, (unsigned)event->uid,
		      (unsigned)event->gid);
}
