/* SPDX-License-Identifier: MIT */
/* Names that go and names that move. */
#include "hooks.h"

#include "change.h"
#include "flags.h"
#include "rename.h"
#include "stream.h"

static void can_stream_be_deleted(struct memdrive *drive, struct cbf_can_file_be_deleted_event *event)
{
	struct node *node;

	event->result_code = -stream_find(drive, event->file_name, &node);
	if (event->result_code != 0)
		return;
	event->can_be_deleted = stream_check_change(node) == 0;
	node_release(node);
}

/* What is immutable or append-only stays. */
void hook_can_file_be_deleted(struct cbf_volume *volume, struct cbf_can_file_be_deleted_event *event, void *user_data)
{
	struct node *node;

	(void)volume;
	if (event->is_stream) {
		can_stream_be_deleted(user_data, event);
		return;
	}
	event->result_code = -path_or_context(user_data, event->file_name, event->file_context, &node);
	if (event->result_code != 0)
		return;
	pthread_rwlock_rdlock(&node->lock);
	event->can_be_deleted = flags_check_change(node) == 0;
	pthread_rwlock_unlock(&node->lock);
	node_release(node);
}

void hook_delete_file(struct cbf_volume *volume, struct cbf_delete_file_event *event, void *user_data)
{
	(void)volume;
	if (event->is_stream)
		event->result_code = -stream_remove(user_data, event->file_name);
	else
		event->result_code = -change_remove(user_data, event->file_name, event->is_directory);
}

void hook_rename_or_move_file(struct cbf_volume *volume, struct cbf_rename_or_move_file_event *event, void *user_data)
{
	(void)volume;
	event->result_code =
		-rename_path(user_data, event->file_name, event->new_file_name, event->no_replace, event->exchange);
}
