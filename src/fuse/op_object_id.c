/* SPDX-License-Identifier: MIT */
/* Object ids, by ioctl. The caller's descriptor says which file; whoever changes one must own it. */
#include "fuse/ioctl_ops.h"
#include "volume.h"

#include <errno.h>
#include <string.h>

_Static_assert(sizeof(struct cbf_object_id) == 72, "the layout is the same everywhere");

enum { GET, CREATE, SET, DELETE };

static enum cbf__flow id_told(struct cbf__request *rq)
{
	const struct cbf_get_object_id_event *event = &rq->event.get_object_id;
	struct cbf_object_id id = {.flags = 0};

	if (rq->result)
		return cbf__reply_error(rq, rq->result);
	if (!event->object_id_found)
		return cbf__reply_error(rq, ENODATA);
	memcpy(id.object_id, event->object_id, sizeof(id.object_id));
	memcpy(id.extended_information, event->extended_information, sizeof(id.extended_information));
	return cbf__reply_ioctl(rq, 0, &id, sizeof(id));
}

static enum cbf__flow changed(struct cbf__request *rq)
{
	return rq->result ? cbf__reply_error(rq, rq->result) : cbf__reply_ioctl(rq, 0, NULL, 0);
}

static enum cbf__flow allowed(struct cbf__request *rq)
{
	const struct cbf_object_id *id = &rq->ioctl.object_id;

	if (rq->error)
		return cbf__reply_done(rq);
	switch (rq->flags) {
	case SET:
		CBF__MAKE_EVENT(&rq->event, set_object_id, .file_name = rq->subject,
				.only_extended_info = id->flags & CBF_OBJECT_ID_EXTENDED_ONLY,
				.object_id = id->object_id, .extended_information = id->extended_information);
		return cbf__fire_then(rq, CBF__SET_OBJECT_ID, changed);
	case DELETE:
		CBF__MAKE_EVENT(&rq->event, delete_object_id, .file_name = rq->subject);
		return cbf__fire_then(rq, CBF__DELETE_OBJECT_ID, changed);
	default:
		CBF__MAKE_EVENT(&rq->event, get_object_id, .file_name = rq->subject,
				.should_create = rq->flags == CREATE);
		return cbf__fire_then(rq, CBF__GET_OBJECT_ID, id_told);
	}
}

static enum cbf__flow claimed(struct cbf__request *rq)
{
	if (!rq->error && rq->deleted)
		rq->error = ENOENT; /* these events know a file by its name only */
	if (rq->error)
		return cbf__reply_done(rq);
	cbf__use_contexts(rq, rq->target, rq->handle);
	return rq->flags == GET ? cbf__go(rq, allowed) : cbf__call(rq, cbf__step_must_own, allowed);
}

static enum cbf__flow start(struct cbf__request *rq)
{
	rq->turn = CBF__EXCLUSIVE_TURN;
	return cbf__call(rq, cbf__step_claim_node, claimed);
}

static int decode(struct cbf__request *rq, int what, cbf__step *first)
{
	rq->flags = what;
	*first = start;
	if (rq->node->stream) /* ids are files' */
		return EINVAL;
	return rq->volume->properties.use_object_ids ? 0 : EOPNOTSUPP;
}

int cbf__decode_get_object_id(struct cbf__request *rq, uint64_t ino, const void *in, cbf__step *first)
{
	(void)ino, (void)in;
	return decode(rq, GET, first);
}

int cbf__decode_create_object_id(struct cbf__request *rq, uint64_t ino, const void *in, cbf__step *first)
{
	(void)ino, (void)in;
	return decode(rq, CREATE, first);
}

int cbf__decode_set_object_id(struct cbf__request *rq, uint64_t ino, const void *in, cbf__step *first)
{
	struct cbf_object_id *id = &rq->ioctl.object_id;

	(void)ino;
	memcpy(id, in, sizeof(*id));
	if ((id->flags & ~CBF_OBJECT_ID_EXTENDED_ONLY) || id->reserved)
		return EINVAL;
	return decode(rq, SET, first);
}

int cbf__decode_delete_object_id(struct cbf__request *rq, uint64_t ino, const void *in, cbf__step *first)
{
	(void)ino, (void)in;
	return decode(rq, DELETE, first);
}
