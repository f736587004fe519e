/* SPDX-License-Identifier: MIT */
/*
 * Replies: the only callers of fuse_reply_*, one reply a request. All return CBF__DONE or go on, as they say.
 *
 * A reply can fail when the caller has gone: what it would have given to the kernel (lookups, a handle) is then taken
 * back.
 */
#ifndef CBF__REPLY_H
#define CBF__REPLY_H

#define FUSE_USE_VERSION 312
#include "step/step.h"

#include <fuse_lowlevel.h>

enum cbf__flow cbf__reply_error(struct cbf__request *rq, int error);
/* 0, or rq->error. */
enum cbf__flow cbf__reply_done(struct cbf__request *rq);
/* rq->found as it is in rq->info, or rq->error. */
enum cbf__flow cbf__reply_entry(struct cbf__request *rq);
enum cbf__flow cbf__reply_no_entry(struct cbf__request *rq);
enum cbf__flow cbf__reply_attr(struct cbf__request *rq);
enum cbf__flow cbf__reply_bytes(struct cbf__request *rq, const void *bytes, size_t length);
/* rq->size bytes from rq->offset of a local file, by splice(2) where libfuse can. For what the kernel reads ahead (128
 * KiB) that took a fifth to a third less of the daemon's time than pread(2), for O_DIRECT the same. Smaller pieces go
 * by pread(2): one call in place of three. Writes have no such way: to splice(2) from /dev/fuse would put a pipe in
 * front of every request, routed or not. */
enum { CBF__SPLICE_FROM = 64 * 1024 };
enum cbf__flow cbf__reply_content(struct cbf__request *rq, int fd);
enum cbf__flow cbf__reply_written(struct cbf__request *rq, size_t length);
enum cbf__flow cbf__reply_position(struct cbf__request *rq, uint64_t position);
enum cbf__flow cbf__reply_target(struct cbf__request *rq, const char *target);
enum cbf__flow cbf__reply_statfs(struct cbf__request *rq, const struct statvfs *values);
enum cbf__flow cbf__reply_xattr(struct cbf__request *rq, const void *bytes, size_t length);
enum cbf__flow cbf__reply_ioctl(struct cbf__request *rq, int value, const void *bytes, size_t length);
/* rq->own_handle goes to the kernel, or, when the caller has gone, is closed again. `entry`: with rq->found, for
 * create. */
enum cbf__flow cbf__reply_handle(struct cbf__request *rq, bool entry);

/* The kernel does not know of that many lookups any more, or never got to. Any id. */
void cbf__forget(struct cbf_volume *volume, uint64_t id, uint64_t lookups);
/* A directory buffer whose nodes (rq->given) the kernel gets to know by it. */
enum cbf__flow cbf__reply_entries(struct cbf__request *rq);
/* Fills what the kernel is told of a node. */
void cbf__fill_entry(const struct cbf__request *rq, const struct cbf__node *node, const struct cbf_file_info *info,
		     struct fuse_entry_param *entry);

#endif
