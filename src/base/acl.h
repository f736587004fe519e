/* SPDX-License-Identifier: MIT */
/*
 * POSIX ACLs: what is well-formed, the bytes in which the kernel has them as extended attributes, and how they and
 * modes follow from each other. Knows nothing about files.
 */
#ifndef CBF__ACL_H
#define CBF__ACL_H

#include <cbfuse/event_security.h>
#include <sys/types.h>

enum { CBF__ACL_BYTES_MAX = 4 + 8 * CBF_ACL_ENTRY_MAX };

struct cbf__acl {
	size_t count; /* 0: none */
	struct cbf_acl_entry entries[CBF_ACL_ENTRY_MAX];
};

/* What is wrong, as it goes on behind "the hook ", or NULL. No entries are fine. */
const char *cbf__acl_fault(const struct cbf_acl_entry *entries, size_t count);
/* 0, or EINVAL for what is malformed. No bytes, or none behind the header, are no ACL. */
int cbf__acl_decode(struct cbf__acl *acl, const void *bytes, size_t size);
/* Into CBF__ACL_BYTES_MAX bytes; returns how many were used. */
size_t cbf__acl_encode(const struct cbf_acl_entry *entries, size_t count, void *bytes);

/* The nine bits of the mode that an ACL, which is not empty, goes with. */
mode_t cbf__acl_mode(const struct cbf__acl *acl);
/* Does it say no more than a mode can? */
bool cbf__acl_is_minimal(const struct cbf__acl *acl);
/* Makes it agree with a mode, as chmod(2) does. False: it did already. */
bool cbf__acl_set_mode(struct cbf__acl *acl, mode_t mode);
/* Makes a default ACL the access ACL of a file that is created with that mode; returns the mode that is left. */
mode_t cbf__acl_inherit(struct cbf__acl *acl, mode_t mode);

/* Whether somebody has all these rights (R_OK, W_OK, X_OK) by an access ACL, of a file of that owner and group. */
struct cbf__acl_caller {
	uid_t uid;
	bool (*is_in_group)(const void *data, gid_t group);
	const void *data;
};
bool cbf__acl_allows(const struct cbf__acl *acl, const struct cbf__acl_caller *caller, uid_t owner, gid_t group,
		     unsigned rights);

#endif
