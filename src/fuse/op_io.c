/* SPDX-License-Identifier: MIT */
/* read, write, fsync, statfs. */
#include "fuse/ops.h"
#include "routed.h"
#include "volume.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/statvfs.h>

static enum cbf__flow read_answered(struct cbf__request *rq)
{
	if (rq->result)
		return cbf__reply_error(rq, rq->result);
	return cbf__reply_bytes(rq, rq->data.bytes, rq->event.read_file.bytes_read);
}

static enum cbf__flow read_claimed(struct cbf__request *rq)
{
	rq->data.length = 0;
	if (!rq->error && !cbf__buffer_reserve(&rq->data, rq->size ? rq->size : 1))
		rq->error = ENOMEM;
	if (rq->error)
		return cbf__reply_done(rq);
	cbf__use_contexts(rq, rq->target, rq->handle);
	CBF__MAKE_EVENT(&rq->event, read_file, .file_name = rq->subject, .deleted = rq->deleted, .position = rq->offset,
			.buffer = rq->data.bytes, .bytes_to_read = rq->size);
	return cbf__fire_then(rq, CBF__READ_FILE, read_answered);
}

static enum cbf__flow read_start(struct cbf__request *rq)
{
	rq->turn = cbf__looking_turn(rq);
	return cbf__call(rq, cbf__step_claim_node, read_claimed);
}

static enum cbf__flow read_routed(struct cbf__request *rq)
{
	size_t count;

	if (rq->size >= CBF__SPLICE_FROM && !rq->volume->has_custom_io) {
		rq->error = cbf__route_allow(rq->route, O_RDONLY);
		return rq->error ? cbf__reply_done(rq) : cbf__reply_content(rq, rq->route->fd);
	}
	rq->data.length = 0;
	if (!cbf__buffer_reserve(&rq->data, rq->size ? rq->size : 1))
		return cbf__reply_error(rq, ENOMEM);
	rq->error = cbf__route_read(rq->route, rq->data.bytes, rq->size, rq->offset, &count);
	return rq->error ? cbf__reply_done(rq) : cbf__reply_bytes(rq, rq->data.bytes, count);
}

static enum cbf__flow read_first(struct cbf__request *rq)
{
	return cbf__go(rq, cbf__take_route(rq, CBF_ROUTE_NO_READ) ? read_routed : read_start);
}

static int bind_range(struct cbf__request *rq, fuse_ino_t ino, size_t size, off_t offset,
		      const struct fuse_file_info *fi)
{
	int error;

	if (offset < 0)
		return EINVAL;
	rq->size = size;
	rq->offset = (uint64_t)offset;
	error = cbf__request_bind(rq, ino, fi->fh);
	if (!error && !rq->handle)
		error = EBADF;
	if (!error && rq->node->type != S_IFREG)
		error = rq->node->type == S_IFDIR ? EISDIR : EINVAL;
	return error;
}

void cbf__op_read(fuse_req_t fuse, fuse_ino_t ino, size_t size, off_t offset, struct fuse_file_info *fi)
{
	enum { MOST = 64 * 1024 * 1024 }; /* far above what the kernel asks for */
	struct cbf__request *rq = cbf__op_begin(fuse);

	if (rq)
		cbf__op_run(rq, size > MOST ? EINVAL : bind_range(rq, ino, size, offset, fi), read_first);
}

static enum cbf__flow write_answered(struct cbf__request *rq)
{
	size_t written = rq->event.write_file.bytes_written;

	if (rq->result)
		return cbf__reply_error(rq, rq->result);
	if (rq->deleted)
		cbf__remember_growth(rq, rq->offset + written);
	return cbf__reply_written(rq, written);
}

static enum cbf__flow write_claimed(struct cbf__request *rq)
{
	if (rq->error)
		return cbf__reply_done(rq);
	cbf__use_contexts(rq, rq->target, rq->handle);
	CBF__MAKE_EVENT(&rq->event, write_file, .file_name = rq->subject, .deleted = rq->deleted,
			.position = rq->offset, .buffer = rq->payload, .bytes_to_write = rq->size);
	return cbf__fire_then(rq, CBF__WRITE_FILE, write_answered);
}

static enum cbf__flow write_start(struct cbf__request *rq)
{
	rq->turn = CBF__EXCLUSIVE_TURN;
	return cbf__call(rq, cbf__step_claim_node, write_claimed);
}

static enum cbf__flow write_routed(struct cbf__request *rq)
{
	size_t count;

	rq->error = cbf__route_write(rq->route, rq->payload, rq->size, rq->offset, &count);
	return rq->error ? cbf__reply_done(rq) : cbf__reply_written(rq, count);
}

static enum cbf__flow write_first(struct cbf__request *rq)
{
	return cbf__go(rq, cbf__take_route(rq, CBF_ROUTE_NO_WRITE) ? write_routed : write_start);
}

/* At the largest size of a file. */
static int cut_off(struct cbf__request *rq)
{
	const uint64_t most = rq->volume->properties.max_file_size;

	if (!cbf__is_too_large(rq->volume, rq->offset + rq->size))
		return 0;
	if (rq->offset >= most)
		return EFBIG;
	rq->size = (size_t)(most - rq->offset);
	return 0;
}

void cbf__op_write(fuse_req_t fuse, fuse_ino_t ino, const char *bytes, size_t size, off_t offset,
		   struct fuse_file_info *fi)
{
	struct cbf__request *rq = cbf__op_begin(fuse);
	int error;

	if (!rq)
		return;
	rq->payload = bytes;
	error = bind_range(rq, ino, size, offset, fi);
	if (!error)
		error = cut_off(rq);
	cbf__op_run(rq, error, write_first);
}

static enum cbf__flow flushed(struct cbf__request *rq)
{
	return cbf__reply_error(rq, rq->result);
}

static enum cbf__flow fsync_claimed(struct cbf__request *rq)
{
	if (rq->error)
		return cbf__reply_done(rq);
	cbf__use_contexts(rq, rq->target, rq->handle);
	CBF__MAKE_EVENT(&rq->event, flush_file, .file_name = rq->subject, .deleted = rq->deleted,
			.data_only = rq->flags);
	return cbf__fire_then(rq, CBF__FLUSH_FILE, flushed);
}

static enum cbf__flow fsync_start(struct cbf__request *rq)
{
	rq->turn = CBF__EXCLUSIVE_TURN;
	return cbf__call(rq, cbf__step_claim_node, fsync_claimed);
}

void cbf__op_fsync(fuse_req_t fuse, fuse_ino_t ino, int data_only, struct fuse_file_info *fi)
{
	struct cbf__request *rq = cbf__op_begin(fuse);

	if (!rq)
		return;
	rq->flags = data_only;
	cbf__op_run(rq, cbf__request_bind(rq, ino, fi->fh), fsync_start);
}

static enum cbf__flow size_told(struct cbf__request *rq)
{
	const struct cbf_get_volume_size_event *event = &rq->event.get_volume_size;
	const unsigned cluster = rq->volume->properties.cluster_size;
	struct statvfs values = {.f_bsize = cluster ? cluster : rq->volume->properties.sector_size,
				 .f_frsize = rq->volume->properties.sector_size,
				 .f_blocks = event->total_sectors,
				 .f_bavail = event->available_sectors,
				 .f_bfree = event->free_sectors ? event->free_sectors : event->available_sectors,
				 .f_files = event->total_files,
				 .f_ffree = event->free_files,
				 .f_favail = event->free_files,
				 .f_namemax = rq->volume->properties.max_file_name_length};

	return rq->result ? cbf__reply_error(rq, rq->result) : cbf__reply_statfs(rq, &values);
}

static enum cbf__flow statfs_start(struct cbf__request *rq)
{
	memset(&rq->event.get_volume_size, 0, sizeof(rq->event.get_volume_size));
	return cbf__fire_then(rq, CBF__GET_VOLUME_SIZE, size_told);
}

void cbf__op_statfs(fuse_req_t fuse, fuse_ino_t ino)
{
	struct cbf__request *rq = cbf__op_begin(fuse);

	(void)ino;
	if (rq)
		cbf__op_run(rq, 0, statfs_start);
}
