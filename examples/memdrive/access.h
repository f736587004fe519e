/* SPDX-License-Identifier: MIT */
/* Who may do what, by mode, owner and access ACL, as Linux has it: for when the kernel does not look (--check-access).
 */
#ifndef MEMDRIVE_ACCESS_H
#define MEMDRIVE_ACCESS_H

#include "node.h"

/* The bits of a mode for one class, and of an ACL's entry. */
enum { ACCESS_READ = 4, ACCESS_WRITE = 2, ACCESS_EXECUTE = 1 };

struct access_caller {
	uid_t uid;
	gid_t gid;
	const gid_t *groups;
	size_t group_count;
};

/* With the node locked. */
bool access_allows(const struct node *node, const struct access_caller *caller, unsigned wanted);
bool access_is_owner(const struct node *node, const struct access_caller *caller); /* or root */
bool access_is_member(const struct access_caller *caller, gid_t gid);

#endif
