/* SPDX-License-Identifier: MIT */
/*
 * What the local file of a routed file answers in place of the hooks: see open/route.h and the public route.h.
 *
 * Two ways lead there. Each event about an open file goes by cbf__serve_routed(), just before it would fire, with the
 * turn of the file held; so whichever operation an event belongs to, it is routed. Reads and writes come first by
 * cbf__take_route(), and then need neither claim nor turn.
 */
#ifndef CBF__ROUTED_H
#define CBF__ROUTED_H

#include "request.h"

/* All flags: nothing is routed. */
enum {
	CBF__ROUTE_ALL = CBF_ROUTE_ONLY_READ | CBF_ROUTE_NO_READ | CBF_ROUTE_NO_QUERY_RANGES | CBF_ROUTE_NO_FLUSH |
			 CBF_ROUTE_NO_SIZE
};

/* Is rq->event routed? Then it is answered: rq->result. */
bool cbf__serve_routed(struct cbf__request *rq, enum cbf__event_id id);
/* Where a hook for that event may put a route; NULL: it may not. *route is NULL then, too. */
struct cbf__route **cbf__route_place(const struct cbf__request *rq, enum cbf__event_id id, struct cbf__route **route);
/* After the event: the file that was opened has the route (may be NULL), or the open failed. Takes over the reference.
 */
void cbf__route_opened(struct cbf__request *rq, struct cbf__route *route);
/* The sizes in rq->info, which is about that file, are those of the local one if it is routed: a file whose turn is
 * held, or a node that is pinned. False: it is not open. */
void cbf__route_sizes(struct cbf__request *rq, const struct cbf__file *file);
bool cbf__route_node_sizes(struct cbf__request *rq, const struct cbf__node *node);

/* The route cache: see open/route.h. */

/* Has it the file rq->target, which is being opened as rq->own_handle? Then it is routed, and no event is to fire. */
bool cbf__open_by_cache(struct cbf__request *rq);
/* After CreateFile, which fires always: a file that is in the cache already is routed. */
void cbf__route_created(struct cbf__request *rq);
/* Is that event one for open files? */
bool cbf__needs_open(enum cbf__event_id id);
/* Fires OpenFile for rq->file, which the application does not know to be open, before the event with that id, for which
 * the slots are. False: it failed, and so does the event: rq->result. */
bool cbf__announce(struct cbf__request *rq, enum cbf__event_id id, const struct cbf__slots *slots);
/* The sizes in rq->info, which is about the path of a file that is not open, are those of the file in the cache. */
void cbf__cache_sizes(struct cbf__request *rq, const char *path);
/* The same of an entry of the directory rq->subject. */
void cbf__cache_entry_sizes(struct cbf__request *rq, const char *name);

/* Opens a regular file for reading and writing, or else for reading. Negative errno. */
int cbf__open_local(const struct cbf_volume *volume, int directory, const char *path, int flags, int *access);

/* Is rq->handle, which has been bound, routed for what that flag (CBF_ROUTE_NO_...) stands for? Then rq->route is held
 * by the request. */
bool cbf__take_route(struct cbf__request *rq, unsigned flag);

/* All bytes, or up to the end of the file or an error, which is told only if nothing was read or written before it: 0
 * or an errno value. */
int cbf__route_read(struct cbf__route *route, void *buffer, size_t size, uint64_t position, size_t *count);
int cbf__route_write(struct cbf__route *route, const void *buffer, size_t size, uint64_t position, size_t *count);

#endif
