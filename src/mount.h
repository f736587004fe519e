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

/* Brackets around a library call that uses the session: it is not cleared in between, and the thread cannot wait for
 * its end. False: not mounted. */
bool cbf__volume_enter(struct cbf_volume *volume);
void cbf__volume_leave(struct cbf_volume *volume);

/* Is what lies on its mount point the volume? Somebody may have mounted over it, or taken it away already. */
bool cbf__lies_on_top(const struct cbf_volume *volume);

/* unmount.c */

/* The minor number of the device that is mounted there on top, which names a FUSE connection; -1: not found. The mount
 * itself is not asked: its daemon is this process, and may be the one that hangs. */
int cbf__connection_on(const char *mount_point);
/* mountinfo writes blanks and the like as a backslash and three octal digits: in place. */
void cbf__unescape_mount_path(char *text);
/* Takes the uppermost mount away from a mount point; with force, even if it is in use. 0 or a negative errno. */
int cbf__take_down(const char *mount_point, bool force);

/* The options for libfuse, with -o in front; to be freed. NULL: no memory. */
char *cbf__mount_options(const struct cbf_volume *volume);

#endif
