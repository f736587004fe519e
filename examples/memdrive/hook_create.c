/* SPDX-License-Identifier: MIT */
/* What makes files: of all types, and symbolic links. */
#include "hooks.h"

#include "change.h"
#include "stream.h"

void hook_create_file(struct cbf_volume *volume, struct cbf_create_file_event *event, void *user_data)
{
	const struct node_plan plan = {
		.mode = event->mode, .uid = event->uid, .gid = event->gid, .device = event->rdev};
	struct node *node;

	(void)volume;
	if (event->is_stream)
		event->result_code = -stream_create(user_data, event->file_name, &node);
	else
		event->result_code = -change_create(user_data, event->file_name, &plan, &node);
	if (event->result_code == 0)
		event->file_context = node;
}

void hook_set_reparse_point(struct cbf_volume *volume, struct cbf_set_reparse_point_event *event, void *user_data)
{
	const struct node_plan plan = {
		.mode = S_IFLNK | 0777, .uid = event->uid, .gid = event->gid, .target = event->target};
	struct node *node;

	(void)volume;
	event->result_code = -change_create(user_data, event->file_name, &plan, &node);
	if (event->result_code == 0)
		node_release(node);
}
