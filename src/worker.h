/* SPDX-License-Identifier: MIT */
/*
 * Worker threads: they take requests from the kernel and run those that can go on.
 *
 * At most MAX_READERS workers wait for the kernel at a time; the others wait here, for a request in the ready queue or
 * for the place of a reader that has got something to do. Both can be woken, so a request that becomes ready finds
 * a thread as long as fewer than `max` are inside of hooks. When all are busy, another worker is started, up to
 * `max`; one that has had nothing to do for a while ends if more than `min` are left.
 *
 * A thread inside of a hook holds nothing here. workers->lock guards all fields; hooks run and the kernel is read
 * without it.
 *
 * End: when the source of requests is dry, every worker finishes what is ready and leaves; the last one calls
 * `all_done` on its own thread before its WorkerThreadTermination, so that the closing events run on a worker too.
 */
#ifndef CBF__WORKER_H
#define CBF__WORKER_H

#include "base/list.h"

#include <pthread.h>
#include <stdbool.h>

struct cbf_volume;

enum cbf__received {
	CBF__RECEIVED, /* a request */
	CBF__RECEIVED_NOTHING, /* was woken */
	CBF__RECEIVED_END /* there will be no more */
};

/* What a worker gets its requests from. */
struct cbf__source {
	/* Waits for a request into the worker's own buffer, or for wake_readers(). */
	enum cbf__received (*receive)(struct cbf_volume *volume, void *buffer);
	/* Makes one of those who wait in receive(), or the next to do so, return CBF__RECEIVED_NOTHING. */
	void (*wake_readers)(struct cbf_volume *volume);
	/* Decodes it and runs it until it is done or parked. */
	void (*process)(struct cbf_volume *volume, void *buffer);
	void *(*new_buffer)(struct cbf_volume *volume); /* NULL: no memory */
	void (*free_buffer)(void *buffer);
	void (*all_done)(struct cbf_volume *volume); /* nothing runs any more: close what is open */
	void (*over)(struct cbf_volume *volume); /* after the last event */
};

struct cbf__workers {
	pthread_mutex_t lock;
	pthread_cond_t wake; /* for idle workers */
	pthread_cond_t changed; /* for those who wait for workers to come or go */
	struct cbf_volume *volume;
	const struct cbf__source *source;
	unsigned min, max;
	unsigned count; /* threads that count as workers */
	unsigned idle; /* of these, waiting for `wake` */
	unsigned readers; /* of these, waiting for the kernel */
	unsigned threads; /* that exist, workers or not: they use this struct until they end */
	unsigned wakes; /* idle workers that were signalled and have not yet got up */
	int creation_result; /* of the first creation event; -1: not known yet */
	bool opened; /* mounted: until then one reader, so that Mount is the first event */
	bool dry; /* the source has no more */
	bool closed; /* the last worker is closing what is open; nothing can be submitted */
	bool paused;
	bool stepping; /* no threads: the caller of cbf__session_step() is the worker */
	struct cbf__list ready; /* cbf__request.link */
	struct cbf__list ended; /* threads to be joined: by the next one that starts, or at the end */
};

int cbf__workers_init(struct cbf__workers *workers, struct cbf_volume *volume, const struct cbf__source *source);
void cbf__workers_destroy(struct cbf__workers *workers);
/* Starts the first worker and waits for its creation event. 0, or a negative errno and no worker is left. */
int cbf__workers_start(struct cbf__workers *workers, unsigned min, unsigned max);
/* There will be no more requests: workers finish what they run and leave, the last one closes what is open. */
void cbf__workers_stop(struct cbf__workers *workers);
/* Waits until every thread has gone. */
void cbf__workers_join(struct cbf__workers *workers);
/* More than one may read from now on. */
void cbf__workers_open(struct cbf__workers *workers);
/* Puts a request into the ready queue. Any thread. False: the workers have gone; a request that the library made for a
 * caller must not be parked then. Never false for a request that was parked. */
bool cbf__workers_submit(struct cbf__workers *workers, struct cbf__list *request);
/* Runs what is ready on this thread until there is no more. */
void cbf__workers_run_ready(struct cbf__workers *workers);
void cbf__workers_pause(struct cbf__workers *workers, bool paused);

#endif
