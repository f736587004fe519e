/* SPDX-License-Identifier: MIT */
/* ACLs, passed through: entries here, bytes in the attributes of the source. */
#define _GNU_SOURCE 1
#include "hooks.h"
#include "open_file.h"

#include <endian.h>
#include <errno.h>
#include <linux/posix_acl_xattr.h>
#include <string.h>
#include <sys/xattr.h>

struct blob {
	struct posix_acl_xattr_header header;
	struct posix_acl_xattr_entry entries[CBF_ACL_ENTRY_MAX];
};

static const char *name_of(unsigned security_information)
{
	return security_information == CBF_SECURITY_ACCESS_ACL ? "system.posix_acl_access" : "system.posix_acl_default";
}

static bool has_id(unsigned tag)
{
	return tag == CBF_ACL_USER || tag == CBF_ACL_GROUP;
}

static int read_entries(const char *path, struct cbf_get_file_security_event *event)
{
	struct blob blob;
	ssize_t size = getxattr(path, name_of(event->security_information), &blob, sizeof(blob));

	if (size < 0) /* no ACL, or none that the source could keep */
		return errno == ENODATA || errno == EOPNOTSUPP ? 0 : errno;
	if ((size_t)size < sizeof(blob.header) || le32toh(blob.header.a_version) != POSIX_ACL_XATTR_VERSION)
		return EIO;
	event->entry_count = ((size_t)size - sizeof(blob.header)) / sizeof(blob.entries[0]);
	for (size_t i = 0; i < event->entry_count; i++) {
		const struct posix_acl_xattr_entry *entry = &blob.entries[i];
		unsigned tag = le16toh(entry->e_tag);

		event->entries[i] = (struct cbf_acl_entry){.tag = (uint16_t)tag,
							   .permissions = le16toh(entry->e_perm),
							   .id = has_id(tag) ? le32toh(entry->e_id) : 0};
	}
	return 0;
}

static int write_entries(const char *path, const struct cbf_set_file_security_event *event)
{
	const char *name = name_of(event->security_information);
	struct blob blob = {.header = {.a_version = htole32(POSIX_ACL_XATTR_VERSION)}};

	if (!event->entry_count)
		return removexattr(path, name) == 0 || errno == ENODATA ? 0 : errno;
	for (size_t i = 0; i < event->entry_count; i++) {
		const struct cbf_acl_entry *entry = &event->entries[i];

		blob.entries[i] =
			(struct posix_acl_xattr_entry){.e_tag = htole16(entry->tag),
						       .e_perm = htole16(entry->permissions),
						       .e_id = has_id(entry->tag) ? htole32(entry->id) : UINT32_MAX};
	}
	return setxattr(path, name, &blob, sizeof(blob.header) + event->entry_count * sizeof(blob.entries[0]), 0) == 0
		       ? 0
		       : errno;
}

void hook_get_file_security(struct cbf_volume *volume, struct cbf_get_file_security_event *event, void *user_data)
{
	char path[SOURCE_FD_PATH_SIZE];
	struct borrowed_fd file;
	int error = borrowed_fd_get(user_data, event->file_name, event->deleted, event->file_context, &file);

	(void)volume;
	event->result_code = -error;
	if (error)
		return;
	source_fd_path(file.fd, path);
	event->result_code = read_entries(path, event);
	borrowed_fd_release(&file);
}

void hook_set_file_security(struct cbf_volume *volume, struct cbf_set_file_security_event *event, void *user_data)
{
	char path[SOURCE_FD_PATH_SIZE];
	struct borrowed_fd file;
	int error = borrowed_fd_get(user_data, event->file_name, event->deleted, event->file_context, &file);

	(void)volume;
	event->result_code = -error;
	if (error)
		return;
	source_fd_path(file.fd, path);
	event->result_code = write_entries(path, event);
	borrowed_fd_release(&file);
}
