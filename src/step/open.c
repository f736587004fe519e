/* SPDX-License-Identifier: MIT */
/* OpenFile: for the kernel's opens, and around events that are for open files only. */
#include "base/process.h"
#include "routed.h"
#include "step/step.h"
#include "volume.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* The handle is counted before its event fires, so that nothing can fail once the application has opened. */
static int make_handle(struct cbf__request *rq, bool *first)
{
	struct cbf__tree *tree = &rq->volume->tree;
	struct cbf__file *file = rq->target->file;

	if (!file && rq->deleted)
		return ENOENT;
	*first = !file;
	if (!file) {
		file = cbf__file_new();
		if (!file)
			return ENOMEM;
		cbf__file_attach(tree, file, rq->target);
	}
	rq->own_handle = cbf__handle_new(file, rq->open_flags);
	if (rq->own_handle) {
		cbf__handle_attach(rq->own_handle, rq->target, rq->claims.names[0].name);
		return 0;
	}
	if (*first)
		(void)cbf__file_destroy(tree, file);
	return ENOMEM;
}

static struct cbf__known_process *read_process(const struct cbf__actor *actor)
{
	char executable[PATH_MAX];
	struct cbf__known_process *known;
	pid_t process;

	if (cbf__process_of_thread(actor->thread, &actor->since, &process) != 0)
		return NULL;
	if (cbf__process_executable(actor->thread, &actor->since, executable, sizeof(executable)) != 0)
		executable[0] = '\0';
	known = malloc(sizeof(*known) + strlen(executable) + 1);
	if (!known)
		return NULL;
	known->process = process;
	memcpy(known->executable, executable, strlen(executable) + 1);
	return known;
}

void cbf__note_creator(struct cbf__request *rq)
{
	struct cbf__creator *creator = &rq->own_handle->creator;

	creator->actor = rq->originator;
	if (rq->volume->properties.keep_handle_creators && rq->has_originator)
		creator->known = read_process(&rq->originator);
}

static enum cbf__flow opened(struct cbf__request *rq)
{
	if (rq->result) {
		rq->error = rq->result;
		cbf__end_handle(rq, &rq->own_handle);
	}
	return cbf__return(rq);
}

enum cbf__flow cbf__step_open(struct cbf__request *rq)
{
	bool first = false;
	int error;

	cbf__lock(rq);
	error = make_handle(rq, &first);
	cbf__unlock(rq);
	if (error) {
		rq->error = error;
		return cbf__return(rq);
	}
	cbf__note_creator(rq);
	cbf__use_contexts(rq, rq->target, rq->own_handle);
	if (!first && !rq->volume->properties.fire_all_open_close_events)
		return cbf__return(rq);
	if (first && cbf__open_by_cache(rq))
		return cbf__return(rq);
	CBF__MAKE_EVENT(&rq->event, open_file, .file_name = rq->subject, .deleted = rq->deleted,
			.is_stream = cbf__subject_is_stream(rq), .flags = rq->open_flags);
	return cbf__fire_then(rq, CBF__OPEN_FILE, opened);
}

enum cbf__flow cbf__step_create_stream(struct cbf__request *rq)
{
	const size_t most = rq->volume->properties.max_file_path_length;
	bool first = false;

	if (most && strlen(rq->subject) > most) {
		rq->error = ENAMETOOLONG;
		return cbf__return(rq);
	}
	cbf__lock(rq);
	rq->error = make_handle(rq, &first);
	cbf__unlock(rq);
	if (rq->error)
		return cbf__return(rq);
	cbf__note_creator(rq);
	cbf__use_contexts(rq, rq->target, rq->own_handle);
	CBF__MAKE_EVENT(&rq->event, create_file, .file_name = rq->subject, .is_stream = true, .mode = S_IFREG,
			.flags = rq->open_flags | O_CREAT | O_EXCL, .uid = rq->originator.uid,
			.gid = rq->originator.gid);
	return cbf__fire_then(rq, CBF__CREATE_FILE, opened);
}

enum cbf__flow cbf__step_open_if_closed(struct cbf__request *rq)
{
	cbf__use_contexts(rq, rq->target, rq->handle);
	return rq->file ? cbf__return(rq) : cbf__go(rq, cbf__step_open);
}
