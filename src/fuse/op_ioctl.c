/* SPDX-License-Identifier: MIT */
/*
 * ioctl: those that the library answers itself, by a table, and all others as Fsctl or Ioctl. With handle_all_fsctls
 * Fsctl comes first for those of Linux that are in the table; control.h is always the library's.
 */
#include "fuse/ioctl_ops.h"
#include "volume.h"

#include <cbfuse/control.h>
#include <errno.h>
#include <linux/fs.h>
#include <string.h>

enum { CONTROL_TYPE = 0xCB, BTRFS_TYPE = 0x94 };

struct control {
	unsigned command;
	size_t in, out;
	int (*decode)(struct cbf__request *rq, uint64_t ino, const void *in, cbf__step *first);
};

static const struct control controls[] = {
	{CBF_IOC_LIST_LINKS, sizeof(struct cbf_links_page), sizeof(struct cbf_links_page), cbf__decode_list_links},
	{CBF_IOC_IS_VOLUME, 0, sizeof(struct cbf_volume_version), cbf__decode_is_volume},
	{CBF_IOC_GET_VOLUME_ID, 0, sizeof(uint64_t), cbf__decode_get_volume_id},
	{CBF_IOC_GET_OBJECT_ID, 0, sizeof(struct cbf_object_id), cbf__decode_get_object_id},
	{CBF_IOC_CREATE_OBJECT_ID, 0, sizeof(struct cbf_object_id), cbf__decode_create_object_id},
	{CBF_IOC_SET_OBJECT_ID, sizeof(struct cbf_object_id), 0, cbf__decode_set_object_id},
	{CBF_IOC_DELETE_OBJECT_ID, 0, 0, cbf__decode_delete_object_id},
	{CBF_IOC_SET_VALID_DATA_LENGTH, sizeof(uint64_t), 0, cbf__decode_set_valid_data_length},
	{CBF_IOC_GET_COMPRESSED_SIZE, 0, sizeof(uint64_t), cbf__decode_get_compressed_size},
	{CBF_IOC_QUERY_QUOTA, sizeof(struct cbf_quota), sizeof(struct cbf_quota), cbf__decode_query_quota},
	{CBF_IOC_SET_QUOTA, sizeof(struct cbf_quota), 0, cbf__decode_set_quota},
	{CBF_IOC_GET_DEFAULT_QUOTA, 0, sizeof(struct cbf_default_quota), cbf__decode_get_default_quota},
	{CBF_IOC_SET_DEFAULT_QUOTA, sizeof(struct cbf_default_quota), 0, cbf__decode_set_default_quota},
	/* The number of the first two says "long", what goes over is an int. */
	{FS_IOC_GETFLAGS, 0, sizeof(int), cbf__decode_get_flags},
	{FS_IOC_SETFLAGS, sizeof(int), 0, cbf__decode_set_flags},
	{FS_IOC_FSGETXATTR, 0, sizeof(struct fsxattr), cbf__decode_get_fsxattr},
	{FS_IOC_FSSETXATTR, sizeof(struct fsxattr), 0, cbf__decode_set_fsxattr},
	{FS_IOC_GETFSLABEL, 0, FSLABEL_MAX, cbf__decode_get_label},
	{FS_IOC_SETFSLABEL, FSLABEL_MAX, 0, cbf__decode_set_label},
};

static const struct control *find_control(unsigned command)
{
	for (size_t i = 0; i < sizeof(controls) / sizeof(controls[0]); i++)
		if (controls[i].command == command)
			return &controls[i];
	return NULL;
}

static bool is_fsctl(unsigned command)
{
	switch (_IOC_TYPE(command)) {
	case 'f':
	case 'v':
	case 'X':
	case 'r':
	case BTRFS_TYPE:
		return true;
	default:
		return false;
	}
}

static enum cbf__flow run_control(struct cbf__request *rq, const struct control *control)
{
	cbf__step first = NULL;

	if (rq->size != control->in || rq->ioctl.capacity != control->out)
		rq->error = EINVAL;
	else
		rq->error = control->decode(rq, rq->node->id, rq->payload, &first);
	return rq->error ? cbf__reply_done(rq) : cbf__go(rq, first);
}

/* What became of an Fsctl or an Ioctl. */
static enum cbf__flow answer(struct cbf__request *rq, int value, size_t bytes)
{
	const struct control *control = find_control(rq->ioctl.command);

	if (rq->result == ENOTTY && control) {
		cbf__unclaim(rq);
		cbf__use_contexts(rq, NULL, NULL); /* they may go at any time now */
		return run_control(rq, control);
	}
	if (rq->result)
		return cbf__reply_error(rq, rq->result);
	return cbf__reply_ioctl(rq, value, rq->text.bytes, bytes);
}

static enum cbf__flow fsctl_answered(struct cbf__request *rq)
{
	return answer(rq, rq->event.fsctl.return_value, rq->event.fsctl.bytes_returned);
}

static enum cbf__flow ioctl_answered(struct cbf__request *rq)
{
	return answer(rq, rq->event.ioctl.return_value, rq->event.ioctl.bytes_returned);
}

static enum cbf__flow claimed(struct cbf__request *rq)
{
	const void *input = rq->size ? rq->payload : "";

	rq->text.length = 0;
	if (!rq->error && !cbf__buffer_reserve(&rq->text, rq->ioctl.capacity + 1))
		rq->error = ENOMEM;
	if (rq->error)
		return cbf__reply_done(rq);
	memset(rq->text.bytes, 0, rq->ioctl.capacity + 1);
	cbf__use_contexts(rq, rq->target, rq->handle);
	if (is_fsctl(rq->ioctl.command)) {
		CBF__MAKE_EVENT(&rq->event, fsctl, .file_name = rq->subject, .deleted = rq->deleted,
				.code = rq->ioctl.command, .input = input, .input_length = rq->size,
				.output = rq->text.bytes, .output_capacity = rq->ioctl.capacity);
		return cbf__fire_then(rq, CBF__FSCTL, fsctl_answered);
	}
	CBF__MAKE_EVENT(&rq->event, ioctl, .file_name = rq->subject, .deleted = rq->deleted, .code = rq->ioctl.command,
			.input = input, .input_length = rq->size, .output = rq->text.bytes,
			.output_capacity = rq->ioctl.capacity);
	return cbf__fire_then(rq, CBF__IOCTL, ioctl_answered);
}

static enum cbf__flow start(struct cbf__request *rq)
{
	rq->turn = CBF__EXCLUSIVE_TURN;
	return cbf__call(rq, cbf__step_claim_node, claimed);
}

static bool comes_to_hooks(const struct cbf__request *rq, const struct control *control)
{
	bool fsctl = is_fsctl(rq->ioctl.command);

	if (control && (!fsctl || !rq->volume->properties.handle_all_fsctls))
		return false;
	return cbf__hooked(rq->volume, fsctl ? CBF__FSCTL : CBF__IOCTL) && _IOC_TYPE(rq->ioctl.command) != CONTROL_TYPE;
}

static enum cbf__flow choose(struct cbf__request *rq)
{
	const struct control *control = find_control(rq->ioctl.command);

	if (comes_to_hooks(rq, control))
		return cbf__go(rq, start);
	return control ? run_control(rq, control) : cbf__reply_error(rq, ENOTTY);
}

void cbf__op_ioctl(fuse_req_t fuse, fuse_ino_t ino, unsigned command, void *argument, struct fuse_file_info *fi,
		   unsigned flags, const void *in, size_t in_size, size_t out_size)
{
	struct cbf__request *rq = cbf__op_begin(fuse);
	int error;

	(void)argument;
	(void)flags;
	if (!rq)
		return;
	rq->ioctl.command = command;
	rq->ioctl.capacity = out_size;
	rq->payload = in;
	rq->size = in_size;
	/* The kernel keeps to it; whoever else is at the other end shall not have us make room for 4 GiB. */
	error = in_size > _IOC_SIZE(command) || out_size > _IOC_SIZE(command) ? EINVAL : 0;
	if (!error)
		error = cbf__request_bind(rq, ino, fi->fh);
	if (!error && !rq->handle)
		error = EBADF;
	cbf__op_run(rq, error, choose);
}
