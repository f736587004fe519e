/* SPDX-License-Identifier: MIT */
/* The model filesystem's hooks of event_file.h. */
#include "model_fs_internal.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* What a failing OpenFile may leave in its slots; nobody may ever see it again. */
static struct mf_file rubbish;

static void open_file(struct cbf_volume *volume, struct cbf_open_file_event *event, void *user_data)
{
	struct mf_inode *inode;
	struct mf_call call;

	(void)volume;
	if (mf__enter(&call, user_data, MF_OPEN_FILE, event, event->file_name, event->file_context,
		      &event->result_code)) {
		if (!event->deleted)
			mf__check_stream(&call, event->file_name, event->is_stream);
		if (event->deleted)
			inode = mf__subject(&call, event->file_name, true, event->file_context, NULL, true);
		else
			inode = mf__find(call.fs, event->file_name);
		if (inode)
			(void)mf__open_context(&call, event->file_name, inode, &event->file_context,
					       &event->handle_context);
		else
			event->result_code = ENOENT;
	} else if (call.failed_dirty) {
		event->file_context = event->handle_context = &rubbish;
	}
	mf__leave(&call);
}

static void create_file(struct cbf_volume *volume, struct cbf_create_file_event *event, void *user_data)
{
	struct mf_inode *inode;
	struct mf_call call;

	(void)volume;
	if (mf__enter(&call, user_data, MF_CREATE_FILE, event, event->file_name, event->file_context,
		      &event->result_code)) {
		if (event->is_stream)
			event->result_code = mf__make_stream(call.fs, event->file_name, &inode);
		else
			event->result_code = mf__make(call.fs, event->file_name, event->mode, &inode);
		if (event->result_code == 0) {
			inode->rdev = event->rdev;
			inode->uid = event->uid;
			inode->gid = event->gid;
			(void)mf__open_context(&call, event->file_name, inode, &event->file_context,
					       &event->handle_context);
		}
	} else if (call.failed_dirty) {
		event->file_context = event->handle_context = &rubbish;
	}
	mf__leave(&call);
}

/* CleanupFile and CloseFile have no `deleted`: the name may be gone or, by now, another file's. */
static void cleanup_file(struct cbf_volume *volume, struct cbf_cleanup_file_event *event, void *user_data)
{
	struct mf_handle *handle = event->handle_context;
	struct mf_call call;

	(void)volume;
	(void)mf__enter(&call, user_data, MF_CLEANUP_FILE, event, event->file_name, event->file_context,
			&event->result_code);
	if (!call.file)
		mf__violation(call.fs, "CleanupFile %s has no file context", event->file_name);
	else
		call.file->cleaned = true;
	if (handle && handle->cleaned)
		mf__violation(call.fs, "CleanupFile %s comes twice for one handle", event->file_name);
	if (handle)
		handle->cleaned = true;
	mf__leave(&call);
}

static void close_file(struct cbf_volume *volume, struct cbf_close_file_event *event, void *user_data)
{
	struct mf_call call;

	(void)volume;
	(void)mf__enter(&call, user_data, MF_CLOSE_FILE, event, event->file_name, event->file_context,
			&event->result_code);
	if (!call.file)
		mf__violation(call.fs, "CloseFile %s has no file context", event->file_name);
	else if (!call.file->inode->removed &&
		 event->pending_deletion != (event->last_handle && call.file->inode->links == 0))
		mf__violation(call.fs, "CloseFile %s with pending_deletion %d, last_handle %d, and %u names left",
			      event->file_name, event->pending_deletion, event->last_handle, call.file->inode->links);
	mf__close_context(&call, &event->file_context, &event->handle_context, event->last_handle);
	mf__leave(&call);
}

static void read_file(struct cbf_volume *volume, struct cbf_read_file_event *event, void *user_data)
{
	const struct mf_inode *inode;
	struct mf_call call;

	(void)volume;
	if (mf__enter(&call, user_data, MF_READ_FILE, event, event->file_name, event->file_context,
		      &event->result_code)) {
		inode = mf__subject(&call, event->file_name, event->deleted, event->file_context, event->handle_context,
				    true);
		if (inode && event->position < inode->size) {
			event->bytes_read = inode->size - event->position;
			if (event->bytes_read > event->bytes_to_read)
				event->bytes_read = event->bytes_to_read;
			memcpy(event->buffer, inode->data + event->position, event->bytes_read);
		}
		if (call.bad == MF_BAD_COUNT)
			event->bytes_read = event->bytes_to_read + 1;
		if (call.bad == MF_BAD_HUGE_COUNT)
			event->bytes_read = SIZE_MAX;
	}
	mf__leave(&call);
}

static void write_file(struct cbf_volume *volume, struct cbf_write_file_event *event, void *user_data)
{
	struct mf_inode *inode;
	struct mf_call call;

	(void)volume;
	if (mf__enter(&call, user_data, MF_WRITE_FILE, event, event->file_name, event->file_context,
		      &event->result_code)) {
		inode = mf__subject(&call, event->file_name, event->deleted, event->file_context, event->handle_context,
				    true);
		if (inode && event->position + event->bytes_to_write > inode->size)
			event->result_code = mf__resize(inode, event->position + event->bytes_to_write);
		if (inode && event->result_code == 0) {
			memcpy(inode->data + event->position, event->buffer, event->bytes_to_write);
			event->bytes_written = event->bytes_to_write;
			mf__touch(call.fs, inode);
		}
		if (call.bad == MF_BAD_COUNT)
			event->bytes_written = event->bytes_to_write + 1;
		if (call.bad == MF_BAD_HUGE_COUNT)
			event->bytes_written = SIZE_MAX;
	}
	mf__leave(&call);
}

static void set_file_size(struct cbf_volume *volume, struct cbf_set_file_size_event *event, void *user_data)
{
	struct mf_inode *inode;
	struct mf_call call;

	(void)volume;
	if (mf__enter(&call, user_data, MF_SET_FILE_SIZE, event, event->file_name, event->file_context,
		      &event->result_code)) {
		inode = mf__subject(&call, event->file_name, event->deleted, event->file_context, event->handle_context,
				    true);
		if (inode) {
			event->result_code = mf__resize(inode, event->size);
			mf__touch(call.fs, inode);
		}
	}
	mf__leave(&call);
}

static void flush_file(struct cbf_volume *volume, struct cbf_flush_file_event *event, void *user_data)
{
	struct mf_call call;

	(void)volume;
	if (mf__enter(&call, user_data, MF_FLUSH_FILE, event, event->file_name, event->file_context,
		      &event->result_code))
		(void)mf__subject(&call, event->file_name, event->deleted, event->file_context, NULL, true);
	mf__leave(&call);
}

void mf__hook_files(struct model_fs *fs, struct cbf_volume *volume)
{
	assert_int_equal(cbf_on_open_file(volume, open_file, fs), 0);
	assert_int_equal(cbf_on_create_file(volume, create_file, fs), 0);
	assert_int_equal(cbf_on_cleanup_file(volume, cleanup_file, fs), 0);
	assert_int_equal(cbf_on_close_file(volume, close_file, fs), 0);
	assert_int_equal(cbf_on_read_file(volume, read_file, fs), 0);
	assert_int_equal(cbf_on_write_file(volume, write_file, fs), 0);
	assert_int_equal(cbf_on_set_file_size(volume, set_file_size, fs), 0);
	assert_int_equal(cbf_on_flush_file(volume, flush_file, fs), 0);
}
