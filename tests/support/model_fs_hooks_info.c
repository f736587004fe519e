/* SPDX-License-Identifier: MIT */
/* The model filesystem's hooks of event_volume.h, event_attr.h and event_dir.h. */
#include "model_fs_internal.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void on_mount(struct cbf_volume *volume, struct cbf_mount_event *event, void *user_data)
{
	struct mf_call call;

	(void)volume;
	(void)mf__enter(&call, user_data, MF_MOUNT, event, NULL, NULL, &event->result_code);
	mf__leave(&call);
}

static void on_unmount(struct cbf_volume *volume, struct cbf_unmount_event *event, void *user_data)
{
	struct mf_call call;

	(void)volume;
	(void)mf__enter(&call, user_data, MF_UNMOUNT, event, NULL, NULL, &event->result_code);
	mf__leave(&call);
}

static void on_ejected(struct cbf_volume *volume, struct cbf_ejected_event *event, void *user_data)
{
	struct mf_call call;

	(void)volume;
	(void)mf__enter(&call, user_data, MF_EJECTED, event, NULL, NULL, &event->result_code);
	mf__leave(&call);
}

static void get_volume_size(struct cbf_volume *volume, struct cbf_get_volume_size_event *event, void *user_data)
{
	struct mf_call call;

	(void)volume;
	if (mf__enter(&call, user_data, MF_GET_VOLUME_SIZE, event, NULL, NULL, &event->result_code)) {
		event->total_sectors = 1000;
		event->available_sectors = 500;
		event->free_sectors = 600;
		event->total_files = 100;
		event->free_files = 50;
	}
	mf__leave(&call);
}

static void on_error(struct cbf_volume *volume, struct cbf_error_event *event, void *user_data)
{
	struct mf_call call;

	(void)volume;
	(void)mf__enter(&call, user_data, MF_ERROR, event, NULL, NULL, NULL);
	(void)snprintf(call.fs->last_error, sizeof(call.fs->last_error), "%s", event->description);
	if (event->error_code <= 0)
		mf__violation(call.fs, "OnError with error code %d", event->error_code);
	mf__leave(&call);
}

static void worker_thread_creation(struct cbf_volume *volume, struct cbf_worker_thread_creation_event *event,
				   void *user_data)
{
	struct mf_call call;

	(void)volume;
	if (mf__enter(&call, user_data, MF_WORKER_THREAD_CREATION, event, NULL, NULL, &event->result_code))
		call.fs->workers++;
	mf__leave(&call);
}

static void worker_thread_termination(struct cbf_volume *volume, struct cbf_worker_thread_termination_event *event,
				      void *user_data)
{
	struct mf_call call;

	(void)volume;
	(void)mf__enter(&call, user_data, MF_WORKER_THREAD_TERMINATION, event, NULL, NULL, NULL);
	call.fs->workers--;
	mf__leave(&call);
}

void mf__hook_volume(struct model_fs *fs, struct cbf_volume *volume)
{
	assert_int_equal(cbf_on_mount(volume, on_mount, fs), 0);
	assert_int_equal(cbf_on_unmount(volume, on_unmount, fs), 0);
	assert_int_equal(cbf_on_ejected(volume, on_ejected, fs), 0);
	assert_int_equal(cbf_on_get_volume_size(volume, get_volume_size, fs), 0);
	assert_int_equal(cbf_on_error(volume, on_error, fs), 0);
	assert_int_equal(cbf_on_worker_thread_creation(volume, worker_thread_creation, fs), 0);
	assert_int_equal(cbf_on_worker_thread_termination(volume, worker_thread_termination, fs), 0);
}

static void spoil_info(const struct mf_call *call, struct cbf_file_info *info)
{
	if (call->bad == MF_BAD_SIZE)
		info->size = UINT64_MAX;
	if (call->bad == MF_BAD_TYPE)
		info->mode = S_IFMT | 0644;
}

static void get_file_info(struct cbf_volume *volume, struct cbf_get_file_info_event *event, void *user_data)
{
	const struct mf_inode *inode;
	struct mf_call call;

	(void)volume;
	if (mf__enter(&call, user_data, MF_GET_FILE_INFO, event, event->file_name, event->file_context,
		      &event->result_code)) {
		if (!event->deleted)
			mf__check_stream(&call, event->file_name, event->is_stream);
		inode = mf__subject(&call, event->file_name, event->deleted, event->file_context, event->handle_context,
				    false);
		if (inode && !(event->deleted && call.fs->forgets_deleted)) {
			event->file_exists = true;
			mf__fill_info(inode, event->info);
			spoil_info(&call, event->info);
		}
	}
	mf__leave(&call);
}

static void set_attributes(struct mf_inode *inode, const struct cbf_set_file_attributes_event *event)
{
	if (event->valid & CBF_SET_MODE)
		inode->mode = (inode->mode & S_IFMT) | (event->mode & 07777);
	if (event->valid & CBF_SET_UID)
		inode->uid = event->uid;
	if (event->valid & CBF_SET_GID)
		inode->gid = event->gid;
	if (event->valid & CBF_SET_LAST_ACCESS_TIME)
		inode->access_time = event->last_access_time;
	if (event->valid & CBF_SET_LAST_WRITE_TIME)
		inode->write_time = event->last_write_time;
	if (event->valid & CBF_SET_CHANGE_TIME)
		inode->change_time = event->change_time;
	if (event->valid & CBF_SET_INODE_FLAGS)
		inode->inode_flags = event->inode_flags;
	if (event->valid & CBF_SET_PROJECT_ID)
		inode->project_id = event->project_id;
}

static void set_file_attributes(struct cbf_volume *volume, struct cbf_set_file_attributes_event *event, void *user_data)
{
	struct mf_inode *inode;
	struct mf_call call;

	(void)volume;
	if (mf__enter(&call, user_data, MF_SET_FILE_ATTRIBUTES, event, event->file_name, event->file_context,
		      &event->result_code)) {
		inode = mf__subject(&call, event->file_name, event->deleted, event->file_context, event->handle_context,
				    true);
		if (inode)
			set_attributes(inode->stream_of ? inode->stream_of : inode, event);
	}
	mf__leave(&call);
}

void mf__hook_attributes(struct model_fs *fs, struct cbf_volume *volume)
{
	assert_int_equal(cbf_on_get_file_info(volume, get_file_info, fs), 0);
	assert_int_equal(cbf_on_set_file_attributes(volume, set_file_attributes, fs), 0);
}

static void give_entry(struct mf_call *call, struct cbf_enumerate_directory_event *event)
{
	struct mf_enumeration *enumeration = event->enumeration_context;
	char endless[32];

	if (event->restart && enumeration) {
		mf__end_enumeration(call, enumeration, MF_DIRECTORY_ENUMERATION);
		enumeration = NULL;
	}
	if (!enumeration)
		enumeration = mf__begin_enumeration(call, call->file, MF_DIRECTORY_ENUMERATION);
	event->enumeration_context = enumeration;
	if (enumeration->file != call->file)
		mf__violation(call->fs, "EnumerateDirectory %s goes on in another directory", event->directory_name);
	if (call->bad == MF_BAD_ENDLESS) {
		(void)snprintf(endless, sizeof(endless), "endless-%u", enumeration->endless++);
		event->file_found = true;
		mf__give_name(call, event->file_name, event->file_name_capacity, endless);
		event->info->mode = S_IFREG | 0600;
		event->info->file_id = 900000 + enumeration->endless;
		return;
	}
	if (enumeration->position >= enumeration->count)
		return;
	event->file_found = true;
	mf__give_name(call, event->file_name, event->file_name_capacity,
		      enumeration->names[enumeration->position].text);
	mf__fill_info(enumeration->names[enumeration->position].inode, event->info);
	spoil_info(call, event->info);
	enumeration->position++;
}

static void enumerate_directory(struct cbf_volume *volume, struct cbf_enumerate_directory_event *event, void *user_data)
{
	const struct mf_inode *inode;
	struct mf_call call;

	(void)volume;
	if (mf__enter(&call, user_data, MF_ENUMERATE_DIRECTORY, event, event->directory_name, event->directory_context,
		      &event->result_code)) {
		inode = mf__subject(&call, event->directory_name, call.file && call.file->inode->links == 0,
				    event->directory_context, event->handle_context, true);
		if (inode && !S_ISDIR(inode->mode))
			mf__violation(call.fs, "%s is enumerated and no directory", event->directory_name);
		else if (inode)
			give_entry(&call, event);
	}
	mf__leave(&call);
}

static void close_directory_enumeration(struct cbf_volume *volume, struct cbf_close_directory_enumeration_event *event,
					void *user_data)
{
	struct mf_call call;

	(void)volume;
	(void)mf__enter(&call, user_data, MF_CLOSE_DIRECTORY_ENUMERATION, event, event->directory_name,
			event->directory_context, &event->result_code);
	if (!call.file)
		mf__violation(call.fs, "CloseDirectoryEnumeration %s has no context", event->directory_name);
	mf__end_enumeration(&call, event->enumeration_context, MF_DIRECTORY_ENUMERATION);
	mf__leave(&call);
}

void mf__hook_directories(struct model_fs *fs, struct cbf_volume *volume)
{
	assert_int_equal(cbf_on_enumerate_directory(volume, enumerate_directory, fs), 0);
	assert_int_equal(cbf_on_close_directory_enumeration(volume, close_directory_enumeration, fs), 0);
}
