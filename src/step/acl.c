/* SPDX-License-Identifier: MIT */
#include "step/acl.h"

#include "volume.h"

#include <errno.h>
#include <string.h>

bool cbf__has_acls(const struct cbf_volume *volume)
{
	return volume->properties.use_posix_acls &&
	       (cbf__hooked(volume, CBF__GET_FILE_SECURITY) || cbf__hooked(volume, CBF__SET_FILE_SECURITY));
}

int cbf__make_room_for_acls(struct cbf__request *rq)
{
	rq->acls.length = 0;
	if (!cbf__buffer_reserve(&rq->acls, 2 * sizeof(struct cbf__acl)))
		return ENOMEM;
	cbf__acl_at(rq, CBF__FIRST_ACL)->count = 0;
	cbf__acl_at(rq, CBF__SECOND_ACL)->count = 0;
	return 0;
}

struct cbf__acl *cbf__acl_at(const struct cbf__request *rq, enum cbf__acl_place place)
{
	return (struct cbf__acl *)(void *)rq->acls.bytes + place;
}

static enum cbf__flow told(struct cbf__request *rq)
{
	rq->error = rq->result;
	if (!rq->error)
		cbf__acl_at(rq, CBF__FIRST_ACL)->count = rq->event.get_file_security.entry_count;
	return cbf__return(rq);
}

enum cbf__flow cbf__step_get_acl(struct cbf__request *rq)
{
	rq->error = cbf__make_room_for_acls(rq);
	if (rq->error || !cbf__hooked(rq->volume, CBF__GET_FILE_SECURITY))
		return cbf__return(rq);
	CBF__MAKE_EVENT(&rq->event, get_file_security, .file_name = rq->subject, .deleted = rq->deleted,
			.security_information = rq->acl_kind, .entries = cbf__acl_at(rq, CBF__FIRST_ACL)->entries,
			.entry_capacity = CBF_ACL_ENTRY_MAX);
	return cbf__fire_then(rq, CBF__GET_FILE_SECURITY, told);
}

enum cbf__flow cbf__set_acl_then(struct cbf__request *rq, enum cbf__acl_place place, cbf__step then)
{
	const struct cbf__acl *acl = cbf__acl_at(rq, place);

	CBF__MAKE_EVENT(&rq->event, set_file_security, .file_name = rq->subject, .deleted = rq->deleted,
			.security_information = rq->acl_kind, .entries = acl->entries, .entry_count = acl->count);
	return cbf__fire_then(rq, CBF__SET_FILE_SECURITY, then);
}

static enum cbf__flow acl_followed(struct cbf__request *rq)
{
	rq->error = rq->result;
	return cbf__return(rq);
}

static enum cbf__flow acl_told(struct cbf__request *rq)
{
	if (rq->error || !cbf__acl_set_mode(cbf__acl_at(rq, CBF__FIRST_ACL), rq->attributes.values.st_mode))
		return cbf__return(rq);
	return cbf__set_acl_then(rq, CBF__FIRST_ACL, acl_followed);
}

enum cbf__flow cbf__step_acl_follows_mode(struct cbf__request *rq)
{
	if (!cbf__has_acls(rq->volume) || rq->target->type == S_IFLNK || rq->target->stream)
		return cbf__return(rq);
	rq->acl_kind = CBF_SECURITY_ACCESS_ACL;
	return cbf__call(rq, cbf__step_get_acl, acl_told);
}
