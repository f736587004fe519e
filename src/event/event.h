/* SPDX-License-Identifier: MIT */
/*
 * Events: which there are, who hooked them, and the one place where they fire.
 *
 * Layer: knows volumes and hooks, but neither requests, nodes nor libfuse. It never replies.
 * Two events stand beside the table, since they have no result: Error and WorkerThreadTermination.
 */
#ifndef CBF__EVENT_H
#define CBF__EVENT_H

#include "event/actor.h"

#include <cbfuse/cbfuse.h>
#include <pthread.h>

enum cbf__event_id {
#define EVENT(id, Name, name, ...) CBF__##id,
#include "event/events.def"
#undef EVENT
	CBF__EVENT_COUNT
};

/* An event under way. It lies in a request, so that it may outlive the call that fired it. */
union cbf__event {
#define EVENT(id, Name, name, ...) struct cbf_##name##_event name;
#include "event/events.def"
#undef EVENT
};

/* Events have const members, so one cannot be assigned: it is made as a whole. */
#define CBF__MAKE_EVENT(event, name, ...)                                                                              \
	memcpy(&(event)->name, &(const struct cbf_##name##_event){__VA_ARGS__}, sizeof((event)->name))

struct cbf__hook {
	void (*function)(void); /* cast to the event's own type before it is called */
	void *user_data;
};

/* Frozen while the volume is mounted, so hooks read it without a lock. */
struct cbf__registry {
	struct cbf__hook hooks[CBF__EVENT_COUNT];
	struct cbf__hook error;
	struct cbf__hook worker_thread_termination;
	struct cbf__hook trace;
};

struct cbf__line;

/* What the library must know of an event, from its line in events.def. */
struct cbf__event_shape {
	const char *name;
	/* Where these are in it; -1: nowhere. */
	int path;
	int file_slot;
	int handle_slot;
	int result_code;
	bool file_slot_settable;
	bool handle_slot_settable;
	int default_result; /* 0, an errno value, or CBF__REFUSE_CHANGE */
	void (*call)(struct cbf_volume *volume, const struct cbf__hook *hook, union cbf__event *event);
	/* These may be NULL. */
	const char *(*fault)(const union cbf__event *event);
	void (*trace_inputs)(struct cbf__line *line, const union cbf__event *event);
	void (*trace_outputs)(struct cbf__line *line, const union cbf__event *event);
};
extern const struct cbf__event_shape cbf__event_shapes[CBF__EVENT_COUNT];

enum { CBF__REFUSE_CHANGE = -1 };

/* The context slots that an event reads and may set, and who is behind it; each may be NULL. The lock is held only
 * while the slots are read or written, never while the hook runs. */
struct cbf__slots {
	void **file;
	void **handle;
	pthread_mutex_t *lock;
	const struct cbf__actor *originator;
	const struct cbf__creator *creator;
	struct cbf__route **route; /* where the hook may put one */
};

bool cbf__hooked(const struct cbf_volume *volume, enum cbf__event_id id);

/* The choke point: hands in the contexts, calls the hook or makes the default answer, checks the answer, takes the
 * contexts back, traces. Returns the result code, 0 or 1..CBF_RESULT_MAX. */
int cbf__fire(struct cbf_volume *volume, enum cbf__event_id id, union cbf__event *event,
	      const struct cbf__slots *slots);
void cbf__fire_worker_thread_termination(struct cbf_volume *volume);

/* Is this thread inside of a hook (of any volume)? Then it must not wait for the library. */
bool cbf__inside_hook(void);

/* Parts of the choke point. */
int cbf__default_answer(const struct cbf_volume *volume, enum cbf__event_id id, union cbf__event *event);
int cbf__check_answer(struct cbf_volume *volume, enum cbf__event_id id, union cbf__event *event, int result);
void cbf__trace(struct cbf_volume *volume, enum cbf__event_id id, const union cbf__event *event, int result);

/* Tells OnError. error is an errno value. */
void cbf__report(struct cbf_volume *volume, int error, const char *format, ...) CBF_PRINTF(3, 4);

/* May this be a component of a path, and terminated within capacity? */
bool cbf__name_is_good(const char *name, size_t capacity);

#endif
