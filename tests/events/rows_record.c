/* SPDX-License-Identifier: MIT */
/* Object ids, quotas, valid data length, compressed size: by the ioctls of control.h. */
#include "battery.h"

#include <cbfuse/control.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { QUOTA_USER = 4321, LENGTH = 10 };

static int open_record(const struct battery *battery)
{
	int fd;

	put(battery, "/record", "0123456789");
	DO(fd = open(at(battery, "/record"), O_RDWR | O_CLOEXEC));
	return fd;
}

static void finish(const struct battery *battery, int fd)
{
	DO(close(fd));
	DO(unlink(at(battery, "/record")));
}

static void use_object_id(struct battery *battery)
{
	struct cbf_object_id id = {.object_id = "fifteen bytes..", .extended_information = "more"}, got;
	int fd = open_record(battery);

	FAILS(ioctl(fd, CBF_IOC_GET_OBJECT_ID, &got), ENODATA);
	DO(ioctl(fd, CBF_IOC_CREATE_OBJECT_ID, &got));
	DO(ioctl(fd, CBF_IOC_SET_OBJECT_ID, &id));
	DO(ioctl(fd, CBF_IOC_GET_OBJECT_ID, &got));
	battery_did(memcmp(&got, &id, sizeof(id)) == 0, "the id that was set");
	DO(ioctl(fd, CBF_IOC_DELETE_OBJECT_ID));
	FAILS(ioctl(fd, CBF_IOC_GET_OBJECT_ID, &got), ENODATA);
	finish(battery, fd);
}

static const char *creates_object_id(const struct firing *firing)
{
	EVENT_OF(firing, get_object_id);

	MUST(strcmp(e->file_name, "/record") == 0);
	MUST(e->should_create);
	MUST(!b->object_id_found && e->object_id_found);
	MUST(e->result_code == 0);
	return NULL;
}

static const char *gives_object_id(const struct firing *firing)
{
	EVENT_OF(firing, get_object_id);

	MUST(strcmp(e->file_name, "/record") == 0);
	MUST(!e->should_create);
	MUST(e->object_id_found);
	MUST(memcmp(e->object_id, "fifteen bytes..", CBF_OBJECT_ID_SIZE) == 0);
	MUST(memcmp(e->extended_information, "more", 5) == 0);
	MUST(e->result_code == 0);
	return NULL;
}

static const char *sets_object_id(const struct firing *firing)
{
	EVENT_OF(firing, set_object_id);

	MUST(strcmp(e->file_name, "/record") == 0);
	MUST(!e->only_extended_info);
	MUST(memcmp(e->object_id, "fifteen bytes..", CBF_OBJECT_ID_SIZE) == 0);
	MUST(memcmp(e->extended_information, "more", 5) == 0);
	MUST(e->result_code == 0);
	return NULL;
}

static const char *deletes_object_id(const struct firing *firing)
{
	EVENT_OF(firing, delete_object_id);

	MUST(strcmp(e->file_name, "/record") == 0);
	MUST(e->result_code == 0);
	return NULL;
}

static void use_quota(struct battery *battery)
{
	struct cbf_quota quota = {.id = QUOTA_USER, .threshold = 1 << 20, .limit = 1 << 21}, walk = {.index = 0};
	int fd = open_record(battery);

	DO(ioctl(fd, CBF_IOC_SET_QUOTA, &quota));
	quota = (struct cbf_quota){.id = QUOTA_USER, .flags = CBF_QUOTA_BY_ID};
	DO(ioctl(fd, CBF_IOC_QUERY_QUOTA, &quota));
	battery_did((quota.flags & CBF_QUOTA_FOUND) && quota.limit == 1 << 21, "the quota that was set");
	do {
		DO(ioctl(fd, CBF_IOC_QUERY_QUOTA, &walk));
		walk.index++;
	} while ((walk.flags & CBF_QUOTA_FOUND) && walk.index < 1000);
	battery_did(walk.index > 1 && walk.index < 1000, "a walk over the records ends");
	quota.flags = CBF_QUOTA_REMOVE;
	DO(ioctl(fd, CBF_IOC_SET_QUOTA, &quota));
	finish(battery, fd);
}

static const char *sets_quota(const struct firing *firing)
{
	EVENT_OF(firing, set_quotas);

	MUST(e->kind == CBF_QUOTA_USER && e->id == QUOTA_USER);
	MUST(!e->remove);
	MUST(e->quota_threshold == 1 << 20 && e->quota_limit == 1 << 21);
	MUST(!b->quota_found && !e->quota_found);
	MUST(b->enumeration_context == NULL);
	MUST(e->result_code == 0);
	return NULL;
}

static const char *removes_quota(const struct firing *firing)
{
	EVENT_OF(firing, set_quotas);

	MUST(e->kind == CBF_QUOTA_USER && e->id == QUOTA_USER);
	MUST(e->remove);
	MUST(e->quota_found);
	MUST(e->result_code == 0);
	return NULL;
}

static const char *gives_quota(const struct firing *firing)
{
	EVENT_OF(firing, query_quotas);

	MUST(e->kind == CBF_QUOTA_USER);
	MUST(e->by_id && e->id == QUOTA_USER);
	MUST(!b->quota_found && e->quota_found);
	MUST(e->quota_threshold == 1 << 20 && e->quota_limit == 1 << 21);
	MUST(b->enumeration_context == NULL);
	MUST(e->result_code == 0);
	return NULL;
}

static const char *walks_quotas(const struct firing *firing)
{
	EVENT_OF(firing, query_quotas);

	MUST(e->kind == CBF_QUOTA_USER);
	MUST(!e->by_id);
	MUST(e->index == 0);
	MUST(e->quota_found);
	MUST(e->result_code == 0);
	return NULL;
}

static const char *closes_quotas(const struct firing *firing)
{
	EVENT_OF(firing, close_quotas_enumeration);

	MUST(e->enumeration_context == b->enumeration_context);
	MUST(e->result_code == 0);
	return NULL;
}

static void use_default_quota(struct battery *battery)
{
	struct cbf_default_quota defaults = {.threshold = 1 << 29, .limit = 1 << 30, .control_flags = 3}, got, before;
	int fd = open_record(battery);

	DO(ioctl(fd, CBF_IOC_GET_DEFAULT_QUOTA, &before));
	DO(ioctl(fd, CBF_IOC_SET_DEFAULT_QUOTA, &defaults));
	DO(ioctl(fd, CBF_IOC_GET_DEFAULT_QUOTA, &got));
	battery_did(memcmp(&got, &defaults, sizeof(got)) == 0, "the defaults that were set");
	DO(ioctl(fd, CBF_IOC_SET_DEFAULT_QUOTA, &before));
	finish(battery, fd);
}

static const char *sets_default_quota(const struct firing *firing)
{
	EVENT_OF(firing, set_default_quota_info);

	MUST(e->default_quota_threshold == 1 << 29 && e->default_quota_limit == 1 << 30);
	MUST(e->control_flags == (CBF_QUOTAS_TRACKED | CBF_QUOTAS_ENFORCED));
	MUST(e->result_code == 0);
	return NULL;
}

static const char *gives_default_quota(const struct firing *firing)
{
	EVENT_OF(firing, get_default_quota_info);

	MUST(b->default_quota_threshold == 0 && b->default_quota_limit == 0 && b->control_flags == 0);
	MUST(e->default_quota_threshold == 1 << 29 && e->default_quota_limit == 1 << 30);
	MUST(e->control_flags == (CBF_QUOTAS_TRACKED | CBF_QUOTAS_ENFORCED));
	MUST(e->result_code == 0);
	return NULL;
}

static void set_valid_length(struct battery *battery)
{
	uint64_t length = 7, above = LENGTH + 1;
	int fd = open_record(battery);

	DO(ioctl(fd, CBF_IOC_SET_VALID_DATA_LENGTH, &length));
	FAILS(ioctl(fd, CBF_IOC_SET_VALID_DATA_LENGTH, &above), EINVAL);
	finish(battery, fd);
}

static const char *sets_valid_length(const struct firing *firing)
{
	EVENT_OF(firing, set_valid_data_length);

	MUST(strcmp(e->file_name, "/record") == 0);
	MUST(!e->deleted);
	MUST(e->valid_data_length == 7);
	MUST(e->file_context != NULL || e->handle_context != NULL);
	MUST(e->result_code == 0);
	return NULL;
}

static void ask_compressed_size(struct battery *battery)
{
	uint64_t size = 0;
	int fd = open_record(battery);

	DO(ioctl(fd, CBF_IOC_GET_COMPRESSED_SIZE, &size));
	battery_did(size >= LENGTH, "a size on disk");
	finish(battery, fd);
}

static const char *gives_compressed_size(const struct firing *firing)
{
	EVENT_OF(firing, query_compression_info);

	MUST(strcmp(e->file_name, "/record") == 0);
	MUST(!e->deleted);
	MUST(b->compressed_file_size == 0 && e->compressed_file_size >= LENGTH);
	MUST(e->file_context != NULL || e->handle_context != NULL);
	MUST(e->result_code == 0);
	return NULL;
}

static const struct row rows[] = {
	{CBF__GET_OBJECT_ID, "ioctl(CBF_IOC_CREATE_OBJECT_ID)", use_object_id, creates_object_id},
	{CBF__GET_OBJECT_ID, "ioctl(CBF_IOC_GET_OBJECT_ID)", use_object_id, gives_object_id},
	{CBF__SET_OBJECT_ID, "ioctl(CBF_IOC_SET_OBJECT_ID)", use_object_id, sets_object_id},
	{CBF__DELETE_OBJECT_ID, "ioctl(CBF_IOC_DELETE_OBJECT_ID)", use_object_id, deletes_object_id},
	{CBF__SET_QUOTAS, "ioctl(CBF_IOC_SET_QUOTA)", use_quota, sets_quota},
	{CBF__SET_QUOTAS, "ioctl(CBF_IOC_SET_QUOTA) to remove", use_quota, removes_quota},
	{CBF__QUERY_QUOTAS, "ioctl(CBF_IOC_QUERY_QUOTA) by id", use_quota, gives_quota},
	{CBF__QUERY_QUOTAS, "ioctl(CBF_IOC_QUERY_QUOTA) by index", use_quota, walks_quotas},
	{CBF__CLOSE_QUOTAS_ENUMERATION, "ioctl(CBF_IOC_QUERY_QUOTA)", use_quota, closes_quotas},
	{CBF__SET_DEFAULT_QUOTA_INFO, "ioctl(CBF_IOC_SET_DEFAULT_QUOTA)", use_default_quota, sets_default_quota},
	{CBF__GET_DEFAULT_QUOTA_INFO, "ioctl(CBF_IOC_GET_DEFAULT_QUOTA)", use_default_quota, gives_default_quota},
	{CBF__SET_VALID_DATA_LENGTH, "ioctl(CBF_IOC_SET_VALID_DATA_LENGTH)", set_valid_length, sets_valid_length},
	{CBF__QUERY_COMPRESSION_INFO, "ioctl(CBF_IOC_GET_COMPRESSED_SIZE)", ask_compressed_size, gives_compressed_size},
};
const struct rows record_rows = ROWS_OF(rows);
