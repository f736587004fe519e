/* SPDX-License-Identifier: MIT */
#include "open/route.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct cbf__route *cbf__route_new(int fd, int access, unsigned flags)
{
	struct cbf__route *route = malloc(sizeof(*route));

	if (!route) {
		(void)close(fd);
		return NULL;
	}
	atomic_init(&route->references, 1);
	atomic_init(&route->access, access);
	route->fd = fd;
	route->flags = flags;
	atomic_init(&route->off, 0);
	route->cache = NULL;
	return route;
}

struct cbf__route *cbf__route_hold(struct cbf__route *route)
{
	if (route)
		atomic_fetch_add(&route->references, 1);
	return route;
}

void cbf__route_release(struct cbf__route *route)
{
	if (!route || atomic_fetch_sub(&route->references, 1) != 1)
		return;
	(void)close(route->fd);
	cbf__route_release(route->cache);
	free(route);
}

unsigned cbf__route_flags(const struct cbf__route *route)
{
	return route->flags | (route->cache ? atomic_load(&route->cache->off) : 0);
}

int cbf__route_reopen(int fd, int access)
{
	char path[64];
	int opened;

	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	opened = open(path, access | O_CLOEXEC | O_NOCTTY);
	return opened < 0 ? -errno : opened;
}

int cbf__route_allow(struct cbf__route *route, int access)
{
	int has = atomic_load(&route->access), wider;

	if (has == O_RDWR || has == access)
		return 0;
	wider = cbf__route_reopen(route->fd, O_RDWR);
	if (wider < 0)
		return -wider;
	(void)dup3(wider, route->fd, O_CLOEXEC); /* onto an open descriptor of ours: needs nothing that could lack */
	(void)close(wider);
	atomic_store(&route->access, O_RDWR);
	return 0;
}
