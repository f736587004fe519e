/* SPDX-License-Identifier: MIT */
/* Open files: the file_context is the node, referred to from the first open to the last close. */
#include "hooks.h"

#include "file.h"
#include "stream.h"

#include <fcntl.h>

static int open_stream(struct memdrive *drive, const struct cbf_open_file_event *event, struct node **node)
{
	int error = stream_find(drive, event->file_name, node);

	if (error || (event->flags & O_ACCMODE) == O_RDONLY)
		return error;
	error = stream_check_change(*node);
	if (error)
		node_release(*node);
	return error;
}

void hook_open_file(struct cbf_volume *volume, struct cbf_open_file_event *event, void *user_data)
{
	struct memdrive *drive = user_data;
	struct node *node;

	(void)volume;
	if (event->file_context)
		return;
	event->result_code =
		event->is_stream ? -open_stream(drive, event, &node) : -path_find(drive, event->file_name, &node);
	if (event->result_code == 0)
		event->file_context = node;
}

/* The last handle has gone, its CloseFile follows. Nothing can be given back earlier than there, so that it is only
 * looked at whether the context is still what OpenFile has put there. */
void hook_cleanup_file(struct cbf_volume *volume, struct cbf_cleanup_file_event *event, void *user_data)
{
	struct memdrive *drive = user_data;
	const struct node *node = event->file_context;

	(void)volume;
	if (!node || node->drive != drive)
		report_error(&drive->report, "%s: cleaned up without having been opened", event->file_name);
}

void hook_close_file(struct cbf_volume *volume, struct cbf_close_file_event *event, void *user_data)
{
	(void)volume;
	(void)user_data;
	if (!event->last_handle)
		return;
	node_release(event->file_context); /* with pending_deletion it was the last reference */
	event->file_context = NULL;
}

void hook_read_file(struct cbf_volume *volume, struct cbf_read_file_event *event, void *user_data)
{
	(void)volume;
	(void)user_data;
	event->bytes_read = file_read(event->file_context, event->position, event->buffer, event->bytes_to_read);
}

void hook_write_file(struct cbf_volume *volume, struct cbf_write_file_event *event, void *user_data)
{
	(void)volume;
	(void)user_data;
	event->result_code = -file_write(event->file_context, event->position, event->buffer, event->bytes_to_write,
					 &event->bytes_written);
	stream_note_change(event->file_context);
}

void hook_set_file_size(struct cbf_volume *volume, struct cbf_set_file_size_event *event, void *user_data)
{
	(void)volume;
	(void)user_data;
	event->result_code = -file_resize(event->file_context, event->size);
	stream_note_change(event->file_context);
}

/* Memory is as safe as it will ever be. */
void hook_flush_file(struct cbf_volume *volume, struct cbf_flush_file_event *event, void *user_data)
{
	(void)volume;
	(void)user_data;
	event->result_code = 0;
}
