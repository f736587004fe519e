/* SPDX-License-Identifier: MIT */
/* ACLs: kept as attributes of the names that Linux has for them, so that they are listed and count as these do; the
 * value is the entries as they came. */
#include "hooks.h"

#include "flags.h"
#include "node_attribute.h"

#include <errno.h>
#include <string.h>

static const char *name_of(unsigned security_information)
{
	return security_information == CBF_SECURITY_ACCESS_ACL ? "system.posix_acl_access" : "system.posix_acl_default";
}

void hook_get_file_security(struct cbf_volume *volume, struct cbf_get_file_security_event *event, void *user_data)
{
	const struct attribute *attribute;
	struct node *node;
	int error = path_or_context(user_data, event->file_name, event->file_context, &node);

	(void)volume;
	event->result_code = -error;
	if (error)
		return;
	pthread_rwlock_rdlock(&node->lock);
	attribute = attributes_find(&node->attributes, name_of(event->security_information));
	if (attribute) {
		memcpy(event->entries, attribute_value(attribute), attribute->value_length);
		event->entry_count = attribute->value_length / sizeof(*event->entries);
	}
	pthread_rwlock_unlock(&node->lock);
	node_release(node);
}

/* With the node locked. */
static int set(struct node *node, const char *name, const struct cbf_set_file_security_event *event)
{
	if (flags_check_change(node) != 0)
		return -EPERM;
	if (event->entry_count)
		return node_attribute_put(node, name, event->entries, event->entry_count * sizeof(*event->entries));
	if (attributes_find(&node->attributes, name))
		node_attribute_remove(node, name);
	return 0;
}

void hook_set_file_security(struct cbf_volume *volume, struct cbf_set_file_security_event *event, void *user_data)
{
	struct node *node = event->file_context;

	(void)volume;
	(void)user_data;
	pthread_rwlock_wrlock(&node->lock);
	event->result_code = -set(node, name_of(event->security_information), event);
	pthread_rwlock_unlock(&node->lock);
}
