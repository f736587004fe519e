/* SPDX-License-Identifier: MIT */
/*
 * cbf_list_hard_links(): the names of a file, for the daemon itself.
 *
 * The caller's thread makes requests that run on the workers, and waits for each: one finds and opens the file (a
 * hidden handle) and gives the first page, one gives each further page, and one closes the handle if the visitor stops
 * early. Between two of them nothing is held, and the visitor is called.
 */
#include "base/process.h"
#include "mount.h"
#include "request.h"
#include "step/step.h"
#include "volume.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PAGE_BYTES = 64 * 1024 };

struct listing {
	pthread_mutex_t lock;
	pthread_cond_t answered;
	bool done;
	struct cbf_volume *volume;
	uint64_t file_id; /* looked for, if by id */
	uint64_t handle; /* 0: none (any more) */
	uint64_t cursor;
	bool end;
	int error;
	struct cbf__buffer page;
	struct cbf__buffer names; /* not yet visited */
};

static void finished(struct cbf__request *rq)
{
	struct listing *listing = rq->finished_data;

	pthread_mutex_lock(&listing->lock);
	listing->error = rq->error;
	listing->end = rq->links.end;
	listing->cursor = rq->links.cursor;
	listing->page.length = 0;
	if (!rq->error && !cbf__buffer_append(&listing->page, rq->data.bytes, rq->data.length))
		listing->error = ENOMEM;
	listing->done = true;
	pthread_cond_signal(&listing->answered);
	pthread_mutex_unlock(&listing->lock);
}

static enum cbf__flow done(struct cbf__request *rq)
{
	(void)rq;
	return CBF__DONE;
}

static struct listing *listing_of(const struct cbf__request *rq)
{
	return rq->finished_data;
}

/* Closes the hidden handle at the end and after a failure. */
static enum cbf__flow page_told(struct cbf__request *rq)
{
	if (!rq->error && !rq->links.end)
		return CBF__DONE;
	listing_of(rq)->handle = 0;
	cbf__lock(rq);
	rq->closing->references++; /* the step takes one, the request has its own */
	if (!cbf__handle_withdraw(&rq->volume->tree, rq->closing))
		rq->error = rq->error ? rq->error : EIO;
	cbf__unlock(rq);
	return cbf__call(rq, cbf__step_close, done);
}

static enum cbf__flow ask_page(struct cbf__request *rq)
{
	rq->closing = rq->handle;
	rq->links.page = PAGE_BYTES;
	rq->data.length = 0;
	return cbf__call(rq, cbf__step_links_page, page_told);
}

static enum cbf__flow opened(struct cbf__request *rq)
{
	if (rq->error)
		return CBF__DONE;
	cbf__lock(rq);
	cbf__handle_publish(&rq->volume->tree, rq->own_handle, true);
	listing_of(rq)->handle = rq->own_handle->id;
	cbf__unlock(rq);
	rq->handle = rq->own_handle; /* with its reference */
	rq->own_handle = NULL;
	return cbf__go(rq, ask_page);
}

static enum cbf__flow file_claimed(struct cbf__request *rq)
{
	if (!rq->error && rq->target->type == S_IFDIR)
		rq->error = EISDIR;
	if (rq->error)
		return CBF__DONE;
	rq->open_flags = O_PATH | O_NOFOLLOW;
	return cbf__call(rq, cbf__step_open, opened);
}

static enum cbf__flow file_found(struct cbf__request *rq)
{
	uint64_t wanted = listing_of(rq)->file_id;

	if (!rq->error && wanted && rq->found->file_id != wanted)
		rq->error = ENOENT;
	if (rq->error)
		return CBF__DONE;
	cbf__bind_found(rq);
	rq->turn = CBF__EXCLUSIVE_TURN;
	return cbf__call(rq, cbf__step_claim_node, file_claimed);
}

static enum cbf__flow start_by_path(struct cbf__request *rq)
{
	return cbf__call(rq, cbf__step_walk, file_found);
}

static enum cbf__flow path_told(struct cbf__request *rq)
{
	rq->error = rq->result;
	return rq->error ? CBF__DONE : cbf__go(rq, start_by_path);
}

static enum cbf__flow start_by_id(struct cbf__request *rq)
{
	uint64_t file_id = listing_of(rq)->file_id;

	cbf__lock(rq);
	rq->found = cbf__node_find_file_id(&rq->volume->tree, file_id);
	if (rq->found)
		cbf__node_pin(rq->found);
	cbf__unlock(rq);
	if (rq->found)
		return cbf__go(rq, file_found);
	return cbf__ask_path(rq, file_id, path_told);
}

static enum cbf__flow next_claimed(struct cbf__request *rq)
{
	return rq->error ? CBF__DONE : cbf__go(rq, ask_page);
}

/* Finds the hidden handle again: the end of the session may have closed it. */
static bool bind_handle(struct cbf__request *rq)
{
	cbf__lock(rq);
	rq->handle = cbf__handle_find(&rq->volume->tree, listing_of(rq)->handle, true);
	if (rq->handle) {
		rq->node = rq->handle->node;
		cbf__node_pin(rq->node);
	}
	cbf__unlock(rq);
	rq->turn = CBF__EXCLUSIVE_TURN;
	if (!rq->handle)
		rq->error = ENOTCONN;
	return rq->handle != NULL;
}

static enum cbf__flow start_next(struct cbf__request *rq)
{
	return bind_handle(rq) ? cbf__call(rq, cbf__step_claim_node, next_claimed) : CBF__DONE;
}

static enum cbf__flow close_claimed(struct cbf__request *rq)
{
	if (rq->error == ENOMEM)
		rq->subject = ""; /* what was opened is closed, whatever is short */
	rq->error = 0;
	rq->closing = rq->handle;
	rq->links.end = true;
	return page_told(rq);
}

static enum cbf__flow start_close(struct cbf__request *rq)
{
	return bind_handle(rq) ? cbf__call(rq, cbf__step_claim_node, close_claimed) : CBF__DONE;
}

/* Has the workers run a request that starts there, and waits for it. 0 or a negative errno. */
static int run(struct listing *listing, const char *path, cbf__step first)
{
	struct cbf__request *rq = cbf__request_new(listing->volume);

	if (!rq)
		return -ENOMEM;
	rq->finished = finished;
	rq->finished_data = listing;
	rq->originator = (struct cbf__actor){.thread = gettid(), .uid = geteuid(), .gid = getegid()};
	cbf__process_now(&rq->originator.since);
	rq->has_originator = true;
	rq->links.cursor = listing->cursor;
	rq->step = first;
	listing->done = false;
	if (path && !cbf__buffer_set_string(&rq->walk_path, path)) {
		cbf__request_drop(rq);
		return -ENOMEM;
	}
	if (!cbf__request_submit(rq)) {
		cbf__request_drop(rq);
		return -ENOTCONN;
	}
	pthread_mutex_lock(&listing->lock);
	while (!listing->done)
		pthread_cond_wait(&listing->answered, &listing->lock);
	pthread_mutex_unlock(&listing->lock);
	return -listing->error;
}

/* Calls the visitor for each whole path; a part of one is kept for the next page. */
static int visit_page(struct listing *listing, cbf_link_visitor visitor, void *user_data)
{
	struct cbf__buffer *names = &listing->names;
	const char *end;
	int stop = 0;

	if (!cbf__buffer_append(names, listing->page.bytes, listing->page.length))
		return -ENOMEM;
	while (!stop && names->length && (end = memchr(names->bytes, '\0', names->length))) {
		size_t length = (size_t)(end - names->bytes) + 1;

		stop = visitor(names->bytes, user_data);
		cbf__buffer_consume(names, length);
	}
	return stop;
}

static int list(struct cbf_volume *volume, const char *path, uint64_t file_id, cbf_link_visitor visitor,
		void *user_data)
{
	struct listing listing = {.volume = volume, .file_id = file_id};
	int result;

	pthread_mutex_init(&listing.lock, NULL);
	pthread_cond_init(&listing.answered, NULL);
	result = run(&listing, path, path ? start_by_path : start_by_id);
	for (;;) {
		bool end = listing.end;

		if (result == 0)
			result = visit_page(&listing, visitor, user_data);
		if (result || end)
			break;
		result = run(&listing, NULL, start_next);
	}
	if (listing.handle)
		(void)run(&listing, NULL, start_close);
	cbf__buffer_destroy(&listing.page);
	cbf__buffer_destroy(&listing.names);
	pthread_cond_destroy(&listing.answered);
	pthread_mutex_destroy(&listing.lock);
	return result;
}

static int list_if_mounted(struct cbf_volume *volume, const char *path, uint64_t file_id, cbf_link_visitor visitor,
			   void *user_data)
{
	int result;

	if (!visitor)
		return -EINVAL;
	if (cbf__inside_hook())
		return -EDEADLK;
	if (!cbf__volume_enter(volume))
		return -ENOTCONN;
	result = volume->properties.use_hard_links ? list(volume, path, file_id, visitor, user_data) : -EOPNOTSUPP;
	cbf__volume_leave(volume);
	return result;
}

int cbf_list_hard_links(struct cbf_volume *volume, const char *path, cbf_link_visitor visitor, void *user_data)
{
	if (!path || path[0] != '/')
		return -EINVAL;
	return list_if_mounted(volume, path, 0, visitor, user_data);
}

int cbf_list_hard_links_by_id(struct cbf_volume *volume, uint64_t file_id, cbf_link_visitor visitor, void *user_data)
{
	if (file_id == 0)
		return -EINVAL;
	return list_if_mounted(volume, NULL, file_id, visitor, user_data);
}
