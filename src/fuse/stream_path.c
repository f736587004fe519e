/* SPDX-License-Identifier: MIT */
#include "fuse/stream_path.h"

#include "fuse/name_ops.h"
#include "step/access.h"
#include "step/acl.h"
#include "volume.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

bool cbf__is_stream_path(const struct cbf_volume *volume, const char *name)
{
	return volume->properties.use_stream_paths && strchr(name, ':');
}

int cbf__bind_stream_path(struct cbf__request *rq, uint64_t dir, const char *name)
{
	const char *colon = strchr(name, ':');
	size_t length = (size_t)(colon - name);
	char file[CBF_NAME_MAX + 1];
	int error;

	if (length > CBF_NAME_MAX)
		return ENAMETOOLONG;
	memcpy(file, name, length);
	file[length] = '\0';
	error = cbf__request_bind_name(rq, 0, dir, file);
	return error ? error : cbf__name_stream(rq, colon + 1);
}

/*
 * The file first. The kernel checks what it knows: the directory. That a stream is made and taken away by those only
 * who may write to the file, as with its attributes, is for us to check.
 */

static int may_write(const struct cbf__request *rq, const struct stat *file)
{
	mode_t needed = S_IWOTH;

	if (rq->originator.uid == 0)
		return 0;
	if (rq->originator.uid == file->st_uid)
		needed = S_IWUSR;
	else if (cbf__caller_is_in(rq, file->st_gid))
		needed = S_IWGRP;
	return file->st_mode & needed ? 0 : EACCES;
}

static bool is_in(const void *rq, gid_t group)
{
	return cbf__caller_is_in(rq, group);
}

static enum cbf__flow acl_told(struct cbf__request *rq)
{
	const struct cbf__acl *acl;
	const struct cbf__acl_caller caller = {.uid = rq->originator.uid, .is_in_group = is_in, .data = rq};

	cbf__unclaim(rq);
	rq->target = NULL;
	rq->file = NULL;
	rq->handle_slot = NULL;
	rq->node = NULL; /* rq->stream.file has the pin */
	rq->name_sought = false;
	if (rq->error)
		return cbf__return(rq);
	acl = cbf__acl_at(rq, CBF__FIRST_ACL);
	if (acl->count)
		rq->error =
			cbf__acl_allows(acl, &caller, rq->last_attr.st_uid, rq->last_attr.st_gid, W_OK) ? 0 : EACCES;
	else
		rq->error = may_write(rq, &rq->last_attr);
	return cbf__return(rq);
}

static enum cbf__flow acl_claimed(struct cbf__request *rq)
{
	cbf__use_contexts(rq, rq->target, NULL);
	rq->acl_kind = CBF_SECURITY_ACCESS_ACL;
	if (!rq->error && rq->deleted && !rq->file)
		rq->error = ENOENT;
	return rq->error ? cbf__go(rq, acl_told) : cbf__call(rq, cbf__step_get_acl, acl_told);
}

/* As the kernel would: with an ACL, the mode's bits for the group are its mask only. */
static enum cbf__flow may_write_by_acl(struct cbf__request *rq)
{
	rq->node = rq->stream.file;
	rq->turn = cbf__looking_turn(rq);
	return cbf__call(rq, cbf__step_claim_node, acl_claimed);
}

/* The application's check takes the place of this one as well. */
static enum cbf__flow check_may_write(struct cbf__request *rq, cbf__step then)
{
	if (!rq->error && cbf__checks_access(rq->volume)) {
		cbf__want_access(rq, rq->stream.file, CBF_ACCESS_WRITE_DATA);
		return cbf__call(rq, cbf__step_check_access, then);
	}
	if (!rq->error && cbf__has_acls(rq->volume) && rq->originator.uid != 0) {
		/* What the file is: the claim on it may overwrite it. */
		rq->last_attr = (struct stat){.st_mode = rq->info.mode, .st_uid = rq->info.uid, .st_gid = rq->info.gid};
		return cbf__call(rq, may_write_by_acl, then);
	}
	if (!rq->error)
		rq->error = may_write(
			rq, &(struct stat){.st_mode = rq->info.mode, .st_uid = rq->info.uid, .st_gid = rq->info.gid});
	return cbf__go(rq, then);
}

static void lose_name(struct cbf__request *rq)
{
	struct cbf__name *name = rq->claims.names[0].name;

	cbf__lock(rq);
	if (name && name->in_tree)
		cbf__tree_lose(&rq->volume->tree, name);
	cbf__unlock(rq);
}

/* The pin on the file goes along, from rq->found. */
static int take_file(struct cbf__request *rq)
{
	if (rq->found->type != S_IFREG && rq->found->type != S_IFDIR)
		return ENOENT;
	rq->stream.file = rq->found;
	rq->found = NULL;
	return 0;
}

/* Whether it is still that file is asked each time, as for any name: whose stream it is must be true. */
static enum cbf__flow file_told(struct cbf__request *rq)
{
	if (!rq->error && !rq->exists)
		lose_name(rq);
	cbf__learn_name(rq, 0);
	cbf__unclaim(rq);
	if (!rq->error)
		rq->error = take_file(rq);
	return cbf__return(rq);
}

static enum cbf__flow file_claimed(struct cbf__request *rq)
{
	if (rq->error)
		return cbf__return(rq);
	rq->target = rq->claims.names[0].node;
	cbf__use_contexts(rq, rq->target, NULL);
	return cbf__call(rq, cbf__step_info, file_told);
}

/* Finds rq->stream.file, and tells its attributes in rq->info. Called without claims; ends without claims. */
static enum cbf__flow find_file(struct cbf__request *rq)
{
	cbf__claims_add_name(&rq->claims, rq->dirs[0], rq->names[0], rq->name_lengths[0], false, cbf__looking_turn(rq));
	return cbf__claim(rq, file_claimed);
}

/* rq->target is the entry that the kernel is told of. */
static void found_stream(struct cbf__request *rq)
{
	cbf__set_found(rq, rq->target);
	rq->info.hard_link_count = 1;
}

static enum cbf__flow lookup_told(struct cbf__request *rq)
{
	if (!rq->error && !rq->exists) {
		cbf__lose_untrue_name(rq);
		rq->error = ENOENT;
	}
	if (!rq->error)
		found_stream(rq);
	return cbf__reply_entry(rq);
}

static enum cbf__flow lookup_claimed(struct cbf__request *rq)
{
	if (!rq->error && rq->deleted)
		rq->error = ENOENT;
	if (rq->error)
		return cbf__reply_done(rq);
	cbf__use_contexts(rq, rq->target, NULL);
	return cbf__call(rq, cbf__step_info, lookup_told);
}

static enum cbf__flow lookup_file_found(struct cbf__request *rq)
{
	if (rq->error)
		return cbf__reply_done(rq);
	rq->turn = cbf__looking_turn(rq);
	return cbf__call(rq, cbf__step_claim_stream, lookup_claimed);
}

enum cbf__flow cbf__lookup_stream(struct cbf__request *rq)
{
	return cbf__call(rq, find_file, lookup_file_found);
}

static bool is_open_call(const struct cbf__request *rq)
{
	return rq->flags & O_CREAT;
}

static int made_fault(const struct cbf__request *rq)
{
	if (rq->error || rq->exists)
		return rq->error;
	cbf__report(rq->volume, EIO, "GetFileInfo %s: the stream was created without an error, but does not exist",
		    rq->subject);
	return EIO;
}

static enum cbf__flow reply_made(struct cbf__request *rq)
{
	rq->error = made_fault(rq);
	if (!rq->error)
		found_stream(rq);
	if (!is_open_call(rq))
		return cbf__reply_entry(rq);
	return rq->error ? cbf__call(rq, cbf__step_close_own, cbf__reply_done) : cbf__reply_handle(rq, true);
}

static enum cbf__flow made(struct cbf__request *rq)
{
	if (rq->error)
		return cbf__reply_done(rq);
	cbf__use_contexts(rq, rq->target, NULL);
	return cbf__call(rq, cbf__step_info, reply_made);
}

static enum cbf__flow created(struct cbf__request *rq)
{
	if (rq->error == EEXIST && is_open_call(rq) && !(rq->flags & O_EXCL))
		rq->error = ESTALE; /* the kernel looks again, and opens what is there */
	return is_open_call(rq) ? cbf__go(rq, made) : cbf__call(rq, cbf__step_close_own, made);
}

static enum cbf__flow create_claimed(struct cbf__request *rq);

static enum cbf__flow create_told(struct cbf__request *rq)
{
	if (rq->error)
		return cbf__reply_done(rq);
	if (rq->exists)
		rq->error = EEXIST;
	if (rq->error)
		return cbf__go(rq, created);
	if (!cbf__lose_open_stream(rq))
		return cbf__call(rq, cbf__step_create_stream, created);
	cbf__unclaim(rq);
	return cbf__call(rq, cbf__step_claim_stream, create_claimed);
}

static enum cbf__flow create_claimed(struct cbf__request *rq)
{
	if (!rq->error && rq->deleted)
		rq->error = ENOENT;
	if (rq->error)
		return cbf__reply_done(rq);
	cbf__use_contexts(rq, rq->target, NULL);
	return cbf__call(rq, cbf__step_info, create_told);
}

static enum cbf__flow create_allowed(struct cbf__request *rq)
{
	if (rq->error)
		return cbf__reply_done(rq);
	rq->turn = CBF__EXCLUSIVE_TURN;
	return cbf__call(rq, cbf__step_claim_stream, create_claimed);
}

static enum cbf__flow create_file_found(struct cbf__request *rq)
{
	return check_may_write(rq, create_allowed);
}

enum cbf__flow cbf__create_stream(struct cbf__request *rq)
{
	return cbf__call(rq, find_file, create_file_found);
}

static enum cbf__flow unlink_claimed(struct cbf__request *rq)
{
	if (!rq->error && rq->deleted)
		rq->error = ENOENT;
	if (rq->error)
		return cbf__reply_done(rq);
	cbf__use_contexts(rq, rq->target, NULL);
	return cbf__call(rq, cbf__step_delete_stream, cbf__reply_done);
}

static enum cbf__flow unlink_allowed(struct cbf__request *rq)
{
	if (rq->error)
		return cbf__reply_done(rq);
	rq->turn = CBF__EXCLUSIVE_TURN;
	return cbf__call(rq, cbf__step_claim_stream, unlink_claimed);
}

static enum cbf__flow unlink_file_found(struct cbf__request *rq)
{
	return check_may_write(rq, unlink_allowed);
}

enum cbf__flow cbf__unlink_stream(struct cbf__request *rq)
{
	return cbf__call(rq, find_file, unlink_file_found);
}
