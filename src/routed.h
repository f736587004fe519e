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

/* Is rq->event routed? Then it is answered: rq->result. */
bool cbf__serve_routed(struct cbf__request *rq, enum cbf__event_id id);
/* Where a hook for that event may put a route; NULL: it may not. *route is NULL then, too. */
struct cbf__route **cbf__route_place(const struct cbf__request *rq, enum cbf__event_id id, struct cbf__route **route);
/* After the event: the file that was opened has the route (may be NULL), or the open failed. Takes over the reference.
 */
void cbf__route_opened(struct cbf__request *rq, struct cbf__route *route);
/* The sizes in rq->info, which is about that file, are those of the local one if it is routed: a file whose turn is
 * held, or a node that is pinned and may not be open. */
void cbf__route_sizes(struct cbf__request *rq, const struct cbf__file *file);
void cbf__route_node_sizes(struct cbf__request *rq, const struct cbf__node *node);

/* Is rq->handle, which has been bound, routed for what that flag (CBF_ROUTE_NO_...) stands for? Then rq->route is held
 * by the request. */
bool cbf__take_route(struct cbf__request *rq, unsigned flag);

/* All bytes, or up to the end of the file or an error, which is told only if nothing was read or written before it: 0
 * or an errno value. */
int cbf__route_read(struct cbf__route *route, void *buffer, size_t size, uint64_t position, size_t *count);
int cbf__route_write(struct cbf__route *route, const void *buffer, size_t size, uint64_t position, size_t *count);

#endif
