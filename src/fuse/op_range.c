/* SPDX-License-Identifier: MIT */
/* fallocate, and lseek for data and holes. */
#include "fuse/ops.h"
#include "tree/stream.h"
#include "volume.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <string.h>
#include <unistd.h>

#ifndef SEEK_DATA
#define SEEK_DATA 3
#endif
#ifndef SEEK_HOLE
#define SEEK_HOLE 4
#endif

enum { ZEROIZING = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE, MODES = FALLOC_FL_KEEP_SIZE | ZEROIZING };

static enum cbf__flow claim_and_ask(struct cbf__request *rq);

/* Of a file that lost its name behind our back nothing was remembered. */
static bool size_is_known(struct cbf__request *rq)
{
	bool dead;

	cbf__lock(rq);
	dead = cbf__node_is_dead(rq->target);
	cbf__unlock(rq);
	return rq->exists && (rq->event.get_file_info.file_exists || dead);
}

/* A wrong size, or that of another file, would turn a file that is to grow into one that is cut off. */
static enum cbf__flow size_told(struct cbf__request *rq)
{
	if (!rq->error && cbf__lose_untrue_name(rq)) {
		cbf__unclaim(rq);
		return cbf__go(rq, claim_and_ask);
	}
	if (!rq->error && !size_is_known(rq))
		rq->error = ESTALE;
	return cbf__return(rq);
}

static enum cbf__flow claimed_to_ask(struct cbf__request *rq)
{
	if (rq->error)
		return cbf__return(rq);
	cbf__use_contexts(rq, rq->target, rq->handle);
	return cbf__call(rq, cbf__step_info, size_told);
}

/* A subroutine: claims rq->node as cbf__step_claim_node() does, and asks for its size: rq->info. */
static enum cbf__flow claim_and_ask(struct cbf__request *rq)
{
	return cbf__call(rq, cbf__step_claim_node, claimed_to_ask);
}

static int bind_open(struct cbf__request *rq, fuse_ino_t ino, const struct fuse_file_info *fi, int no_file)
{
	int error = cbf__request_bind(rq, ino, fi->fh);

	if (!error && !rq->handle)
		error = EBADF;
	if (!error && rq->node->type != S_IFREG)
		error = no_file;
	return error;
}

static enum cbf__flow file_resized(struct cbf__request *rq)
{
	if (!rq->result)
		cbf__remember_size(rq, rq->attributes.size);
	return cbf__reply_error(rq, rq->result);
}

static enum cbf__flow range_changed(struct cbf__request *rq)
{
	if (rq->result || !rq->attributes.set_size)
		return cbf__reply_error(rq, rq->result);
	CBF__MAKE_EVENT(&rq->event, set_file_size, .file_name = rq->subject, .deleted = rq->deleted,
			.size = rq->attributes.size);
	return cbf__fire_then(rq, CBF__SET_FILE_SIZE, file_resized);
}

static enum cbf__flow change_range(struct cbf__request *rq)
{
	cbf__use_contexts(rq, rq->target, rq->handle);
	if (rq->flags & ZEROIZING) {
		CBF__MAKE_EVENT(&rq->event, zeroize_file_range, .file_name = rq->subject, .deleted = rq->deleted,
				.position = rq->offset, .length = rq->length,
				.punch_hole = rq->flags & FALLOC_FL_PUNCH_HOLE);
		return cbf__fire_then(rq, CBF__ZEROIZE_FILE_RANGE, range_changed);
	}
	CBF__MAKE_EVENT(&rq->event, set_allocation_size, .file_name = rq->subject, .deleted = rq->deleted,
			.allocation_size = rq->offset + rq->length, .position = rq->offset, .length = rq->length);
	return cbf__fire_then(rq, CBF__SET_ALLOCATION_SIZE, range_changed);
}

static enum cbf__flow fallocate_claimed(struct cbf__request *rq)
{
	if (rq->error)
		return cbf__reply_done(rq);
	rq->attributes.size = rq->offset + rq->length;
	rq->attributes.set_size = !(rq->flags & FALLOC_FL_KEEP_SIZE) && rq->attributes.size > rq->info.size;
	return cbf__go(rq, change_range);
}

static enum cbf__flow fallocate_start(struct cbf__request *rq)
{
	rq->turn = CBF__EXCLUSIVE_TURN;
	return cbf__call(rq, rq->flags & FALLOC_FL_KEEP_SIZE ? cbf__step_claim_node : claim_and_ask, fallocate_claimed);
}

/* In the order, and with the codes, of Linux's own check. */
static int fallocate_fault(int mode, off_t offset, off_t length)
{
	if (offset < 0 || length <= 0)
		return EINVAL;
	if ((mode & ~MODES) || (mode & ZEROIZING) == ZEROIZING)
		return EOPNOTSUPP;
	if ((mode & FALLOC_FL_PUNCH_HOLE) && !(mode & FALLOC_FL_KEEP_SIZE))
		return EOPNOTSUPP;
	return length > INT64_MAX - offset ? EFBIG : 0;
}

void cbf__op_fallocate(fuse_req_t fuse, fuse_ino_t ino, int mode, off_t offset, off_t length, struct fuse_file_info *fi)
{
	struct cbf__request *rq = cbf__op_begin(fuse);
	int error;

	if (!rq)
		return;
	rq->flags = mode;
	rq->offset = (uint64_t)offset;
	rq->length = (uint64_t)length;
	error = fallocate_fault(mode, offset, length);
	if (!error)
		error = bind_open(rq, ino, fi, ENODEV);
	if (!error && !(mode & FALLOC_FL_PUNCH_HOLE) && cbf__is_too_large(rq->volume, rq->offset + rq->length))
		error = EFBIG;
	cbf__op_run(rq, error, fallocate_start);
}

static enum cbf__flow ask_range(struct cbf__request *rq);

/* The kernel asks for the sake of routed files, and this is none: what it would answer by itself. */
static enum cbf__flow all_is_data(struct cbf__request *rq)
{
	if (rq->offset >= rq->info.size)
		return cbf__reply_error(rq, ENXIO);
	return cbf__reply_position(rq, rq->flags == SEEK_DATA ? rq->offset : rq->info.size);
}

static enum cbf__flow range_told(struct cbf__request *rq)
{
	const struct cbf_query_allocated_ranges_event *event = &rq->event.query_allocated_ranges;
	uint64_t end = event->range_position + event->range_length;

	if (rq->result == EOPNOTSUPP && !cbf__hooked(rq->volume, CBF__QUERY_ALLOCATED_RANGES))
		return all_is_data(rq);
	if (rq->result)
		return cbf__reply_error(rq, rq->result);
	if (rq->flags == SEEK_DATA && !event->range_found)
		return cbf__reply_error(rq, ENXIO);
	if (rq->flags == SEEK_DATA)
		return cbf__reply_position(rq, event->range_position > rq->offset ? event->range_position : rq->offset);
	if (!event->range_found || event->range_position > rq->offset)
		return cbf__reply_position(rq, rq->offset);
	if (end >= rq->info.size) /* behind every file is a hole */
		return cbf__reply_position(rq, rq->info.size);
	rq->offset = end;
	return cbf__go(rq, ask_range);
}

static enum cbf__flow ask_range(struct cbf__request *rq)
{
	cbf__use_contexts(rq, rq->target, rq->handle);
	CBF__MAKE_EVENT(&rq->event, query_allocated_ranges, .file_name = rq->subject, .deleted = rq->deleted,
			.position = rq->offset);
	return cbf__fire_then(rq, CBF__QUERY_ALLOCATED_RANGES, range_told);
}

static enum cbf__flow lseek_claimed(struct cbf__request *rq)
{
	if (!rq->error && rq->flags == SEEK_HOLE && rq->offset >= rq->info.size)
		rq->error = ENXIO;
	return rq->error ? cbf__reply_done(rq) : cbf__go(rq, ask_range);
}

/* That no data follows is known from the ranges; where a file without a hole ends, from its size only. */
static enum cbf__flow lseek_start(struct cbf__request *rq)
{
	bool needs_size = rq->flags == SEEK_HOLE || !cbf__hooked(rq->volume, CBF__QUERY_ALLOCATED_RANGES);

	rq->turn = cbf__looking_turn(rq);
	return cbf__call(rq, needs_size ? claim_and_ask : cbf__step_claim_node, lseek_claimed);
}

static int lseek_fault(off_t offset, int whence)
{
	if (whence != SEEK_DATA && whence != SEEK_HOLE)
		return EINVAL;
	return offset < 0 ? ENXIO : 0;
}

void cbf__op_lseek(fuse_req_t fuse, fuse_ino_t ino, off_t offset, int whence, struct fuse_file_info *fi)
{
	struct cbf__request *rq = cbf__op_begin(fuse);
	int error;

	if (!rq)
		return;
	rq->flags = whence;
	rq->offset = (uint64_t)offset;
	error = lseek_fault(offset, whence);
	if (!error)
		error = bind_open(rq, ino, fi, EINVAL);
	cbf__op_run(rq, error, lseek_start);
}
