/* SPDX-License-Identifier: MIT */
/* The end of a handle: its enumerations, CleanupFile, CloseFile, each exactly once. */
#include "step/step.h"
#include "tree/stream.h"
#include "volume.h"

#include <errno.h>
#include <string.h>

static enum cbf__flow remove_handle(struct cbf__request *rq)
{
	cbf__end_handle(rq, &rq->closing);
	return cbf__return(rq);
}

static bool is_last(const struct cbf__request *rq)
{
	return rq->closing->file->handles == 1;
}

static enum cbf__flow fire_close(struct cbf__request *rq)
{
	const struct cbf__node *node = rq->closing->node;
	bool dead;

	cbf__lock(rq);
	dead = node && cbf__node_is_dead(node);
	cbf__unlock(rq);
	CBF__MAKE_EVENT(&rq->event, close_file, .file_name = rq->subject, .last_handle = is_last(rq),
			.pending_deletion = is_last(rq) && dead);
	return cbf__fire_then(rq, CBF__CLOSE_FILE, remove_handle);
}

static enum cbf__flow fire_cleanup(struct cbf__request *rq)
{
	if (rq->closing->file->unannounced || (!rq->volume->properties.fire_all_open_close_events && !is_last(rq)))
		return cbf__go(rq, remove_handle);
	CBF__MAKE_EVENT(&rq->event, cleanup_file, .file_name = rq->subject);
	return cbf__fire_then(rq, CBF__CLEANUP_FILE, fire_close);
}

static enum cbf__flow quotas_closed(struct cbf__request *rq)
{
	cbf__lock(rq);
	cbf__enumeration_end(&rq->volume->tree, &rq->closing->quotas);
	cbf__unlock(rq);
	return cbf__go(rq, fire_cleanup);
}

static enum cbf__flow links_closed(struct cbf__request *rq)
{
	struct cbf__handle *handle = rq->closing;

	if (handle->links) {
		cbf__lock(rq);
		cbf__enumeration_end(&rq->volume->tree, &handle->links);
		cbf__unlock(rq);
	}
	if (!handle->quotas)
		return cbf__go(rq, fire_cleanup);
	rq->enumeration = handle->quotas;
	return cbf__call(rq, cbf__step_close_quotas, quotas_closed);
}

static enum cbf__flow close_links(struct cbf__request *rq)
{
	if (!rq->closing->links)
		return cbf__go(rq, links_closed);
	rq->enumeration = rq->closing->links;
	return cbf__call(rq, cbf__step_close_links, links_closed);
}

static enum cbf__flow directory_closed(struct cbf__request *rq)
{
	cbf__lock(rq);
	cbf__enumeration_end(&rq->volume->tree, &rq->closing->directory);
	cbf__unlock(rq);
	return cbf__go(rq, close_links);
}

static enum cbf__flow close_directory(struct cbf__request *rq)
{
	struct cbf__enumeration *enumeration = rq->closing->directory;

	if (!enumeration)
		return cbf__go(rq, close_links);
	if (!enumeration->started)
		return cbf__go(rq, directory_closed);
	CBF__MAKE_EVENT(&rq->event, close_directory_enumeration, .directory_name = rq->subject,
			.enumeration_context = enumeration->context);
	return cbf__fire_then(rq, CBF__CLOSE_DIRECTORY_ENUMERATION, directory_closed);
}

enum cbf__flow cbf__step_close(struct cbf__request *rq)
{
	struct cbf__handle *handle = rq->closing;

	if (handle->linked_from) { /* the end of the session found it before the directory's handle */
		handle->linked_from->linked = NULL;
		handle->linked_from = NULL;
		cbf__lock(rq);
		handle->references--;
		cbf__unlock(rq);
	}
	if (handle->linked) {
		handle->linked->linked_from = NULL;
		cbf__close_in_background(rq->volume, handle->linked);
		handle->linked = NULL;
	}
	cbf__use_handle(rq, handle);
	return cbf__go(rq, close_directory);
}

enum cbf__flow cbf__step_close_own(struct cbf__request *rq)
{
	if (!rq->own_handle)
		return cbf__return(rq);
	rq->closing = rq->own_handle;
	rq->own_handle = NULL;
	return cbf__go(rq, cbf__step_close);
}

static enum cbf__flow background_done(struct cbf__request *rq)
{
	(void)rq;
	return CBF__DONE;
}

static enum cbf__flow background_claimed(struct cbf__request *rq)
{
	/* Memory for the path was short: the events must fire all the same. */
	if (rq->error)
		rq->subject = "";
	return cbf__call(rq, cbf__step_close, background_done);
}

static enum cbf__flow background_claim(struct cbf__request *rq)
{
	cbf__claims_add_node(&rq->claims, rq->closing->node, rq->closing->name, CBF__EXCLUSIVE_TURN);
	return cbf__claim(rq, background_claimed);
}

static struct cbf__request *closing_request(struct cbf_volume *volume, struct cbf__handle *handle)
{
	struct cbf__request *rq = cbf__request_new(volume);

	if (!rq)
		return NULL;
	rq->closing = handle;
	rq->target = handle->node;
	rq->step = background_claim;
	return rq;
}

void cbf__close_in_background(struct cbf_volume *volume, struct cbf__handle *handle)
{
	struct cbf__request *rq = closing_request(volume, handle);

	if (rq) {
		(void)cbf__request_submit(rq); /* from a running request: the workers are there */
		return;
	}
	/* In the table, the end of the session will find it. */
	cbf__report(volume, ENOMEM, "no memory to close a handle now; it stays open until the volume is unmounted");
	pthread_mutex_lock(&volume->tree.lock);
	if (!handle->id)
		cbf__handle_publish(&volume->tree, handle, true);
	cbf__handle_release(&volume->tree, handle);
	pthread_mutex_unlock(&volume->tree.lock);
}

void cbf__close_all(struct cbf_volume *volume)
{
	struct cbf__tree *tree = &volume->tree;

	for (;;) {
		struct cbf__handle *handle = NULL;
		struct cbf__map_link *link;
		struct cbf__request *rq;

		pthread_mutex_lock(&tree->lock);
		link = cbf__map_any(&tree->handles);
		if (link) {
			handle = CBF__CONTAINER(link, struct cbf__handle, by_id);
			handle->references++;
		}
		pthread_mutex_unlock(&tree->lock);
		if (!handle)
			return;
		rq = closing_request(volume, handle);
		if (!rq) {
			cbf__report(volume, ENOMEM, "no memory to close what is still open; its contexts are lost");
			return;
		}
		cbf__request_run(rq);
		cbf__workers_run_ready(&volume->workers);
	}
}
