/* SPDX-License-Identifier: MIT */
/* Worker threads: each has a name, which top(1) and debuggers show. */
#define _GNU_SOURCE 1
#include "hooks.h"

#include <stdio.h>

enum { THREAD_NAME_SIZE = 16 };

void hook_worker_thread_creation(struct cbf_volume *volume, struct cbf_worker_thread_creation_event *event,
				 void *user_data)
{
	struct memdrive *drive = user_data;
	char name[THREAD_NAME_SIZE];

	(void)volume;
	(void)event;
	(void)snprintf(name, sizeof(name), "memdrive-%u", atomic_fetch_add(&drive->workers, 1) % 1000);
	pthread_setname_np(pthread_self(), name);
}

void hook_worker_thread_termination(struct cbf_volume *volume, struct cbf_worker_thread_termination_event *event,
				    void *user_data)
{
	(void)volume;
	(void)event;
	(void)user_data;
	pthread_setname_np(pthread_self(), "memdrive-ending");
}
