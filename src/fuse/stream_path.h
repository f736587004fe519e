/* SPDX-License-Identifier: MIT */
/*
 * Named streams as paths, with cbf_set_use_stream_paths(): what lookup, create, mknod and unlink do when the name is
 * FILE:STREAM. No entry of a directory has a colon in its name then.
 */
#ifndef CBF__STREAM_PATH_H
#define CBF__STREAM_PATH_H

#include "fuse/ops.h"

/* Does the name speak of a stream? */
bool cbf__is_stream_path(const struct cbf_volume *volume, const char *name);
/* Binds dirs[0], names[0] (the file's) and the stream's name. 0 or an errno value. */
int cbf__bind_stream_path(struct cbf__request *rq, uint64_t dir, const char *name);

/* First steps of requests that were bound so. */
enum cbf__flow cbf__lookup_stream(struct cbf__request *rq);
/* open(2) with O_CREAT in rq->flags, else mknod(2). */
enum cbf__flow cbf__create_stream(struct cbf__request *rq);
enum cbf__flow cbf__unlink_stream(struct cbf__request *rq);

#endif
