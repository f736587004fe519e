/* SPDX-License-Identifier: MIT */
/* What the library answers for an event that nobody hooked. The headers promise these, event by event. */
#include "event/event.h"
#include "volume.h"

#include <errno.h>
#include <string.h>

static int unhooked_change(const struct cbf_volume *volume)
{
	return cbf__volume_is_read_only(volume) ? EROFS : EOPNOTSUPP;
}

static int default_file_info(struct cbf_get_file_info_event *event)
{
	event->file_exists = strcmp(event->file_name, "/") == 0;
	event->info->mode = S_IFDIR | 0555;
	return 0;
}

int cbf__default_answer(const struct cbf_volume *volume, enum cbf__event_id id, union cbf__event *event)
{
	switch (id) {
	case CBF__GET_FILE_INFO:
		return default_file_info(&event->get_file_info);
	case CBF__CREATE_FILE:
		return EROFS;
	case CBF__READ_FILE:
	case CBF__QUERY_ALLOCATED_RANGES:
	case CBF__OFFLOAD_WRITE_FILE:
	case CBF__ENUMERATE_HARD_LINKS:
		return EOPNOTSUPP;
	case CBF__WRITE_FILE:
	case CBF__SET_FILE_SIZE:
	case CBF__SET_ALLOCATION_SIZE:
	case CBF__ZEROIZE_FILE_RANGE:
	case CBF__SET_FILE_ATTRIBUTES:
	case CBF__SET_EA:
	case CBF__DELETE_FILE:
	case CBF__RENAME_OR_MOVE_FILE:
		return unhooked_change(volume);
	case CBF__CREATE_HARD_LINK:
	case CBF__SET_REPARSE_POINT:
		return EPERM;
	case CBF__GET_REPARSE_POINT:
		return EINVAL;
	case CBF__GET_FILE_NAME_BY_FILE_ID:
		return ENOENT;
	/* Nothing to do, and what the event says on entry is the answer. */
	case CBF__MOUNT:
	case CBF__UNMOUNT:
	case CBF__GET_VOLUME_SIZE:
	case CBF__WORKER_THREAD_CREATION:
	case CBF__OPEN_FILE:
	case CBF__CLEANUP_FILE:
	case CBF__CLOSE_FILE:
	case CBF__FLUSH_FILE:
	case CBF__ENUMERATE_DIRECTORY:
	case CBF__CLOSE_DIRECTORY_ENUMERATION:
	case CBF__CLOSE_HARD_LINKS_ENUMERATION:
	case CBF__QUERY_EA:
	case CBF__CAN_FILE_BE_DELETED:
	case CBF__IS_DIRECTORY_EMPTY:
	case CBF__EVENT_COUNT:
		break;
	}
	return 0;
}
