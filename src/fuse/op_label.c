/* SPDX-License-Identifier: MIT */
/* The volume's label, id and version, by ioctl. */
#include "fuse/ioctl_ops.h"
#include "volume.h"

#include <cbfuse/control.h>
#include <errno.h>
#include <linux/fs.h>
#include <string.h>

_Static_assert(FSLABEL_MAX == CBF_LABEL_MAX + 1, "a label and its NUL fit into Linux's ioctl");
_Static_assert(sizeof(struct cbf_volume_version) == 16, "the layout is the same everywhere");

static enum cbf__flow tell_version(struct cbf__request *rq)
{
	const struct cbf_volume_version version = {
		.major = CBF_VERSION_MAJOR, .minor = CBF_VERSION_MINOR, .patch = CBF_VERSION_PATCH};

	return cbf__reply_ioctl(rq, 0, &version, sizeof(version));
}

int cbf__decode_is_volume(struct cbf__request *rq, uint64_t ino, const void *in, cbf__step *first)
{
	(void)rq, (void)ino, (void)in;
	*first = tell_version;
	return 0;
}

static enum cbf__flow id_told(struct cbf__request *rq)
{
	uint64_t id = rq->event.get_volume_id.volume_id;

	return rq->result ? cbf__reply_error(rq, rq->result) : cbf__reply_ioctl(rq, 0, &id, sizeof(id));
}

static enum cbf__flow ask_id(struct cbf__request *rq)
{
	CBF__MAKE_EVENT(&rq->event, get_volume_id, .volume_id = 0);
	return cbf__fire_then(rq, CBF__GET_VOLUME_ID, id_told);
}

int cbf__decode_get_volume_id(struct cbf__request *rq, uint64_t ino, const void *in, cbf__step *first)
{
	(void)rq, (void)ino, (void)in;
	*first = ask_id;
	return 0;
}

static enum cbf__flow label_told(struct cbf__request *rq)
{
	size_t length;

	if (rq->result)
		return cbf__reply_error(rq, rq->result);
	length = strlen(rq->text.bytes);
	memset(rq->text.bytes + length, 0, FSLABEL_MAX - length); /* nothing but the label reaches the caller */
	return cbf__reply_ioctl(rq, 0, rq->text.bytes, FSLABEL_MAX);
}

static enum cbf__flow ask_label(struct cbf__request *rq)
{
	rq->text.length = 0;
	if (!cbf__buffer_reserve(&rq->text, FSLABEL_MAX))
		return cbf__reply_error(rq, ENOMEM);
	rq->text.bytes[0] = '\0';
	CBF__MAKE_EVENT(&rq->event, get_volume_label, .label = rq->text.bytes, .label_capacity = FSLABEL_MAX);
	return cbf__fire_then(rq, CBF__GET_VOLUME_LABEL, label_told);
}

int cbf__decode_get_label(struct cbf__request *rq, uint64_t ino, const void *in, cbf__step *first)
{
	(void)rq, (void)ino, (void)in;
	*first = ask_label;
	return 0;
}

static enum cbf__flow label_set(struct cbf__request *rq)
{
	return rq->result ? cbf__reply_error(rq, rq->result) : cbf__reply_ioctl(rq, 0, NULL, 0);
}

static enum cbf__flow set_label(struct cbf__request *rq)
{
	CBF__MAKE_EVENT(&rq->event, set_volume_label, .label = rq->text.bytes);
	return cbf__fire_then(rq, CBF__SET_VOLUME_LABEL, label_set);
}

int cbf__decode_set_label(struct cbf__request *rq, uint64_t ino, const void *in, cbf__step *first)
{
	(void)ino;
	*first = set_label;
	if (!cbf__hooked(rq->volume, CBF__SET_VOLUME_LABEL))
		return ENOTTY;
	if (rq->originator.uid != 0)
		return EPERM;
	if (!memchr(in, '\0', FSLABEL_MAX))
		return EINVAL;
	return cbf__buffer_set_string(&rq->text, in) ? 0 : ENOMEM;
}
