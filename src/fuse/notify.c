/* SPDX-License-Identifier: MIT */
#include "fuse/notify.h"

#include "fuse/ops.h"
#include "volume.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/uio.h>

int cbf__notify_content(struct cbf_volume *volume, uint64_t node, uint64_t offset, uint64_t length)
{
	if (length > INT64_MAX - offset)
		length = 0;
	return fuse_lowlevel_notify_inval_inode(volume->session, node, (off_t)offset, (off_t)length);
}

int cbf__notify_name(struct cbf_volume *volume, uint64_t dir, const char *name)
{
	return fuse_lowlevel_notify_inval_entry(volume->session, dir, name, strlen(name));
}

/* libfuse has no function for it before 3.18, nor has an older linux/fuse.h the record. */
struct prune_message {
	uint32_t length;
	int32_t code;
	uint64_t unique; /* 0: no reply */
	uint32_t count;
	uint32_t padding;
	uint64_t spare;
};

static int write_all(struct cbf_volume *volume, const struct iovec *pieces, int count)
{
	struct pollfd room = {.fd = fuse_session_fd(volume->session), .events = POLLOUT};

	while (writev(room.fd, pieces, count) < 0)
		if (errno != EINTR && (errno != EAGAIN || poll(&room, 1, -1) < 0))
			return -errno;
	return 0;
}

int cbf__notify_prune(struct cbf_volume *volume, const uint64_t *nodes, size_t count)
{
	enum { PRUNE = 9 };
	const uint32_t size = (uint32_t)(count * sizeof(*nodes));
	uint64_t copy[CBF__PRUNE_MAX];
	struct prune_message message = {
		.length = (uint32_t)sizeof(message) + size, .code = PRUNE, .count = (uint32_t)count};
	const struct iovec pieces[] = {{&message, sizeof(message)}, {copy, size}};
	int refused = volume->reply_filter ? volume->reply_filter(0, PRUNE, volume->reply_filter_data) : 0;

	memcpy(copy, nodes, size);
	return refused ? -refused : write_all(volume, pieces, 2);
}
