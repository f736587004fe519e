/* SPDX-License-Identifier: MIT */
/*
 * The ioctls that the library answers itself: op_ioctl.c has the table, each family a file.
 *
 * A decoder gets a request that is bound to the caller's node and handle, and `in`, which has the size that the table
 * says and is good until it returns. It says the step to begin with, or returns an errno value.
 */
#ifndef CBF__IOCTL_OPS_H
#define CBF__IOCTL_OPS_H

#include "fuse/ops.h"

/* op_list_links.c */
int cbf__decode_list_links(struct cbf__request *rq, uint64_t ino, const void *in, cbf__step *first);

/* op_label.c */
int cbf__decode_is_volume(struct cbf__request *rq, uint64_t ino, const void *in, cbf__step *first);
int cbf__decode_get_volume_id(struct cbf__request *rq, uint64_t ino, const void *in, cbf__step *first);
int cbf__decode_get_label(struct cbf__request *rq, uint64_t ino, const void *in, cbf__step *first);
int cbf__decode_set_label(struct cbf__request *rq, uint64_t ino, const void *in, cbf__step *first);

/* op_object_id.c */
int cbf__decode_get_object_id(struct cbf__request *rq, uint64_t ino, const void *in, cbf__step *first);
int cbf__decode_create_object_id(struct cbf__request *rq, uint64_t ino, const void *in, cbf__step *first);
int cbf__decode_set_object_id(struct cbf__request *rq, uint64_t ino, const void *in, cbf__step *first);
int cbf__decode_delete_object_id(struct cbf__request *rq, uint64_t ino, const void *in, cbf__step *first);

/* op_size_on_disk.c */
int cbf__decode_set_valid_data_length(struct cbf__request *rq, uint64_t ino, const void *in, cbf__step *first);
int cbf__decode_get_compressed_size(struct cbf__request *rq, uint64_t ino, const void *in, cbf__step *first);

/* op_quota.c */
int cbf__decode_query_quota(struct cbf__request *rq, uint64_t ino, const void *in, cbf__step *first);
int cbf__decode_set_quota(struct cbf__request *rq, uint64_t ino, const void *in, cbf__step *first);
int cbf__decode_get_default_quota(struct cbf__request *rq, uint64_t ino, const void *in, cbf__step *first);
int cbf__decode_set_default_quota(struct cbf__request *rq, uint64_t ino, const void *in, cbf__step *first);

/* op_inode_flags.c */
int cbf__decode_get_flags(struct cbf__request *rq, uint64_t ino, const void *in, cbf__step *first);
int cbf__decode_set_flags(struct cbf__request *rq, uint64_t ino, const void *in, cbf__step *first);
int cbf__decode_get_fsxattr(struct cbf__request *rq, uint64_t ino, const void *in, cbf__step *first);
int cbf__decode_set_fsxattr(struct cbf__request *rq, uint64_t ino, const void *in, cbf__step *first);

#endif
