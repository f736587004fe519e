/* SPDX-License-Identifier: MIT */
/* Named streams, by the attributes that they are shown as. */
#include "battery.h"

#include <sys/xattr.h>
#include <unistd.h>

static void use_stream(struct battery *battery)
{
	char names[64], value[64];

	put(battery, "/streamed", "main");
	DO(setxattr(at(battery, "/streamed"), "user.stream", "content", 7, XATTR_CREATE));
	battery_did(getxattr(at(battery, "/streamed"), "user.stream", value, sizeof(value)) == 7, "getxattr");
	battery_did(memcmp(value, "content", 7) == 0, "the content");
	battery_did(listxattr(at(battery, "/streamed"), names, sizeof(names)) == sizeof("user.stream"), "listxattr");
	battery_did(strcmp(names, "user.stream") == 0, "the name");
	DO(removexattr(at(battery, "/streamed"), "user.stream"));
	DO(unlink(at(battery, "/streamed")));
}

static const char *gives_stream(const struct firing *firing)
{
	EVENT_OF(firing, enumerate_named_streams);

	MUST(strcmp(e->file_name, "/streamed") == 0);
	MUST(!e->deleted);
	MUST(!b->named_stream_found && e->named_stream_found);
	MUST(e->stream_name_capacity > CBF_STREAM_NAME_MAX);
	MUST(strcmp(e->stream_name, "stream") == 0);
	MUST(e->stream_size == 7);
	MUST(e->stream_allocation_size >= 7);
	MUST(b->file_context != NULL || b->handle_context != NULL);
	MUST(b->enumeration_context == NULL && e->enumeration_context != NULL);
	MUST(e->result_code == 0);
	return NULL;
}

static const char *ends(const struct firing *firing)
{
	EVENT_OF(firing, enumerate_named_streams);

	MUST(strcmp(e->file_name, "/streamed") == 0);
	MUST(!e->named_stream_found);
	MUST(b->enumeration_context != NULL);
	MUST(e->result_code == 0);
	return NULL;
}

static const char *closes(const struct firing *firing)
{
	EVENT_OF(firing, close_named_streams_enumeration);

	MUST(strcmp(e->file_name, "/streamed") == 0);
	MUST(b->file_context != NULL || b->handle_context != NULL);
	MUST(b->enumeration_context != NULL);
	MUST(e->result_code == 0);
	return NULL;
}

static const struct row rows[] = {
	{CBF__ENUMERATE_NAMED_STREAMS, "listxattr, a stream", use_stream, gives_stream},
	{CBF__ENUMERATE_NAMED_STREAMS, "listxattr, the end", use_stream, ends},
	{CBF__CLOSE_NAMED_STREAMS_ENUMERATION, "listxattr", use_stream, closes},
};
const struct rows stream_rows = ROWS_OF(rows);
