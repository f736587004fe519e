/* SPDX-License-Identifier: MIT */
/* Object ids. These events have no context, so that the way to the file is its path. */
#include "hooks.h"

#include "object_id.h"

#include <errno.h>

static int give(struct memdrive *drive, struct node *node, struct cbf_get_object_id_event *event)
{
	if (event->should_create)
		return object_id_get_or_create(&drive->object_ids, node, event->object_id, event->extended_information);
	return object_id_get(&drive->object_ids, node, event->object_id, event->extended_information);
}

void hook_get_object_id(struct cbf_volume *volume, struct cbf_get_object_id_event *event, void *user_data)
{
	struct node *node;
	int error = path_find(user_data, event->file_name, &node);

	(void)volume;
	if (error == 0) {
		error = give(user_data, node, event);
		node_release(node);
	}
	event->object_id_found = error == 0;
	event->result_code = error == -ENODATA ? 0 : -error;
}

void hook_set_object_id(struct cbf_volume *volume, struct cbf_set_object_id_event *event, void *user_data)
{
	struct memdrive *drive = user_data;
	struct node *node;
	int error = path_find(drive, event->file_name, &node);

	(void)volume;
	if (error == 0) {
		error = object_id_set(&drive->object_ids, node, event->only_extended_info ? NULL : event->object_id,
				      event->extended_information);
		node_release(node);
	}
	event->result_code = -error;
}

void hook_delete_object_id(struct cbf_volume *volume, struct cbf_delete_object_id_event *event, void *user_data)
{
	struct memdrive *drive = user_data;
	struct node *node;
	int error = path_find(drive, event->file_name, &node);

	(void)volume;
	if (error == 0) {
		error = object_id_remove(&drive->object_ids, node);
		node_release(node);
	}
	event->result_code = -error;
}
