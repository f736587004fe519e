/* SPDX-License-Identifier: MIT */
#include "battery.h"

#include "sanitizer_death.h"
#include "subject.h"
#include "volume.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mount.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum { PATIENCE_S = 20 };

/* Of a test that hangs or breaks off: a mount point that nobody serves is left to nobody. By force, since this process
 * may be waiting for itself. */
static char mounted_on[2][64];

static void let_go(void)
{
	for (int i = 0; i < 2; i++)
		if (mounted_on[i][0])
			(void)umount2(mounted_on[i], MNT_FORCE | MNT_DETACH);
}

static void leave(int signal_number)
{
	let_go();
	(void)signal(signal_number, SIG_DFL);
	(void)raise(signal_number);
}

static void note_mount(const char *directory, bool on)
{
	for (int i = 0; i < 2; i++) {
		if (on ? mounted_on[i][0] == '\0' : strcmp(mounted_on[i], directory) == 0) {
			(void)snprintf(mounted_on[i], sizeof(mounted_on[i]), "%s", on ? directory : "");
			return;
		}
	}
}

static void judge(struct battery *battery, enum cbf__event_id id, const union cbf__event *before,
		  const union cbf__event *after)
{
	struct firing firing = {.battery = battery, .before = before, .after = after};
	const char *fault;

	pthread_mutex_lock(&battery->lock);
	if (battery->row && battery->row->id == id && !battery->fits) {
		fault = battery->row->check(&firing);
		battery->fits = !fault;
		battery->fault = fault;
		pthread_cond_broadcast(&battery->changed);
	}
	pthread_mutex_unlock(&battery->lock);
}

#define EVENT(id, Name, name, ...)                                                                                     \
	static void watch_##name(struct cbf_volume *volume, struct cbf_##name##_event *event, void *user_data)         \
	{                                                                                                              \
		struct battery *battery = user_data;                                                                   \
		const struct cbf__hook *hook = &battery->hooks[CBF__##id];                                             \
		struct cbf_##name##_event before;                                                                      \
		memcpy(&before, event, sizeof(before));                                                                \
		((cbf_##name##_hook)hook->function)(volume, event, hook->user_data);                                   \
		judge(battery, CBF__##id, (const union cbf__event *)(const void *)&before,                             \
		      (const union cbf__event *)(const void *)event);                                                  \
	}
#include "event/events.def"
#undef EVENT

static void watch_all(struct battery *battery)
{
	memcpy(battery->hooks, battery->volume->registry.hooks, sizeof(battery->hooks));
#define EVENT(id, Name, name, ...)                                                                                     \
	if (battery->hooks[CBF__##id].function)                                                                        \
		assert_int_equal(cbf_on_##name(battery->volume, watch_##name, battery), 0);
#include "event/events.def"
#undef EVENT
}

struct battery *battery_new(void)
{
	struct battery *battery = calloc(1, sizeof(*battery));

	assert_non_null(battery);
	pthread_mutex_init(&battery->lock, NULL);
	pthread_cond_init(&battery->changed, NULL);
	(void)snprintf(battery->directory, sizeof(battery->directory), "/tmp/cbfuse-events.XXXXXX");
	assert_non_null(mkdtemp(battery->directory));
	assert_int_equal(cbf_volume_create(&battery->volume), 0);
	battery->subject = subject_new(battery->volume);
	assert_non_null(battery->subject);
	/* Nothing is kept: each call comes to the hooks. */
	assert_int_equal(cbf_set_metadata_cache(battery->volume, 0), 0);
	watch_all(battery);
	return battery;
}

void battery_mount(struct battery *battery)
{
	(void)signal(SIGALRM, leave);
	(void)signal(SIGTERM, leave);
	(void)signal(SIGABRT, leave);
	before_sanitizer_death(let_go);
	note_mount(battery->directory, true);
	assert_int_equal(cbf_mount(battery->volume, battery->directory), 0);
}

void battery_free(struct battery *battery)
{
	cbf_volume_destroy(battery->volume);
	subject_free(battery->subject);
	note_mount(battery->directory, false);
	(void)rmdir(battery->directory);
	pthread_cond_destroy(&battery->changed);
	pthread_mutex_destroy(&battery->lock);
	free(battery);
}

void battery_watch(struct battery *battery, const struct row *row)
{
	pthread_mutex_lock(&battery->lock);
	battery->row = row;
	battery->fits = false;
	battery->fault = "it did not fire";
	pthread_mutex_unlock(&battery->lock);
}

bool battery_fits(struct battery *battery)
{
	bool fits;

	pthread_mutex_lock(&battery->lock);
	fits = battery->fits;
	pthread_mutex_unlock(&battery->lock);
	return fits;
}

/* Some events come after the call that caused them has returned: CloseFile after close(2). */
const char *battery_verdict(struct battery *battery)
{
	struct timespec end;
	const char *fault;
	int error = 0;

	clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += PATIENCE_S;
	pthread_mutex_lock(&battery->lock);
	while (!battery->fits && error == 0)
		error = pthread_cond_timedwait(&battery->changed, &battery->lock, &end);
	fault = battery->fits ? NULL : battery->fault;
	battery->row = NULL;
	pthread_mutex_unlock(&battery->lock);
	return fault;
}

void battery_run_life(const struct row *row, void (*life)(struct battery *battery))
{
	struct battery *battery = battery_new();
	const char *fault;

	battery_watch(battery, row);
	life(battery);
	fault = battery_verdict(battery);
	battery_free(battery);
	if (fault)
		fail_msg("%s: %s: %s", cbf__event_shapes[row->id].name, row->what, fault);
}

void battery_did(bool well, const char *call)
{
	if (!well)
		fail_msg("%s: %s", call, strerror(errno));
}

void battery_failed(bool failed, int code, const char *call)
{
	if (!failed)
		fail_msg("%s succeeded", call);
	if (errno != code)
		fail_msg("%s: %s, in place of %s", call, strerror(errno), strerror(code));
}

const char *at(const struct battery *battery, const char *path)
{
	static _Thread_local char paths[8][600];
	static _Thread_local unsigned next;
	char *out = paths[next++ % 8];

	(void)snprintf(out, sizeof(paths[0]), "%s%s", battery->directory, path);
	return out;
}

void put(const struct battery *battery, const char *path, const char *content)
{
	int fd = open(at(battery, path), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	size_t length = strlen(content);

	battery_did(fd >= 0, path);
	battery_did(write(fd, content, length) == (ssize_t)length, path);
	battery_did(close(fd) == 0, path);
}
