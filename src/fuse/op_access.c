/* SPDX-License-Identifier: MIT */
/* access, which the kernel sends for access(2) and chdir(2) if the application checks by itself; and what the other
 * operations need. */
#include "fuse/access_ops.h"

#include "volume.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { OPENED_TO_EXECUTE = 0x20 }; /* __FMODE_EXEC: the kernel lets it show among the flags */

unsigned cbf__access_of_mask(int mask, bool directory)
{
	unsigned desired = 0;

	if (mask & R_OK)
		desired |= CBF_ACCESS_READ_DATA;
	if (mask & W_OK)
		desired |= CBF_ACCESS_WRITE_DATA | CBF_ACCESS_APPEND_DATA | (directory ? CBF_ACCESS_DELETE_CHILD : 0);
	if (mask & X_OK)
		desired |= CBF_ACCESS_EXECUTE;
	return desired;
}

unsigned cbf__access_of_open(int flags)
{
	const int mode = flags & O_ACCMODE;
	unsigned desired = 0;

	if (flags & OPENED_TO_EXECUTE)
		desired |= CBF_ACCESS_EXECUTE;
	else if (mode != O_WRONLY)
		desired |= CBF_ACCESS_READ_DATA;
	if (mode != O_RDONLY)
		desired |= CBF_ACCESS_APPEND_DATA | (flags & O_APPEND ? 0 : CBF_ACCESS_WRITE_DATA);
	return desired | (flags & O_TRUNC ? CBF_ACCESS_WRITE_DATA : 0);
}

unsigned cbf__access_of_attributes(const struct cbf__attributes *attributes, bool by_handle)
{
	const unsigned times = CBF_SET_LAST_ACCESS_TIME | CBF_SET_LAST_WRITE_TIME | CBF_SET_CHANGE_TIME;
	const unsigned owner = CBF_SET_UID | CBF_SET_GID;
	unsigned desired = 0;

	if (attributes->valid & owner)
		desired |= CBF_ACCESS_WRITE_OWNER; /* a mode that comes along is what the kernel makes of the old one */
	else if (attributes->valid & CBF_SET_MODE)
		desired |= CBF_ACCESS_WRITE_DAC;
	if (attributes->set_size)
		return desired | (by_handle ? 0 : CBF_ACCESS_WRITE_DATA); /* "the time is now" comes along */
	return desired | (attributes->valid & times && !(attributes->valid & owner) ? CBF_ACCESS_WRITE_ATTRIBUTES : 0);
}

unsigned cbf__access_of_xattr(const char *name, bool write)
{
	if (strncmp(name, "system.posix_acl_", strlen("system.posix_acl_")) == 0)
		return write ? CBF_ACCESS_WRITE_DAC : CBF_ACCESS_READ_CONTROL;
	if (!write && strcmp(name, "security.capability") == 0)
		return 0; /* the kernel's own question, before it executes or writes */
	return write ? CBF_ACCESS_WRITE_EA : CBF_ACCESS_READ_EA;
}

static enum cbf__flow granted(struct cbf__request *rq)
{
	return cbf__reply_error(rq, 0);
}

void cbf__op_access(fuse_req_t fuse, fuse_ino_t ino, int mask)
{
	struct cbf__request *rq = cbf__op_begin(fuse);
	int error;

	if (!rq)
		return;
	error = cbf__request_bind(rq, ino, 0);
	if (!error)
		cbf__want_access(rq, rq->node, cbf__access_of_mask(mask, rq->node->type == S_IFDIR));
	cbf__op_run(rq, error, granted);
}
