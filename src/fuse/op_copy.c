/* SPDX-License-Identifier: MIT */
/* copy_file_range. The first claim is the file that is written, the second its source; both may be one file. */
#include "fuse/ops.h"
#include "tree/stream.h"
#include "volume.h"

#include <errno.h>
#include <string.h>

/* The reply has 32 bits for the count. Whole pages, as Linux itself would cut it. */
static const uint64_t longest_copy = UINT32_MAX & ~UINT64_C(4095);

static enum cbf__flow copy_start(struct cbf__request *rq);

static enum cbf__flow copied(struct cbf__request *rq)
{
	uint64_t length = rq->event.offload_write_file.transfer_length;

	if (rq->result)
		return cbf__reply_error(rq, rq->result);
	if (rq->deleted && length)
		cbf__remember_growth(rq, rq->offset + length);
	return cbf__reply_written(rq, (size_t)length);
}

static enum cbf__flow fire_copy(struct cbf__request *rq)
{
	const struct cbf__handle *handle = rq->source.handle;
	void *file_context, *handle_context;

	cbf__lock(rq);
	file_context = handle->file->context;
	handle_context = rq->volume->properties.fire_all_open_close_events ? handle->context
									   : handle->file->shared_handle_context;
	cbf__unlock(rq);
	cbf__use_contexts(rq, rq->target, rq->handle);
	CBF__MAKE_EVENT(&rq->event, offload_write_file, .file_name = rq->subject, .deleted = rq->deleted,
			.position = rq->offset, .source_file_name = rq->paths[1].bytes,
			.source_deleted = !rq->claims.names[1].in, .source_file_context = file_context,
			.source_handle_context = handle_context, .transfer_offset = rq->source.offset,
			.copy_length = rq->length);
	return cbf__fire_then(rq, CBF__OFFLOAD_WRITE_FILE, copied);
}

static void swap_files(struct cbf__request *rq)
{
	struct cbf__node *node = rq->node;
	struct cbf__handle *handle = rq->handle;

	rq->node = rq->source.node;
	rq->handle = rq->source.handle;
	rq->source.node = node;
	rq->source.handle = handle;
	rq->source.swapped = !rq->source.swapped;
}

/* The file has a name again, or none can be had. */
static enum cbf__flow name_was_sought(struct cbf__request *rq)
{
	if (rq->error)
		return cbf__reply_done(rq);
	cbf__unclaim(rq);
	if (rq->source.swapped)
		swap_files(rq);
	return cbf__go(rq, copy_start);
}

/* One of the two lost the name that was known: another one is asked for as if the request were about that file only. */
static enum cbf__flow seek_name(struct cbf__request *rq, unsigned i)
{
	cbf__unclaim(rq);
	rq->source.sought[i] = true;
	rq->name_sought = false;
	rq->turn = CBF__EXCLUSIVE_TURN;
	if (i == 1)
		swap_files(rq);
	return cbf__call(rq, cbf__step_claim_node, name_was_sought);
}

static bool lacks_name(struct cbf__request *rq, unsigned i)
{
	const struct cbf__name_claim *claim = &rq->claims.names[i];
	bool lacks;

	cbf__lock(rq);
	lacks = !claim->in && !cbf__node_is_dead(claim->node) && !rq->source.sought[i];
	cbf__unlock(rq);
	return lacks;
}

/* Another request may have found a name for one of them while this one waited for its turn without. */
static bool got_a_name(struct cbf__request *rq)
{
	bool named = false;

	cbf__lock(rq);
	for (unsigned i = 0; i < 2; i++)
		named |= !rq->claims.names[i].in && cbf__node_has_name(rq->claims.names[i].node);
	cbf__unlock(rq);
	return named;
}

static bool both_are_open(struct cbf__request *rq)
{
	bool open;

	cbf__lock(rq);
	open = rq->handle->id && rq->source.handle->id;
	cbf__unlock(rq);
	return open;
}

static enum cbf__flow copy_claimed(struct cbf__request *rq)
{
	rq->target = rq->node;
	if (!rq->error && !both_are_open(rq))
		rq->error = EBADF;
	if (rq->error)
		return cbf__reply_done(rq);
	if (got_a_name(rq)) {
		cbf__unclaim(rq);
		return cbf__go(rq, copy_start);
	}
	for (unsigned i = 0; i < 2; i++)
		if (lacks_name(rq, i))
			return seek_name(rq, i);
	return cbf__go(rq, fire_copy);
}

static enum cbf__flow copy_start(struct cbf__request *rq)
{
	cbf__claims_add_node(&rq->claims, rq->node, rq->handle->name, CBF__EXCLUSIVE_TURN);
	cbf__claims_add_node(&rq->claims, rq->source.node, rq->source.handle->name, cbf__looking_turn(rq));
	return cbf__claim(rq, copy_claimed);
}

static enum cbf__flow nothing_to_copy(struct cbf__request *rq)
{
	return cbf__reply_written(rq, 0);
}

static int type_fault(mode_t type)
{
	if (type == S_IFREG)
		return 0;
	return type == S_IFDIR ? EISDIR : EINVAL;
}

static int bind_both(struct cbf__request *rq, fuse_ino_t source, uint64_t source_fh, fuse_ino_t ino, uint64_t fh)
{
	int error = cbf__request_bind(rq, ino, fh);

	if (!error)
		error = cbf__request_bind_source(rq, source, source_fh);
	if (!error && (!rq->handle || !rq->source.handle))
		error = EBADF;
	if (!error)
		error = type_fault(rq->node->type);
	return error ? error : type_fault(rq->source.node->type);
}

static bool overlaps(const struct cbf__request *rq)
{
	return rq->node == rq->source.node && rq->offset < rq->source.offset + rq->length &&
	       rq->source.offset < rq->offset + rq->length;
}

/* With the codes of copy_file_range(2). */
static int range_fault(off_t source_offset, off_t offset, uint64_t length, int flags)
{
	if (flags || source_offset < 0 || offset < 0)
		return EINVAL;
	return length > (uint64_t)INT64_MAX - (uint64_t)source_offset || length > (uint64_t)INT64_MAX - (uint64_t)offset
		       ? EOVERFLOW
		       : 0;
}

void cbf__op_copy_file_range(fuse_req_t fuse, fuse_ino_t source, off_t source_offset, struct fuse_file_info *source_fi,
			     fuse_ino_t ino, off_t offset, struct fuse_file_info *fi, size_t length, int flags)
{
	struct cbf__request *rq = cbf__op_begin(fuse);
	int error;

	if (!rq)
		return;
	rq->source.offset = (uint64_t)source_offset;
	rq->offset = (uint64_t)offset;
	rq->length = length;
	error = range_fault(source_offset, offset, length, flags);
	if (!error)
		error = bind_both(rq, source, source_fi->fh, ino, fi->fh);
	if (!error && overlaps(rq))
		error = EINVAL;
	if (!error && length && cbf__is_too_large(rq->volume, rq->offset + 1))
		error = EFBIG;
	if (!error && cbf__is_too_large(rq->volume, rq->offset + rq->length))
		rq->length = rq->volume->properties.max_file_size - rq->offset;
	if (rq->length > longest_copy)
		rq->length = longest_copy;
	cbf__op_run(rq, error, length ? copy_start : nothing_to_copy);
}
