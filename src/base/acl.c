/* SPDX-License-Identifier: MIT */
#include "base/acl.h"

#include <endian.h>
#include <errno.h>
#include <linux/posix_acl_xattr.h>
#include <string.h>

enum { ALL_PERMISSIONS = 7, USER_SHIFT = 6, GROUP_SHIFT = 3 };

_Static_assert(sizeof(struct posix_acl_xattr_header) + CBF_ACL_ENTRY_MAX * sizeof(struct posix_acl_xattr_entry) ==
		       CBF__ACL_BYTES_MAX,
	       "the kernel's layout");

static bool has_id(unsigned tag)
{
	return tag == CBF_ACL_USER || tag == CBF_ACL_GROUP;
}

static bool is_tag(unsigned tag)
{
	return tag && !(tag & (tag - 1)) && tag <= CBF_ACL_OTHER;
}

/* Of one and the same tag, not those with an id. */
static bool follows(const struct cbf_acl_entry *before, const struct cbf_acl_entry *entry)
{
	return entry->tag > before->tag || (entry->tag == before->tag && has_id(entry->tag));
}

static bool is_repeated(const struct cbf_acl_entry *entries, size_t at)
{
	for (size_t i = at; has_id(entries[at].tag) && i-- > 0 && entries[i].tag == entries[at].tag;)
		if (entries[i].id == entries[at].id)
			return true;
	return false;
}

static const char *entry_fault(const struct cbf_acl_entry *entries, size_t at)
{
	if (!is_tag(entries[at].tag))
		return "gave an ACL entry with a tag that does not exist";
	if (entries[at].permissions > ALL_PERMISSIONS)
		return "gave an ACL entry with permissions that do not exist";
	if (at > 0 && !follows(&entries[at - 1], &entries[at]))
		return "gave ACL entries out of order, or twice";
	if (has_id(entries[at].tag) && entries[at].id == UINT32_MAX)
		return "gave an ACL entry for nobody";
	return is_repeated(entries, at) ? "gave two ACL entries for one id" : NULL;
}

const char *cbf__acl_fault(const struct cbf_acl_entry *entries, size_t count)
{
	const unsigned needed = CBF_ACL_USER_OBJ | CBF_ACL_GROUP_OBJ | CBF_ACL_OTHER;
	unsigned seen = 0;

	if (count > CBF_ACL_ENTRY_MAX)
		return "gave more ACL entries than there is room for";
	for (size_t i = 0; i < count; i++) {
		const char *fault = entry_fault(entries, i);

		if (fault)
			return fault;
		seen |= entries[i].tag;
	}
	if (count && (seen & needed) != needed)
		return "gave an ACL without the owner, the group or the others";
	if ((seen & (CBF_ACL_USER | CBF_ACL_GROUP)) && !(seen & CBF_ACL_MASK))
		return "gave an ACL without a mask";
	return NULL;
}

static void decode_entry(struct cbf_acl_entry *entry, const unsigned char *bytes)
{
	struct posix_acl_xattr_entry raw;

	memcpy(&raw, bytes, sizeof(raw));
	entry->tag = le16toh(raw.e_tag);
	entry->permissions = le16toh(raw.e_perm);
	entry->id = has_id(entry->tag) ? le32toh(raw.e_id) : 0;
}

int cbf__acl_decode(struct cbf__acl *acl, const void *bytes, size_t size)
{
	struct posix_acl_xattr_header header;
	const unsigned char *at = bytes;

	acl->count = 0;
	if (size == 0)
		return 0;
	if (size < sizeof(header) || (size - sizeof(header)) % sizeof(struct posix_acl_xattr_entry))
		return EINVAL;
	memcpy(&header, at, sizeof(header));
	if (le32toh(header.a_version) != POSIX_ACL_XATTR_VERSION)
		return EINVAL;
	acl->count = (size - sizeof(header)) / sizeof(struct posix_acl_xattr_entry);
	if (acl->count > CBF_ACL_ENTRY_MAX) {
		acl->count = 0;
		return EINVAL;
	}
	at += sizeof(header);
	for (size_t i = 0; i < acl->count; i++)
		decode_entry(&acl->entries[i], at + i * sizeof(struct posix_acl_xattr_entry));
	return cbf__acl_fault(acl->entries, acl->count) ? EINVAL : 0;
}

size_t cbf__acl_encode(const struct cbf_acl_entry *entries, size_t count, void *bytes)
{
	const struct posix_acl_xattr_header header = {.a_version = htole32(POSIX_ACL_XATTR_VERSION)};
	unsigned char *at = bytes;

	memcpy(at, &header, sizeof(header));
	at += sizeof(header);
	for (size_t i = 0; i < count; i++) {
		const struct posix_acl_xattr_entry raw = {.e_tag = htole16(entries[i].tag),
							  .e_perm = htole16(entries[i].permissions),
							  .e_id = has_id(entries[i].tag) ? htole32(entries[i].id)
											 : UINT32_MAX};

		memcpy(at, &raw, sizeof(raw));
		at += sizeof(raw);
	}
	return (size_t)(at - (unsigned char *)bytes);
}

/* NULL: it has none. */
static const struct cbf_acl_entry *find(const struct cbf__acl *acl, unsigned tag)
{
	for (size_t i = 0; i < acl->count; i++)
		if (acl->entries[i].tag == tag)
			return &acl->entries[i];
	return NULL;
}

/* What the group's bits of a mode stand for. */
static unsigned group_tag(const struct cbf__acl *acl)
{
	return find(acl, CBF_ACL_MASK) ? CBF_ACL_MASK : CBF_ACL_GROUP_OBJ;
}

/* How far left in a mode the entries of a tag are; -1: nowhere. */
static int shift_of(const struct cbf__acl *acl, unsigned tag)
{
	if (tag == CBF_ACL_USER_OBJ)
		return USER_SHIFT;
	if (tag == CBF_ACL_OTHER)
		return 0;
	return tag == group_tag(acl) ? GROUP_SHIFT : -1;
}

mode_t cbf__acl_mode(const struct cbf__acl *acl)
{
	mode_t mode = 0;

	for (size_t i = 0; i < acl->count; i++) {
		int shift = shift_of(acl, acl->entries[i].tag);

		if (shift >= 0)
			mode |= (mode_t)acl->entries[i].permissions << shift;
	}
	return mode;
}

bool cbf__acl_is_minimal(const struct cbf__acl *acl)
{
	return !find(acl, CBF_ACL_USER) && !find(acl, CBF_ACL_GROUP) && !find(acl, CBF_ACL_MASK);
}

bool cbf__acl_set_mode(struct cbf__acl *acl, mode_t mode)
{
	if (!acl->count || cbf__acl_mode(acl) == (mode & 0777))
		return false;
	for (size_t i = 0; i < acl->count; i++) {
		int shift = shift_of(acl, acl->entries[i].tag);

		if (shift >= 0)
			acl->entries[i].permissions = (mode >> shift) & ALL_PERMISSIONS;
	}
	return true;
}

mode_t cbf__acl_inherit(struct cbf__acl *acl, mode_t mode)
{
	mode_t left = mode & (cbf__acl_mode(acl) | ~(mode_t)0777);

	(void)cbf__acl_set_mode(acl, left);
	return left;
}

static bool gives(const struct cbf_acl_entry *entry, unsigned mask, unsigned rights)
{
	return (entry->permissions & mask & rights) == rights;
}

static bool is_of_a_group_of(const struct cbf__acl_caller *caller, const struct cbf_acl_entry *entry, gid_t group)
{
	if (entry->tag == CBF_ACL_GROUP_OBJ)
		return caller->is_in_group(caller->data, group);
	return entry->tag == CBF_ACL_GROUP && caller->is_in_group(caller->data, entry->id);
}

bool cbf__acl_allows(const struct cbf__acl *acl, const struct cbf__acl_caller *caller, uid_t owner, gid_t group,
		     unsigned rights)
{
	const struct cbf_acl_entry *masking = find(acl, CBF_ACL_MASK);
	const unsigned mask = masking ? masking->permissions : ALL_PERMISSIONS;
	bool in_a_group = false;

	/* The entries are in the order in which they count; of groups, any that gives all. */
	for (size_t i = 0; i < acl->count; i++) {
		const struct cbf_acl_entry *entry = &acl->entries[i];

		if (entry->tag == CBF_ACL_USER_OBJ && caller->uid == owner)
			return gives(entry, ALL_PERMISSIONS, rights);
		if (entry->tag == CBF_ACL_USER && caller->uid == entry->id)
			return gives(entry, mask, rights);
		if (is_of_a_group_of(caller, entry, group)) {
			in_a_group = true;
			if (gives(entry, mask, rights))
				return true;
		}
		if (entry->tag == CBF_ACL_OTHER)
			return !in_a_group && gives(entry, ALL_PERMISSIONS, rights);
	}
	return false;
}
