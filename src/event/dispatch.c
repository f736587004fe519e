/* SPDX-License-Identifier: MIT */
/* The choke point through which every event goes. */
#include "event/event.h"
#include "volume.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static _Thread_local unsigned hook_depth;
static _Thread_local const struct cbf__current *current;

const struct cbf__current *cbf__current(void)
{
	return current;
}

bool cbf__inside_hook(void)
{
	return hook_depth > 0;
}

static void *load(const union cbf__event *event, int offset)
{
	void *context;

	memcpy(&context, (const char *)event + offset, sizeof(context));
	return context;
}

static void store(union cbf__event *event, int offset, void *context)
{
	memcpy((char *)event + offset, &context, sizeof(context));
}

static void hand_in(const struct cbf__event_shape *shape, union cbf__event *event, const struct cbf__slots *slots,
		    void *before[2])
{
	before[0] = before[1] = NULL;
	if (slots) {
		pthread_mutex_lock(slots->lock);
		if (slots->file)
			before[0] = *slots->file;
		if (slots->handle)
			before[1] = *slots->handle;
		pthread_mutex_unlock(slots->lock);
	}
	if (shape->file_slot >= 0)
		store(event, shape->file_slot, before[0]);
	if (shape->handle_slot >= 0)
		store(event, shape->handle_slot, before[1]);
}

/* Only what the hook changed is written: events that run side by side must not undo each other's change. */
static void take_back(const struct cbf__event_shape *shape, const union cbf__event *event,
		      const struct cbf__slots *slots, void *const before[2])
{
	void *after;

	if (!slots)
		return;
	pthread_mutex_lock(slots->lock);
	if (slots->file && shape->file_slot_settable) {
		after = load(event, shape->file_slot);
		if (after != before[0])
			*slots->file = after;
	}
	if (slots->handle && shape->handle_slot_settable) {
		after = load(event, shape->handle_slot);
		if (after != before[1])
			*slots->handle = after;
	}
	pthread_mutex_unlock(slots->lock);
}

static const char *path_of(const struct cbf__event_shape *shape, const union cbf__event *event)
{
	return shape->path >= 0 ? load(event, shape->path) : NULL;
}

static void enter(struct cbf__current *entered, struct cbf_volume *volume, const struct cbf__slots *slots,
		  const char *path)
{
	*entered = (struct cbf__current){.outer = current,
					 .volume = volume,
					 .path = path,
					 .originator = slots ? slots->originator : NULL,
					 .creator = slots ? slots->creator : NULL,
					 .route = slots ? slots->route : NULL};
	current = entered;
	hook_depth++;
}

static void leave(const struct cbf__current *entered)
{
	hook_depth--;
	current = entered->outer;
}

int cbf__fire(struct cbf_volume *volume, enum cbf__event_id id, union cbf__event *event, const struct cbf__slots *slots)
{
	const struct cbf__event_shape *shape = &cbf__event_shapes[id];
	const struct cbf__hook *hook = &volume->registry.hooks[id];
	struct cbf__current entered;
	void *before[2];
	int result;

	if (!hook->function)
		return cbf__default_answer(volume, id, event);
	hand_in(shape, event, slots, before);
	enter(&entered, volume, slots, path_of(shape, event));
	shape->call(volume, hook, event);
	leave(&entered);
	memcpy(&result, (const char *)event + shape->result_code, sizeof(result));
	result = cbf__check_answer(volume, id, event, result);
	/* What a hook that failed to open leaves in the slots is forgotten: there is no open to keep it for. */
	if (result == 0 || (id != CBF__OPEN_FILE && id != CBF__CREATE_FILE))
		take_back(shape, event, slots, before);
	if (volume->registry.trace.function) {
		hook_depth++;
		cbf__trace(volume, id, event, result);
		hook_depth--;
	}
	return result;
}

void cbf__fire_worker_thread_termination(struct cbf_volume *volume)
{
	const struct cbf__hook *hook = &volume->registry.worker_thread_termination;
	struct cbf_worker_thread_termination_event event = {0};

	if (!hook->function)
		return;
	hook_depth++;
	((cbf_worker_thread_termination_hook)hook->function)(volume, &event, hook->user_data);
	if (volume->registry.trace.function)
		((cbf_trace_function)volume->registry.trace.function)(volume, "WorkerThreadTermination",
								      volume->registry.trace.user_data);
	hook_depth--;
}

void cbf__report(struct cbf_volume *volume, int error, const char *format, ...)
{
	const struct cbf__hook *hook = &volume->registry.error;
	char description[512];
	va_list arguments;

	if (!hook->function)
		return;
	va_start(arguments, format);
	(void)vsnprintf(description, sizeof(description), format, arguments);
	va_end(arguments);
	hook_depth++;
	((cbf_error_hook)hook->function)(volume, &(struct cbf_error_event){error, description}, hook->user_data);
	hook_depth--;
}
