/* SPDX-License-Identifier: MIT */
/* Names that go and names that move. */
#include "hooks.h"

#include "change.h"
#include "rename.h"

/* There is no file here that must stay; whether this one still is there is all that can be said. */
void hook_can_file_be_deleted(struct cbf_volume *volume, struct cbf_can_file_be_deleted_event *event, void *user_data)
{
	struct node *node;

	(void)volume;
	event->result_code = -path_or_context(user_data, event->file_name, event->file_context, &node);
	if (event->result_code == 0)
		node_release(node);
}

void hook_delete_file(struct cbf_volume *volume, struct cbf_delete_file_event *event, void *user_data)
{
	(void)volume;
	event->result_code = -change_remove(user_data, event->file_name, event->is_directory);
}

void hook_rename_or_move_file(struct cbf_volume *volume, struct cbf_rename_or_move_file_event *event, void *user_data)
{
	(void)volume;
	event->result_code =
		-rename_path(user_data, event->file_name, event->new_file_name, event->no_replace, event->exchange);
}
