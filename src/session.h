/* SPDX-License-Identifier: MIT */
/*
 * The session of a volume: the libfuse session, where its requests come from, and how it ends.
 *
 * cbf_mount() makes one on a real mount (mount.c). A test makes one on a socket with cbf__session_attach() and plays
 * the kernel on the other end of a SOCK_SEQPACKET pair: each packet is one request, each packet back one reply.
 */
#ifndef CBF__SESSION_H
#define CBF__SESSION_H

#include <cbfuse/result.h>
#include <stdbool.h>
#include <stdint.h>

/* Makes tree, workers and libfuse session; 0 or a negative errno, and nothing is left then. */
int cbf__session_prepare(struct cbf_volume *volume);
/* Mounts on volume->mount_point. */
int cbf__session_mount(struct cbf_volume *volume);
/* Starts the workers. */
int cbf__session_start(struct cbf_volume *volume);
/* Ends it from our side: the workers leave when their hooks have returned, and the kernel's end is cut when
 * cbf__session_clear() closes the descriptor. */
void cbf__session_stop(struct cbf_volume *volume);
/* Undoes cbf__session_prepare() once no worker is left. */
void cbf__session_clear(struct cbf_volume *volume);

/* For tests */

enum {
	CBF__ATTACH_STEP =
		0x1 /* no worker threads: requests are served by cbf__session_step() on the caller's thread */
};

/* Serves the FUSE protocol on fd, which then belongs to the volume. With workers, returns before FUSE_INIT was
 * exchanged (the test plays it); Mount fires after it. The session ends when the other end is shut down or closed; then
 * cbf_wait() returns. 0 or a negative errno. */
int cbf__session_attach(struct cbf_volume *volume, int fd, unsigned flags);

/* Step mode: waits for one request, serves it and all that it sets free. 1: served; 0: the session has ended (and all
 * was closed, and Unmount has fired; cbf_wait() clears up). */
int cbf__session_step(struct cbf_volume *volume);

/* Workers finish what they run and take up nothing more until resumed. */
void cbf__session_pause(struct cbf_volume *volume);
void cbf__session_resume(struct cbf_volume *volume);

/* Is asked before each reply goes out on an attached socket; a result other than 0 is the errno that writing it fails
 * with, as with a caller that has gone. Set it while no request is under way. False: not with this libfuse, which was
 * built without custom I/O. */
bool cbf__session_set_reply_filter(struct cbf_volume *volume,
				   int (*filter)(uint64_t unique, int32_t error, void *user_data), void *user_data);

#endif
