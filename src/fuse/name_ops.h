/* SPDX-License-Identifier: MIT */
/* What unlink, rmdir, removexattr of a stream and a rename that replaces have in common. */
#ifndef CBF__NAME_OPS_H
#define CBF__NAME_OPS_H

#include "fuse/ops.h"

/* May the name rq->subject of rq->target (NULL: a file the library does not know, of the type in rq->info) be taken
 * away? Fires CanFileBeDeleted, IsDirectoryEmpty for a directory, and GetFileInfo where it matters how many names are
 * left: rq->hard_links (with this one) and rq->last_attr. Refusals are in rq->error. */
enum cbf__flow cbf__step_may_take_name(struct cbf__request *rq);
/* Deletes the stream rq->target: GetFileInfo, CanFileBeDeleted, DeleteFile. One that does not exist is ENOENT. */
enum cbf__flow cbf__step_delete_stream(struct cbf__request *rq);
/* The same without questions: takes back what has just been created. Keeps rq->error. */
enum cbf__flow cbf__step_undo_stream(struct cbf__request *rq);
/* Just before the event that takes a name of node (may be NULL) away: see cbf__node_hide(). Not a step. */
void cbf__hide_last_name(struct cbf__request *rq, struct cbf__node *node);

#endif
