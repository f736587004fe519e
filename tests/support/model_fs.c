/* SPDX-License-Identifier: MIT */
/* The model filesystem's life, and what every hook does first and last. */
#include "model_fs_internal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct model_fs *mf_create(void)
{
	struct model_fs *fs = calloc(1, sizeof(*fs));
	pthread_condattr_t attributes;

	assert_non_null(fs);
	pthread_mutex_init(&fs->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&fs->changed, &attributes);
	pthread_condattr_destroy(&attributes);
	fs->root = calloc(1, sizeof(*fs->root));
	assert_non_null(fs->root);
	fs->root->id = CBF_ROOT_ID;
	fs->root->mode = S_IFDIR | 0755;
	fs->root->links = 1;
	fs->next_id = 1000;
	fs->clock = 1700000000;
	mf__touch(fs, fs->root);
	return fs;
}

void mf_destroy(struct model_fs *fs)
{
	int kind;

	if (!fs)
		return;
	while (fs->names_count > 0)
		mf__unlink(fs, fs->names[fs->names_count - 1]);
	for (kind = 0; kind < MF_EVENT_COUNT; kind++)
		free(fs->knobs[kind].block_path);
	free(fs->names);
	mf__free_eas(fs->root);
	free(fs->root);
	pthread_cond_destroy(&fs->changed);
	pthread_mutex_destroy(&fs->lock);
	free(fs);
}

void mf_register(struct model_fs *fs, struct cbf_volume *volume)
{
	mf__hook_volume(fs, volume);
	mf__hook_files(fs, volume);
	mf__hook_ranges(fs, volume);
	mf__hook_attributes(fs, volume);
	mf__hook_directories(fs, volume);
	mf__hook_links(fs, volume);
	mf__hook_names(fs, volume);
	mf__hook_xattr(fs, volume);
	mf__hook_control(fs, volume);
	mf__hook_streams(fs, volume);
	mf__hook_records(fs, volume);
	mf__hook_security(fs, volume);
}

void mf_observe(struct model_fs *fs, mf_observer observer, void *user_data)
{
	pthread_mutex_lock(&fs->lock);
	fs->observer = observer;
	fs->observer_data = user_data;
	pthread_mutex_unlock(&fs->lock);
}

void mf__violation(struct model_fs *fs, const char *format, ...)
{
	va_list arguments;

	fs->violations++;
	if (fs->violations > 1)
		return;
	va_start(arguments, format);
	(void)vsnprintf(fs->first_violation, sizeof(fs->first_violation), format, arguments);
	va_end(arguments);
}

static void begin_running(struct mf_call *call, const char *path, void *file_context)
{
	struct mf_knobs *knobs = &call->fs->knobs[call->kind];

	knobs->seen++;
	knobs->running++;
	if (knobs->running > knobs->most_at_once)
		knobs->most_at_once = knobs->running;
	pthread_cond_broadcast(&call->fs->changed);
	if (!file_context)
		return;
	call->file = file_context;
	if (call->file->magic != MF_FILE_MAGIC) {
		mf__violation(call->fs, "event %d of %s: its file context is none of ours", call->kind, path);
		call->file = NULL;
		return;
	}
	if (call->file->running > 0 && !call->fs->overlap_allowed)
		mf__violation(call->fs, "event %d of %s overlaps with another event of the file", call->kind, path);
	call->file->running++;
}

static void block_if_asked(struct mf_call *call, const char *path)
{
	struct mf_knobs *knobs = &call->fs->knobs[call->kind];
	const unsigned generation = knobs->block_generation;

	if (!knobs->block_armed || (knobs->block_path && (!path || strcmp(path, knobs->block_path) != 0)))
		return;
	knobs->blocked++;
	pthread_cond_broadcast(&call->fs->changed);
	while (knobs->block_generation == generation)
		pthread_cond_wait(&call->fs->changed, &call->fs->lock);
	knobs->blocked--;
}

bool mf__enter(struct mf_call *call, struct model_fs *fs, enum mf_event kind, const void *event, const char *path,
	       void *file_context, int *result_code)
{
	struct mf_knobs *knobs = &fs->knobs[kind];

	*call = (struct mf_call){.fs = fs, .kind = kind, .event = event};
	pthread_mutex_lock(&fs->lock);
	begin_running(call, path ? path : "the volume", file_context);
	block_if_asked(call, path);
	if (knobs->bad_times > 0) {
		knobs->bad_times--;
		call->bad = knobs->bad;
	}
	if (!knobs->fail_armed || knobs->fail_skip-- > 0)
		return true;
	knobs->fail_armed = false;
	call->failed_dirty = knobs->fail_dirty;
	if (result_code)
		*result_code = knobs->fail_code;
	return false;
}

void mf__leave(struct mf_call *call)
{
	struct model_fs *fs = call->fs;
	const mf_observer observer = fs->observer;
	void *const observer_data = fs->observer_data;

	fs->knobs[call->kind].running--;
	if (call->file)
		call->file->running--;
	pthread_mutex_unlock(&fs->lock);
	if (observer)
		observer(call->kind, call->event, observer_data);
}
