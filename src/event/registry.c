/* SPDX-License-Identifier: MIT */
/* The typed setters: one an event, made from events.def. */
#include "event/event.h"
#include "volume.h"

#include <errno.h>

static int set_hook(struct cbf_volume *volume, struct cbf__hook *hook, void (*function)(void), void *user_data)
{
	int error = cbf__volume_begin_change(volume);

	if (error)
		return error;
	hook->function = function;
	hook->user_data = user_data;
	cbf__volume_end_change(volume);
	return 0;
}

#define EVENT(id, Name, name, ...)                                                                                     \
	int cbf_on_##name(struct cbf_volume *volume, cbf_##name##_hook hook, void *user_data)                          \
	{                                                                                                              \
		return set_hook(volume, &volume->registry.hooks[CBF__##id], (void (*)(void))hook, user_data);          \
	}
#include "event/events.def"
#undef EVENT

int cbf_on_error(struct cbf_volume *volume, cbf_error_hook hook, void *user_data)
{
	return set_hook(volume, &volume->registry.error, (void (*)(void))hook, user_data);
}

int cbf_on_worker_thread_termination(struct cbf_volume *volume, cbf_worker_thread_termination_hook hook,
				     void *user_data)
{
	return set_hook(volume, &volume->registry.worker_thread_termination, (void (*)(void))hook, user_data);
}

int cbf_set_trace(struct cbf_volume *volume, cbf_trace_function trace, void *user_data)
{
	return set_hook(volume, &volume->registry.trace, (void (*)(void))trace, user_data);
}

bool cbf__hooked(const struct cbf_volume *volume, enum cbf__event_id id)
{
	return volume->registry.hooks[id].function != NULL;
}
