/* SPDX-License-Identifier: MIT */
#include "fuse/stream_xattr.h"

#include "volume.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

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

/* 0, or why the attribute in names[0] is not that of a stream. */
static int bind_stream(struct cbf__request *rq, int error)
{
	if (!may_have_streams(rq->node))
		return error;
	if (!cbf__bind_stream(rq, rq->names[0] + PREFIX_LENGTH, rq->name_lengths[0] - PREFIX_LENGTH))
		return error;
	return 0;
}

/* The kernel would take ENOSYS for "never, of no file". */
static int for_kernel(int error)
{
	return error == ENOSYS ? EOPNOTSUPP : error;
}

static enum cbf__flow reply_value(struct cbf__request *rq)
{
	if (rq->error)
		return cbf__reply_error(rq, for_kernel(rq->error));
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
	int error = bind_stream(rq, ENODATA);

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
