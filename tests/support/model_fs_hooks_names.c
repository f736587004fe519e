/* SPDX-License-Identifier: MIT */
/* The model filesystem's hooks of event_link.h and event_name.h. */
#include "model_fs_internal.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void create_hard_link(struct cbf_volume *volume, struct cbf_create_hard_link_event *event, void *user_data)
{
	struct mf_inode *inode;
	struct mf_call call;

	(void)volume;
	if (mf__enter(&call, user_data, MF_CREATE_HARD_LINK, event, event->file_name, event->file_context,
		      &event->result_code)) {
		inode = mf__subject(&call, event->file_name, false, event->file_context, event->handle_context, true);
		if (inode)
			event->result_code = mf__link(call.fs, inode, event->link_name);
	}
	mf__leave(&call);
}

static void give_link(struct mf_call *call, struct cbf_enumerate_hard_links_event *event)
{
	struct mf_enumeration *enumeration = event->enumeration_context;
	char endless[32];

	if (!enumeration)
		enumeration = mf__begin_enumeration(call, call->file, MF_LINKS_ENUMERATION);
	event->enumeration_context = enumeration;
	if (enumeration->file != call->file)
		mf__violation(call->fs, "EnumerateHardLinks %s goes on in another file", event->file_name);
	if (call->bad == MF_BAD_ENDLESS) {
		(void)snprintf(endless, sizeof(endless), "endless-%u", enumeration->endless++);
		event->link_found = true;
		event->parent_id = CBF_ROOT_ID;
		mf__give_name(call, event->link_name, event->link_name_capacity, endless);
		return;
	}
	if (enumeration->position >= enumeration->count)
		return;
	event->link_found = true;
	event->parent_id = enumeration->names[enumeration->position].parent->id;
	mf__give_name(call, event->link_name, event->link_name_capacity,
		      enumeration->names[enumeration->position].text);
	enumeration->position++;
}

static void enumerate_hard_links(struct cbf_volume *volume, struct cbf_enumerate_hard_links_event *event,
				 void *user_data)
{
	const struct mf_inode *inode;
	struct mf_call call;

	(void)volume;
	if (mf__enter(&call, user_data, MF_ENUMERATE_HARD_LINKS, event, event->file_name, event->file_context,
		      &event->result_code)) {
		inode = mf__subject(&call, event->file_name, event->deleted, event->file_context, event->handle_context,
				    true);
		if (inode)
			give_link(&call, event);
	}
	mf__leave(&call);
}

static void close_hard_links_enumeration(struct cbf_volume *volume,
					 struct cbf_close_hard_links_enumeration_event *event, void *user_data)
{
	struct mf_call call;

	(void)volume;
	(void)mf__enter(&call, user_data, MF_CLOSE_HARD_LINKS_ENUMERATION, event, event->file_name, event->file_context,
			&event->result_code);
	if (!call.file)
		mf__violation(call.fs, "CloseHardLinksEnumeration %s has no file context", event->file_name);
	mf__end_enumeration(&call, event->enumeration_context, MF_LINKS_ENUMERATION);
	mf__leave(&call);
}

static void get_file_name_by_file_id(struct cbf_volume *volume, struct cbf_get_file_name_by_file_id_event *event,
				     void *user_data)
{
	const struct mf_inode *inode;
	struct mf_call call;

	(void)volume;
	if (mf__enter(&call, user_data, MF_GET_FILE_NAME_BY_FILE_ID, event, NULL, NULL, &event->result_code)) {
		inode = mf__find_id(call.fs, event->file_id);
		if (event->file_id == CBF_ROOT_ID)
			mf__violation(call.fs, "GetFileNameByFileId asks for the root");
		event->result_code =
			inode ? mf__path_of(call.fs, inode, event->file_path, event->file_path_capacity) : ENOENT;
		if (call.bad != MF_GOOD) {
			event->result_code = 0;
			mf__give_name(&call, event->file_path, event->file_path_capacity, "/");
		}
	}
	mf__leave(&call);
}

static void get_reparse_point(struct cbf_volume *volume, struct cbf_get_reparse_point_event *event, void *user_data)
{
	const struct mf_inode *inode;
	struct mf_call call;

	(void)volume;
	if (mf__enter(&call, user_data, MF_GET_REPARSE_POINT, event, event->file_name, event->file_context,
		      &event->result_code)) {
		inode = mf__subject(&call, event->file_name, false, event->file_context, event->handle_context, false);
		if (inode && S_ISLNK(inode->mode))
			mf__give_name(&call, event->target, event->target_capacity, inode->data);
		else
			event->result_code = inode ? EINVAL : ENOENT;
	}
	mf__leave(&call);
}

static void set_reparse_point(struct cbf_volume *volume, struct cbf_set_reparse_point_event *event, void *user_data)
{
	struct mf_inode *inode;
	struct mf_call call;

	(void)volume;
	if (mf__enter(&call, user_data, MF_SET_REPARSE_POINT, event, event->file_name, NULL, &event->result_code)) {
		event->result_code = mf__make(call.fs, event->file_name, S_IFLNK | 0777, &inode);
		if (event->result_code == 0) {
			inode->uid = event->uid;
			inode->gid = event->gid;
			(void)mf__resize(inode, strlen(event->target));
			memcpy(inode->data, event->target, inode->size);
		}
	}
	mf__leave(&call);
}

void mf__hook_links(struct model_fs *fs, struct cbf_volume *volume)
{
	assert_int_equal(cbf_on_create_hard_link(volume, create_hard_link, fs), 0);
	assert_int_equal(cbf_on_enumerate_hard_links(volume, enumerate_hard_links, fs), 0);
	assert_int_equal(cbf_on_close_hard_links_enumeration(volume, close_hard_links_enumeration, fs), 0);
	assert_int_equal(cbf_on_get_file_name_by_file_id(volume, get_file_name_by_file_id, fs), 0);
	assert_int_equal(cbf_on_get_reparse_point(volume, get_reparse_point, fs), 0);
	assert_int_equal(cbf_on_set_reparse_point(volume, set_reparse_point, fs), 0);
}

static void can_file_be_deleted(struct cbf_volume *volume, struct cbf_can_file_be_deleted_event *event, void *user_data)
{
	struct mf_call call;

	(void)volume;
	if (mf__enter(&call, user_data, MF_CAN_FILE_BE_DELETED, event, event->file_name, event->file_context,
		      &event->result_code)) {
		if (!event->can_be_deleted)
			mf__violation(call.fs, "CanFileBeDeleted %s: no on entry", event->file_name);
		mf__check_stream(&call, event->file_name, event->is_stream);
		(void)mf__subject(&call, event->file_name, false, event->file_context, event->handle_context, false);
		event->can_be_deleted = !call.fs->deny_deletion;
	}
	mf__leave(&call);
}

static void is_directory_empty(struct cbf_volume *volume, struct cbf_is_directory_empty_event *event, void *user_data)
{
	const struct mf_inode *inode;
	struct mf_call call;

	(void)volume;
	if (mf__enter(&call, user_data, MF_IS_DIRECTORY_EMPTY, event, event->directory_name, event->directory_context,
		      &event->result_code)) {
		inode = mf__subject(&call, event->directory_name, false, event->directory_context, NULL, false);
		event->is_empty = inode && !mf__has_children(call.fs, inode);
	}
	mf__leave(&call);
}

static void delete_file(struct cbf_volume *volume, struct cbf_delete_file_event *event, void *user_data)
{
	const struct mf_inode *inode;
	struct mf_call call;

	(void)volume;
	if (mf__enter(&call, user_data, MF_DELETE_FILE, event, event->file_name, event->file_context,
		      &event->result_code)) {
		inode = mf__subject(&call, event->file_name, false, event->file_context, NULL, false);
		if (!inode) {
			event->result_code = ENOENT;
		} else {
			mf__check_stream(&call, event->file_name, event->is_stream);
			if (event->is_open != (call.file != NULL))
				mf__violation(call.fs, "DeleteFile %s with is_open %d", event->file_name,
					      event->is_open);
			if (event->is_directory != S_ISDIR(inode->mode))
				mf__violation(call.fs, "DeleteFile %s with is_directory %d", event->file_name,
					      event->is_directory);
			if (!event->last_name && inode->links == 1)
				mf__violation(call.fs, "DeleteFile %s with last_name 0, and it is the last",
					      event->file_name);
			mf__unlink(call.fs, mf__find_name(call.fs, event->file_name));
		}
	}
	mf__leave(&call);
}

static int move(struct model_fs *fs, const struct cbf_rename_or_move_file_event *event)
{
	struct mf_name *source = mf__find_name(fs, event->file_name);
	struct mf_name *target = mf__find_name(fs, event->new_file_name);
	char text[CBF_NAME_MAX + 1];
	struct mf_inode *parent = mf__find_parent(fs, event->new_file_name, text);
	struct mf_inode *swapped;

	if (!source || !parent)
		return ENOENT;
	if (target && target->inode == source->inode)
		mf__violation(fs, "RenameOrMoveFile %s to another name of the file", event->file_name);
	if (event->exchange) {
		if (!target)
			return ENOENT;
		swapped = target->inode;
		target->inode = source->inode;
		source->inode = swapped;
		return 0;
	}
	if (target && event->no_replace)
		return EEXIST;
	if (target && mf__has_children(fs, target->inode))
		return ENOTEMPTY;
	if (target)
		mf__unlink(fs, target);
	source->parent = parent;
	strcpy(source->text, text);
	mf__touch(fs, source->inode);
	return 0;
}

static void rename_or_move_file(struct cbf_volume *volume, struct cbf_rename_or_move_file_event *event, void *user_data)
{
	struct mf_call call;

	(void)volume;
	if (mf__enter(&call, user_data, MF_RENAME_OR_MOVE_FILE, event, event->file_name, event->file_context,
		      &event->result_code)) {
		(void)mf__subject(&call, event->file_name, false, event->file_context, event->handle_context, false);
		event->result_code = move(call.fs, event);
	}
	mf__leave(&call);
}

void mf__hook_names(struct model_fs *fs, struct cbf_volume *volume)
{
	assert_int_equal(cbf_on_can_file_be_deleted(volume, can_file_be_deleted, fs), 0);
	assert_int_equal(cbf_on_is_directory_empty(volume, is_directory_empty, fs), 0);
	assert_int_equal(cbf_on_delete_file(volume, delete_file, fs), 0);
	assert_int_equal(cbf_on_rename_or_move_file(volume, rename_or_move_file, fs), 0);
}
