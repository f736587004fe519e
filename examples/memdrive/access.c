/* SPDX-License-Identifier: MIT */
#include "access.h"

#include <cbfuse/event_security.h>
#include <string.h>

enum { ROOT = 0, ALL_EXECUTE = 0111, CLASS_BITS = 3 };

bool access_is_member(const struct access_caller *caller, gid_t gid)
{
	if (caller->gid == gid)
		return true;
	for (size_t i = 0; i < caller->group_count; i++)
		if (caller->groups[i] == gid)
			return true;
	return false;
}

bool access_is_owner(const struct node *node, const struct access_caller *caller)
{
	return caller->uid == ROOT || caller->uid == node->uid;
}

/* To execute a file, root as well needs somebody who may. */
static bool root_may(const struct node *node, unsigned wanted)
{
	return !(wanted & ACCESS_EXECUTE) || node_is(node, S_IFDIR) || (node->mode & ALL_EXECUTE);
}

static unsigned class_bits(const struct node *node, unsigned class)
{
	return node->mode >> (class * CLASS_BITS) & 7;
}

struct acl {
	const char *bytes; /* entries, at whatever address */
	size_t count;
};

static struct cbf_acl_entry entry_of(const struct acl *acl, size_t i)
{
	struct cbf_acl_entry entry;

	memcpy(&entry, acl->bytes + i * sizeof(entry), sizeof(entry));
	return entry;
}

/* The rights of the first entry with that tag and id; false: there is none. */
static bool find(const struct acl *acl, uint16_t tag, uint32_t id, unsigned *permissions)
{
	struct cbf_acl_entry entry;

	for (size_t i = 0; i < acl->count; i++) {
		entry = entry_of(acl, i);
		if (entry.tag != tag || (tag == CBF_ACL_USER && entry.id != id))
			continue;
		*permissions = entry.permissions;
		return true;
	}
	return false;
}

static unsigned mask_of(const struct acl *acl)
{
	unsigned mask = 7;

	(void)find(acl, CBF_ACL_MASK, 0, &mask);
	return mask;
}

static bool is_of_group(const struct node *node, const struct cbf_acl_entry *entry, const struct access_caller *caller)
{
	if (entry->tag == CBF_ACL_GROUP_OBJ)
		return access_is_member(caller, node->gid);
	return entry->tag == CBF_ACL_GROUP && access_is_member(caller, entry->id);
}

/* One of the groups must have all of it. *matched: the caller is in one of them, so that he is none of the others. */
static bool groups_allow(const struct node *node, const struct acl *acl, const struct access_caller *caller,
			 unsigned wanted, bool *matched)
{
	unsigned mask = mask_of(acl);
	struct cbf_acl_entry entry;

	*matched = false;
	for (size_t i = 0; i < acl->count; i++) {
		entry = entry_of(acl, i);
		if (!is_of_group(node, &entry, caller))
			continue;
		*matched = true;
		if ((wanted & ~(entry.permissions & mask)) == 0)
			return true;
	}
	return false;
}

static bool acl_allows(const struct node *node, const struct acl *acl, const struct access_caller *caller,
		       unsigned wanted)
{
	unsigned permissions;
	bool matched;

	if (find(acl, CBF_ACL_USER, caller->uid, &permissions))
		return (wanted & ~(permissions & mask_of(acl))) == 0;
	if (groups_allow(node, acl, caller, wanted, &matched))
		return true;
	return !matched && (wanted & ~class_bits(node, 0)) == 0;
}

static bool mode_allows(const struct node *node, const struct access_caller *caller, unsigned wanted)
{
	return (wanted & ~class_bits(node, access_is_member(caller, node->gid) ? 1 : 0)) == 0;
}

bool access_allows(const struct node *node, const struct access_caller *caller, unsigned wanted)
{
	const struct attribute *attribute;
	struct acl acl;

	if (caller->uid == ROOT)
		return root_may(node, wanted);
	if (caller->uid == node->uid)
		return (wanted & ~class_bits(node, 2)) == 0;
	attribute = attributes_find(&node->attributes, "system.posix_acl_access");
	if (!attribute)
		return mode_allows(node, caller, wanted);
	acl.bytes = attribute_value(attribute);
	acl.count = attribute->value_length / sizeof(struct cbf_acl_entry);
	return acl_allows(node, &acl, caller, wanted);
}
