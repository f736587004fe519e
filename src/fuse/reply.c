/* SPDX-License-Identifier: MIT */
#include "fuse/reply.h"

#include "step/access.h"
#include "volume.h"

#include <errno.h>
#include <string.h>

/* The hooks are through, so the claims go first: the caller's next request must not find the file still busy with the
 * one that it has got the answer to. What the claims held (rq->target) must not be used any more. */
static fuse_req_t take_fuse(struct cbf__request *rq)
{
	fuse_req_t fuse = rq->fuse;

	cbf__unclaim(rq);
	rq->target = NULL;
	rq->fuse = NULL;
	return fuse;
}

/* The one reply has been tried; that the caller has gone is not a failure of ours. */
static enum cbf__flow answered(int sent)
{
	(void)sent;
	return CBF__DONE;
}

enum cbf__flow cbf__reply_error(struct cbf__request *rq, int error)
{
	/* The kernel takes ENOSYS for "never, of no file", and stops asking: for opens, syncs, attributes and more. A
	 * hook means its one file. */
	return answered(fuse_reply_err(take_fuse(rq), error == ENOSYS ? EOPNOTSUPP : error));
}

enum cbf__flow cbf__reply_done(struct cbf__request *rq)
{
	return cbf__reply_error(rq, rq->error);
}

static double seconds(unsigned milliseconds)
{
	return milliseconds / 1000.0;
}

/* A stream changes by other doors as well: as an attribute, and with its file. What one caller may know another may not
 * if the application checks: each of them has to ask. */
static double timeout_of(const struct cbf__request *rq, const struct cbf__node *node)
{
	return node->stream || cbf__checks_access(rq->volume) ? 0 : seconds(rq->volume->properties.metadata_ms);
}

void cbf__fill_entry(const struct cbf__request *rq, const struct cbf__node *node, const struct cbf_file_info *info,
		     struct fuse_entry_param *entry)
{
	double timeout = timeout_of(rq, node);

	*entry = (struct fuse_entry_param){.ino = node->id, .attr_timeout = timeout, .entry_timeout = timeout};
	cbf__info_to_stat(rq->volume, node, info, &entry->attr);
}

/* The kernel counts a lookup for each entry that it gets; so do we, before it can forget it. */
static void give(struct cbf__request *rq, struct cbf__node *node)
{
	cbf__lock(rq);
	node->lookups++;
	cbf__unlock(rq);
}

void cbf__forget(struct cbf_volume *volume, uint64_t id, uint64_t lookups)
{
	struct cbf__node *node;

	pthread_mutex_lock(&volume->tree.lock);
	node = cbf__node_find(&volume->tree, id);
	if (node)
		cbf__node_forget(&volume->tree, node, lookups);
	pthread_mutex_unlock(&volume->tree.lock);
}

static void found_entry(struct cbf__request *rq, struct fuse_entry_param *entry)
{
	cbf__lock(rq);
	cbf__fill_entry(rq, rq->found, &rq->info, entry);
	cbf__unlock(rq);
	give(rq, rq->found);
}

enum cbf__flow cbf__reply_entry(struct cbf__request *rq)
{
	struct fuse_entry_param entry;

	if (rq->error)
		return cbf__reply_error(rq, rq->error);
	found_entry(rq, &entry);
	if (fuse_reply_entry(take_fuse(rq), &entry) != 0)
		cbf__forget(rq->volume, rq->found->id, 1);
	return CBF__DONE;
}

enum cbf__flow cbf__reply_no_entry(struct cbf__request *rq)
{
	struct fuse_entry_param entry = {.entry_timeout = seconds(rq->volume->properties.nonexistent_ms)};

	if (!rq->volume->properties.nonexistent_ms || cbf__checks_access(rq->volume))
		return cbf__reply_error(rq, ENOENT);
	return answered(fuse_reply_entry(take_fuse(rq), &entry));
}

enum cbf__flow cbf__reply_attr(struct cbf__request *rq)
{
	struct stat attr;
	double timeout;

	if (rq->error)
		return cbf__reply_error(rq, rq->error);
	timeout = timeout_of(rq, rq->target);
	cbf__lock(rq);
	cbf__info_to_stat(rq->volume, rq->target, &rq->info, &attr);
	cbf__unlock(rq);
	return answered(fuse_reply_attr(take_fuse(rq), &attr, timeout));
}

enum cbf__flow cbf__reply_bytes(struct cbf__request *rq, const void *bytes, size_t length)
{
	return answered(fuse_reply_buf(take_fuse(rq), bytes, length));
}

enum cbf__flow cbf__reply_content(struct cbf__request *rq, int fd)
{
	struct fuse_bufvec content = FUSE_BUFVEC_INIT(rq->size);

	content.buf[0].flags = FUSE_BUF_IS_FD | FUSE_BUF_FD_SEEK | FUSE_BUF_FD_RETRY;
	content.buf[0].fd = fd;
	content.buf[0].pos = (off_t)rq->offset;
	return answered(fuse_reply_data(take_fuse(rq), &content, 0));
}

enum cbf__flow cbf__reply_written(struct cbf__request *rq, size_t length)
{
	return answered(fuse_reply_write(take_fuse(rq), length));
}

enum cbf__flow cbf__reply_position(struct cbf__request *rq, uint64_t position)
{
	return answered(fuse_reply_lseek(take_fuse(rq), (off_t)position));
}

enum cbf__flow cbf__reply_target(struct cbf__request *rq, const char *target)
{
	return answered(fuse_reply_readlink(take_fuse(rq), target));
}

enum cbf__flow cbf__reply_statfs(struct cbf__request *rq, const struct statvfs *values)
{
	return answered(fuse_reply_statfs(take_fuse(rq), values));
}

enum cbf__flow cbf__reply_xattr(struct cbf__request *rq, const void *bytes, size_t length)
{
	if (rq->size == 0)
		return answered(fuse_reply_xattr(take_fuse(rq), length));
	if (length > rq->size)
		return cbf__reply_error(rq, ERANGE);
	return cbf__reply_bytes(rq, bytes, length);
}

enum cbf__flow cbf__reply_ioctl(struct cbf__request *rq, int value, const void *bytes, size_t length)
{
	return answered(fuse_reply_ioctl(take_fuse(rq), value, bytes, length));
}

static void publish(struct cbf__request *rq, struct fuse_file_info *fi)
{
	cbf__lock(rq);
	cbf__handle_publish(&rq->volume->tree, rq->own_handle, false);
	fi->fh = rq->own_handle->id;
	cbf__unlock(rq);
	fi->flags = rq->own_handle->flags;
	fi->direct_io = !rq->volume->properties.file_cache && rq->target->type != S_IFDIR;
}

/* The table has its own reference; ours goes, unless the handle is to be closed again. */
static void keep_open(struct cbf__request *rq)
{
	cbf__lock(rq);
	cbf__handle_release(&rq->volume->tree, rq->own_handle);
	cbf__unlock(rq);
	rq->own_handle = NULL;
}

enum cbf__flow cbf__reply_handle(struct cbf__request *rq, bool entry)
{
	struct fuse_file_info fi = {0};
	struct fuse_entry_param param;
	struct cbf__handle *handle = rq->own_handle;
	bool ours;
	int sent;

	/* The kernel may send the release before the call that replies returns: a reference of ours keeps the handle.
	 */
	publish(rq, &fi);
	if (entry)
		found_entry(rq, &param);
	sent = entry ? fuse_reply_create(take_fuse(rq), &param, &fi) : fuse_reply_open(take_fuse(rq), &fi);
	if (sent == 0) {
		keep_open(rq);
		return CBF__DONE;
	}
	if (entry)
		cbf__forget(rq->volume, rq->found->id, 1);
	cbf__lock(rq);
	ours = cbf__handle_withdraw(&rq->volume->tree, handle); /* else somebody guessed its number and released it */
	cbf__unlock(rq);
	if (!ours) {
		keep_open(rq);
		return CBF__DONE;
	}
	rq->own_handle = NULL;
	cbf__close_in_background(rq->volume, handle);
	return CBF__DONE;
}

enum cbf__flow cbf__reply_entries(struct cbf__request *rq)
{
	size_t count = rq->given.length / sizeof(uint64_t);

	if (fuse_reply_buf(take_fuse(rq), rq->data.bytes, rq->data.length) == 0)
		return CBF__DONE;
	for (size_t i = 0; i < count; i++) {
		uint64_t id;

		memcpy(&id, rq->given.bytes + i * sizeof(id), sizeof(id));
		cbf__forget(rq->volume, id, 1);
	}
	return CBF__DONE;
}
