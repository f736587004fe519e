/* SPDX-License-Identifier: MIT */
/* What a file is, what of it is set, extended attributes. */
#include "battery.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

static void ask(struct battery *battery)
{
	struct stat st;

	put(battery, "/asked", "12345");
	DO(chmod(at(battery, "/asked"), 0640));
	DO(lstat(at(battery, "/asked"), &st));
	battery_did(st.st_size == 5 && st.st_mode == (S_IFREG | 0640) && st.st_nlink == 1, "what lstat says");
	DO(unlink(at(battery, "/asked")));
}

static const char *tells(const struct firing *firing)
{
	EVENT_OF(firing, get_file_info);

	MUST(strcmp(e->file_name, "/asked") == 0);
	MUST(!e->deleted);
	MUST((e->requested_info & CBF_INFO_ALL) == CBF_INFO_ALL);
	MUST(!b->file_exists && e->file_exists);
	MUST(e->info->mode == (S_IFREG | 0640));
	MUST(e->info->size == 5);
	MUST(e->info->uid == geteuid() && e->info->gid == getegid());
	MUST(e->info->hard_link_count == 1);
	MUST(e->info->file_id != 0 && e->info->file_id != CBF_ROOT_ID);
	MUST(e->info->block_size > 0);
	MUST(e->info->last_write_time.tv_sec > 0 && e->info->change_time.tv_sec > 0);
	MUST(e->result_code == 0);
	return NULL;
}

static void ask_for_nothing(struct battery *battery)
{
	struct stat st;

	FAILS(stat(at(battery, "/nothing"), &st), ENOENT);
}

static const char *tells_nothing(const struct firing *firing)
{
	EVENT_OF(firing, get_file_info);

	MUST(strcmp(e->file_name, "/nothing") == 0);
	MUST(!e->file_exists);
	MUST(e->file_context == NULL && e->handle_context == NULL);
	MUST(e->result_code == 0);
	return NULL;
}

static void change_mode(struct battery *battery)
{
	int fd;

	put(battery, "/set", "x");
	DO(fd = open(at(battery, "/set"), O_RDONLY | O_CLOEXEC));
	DO(chmod(at(battery, "/set"), 02750));
	DO(close(fd));
	DO(unlink(at(battery, "/set")));
}

static const char *sets_mode(const struct firing *firing)
{
	EVENT_OF(firing, set_file_attributes);

	MUST(strcmp(e->file_name, "/set") == 0);
	MUST(!e->deleted);
	MUST((e->valid & ~(unsigned)CBF_SET_CHANGE_TIME) == CBF_SET_MODE);
	MUST((e->mode & 07777) == 02750);
	MUST(b->file_context != NULL || b->handle_context != NULL);
	MUST(e->result_code == 0);
	return NULL;
}

static void change_owner(struct battery *battery)
{
	put(battery, "/set", "x");
	DO(chown(at(battery, "/set"), 1234, 5678));
	DO(unlink(at(battery, "/set")));
}

static const char *sets_owner(const struct firing *firing)
{
	EVENT_OF(firing, set_file_attributes);

	MUST(strcmp(e->file_name, "/set") == 0);
	MUST((e->valid & (CBF_SET_UID | CBF_SET_GID)) == (CBF_SET_UID | CBF_SET_GID));
	MUST(e->uid == 1234 && e->gid == 5678);
	MUST(e->result_code == 0);
	return NULL;
}

static void change_times(struct battery *battery)
{
	const struct timespec times[2] = {{.tv_sec = 1000000000, .tv_nsec = 123456789}, {.tv_nsec = UTIME_NOW}};

	put(battery, "/set", "x");
	DO(utimensat(AT_FDCWD, at(battery, "/set"), times, 0));
	DO(unlink(at(battery, "/set")));
}

static const char *sets_times(const struct firing *firing)
{
	EVENT_OF(firing, set_file_attributes);

	MUST(strcmp(e->file_name, "/set") == 0);
	MUST(e->valid & CBF_SET_LAST_ACCESS_TIME);
	MUST(!(e->valid & CBF_SET_LAST_ACCESS_NOW));
	MUST(e->last_access_time.tv_sec == 1000000000 && e->last_access_time.tv_nsec == 123456789);
	MUST(e->valid & CBF_SET_LAST_WRITE_TIME);
	MUST(e->valid & CBF_SET_LAST_WRITE_NOW);
	MUST(e->last_write_time.tv_sec > 1000000000);
	MUST(e->result_code == 0);
	return NULL;
}

/* As chattr(1) and lsattr(1) do. */
static void change_flags(struct battery *battery)
{
	int fd, flags = 0, present = 0;

	put(battery, "/set", "x");
	DO(fd = open(at(battery, "/set"), O_RDONLY | O_CLOEXEC));
	DO(ioctl(fd, FS_IOC_GETFLAGS, &flags));
	flags |= FS_NODUMP_FL;
	DO(ioctl(fd, FS_IOC_SETFLAGS, &flags));
	DO(ioctl(fd, FS_IOC_GETFLAGS, &present));
	battery_did(present & FS_NODUMP_FL, "the flag is set");
	DO(close(fd));
	DO(unlink(at(battery, "/set")));
}

static const char *sets_flags(const struct firing *firing)
{
	EVENT_OF(firing, set_file_attributes);

	MUST(strcmp(e->file_name, "/set") == 0);
	MUST(e->valid & CBF_SET_INODE_FLAGS);
	MUST(e->inode_flags & FS_NODUMP_FL);
	MUST(e->project_id == 0);
	MUST(b->file_context != NULL || b->handle_context != NULL);
	MUST(e->result_code == 0);
	return NULL;
}

static const char *tells_flags(const struct firing *firing)
{
	EVENT_OF(firing, get_file_info);

	MUST(strcmp(e->file_name, "/set") == 0);
	MUST(e->requested_info & CBF_INFO_FLAGS);
	MUST(b->file_context != NULL || b->handle_context != NULL);
	MUST(e->file_exists);
	MUST(e->info->inode_flags & FS_NODUMP_FL);
	MUST(e->info->project_id == 0);
	MUST(e->result_code == 0);
	return NULL;
}

static void use_attribute(struct battery *battery)
{
	char value[16];
	int fd;

	put(battery, "/ea", "x");
	DO(fd = open(at(battery, "/ea"), O_RDONLY | O_CLOEXEC));
	DO(setxattr(at(battery, "/ea"), "trusted.name", "value", 5, XATTR_CREATE));
	battery_did(getxattr(at(battery, "/ea"), "trusted.name", value, sizeof(value)) == 5, "getxattr");
	battery_did(memcmp(value, "value", 5) == 0, "the value");
	DO(close(fd));
	DO(unlink(at(battery, "/ea")));
}

static const char *sets_attribute(const struct firing *firing)
{
	EVENT_OF(firing, set_ea);

	MUST(strcmp(e->file_name, "/ea") == 0);
	MUST(!e->deleted);
	MUST(strcmp(e->ea_name, "trusted.name") == 0);
	MUST(e->length == 5 && memcmp(e->value, "value", 5) == 0);
	MUST(e->create && !e->replace && !e->remove);
	MUST(b->ea_found);
	MUST(b->file_context != NULL || b->handle_context != NULL);
	MUST(e->result_code == 0);
	return NULL;
}

static const char *gives_attribute(const struct firing *firing)
{
	EVENT_OF(firing, query_ea);

	MUST(strcmp(e->file_name, "/ea") == 0);
	MUST(!e->deleted);
	MUST(e->ea_name && strcmp(e->ea_name, "trusted.name") == 0);
	MUST(e->buffer_capacity == CBF_EA_SIZE_MAX);
	MUST(!b->ea_found && e->ea_found);
	MUST(b->length == 0 && e->length == 5 && memcmp(e->buffer, "value", 5) == 0);
	MUST(e->result_code == 0);
	return NULL;
}

static void list_attributes(struct battery *battery)
{
	char names[256];

	put(battery, "/ea", "x");
	DO(setxattr(at(battery, "/ea"), "trusted.name", "value", 5, 0));
	DO(listxattr(at(battery, "/ea"), names, sizeof(names)));
	DO(removexattr(at(battery, "/ea"), "trusted.name"));
	DO(unlink(at(battery, "/ea")));
}

static const char *lists_attributes(const struct firing *firing)
{
	EVENT_OF(firing, query_ea);

	MUST(strcmp(e->file_name, "/ea") == 0);
	MUST(e->ea_name == NULL);
	MUST(e->length >= sizeof("trusted.name"));
	MUST(memmem(e->buffer, e->length, "trusted.name", sizeof("trusted.name")) != NULL);
	MUST(e->result_code == 0);
	return NULL;
}

static const char *removes_attribute(const struct firing *firing)
{
	EVENT_OF(firing, set_ea);

	MUST(strcmp(e->file_name, "/ea") == 0);
	MUST(strcmp(e->ea_name, "trusted.name") == 0);
	MUST(e->remove && !e->create && !e->replace);
	MUST(e->length == 0 && e->value != NULL);
	MUST(e->ea_found);
	MUST(e->result_code == 0);
	return NULL;
}

static void use_acl(struct battery *battery)
{
	static const unsigned char bytes[] = {2, 0, 0,   0,   1,   0,   6,  0, 255, 255, 255, 255, 2,   0,  4,
					      0, 7, 0,   0,   0,   4,   0,  4, 0,   255, 255, 255, 255, 16, 0,
					      4, 0, 255, 255, 255, 255, 32, 0, 0,   0,   255, 255, 255, 255};
	char got[sizeof(bytes)];

	put(battery, "/acl", "x");
	DO(setxattr(at(battery, "/acl"), "system.posix_acl_access", bytes, sizeof(bytes), 0));
	battery_did(getxattr(at(battery, "/acl"), "system.posix_acl_access", got, sizeof(got)) == sizeof(bytes) &&
			    memcmp(got, bytes, sizeof(bytes)) == 0,
		    "the ACL is there");
	DO(unlink(at(battery, "/acl")));
}

static const char *sets_acl(const struct firing *firing)
{
	EVENT_OF(firing, set_file_security);

	MUST(strcmp(e->file_name, "/acl") == 0);
	MUST(!e->deleted);
	MUST(e->security_information == CBF_SECURITY_ACCESS_ACL);
	MUST(e->entry_count == 5);
	MUST(e->entries[0].tag == CBF_ACL_USER_OBJ && e->entries[0].permissions == 6);
	MUST(e->entries[1].tag == CBF_ACL_USER && e->entries[1].permissions == 4 && e->entries[1].id == 7);
	MUST(e->entries[3].tag == CBF_ACL_MASK && e->entries[4].tag == CBF_ACL_OTHER);
	MUST(e->result_code == 0);
	return NULL;
}

static const char *gives_acl(const struct firing *firing)
{
	EVENT_OF(firing, get_file_security);

	MUST(strcmp(e->file_name, "/acl") == 0);
	MUST(!e->deleted);
	MUST(e->security_information == CBF_SECURITY_ACCESS_ACL);
	MUST(e->entry_capacity == CBF_ACL_ENTRY_MAX);
	MUST(b->entry_count == 0 && e->entry_count == 5);
	MUST(e->entries[1].tag == CBF_ACL_USER && e->entries[1].permissions == 4 && e->entries[1].id == 7);
	MUST(e->result_code == 0);
	return NULL;
}

static const struct row rows[] = {
	{CBF__GET_FILE_INFO, "lstat", ask, tells},
	{CBF__GET_FILE_INFO, "stat of what is not there", ask_for_nothing, tells_nothing},
	{CBF__SET_FILE_ATTRIBUTES, "chmod", change_mode, sets_mode},
	{CBF__SET_FILE_ATTRIBUTES, "chown", change_owner, sets_owner},
	{CBF__SET_FILE_ATTRIBUTES, "utimensat", change_times, sets_times},
	{CBF__SET_FILE_ATTRIBUTES, "ioctl(FS_IOC_SETFLAGS)", change_flags, sets_flags},
	{CBF__GET_FILE_INFO, "ioctl(FS_IOC_GETFLAGS)", change_flags, tells_flags},
	{CBF__SET_EA, "setxattr", use_attribute, sets_attribute},
	{CBF__QUERY_EA, "getxattr", use_attribute, gives_attribute},
	{CBF__QUERY_EA, "listxattr", list_attributes, lists_attributes},
	{CBF__SET_FILE_SECURITY, "setxattr of an ACL", use_acl, sets_acl},
	{CBF__GET_FILE_SECURITY, "getxattr of an ACL", use_acl, gives_acl},
	{CBF__SET_EA, "removexattr", list_attributes, removes_attribute},
};
const struct rows attribute_rows = ROWS_OF(rows);
