/* SPDX-License-Identifier: MIT */
/* The model filesystem's knobs, turned by the test's thread, and its checks. */
#include "model_fs_internal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { PATIENCE_S = 10 };

static void arm_failure(struct model_fs *fs, enum mf_event kind, unsigned skip, int code, bool dirty)
{
	struct mf_knobs *knobs = &fs->knobs[kind];

	pthread_mutex_lock(&fs->lock);
	knobs->fail_armed = true;
	knobs->fail_dirty = dirty;
	knobs->fail_skip = skip;
	knobs->fail_code = code;
	pthread_mutex_unlock(&fs->lock);
}

void mf_fail(struct model_fs *fs, enum mf_event kind, unsigned skip, int code)
{
	arm_failure(fs, kind, skip, code, false);
}

void mf_fail_dirty(struct model_fs *fs, enum mf_event kind, int code)
{
	arm_failure(fs, kind, 0, code, true);
}

void mf_answer(struct model_fs *fs, enum mf_event kind, enum mf_bad bad, unsigned times)
{
	pthread_mutex_lock(&fs->lock);
	fs->knobs[kind].bad = bad;
	fs->knobs[kind].bad_times = times;
	pthread_mutex_unlock(&fs->lock);
}

void mf_deny_deletion(struct model_fs *fs, bool deny)
{
	pthread_mutex_lock(&fs->lock);
	fs->deny_deletion = deny;
	pthread_mutex_unlock(&fs->lock);
}

void mf_block(struct model_fs *fs, enum mf_event kind, const char *path)
{
	struct mf_knobs *knobs = &fs->knobs[kind];

	pthread_mutex_lock(&fs->lock);
	free(knobs->block_path);
	knobs->block_path = path ? strdup(path) : NULL;
	knobs->block_armed = true;
	pthread_mutex_unlock(&fs->lock);
}

static void release(struct model_fs *fs, enum mf_event kind)
{
	fs->knobs[kind].block_armed = false;
	fs->knobs[kind].block_generation++;
	pthread_cond_broadcast(&fs->changed);
}

void mf_release(struct model_fs *fs, enum mf_event kind)
{
	pthread_mutex_lock(&fs->lock);
	release(fs, kind);
	pthread_mutex_unlock(&fs->lock);
}

void mf_release_all(struct model_fs *fs)
{
	int kind;

	pthread_mutex_lock(&fs->lock);
	for (kind = 0; kind < MF_EVENT_COUNT; kind++)
		release(fs, (enum mf_event)kind);
	pthread_mutex_unlock(&fs->lock);
}

/* Waits until *counter, which the lock guards, is at least count. */
static void wait_for(struct model_fs *fs, const unsigned *counter, unsigned count, const char *what)
{
	struct timespec until;
	unsigned reached;
	int error = 0;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += PATIENCE_S;
	pthread_mutex_lock(&fs->lock);
	while (*counter < count && error == 0)
		error = pthread_cond_timedwait(&fs->changed, &fs->lock, &until);
	reached = *counter;
	pthread_mutex_unlock(&fs->lock);
	if (reached < count)
		fail_msg("%u hooks were %s within %d s, %u were waited for", reached, what, PATIENCE_S, count);
}

void mf_wait_blocked(struct model_fs *fs, enum mf_event kind, unsigned count)
{
	wait_for(fs, &fs->knobs[kind].blocked, count, "blocked");
}

void mf_wait_seen(struct model_fs *fs, enum mf_event kind, unsigned count)
{
	wait_for(fs, &fs->knobs[kind].seen, count, "entered");
}

unsigned mf_seen(struct model_fs *fs, enum mf_event kind)
{
	unsigned seen;

	pthread_mutex_lock(&fs->lock);
	seen = fs->knobs[kind].seen;
	pthread_mutex_unlock(&fs->lock);
	return seen;
}

unsigned mf_most_at_once(struct model_fs *fs, enum mf_event kind)
{
	unsigned most;

	pthread_mutex_lock(&fs->lock);
	most = fs->knobs[kind].most_at_once;
	pthread_mutex_unlock(&fs->lock);
	return most;
}

int mf_workers(struct model_fs *fs)
{
	int workers;

	pthread_mutex_lock(&fs->lock);
	workers = fs->workers;
	pthread_mutex_unlock(&fs->lock);
	return workers;
}

void mf_allow_overlap(struct model_fs *fs)
{
	pthread_mutex_lock(&fs->lock);
	fs->overlap_allowed = true;
	pthread_mutex_unlock(&fs->lock);
}

void mf_forget_deleted(struct model_fs *fs)
{
	pthread_mutex_lock(&fs->lock);
	fs->forgets_deleted = true;
	pthread_mutex_unlock(&fs->lock);
}

void mf_last_error(struct model_fs *fs, char *out, size_t capacity)
{
	pthread_mutex_lock(&fs->lock);
	strncpy(out, fs->last_error, capacity - 1);
	out[capacity - 1] = '\0';
	pthread_mutex_unlock(&fs->lock);
}

long mf_contexts_made(struct model_fs *fs, enum mf_context_kind kind)
{
	long made;

	pthread_mutex_lock(&fs->lock);
	made = fs->made[kind];
	pthread_mutex_unlock(&fs->lock);
	return made;
}

long mf_contexts_alive(struct model_fs *fs, enum mf_context_kind kind)
{
	long alive;

	pthread_mutex_lock(&fs->lock);
	alive = fs->made[kind] - fs->freed[kind];
	pthread_mutex_unlock(&fs->lock);
	return alive;
}

void mf_check(struct model_fs *fs)
{
	unsigned violations;

	pthread_mutex_lock(&fs->lock);
	violations = fs->violations;
	pthread_mutex_unlock(&fs->lock);
	if (violations > 0)
		fail_msg("%u violations, the first: %s", violations, fs->first_violation);
}

void mf_check_balance(struct model_fs *fs)
{
	static const char *const kinds[MF_CONTEXT_KINDS] = {
		"file contexts",         "handle contexts",         "enumerations of directories",
		"enumerations of links", "enumerations of streams", "enumerations of quotas"};
	int kind;

	mf_check(fs);
	for (kind = 0; kind < MF_CONTEXT_KINDS; kind++) {
		const long alive = mf_contexts_alive(fs, (enum mf_context_kind)kind);

		if (alive != 0)
			fail_msg("%ld %s were not released", alive, kinds[kind]);
	}
}
