/* SPDX-License-Identifier: MIT */
#include "flags.h"

#include <errno.h>
#include <linux/fs.h>

/* fs.h has some of them as unsigned, some not. */
static const uint32_t locking = FS_IMMUTABLE_FL | FS_APPEND_FL;
static const uint32_t inherited = FS_NODUMP_FL | FS_NOATIME_FL;
static const uint32_t known =
	FS_IMMUTABLE_FL | FS_APPEND_FL | FS_NODUMP_FL | FS_NOATIME_FL | FS_SYNC_FL | FS_PROJINHERIT_FL;

int flags_check_change(const struct node *node)
{
	return node->inode_flags & locking ? -EPERM : 0;
}

int flags_check_touch(const struct node *node)
{
	return node->inode_flags & FS_IMMUTABLE_FL ? -EPERM : 0;
}

int flags_check_write(const struct node *node, uint64_t position)
{
	if (node->inode_flags & FS_IMMUTABLE_FL)
		return -EPERM;
	return (node->inode_flags & FS_APPEND_FL) && position < node->size ? -EPERM : 0;
}

int flags_check_new_entry(const struct node *directory)
{
	return directory->inode_flags & FS_IMMUTABLE_FL ? -EPERM : 0;
}

int flags_check_removal(const struct node *directory, const struct node *node)
{
	return (directory->inode_flags | node->inode_flags) & locking ? -EPERM : 0;
}

int flags_check_project(const struct node *directory, const struct node *node)
{
	return (directory->inode_flags & FS_PROJINHERIT_FL) && directory->project != node->project ? -EXDEV : 0;
}

int flags_check_known(uint32_t flags)
{
	return flags & ~known ? -EOPNOTSUPP : 0;
}

void flags_inherit(const struct node *directory, struct node_plan *plan)
{
	if (S_ISDIR(plan->mode) || S_ISREG(plan->mode))
		plan->inode_flags |= directory->inode_flags & inherited;
	if (!(directory->inode_flags & FS_PROJINHERIT_FL))
		return;
	plan->project = directory->project;
	if (S_ISDIR(plan->mode))
		plan->inode_flags |= FS_PROJINHERIT_FL;
}
