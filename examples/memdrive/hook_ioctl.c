/* SPDX-License-Identifier: MIT */
/* What memdrive answers to its own ioctls: memdrive_ioctl.h. */
#include "hooks.h"
#include "memdrive_ioctl.h"
#include "stream.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static void give_stored(struct cbf_ioctl_event *event)
{
	struct node *node = event->file_context;
	uint64_t stored;

	pthread_rwlock_rdlock(&node->lock);
	streams_lock(node);
	stored = node_stored(node) + streams_stored(node);
	streams_unlock(node);
	pthread_rwlock_unlock(&node->lock);
	memcpy(event->output, &stored, sizeof(stored));
	event->bytes_returned = sizeof(stored);
}

/* A line for each that there is room for. */
static void write_lines(const struct cbf_opened_files_snapshot *snapshot, struct memdrive_open_files *answer)
{
	const struct cbf_opened_file *file;
	size_t used = 0;
	int length;

	answer->count = (uint32_t)cbf_opened_files_count(snapshot);
	for (answer->shown = 0; (file = cbf_opened_file(snapshot, answer->shown)); answer->shown++) {
		length = snprintf(answer->lines + used, sizeof(answer->lines) - used, "%d %u %s%s\n",
				  (int)file->process_id, file->uid, file->file_name, file->deleted ? " (deleted)" : "");
		if (length < 0 || (size_t)length >= sizeof(answer->lines) - used)
			break;
		used += (size_t)length;
	}
	memset(answer->lines + used, 0, sizeof(answer->lines) - used); /* no half of a line */
}

/* Who has what open is no business of everybody's. */
static int give_open_files(struct cbf_volume *volume, struct cbf_ioctl_event *event)
{
	struct cbf_opened_files_snapshot *snapshot;
	struct cbf_token token;
	int error = cbf_get_originator_token(volume, &token);

	if (error)
		return error;
	if (token.uid != 0)
		return -EPERM;
	error = cbf_create_opened_files_snapshot(volume, &snapshot);
	if (error)
		return error;
	write_lines(snapshot, event->output);
	cbf_close_opened_files_snapshot(snapshot);
	event->bytes_returned = sizeof(struct memdrive_open_files);
	return 0;
}

void hook_ioctl(struct cbf_volume *volume, struct cbf_ioctl_event *event, void *user_data)
{
	(void)user_data;
	switch (event->code) {
	case (unsigned)MEMDRIVE_IOC_STORED:
		give_stored(event);
		break;
	case (unsigned)MEMDRIVE_IOC_OPEN_FILES:
		event->result_code = -give_open_files(volume, event);
		break;
	default:
		event->result_code = ENOTTY;
	}
}
