/* SPDX-License-Identifier: MIT */
/* The volume's id and label, and ioctls. */
#include "hooks.h"
#include "memdrive_ioctl.h"
#include "stream.h"

#include <errno.h>
#include <linux/fs.h>
#include <string.h>

void hook_get_volume_id(struct cbf_volume *volume, struct cbf_get_volume_id_event *event, void *user_data)
{
	const struct memdrive *drive = user_data;

	(void)volume;
	event->volume_id = drive->volume_id;
}

void hook_get_volume_label(struct cbf_volume *volume, struct cbf_get_volume_label_event *event, void *user_data)
{
	struct memdrive *drive = user_data;

	(void)volume;
	label_get(&drive->label, event->label); /* there is room for CBF_LABEL_MAX bytes */
}

void hook_set_volume_label(struct cbf_volume *volume, struct cbf_set_volume_label_event *event, void *user_data)
{
	struct memdrive *drive = user_data;

	(void)volume;
	event->result_code = -label_set(&drive->label, event->label);
}

/* lsattr -v. An id is never given twice, and so its low bits are as good a generation as any. Programs have an int
 * there, whatever the number says. */
void hook_fsctl(struct cbf_volume *volume, struct cbf_fsctl_event *event, void *user_data)
{
	const struct node *node = event->file_context;
	uint32_t generation = (uint32_t)node->id;

	(void)volume;
	(void)user_data;
	if (event->code != (unsigned)FS_IOC_GETVERSION) {
		event->result_code = ENOTTY;
		return;
	}
	memcpy(event->output, &generation, sizeof(generation));
	event->bytes_returned = sizeof(generation);
}

void hook_ioctl(struct cbf_volume *volume, struct cbf_ioctl_event *event, void *user_data)
{
	struct node *node = event->file_context;
	uint64_t stored;

	(void)volume;
	(void)user_data;
	if (event->code != (unsigned)MEMDRIVE_IOC_STORED) {
		event->result_code = ENOTTY;
		return;
	}
	pthread_rwlock_rdlock(&node->lock);
	streams_lock(node);
	stored = node_stored(node) + streams_stored(node);
	streams_unlock(node);
	pthread_rwlock_unlock(&node->lock);
	memcpy(event->output, &stored, sizeof(stored));
	event->bytes_returned = sizeof(stored);
}
