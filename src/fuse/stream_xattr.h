/* SPDX-License-Identifier: MIT */
/* Named streams as the attributes user.* of their files. First steps of requests whose rq->node is the file. */
#ifndef CBF__STREAM_XATTR_H
#define CBF__STREAM_XATTR_H

#include "fuse/ops.h"

/* Is that attribute a stream's? */
bool cbf__is_stream_xattr(const struct cbf_volume *volume, const char *name);
/* The attribute in rq->names[0]. */
enum cbf__flow cbf__get_stream_xattr(struct cbf__request *rq);
/* Gives it the value in rq->payload, of rq->size bytes; XATTR_CREATE and XATTR_REPLACE in rq->flags. */
enum cbf__flow cbf__set_stream_xattr(struct cbf__request *rq);
enum cbf__flow cbf__remove_stream_xattr(struct cbf__request *rq);
/* With rq->target claimed for its own: puts the streams' names behind those in rq->data, and replies. */
enum cbf__flow cbf__list_stream_xattrs(struct cbf__request *rq);

#endif
