/* SPDX-License-Identifier: MIT */
/* The model filesystem's hooks of event_stream.h. */
#include "model_fs_internal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void give_stream(struct mf_call *call, struct cbf_enumerate_named_streams_event *event)
{
	struct mf_enumeration *enumeration = event->enumeration_context;
	const struct mf_name *name;
	char endless[32];

	if (!enumeration)
		enumeration = mf__begin_enumeration(call, call->file, MF_STREAMS_ENUMERATION);
	event->enumeration_context = enumeration;
	if (enumeration->file != call->file)
		mf__violation(call->fs, "EnumerateNamedStreams %s goes on in another file", event->file_name);
	if (call->bad == MF_BAD_ENDLESS) {
		(void)snprintf(endless, sizeof(endless), "endless-%u", enumeration->endless++);
		event->named_stream_found = true;
		mf__give_name(call, event->stream_name, event->stream_name_capacity, endless);
		return;
	}
	if (enumeration->position >= enumeration->count)
		return;
	name = &enumeration->names[enumeration->position++];
	event->named_stream_found = true;
	mf__give_name(call, event->stream_name, event->stream_name_capacity, name->text);
}

static void enumerate_named_streams(struct cbf_volume *volume, struct cbf_enumerate_named_streams_event *event,
				    void *user_data)
{
	const struct mf_inode *inode;
	struct mf_call call;

	(void)volume;
	if (mf__enter(&call, user_data, MF_ENUMERATE_NAMED_STREAMS, event, event->file_name, event->file_context,
		      &event->result_code)) {
		inode = mf__subject(&call, event->file_name, event->deleted, event->file_context, event->handle_context,
				    true);
		if (inode && inode->stream_of)
			mf__violation(call.fs, "EnumerateNamedStreams %s of a stream", event->file_name);
		else if (inode)
			give_stream(&call, event);
	}
	mf__leave(&call);
}

static void close_named_streams_enumeration(struct cbf_volume *volume,
					    struct cbf_close_named_streams_enumeration_event *event, void *user_data)
{
	struct mf_call call;

	(void)volume;
	(void)mf__enter(&call, user_data, MF_CLOSE_NAMED_STREAMS_ENUMERATION, event, event->file_name,
			event->file_context, &event->result_code);
	if (!call.file)
		mf__violation(call.fs, "CloseNamedStreamsEnumeration %s has no file context", event->file_name);
	mf__end_enumeration(&call, event->enumeration_context, MF_STREAMS_ENUMERATION);
	mf__leave(&call);
}

void mf__hook_streams(struct model_fs *fs, struct cbf_volume *volume)
{
	assert_int_equal(cbf_on_enumerate_named_streams(volume, enumerate_named_streams, fs), 0);
	assert_int_equal(cbf_on_close_named_streams_enumeration(volume, close_named_streams_enumeration, fs), 0);
}
