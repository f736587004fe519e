/* SPDX-License-Identifier: MIT */
/*
 * The model filesystem's hooks of event_range.h. Its blocks are of one byte: a NUL is a hole. Ranges are given in
 * pieces of at most MF_RANGE_MAX bytes.
 */
#include "model_fs_internal.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void set_allocation_size(struct cbf_volume *volume, struct cbf_set_allocation_size_event *event, void *user_data)
{
	struct mf_inode *inode;
	struct mf_call call;

	(void)volume;
	if (mf__enter(&call, user_data, MF_SET_ALLOCATION_SIZE, event, event->file_name, event->file_context,
		      &event->result_code)) {
		inode = mf__subject(&call, event->file_name, event->deleted, event->file_context, event->handle_context,
				    true);
		if (event->allocation_size != event->position + event->length)
			mf__violation(call.fs, "SetAllocationSize %s: the end is not the end", event->file_name);
		if (inode && event->allocation_size > inode->reserved)
			inode->reserved = event->allocation_size;
	}
	mf__leave(&call);
}

static void zeroize_file_range(struct cbf_volume *volume, struct cbf_zeroize_file_range_event *event, void *user_data)
{
	struct mf_inode *inode;
	struct mf_call call;
	uint64_t end = event->position + event->length;

	(void)volume;
	if (mf__enter(&call, user_data, MF_ZEROIZE_FILE_RANGE, event, event->file_name, event->file_context,
		      &event->result_code)) {
		inode = mf__subject(&call, event->file_name, event->deleted, event->file_context, event->handle_context,
				    true);
		if (inode && end > inode->size)
			end = inode->size;
		if (inode && event->position < end)
			memset(inode->data + event->position, 0, end - event->position);
	}
	mf__leave(&call);
}

static void find_range(const struct mf_inode *inode, struct cbf_query_allocated_ranges_event *event)
{
	uint64_t at = event->position;

	while (at < inode->size && inode->data[at] == '\0')
		at++;
	event->range_position = at;
	while (at < inode->size && inode->data[at] != '\0' && event->range_length < MF_RANGE_MAX) {
		event->range_length++;
		at++;
	}
	event->range_found = event->range_length > 0;
}

static void give_bad_range(enum mf_bad bad, struct cbf_query_allocated_ranges_event *event)
{
	if (bad == MF_GOOD)
		return;
	event->range_found = true;
	event->range_position = event->position;
	event->range_length = bad == MF_BAD_EMPTY ? 0 : 1;
	if (bad == MF_BAD_SIZE)
		event->range_position = (uint64_t)1 << 63;
	if (bad == MF_BAD_HUGE_COUNT)
		event->range_length = UINT64_MAX;
	if (bad == MF_BAD_COUNT) {
		event->range_position = event->position > 0 ? event->position - 1 : 0;
		event->range_length = event->position > 0;
	}
}

static void query_allocated_ranges(struct cbf_volume *volume, struct cbf_query_allocated_ranges_event *event,
				   void *user_data)
{
	const struct mf_inode *inode;
	struct mf_call call;

	(void)volume;
	if (mf__enter(&call, user_data, MF_QUERY_ALLOCATED_RANGES, event, event->file_name, event->file_context,
		      &event->result_code)) {
		inode = mf__subject(&call, event->file_name, event->deleted, event->file_context, event->handle_context,
				    true);
		if (inode)
			find_range(inode, event);
		give_bad_range(call.bad, event);
	}
	mf__leave(&call);
}

/* The source is busy as well: its events must not overlap with this one. Its context, or NULL if it is `file`. */
static struct mf_file *begin_source(struct model_fs *fs, const struct cbf_offload_write_file_event *event)
{
	struct mf_file *source = event->source_file_context;

	if (!source || source == event->file_context)
		return NULL;
	pthread_mutex_lock(&fs->lock);
	if (source->magic != MF_FILE_MAGIC) {
		mf__violation(fs, "OffloadWriteFile: the source's file context is none of ours");
		source = NULL;
	} else {
		if (source->running > 0 && !fs->overlap_allowed)
			mf__violation(fs, "OffloadWriteFile overlaps with another event of %s",
				      event->source_file_name);
		source->running++;
	}
	pthread_mutex_unlock(&fs->lock);
	return source;
}

static const struct mf_inode *source_of(struct mf_call *call, const struct cbf_offload_write_file_event *event)
{
	const struct mf_inode *named = mf__find(call->fs, event->source_file_name);
	const struct mf_file *source = event->source_file_context;
	const struct mf_handle *handle = event->source_handle_context;

	if (!source || source->magic != MF_FILE_MAGIC) {
		mf__violation(call->fs, "OffloadWriteFile: %s has no file context", event->source_file_name);
		return NULL;
	}
	if (!handle || handle->magic != MF_HANDLE_MAGIC || handle->inode != source->inode)
		mf__violation(call->fs, "OffloadWriteFile: %s has no handle context", event->source_file_name);
	if ((named == source->inode) == event->source_deleted)
		mf__violation(call->fs, "OffloadWriteFile: %s, source_deleted %d, is not true", event->source_file_name,
			      event->source_deleted);
	return source->inode;
}

static void copy(struct mf_call *call, struct mf_inode *inode, struct cbf_offload_write_file_event *event)
{
	const struct mf_inode *source = source_of(call, event);
	uint64_t length = event->copy_length;

	if (!source || event->transfer_offset >= source->size)
		return;
	if (length > source->size - event->transfer_offset)
		length = source->size - event->transfer_offset;
	if (event->position + length > inode->size)
		event->result_code = mf__resize(inode, event->position + length);
	if (event->result_code != 0)
		return;
	memmove(inode->data + event->position, source->data + event->transfer_offset, length);
	event->transfer_length = length;
	mf__touch(call->fs, inode);
}

static void offload_write_file(struct cbf_volume *volume, struct cbf_offload_write_file_event *event, void *user_data)
{
	struct mf_file *source = begin_source(user_data, event);
	struct mf_inode *inode;
	struct mf_call call;

	(void)volume;
	if (mf__enter(&call, user_data, MF_OFFLOAD_WRITE_FILE, event, event->file_name, event->file_context,
		      &event->result_code)) {
		inode = mf__subject(&call, event->file_name, event->deleted, event->file_context, event->handle_context,
				    true);
		if (inode)
			copy(&call, inode, event);
		if (call.bad == MF_BAD_COUNT)
			event->transfer_length = event->copy_length + 1;
		if (call.bad == MF_BAD_HUGE_COUNT)
			event->transfer_length = UINT64_MAX;
	}
	if (source)
		source->running--;
	mf__leave(&call);
}

void mf__hook_ranges(struct model_fs *fs, struct cbf_volume *volume)
{
	assert_int_equal(cbf_on_set_allocation_size(volume, set_allocation_size, fs), 0);
	assert_int_equal(cbf_on_zeroize_file_range(volume, zeroize_file_range, fs), 0);
	assert_int_equal(cbf_on_query_allocated_ranges(volume, query_allocated_ranges, fs), 0);
	assert_int_equal(cbf_on_offload_write_file(volume, offload_write_file, fs), 0);
}
