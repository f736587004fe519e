/* SPDX-License-Identifier: MIT */
#include "fuse/acl_xattr.h"

#include "step/acl.h"
#include "volume.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

static const char access_name[] = "system.posix_acl_access";
static const char default_name[] = "system.posix_acl_default";

bool cbf__is_acl_xattr(const struct cbf_volume *volume, const char *name)
{
	return cbf__has_acls(volume) && (strcmp(name, access_name) == 0 || strcmp(name, default_name) == 0);
}

static unsigned kind_of(const struct cbf__request *rq)
{
	return strcmp(rq->names[0], access_name) == 0 ? CBF_SECURITY_ACCESS_ACL : CBF_SECURITY_DEFAULT_ACL;
}

static bool is_misplaced(const struct cbf__request *rq)
{
	return rq->acl_kind == CBF_SECURITY_DEFAULT_ACL && rq->target->type != S_IFDIR;
}

static enum cbf__flow got(struct cbf__request *rq)
{
	const struct cbf__acl *acl;

	if (rq->error)
		return cbf__reply_done(rq);
	acl = cbf__acl_at(rq, CBF__FIRST_ACL);
	if (!acl->count)
		return cbf__reply_error(rq, ENODATA);
	rq->data.length = 0;
	if (!cbf__buffer_reserve(&rq->data, CBF__ACL_BYTES_MAX))
		return cbf__reply_error(rq, ENOMEM);
	return cbf__reply_xattr(rq, rq->data.bytes, cbf__acl_encode(acl->entries, acl->count, rq->data.bytes));
}

static enum cbf__flow get_claimed(struct cbf__request *rq)
{
	if (rq->error)
		return cbf__reply_done(rq);
	rq->acl_kind = kind_of(rq);
	if (rq->target->type == S_IFLNK)
		return cbf__reply_error(rq, EOPNOTSUPP);
	if (is_misplaced(rq))
		return cbf__reply_error(rq, ENODATA);
	cbf__use_contexts(rq, rq->target, NULL);
	if (rq->deleted && !rq->file)
		return cbf__reply_error(rq, ENOENT); /* neither a name nor a context to ask by */
	return cbf__call(rq, cbf__step_get_acl, got);
}

enum cbf__flow cbf__get_acl_xattr(struct cbf__request *rq)
{
	rq->turn = cbf__looking_turn(rq);
	return cbf__call(rq, cbf__step_claim_node, get_claimed);
}

int cbf__decode_acl_xattr(struct cbf__request *rq, const void *value, size_t size)
{
	int error = cbf__make_room_for_acls(rq);

	return error ? error : cbf__acl_decode(cbf__acl_at(rq, CBF__FIRST_ACL), value, size);
}

static enum cbf__flow mode_set(struct cbf__request *rq)
{
	rq->error = rq->result;
	return cbf__call(rq, cbf__step_close_own, cbf__reply_done);
}

static enum cbf__flow acl_set(struct cbf__request *rq)
{
	/* The mode that goes with it is in rq->mode, the one that the file has in rq->info. */
	if (rq->result || rq->mode == (rq->info.mode & 07777))
		return cbf__go(rq, mode_set);
	CBF__MAKE_EVENT(&rq->event, set_file_attributes, .file_name = rq->subject, .deleted = rq->deleted,
			.valid = CBF_SET_MODE, .mode = rq->mode);
	return cbf__fire_then(rq, CBF__SET_FILE_ATTRIBUTES, mode_set);
}

static enum cbf__flow set_opened(struct cbf__request *rq)
{
	return rq->error ? cbf__reply_done(rq) : cbf__set_acl_then(rq, CBF__FIRST_ACL, acl_set);
}

static mode_t new_mode(struct cbf__request *rq)
{
	struct cbf__acl *acl = cbf__acl_at(rq, CBF__FIRST_ACL);
	mode_t mode = rq->info.mode & 07777;

	if (rq->acl_kind != CBF_SECURITY_ACCESS_ACL || !acl->count)
		return mode;
	mode = (mode & 07000) | cbf__acl_mode(acl);
	if (cbf__acl_is_minimal(acl))
		acl->count = 0;
	if ((mode & S_ISGID) && rq->originator.uid != 0 && !cbf__caller_is_in(rq, rq->info.gid))
		mode &= ~(mode_t)S_ISGID;
	return mode;
}

static int set_fault(const struct cbf__request *rq)
{
	if (rq->error)
		return rq->error;
	if (!rq->exists)
		return ENOENT;
	if (rq->originator.uid != 0 && rq->originator.uid != rq->info.uid)
		return EPERM;
	return is_misplaced(rq) && cbf__acl_at(rq, CBF__FIRST_ACL)->count ? EACCES : 0;
}

static enum cbf__flow owner_told(struct cbf__request *rq)
{
	rq->error = set_fault(rq);
	if (rq->error || is_misplaced(rq)) /* what cannot be there need not be removed */
		return cbf__reply_done(rq);
	rq->mode = new_mode(rq);
	rq->open_flags = O_PATH | O_NOFOLLOW;
	return cbf__call(rq, cbf__step_open_if_closed, set_opened);
}

static enum cbf__flow set_claimed(struct cbf__request *rq)
{
	if (rq->error)
		return cbf__reply_done(rq);
	rq->acl_kind = kind_of(rq);
	if (rq->target->type == S_IFLNK)
		return cbf__reply_error(rq, EOPNOTSUPP);
	cbf__use_contexts(rq, rq->target, NULL);
	if (rq->deleted && !rq->file)
		return cbf__reply_error(rq, ENOENT);
	return cbf__call(rq, cbf__step_info, owner_told);
}

enum cbf__flow cbf__set_acl_xattr(struct cbf__request *rq)
{
	rq->turn = CBF__EXCLUSIVE_TURN;
	return cbf__call(rq, cbf__step_claim_node, set_claimed);
}
