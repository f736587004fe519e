/* SPDX-License-Identifier: MIT */
/* How the state of a volume changes around a mount. */
#ifndef CBF__MOUNT_H
#define CBF__MOUNT_H

#include <cbfuse/result.h>
#include <stdbool.h>

/* CBF__IDLE becomes CBF__MOUNTING; -EBUSY from any other state. */
int cbf__volume_begin_mount(struct cbf_volume *volume);
/* CBF__MOUNTING becomes CBF__IDLE again. */
void cbf__volume_mount_failed(struct cbf_volume *volume);

/* The workers run: waits for FUSE_INIT and the Mount hook, and undoes the mount if one of them failed. 0 or a negative
 * errno. */
int cbf__volume_wait_until_mounted(struct cbf_volume *volume);

/* Brackets around a library call that uses the session: it is not cleared in between. False: not mounted. */
bool cbf__volume_enter(struct cbf_volume *volume);
void cbf__volume_leave(struct cbf_volume *volume);

/* Takes the mount away from its mount point; with force, even if it is in use, and cuts the connection. 0 or a negative
 * errno. (unmount.c) */
int cbf__take_down(const char *mount_point, bool force);

#endif
