/* SPDX-License-Identifier: MIT */
/* GetFileSecurity and SetFileSecurity, and how ACLs and modes go together. Subroutines as those of step.h. */
#ifndef CBF__STEP_ACL_H
#define CBF__STEP_ACL_H

#include "base/acl.h"
#include "step/step.h"

/* Are ACLs events on this volume? */
bool cbf__has_acls(const struct cbf_volume *volume);

/* A request has room for two ACLs once it has asked for it: 0 or ENOMEM. Not steps. */
enum cbf__acl_place { CBF__FIRST_ACL, CBF__SECOND_ACL };
int cbf__make_room_for_acls(struct cbf__request *rq);
struct cbf__acl *cbf__acl_at(const struct cbf__request *rq, enum cbf__acl_place place);

/* Fires GetFileSecurity for rq->acl_kind: the first ACL. */
enum cbf__flow cbf__step_get_acl(struct cbf__request *rq);
/* Fires SetFileSecurity for rq->acl_kind, with the first ACL, and goes on at `then` with rq->result. */
enum cbf__flow cbf__set_acl_then(struct cbf__request *rq, enum cbf__acl_place place, cbf__step then);
/* The mode of rq->target, which is open, has been set to rq->attributes: its access ACL follows. */
enum cbf__flow cbf__step_acl_follows_mode(struct cbf__request *rq);

/* Before the claims for a new file in rq->dirs[0] are taken: rq->mode becomes what it is to have, the first ACL its
 * access ACL, the second its default ACL (empty: none). Ends without claims. */
enum cbf__flow cbf__step_inherit(struct cbf__request *rq);
/* The file has been created and is open as rq->own_handle: it gets these. If that fails, it is closed and deleted. */
enum cbf__flow cbf__step_store_inherited(struct cbf__request *rq);

#endif
