/* SPDX-License-Identifier: MIT */
/* What the library answers for an event that nobody hooked: see events.def. The headers promise it, event by event. */
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
	int result = cbf__event_shapes[id].default_result;

	if (id == CBF__GET_FILE_INFO)
		return default_file_info(&event->get_file_info);
	return result == CBF__REFUSE_CHANGE ? unhooked_change(volume) : result;
}
