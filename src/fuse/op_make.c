/* SPDX-License-Identifier: MIT */
/* What makes a new name with a new file behind it: create, mkdir, mknod, symlink. */
#include "fuse/access_ops.h"
#include "fuse/stream_path.h"
#include "step/acl.h"
#include "volume.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

/* The new file's handle exists before its node is known: CreateFile fills its contexts. */
static int make_handle(struct cbf__request *rq)
{
	struct cbf__file *file = cbf__file_new();

	if (!file)
		return ENOMEM;
	rq->own_handle = cbf__handle_new(file, rq->open_flags);
	if (!rq->own_handle) {
		(void)cbf__file_destroy(&rq->volume->tree, file);
		return ENOMEM;
	}
	cbf__note_creator(rq);
	cbf__use_handle(rq, rq->own_handle);
	return 0;
}

static int learn_made(struct cbf__request *rq)
{
	if (rq->error)
		return rq->error;
	if (rq->exists)
		return cbf__learn(rq, rq->dirs[0], rq->names[0], rq->name_lengths[0]);
	cbf__report(rq->volume, EIO, "GetFileInfo %s: the file was created without an error, but does not exist",
		    rq->subject);
	return EIO;
}

static enum cbf__flow reply_made(struct cbf__request *rq)
{
	rq->error = learn_made(rq);
	return cbf__reply_entry(rq);
}

static enum cbf__flow made(struct cbf__request *rq)
{
	return cbf__call(rq, cbf__step_info, reply_made);
}

/* Ties the handle to the node. A FileId that is open already cannot be that of a file which has just been created. */
static int attach(struct cbf__request *rq)
{
	bool taken;

	cbf__lock(rq);
	taken = rq->found->file != NULL;
	if (!taken) {
		cbf__file_attach(&rq->volume->tree, rq->own_handle->file, rq->found);
		cbf__handle_attach(rq->own_handle, rq->found,
				   cbf__name_find(&rq->volume->tree, rq->dirs[0], rq->names[0], rq->name_lengths[0]));
	}
	cbf__unlock(rq);
	if (!taken)
		return 0;
	cbf__report(rq->volume, EIO, "GetFileInfo %s: a new file has the FileId of a file that is open", rq->subject);
	return EIO;
}

static enum cbf__flow reply_created(struct cbf__request *rq)
{
	rq->error = learn_made(rq);
	if (!rq->error)
		rq->error = attach(rq);
	if (rq->error)
		return cbf__call(rq, cbf__step_close_own, cbf__reply_done);
	rq->target = rq->found;
	return cbf__reply_handle(rq, true);
}

/* A name that exists though the kernel did not know it: whether the caller may open that file only the kernel can tell.
 * ESTALE makes it look again and then open what it finds. */
static int creation_error(const struct cbf__request *rq)
{
	bool open_is_fine = (rq->flags & O_CREAT) && !(rq->flags & O_EXCL);

	return rq->result == EEXIST && open_is_fine ? ESTALE : rq->result;
}

static enum cbf__flow acls_stored(struct cbf__request *rq)
{
	if (rq->error)
		return cbf__reply_done(rq);
	if (rq->flags & O_CREAT)
		return cbf__call(rq, cbf__step_info, reply_created);
	return cbf__call(rq, cbf__step_close_own, made);
}

static enum cbf__flow create_answered(struct cbf__request *rq)
{
	if (rq->result) {
		cbf__end_handle(rq, &rq->own_handle);
		return cbf__reply_error(rq, creation_error(rq));
	}
	return cbf__call(rq, cbf__step_store_inherited, acls_stored);
}

static enum cbf__flow create_claimed(struct cbf__request *rq)
{
	if (!rq->error)
		rq->error = make_handle(rq);
	if (rq->error)
		return cbf__reply_done(rq);
	CBF__MAKE_EVENT(&rq->event, create_file, .file_name = rq->subject, .mode = rq->mode, .rdev = rq->rdev,
			.flags = rq->open_flags, .uid = rq->originator.uid, .gid = rq->originator.gid);
	return cbf__fire_then(rq, CBF__CREATE_FILE, create_answered);
}

static enum cbf__flow claim_new_name(struct cbf__request *rq, cbf__step then)
{
	cbf__claims_add_name(&rq->claims, rq->dirs[0], rq->names[0], rq->name_lengths[0], true, CBF__EXCLUSIVE_TURN);
	return cbf__claim(rq, then);
}

static enum cbf__flow mode_known(struct cbf__request *rq)
{
	return rq->error ? cbf__reply_done(rq) : claim_new_name(rq, create_claimed);
}

static enum cbf__flow create_start(struct cbf__request *rq)
{
	return cbf__call(rq, cbf__step_inherit, mode_known);
}

/* A stream is made by what makes regular files. */
static void run_make(struct cbf__request *rq, fuse_ino_t parent, const char *name)
{
	const bool stream = cbf__is_stream_path(rq->volume, name);
	int error;

	if (stream)
		error = S_ISREG(rq->mode) ? cbf__bind_stream_path(rq, parent, name) : EINVAL;
	else
		error = cbf__request_bind_name(rq, 0, parent, name);
	cbf__want_access(rq, rq->dirs[0], stream ? CBF_ACCESS_TRAVERSE : CBF_ACCESS_ADD_FILE);
	cbf__op_run(rq, error, stream ? cbf__create_stream : create_start);
}

static struct cbf__request *begin_make(fuse_req_t fuse, mode_t mode, dev_t rdev, int flags, int open_flags)
{
	struct cbf__request *rq = cbf__op_begin(fuse);

	if (!rq)
		return NULL;
	rq->mode = mode;
	rq->umask = fuse_req_ctx(fuse)->umask & 0777;
	rq->rdev = rdev;
	rq->flags = flags;
	rq->open_flags = open_flags;
	return rq;
}

void cbf__op_create(fuse_req_t fuse, fuse_ino_t parent, const char *name, mode_t mode, struct fuse_file_info *fi)
{
	int flags = fi->flags & ~O_TRUNC;
	struct cbf__request *rq = begin_make(fuse, S_IFREG | (mode & 07777), 0, fi->flags | O_CREAT, flags | O_CREAT);

	if (rq)
		run_make(rq, parent, name);
}

void cbf__op_mkdir(fuse_req_t fuse, fuse_ino_t parent, const char *name, mode_t mode)
{
	struct cbf__request *rq = begin_make(fuse, S_IFDIR | (mode & 07777), 0, 0, O_DIRECTORY);
	int error;

	if (!rq)
		return;
	error = cbf__request_bind_name(rq, 0, parent, name);
	cbf__want_access(rq, rq->dirs[0], CBF_ACCESS_ADD_SUBDIRECTORY);
	cbf__op_run(rq, error, create_start);
}

static int node_type_fault(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFREG:
	case S_IFIFO:
	case S_IFSOCK:
	case S_IFCHR:
	case S_IFBLK:
		return 0;
	default:
		return EINVAL;
	}
}

void cbf__op_mknod(fuse_req_t fuse, fuse_ino_t parent, const char *name, mode_t mode, dev_t rdev)
{
	struct cbf__request *rq = begin_make(fuse, mode & (S_IFMT | 07777), rdev, 0, S_ISREG(mode) ? O_RDWR : O_PATH);
	int error = node_type_fault(mode);

	if (!rq)
		return;
	if (error)
		cbf__op_run(rq, error, NULL);
	else
		run_make(rq, parent, name);
}

static enum cbf__flow symlink_answered(struct cbf__request *rq)
{
	return rq->result ? cbf__reply_error(rq, rq->result) : cbf__go(rq, made);
}

static enum cbf__flow symlink_claimed(struct cbf__request *rq)
{
	if (rq->error)
		return cbf__reply_done(rq);
	CBF__MAKE_EVENT(&rq->event, set_reparse_point, .file_name = rq->subject, .target = rq->data.bytes,
			.uid = rq->originator.uid, .gid = rq->originator.gid);
	return cbf__fire_then(rq, CBF__SET_REPARSE_POINT, symlink_answered);
}

static enum cbf__flow symlink_start(struct cbf__request *rq)
{
	return claim_new_name(rq, symlink_claimed);
}

void cbf__op_symlink(fuse_req_t fuse, const char *target, fuse_ino_t parent, const char *name)
{
	struct cbf__request *rq = cbf__op_begin(fuse);
	int error;

	if (!rq)
		return;
	error = cbf__request_bind_name(rq, 0, parent, name);
	if (!error && !cbf__buffer_set_string(&rq->data, target))
		error = ENOMEM;
	cbf__want_access(rq, rq->dirs[0], CBF_ACCESS_ADD_FILE);
	cbf__op_run(rq, error, symlink_start);
}
