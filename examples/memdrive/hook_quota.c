/* SPDX-License-Identifier: MIT */
/*
 * Quotas, as records that programs read and set. There is a record for each owner of something, and for each one that
 * was set. A walk over them keeps its place by the record that it gave last: records live as long as the drive.
 */
#include "hooks.h"

#include <errno.h>

_Static_assert((int)SPACE_USER == (int)CBF_QUOTA_USER && (int)SPACE_GROUP == (int)CBF_QUOTA_GROUP &&
		       (int)SPACE_PROJECT == (int)CBF_QUOTA_PROJECT,
	       "the kinds are the library's");

static bool is_in_use(struct quota *quota)
{
	return atomic_load(&quota->is_set) || atomic_load(&quota->bytes) || atomic_load(&quota->files);
}

static struct quota *next_in_use(struct space *space, enum space_kind kind, struct quota *quota)
{
	do {
		quota = space_next_quota(space, kind, quota);
	} while (quota && !is_in_use(quota));
	return quota;
}

static struct quota *find(struct space *space, const struct cbf_query_quotas_event *event)
{
	struct quota *quota;

	if (!event->by_id)
		return next_in_use(space, event->kind, event->enumeration_context);
	quota = space_quota(space, event->kind, event->id, false);
	return quota && is_in_use(quota) ? quota : NULL;
}

void hook_query_quotas(struct cbf_volume *volume, struct cbf_query_quotas_event *event, void *user_data)
{
	struct space *space = &((struct memdrive *)user_data)->space;
	struct quota *quota = find(space, event);

	(void)volume;
	if (!quota)
		return;
	event->quota_found = true;
	event->owner_id = quota->id;
	event->quota_used = atomic_load(&quota->bytes);
	event->quota_threshold = space_quota_threshold(space, event->kind, quota);
	event->quota_limit = space_quota_limit(space, event->kind, quota);
	if (!event->by_id)
		event->enumeration_context = quota;
}

static void set(struct quota *quota, const struct cbf_set_quotas_event *event)
{
	atomic_store(&quota->limit, event->remove ? 0 : event->quota_limit);
	atomic_store(&quota->threshold, event->remove ? 0 : event->quota_threshold);
	atomic_store(&quota->is_set, !event->remove);
}

void hook_set_quotas(struct cbf_volume *volume, struct cbf_set_quotas_event *event, void *user_data)
{
	struct space *space = &((struct memdrive *)user_data)->space;
	struct quota *quota = space_quota(space, event->kind, event->id, !event->remove);

	(void)volume;
	event->quota_found = quota && atomic_load(&quota->is_set);
	if (quota)
		set(quota, event);
	else if (!event->remove)
		event->result_code = ENOMEM;
}

/* The records that a walk passed are still the drive's. */
void hook_close_quotas_enumeration(struct cbf_volume *volume, struct cbf_close_quotas_enumeration_event *event,
				   void *user_data)
{
	(void)volume;
	(void)event;
	(void)user_data;
}

void hook_get_default_quota_info(struct cbf_volume *volume, struct cbf_get_default_quota_info_event *event,
				 void *user_data)
{
	struct space *space = &((struct memdrive *)user_data)->space;

	(void)volume;
	event->default_quota_threshold = atomic_load(&space->default_threshold);
	event->default_quota_limit = atomic_load(&space->default_limit);
	event->control_flags = CBF_QUOTAS_TRACKED | (atomic_load(&space->is_enforced) ? CBF_QUOTAS_ENFORCED : 0);
}

/* Use is counted, whatever they say: it could not be counted later. */
void hook_set_default_quota_info(struct cbf_volume *volume, struct cbf_set_default_quota_info_event *event,
				 void *user_data)
{
	struct space *space = &((struct memdrive *)user_data)->space;

	(void)volume;
	atomic_store(&space->default_threshold, event->default_quota_threshold);
	atomic_store(&space->default_limit, event->default_quota_limit);
	atomic_store(&space->is_enforced, event->control_flags & CBF_QUOTAS_ENFORCED);
}
