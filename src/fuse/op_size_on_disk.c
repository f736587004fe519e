/* SPDX-License-Identifier: MIT */
/* The valid data length and the compressed size of a file, by ioctl. */
#include "fuse/ioctl_ops.h"
#include "volume.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

static enum cbf__flow length_set(struct cbf__request *rq)
{
	return rq->result ? cbf__reply_error(rq, rq->result) : cbf__reply_ioctl(rq, 0, NULL, 0);
}

static enum cbf__flow size_told(struct cbf__request *rq)
{
	if (!rq->error && !rq->exists)
		rq->error = ENOENT;
	if (!rq->error && rq->ioctl.value > rq->info.size)
		rq->error = EINVAL;
	if (rq->error)
		return cbf__reply_done(rq);
	cbf__use_contexts(rq, rq->target, rq->handle);
	CBF__MAKE_EVENT(&rq->event, set_valid_data_length, .file_name = rq->subject, .deleted = rq->deleted,
			.valid_data_length = rq->ioctl.value);
	return cbf__fire_then(rq, CBF__SET_VALID_DATA_LENGTH, length_set);
}

static enum cbf__flow claimed_to_set(struct cbf__request *rq)
{
	if (rq->error)
		return cbf__reply_done(rq);
	cbf__use_contexts(rq, rq->target, rq->handle);
	return cbf__call(rq, cbf__step_info, size_told);
}

static enum cbf__flow start_set(struct cbf__request *rq)
{
	rq->turn = CBF__EXCLUSIVE_TURN;
	return cbf__call(rq, cbf__step_claim_node, claimed_to_set);
}

static int file_fault(const struct cbf__request *rq)
{
	if (rq->node->type == S_IFREG)
		return 0;
	return rq->node->type == S_IFDIR ? EISDIR : EINVAL;
}

int cbf__decode_set_valid_data_length(struct cbf__request *rq, uint64_t ino, const void *in, cbf__step *first)
{
	(void)ino;
	memcpy(&rq->ioctl.value, in, sizeof(rq->ioctl.value));
	*first = start_set;
	if (!cbf__hooked(rq->volume, CBF__SET_VALID_DATA_LENGTH))
		return EOPNOTSUPP;
	if ((rq->handle->flags & O_ACCMODE) == O_RDONLY)
		return EBADF;
	return file_fault(rq);
}

static enum cbf__flow reply_size(struct cbf__request *rq, uint64_t size)
{
	return cbf__reply_ioctl(rq, 0, &size, sizeof(size));
}

static enum cbf__flow compression_told(struct cbf__request *rq)
{
	if (rq->result)
		return cbf__reply_error(rq, rq->result);
	return reply_size(rq, rq->event.query_compression_info.compressed_file_size);
}

static enum cbf__flow allocation_told(struct cbf__request *rq)
{
	if (!rq->error && !rq->exists)
		rq->error = ENOENT;
	return rq->error ? cbf__reply_done(rq) : reply_size(rq, rq->info.allocation_size);
}

static enum cbf__flow claimed_to_get(struct cbf__request *rq)
{
	if (rq->error)
		return cbf__reply_done(rq);
	cbf__use_contexts(rq, rq->target, rq->handle);
	if (!cbf__hooked(rq->volume, CBF__QUERY_COMPRESSION_INFO))
		return cbf__call(rq, cbf__step_info, allocation_told);
	CBF__MAKE_EVENT(&rq->event, query_compression_info, .file_name = rq->subject, .deleted = rq->deleted);
	return cbf__fire_then(rq, CBF__QUERY_COMPRESSION_INFO, compression_told);
}

static enum cbf__flow start_get(struct cbf__request *rq)
{
	rq->turn = cbf__looking_turn(rq);
	return cbf__call(rq, cbf__step_claim_node, claimed_to_get);
}

int cbf__decode_get_compressed_size(struct cbf__request *rq, uint64_t ino, const void *in, cbf__step *first)
{
	(void)ino, (void)in;
	*first = start_get;
	return file_fault(rq);
}
