/* SPDX-License-Identifier: MIT */
/* The table of events, made from events.def. */
#include "event/check.h"
#include "event/event.h"
#include "event/trace.h"

#include <errno.h>

#define OFFSET(name, member) (int)offsetof(struct cbf_##name##_event, member)

/* The members are named in events.def; these turn each name into an offset and into "may the hook set it?". */
#define AT_none(name) -1
#define AT_file_name(name) OFFSET(name, file_name)
#define AT_directory_name(name) OFFSET(name, directory_name)
#define AT_file_context(name) OFFSET(name, file_context)
#define AT_directory_context(name) OFFSET(name, directory_context)
#define AT_handle_context(name) OFFSET(name, handle_context)
#define AT_READ_ONLY_file_context(name) OFFSET(name, file_context)
#define AT_READ_ONLY_handle_context(name) OFFSET(name, handle_context)
#define SETTABLE_none false
#define SETTABLE_file_context true
#define SETTABLE_directory_context true
#define SETTABLE_handle_context true
#define SETTABLE_READ_ONLY_file_context false
#define SETTABLE_READ_ONLY_handle_context false

#define REFUSE_CHANGE CBF__REFUSE_CHANGE

/* Each hook is called through a pointer of its own type, each check and trace gets its own event. */
#define MAKE_CALL(name)                                                                                                \
	static void call_##name(struct cbf_volume *volume, const struct cbf__hook *hook, union cbf__event *event)      \
	{                                                                                                              \
		((cbf_##name##_hook)hook->function)(volume, &event->name, hook->user_data);                            \
	}
#define MAKE_FAULT_checked(name)                                                                                       \
	static const char *fault_##name(const union cbf__event *event)                                                 \
	{                                                                                                              \
		return cbf__fault_##name(&event->name);                                                                \
	}
#define MAKE_FAULT_unchecked(name)
#define MAKE_INPUTS(name)                                                                                              \
	static void inputs_##name(struct cbf__line *line, const union cbf__event *event)                               \
	{                                                                                                              \
		cbf__trace_##name##_inputs(line, &event->name);                                                        \
	}
#define MAKE_OUTPUTS(name)                                                                                             \
	static void outputs_##name(struct cbf__line *line, const union cbf__event *event)                              \
	{                                                                                                              \
		cbf__trace_##name##_outputs(line, &event->name);                                                       \
	}
#define MAKE_TRACE_neither(name)
#define MAKE_TRACE_inputs(name) MAKE_INPUTS(name)
#define MAKE_TRACE_outputs(name) MAKE_OUTPUTS(name)
#define MAKE_TRACE_both(name) MAKE_INPUTS(name) MAKE_OUTPUTS(name)

#define EVENT(id, Name, name, path, file_slot, handle_slot, default_result, check, trace)                              \
	MAKE_CALL(name)                                                                                                \
	MAKE_FAULT_##check(name) MAKE_TRACE_##trace(name)
#include "event/events.def"
#undef EVENT

#define FAULT_checked(name) fault_##name
#define FAULT_unchecked(name) NULL
#define INPUTS_neither(name) NULL
#define INPUTS_inputs(name) inputs_##name
#define INPUTS_outputs(name) NULL
#define INPUTS_both(name) inputs_##name
#define OUTPUTS_neither(name) NULL
#define OUTPUTS_inputs(name) NULL
#define OUTPUTS_outputs(name) outputs_##name
#define OUTPUTS_both(name) outputs_##name

const struct cbf__event_shape cbf__event_shapes[CBF__EVENT_COUNT] = {
#define EVENT(id, Name, name_, path_, file_slot_, handle_slot_, default_, check, trace)                                \
	[CBF__##id] = {.name = #Name,                                                                                  \
		       .path = AT_##path_(name_),                                                                      \
		       .file_slot = AT_##file_slot_(name_),                                                            \
		       .handle_slot = AT_##handle_slot_(name_),                                                        \
		       .result_code = OFFSET(name_, result_code),                                                      \
		       .file_slot_settable = SETTABLE_##file_slot_,                                                    \
		       .handle_slot_settable = SETTABLE_##handle_slot_,                                                \
		       .default_result = default_,                                                                     \
		       .call = call_##name_,                                                                           \
		       .fault = FAULT_##check(name_),                                                                  \
		       .trace_inputs = INPUTS_##trace(name_),                                                          \
		       .trace_outputs = OUTPUTS_##trace(name_)},
#include "event/events.def"
#undef EVENT
};
