/* SPDX-License-Identifier: MIT */
/*
 * The battery: every event, fired by a real system call on a real mount, every parameter checked, on an example's own
 * hooks. The library's calls of the hooks are watched: a row of the battery says which event it is for, what fires it,
 * and what must be in it when its hook has answered. A row passes if one of the events that fire meanwhile is right in
 * everything; it fails with what was wrong with the last one of its kind.
 *
 * An event without a row fails, and so does one that the example does not hook, unless it says so (subject.h).
 *
 * Threads: system calls are made on the test's thread, hooks and checks run on the workers. A check must only look.
 */
#ifndef BATTERY_H
#define BATTERY_H

#include "event/event.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

struct subject;
struct row;

struct battery {
	struct cbf_volume *volume;
	struct subject *subject;
	char directory[64]; /* the mount point */
	struct cbf__hook hooks[CBF__EVENT_COUNT]; /* of the subject */
	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t changed;
	const struct row *row; /* NULL: nobody looks */
	bool fits;
	const char *fault;
};

/* What a hook was handed, and what it left there. Everything that the event points to is still valid. */
struct firing {
	struct battery *battery;
	const union cbf__event *before; /* only its own bytes: buffers hold what the hook wrote */
	const union cbf__event *after;
};

struct row {
	enum cbf__event_id id;
	const char *what; /* the system call, as it is printed */
	void (*act)(struct battery *battery);
	const char *(*check)(const struct firing *firing); /* NULL, or what is wrong */
};

/* In a check: the first condition that does not hold is what is wrong. */
#define MUST(condition)                                                                                                \
	do {                                                                                                           \
		if (!(condition))                                                                                      \
			return #condition " does not hold";                                                            \
	} while (0)

/* In a check: `e` is the event after its hook, `b` before it. */
#define EVENT_OF(firing, name)                                                                                         \
	const struct cbf_##name##_event *const e = &(firing)->after->name;                                             \
	const struct cbf_##name##_event *const b = &(firing)->before->name;                                            \
	(void)b

/* In an act: it must succeed, or fail with just that errno. */
#define DO(call) battery_did((call) >= 0, #call)
#define FAILS(call, code) battery_failed((call) < 0, code, #call)
void battery_did(bool well, const char *call);
void battery_failed(bool failed, int code, const char *call);

/* The rows, one file a family: rows_*.c. */
struct rows {
	const struct row *rows;
	size_t count;
};
#define ROWS_OF(array)                                                                                                 \
	{                                                                                                              \
		(array), sizeof(array) / sizeof((array)[0])                                                            \
	}
extern const struct rows volume_rows, file_rows, data_rows, directory_rows, name_rows, link_rows, attribute_rows,
	control_rows, stream_rows, record_rows, access_rows;

/* A volume with the subject's hooks, watched. Not mounted yet. */
struct battery *battery_new(void);
void battery_mount(struct battery *battery);
/* Unmounts if it is mounted, by force, and frees all. */
void battery_free(struct battery *battery);
void battery_watch(struct battery *battery, const struct row *row);
/* Was one right already? */
bool battery_fits(struct battery *battery);
/* NULL if an event of the row was right (it is waited for). */
const char *battery_verdict(struct battery *battery);
/* Runs a row on a volume of its own: for what fires while it is mounted and unmounted. */
void battery_run_life(const struct row *row, void (*life)(struct battery *battery));

/* A path in the mount; good until the eighth call after this one. */
const char *at(const struct battery *battery, const char *path);
/* Makes a file of that content, and closes it. */
void put(const struct battery *battery, const char *path, const char *content);

#endif
