/* SPDX-License-Identifier: MIT */
/* The model filesystem's hooks of event_security.h, and its ACLs. */
#include "model_fs_internal.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { PLACES = sizeof(((struct mf_acl *)0)->entries) / sizeof(struct cbf_acl_entry) };

static struct mf_acl *acl_of(struct mf_inode *inode, unsigned kind)
{
	return &inode->acls[kind == CBF_SECURITY_DEFAULT_ACL];
}

static void put(struct mf_acl *acl, const struct cbf_acl_entry *entries, size_t count)
{
	acl->count = count;
	if (count)
		memcpy(acl->entries, entries, count * sizeof(*entries));
}

void mf_set_acl(struct model_fs *fs, const char *path, unsigned kind, const struct cbf_acl_entry *entries, size_t count)
{
	struct mf_inode *inode;

	assert_true(count <= PLACES);
	pthread_mutex_lock(&fs->lock);
	inode = mf__find(fs, path);
	if (inode)
		put(acl_of(inode, kind), entries, count);
	pthread_mutex_unlock(&fs->lock);
	assert_non_null(inode);
}

size_t mf_acl_of(struct model_fs *fs, const char *path, unsigned kind, struct cbf_acl_entry *out, size_t capacity)
{
	struct mf_inode *inode;
	size_t count = 0;

	pthread_mutex_lock(&fs->lock);
	inode = mf__find(fs, path);
	if (inode) {
		count = acl_of(inode, kind)->count;
		memcpy(out, acl_of(inode, kind)->entries, (count < capacity ? count : capacity) * sizeof(*out));
	}
	pthread_mutex_unlock(&fs->lock);
	assert_non_null(inode);
	return count;
}

static void get_file_security(struct cbf_volume *volume, struct cbf_get_file_security_event *event, void *user_data)
{
	struct mf_inode *inode;
	struct mf_call call;

	(void)volume;
	if (mf__enter(&call, user_data, MF_GET_FILE_SECURITY, event, event->file_name, event->file_context,
		      &event->result_code)) {
		inode = mf__subject(&call, event->file_name, event->deleted, event->file_context, event->handle_context,
				    false);
		if (event->entry_capacity != CBF_ACL_ENTRY_MAX || event->entry_count)
			mf__violation(call.fs, "GetFileSecurity %s comes with outputs set", event->file_name);
		if (!inode) {
			event->result_code = ENOENT;
		} else {
			event->entry_count = acl_of(inode, event->security_information)->count;
			memcpy(event->entries, acl_of(inode, event->security_information)->entries,
			       event->entry_count * sizeof(*event->entries));
		}
		if (call.bad == MF_BAD_COUNT)
			event->entry_count = event->entry_capacity + 1;
		else if (call.bad == MF_BAD_HUGE_COUNT)
			event->entry_count = SIZE_MAX;
		else if (call.bad == MF_BAD_TYPE)
			*event->entries = (struct cbf_acl_entry){.tag = 3}, event->entry_count = 1;
	}
	mf__leave(&call);
}

static void set_file_security(struct cbf_volume *volume, struct cbf_set_file_security_event *event, void *user_data)
{
	struct mf_inode *inode;
	struct mf_call call;

	(void)volume;
	if (mf__enter(&call, user_data, MF_SET_FILE_SECURITY, event, event->file_name, event->file_context,
		      &event->result_code)) {
		inode = mf__subject(&call, event->file_name, event->deleted, event->file_context, event->handle_context,
				    true);
		if (event->entry_count > PLACES)
			event->result_code = ENOSPC;
		else if (inode)
			put(acl_of(inode, event->security_information), event->entries, event->entry_count);
	}
	mf__leave(&call);
}

void mf__hook_security(struct model_fs *fs, struct cbf_volume *volume)
{
	assert_int_equal(cbf_on_get_file_security(volume, get_file_security, fs), 0);
	assert_int_equal(cbf_on_set_file_security(volume, set_file_security, fs), 0);
}
