/* SPDX-License-Identifier: MIT */
#include "fuse/name_ops.h"

#include "volume.h"

#include <errno.h>
#include <string.h>

static bool is_directory(const struct cbf__request *rq)
{
	return (rq->target ? rq->target->type : rq->info.mode & S_IFMT) == S_IFDIR;
}

static enum cbf__flow links_told(struct cbf__request *rq)
{
	if (!rq->error && !rq->exists)
		rq->error = ENOENT;
	if (rq->error)
		return cbf__return(rq);
	if (rq->volume->properties.use_file_ids && rq->info.hard_link_count > 1)
		rq->hard_links = rq->info.hard_link_count;
	if (rq->target) {
		cbf__lock(rq);
		cbf__info_to_stat(rq->volume, rq->target, &rq->info, &rq->last_attr);
		cbf__unlock(rq);
	}
	return cbf__return(rq);
}

static enum cbf__flow empty_told(struct cbf__request *rq)
{
	if (rq->result)
		rq->error = rq->result;
	else if (!rq->event.is_directory_empty.is_empty)
		rq->error = ENOTEMPTY;
	return cbf__return(rq);
}

static enum cbf__flow permitted(struct cbf__request *rq)
{
	if (rq->result)
		rq->error = rq->result;
	else if (!rq->event.can_file_be_deleted.can_be_deleted)
		rq->error = EPERM;
	if (rq->error)
		return cbf__return(rq);
	if (rq->target && rq->target->stream)
		return cbf__return(rq); /* it has one name */
	if (!is_directory(rq)) {
		/* An open file may be asked for its attributes when its name is gone. */
		if (rq->volume->properties.use_file_ids || rq->file)
			return cbf__call(rq, cbf__step_info, links_told);
		return cbf__return(rq);
	}
	if (!rq->volume->properties.use_directory_empty_check || !cbf__hooked(rq->volume, CBF__IS_DIRECTORY_EMPTY))
		return cbf__return(rq);
	CBF__MAKE_EVENT(&rq->event, is_directory_empty, .directory_name = rq->subject, .is_empty = true);
	return cbf__fire_then(rq, CBF__IS_DIRECTORY_EMPTY, empty_told);
}

enum cbf__flow cbf__step_may_take_name(struct cbf__request *rq)
{
	rq->hard_links = 1;
	rq->last_attr = (struct stat){.st_mode = is_directory(rq) ? S_IFDIR : S_IFREG};
	CBF__MAKE_EVENT(&rq->event, can_file_be_deleted, .file_name = rq->subject,
			.is_stream = cbf__subject_is_stream(rq), .can_be_deleted = true);
	return cbf__fire_then(rq, CBF__CAN_FILE_BE_DELETED, permitted);
}

static enum cbf__flow stream_deleted(struct cbf__request *rq)
{
	struct cbf__name *edge;

	cbf__lock(rq);
	edge = cbf__node_name(rq->target);
	if (!rq->result && edge)
		cbf__tree_unlink(&rq->volume->tree, edge, 0, &rq->last_attr);
	cbf__unlock(rq);
	return cbf__return(rq);
}

static enum cbf__flow fire_delete_stream(struct cbf__request *rq, cbf__step then)
{
	CBF__MAKE_EVENT(&rq->event, delete_file, .file_name = rq->subject, .is_stream = true, .last_name = true,
			.is_open = rq->file != NULL);
	return cbf__fire_then(rq, CBF__DELETE_FILE, then);
}

static enum cbf__flow delete_answered(struct cbf__request *rq)
{
	rq->error = rq->result;
	return cbf__go(rq, stream_deleted);
}

static enum cbf__flow stream_may_go(struct cbf__request *rq)
{
	if (rq->error)
		return cbf__return(rq);
	cbf__lock(rq);
	cbf__info_to_stat(rq->volume, rq->target, &rq->info, &rq->last_attr);
	cbf__unlock(rq);
	return fire_delete_stream(rq, delete_answered);
}

static enum cbf__flow stream_told(struct cbf__request *rq)
{
	if (!rq->error && !rq->exists)
		rq->error = ENOENT;
	return rq->error ? cbf__return(rq) : cbf__call(rq, cbf__step_may_take_name, stream_may_go);
}

enum cbf__flow cbf__step_delete_stream(struct cbf__request *rq)
{
	return cbf__call(rq, cbf__step_info, stream_told);
}

static enum cbf__flow undone(struct cbf__request *rq)
{
	if (rq->result)
		cbf__report(rq->volume, rq->result, "DeleteFile %s: it could not be taken back and is left unfinished",
			    rq->subject);
	return cbf__go(rq, stream_deleted);
}

enum cbf__flow cbf__step_undo_stream(struct cbf__request *rq)
{
	rq->last_attr = (struct stat){.st_mode = S_IFREG};
	cbf__use_contexts(rq, rq->target, NULL);
	return fire_delete_stream(rq, undone);
}

void cbf__hide_last_name(struct cbf__request *rq, struct cbf__node *node)
{
	if (!node || rq->hard_links != 1)
		return;
	cbf__lock(rq);
	cbf__node_hide(&rq->volume->tree, node);
	cbf__unlock(rq);
}
