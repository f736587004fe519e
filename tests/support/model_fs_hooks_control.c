/* SPDX-License-Identifier: MIT */
/* The model filesystem's hooks of event_control.h, and its label and id. */
#include "model_fs_internal.h"

#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void get_volume_id(struct cbf_volume *volume, struct cbf_get_volume_id_event *event, void *user_data)
{
	struct mf_call call;

	(void)volume;
	if (mf__enter(&call, user_data, MF_GET_VOLUME_ID, event, NULL, NULL, &event->result_code))
		event->volume_id = MF_VOLUME_ID;
	mf__leave(&call);
}

static void get_volume_label(struct cbf_volume *volume, struct cbf_get_volume_label_event *event, void *user_data)
{
	struct mf_call call;

	(void)volume;
	if (mf__enter(&call, user_data, MF_GET_VOLUME_LABEL, event, NULL, NULL, &event->result_code))
		mf__give_name(&call, event->label, event->label_capacity, call.fs->label);
	mf__leave(&call);
}

static void set_volume_label(struct cbf_volume *volume, struct cbf_set_volume_label_event *event, void *user_data)
{
	struct mf_call call;

	(void)volume;
	if (mf__enter(&call, user_data, MF_SET_VOLUME_LABEL, event, NULL, NULL, &event->result_code))
		(void)snprintf(call.fs->label, sizeof(call.fs->label), "%s", event->label);
	mf__leave(&call);
}

/* What Fsctl and Ioctl have in common. */
struct exchange {
	unsigned known, code;
	const char *input;
	char *output;
	size_t length, capacity, *returned;
	int *value, *result_code;
};

static void reverse(const struct mf_call *call, const struct exchange *x)
{
	if (x->code != x->known) {
		*x->result_code = ENOTTY;
		return;
	}
	for (size_t i = 0; i < x->capacity; i++)
		if (x->output[i])
			mf__violation(call->fs, "the output of an ioctl is not zero on entry");
	for (size_t i = 0; i < x->length && i < x->capacity; i++)
		x->output[i] = x->input[x->length - 1 - i];
	*x->returned = call->bad == MF_BAD_COUNT ? x->capacity + 1 : x->capacity;
	*x->value = call->bad == MF_BAD_SIZE ? INT_MIN : MF_RETURN_VALUE;
}

static void on_fsctl(struct cbf_volume *volume, struct cbf_fsctl_event *event, void *user_data)
{
	const struct exchange x = {(unsigned)MF_FSCTL_REVERSE,
				   event->code,
				   event->input,
				   event->output,
				   event->input_length,
				   event->output_capacity,
				   &event->bytes_returned,
				   &event->return_value,
				   &event->result_code};
	struct mf_call call;

	(void)volume;
	if (mf__enter(&call, user_data, MF_FSCTL, event, event->file_name, event->file_context, &event->result_code))
		reverse(&call, &x);
	mf__leave(&call);
}

static void on_ioctl(struct cbf_volume *volume, struct cbf_ioctl_event *event, void *user_data)
{
	const struct exchange x = {(unsigned)MF_IOCTL_REVERSE,
				   event->code,
				   event->input,
				   event->output,
				   event->input_length,
				   event->output_capacity,
				   &event->bytes_returned,
				   &event->return_value,
				   &event->result_code};
	struct mf_call call;

	(void)volume;
	if (mf__enter(&call, user_data, MF_IOCTL, event, event->file_name, event->file_context, &event->result_code))
		reverse(&call, &x);
	mf__leave(&call);
}

void mf__hook_control(struct model_fs *fs, struct cbf_volume *volume)
{
	assert_int_equal(cbf_on_get_volume_id(volume, get_volume_id, fs), 0);
	assert_int_equal(cbf_on_get_volume_label(volume, get_volume_label, fs), 0);
	assert_int_equal(cbf_on_set_volume_label(volume, set_volume_label, fs), 0);
	assert_int_equal(cbf_on_fsctl(volume, on_fsctl, fs), 0);
	assert_int_equal(cbf_on_ioctl(volume, on_ioctl, fs), 0);
}
