/* SPDX-License-Identifier: MIT */
/*
 * What a new file gets from the default ACL of its directory.
 *
 * The directory is asked under a claim of its own, which is dropped before the new name is claimed: two names at once
 * could be claimed, but the directory's turn would then be held while the hooks make the file. An ACL that is changed
 * in between is one that is changed just after.
 */
#include "step/acl.h"

#include "volume.h"

#include <errno.h>
#include <string.h>

static void let_go_of_directory(struct cbf__request *rq)
{
	cbf__unclaim(rq);
	cbf__lock(rq);
	cbf__node_unpin(&rq->volume->tree, rq->node);
	rq->node = NULL;
	cbf__unlock(rq);
	rq->target = NULL;
	rq->file = NULL;
	rq->handle_slot = NULL;
	rq->name_sought = false;
}

static void split(struct cbf__request *rq)
{
	struct cbf__acl *access = cbf__acl_at(rq, CBF__FIRST_ACL);
	struct cbf__acl *inherited = cbf__acl_at(rq, CBF__SECOND_ACL);

	if (access->count == 0) {
		rq->mode &= ~rq->umask;
		return;
	}
	*inherited = *access;
	rq->mode = cbf__acl_inherit(access, rq->mode);
	if (cbf__acl_is_minimal(access))
		access->count = 0;
	if (!S_ISDIR(rq->mode))
		inherited->count = 0;
}

static enum cbf__flow directory_told(struct cbf__request *rq)
{
	let_go_of_directory(rq);
	if (!rq->error)
		split(rq);
	return cbf__return(rq);
}

static enum cbf__flow directory_claimed(struct cbf__request *rq)
{
	if (!rq->error && rq->deleted)
		rq->error = ENOENT;
	if (rq->error)
		return cbf__go(rq, directory_told);
	cbf__use_contexts(rq, rq->target, NULL);
	rq->acl_kind = CBF_SECURITY_DEFAULT_ACL;
	return cbf__call(rq, cbf__step_get_acl, directory_told);
}

enum cbf__flow cbf__step_inherit(struct cbf__request *rq)
{
	if (!cbf__has_acls(rq->volume)) {
		rq->mode &= ~rq->umask;
		return cbf__return(rq);
	}
	cbf__lock(rq);
	rq->node = rq->dirs[0];
	cbf__node_pin(rq->node);
	cbf__unlock(rq);
	rq->turn = cbf__looking_turn(rq);
	return cbf__call(rq, cbf__step_claim_node, directory_claimed);
}

static enum cbf__flow taken_back(struct cbf__request *rq)
{
	if (rq->result)
		cbf__report(rq->volume, rq->result,
			    "DeleteFile %s: it could not be taken back and is left without its ACL", rq->subject);
	return cbf__return(rq);
}

static enum cbf__flow closed(struct cbf__request *rq)
{
	rq->file = NULL;
	rq->handle_slot = NULL;
	CBF__MAKE_EVENT(&rq->event, delete_file, .file_name = rq->subject, .is_directory = S_ISDIR(rq->mode),
			.last_name = true);
	return cbf__fire_then(rq, CBF__DELETE_FILE, taken_back);
}

static enum cbf__flow stored(struct cbf__request *rq)
{
	rq->error = rq->result;
	return rq->error ? cbf__call(rq, cbf__step_close_own, closed) : cbf__return(rq);
}

static enum cbf__flow access_stored(struct cbf__request *rq)
{
	if (rq->result || !cbf__acl_at(rq, CBF__SECOND_ACL)->count)
		return cbf__go(rq, stored);
	rq->acl_kind = CBF_SECURITY_DEFAULT_ACL;
	return cbf__set_acl_then(rq, CBF__SECOND_ACL, stored);
}

enum cbf__flow cbf__step_store_inherited(struct cbf__request *rq)
{
	if (!cbf__has_acls(rq->volume))
		return cbf__return(rq);
	rq->result = 0;
	if (!cbf__acl_at(rq, CBF__FIRST_ACL)->count)
		return cbf__go(rq, access_stored);
	rq->acl_kind = CBF_SECURITY_ACCESS_ACL;
	return cbf__set_acl_then(rq, CBF__FIRST_ACL, access_stored);
}
