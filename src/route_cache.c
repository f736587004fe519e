/* SPDX-License-Identifier: MIT */
/* The route cache: files that are served from a local directory, without OpenFile. See open/route.h. */
#include "routed.h"
#include "volume.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { STAT_BLOCK = 512 };

static struct cbf__route *exchange(struct cbf_volume *volume, struct cbf__route *cache)
{
	struct cbf__route *old;

	pthread_mutex_lock(&volume->route_lock);
	old = volume->route_cache;
	volume->route_cache = cache;
	pthread_mutex_unlock(&volume->route_lock);
	return old;
}

int cbf_enable_route_cache(struct cbf_volume *volume, const char *location, unsigned flags)
{
	struct cbf__route *cache;
	int fd;

	if (flags & ~(unsigned)CBF__ROUTE_ALL)
		return -EINVAL;
	if (!cbf_get_use_routing(volume))
		return -EOPNOTSUPP;
	if (cbf_get_fire_all_open_close_events(volume) || !cbf_get_serialize_access(volume))
		return -EINVAL;
	fd = open(location, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	cache = cbf__route_new(fd, O_RDONLY, flags);
	if (!cache)
		return -ENOMEM;
	cbf__route_release(exchange(volume, cache));
	return 0;
}

void cbf_disable_route_cache(struct cbf_volume *volume, bool invalidate_routed_files)
{
	struct cbf__route *cache = exchange(volume, NULL);

	if (cache && invalidate_routed_files)
		atomic_store(&cache->off, CBF__ROUTE_ALL);
	cbf__route_release(cache);
}

static struct cbf__route *hold_cache(const struct cbf__request *rq)
{
	struct cbf_volume *volume = rq->volume;
	struct cbf__route *cache;

	/* What was set after it was enabled. */
	if (!volume->properties.use_routing || volume->properties.fire_all_open_close_events ||
	    !volume->properties.serialize_access)
		return NULL;
	pthread_mutex_lock(&volume->route_lock);
	cache = cbf__route_hold(volume->route_cache);
	pthread_mutex_unlock(&volume->route_lock);
	return cache;
}

/* Routes rq->file, which nobody else uses yet. */
static bool route_by_cache(struct cbf__request *rq, bool unannounced)
{
	struct cbf__route *cache = hold_cache(rq), *route = NULL;
	int fd, access;

	if (!cache)
		return false;
	fd = cbf__open_local(rq->volume, cache->fd, rq->subject + 1, O_NOFOLLOW, &access);
	if (fd >= 0)
		route = cbf__route_new(fd, access, cache->flags);
	if (!route) {
		cbf__route_release(cache);
		return false;
	}
	route->cache = cache;
	cbf__lock(rq);
	rq->file->route = route;
	rq->file->unannounced = unannounced;
	cbf__unlock(rq);
	return true;
}

/* By which of its names is a matter of who used it last: the cache would have it at one time, and not at another. */
static bool has_one_name(struct cbf__request *rq)
{
	bool one;

	cbf__lock(rq);
	one = !rq->volume->properties.use_hard_links || rq->target->hard_links <= 1;
	cbf__unlock(rq);
	return one;
}

bool cbf__open_by_cache(struct cbf__request *rq)
{
	if (rq->target->type != S_IFREG || rq->target->stream || rq->deleted || (rq->open_flags & O_PATH))
		return false;
	return has_one_name(rq) && route_by_cache(rq, true);
}

void cbf__route_created(struct cbf__request *rq)
{
	const struct cbf_create_file_event *event = &rq->event.create_file;

	if (S_ISREG(event->mode) && !event->is_stream && !rq->file->route)
		(void)route_by_cache(rq, false);
}

bool cbf__needs_open(enum cbf__event_id id)
{
	switch (id) {
	case CBF__GET_FILE_INFO:
	case CBF__GET_REPARSE_POINT:
	case CBF__QUERY_EA:
	case CBF__CAN_FILE_BE_DELETED:
	case CBF__RENAME_OR_MOVE_FILE:
		return false;
	default:
		return cbf__event_shapes[id].path >= 0; /* quotas and the like are about no file */
	}
}

bool cbf__announce(struct cbf__request *rq, enum cbf__event_id id, const struct cbf__slots *slots)
{
	const int place = cbf__event_shapes[id].path;
	struct cbf__slots open_slots = *slots;
	struct cbf__route *route = NULL;
	union cbf__event event;
	const char *path = rq->subject;

	if (place >= 0)
		memcpy(&path, (const char *)&rq->event + place, sizeof(path));
	open_slots.route = &route;
	CBF__MAKE_EVENT(&event, open_file, .file_name = path, .deleted = rq->deleted,
			.flags = rq->handle ? rq->handle->flags : O_PATH | O_NOFOLLOW);
	rq->result = cbf__fire(rq->volume, CBF__OPEN_FILE, &event, &open_slots);
	cbf__route_opened(rq, route);
	if (rq->result == 0)
		rq->file->unannounced = false;
	return rq->result == 0;
}

void cbf__cache_sizes(struct cbf__request *rq, const char *path)
{
	struct cbf__route *cache;
	struct stat st;

	if (!S_ISREG(rq->info.mode) || (rq->volume->properties.use_hard_links && rq->info.hard_link_count > 1))
		return;
	cache = hold_cache(rq);
	if (!cache)
		return;
	if (!(cache->flags & CBF_ROUTE_NO_SIZE) && fstatat(cache->fd, path + 1, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    S_ISREG(st.st_mode)) {
		rq->info.size = (uint64_t)st.st_size;
		rq->info.allocation_size = (uint64_t)st.st_blocks * STAT_BLOCK;
	}
	cbf__route_release(cache);
}

void cbf__cache_entry_sizes(struct cbf__request *rq, const char *name)
{
	char path[PATH_MAX];
	int length = snprintf(path, sizeof(path), "%s/%s", rq->subject, name);

	/* The root is "/", so its entries begin with two. */
	if (length > 0 && (size_t)length < sizeof(path))
		cbf__cache_sizes(rq, strcmp(rq->subject, "/") == 0 ? path + 1 : path);
}
