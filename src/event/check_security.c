/* SPDX-License-Identifier: MIT */
/* ACLs that hooks give. */
#include "base/acl.h"
#include "event/check.h"

const char *cbf__fault_get_file_security(const struct cbf_get_file_security_event *event)
{
	return cbf__acl_fault(event->entries, event->entry_count);
}
