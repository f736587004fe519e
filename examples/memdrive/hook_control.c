/* SPDX-License-Identifier: MIT */
/* The volume's id and label, and the ioctls of Linux that have no event of their own. */
#include "hooks.h"
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
