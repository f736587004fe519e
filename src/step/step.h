/* SPDX-License-Identifier: MIT */
/*
 * Subroutines of steps (see request.h) that several operations share: what CBFS does around an event.
 *
 * Unless it says otherwise, a subroutine is called with the claims held, rq->target the node that it is about, and
 * rq->subject its path; it sets rq->error on failure and leaves it alone otherwise.
 */
#ifndef CBF__STEP_H
#define CBF__STEP_H

#include "request.h"

/* Claims rq->node (by the name of rq->handle if there is one) with the turn in rq->turn. If the last known name of a
 * living file is gone, asks the application for another one first. Sets rq->target. Called without claims. */
enum cbf__flow cbf__step_claim_node(struct cbf__request *rq);

/* Opens rq->target with rq->open_flags: rq->own_handle. Fires OpenFile if it has to. */
enum cbf__flow cbf__step_open(struct cbf__request *rq);
/* Says who opened rq->own_handle. Without a lock; not a step. */
void cbf__note_creator(struct cbf__request *rq);
/* Opens rq->target for the events to come if it is not open, and points the contexts to it. */
enum cbf__flow cbf__step_open_if_closed(struct cbf__request *rq);
/* Creates and opens the stream rq->target, which is not open, with rq->open_flags: rq->own_handle. Fires CreateFile. */
enum cbf__flow cbf__step_create_stream(struct cbf__request *rq);
/* Closes rq->own_handle if there is one. Keeps rq->error. */
enum cbf__flow cbf__step_close_own(struct cbf__request *rq);
/* Closes rq->closing: its enumerations, CleanupFile, CloseFile; the reference is gone then. Keeps rq->error. */
enum cbf__flow cbf__step_close(struct cbf__request *rq);
/* Closes a handle that is in the table by a request of its own. Takes over the caller's reference. */
void cbf__close_in_background(struct cbf_volume *volume, struct cbf__handle *handle);
/* Closes all handles of a session that is over. On the last worker. */
void cbf__close_all(struct cbf_volume *volume);

/* Fires GetFileInfo for rq->subject: rq->exists and rq->info. For a deleted file, what is known of it. */
enum cbf__flow cbf__step_info(struct cbf__request *rq);
/* The caller is root, or the owner of rq->target as GetFileInfo says: else rq->error is EPERM. */
enum cbf__flow cbf__step_must_own(struct cbf__request *rq);
/* The size of rq->target has changed: kept for a file without a name, which cannot be asked for by its path. Not a
 * step. */
void cbf__remember_size(struct cbf__request *rq, uint64_t size);
/* The same, if that makes it larger. */
void cbf__remember_growth(struct cbf__request *rq, uint64_t end);
/* After cbf__step_info: is the path another file now, or none? Then it is no name of rq->target any more, whoever
 * changed that, and the claims must be taken anew. Not a step. */
bool cbf__lose_untrue_name(struct cbf__request *rq);
void cbf__clear_info(struct cbf__request *rq);
/* What stat(2) shows of a node. */
void cbf__info_to_stat(const struct cbf_volume *volume, const struct cbf__node *node, const struct cbf_file_info *info,
		       struct stat *attr);
/* Puts what GetFileInfo said of names[i], or of any name, into the tree: rq->found, pinned. Not steps. The first one
 * sets rq->error, and takes "does not exist" for one; the second returns 0 or an errno value. */
void cbf__learn_name(struct cbf__request *rq, unsigned i);
int cbf__learn(struct cbf__request *rq, struct cbf__node *dir, const char *name, size_t length);

/* Fires GetFileNameByFileId; `then` finds the path in rq->walk_path if rq->result is 0. */
enum cbf__flow cbf__ask_path(struct cbf__request *rq, uint64_t file_id, cbf__step then);
/* Replaces rq->found, which is pinned; NULL is fine. */
void cbf__set_found(struct cbf__request *rq, struct cbf__node *node);
/* Goes along rq->walk_path, an absolute path, firing GetFileInfo for what is not known: rq->found, pinned. Called
 * without claims; ends without claims. */
enum cbf__flow cbf__step_walk(struct cbf__request *rq);

/* Makes rq->node the stream of that name of rq->node: rq->stream says which from then on. False: no stream can have
 * that name. Not a step. */
bool cbf__bind_stream(struct cbf__request *rq, const char *name);
/* Sets the stream's name; its file is to be found. 0 or an errno value. Not a step. */
int cbf__name_stream(struct cbf__request *rq, const char *name);
/* Claims the stream with the turn in rq->turn, whether it exists or not: rq->target. Called without claims. */
enum cbf__flow cbf__step_claim_stream(struct cbf__request *rq);
/* After cbf__step_info, if a stream does not exist: is it open all the same? Then what is open is another one, that was
 * deleted behind our back, and the claim must be taken anew. Not a step. */
bool cbf__lose_open_stream(struct cbf__request *rq);
/* Puts the attribute names of all streams of rq->target, which is open, behind what is in rq->data. */
enum cbf__flow cbf__step_list_streams(struct cbf__request *rq);

/* Fires EnumerateHardLinks once for rq->enumeration: a full path in rq->walk_path, or enumeration->ended. A link whose
 * directory has gone meanwhile is passed over. */
enum cbf__flow cbf__step_next_link(struct cbf__request *rq);
/* Fires CloseHardLinksEnumeration for rq->enumeration if it was started. Keeps rq->error. */
enum cbf__flow cbf__step_close_links(struct cbf__request *rq);
/* Fires CloseQuotasEnumeration for rq->enumeration if it was started. Keeps rq->error. */
enum cbf__flow cbf__step_close_quotas(struct cbf__request *rq);
/* The next page of names of rq->closing's file, whose claims are held, into rq->data; rq->links says what is asked for
 * and says the cursor to go on with. Ends the enumeration when it is through or has failed. */
enum cbf__flow cbf__step_links_page(struct cbf__request *rq);

#endif
