/* SPDX-License-Identifier: MIT */
#include "space.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void init_list(struct quota_list *list)
{
	table_init(&list->table);
	list->first = NULL;
	list->end = &list->first;
	list->count = 0;
}

int space_init(struct space *space, uint64_t byte_limit, uint64_t file_limit, uint64_t default_limit)
{
	memset(space, 0, sizeof(*space));
	space->byte_limit = byte_limit;
	space->file_limit = file_limit;
	atomic_init(&space->default_limit, default_limit);
	atomic_init(&space->is_enforced, true);
	for (unsigned kind = 0; kind < SPACE_KINDS; kind++)
		init_list(&space->lists[kind]);
	return -pthread_mutex_init(&space->lock, NULL);
}

static void free_quota(struct table_link *link, void *argument)
{
	(void)argument;
	free(TABLE_ENTRY(link, struct quota, link));
}

void space_destroy(struct space *space)
{
	for (unsigned kind = 0; kind < SPACE_KINDS; kind++)
		table_empty(&space->lists[kind].table, free_quota, NULL);
	pthread_mutex_destroy(&space->lock);
}

static struct quota *find(const struct quota_list *list, uint32_t id)
{
	for (struct table_link *link = table_first(&list->table, table_hash_number(id)); link; link = table_next(link))
		if (TABLE_ENTRY(link, struct quota, link)->id == id)
			return TABLE_ENTRY(link, struct quota, link);
	return NULL;
}

static struct quota *add(struct quota_list *list, uint32_t id)
{
	struct quota *quota = calloc(1, sizeof(*quota));

	if (!quota)
		return NULL;
	quota->id = id;
	quota->index = list->count++;
	*list->end = quota;
	list->end = &quota->next;
	table_add(&list->table, &quota->link, table_hash_number(id));
	return quota;
}

struct quota *space_quota(struct space *space, enum space_kind kind, uint32_t id, bool make)
{
	struct quota *quota;

	pthread_mutex_lock(&space->lock);
	quota = find(&space->lists[kind], id);
	if (!quota && make)
		quota = add(&space->lists[kind], id);
	pthread_mutex_unlock(&space->lock);
	return quota;
}

struct quota *space_next_quota(struct space *space, enum space_kind kind, struct quota *quota)
{
	struct quota *next;

	pthread_mutex_lock(&space->lock);
	next = quota ? quota->next : space->lists[kind].first;
	pthread_mutex_unlock(&space->lock);
	return next;
}

int space_owners(struct space *space, const uint32_t ids[SPACE_KINDS], struct owners *owners)
{
	struct owners found;

	for (unsigned kind = 0; kind < SPACE_KINDS; kind++) {
		found.quotas[kind] = space_quota(space, kind, ids[kind], true);
		if (!found.quotas[kind])
			return -ENOMEM;
	}
	*owners = found;
	return 0;
}

uint64_t space_quota_limit(const struct space *space, enum space_kind kind, struct quota *quota)
{
	if (atomic_load(&quota->is_set))
		return atomic_load(&quota->limit);
	return kind == SPACE_USER && quota->id != 0 ? atomic_load(&space->default_limit) : 0;
}

uint64_t space_quota_threshold(const struct space *space, enum space_kind kind, struct quota *quota)
{
	if (atomic_load(&quota->is_set))
		return atomic_load(&quota->threshold);
	return kind == SPACE_USER && quota->id != 0 ? atomic_load(&space->default_threshold) : 0;
}

/* limit 0: none. */
static bool count(atomic_uint_fast64_t *counter, uint64_t more, uint64_t limit)
{
	uint_fast64_t before = atomic_load(counter);

	do {
		if (limit && more && (more > limit || before > limit - more))
			return false;
	} while (!atomic_compare_exchange_weak(counter, &before, before + more));
	return true;
}

static bool count_quota(const struct space *space, enum space_kind kind, struct quota *quota, uint64_t bytes,
			uint64_t files)
{
	bool is_limited = quota->id != 0 && atomic_load(&space->is_enforced);

	if (!count(&quota->bytes, bytes, is_limited ? space_quota_limit(space, kind, quota) : 0))
		return false;
	atomic_fetch_add(&quota->files, files);
	return true;
}

static void uncount_quota(struct quota *quota, uint64_t bytes, uint64_t files)
{
	atomic_fetch_sub(&quota->bytes, bytes);
	atomic_fetch_sub(&quota->files, files);
}

static int take_quotas(const struct space *space, const struct owners *owners, uint64_t bytes, uint64_t files)
{
	for (unsigned kind = 0; kind < SPACE_KINDS; kind++) {
		if (count_quota(space, kind, owners->quotas[kind], bytes, files))
			continue;
		while (kind-- > 0)
			uncount_quota(owners->quotas[kind], bytes, files);
		return -EDQUOT;
	}
	return 0;
}

static int take_whole(struct space *space, uint64_t bytes, uint64_t files)
{
	if (!count(&space->bytes, bytes, space->byte_limit))
		return -ENOSPC;
	if (count(&space->files, files, space->file_limit))
		return 0;
	atomic_fetch_sub(&space->bytes, bytes);
	return -ENOSPC;
}

static void give_whole(struct space *space, uint64_t bytes, uint64_t files)
{
	atomic_fetch_sub(&space->bytes, bytes);
	atomic_fetch_sub(&space->files, files);
}

int space_take(struct space *space, const struct owners *owners, uint64_t bytes, uint64_t files)
{
	int error = take_whole(space, bytes, files);

	if (error)
		return error;
	error = take_quotas(space, owners, bytes, files);
	if (error)
		give_whole(space, bytes, files);
	return error;
}

void space_give(struct space *space, const struct owners *owners, uint64_t bytes, uint64_t files)
{
	for (unsigned kind = 0; kind < SPACE_KINDS; kind++)
		uncount_quota(owners->quotas[kind], bytes, files);
	give_whole(space, bytes, files);
}

int space_move(struct space *space, const struct owners *from, const struct owners *to, uint64_t bytes)
{
	for (unsigned kind = 0; kind < SPACE_KINDS; kind++) {
		if (from->quotas[kind] == to->quotas[kind] || count_quota(space, kind, to->quotas[kind], bytes, 1))
			continue;
		while (kind-- > 0)
			if (from->quotas[kind] != to->quotas[kind])
				uncount_quota(to->quotas[kind], bytes, 1);
		return -EDQUOT;
	}
	for (unsigned kind = 0; kind < SPACE_KINDS; kind++)
		if (from->quotas[kind] != to->quotas[kind])
			uncount_quota(from->quotas[kind], bytes, 1);
	return 0;
}
