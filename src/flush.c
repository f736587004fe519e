/* SPDX-License-Identifier: MIT */
/*
 * cbf_flush_file(): a request on the workers finds the file; the caller's thread, which holds nothing then but a pin on
 * the node, has the kernel write back, by WriteFile events on the workers; a second request fires FlushFile.
 */
#include "base/process.h"
#include "fuse/notify.h"
#include "mount.h"
#include "request.h"
#include "step/step.h"
#include "volume.h"

#include <cbfuse/kernel_cache.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

struct flush {
	pthread_mutex_t lock;
	pthread_cond_t answered;
	bool done;
	int error;
	struct cbf_volume *volume;
	struct cbf__node *node; /* pinned; NULL: not found */
};

static struct flush *flush_of(const struct cbf__request *rq)
{
	return rq->finished_data;
}

static void finished(struct cbf__request *rq)
{
	struct flush *flush = flush_of(rq);

	pthread_mutex_lock(&flush->lock);
	flush->error = rq->error;
	flush->done = true;
	pthread_cond_signal(&flush->answered);
	pthread_mutex_unlock(&flush->lock);
}

static enum cbf__flow file_found(struct cbf__request *rq)
{
	if (!rq->error && rq->found->type != S_IFREG && rq->found->type != S_IFDIR)
		rq->error = EINVAL;
	if (rq->error)
		return CBF__DONE;
	cbf__lock(rq);
	flush_of(rq)->node = rq->found;
	cbf__node_pin(rq->found);
	cbf__unlock(rq);
	return CBF__DONE;
}

static enum cbf__flow find(struct cbf__request *rq)
{
	return cbf__call(rq, cbf__step_walk, file_found);
}

static enum cbf__flow closed(struct cbf__request *rq)
{
	(void)rq;
	return CBF__DONE;
}

static enum cbf__flow flushed(struct cbf__request *rq)
{
	rq->error = rq->result;
	return cbf__call(rq, cbf__step_close_own, closed);
}

static enum cbf__flow opened(struct cbf__request *rq)
{
	if (rq->error)
		return CBF__DONE;
	CBF__MAKE_EVENT(&rq->event, flush_file, .file_name = rq->subject, .deleted = rq->deleted, .data_only = false);
	return cbf__fire_then(rq, CBF__FLUSH_FILE, flushed);
}

static enum cbf__flow claimed(struct cbf__request *rq)
{
	if (rq->error)
		return CBF__DONE;
	rq->open_flags = rq->target->type == S_IFDIR ? O_RDONLY | O_DIRECTORY : O_RDONLY;
	return cbf__call(rq, cbf__step_open_if_closed, opened);
}

static enum cbf__flow fire(struct cbf__request *rq)
{
	cbf__lock(rq);
	rq->node = flush_of(rq)->node;
	cbf__node_pin(rq->node);
	cbf__unlock(rq);
	rq->turn = CBF__EXCLUSIVE_TURN;
	return cbf__call(rq, cbf__step_claim_node, claimed);
}

/* Has the workers run a request that starts there, and waits for it. 0 or a negative errno. */
static int run(struct flush *flush, const char *path, cbf__step first)
{
	struct cbf__request *rq = cbf__request_new(flush->volume);

	if (!rq)
		return -ENOMEM;
	rq->finished = finished;
	rq->finished_data = flush;
	rq->originator = (struct cbf__actor){.thread = gettid(), .uid = geteuid(), .gid = getegid()};
	cbf__process_now(&rq->originator.since);
	rq->has_originator = true;
	rq->step = first;
	flush->done = false;
	if (path && !cbf__buffer_set_string(&rq->walk_path, path)) {
		cbf__request_drop(rq);
		return -ENOMEM;
	}
	if (!cbf__request_submit(rq)) {
		cbf__request_drop(rq);
		return -ENOTCONN;
	}
	pthread_mutex_lock(&flush->lock);
	while (!flush->done)
		pthread_cond_wait(&flush->answered, &flush->lock);
	pthread_mutex_unlock(&flush->lock);
	return -flush->error;
}

static void unpin(struct flush *flush)
{
	struct cbf__tree *tree = &flush->volume->tree;

	pthread_mutex_lock(&tree->lock);
	cbf__node_unpin(tree, flush->node);
	pthread_mutex_unlock(&tree->lock);
}

static int flush_path(struct cbf_volume *volume, const char *path, uint64_t offset, uint64_t length)
{
	struct flush flush = {.volume = volume};
	int error;

	pthread_mutex_init(&flush.lock, NULL);
	pthread_cond_init(&flush.answered, NULL);
	error = run(&flush, path, find);
	if (flush.node) {
		/* That the kernel knows nothing of it is fine. */
		if (flush.node->type == S_IFREG)
			(void)cbf__notify_content(volume, flush.node->id, offset, length);
		if (cbf__hooked(volume, CBF__FLUSH_FILE))
			error = run(&flush, NULL, fire);
		unpin(&flush);
	}
	pthread_cond_destroy(&flush.answered);
	pthread_mutex_destroy(&flush.lock);
	return error;
}

int cbf_flush_file(struct cbf_volume *volume, const char *path, uint64_t offset, uint64_t length)
{
	int error;

	if (!path || path[0] != '/' || offset > INT64_MAX)
		return -EINVAL;
	if (cbf__inside_hook())
		return -EDEADLK;
	if (!cbf__volume_enter(volume))
		return -ENOTCONN;
	error = flush_path(volume, path, offset, length);
	cbf__volume_leave(volume);
	return error;
}
