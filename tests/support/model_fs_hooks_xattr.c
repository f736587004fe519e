/* SPDX-License-Identifier: MIT */
/* The model filesystem's hooks of event_xattr.h, and its attributes. */
#include "model_fs_internal.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct mf_ea **find_ea(struct mf_inode *inode, const char *name)
{
	struct mf_ea **at = &inode->eas;

	while (*at && strcmp((*at)->name, name) != 0)
		at = &(*at)->next;
	return at;
}

static void remove_ea(struct mf_ea **at)
{
	struct mf_ea *ea = *at;

	*at = ea->next;
	free(ea->value);
	free(ea);
}

void mf__free_eas(struct mf_inode *inode)
{
	while (inode->eas)
		remove_ea(&inode->eas);
}

static void set_ea(struct mf_inode *inode, const char *name, const void *value, size_t size)
{
	struct mf_ea **at = find_ea(inode, name);

	if (!*at) {
		*at = calloc(1, sizeof(**at));
		if (!*at)
			abort();
		memcpy((*at)->name, name, strlen(name) + 1);
	}
	free((*at)->value);
	(*at)->value = malloc(size + 1);
	if (!(*at)->value)
		abort();
	memcpy((*at)->value, value, size);
	(*at)->size = size;
}

void mf_set_ea(struct model_fs *fs, const char *path, const char *name, const void *value, size_t size)
{
	struct mf_inode *inode;

	assert_true(strlen(name) <= CBF_EA_NAME_MAX);
	pthread_mutex_lock(&fs->lock);
	inode = mf__find(fs, path);
	if (inode)
		set_ea(inode, name, value, size);
	pthread_mutex_unlock(&fs->lock);
	assert_non_null(inode);
}

size_t mf_ea_of(struct model_fs *fs, const char *path, const char *name, void *out, size_t capacity)
{
	const struct mf_ea *ea = NULL;
	struct mf_inode *inode;
	size_t size = SIZE_MAX;

	pthread_mutex_lock(&fs->lock);
	inode = mf__find(fs, path);
	if (inode)
		ea = *find_ea(inode, name);
	if (ea) {
		size = ea->size;
		memcpy(out, ea->value, size < capacity ? size : capacity);
	}
	pthread_mutex_unlock(&fs->lock);
	return size;
}

static void give_value(struct cbf_query_ea_event *event, const struct mf_ea *ea)
{
	if (!ea)
		return;
	event->ea_found = true;
	event->length = ea->size;
	if (ea->size > event->buffer_capacity)
		event->result_code = E2BIG;
	else
		memcpy(event->buffer, ea->value, ea->size);
}

static void give_names(struct cbf_query_ea_event *event, const struct mf_ea *ea)
{
	char *names = event->buffer;
	size_t size;

	for (; ea; ea = ea->next) {
		size = strlen(ea->name) + 1;
		if (size > event->buffer_capacity - event->length) {
			event->result_code = E2BIG;
			return;
		}
		memcpy(names + event->length, ea->name, size);
		event->length += size;
	}
}

static void spoil_answer(const struct mf_call *call, struct cbf_query_ea_event *event)
{
	switch (call->bad) {
	case MF_BAD_COUNT:
		event->length = event->buffer_capacity + 1;
		break;
	case MF_BAD_HUGE_COUNT:
		event->length = SIZE_MAX;
		break;
	case MF_BAD_EMPTY:
		memcpy(event->buffer, "a\0\0b", 5);
		event->length = 5;
		break;
	case MF_BAD_LONG:
		memset(event->buffer, 'x', 300);
		((char *)event->buffer)[300] = '\0';
		event->length = 301;
		break;
	case MF_BAD_UNTERMINATED:
		memset(event->buffer, 'x', event->buffer_capacity);
		event->length = event->buffer_capacity;
		break;
	default:
		break;
	}
}

static void query_ea(struct cbf_volume *volume, struct cbf_query_ea_event *event, void *user_data)
{
	struct mf_inode *inode;
	struct mf_call call;

	(void)volume;
	if (mf__enter(&call, user_data, MF_QUERY_EA, event, event->file_name, event->file_context,
		      &event->result_code)) {
		inode = mf__subject(&call, event->file_name, event->deleted, event->file_context, event->handle_context,
				    false);
		if (event->buffer_capacity != CBF_EA_SIZE_MAX || event->ea_found || event->length)
			mf__violation(call.fs, "QueryEa %s comes with outputs set", event->file_name);
		if (!inode)
			event->result_code = ENOENT;
		else if (event->ea_name)
			give_value(event, *find_ea(inode, event->ea_name));
		else
			give_names(event, inode->eas);
		spoil_answer(&call, event);
	}
	mf__leave(&call);
}

static void change_ea(struct mf_inode *inode, struct cbf_set_ea_event *event)
{
	struct mf_ea **at = find_ea(inode, event->ea_name);

	if (*at && event->create)
		event->result_code = EEXIST;
	else if (!*at && (event->replace || event->remove))
		event->ea_found = false;
	else if (event->remove)
		remove_ea(at);
	else
		set_ea(inode, event->ea_name, event->value, event->length);
}

static void on_set_ea(struct cbf_volume *volume, struct cbf_set_ea_event *event, void *user_data)
{
	struct mf_inode *inode;
	struct mf_call call;

	(void)volume;
	if (mf__enter(&call, user_data, MF_SET_EA, event, event->file_name, event->file_context, &event->result_code)) {
		inode = mf__subject(&call, event->file_name, event->deleted, event->file_context, event->handle_context,
				    true);
		if (!event->value || !event->ea_found || (event->remove && (event->create || event->replace)))
			mf__violation(call.fs, "SetEa %s is not as it should be", event->file_name);
		if (inode)
			change_ea(inode, event);
	}
	mf__leave(&call);
}

void mf__hook_xattr(struct model_fs *fs, struct cbf_volume *volume)
{
	assert_int_equal(cbf_on_query_ea(volume, query_ea, fs), 0);
	assert_int_equal(cbf_on_set_ea(volume, on_set_ea, fs), 0);
}
