/* SPDX-License-Identifier: MIT */
/* The volume as a whole. What is stored outlives an unmount: the same drive can be mounted again. */
#include "hooks.h"

#include <string.h>

void hook_mount(struct cbf_volume *volume, struct cbf_mount_event *event, void *user_data)
{
	struct memdrive *drive = user_data;

	(void)volume;
	(void)event;
	if (drive->is_background) /* cbf_serve() now takes stderr away */
		report_use_log(&drive->report);
}

void hook_unmount(struct cbf_volume *volume, struct cbf_unmount_event *event, void *user_data)
{
	struct memdrive *drive = user_data;

	(void)volume;
	(void)event;
	atomic_store(&drive->workers, 0);
}

/* Once this process has ended, nobody gets at it any more. */
void hook_ejected(struct cbf_volume *volume, struct cbf_ejected_event *event, void *user_data)
{
	struct memdrive *drive = user_data;

	(void)volume;
	(void)event;
	report_error(&drive->report, "unmounted from outside; what was stored is gone");
}

void hook_error(struct cbf_volume *volume, struct cbf_error_event *event, void *user_data)
{
	struct memdrive *drive = user_data;

	(void)volume;
	report_error(&drive->report, "%s (%s)", event->description, strerror(event->error_code));
}

/* Rounded so that what is shown as free is free. */
static uint64_t rest(uint64_t limit, uint64_t used)
{
	return used < limit ? limit - used : 0;
}

/* Without a limit nothing can be said. */
void hook_get_volume_size(struct cbf_volume *volume, struct cbf_get_volume_size_event *event, void *user_data)
{
	struct space *space = &((struct memdrive *)user_data)->space;

	(void)volume;
	event->total_sectors = space->byte_limit / PAGE_BYTES;
	event->available_sectors = rest(space->byte_limit, atomic_load(&space->bytes)) / PAGE_BYTES;
	event->free_sectors = event->available_sectors;
	event->total_files = space->file_limit;
	event->free_files = rest(space->file_limit, atomic_load(&space->files));
}
