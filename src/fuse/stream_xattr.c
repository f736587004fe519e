/* SPDX-License-Identifier: MIT */
#include "fuse/stream_xattr.h"

#include "fuse/name_ops.h"
#include "volume.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/xattr.h>

static const char prefix[] = "user.";
enum { PREFIX_LENGTH = sizeof(prefix) - 1 };

bool cbf__is_stream_xattr(const struct cbf_volume *volume, const char *name)
{
	return volume->properties.use_alternate_data_streams && strncmp(name, prefix, PREFIX_LENGTH) == 0;
}

/* As the kernel has it for user.*. */
static bool may_have_streams(const struct cbf__node *node)
{
	return node->type == S_IFREG || node->type == S_IFDIR;
}

/* rq->node becomes the stream of names[0]; else what is answered: `untyped` by a file that can have none, `unnamed` for
 * a name that none can have. Linux's own filesystems take a namespace without a name for a mistake, always. */
static int bind_stream(struct cbf__request *rq, int untyped, int unnamed)
{
	if (rq->name_lengths[0] == PREFIX_LENGTH)
		return EINVAL;
	if (!may_have_streams(rq->node))
		return untyped;
	return cbf__bind_stream(rq, rq->names[0] + PREFIX_LENGTH) ? 0 : unnamed;
}

static enum cbf__flow reply_value(struct cbf__request *rq)
{
	if (rq->error)
		return cbf__reply_error(rq, rq->error);
	return cbf__reply_xattr(rq, rq->data.bytes, rq->data.length);
}

static enum cbf__flow read_on(struct cbf__request *rq);

static enum cbf__flow read_answered(struct cbf__request *rq)
{
	size_t got = rq->event.read_file.bytes_read;

	rq->error = rq->result;
	if (rq->error || got == 0)
		return cbf__call(rq, cbf__step_close_own, reply_value);
	rq->data.length += got;
	return cbf__go(rq, read_on);
}

static enum cbf__flow read_on(struct cbf__request *rq)
{
	size_t left = (size_t)rq->info.size - rq->data.length;

	if (rq->error || left == 0)
		return cbf__call(rq, cbf__step_close_own, reply_value);
	CBF__MAKE_EVENT(&rq->event, read_file, .file_name = rq->subject, .deleted = rq->deleted,
			.position = rq->data.length, .buffer = rq->data.bytes + rq->data.length, .bytes_to_read = left);
	return cbf__fire_then(rq, CBF__READ_FILE, read_answered);
}

static enum cbf__flow get_told(struct cbf__request *rq)
{
	const uint64_t size = rq->info.size;

	if (!rq->error && !rq->exists)
		rq->error = rq->deleted ? ENOENT : ENODATA;
	if (!rq->error && size > CBF_EA_SIZE_MAX)
		rq->error = E2BIG;
	if (rq->error)
		return cbf__go(rq, reply_value);
	if (size == 0 || rq->size < size)
		return cbf__reply_xattr(rq, "", size); /* only the size is asked for, or there is too little room */
	rq->data.length = 0;
	if (!cbf__buffer_reserve(&rq->data, size))
		return cbf__reply_error(rq, ENOMEM);
	rq->open_flags = O_RDONLY;
	return cbf__call(rq, cbf__step_open_if_closed, read_on);
}

static enum cbf__flow get_claimed(struct cbf__request *rq)
{
	if (rq->error)
		return cbf__reply_done(rq);
	cbf__use_contexts(rq, rq->target, NULL);
	if (rq->deleted && !rq->file)
		return cbf__reply_error(rq, ENOENT); /* neither a name nor a context to ask by */
	return cbf__call(rq, cbf__step_info, get_told);
}

enum cbf__flow cbf__get_stream_xattr(struct cbf__request *rq)
{
	int error = bind_stream(rq, ENODATA, ENODATA);

	if (error)
		return cbf__reply_error(rq, error);
	rq->turn = CBF__EXCLUSIVE_TURN;
	return cbf__call(rq, cbf__step_claim_stream, get_claimed);
}

static enum cbf__flow list_ended(struct cbf__request *rq)
{
	return cbf__call(rq, cbf__step_close_own, reply_value);
}

static enum cbf__flow list_opened(struct cbf__request *rq)
{
	return rq->error ? cbf__go(rq, reply_value) : cbf__call(rq, cbf__step_list_streams, list_ended);
}

enum cbf__flow cbf__list_stream_xattrs(struct cbf__request *rq)
{
	if (!may_have_streams(rq->target) || !cbf__hooked(rq->volume, CBF__ENUMERATE_NAMED_STREAMS))
		return cbf__go(rq, reply_value);
	rq->open_flags = O_PATH | O_NOFOLLOW;
	return cbf__call(rq, cbf__step_open_if_closed, list_opened);
}

/*
 * To set. The bytes are written over what is there, and then the rest of a longer content is cut off: so a first
 * WriteFile that fails, for want of space say, leaves the value that was there. A stream that this call has created is
 * taken back when it cannot be given its value.
 */

enum { CREATED = 0x100 }; /* beside XATTR_CREATE and XATTR_REPLACE in rq->flags */

static enum cbf__flow claim_to_set(struct cbf__request *rq);
static enum cbf__flow write_on(struct cbf__request *rq);

static enum cbf__flow reply_set(struct cbf__request *rq)
{
	return cbf__reply_error(rq, rq->error);
}

static enum cbf__flow set_closed(struct cbf__request *rq)
{
	if (rq->error && (rq->flags & CREATED))
		return cbf__call(rq, cbf__step_undo_stream, reply_set);
	return cbf__go(rq, reply_set);
}

static enum cbf__flow cut_off(struct cbf__request *rq)
{
	rq->error = rq->result;
	return cbf__call(rq, cbf__step_close_own, set_closed);
}

static enum cbf__flow write_answered(struct cbf__request *rq)
{
	size_t written = rq->event.write_file.bytes_written;

	rq->error = rq->result;
	if (!rq->error && written == 0)
		rq->error = EIO;
	if (rq->error)
		return cbf__call(rq, cbf__step_close_own, set_closed);
	rq->offset += written;
	return cbf__go(rq, write_on);
}

static enum cbf__flow write_on(struct cbf__request *rq)
{
	if (rq->offset < rq->size) {
		CBF__MAKE_EVENT(&rq->event, write_file, .file_name = rq->subject, .deleted = rq->deleted,
				.position = rq->offset, .buffer = (const char *)rq->payload + rq->offset,
				.bytes_to_write = rq->size - rq->offset);
		return cbf__fire_then(rq, CBF__WRITE_FILE, write_answered);
	}
	if ((rq->flags & CREATED) || rq->info.size <= rq->size)
		return cbf__call(rq, cbf__step_close_own, set_closed);
	CBF__MAKE_EVENT(&rq->event, set_file_size, .file_name = rq->subject, .deleted = rq->deleted, .size = rq->size);
	return cbf__fire_then(rq, CBF__SET_FILE_SIZE, cut_off);
}

static enum cbf__flow set_opened(struct cbf__request *rq)
{
	return cbf__go(rq, rq->error ? reply_set : write_on);
}

static enum cbf__flow created(struct cbf__request *rq)
{
	if (!rq->error)
		rq->flags |= CREATED;
	return cbf__go(rq, set_opened);
}

static int set_fault(const struct cbf__request *rq)
{
	if (rq->error)
		return rq->error;
	if (!rq->exists && rq->deleted)
		return ENOENT;
	if (!rq->exists && (rq->flags & XATTR_REPLACE))
		return ENODATA;
	return rq->exists && (rq->flags & XATTR_CREATE) ? EEXIST : 0;
}

static enum cbf__flow set_told(struct cbf__request *rq)
{
	rq->error = set_fault(rq);
	if (rq->error)
		return cbf__go(rq, reply_set);
	if (cbf__lose_open_stream(rq)) {
		cbf__unclaim(rq);
		return cbf__go(rq, claim_to_set);
	}
	rq->open_flags = O_WRONLY;
	return rq->exists ? cbf__call(rq, cbf__step_open_if_closed, set_opened)
			  : cbf__call(rq, cbf__step_create_stream, created);
}

static enum cbf__flow set_claimed(struct cbf__request *rq)
{
	if (rq->error)
		return cbf__reply_done(rq);
	cbf__use_contexts(rq, rq->target, NULL);
	if (rq->deleted && !rq->file)
		return cbf__reply_error(rq, ENOENT);
	return cbf__call(rq, cbf__step_info, set_told);
}

static enum cbf__flow claim_to_set(struct cbf__request *rq)
{
	rq->turn = CBF__EXCLUSIVE_TURN;
	return cbf__call(rq, cbf__step_claim_stream, set_claimed);
}

enum cbf__flow cbf__set_stream_xattr(struct cbf__request *rq)
{
	int error = bind_stream(rq, EPERM, EINVAL);

	if (!error && cbf__is_too_large(rq->volume, rq->size))
		error = EFBIG;
	return error ? cbf__reply_error(rq, error) : cbf__go(rq, claim_to_set);
}

static enum cbf__flow removed(struct cbf__request *rq)
{
	if (rq->error == ENOENT)
		rq->error = ENODATA;
	return cbf__go(rq, reply_set);
}

static enum cbf__flow remove_claimed(struct cbf__request *rq)
{
	if (rq->error)
		return cbf__reply_done(rq);
	cbf__use_contexts(rq, rq->target, NULL);
	if (rq->deleted)
		return cbf__reply_error(rq, ENOENT); /* no name that could be taken away */
	return cbf__call(rq, cbf__step_delete_stream, removed);
}

enum cbf__flow cbf__remove_stream_xattr(struct cbf__request *rq)
{
	int error = bind_stream(rq, EPERM, ENODATA);

	if (error)
		return cbf__reply_error(rq, error);
	rq->turn = CBF__EXCLUSIVE_TURN;
	return cbf__call(rq, cbf__step_claim_stream, remove_claimed);
}
