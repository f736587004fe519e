/* SPDX-License-Identifier: MIT */
/*
 * Who is behind an event, and which event a thread is in.
 *
 * An actor is what the kernel says of a caller, as cheaply as it can be kept: all else is read from /proc when a hook
 * asks (caller.c). A creator is the actor that opened a handle; with keep_handle_creators it knows its process.
 *
 * Each thread has the event that it is in as a chain, innermost first: OnError may fire inside of another event. The
 * choke point puts it there and takes it away; nobody else sees it, so it needs no lock.
 */
#ifndef CBF__ACTOR_H
#define CBF__ACTOR_H

#include <sys/types.h>
#include <time.h>

struct cbf_volume;
struct cbf__route;

struct cbf__actor {
	pid_t thread; /* 0: not known */
	uid_t uid;
	gid_t gid;
	struct timespec since; /* base/process.h */
};

/* What was read at the open; freed with the handle. */
struct cbf__known_process {
	pid_t process;
	char executable[]; /* "": not known */
};

struct cbf__creator {
	struct cbf__actor actor;
	struct cbf__known_process *known; /* NULL: not kept */
};

struct cbf__current {
	const struct cbf__current *outer;
	struct cbf_volume *volume;
	const char *path; /* NULL: the event is about no file */
	const struct cbf__actor *originator; /* NULL: nobody */
	const struct cbf__creator *creator; /* NULL: no handle */
	struct cbf__route **route; /* NULL: the event opens nothing that could be routed */
};

/* The event that this thread is in, or NULL. */
const struct cbf__current *cbf__current(void);

#endif
