/* SPDX-License-Identifier: MIT */
/* Inode flags and project ids (chattr, lsattr) of a regular file or a directory in SOURCE. */
#ifndef MIRROR_INODE_FLAGS_H
#define MIRROR_INODE_FLAGS_H

#include <cbfuse/cbfuse.h>

/* fd may be O_PATH. 0 or a negative errno: -ENOTTY if the file system of SOURCE has none. */
int inode_flags_get(int fd, struct cbf_file_info *info);
int inode_flags_set(int fd, const struct cbf_set_file_attributes_event *event);

#endif
