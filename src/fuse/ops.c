/* SPDX-License-Identifier: MIT */
#include "fuse/ops.h"

#include "base/process.h"
#include "step/access.h"
#include "step/acl.h"
#include "volume.h"

#include <errno.h>
#include <stdlib.h>

struct cbf__request *cbf__op_begin(fuse_req_t fuse)
{
	const struct fuse_ctx *context = fuse_req_ctx(fuse);
	struct cbf__request *rq = cbf__request_new(fuse_req_userdata(fuse));

	if (!rq) {
		fuse_reply_err(fuse, ENOMEM);
		return NULL;
	}
	rq->fuse = fuse;
	rq->originator.uid = context->uid;
	rq->originator.gid = context->gid;
	rq->originator.thread = context->pid;
	cbf__process_now(&rq->originator.since);
	/* Releases and pages that are written back come from nobody: all zeros, or -1 from kernels that map ids. */
	rq->has_originator = (context->pid || context->uid || context->gid) && context->uid != (uid_t)-1;
	return rq;
}

static enum cbf__flow access_checked(struct cbf__request *rq)
{
	return rq->error ? cbf__reply_done(rq) : cbf__go(rq, rq->access.first);
}

static enum cbf__flow check_access(struct cbf__request *rq)
{
	return cbf__call(rq, cbf__step_check_access, access_checked);
}

void cbf__op_run(struct cbf__request *rq, int error, cbf__step first)
{
	rq->error = error;
	rq->access.first = first;
	rq->step = error ? cbf__reply_done : rq->access.count ? check_access : first;
	cbf__request_run(rq);
}

bool cbf__caller_is_in(const struct cbf__request *rq, gid_t gid)
{
	const struct cbf__actor *caller = &rq->originator;
	gid_t *groups;
	size_t count;
	bool found = false;

	if (caller->gid == gid)
		return true;
	if (cbf__process_groups(caller->thread, &caller->since, &groups, &count) != 0)
		return false;
	for (size_t i = 0; i < count && !found; i++)
		found = groups[i] == gid;
	free(groups);
	return found;
}

/* libfuse asks for some features on its own; these are not for us. */
static void refuse_feature(struct fuse_conn_info *connection, unsigned feature)
{
#if FUSE_VERSION >= FUSE_MAKE_VERSION(3, 17)
	fuse_unset_feature_flag(connection, feature);
#else
	connection->want &= ~feature;
#endif
}

static void want_feature(struct fuse_conn_info *connection, unsigned feature)
{
#if FUSE_VERSION >= FUSE_MAKE_VERSION(3, 17)
	(void)fuse_set_feature_flag(connection, feature); /* false: the kernel does not have it */
#else
	connection->want |= connection->capable & feature;
#endif
}

/* The kernel enforces ACLs then, and leaves the umask to us, since it does not count where an ACL is inherited. */
static void want_acls(struct fuse_conn_info *connection, bool own_checks)
{
	if (!own_checks) /* it would check all by itself again */
		want_feature(connection, FUSE_CAP_POSIX_ACL);
	want_feature(connection, FUSE_CAP_DONT_MASK);
}

void cbf__op_init(void *data, struct fuse_conn_info *connection)
{
	struct cbf_volume *volume = data;

	/* Content goes straight from the worker's buffer to the hook: a pipe in between costs more than it saves. */
	refuse_feature(connection, FUSE_CAP_SPLICE_READ);
	if (volume->properties.use_routing)
		want_feature(connection, FUSE_CAP_SPLICE_WRITE);
	/* The kernel takes set-id bits away on write and chown, by an ordinary SetFileAttributes. */
	refuse_feature(connection, FUSE_CAP_HANDLE_KILLPRIV);
	if (cbf__exports_handles(volume))
		want_feature(connection, FUSE_CAP_EXPORT_SUPPORT);
	if (cbf__has_acls(volume))
		want_acls(connection, cbf__checks_access(volume));
	volume->initialised = true;
}

static void fill_always(struct fuse_lowlevel_ops *ops)
{
	*ops = (struct fuse_lowlevel_ops){.init = cbf__op_init,
					  .lookup = cbf__op_lookup,
					  .forget = cbf__op_forget,
					  .forget_multi = cbf__op_forget_multi,
					  .getattr = cbf__op_getattr,
					  .setattr = cbf__op_setattr,
					  .readlink = cbf__op_readlink,
					  .mknod = cbf__op_mknod,
					  .mkdir = cbf__op_mkdir,
					  .symlink = cbf__op_symlink,
					  .unlink = cbf__op_unlink,
					  .rmdir = cbf__op_rmdir,
					  .rename = cbf__op_rename,
					  .link = cbf__op_link,
					  .open = cbf__op_open,
					  .opendir = cbf__op_opendir,
					  .create = cbf__op_create,
					  .release = cbf__op_release,
					  .releasedir = cbf__op_release,
					  .read = cbf__op_read,
					  .write = cbf__op_write,
					  .readdir = cbf__op_readdir,
					  .readdirplus = cbf__op_readdirplus,
					  .statfs = cbf__op_statfs,
					  .ioctl = cbf__op_ioctl};
}

static void fill_xattr(const struct cbf_volume *volume, struct fuse_lowlevel_ops *ops)
{
	bool streams = volume->properties.use_alternate_data_streams;
	bool acls = cbf__has_acls(volume);
	bool query = streams || acls || cbf__hooked(volume, CBF__QUERY_EA), set = cbf__hooked(volume, CBF__SET_EA);

	if (query || (volume->properties.use_hard_links && volume->properties.hard_links_xattr)) {
		ops->getxattr = cbf__op_getxattr;
		ops->listxattr = cbf__op_listxattr;
	}
	if (query || set) { /* with the one hook alone, to set is what the default of the other says */
		ops->setxattr = cbf__op_setxattr;
		ops->removexattr = cbf__op_removexattr;
	}
}

void cbf__ops_fill(const struct cbf_volume *volume, struct fuse_lowlevel_ops *ops)
{
	const bool routing = volume->properties.use_routing;

	fill_always(ops);
	if (routing || cbf__hooked(volume, CBF__FLUSH_FILE)) {
		ops->fsync = cbf__op_fsync;
		ops->fsyncdir = cbf__op_fsync;
	}
	fill_xattr(volume, ops);
	if (cbf__checks_access(volume))
		ops->access = cbf__op_access;
	if (routing || cbf__hooked(volume, CBF__SET_ALLOCATION_SIZE) || cbf__hooked(volume, CBF__ZEROIZE_FILE_RANGE))
		ops->fallocate = cbf__op_fallocate;
	if (routing || cbf__hooked(volume, CBF__QUERY_ALLOCATED_RANGES))
		ops->lseek = cbf__op_lseek;
	if (routing || cbf__hooked(volume, CBF__OFFLOAD_WRITE_FILE))
		ops->copy_file_range = cbf__op_copy_file_range;
}
