/* SPDX-License-Identifier: MIT */
/*
 * Quotas, by ioctl. A walk over the records lives on the caller's handle, guarded by the turn on its node, until it is
 * through, is started anew, or the handle is closed (step/close.c). A single question has an enumeration of its own,
 * which ends with it.
 */
#include "fuse/ioctl_ops.h"
#include "volume.h"

#include <errno.h>
#include <string.h>

_Static_assert(sizeof(struct cbf_quota) == 40, "the layout is the same everywhere");
_Static_assert(sizeof(struct cbf_default_quota) == 24, "the layout is the same everywhere");

/* Where the enumeration of this request is kept. With the lock: another request may be at the handle's. */
static struct cbf__enumeration **place_of(struct cbf__request *rq)
{
	return rq->handle->quotas == rq->enumeration ? &rq->handle->quotas : &rq->enumeration;
}

static void end_enumeration(struct cbf__request *rq)
{
	cbf__lock(rq);
	cbf__enumeration_end(&rq->volume->tree, place_of(rq));
	cbf__unlock(rq);
	rq->enumeration = NULL;
}

enum cbf__flow cbf__step_close_quotas(struct cbf__request *rq)
{
	if (!rq->enumeration->started)
		return cbf__return(rq);
	CBF__MAKE_EVENT(&rq->event, close_quotas_enumeration, .enumeration_context = rq->enumeration->context);
	return cbf__fire_then(rq, CBF__CLOSE_QUOTAS_ENUMERATION, cbf__return);
}

static bool start_enumeration(struct cbf__request *rq, struct cbf__enumeration **place)
{
	bool started;

	cbf__lock(rq);
	started = cbf__enumeration_start(&rq->volume->tree, place);
	cbf__unlock(rq);
	rq->enumeration = *place;
	return started;
}

static enum cbf__flow reply_record(struct cbf__request *rq)
{
	if (rq->error)
		return cbf__reply_done(rq);
	return cbf__reply_ioctl(rq, 0, &rq->ioctl.quota, sizeof(rq->ioctl.quota));
}

static enum cbf__flow reply_set(struct cbf__request *rq)
{
	return rq->error ? cbf__reply_done(rq) : cbf__reply_ioctl(rq, 0, NULL, 0);
}

static enum cbf__flow query_closed(struct cbf__request *rq)
{
	end_enumeration(rq);
	return cbf__go(rq, reply_record);
}

static enum cbf__flow set_closed(struct cbf__request *rq)
{
	end_enumeration(rq);
	return cbf__go(rq, reply_set);
}

static void take_record(struct cbf__request *rq)
{
	const struct cbf_query_quotas_event *event = &rq->event.query_quotas;
	struct cbf_quota *quota = &rq->ioctl.quota;

	quota->flags &= ~CBF_QUOTA_FOUND;
	quota->used = quota->threshold = quota->limit = 0;
	if (!event->quota_found)
		return;
	quota->flags |= CBF_QUOTA_FOUND;
	quota->id = event->by_id ? event->id : event->owner_id;
	quota->used = event->quota_used;
	quota->threshold = event->quota_threshold;
	quota->limit = event->quota_limit;
}

static enum cbf__flow queried(struct cbf__request *rq)
{
	bool more = false;

	rq->enumeration->context = rq->event.query_quotas.enumeration_context;
	rq->error = rq->result;
	if (!rq->error) {
		take_record(rq);
		more = rq->handle->quotas == rq->enumeration && rq->event.query_quotas.quota_found;
	}
	rq->enumeration->position++;
	return more ? cbf__go(rq, reply_record) : cbf__call(rq, cbf__step_close_quotas, query_closed);
}

static enum cbf__flow query(struct cbf__request *rq)
{
	const struct cbf_quota *quota = &rq->ioctl.quota;

	rq->enumeration->started = true;
	rq->enumeration->kind = quota->kind;
	CBF__MAKE_EVENT(&rq->event, query_quotas, .kind = quota->kind, .by_id = quota->flags & CBF_QUOTA_BY_ID,
			.id = quota->id, .index = quota->index, .owner_id = quota->id,
			.enumeration_context = rq->enumeration->context);
	return cbf__fire_then(rq, CBF__QUERY_QUOTAS, queried);
}

static enum cbf__flow start_walk(struct cbf__request *rq)
{
	return start_enumeration(rq, &rq->handle->quotas) ? cbf__go(rq, query) : cbf__reply_error(rq, ENOMEM);
}

static enum cbf__flow previous_closed(struct cbf__request *rq)
{
	end_enumeration(rq);
	return cbf__go(rq, start_walk);
}

static enum cbf__flow query_claimed(struct cbf__request *rq)
{
	const struct cbf_quota *quota = &rq->ioctl.quota;
	struct cbf__enumeration *walk = rq->handle->quotas;

	if (rq->error)
		return cbf__reply_done(rq);
	if (quota->flags & CBF_QUOTA_BY_ID)
		return start_enumeration(rq, &rq->enumeration) ? cbf__go(rq, query) : cbf__reply_error(rq, ENOMEM);
	if (quota->index && (!walk || walk->position != quota->index || walk->kind != quota->kind))
		return cbf__reply_error(rq, EINVAL);
	rq->enumeration = walk;
	if (quota->index)
		return cbf__go(rq, query);
	return walk ? cbf__call(rq, cbf__step_close_quotas, previous_closed) : cbf__go(rq, start_walk);
}

static enum cbf__flow query_start(struct cbf__request *rq)
{
	rq->turn = CBF__EXCLUSIVE_TURN;
	return cbf__call(rq, cbf__step_claim_node, query_claimed);
}

static int quota_fault(const struct cbf__request *rq, const struct cbf_quota *quota, uint32_t flags)
{
	if (!rq->volume->properties.use_disk_quotas)
		return EOPNOTSUPP;
	return quota->kind > CBF_QUOTA_PROJECT || (quota->flags & ~flags) ? EINVAL : 0;
}

static bool is_own(const struct cbf__request *rq, const struct cbf_quota *quota)
{
	if (!(quota->flags & CBF_QUOTA_BY_ID))
		return false;
	return (quota->kind == CBF_QUOTA_USER && quota->id == rq->originator.uid) ||
	       (quota->kind == CBF_QUOTA_GROUP && cbf__caller_is_in(rq, quota->id));
}

int cbf__decode_query_quota(struct cbf__request *rq, uint64_t ino, const void *in, cbf__step *first)
{
	struct cbf_quota *quota = &rq->ioctl.quota;
	int error;

	(void)ino;
	memcpy(quota, in, sizeof(*quota));
	*first = query_start;
	quota->flags &= ~CBF_QUOTA_FOUND; /* the caller goes on with what it was given */
	error = quota_fault(rq, quota, CBF_QUOTA_BY_ID);
	if (!error && rq->originator.uid != 0 && !is_own(rq, quota))
		error = EPERM;
	return error;
}

static enum cbf__flow record_set(struct cbf__request *rq)
{
	const struct cbf_set_quotas_event *event = &rq->event.set_quotas;

	rq->enumeration->context = event->enumeration_context;
	rq->error = rq->result;
	if (!rq->error && event->remove && !event->quota_found)
		rq->error = ENOENT;
	return cbf__call(rq, cbf__step_close_quotas, set_closed);
}

static enum cbf__flow set_record(struct cbf__request *rq)
{
	const struct cbf_quota *quota = &rq->ioctl.quota;

	if (!start_enumeration(rq, &rq->enumeration))
		return cbf__reply_error(rq, ENOMEM);
	rq->enumeration->started = true;
	CBF__MAKE_EVENT(&rq->event, set_quotas, .kind = quota->kind, .id = quota->id,
			.remove = quota->flags & CBF_QUOTA_REMOVE, .quota_threshold = quota->threshold,
			.quota_limit = quota->limit);
	return cbf__fire_then(rq, CBF__SET_QUOTAS, record_set);
}

int cbf__decode_set_quota(struct cbf__request *rq, uint64_t ino, const void *in, cbf__step *first)
{
	struct cbf_quota *quota = &rq->ioctl.quota;
	int error;

	(void)ino;
	memcpy(quota, in, sizeof(*quota));
	*first = set_record;
	error = quota_fault(rq, quota, CBF_QUOTA_REMOVE);
	return !error && rq->originator.uid != 0 ? EPERM : error;
}

static enum cbf__flow defaults_told(struct cbf__request *rq)
{
	const struct cbf_get_default_quota_info_event *event = &rq->event.get_default_quota_info;
	const struct cbf_default_quota defaults = {.threshold = event->default_quota_threshold,
						   .limit = event->default_quota_limit,
						   .control_flags = event->control_flags};

	return rq->result ? cbf__reply_error(rq, rq->result) : cbf__reply_ioctl(rq, 0, &defaults, sizeof(defaults));
}

static enum cbf__flow ask_defaults(struct cbf__request *rq)
{
	CBF__MAKE_EVENT(&rq->event, get_default_quota_info, .result_code = 0);
	return cbf__fire_then(rq, CBF__GET_DEFAULT_QUOTA_INFO, defaults_told);
}

int cbf__decode_get_default_quota(struct cbf__request *rq, uint64_t ino, const void *in, cbf__step *first)
{
	(void)ino, (void)in;
	*first = ask_defaults;
	return rq->volume->properties.use_disk_quotas ? 0 : EOPNOTSUPP;
}

static enum cbf__flow defaults_set(struct cbf__request *rq)
{
	rq->error = rq->result;
	return cbf__go(rq, reply_set);
}

static enum cbf__flow set_defaults(struct cbf__request *rq)
{
	const struct cbf_default_quota *defaults = &rq->ioctl.default_quota;

	CBF__MAKE_EVENT(&rq->event, set_default_quota_info, .default_quota_threshold = defaults->threshold,
			.default_quota_limit = defaults->limit, .control_flags = defaults->control_flags);
	return cbf__fire_then(rq, CBF__SET_DEFAULT_QUOTA_INFO, defaults_set);
}

int cbf__decode_set_default_quota(struct cbf__request *rq, uint64_t ino, const void *in, cbf__step *first)
{
	struct cbf_default_quota *defaults = &rq->ioctl.default_quota;

	(void)ino;
	memcpy(defaults, in, sizeof(*defaults));
	*first = set_defaults;
	if (!rq->volume->properties.use_disk_quotas)
		return EOPNOTSUPP;
	if ((defaults->control_flags & ~(uint32_t)(CBF_QUOTAS_TRACKED | CBF_QUOTAS_ENFORCED)) || defaults->reserved)
		return EINVAL;
	return rq->originator.uid == 0 ? 0 : EPERM;
}
