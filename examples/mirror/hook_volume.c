/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE 1
#include "hooks.h"

#include <errno.h>
#include <string.h>
#include <sys/statvfs.h>

void hook_mount(struct cbf_volume *volume, struct cbf_mount_event *event, void *user_data)
{
	struct mirror *mirror = user_data;

	(void)volume;
	(void)event;
	if (mirror->is_background) /* cbf_serve() now takes stderr away */
		report_use_log(&mirror->report);
}

void hook_error(struct cbf_volume *volume, struct cbf_error_event *event, void *user_data)
{
	struct mirror *mirror = user_data;

	(void)volume;
	report_error(&mirror->report, "%s (%s)", event->description, strerror(event->error_code));
}

static uint64_t sectors(const struct mirror *mirror, fsblkcnt_t blocks, unsigned long block_size)
{
	return (uint64_t)blocks * block_size / mirror->sector_size;
}

void hook_get_volume_size(struct cbf_volume *volume, struct cbf_get_volume_size_event *event, void *user_data)
{
	struct mirror *mirror = user_data;
	struct statvfs st;

	(void)volume;
	if (fstatvfs(mirror->source.root_fd, &st) != 0) {
		event->result_code = errno;
		return;
	}
	event->total_sectors = sectors(mirror, st.f_blocks, st.f_frsize);
	event->available_sectors = sectors(mirror, st.f_bavail, st.f_frsize);
	event->free_sectors = sectors(mirror, st.f_bfree, st.f_frsize);
	event->total_files = st.f_files;
	event->free_files = st.f_ffree;
}
