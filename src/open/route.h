/* SPDX-License-Identifier: MIT */
/*
 * A route: the local file that holds the content of a file of the volume.
 *
 * Lifetime
 *   A hook for OpenFile or CreateFile makes it; it lies in the choke point's slots until the hook's answer has been
 *   checked, and then belongs to the cbf__file (or is released, if the open failed). The file gives it up when its last
 *   handle is closed, or for another route. A request that reads or writes without a turn takes a reference while the
 *   file surely has one (with the tree's lock held, through a handle in the table); requests with a turn on the node
 * use the file's own, which only somebody with an exclusive turn exchanges. Who releases the last reference closes the
 *   descriptor: never with a lock held, since close(2) may take long.
 *
 * The descriptor
 *   is ours, and its number stays the same for the life of the route: to widen it (a file opened for reading that is to
 *   be written) puts another one in its place by dup3(2), so that those who use it at that moment are not disturbed.
 *
 * The route cache
 *   is a directory where local files are looked for; it is kept as a route as well (it has a descriptor, flags and
 * users that outlive it), in volume->route_cache. A file that it has is opened there instead of by OpenFile; the
 * application does not know of that open (file->unannounced), so for the events it is as one that is not open: they get
 * no contexts, CleanupFile and CloseFile do not fire. An event that is for open files makes OpenFile fire first, once,
 * and then the file is as any other that is routed. Both states change with the exclusive turn of the node only; that
 * is why there is no cache with serialize_access off.
 */
#ifndef CBF__ROUTE_H
#define CBF__ROUTE_H

#include <stdatomic.h>
#include <stdbool.h>

struct cbf__route {
	atomic_uint references;
	atomic_int access; /* O_RDWR, O_RDONLY or O_WRONLY */
	int fd;
	unsigned flags; /* CBF_ROUTE_* */
	atomic_uint off; /* of a cache: flags that its routes have in addition */
	struct cbf__route *cache; /* a reference: where the route comes from; NULL: from a hook */
};

/* What is not routed: CBF_ROUTE_*. */
unsigned cbf__route_flags(const struct cbf__route *route);

/* Takes over fd, which is open for that access, also when there is no memory: NULL. */
struct cbf__route *cbf__route_new(int fd, int access, unsigned flags);
struct cbf__route *cbf__route_hold(struct cbf__route *route);
/* No lock must be held. NULL is fine. */
void cbf__route_release(struct cbf__route *route);
/* Can it be used for that access (O_RDONLY or O_WRONLY)? It is opened anew if need be. 0 or an errno value. */
int cbf__route_allow(struct cbf__route *route, int access);
/* Opens what fd is a descriptor of anew. Negative errno. */
int cbf__route_reopen(int fd, int access);

#endif
