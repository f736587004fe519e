/* SPDX-License-Identifier: MIT */
/* ACLs as the attributes system.posix_acl_*. First steps of requests whose rq->node is the file. */
#ifndef CBF__ACL_XATTR_H
#define CBF__ACL_XATTR_H

#include "fuse/ops.h"

/* Is that attribute an ACL, as events? */
bool cbf__is_acl_xattr(const struct cbf_volume *volume, const char *name);
/* The attribute in rq->names[0]. */
enum cbf__flow cbf__get_acl_xattr(struct cbf__request *rq);
/* Takes over the value: 0 or an errno value. Not a step. */
int cbf__decode_acl_xattr(struct cbf__request *rq, const void *value, size_t size);
/* Gives the attribute that value; an empty one removes it. */
enum cbf__flow cbf__set_acl_xattr(struct cbf__request *rq);

#endif
