/* SPDX-License-Identifier: MIT */
#include "worker.h"

#include "event/event.h"
#include "request.h"
#include "volume.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Two, so that a request which arrives while one is served finds a thread waiting without anybody being woken for it;
 * no more, so that the same warm threads serve an unhurried client. */
enum { MAX_READERS = 2, IDLE_SECONDS = 5 };

/* This thread is the last worker of its volume, and closes what is open: what that sets free it runs itself. */
static _Thread_local bool closing_thread;

static void *worker_main(void *data);

int cbf__workers_init(struct cbf__workers *workers, struct cbf_volume *volume, const struct cbf__source *source)
{
	pthread_condattr_t monotonic;

	memset(workers, 0, sizeof(*workers));
	workers->volume = volume;
	workers->source = source;
	cbf__list_init(&workers->ready);
	cbf__list_init(&workers->ended);
	pthread_mutex_init(&workers->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&workers->wake, &monotonic);
	pthread_cond_init(&workers->changed, &monotonic);
	pthread_condattr_destroy(&monotonic);
	return 0;
}

void cbf__workers_destroy(struct cbf__workers *workers)
{
	pthread_cond_destroy(&workers->changed);
	pthread_cond_destroy(&workers->wake);
	pthread_mutex_destroy(&workers->lock);
}

/* One that exists. It ends in workers->ended; who joins it frees this. */
struct thread {
	struct cbf__list link;
	struct cbf__workers *workers;
	pthread_t id;
};

/* The application's signals are for its own threads. */
static int start_thread(struct cbf__workers *workers)
{
	struct thread *thread = calloc(1, sizeof(*thread));
	sigset_t all, before;
	int error;

	if (!thread)
		return -ENOMEM;
	cbf__list_init(&thread->link);
	thread->workers = workers;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&thread->id, NULL, worker_main, thread);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (error)
		free(thread);
	return -error;
}

/* Without the lock: what other libraries keep for a thread (libfuse a pipe) goes only when it has ended altogether. */
static void join_ended(struct cbf__workers *workers)
{
	struct cbf__list *link;
	struct thread *thread;

	for (;;) {
		pthread_mutex_lock(&workers->lock);
		link = cbf__list_take(&workers->ended);
		pthread_mutex_unlock(&workers->lock);
		if (!link)
			return;
		thread = CBF__CONTAINER(link, struct thread, link);
		pthread_join(thread->id, NULL);
		free(thread);
	}
}

/* With the lock held. */
static int spawn(struct cbf__workers *workers)
{
	int error;

	workers->count++;
	workers->threads++;
	error = start_thread(workers);
	if (error) {
		workers->count--;
		workers->threads--;
	}
	return error;
}

/* With the lock held: somebody has to get up, or be made, or stop waiting for the kernel. */
static void need_hands(struct cbf__workers *workers)
{
	if (workers->idle > workers->wakes) {
		workers->wakes++;
		pthread_cond_signal(&workers->wake);
		return;
	}
	if (workers->stepping || (workers->count < workers->max && spawn(workers) == 0))
		return;
	if (workers->readers && !cbf__list_empty(&workers->ready))
		workers->source->wake_readers(workers->volume);
}

static void run(struct cbf__workers *workers, struct cbf__list *link)
{
	pthread_mutex_unlock(&workers->lock);
	cbf__request_run(CBF__CONTAINER(link, struct cbf__request, link));
	pthread_mutex_lock(&workers->lock);
}

static void wait_while_paused(struct cbf__workers *workers)
{
	while (workers->paused && !workers->dry)
		pthread_cond_wait(&workers->changed, &workers->lock);
}

static unsigned allowed_readers(const struct cbf__workers *workers)
{
	return workers->opened ? MAX_READERS : 1;
}

/* With the lock held. */
static void run_dry(struct cbf__workers *workers)
{
	workers->dry = true;
	pthread_cond_broadcast(&workers->wake);
	pthread_cond_broadcast(&workers->changed);
}

/* With the lock held; reads and serves one request. */
static void read_and_serve(struct cbf__workers *workers, void *buffer)
{
	enum cbf__received received;

	workers->readers++;
	pthread_mutex_unlock(&workers->lock);
	received = workers->source->receive(workers->volume, buffer);
	pthread_mutex_lock(&workers->lock);
	workers->readers--;
	if (received == CBF__RECEIVED_END)
		run_dry(workers);
	if (received != CBF__RECEIVED)
		return;
	wait_while_paused(workers);
	if (workers->readers == 0 && workers->opened && !workers->dry)
		need_hands(workers);
	pthread_mutex_unlock(&workers->lock);
	workers->source->process(workers->volume, buffer);
	pthread_mutex_lock(&workers->lock);
}

/* With the lock held. False: nothing came for a while, and there are workers enough. */
static bool wait_for_work(struct cbf__workers *workers)
{
	struct timespec until;
	int error;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += IDLE_SECONDS;
	workers->idle++;
	error = pthread_cond_timedwait(&workers->wake, &workers->lock, &until);
	workers->idle--;
	if (workers->wakes)
		workers->wakes--;
	return error != ETIMEDOUT || workers->count <= workers->min;
}

/* Waits for work. True: none came for a while, there are workers enough, and none was wanted at the last moment. */
static bool is_superfluous(struct cbf__workers *workers)
{
	return !wait_for_work(workers) && cbf__list_empty(&workers->ready) &&
	       workers->readers >= allowed_readers(workers);
}

static void serve(struct cbf__workers *workers, void *buffer)
{
	struct cbf__list *link;

	for (;;) {
		wait_while_paused(workers);
		if ((link = cbf__list_take(&workers->ready)))
			run(workers, link);
		else if (!workers->dry && workers->readers < allowed_readers(workers))
			read_and_serve(workers, buffer);
		else if (workers->dry || is_superfluous(workers))
			return;
	}
}

static int fire_creation(struct cbf_volume *volume)
{
	union cbf__event event;

	memset(&event, 0, sizeof(event));
	return cbf__fire(volume, CBF__WORKER_THREAD_CREATION, &event, NULL);
}

/* With the lock held. The last one closes the shop: nothing can be submitted after that. */
static bool leave(struct cbf__workers *workers)
{
	if (workers->count == 1 && workers->dry)
		workers->closed = true;
	else
		workers->count--;
	return workers->closed;
}

static void work(struct cbf__workers *workers, void *buffer)
{
	struct cbf_volume *volume = workers->volume;
	bool last;

	pthread_mutex_lock(&workers->lock);
	serve(workers, buffer);
	last = leave(workers);
	pthread_mutex_unlock(&workers->lock);
	if (last) {
		closing_thread = true;
		workers->source->all_done(volume);
		closing_thread = false;
	}
	cbf__fire_worker_thread_termination(volume);
	if (last)
		workers->source->over(volume);
}

/* A worker that did not come to be. If it was the first, cbf__workers_start() gets to know. */
static void give_up(struct cbf__workers *workers, int result)
{
	bool first, last = false;

	pthread_mutex_lock(&workers->lock);
	first = workers->creation_result < 0;
	if (first)
		workers->creation_result = result;
	if (first)
		workers->count--;
	else
		last = leave(workers);
	pthread_mutex_unlock(&workers->lock);
	if (!first)
		cbf__report(workers->volume, result, "WorkerThreadCreation: a further worker thread was refused");
	if (last) {
		closing_thread = true;
		cbf__workers_run_ready(workers);
		workers->source->all_done(workers->volume);
		closing_thread = false;
		workers->source->over(workers->volume);
	}
}

static void *worker_main(void *data)
{
	struct thread *thread = data;
	struct cbf__workers *workers = thread->workers;
	void *buffer = workers->source->new_buffer(workers->volume);
	int result = buffer ? fire_creation(workers->volume) : ENOMEM;

	join_ended(workers);
	if (result) {
		give_up(workers, result);
	} else {
		pthread_mutex_lock(&workers->lock);
		if (workers->creation_result < 0)
			workers->creation_result = 0;
		pthread_cond_broadcast(&workers->changed);
		pthread_mutex_unlock(&workers->lock);
		work(workers, buffer);
	}
	if (buffer)
		workers->source->free_buffer(buffer);
	/* Once the lock is let go of, whoever waits for the last thread joins it, and may free the workers. */
	pthread_mutex_lock(&workers->lock);
	workers->threads--;
	cbf__list_append(&workers->ended, &thread->link);
	pthread_cond_broadcast(&workers->changed);
	pthread_mutex_unlock(&workers->lock);
	return NULL;
}

int cbf__workers_start(struct cbf__workers *workers, unsigned min, unsigned max)
{
	int result;

	pthread_mutex_lock(&workers->lock);
	workers->min = min;
	workers->max = max;
	workers->creation_result = -1;
	result = spawn(workers);
	while (result == 0 && workers->creation_result < 0)
		pthread_cond_wait(&workers->changed, &workers->lock);
	if (result == 0)
		result = -workers->creation_result;
	pthread_mutex_unlock(&workers->lock);
	if (result)
		cbf__workers_join(workers);
	return result;
}

void cbf__workers_open(struct cbf__workers *workers)
{
	pthread_mutex_lock(&workers->lock);
	workers->opened = true;
	need_hands(workers);
	pthread_mutex_unlock(&workers->lock);
}

void cbf__workers_stop(struct cbf__workers *workers)
{
	pthread_mutex_lock(&workers->lock);
	run_dry(workers);
	workers->source->wake_readers(workers->volume);
	pthread_mutex_unlock(&workers->lock);
}

void cbf__workers_join(struct cbf__workers *workers)
{
	pthread_mutex_lock(&workers->lock);
	while (workers->threads)
		pthread_cond_wait(&workers->changed, &workers->lock);
	pthread_mutex_unlock(&workers->lock);
	join_ended(workers);
}

bool cbf__workers_submit(struct cbf__workers *workers, struct cbf__list *request)
{
	bool open;

	pthread_mutex_lock(&workers->lock);
	open = !workers->closed || closing_thread;
	if (open)
		cbf__list_append(&workers->ready, request);
	if (!workers->closed)
		need_hands(workers);
	pthread_mutex_unlock(&workers->lock);
	return open;
}

void cbf__workers_run_ready(struct cbf__workers *workers)
{
	struct cbf__list *link;

	pthread_mutex_lock(&workers->lock);
	while ((link = cbf__list_take(&workers->ready)))
		run(workers, link);
	pthread_mutex_unlock(&workers->lock);
}

void cbf__workers_pause(struct cbf__workers *workers, bool paused)
{
	pthread_mutex_lock(&workers->lock);
	workers->paused = paused;
	pthread_cond_broadcast(&workers->changed);
	pthread_mutex_unlock(&workers->lock);
}
