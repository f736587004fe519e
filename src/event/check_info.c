/* SPDX-License-Identifier: MIT */
/* What hooks say that files are, and volumes. */
#include "event/check.h"

static bool time_is_good(const struct timespec *time)
{
	return time->tv_nsec >= 0 && time->tv_nsec < 1000000000L;
}

static bool type_is_good(mode_t mode)
{
	switch (mode & S_IFMT) {
	case 0:
	case S_IFREG:
	case S_IFDIR:
	case S_IFLNK:
	case S_IFIFO:
	case S_IFSOCK:
	case S_IFCHR:
	case S_IFBLK:
		return true;
	default:
		return false;
	}
}

const char *cbf__info_fault(const struct cbf_file_info *info, unsigned requested)
{
	if ((requested & (CBF_INFO_ATTR | CBF_INFO_TYPE)) && !type_is_good(info->mode))
		return "gave a mode with an unknown file type";
	if ((requested & CBF_INFO_SIZE) && (info->size > INT64_MAX || info->allocation_size > INT64_MAX))
		return "gave a size that is negative";
	if ((requested & CBF_INFO_TIME) && (!time_is_good(&info->last_access_time) ||
					    !time_is_good(&info->last_write_time) || !time_is_good(&info->change_time)))
		return "gave a time whose nanoseconds are out of range";
	return NULL;
}

const char *cbf__fault_get_file_info(const struct cbf_get_file_info_event *event)
{
	return event->file_exists ? cbf__info_fault(event->info, event->requested_info) : NULL;
}

const char *cbf__fault_enumerate_directory(const struct cbf_enumerate_directory_event *event)
{
	const char *fault;

	if (!event->file_found)
		return NULL;
	fault = cbf__name_fault(event->file_name, event->file_name_capacity);
	return fault ? fault : cbf__info_fault(event->info, event->requested_info);
}

const char *cbf__fault_get_volume_size(const struct cbf_get_volume_size_event *event)
{
	return event->available_sectors > event->total_sectors ? "gave more free than total sectors" : NULL;
}
