/* SPDX-License-Identifier: MIT */
/*
 * getxattr, listxattr, setxattr, removexattr: the application's attributes, and the one of the library that shows a
 * file's names. That one is not listed, so that no copying program takes it along, and cannot be set. With streams,
 * user.* is theirs: stream_xattr.c; with ACLs as events, system.posix_acl_*: acl_xattr.c.
 */
#include "fuse/access_ops.h"
#include "fuse/acl_xattr.h"
#include "fuse/ops.h"
#include "fuse/stream_xattr.h"
#include "tree/stream.h"
#include "volume.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/limits.h>
#include <string.h>
#include <sys/xattr.h>

enum { REMOVE = 0x100 }; /* beside XATTR_CREATE and XATTR_REPLACE in rq->flags */

_Static_assert(CBF_EA_NAME_MAX <= CBF_NAME_MAX, "the name of an attribute fits where a request has names");

/* The attribute's name goes to names[0], which has no directory then. */
static int bind_ea(struct cbf__request *rq, fuse_ino_t ino, const char *name)
{
	size_t length = strnlen(name, CBF_EA_NAME_MAX + 1);

	if (length == 0 || length > CBF_EA_NAME_MAX)
		return ERANGE;
	memcpy(rq->names[0], name, length + 1);
	rq->name_lengths[0] = length;
	return cbf__request_bind(rq, ino, 0);
}

static bool shows_links(const struct cbf_volume *volume, const char *name)
{
	const struct cbf__properties *properties = &volume->properties;

	return properties->use_hard_links && properties->hard_links_xattr &&
	       strcmp(name, properties->hard_links_xattr) == 0;
}

static enum cbf__flow reply_names(struct cbf__request *rq)
{
	if (rq->error)
		return cbf__reply_done(rq);
	return cbf__reply_xattr(rq, rq->data.bytes, rq->data.length);
}

static enum cbf__flow closed(struct cbf__request *rq)
{
	return cbf__call(rq, cbf__step_close_own, reply_names);
}

static enum cbf__flow names_told(struct cbf__request *rq)
{
	/* All or nothing: what failed midway fails, and what does not fit into an attribute is left to the ioctl.
	 * Closing the handle ends the enumeration. */
	if (!rq->error && !rq->links.end)
		rq->error = rq->closing->links->error ? rq->closing->links->error : E2BIG;
	rq->closing = NULL;
	return cbf__go(rq, closed);
}

static enum cbf__flow opened(struct cbf__request *rq)
{
	if (rq->error)
		return cbf__reply_done(rq);
	rq->closing = rq->own_handle;
	rq->links.cursor = 0;
	rq->links.page = XATTR_SIZE_MAX;
	return cbf__call(rq, cbf__step_links_page, names_told);
}

static enum cbf__flow links_claimed(struct cbf__request *rq)
{
	if (!rq->error && rq->deleted)
		rq->error = ENOENT;
	if (rq->error)
		return cbf__reply_done(rq);
	if (rq->target->type == S_IFDIR)
		return cbf__reply_error(rq, ENODATA);
	rq->open_flags = O_PATH | O_NOFOLLOW;
	return cbf__call(rq, cbf__step_open, opened);
}

static enum cbf__flow links_start(struct cbf__request *rq)
{
	rq->turn = CBF__EXCLUSIVE_TURN;
	return cbf__call(rq, cbf__step_claim_node, links_claimed);
}

static bool is_hidden(const struct cbf__request *rq, const char *name)
{
	return shows_links(rq->volume, name) || cbf__is_stream_xattr(rq->volume, name) ||
	       (rq->originator.uid != 0 && strncmp(name, "trusted.", strlen("trusted.")) == 0);
}

/* Takes the names out of a list that the caller shall not see; returns what is left. */
static size_t drop_hidden(const struct cbf__request *rq, char *names, size_t length)
{
	size_t kept = 0, size;

	for (size_t i = 0; i < length; i += size) {
		size = strlen(names + i) + 1;
		if (is_hidden(rq, names + i))
			continue;
		memmove(names + kept, names + i, size);
		kept += size;
	}
	return kept;
}

static enum cbf__flow listed(struct cbf__request *rq)
{
	return rq->volume->properties.use_alternate_data_streams ? cbf__list_stream_xattrs(rq) : reply_names(rq);
}

static enum cbf__flow queried(struct cbf__request *rq)
{
	const struct cbf_query_ea_event *event = &rq->event.query_ea;

	if (rq->result)
		return cbf__reply_error(rq, rq->result);
	if (!event->ea_name) {
		rq->data.length = drop_hidden(rq, rq->data.bytes, event->length);
		return cbf__go(rq, listed);
	}
	if (!event->ea_found)
		return cbf__reply_error(rq, ENODATA);
	return cbf__reply_xattr(rq, rq->data.bytes, event->length);
}

static enum cbf__flow query_claimed(struct cbf__request *rq)
{
	if (rq->error)
		return cbf__reply_done(rq);
	cbf__use_contexts(rq, rq->target, NULL);
	if (rq->deleted && !rq->file)
		return cbf__reply_error(rq, ENOENT); /* neither a name nor a context to ask by */
	rq->data.length = 0;
	if (!cbf__hooked(rq->volume, CBF__QUERY_EA))
		return cbf__go(rq, listed);
	if (!cbf__buffer_reserve(&rq->data, CBF_EA_SIZE_MAX))
		return cbf__reply_error(rq, ENOMEM);
	CBF__MAKE_EVENT(&rq->event, query_ea, .file_name = rq->subject, .deleted = rq->deleted,
			.ea_name = rq->name_lengths[0] ? rq->names[0] : NULL, .buffer = rq->data.bytes,
			.buffer_capacity = CBF_EA_SIZE_MAX);
	return cbf__fire_then(rq, CBF__QUERY_EA, queried);
}

static enum cbf__flow query_start(struct cbf__request *rq)
{
	/* An enumeration of streams is an event that runs alone. */
	rq->turn = rq->name_lengths[0] || !rq->volume->properties.use_alternate_data_streams ? cbf__looking_turn(rq)
											     : CBF__EXCLUSIVE_TURN;
	return cbf__call(rq, cbf__step_claim_node, query_claimed);
}

static enum cbf__flow reply_no_data(struct cbf__request *rq)
{
	return cbf__reply_error(rq, ENODATA);
}

/* A stream has the ACL of its file: the kernel goes by it, since it has the file's mode. */
static int bind_file_of_stream(struct cbf__request *rq)
{
	struct cbf__node *file;

	cbf__lock(rq);
	file = cbf__stream_file(rq->node);
	if (file) {
		cbf__node_pin(file);
		cbf__node_unpin(&rq->volume->tree, rq->node);
		rq->node = file;
	}
	cbf__unlock(rq);
	return file ? 0 : ENODATA;
}

void cbf__op_getxattr(fuse_req_t fuse, fuse_ino_t ino, const char *name, size_t size)
{
	struct cbf__request *rq = cbf__op_begin(fuse);
	cbf__step first = query_start;
	int error;

	if (!rq)
		return;
	rq->size = size;
	error = bind_ea(rq, ino, name);
	if (!error && rq->node->stream)
		error = cbf__is_acl_xattr(rq->volume, name) ? bind_file_of_stream(rq) : ENODATA;
	if (shows_links(rq->volume, name))
		first = links_start;
	else if (cbf__is_stream_xattr(rq->volume, name))
		first = cbf__get_stream_xattr;
	else if (cbf__is_acl_xattr(rq->volume, name))
		first = cbf__get_acl_xattr;
	else if (!cbf__hooked(rq->volume, CBF__QUERY_EA))
		first = reply_no_data;
	cbf__want_access(rq, rq->node, cbf__access_of_xattr(name, false));
	cbf__op_run(rq, error, first);
}

static enum cbf__flow reply_no_names(struct cbf__request *rq)
{
	return cbf__reply_xattr(rq, "", 0);
}

void cbf__op_listxattr(fuse_req_t fuse, fuse_ino_t ino, size_t size)
{
	struct cbf__request *rq = cbf__op_begin(fuse);
	bool ask;
	int error;

	if (!rq)
		return;
	rq->size = size;
	error = cbf__request_bind(rq, ino, 0);
	cbf__want_access(rq, rq->node, CBF_ACCESS_READ_EA);
	ask = rq->volume->properties.use_alternate_data_streams || cbf__hooked(rq->volume, CBF__QUERY_EA);
	cbf__op_run(rq, error, !error && ask && !rq->node->stream ? query_start : reply_no_names);
}

static enum cbf__flow ea_set(struct cbf__request *rq)
{
	const struct cbf_set_ea_event *event = &rq->event.set_ea;

	rq->error = rq->result;
	if (!rq->error && !event->ea_found && (event->replace || event->remove))
		rq->error = ENODATA;
	return cbf__call(rq, cbf__step_close_own, cbf__reply_done);
}

static enum cbf__flow set_opened(struct cbf__request *rq)
{
	if (rq->error)
		return cbf__reply_done(rq);
	CBF__MAKE_EVENT(&rq->event, set_ea, .file_name = rq->subject, .deleted = rq->deleted, .ea_name = rq->names[0],
			.value = rq->size ? rq->payload : "", .length = rq->size, .create = rq->flags & XATTR_CREATE,
			.replace = rq->flags & XATTR_REPLACE, .remove = rq->flags & REMOVE, .ea_found = true);
	return cbf__fire_then(rq, CBF__SET_EA, ea_set);
}

static enum cbf__flow set_allowed(struct cbf__request *rq)
{
	rq->open_flags = O_PATH | O_NOFOLLOW;
	return cbf__call(rq, cbf__step_open_if_closed, set_opened);
}

static enum cbf__flow owner_told(struct cbf__request *rq)
{
	if (rq->error)
		return cbf__reply_done(rq);
	return cbf__go(rq, set_allowed);
}

/* An ACL gives rights away; kernels before 6.2 do not ask whether its setter may. */
static bool is_for_owners(const char *name)
{
	return strncmp(name, "system.", strlen("system.")) == 0;
}

static enum cbf__flow set_claimed(struct cbf__request *rq)
{
	if (rq->error)
		return cbf__reply_done(rq);
	cbf__use_contexts(rq, rq->target, NULL);
	if (rq->deleted && !rq->file)
		return cbf__reply_error(rq, ENOENT);
	if (!is_for_owners(rq->names[0]))
		return cbf__go(rq, set_allowed);
	return cbf__call(rq, cbf__step_must_own, owner_told);
}

static enum cbf__flow set_start(struct cbf__request *rq)
{
	rq->turn = CBF__EXCLUSIVE_TURN;
	return cbf__call(rq, cbf__step_claim_node, set_claimed);
}

static void run_set(struct cbf__request *rq, fuse_ino_t ino, const char *name)
{
	cbf__step first = set_start;
	int error = 0;

	if (shows_links(rq->volume, name))
		error = EPERM;
	else if (cbf__is_stream_xattr(rq->volume, name))
		first = rq->flags & REMOVE ? cbf__remove_stream_xattr : cbf__set_stream_xattr;
	else if (cbf__is_acl_xattr(rq->volume, name))
		first = cbf__set_acl_xattr, error = cbf__decode_acl_xattr(rq, rq->payload, rq->size);
	else if (!cbf__hooked(rq->volume, CBF__SET_EA))
		error = cbf__default_answer(rq->volume, CBF__SET_EA, &rq->event);
	if (!error)
		error = bind_ea(rq, ino, name);
	if (!error && rq->node->stream)
		error = EOPNOTSUPP;
	cbf__want_access(rq, rq->node, cbf__access_of_xattr(name, true));
	cbf__op_run(rq, error, first);
}

void cbf__op_setxattr(fuse_req_t fuse, fuse_ino_t ino, const char *name, const char *value, size_t size, int flags)
{
	struct cbf__request *rq = cbf__op_begin(fuse);

	if (!rq)
		return;
	if (size > CBF_EA_SIZE_MAX || (flags & ~(XATTR_CREATE | XATTR_REPLACE))) {
		cbf__op_run(rq, size > CBF_EA_SIZE_MAX ? E2BIG : EINVAL, NULL);
		return;
	}
	rq->flags = flags;
	rq->payload = value;
	rq->size = size;
	run_set(rq, ino, name);
}

void cbf__op_removexattr(fuse_req_t fuse, fuse_ino_t ino, const char *name)
{
	struct cbf__request *rq = cbf__op_begin(fuse);

	if (!rq)
		return;
	rq->flags = REMOVE;
	run_set(rq, ino, name);
}
