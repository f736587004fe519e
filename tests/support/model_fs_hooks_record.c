/* SPDX-License-Identifier: MIT */
/* The model filesystem's hooks of event_record.h. */
#include "model_fs_internal.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { QUOTA_MAGIC = 0x9074, PLACES = sizeof(((struct model_fs *)0)->quotas) / sizeof(struct mf_quota) };

/* What an enumeration_context of quotas points to. */
struct walk {
	unsigned magic, position;
};

void mf__begin_quotas(struct model_fs *fs)
{
	for (unsigned i = 0; i < MF_QUOTA_RECORDS; i++)
		fs->quotas[i] = (struct mf_quota){.id = i + 1, .threshold = 10 * (i + 1), .limit = 20 * (i + 1)};
}

static struct mf_inode *named(struct mf_call *call, const char *path, int *result_code)
{
	struct mf_inode *inode = mf__find(call->fs, path);

	if (!inode)
		*result_code = ENOENT;
	return inode;
}

static void get_object_id(struct cbf_volume *volume, struct cbf_get_object_id_event *event, void *user_data)
{
	struct mf_inode *inode = NULL;
	struct mf_call call;

	(void)volume;
	if (mf__enter(&call, user_data, MF_GET_OBJECT_ID, event, event->file_name, NULL, &event->result_code))
		inode = named(&call, event->file_name, &event->result_code);
	if (inode && event->should_create && !inode->has_object_id) {
		inode->has_object_id = true;
		memcpy(inode->object_id, &inode->id, sizeof(inode->id));
	}
	if (inode && inode->has_object_id) {
		event->object_id_found = true;
		memcpy(event->object_id, inode->object_id, sizeof(event->object_id));
		memcpy(event->extended_information, inode->extended_information, sizeof(event->extended_information));
	}
	mf__leave(&call);
}

static void set_object_id(struct cbf_volume *volume, struct cbf_set_object_id_event *event, void *user_data)
{
	struct mf_inode *inode = NULL;
	struct mf_call call;

	(void)volume;
	if (mf__enter(&call, user_data, MF_SET_OBJECT_ID, event, event->file_name, NULL, &event->result_code))
		inode = named(&call, event->file_name, &event->result_code);
	if (inode && event->only_extended_info && !inode->has_object_id) {
		event->result_code = ENODATA;
	} else if (inode) {
		inode->has_object_id = true;
		if (!event->only_extended_info)
			memcpy(inode->object_id, event->object_id, sizeof(inode->object_id));
		memcpy(inode->extended_information, event->extended_information, sizeof(inode->extended_information));
	}
	mf__leave(&call);
}

static void delete_object_id(struct cbf_volume *volume, struct cbf_delete_object_id_event *event, void *user_data)
{
	struct mf_inode *inode = NULL;
	struct mf_call call;

	(void)volume;
	if (mf__enter(&call, user_data, MF_DELETE_OBJECT_ID, event, event->file_name, NULL, &event->result_code))
		inode = named(&call, event->file_name, &event->result_code);
	if (inode && !inode->has_object_id)
		event->result_code = ENODATA;
	else if (inode)
		inode->has_object_id = false;
	mf__leave(&call);
}

static struct mf_quota *find_quota(struct model_fs *fs, uint32_t id)
{
	for (unsigned i = 0; i < PLACES; i++)
		if (fs->quotas[i].id == id)
			return &fs->quotas[i];
	return NULL;
}

static struct mf_quota *nth_quota(struct model_fs *fs, unsigned number)
{
	for (unsigned i = 0; i < PLACES; i++)
		if (fs->quotas[i].id && number-- == 0)
			return &fs->quotas[i];
	return NULL;
}

static struct walk *use_walk(struct mf_call *call, void **context)
{
	struct walk *walk = *context;

	if (!walk) {
		walk = calloc(1, sizeof(*walk));
		if (!walk)
			abort();
		walk->magic = QUOTA_MAGIC;
		call->fs->made[MF_QUOTAS_ENUMERATION]++;
		*context = walk;
	}
	if (walk->magic != QUOTA_MAGIC)
		mf__violation(call->fs, "an enumeration_context that is not of quotas");
	return walk;
}

static void query_quotas(struct cbf_volume *volume, struct cbf_query_quotas_event *event, void *user_data)
{
	const struct mf_quota *quota = NULL;
	struct mf_call call;
	struct walk *walk;

	(void)volume;
	if (mf__enter(&call, user_data, MF_QUERY_QUOTAS, event, NULL, NULL, &event->result_code)) {
		walk = use_walk(&call, &event->enumeration_context);
		if (!event->by_id && walk->position++ != event->index)
			mf__violation(call.fs, "quota record %u is asked for, not %u", event->index,
				      walk->position - 1);
		if (event->kind == CBF_QUOTA_USER)
			quota = event->by_id ? find_quota(call.fs, event->id) : nth_quota(call.fs, event->index);
	}
	if (quota) {
		event->quota_found = true;
		event->owner_id = quota->id;
		event->quota_used = quota->id * 5;
		event->quota_threshold = quota->threshold;
		event->quota_limit = quota->limit;
	}
	mf__leave(&call);
}

static void store_quota(struct mf_call *call, struct cbf_set_quotas_event *event)
{
	struct mf_quota *quota = find_quota(call->fs, event->id);

	event->quota_found = quota != NULL;
	if (event->remove) {
		if (quota)
			quota->id = 0;
		return;
	}
	if (!quota)
		quota = find_quota(call->fs, 0);
	if (quota)
		*quota = (struct mf_quota){event->id, event->quota_threshold, event->quota_limit};
	else
		event->result_code = ENOSPC;
}

static void set_quotas(struct cbf_volume *volume, struct cbf_set_quotas_event *event, void *user_data)
{
	struct mf_call call;

	(void)volume;
	if (mf__enter(&call, user_data, MF_SET_QUOTAS, event, NULL, NULL, &event->result_code)) {
		(void)use_walk(&call, &event->enumeration_context);
		store_quota(&call, event);
	}
	mf__leave(&call);
}

static void close_quotas(struct cbf_volume *volume, struct cbf_close_quotas_enumeration_event *event, void *user_data)
{
	struct walk *walk = event->enumeration_context;
	struct mf_call call;

	(void)volume;
	(void)mf__enter(&call, user_data, MF_CLOSE_QUOTAS_ENUMERATION, event, NULL, NULL, &event->result_code);
	if (walk && walk->magic != QUOTA_MAGIC) {
		mf__violation(call.fs, "an enumeration_context that is not of quotas is closed");
	} else if (walk) {
		call.fs->freed[MF_QUOTAS_ENUMERATION]++;
		walk->magic = 0;
		free(walk);
	}
	mf__leave(&call);
}

static void get_defaults(struct cbf_volume *volume, struct cbf_get_default_quota_info_event *event, void *user_data)
{
	struct mf_call call;

	(void)volume;
	if (mf__enter(&call, user_data, MF_GET_DEFAULT_QUOTA_INFO, event, NULL, NULL, &event->result_code)) {
		event->default_quota_threshold = call.fs->default_threshold;
		event->default_quota_limit = call.fs->default_limit;
		event->control_flags = call.bad == MF_BAD_TYPE ? 0x80 : call.fs->quota_flags;
	}
	mf__leave(&call);
}

static void set_defaults(struct cbf_volume *volume, struct cbf_set_default_quota_info_event *event, void *user_data)
{
	struct mf_call call;

	(void)volume;
	if (mf__enter(&call, user_data, MF_SET_DEFAULT_QUOTA_INFO, event, NULL, NULL, &event->result_code)) {
		call.fs->default_threshold = event->default_quota_threshold;
		call.fs->default_limit = event->default_quota_limit;
		call.fs->quota_flags = event->control_flags;
	}
	mf__leave(&call);
}

static void set_valid_data_length(struct cbf_volume *volume, struct cbf_set_valid_data_length_event *event,
				  void *user_data)
{
	struct mf_inode *inode;
	struct mf_call call;

	(void)volume;
	if (mf__enter(&call, user_data, MF_SET_VALID_DATA_LENGTH, event, event->file_name, event->file_context,
		      &event->result_code)) {
		inode = mf__subject(&call, event->file_name, event->deleted, event->file_context, event->handle_context,
				    true);
		if (inode)
			inode->valid_data_length = event->valid_data_length;
	}
	mf__leave(&call);
}

uint64_t mf_valid_data_length_of(struct model_fs *fs, const char *path)
{
	const struct mf_inode *inode;
	uint64_t length;

	pthread_mutex_lock(&fs->lock);
	inode = mf__find(fs, path);
	length = inode ? inode->valid_data_length : UINT64_MAX;
	pthread_mutex_unlock(&fs->lock);
	return length;
}

static void query_compression(struct cbf_volume *volume, struct cbf_query_compression_info_event *event,
			      void *user_data)
{
	struct mf_call call;

	(void)volume;
	if (mf__enter(&call, user_data, MF_QUERY_COMPRESSION_INFO, event, event->file_name, event->file_context,
		      &event->result_code)) {
		(void)mf__subject(&call, event->file_name, event->deleted, event->file_context, event->handle_context,
				  true);
		event->compressed_file_size = call.bad == MF_BAD_SIZE ? UINT64_MAX : MF_COMPRESSED_SIZE;
	}
	mf__leave(&call);
}

void mf__hook_records(struct model_fs *fs, struct cbf_volume *volume)
{
	mf__begin_quotas(fs);
	assert_int_equal(cbf_on_get_object_id(volume, get_object_id, fs), 0);
	assert_int_equal(cbf_on_set_object_id(volume, set_object_id, fs), 0);
	assert_int_equal(cbf_on_delete_object_id(volume, delete_object_id, fs), 0);
	assert_int_equal(cbf_on_query_quotas(volume, query_quotas, fs), 0);
	assert_int_equal(cbf_on_set_quotas(volume, set_quotas, fs), 0);
	assert_int_equal(cbf_on_close_quotas_enumeration(volume, close_quotas, fs), 0);
	assert_int_equal(cbf_on_get_default_quota_info(volume, get_defaults, fs), 0);
	assert_int_equal(cbf_on_set_default_quota_info(volume, set_defaults, fs), 0);
	assert_int_equal(cbf_on_set_valid_data_length(volume, set_valid_data_length, fs), 0);
	assert_int_equal(cbf_on_query_compression_info(volume, query_compression, fs), 0);
}
