/* SPDX-License-Identifier: MIT */
/*
 * Inode flags and project ids: FS_IOC_GETFLAGS and its kin. The kernel opens the file anew for each of them, asks for
 * the present ones before it sets any, and checks by these who may set what.
 */
#include "fuse/ioctl_ops.h"
#include "volume.h"

#include <errno.h>
#include <string.h>

static const struct {
	uint32_t flag, xflag;
} pairs[] = {{FS_IMMUTABLE_FL, FS_XFLAG_IMMUTABLE},
	     {FS_APPEND_FL, FS_XFLAG_APPEND},
	     {FS_SYNC_FL, FS_XFLAG_SYNC},
	     {FS_NOATIME_FL, FS_XFLAG_NOATIME},
	     {FS_NODUMP_FL, FS_XFLAG_NODUMP},
	     {FS_PROJINHERIT_FL, FS_XFLAG_PROJINHERIT},
	     {FS_DAX_FL, FS_XFLAG_DAX}};

enum { PAIRS = sizeof(pairs) / sizeof(pairs[0]) };

static uint32_t to_xflags(uint32_t flags)
{
	uint32_t xflags = 0;

	for (size_t i = 0; i < PAIRS; i++)
		if (flags & pairs[i].flag)
			xflags |= pairs[i].xflag;
	return xflags;
}

/* Flags that have no name as xflags stay. False: there are xflags that have no name as flags. */
static bool from_xflags(uint32_t xflags, uint32_t *flags)
{
	for (size_t i = 0; i < PAIRS; i++) {
		*flags = xflags & pairs[i].xflag ? *flags | pairs[i].flag : *flags & ~pairs[i].flag;
		xflags &= ~pairs[i].xflag;
	}
	return (xflags & ~(uint32_t)FS_XFLAG_HASATTR) == 0;
}

static enum cbf__flow reply_present(struct cbf__request *rq)
{
	const struct fsxattr attributes = {.fsx_xflags = to_xflags(rq->info.inode_flags),
					   .fsx_projid = rq->info.project_id};
	uint32_t flags = rq->info.inode_flags;

	if (rq->ioctl.command == FS_IOC_FSGETXATTR)
		return cbf__reply_ioctl(rq, 0, &attributes, sizeof(attributes));
	return cbf__reply_ioctl(rq, 0, &flags, sizeof(flags));
}

static enum cbf__flow reply_set(struct cbf__request *rq)
{
	return rq->result ? cbf__reply_error(rq, rq->result) : cbf__reply_ioctl(rq, 0, NULL, 0);
}

/* Older kernels leave that to us. */
static bool needs_root(uint32_t before, uint32_t after)
{
	return (before ^ after) & (FS_IMMUTABLE_FL | FS_APPEND_FL);
}

static enum cbf__flow set(struct cbf__request *rq)
{
	unsigned valid = CBF_SET_INODE_FLAGS;
	uint32_t flags = rq->info.inode_flags, project = rq->info.project_id;

	if (rq->ioctl.command == (unsigned)FS_IOC_SETFLAGS) {
		flags = (uint32_t)rq->ioctl.value;
	} else {
		if (!from_xflags(rq->ioctl.attributes.fsx_xflags, &flags))
			return cbf__reply_error(rq, EOPNOTSUPP);
		project = rq->ioctl.attributes.fsx_projid;
		valid |= CBF_SET_PROJECT_ID;
	}
	if (rq->originator.uid != 0 && needs_root(rq->info.inode_flags, flags))
		return cbf__reply_error(rq, EPERM);
	CBF__MAKE_EVENT(&rq->event, set_file_attributes, .file_name = rq->subject, .deleted = rq->deleted,
			.valid = valid, .inode_flags = flags, .project_id = project);
	return cbf__fire_then(rq, CBF__SET_FILE_ATTRIBUTES, reply_set);
}

static enum cbf__flow told(struct cbf__request *rq)
{
	bool setting = rq->ioctl.capacity == 0;

	if (!rq->error && !rq->exists)
		rq->error = ENOENT;
	if (!rq->error && setting && rq->originator.uid != 0 && rq->info.uid != rq->originator.uid)
		rq->error = EPERM;
	if (rq->error)
		return cbf__reply_done(rq);
	cbf__use_contexts(rq, rq->target, rq->handle);
	return cbf__go(rq, setting ? set : reply_present);
}

static enum cbf__flow claimed(struct cbf__request *rq)
{
	if (rq->error)
		return cbf__reply_done(rq);
	cbf__use_contexts(rq, rq->target, rq->handle);
	rq->more_info = CBF_INFO_FLAGS;
	return cbf__call(rq, cbf__step_info, told);
}

static enum cbf__flow start(struct cbf__request *rq)
{
	rq->turn = CBF__EXCLUSIVE_TURN;
	return cbf__call(rq, cbf__step_claim_node, claimed);
}

static int decode(struct cbf__request *rq, cbf__step *first)
{
	*first = start;
	return rq->volume->properties.use_inode_flags ? 0 : ENOTTY;
}

int cbf__decode_get_flags(struct cbf__request *rq, uint64_t ino, const void *in, cbf__step *first)
{
	(void)ino, (void)in;
	return decode(rq, first);
}

int cbf__decode_set_flags(struct cbf__request *rq, uint64_t ino, const void *in, cbf__step *first)
{
	uint32_t flags;

	(void)ino;
	memcpy(&flags, in, sizeof(flags));
	rq->ioctl.value = flags;
	return decode(rq, first);
}

int cbf__decode_get_fsxattr(struct cbf__request *rq, uint64_t ino, const void *in, cbf__step *first)
{
	(void)ino, (void)in;
	return decode(rq, first);
}

int cbf__decode_set_fsxattr(struct cbf__request *rq, uint64_t ino, const void *in, cbf__step *first)
{
	(void)ino;
	memcpy(&rq->ioctl.attributes, in, sizeof(rq->ioctl.attributes));
	return decode(rq, first);
}
