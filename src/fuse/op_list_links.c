/* SPDX-License-Identifier: MIT */
/*
 * The names of a file, in pages, by CBF_IOC_LIST_LINKS (cbfuse/control.h).
 *
 * On a file's descriptor the enumeration lives on its handle. On a directory's descriptor, with a name, the file gets a
 * hidden handle that lives on the directory's until the enumeration is through, is started anew, or the directory is
 * closed.
 */
#include "fuse/ioctl_ops.h"
#include "volume.h"

#include <cbfuse/control.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>

_Static_assert(sizeof(struct cbf_links_page) == 16128, "the layout is the same everywhere");

static enum cbf__flow entry_start(struct cbf__request *rq);

static enum cbf__flow reply_page(struct cbf__request *rq)
{
	struct cbf_links_page *page;

	rq->text.length = 0;
	if (!rq->error && !cbf__buffer_reserve(&rq->text, sizeof(*page)))
		rq->error = ENOMEM;
	if (rq->error)
		return cbf__reply_done(rq);
	page = (struct cbf_links_page *)(void *)rq->text.bytes;
	memset(page, 0, offsetof(struct cbf_links_page, data));
	memcpy(page->name, rq->names[0], rq->name_lengths[0] + 1);
	page->cursor = rq->links.cursor;
	page->flags = rq->links.end ? CBF_LINKS_END : 0;
	page->length = (uint32_t)rq->data.length;
	memcpy(page->data, rq->data.bytes, rq->data.length);
	memset(page->data + rq->data.length, 0, sizeof(page->data) - rq->data.length);
	return cbf__reply_ioctl(rq, 0, page, sizeof(*page));
}

static enum cbf__flow file_page(struct cbf__request *rq)
{
	rq->closing = NULL;
	return cbf__go(rq, reply_page);
}

static enum cbf__flow file_claimed(struct cbf__request *rq)
{
	if (!rq->error && rq->deleted)
		rq->error = ENOENT;
	if (rq->error)
		return cbf__reply_done(rq);
	rq->closing = rq->handle;
	return cbf__call(rq, cbf__step_links_page, file_page);
}

static enum cbf__flow file_start(struct cbf__request *rq)
{
	rq->turn = CBF__EXCLUSIVE_TURN;
	return cbf__call(rq, cbf__step_claim_node, file_claimed);
}

/* When the enumeration is over, so is the hidden handle. */
static enum cbf__flow entry_page(struct cbf__request *rq)
{
	if (rq->handle->linked->links) {
		rq->closing = NULL;
		return cbf__go(rq, reply_page);
	}
	rq->closing = rq->handle->linked;
	rq->closing->linked_from = NULL;
	rq->handle->linked = NULL;
	return cbf__call(rq, cbf__step_close, reply_page);
}

static enum cbf__flow next_page(struct cbf__request *rq)
{
	rq->closing = rq->handle->linked;
	return cbf__call(rq, cbf__step_links_page, entry_page);
}

static enum cbf__flow entry_opened(struct cbf__request *rq)
{
	if (rq->error)
		return cbf__reply_done(rq);
	cbf__lock(rq);
	cbf__handle_publish(&rq->volume->tree, rq->own_handle, true);
	cbf__unlock(rq);
	rq->own_handle->linked_from = rq->handle;
	rq->handle->linked = rq->own_handle;
	rq->own_handle = NULL;
	return cbf__go(rq, next_page);
}

static enum cbf__flow entry_ready(struct cbf__request *rq)
{
	struct cbf__handle *linked = rq->handle->linked;

	rq->target = rq->claims.names[0].node;
	if (rq->target->type == S_IFDIR)
		return cbf__reply_error(rq, EISDIR);
	if (rq->links.cursor && (!linked || linked->node != rq->target))
		return cbf__reply_error(rq, EINVAL);
	if (rq->links.cursor)
		return cbf__go(rq, next_page);
	if (linked) {
		linked->linked_from = NULL;
		rq->handle->linked = NULL;
		cbf__close_in_background(rq->volume, linked);
	}
	rq->open_flags = O_PATH | O_NOFOLLOW;
	return cbf__call(rq, cbf__step_open, entry_opened);
}

static enum cbf__flow unknown_told(struct cbf__request *rq)
{
	cbf__learn_name(rq, 0);
	if (rq->error)
		return cbf__reply_done(rq);
	/* Known now, and held by rq->found: claim it with its turn. */
	cbf__unclaim(rq);
	return cbf__go(rq, entry_start);
}

static enum cbf__flow entry_claimed(struct cbf__request *rq)
{
	if (!rq->error && !cbf__handle_is_open(rq))
		rq->error = EBADF;
	if (rq->error)
		return cbf__reply_done(rq);
	if (rq->claims.names[0].node)
		return cbf__go(rq, entry_ready);
	if (rq->found)
		return cbf__reply_error(rq, ENOENT); /* came and went */
	rq->file = NULL;
	rq->handle_slot = NULL;
	return cbf__call(rq, cbf__step_info, unknown_told);
}

static enum cbf__flow entry_start(struct cbf__request *rq)
{
	cbf__claims_add_name(&rq->claims, rq->dirs[0], rq->names[0], rq->name_lengths[0], false, CBF__EXCLUSIVE_TURN);
	cbf__claims_add_node(&rq->claims, rq->dirs[0], NULL, CBF__EXCLUSIVE_TURN);
	return cbf__claim(rq, entry_claimed);
}

int cbf__decode_list_links(struct cbf__request *rq, uint64_t ino, const void *in, cbf__step *first)
{
	const struct cbf_links_page *page = in;

	if (!rq->volume->properties.use_hard_links)
		return EOPNOTSUPP;
	if (rq->node->stream) /* its names are its file's */
		return EINVAL;
	if (page->flags || !memchr(page->name, '\0', sizeof(page->name)))
		return EINVAL;
	rq->links.cursor = page->cursor;
	rq->links.page = sizeof(page->data);
	if (rq->node->type == S_IFDIR && page->name[0]) {
		*first = entry_start;
		return cbf__request_bind_name(rq, 0, ino, page->name);
	}
	*first = file_start;
	if (rq->node->type == S_IFDIR)
		return EISDIR;
	return page->name[0] ? ENOTDIR : 0;
}
