/* SPDX-License-Identifier: MIT */
/* Named streams, by the attributes that they are shown as. */
#include "battery.h"

#include <fcntl.h>
#include <sys/stat.h>
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

static const char *tells(const struct firing *firing)
{
	EVENT_OF(firing, get_file_info);

	MUST(strcmp(e->file_name, "/streamed:stream") == 0);
	MUST(e->is_stream && !e->deleted);
	MUST(!b->file_exists && e->file_exists);
	MUST(e->info->size == 7 && e->info->allocation_size >= 7);
	MUST((e->info->mode & 07777) == 0644);
	MUST(e->info->uid == geteuid() && e->info->gid == getegid());
	MUST(e->result_code == 0);
	return NULL;
}

static const char *tells_none(const struct firing *firing)
{
	EVENT_OF(firing, get_file_info);

	MUST(strcmp(e->file_name, "/streamed:stream") == 0);
	MUST(e->is_stream && !e->file_exists);
	MUST(e->result_code == 0);
	return NULL;
}

static const char *creates(const struct firing *firing)
{
	EVENT_OF(firing, create_file);

	MUST(strcmp(e->file_name, "/streamed:stream") == 0);
	MUST(e->is_stream);
	MUST(e->mode == S_IFREG && e->rdev == 0);
	MUST((e->flags & (O_ACCMODE | O_CREAT | O_EXCL)) == (O_WRONLY | O_CREAT | O_EXCL));
	MUST(e->uid == geteuid() && e->gid == getegid());
	MUST(b->file_context == NULL && b->handle_context == NULL);
	MUST(e->file_context != NULL || e->handle_context != NULL);
	MUST(e->result_code == 0);
	return NULL;
}

static const char *opens(const struct firing *firing)
{
	EVENT_OF(firing, open_file);

	MUST(strcmp(e->file_name, "/streamed:stream") == 0);
	MUST(e->is_stream && !e->deleted);
	MUST((e->flags & O_ACCMODE) == O_RDONLY);
	MUST(b->file_context == NULL && b->handle_context == NULL);
	MUST(e->file_context != NULL || e->handle_context != NULL);
	MUST(e->result_code == 0);
	return NULL;
}

static const char *writes(const struct firing *firing)
{
	EVENT_OF(firing, write_file);

	MUST(strcmp(e->file_name, "/streamed:stream") == 0);
	MUST(!e->deleted && e->position == 0);
	MUST(e->bytes_to_write == 7 && memcmp(e->buffer, "content", 7) == 0);
	MUST(e->bytes_written == 7);
	MUST(b->file_context != NULL || b->handle_context != NULL);
	MUST(e->result_code == 0);
	return NULL;
}

static const char *reads(const struct firing *firing)
{
	EVENT_OF(firing, read_file);

	MUST(strcmp(e->file_name, "/streamed:stream") == 0);
	MUST(!e->deleted && e->position == 0);
	MUST(e->bytes_to_read == 7 && e->bytes_read == 7 && memcmp(e->buffer, "content", 7) == 0);
	MUST(b->file_context != NULL || b->handle_context != NULL);
	MUST(e->result_code == 0);
	return NULL;
}

static const char *closes_stream(const struct firing *firing)
{
	EVENT_OF(firing, close_file);

	MUST(strcmp(e->file_name, "/streamed:stream") == 0);
	MUST(e->last_handle && !e->pending_deletion);
	MUST(b->file_context != NULL || b->handle_context != NULL);
	return NULL;
}

static const char *may_go(const struct firing *firing)
{
	EVENT_OF(firing, can_file_be_deleted);

	MUST(strcmp(e->file_name, "/streamed:stream") == 0);
	MUST(e->is_stream);
	MUST(b->can_be_deleted && e->can_be_deleted);
	MUST(e->result_code == 0);
	return NULL;
}

static const char *deletes(const struct firing *firing)
{
	EVENT_OF(firing, delete_file);

	MUST(strcmp(e->file_name, "/streamed:stream") == 0);
	MUST(e->is_stream && !e->is_directory && e->last_name && !e->is_open);
	MUST(e->result_code == 0);
	return NULL;
}

static void shorten(struct battery *battery)
{
	put(battery, "/streamed", "main");
	DO(setxattr(at(battery, "/streamed"), "user.stream", "content", 7, 0));
	DO(setxattr(at(battery, "/streamed"), "user.stream", "less", 4, XATTR_REPLACE));
	DO(unlink(at(battery, "/streamed")));
}

static const char *cuts(const struct firing *firing)
{
	EVENT_OF(firing, set_file_size);

	MUST(strcmp(e->file_name, "/streamed:stream") == 0);
	MUST(!e->deleted && e->size == 4);
	MUST(b->file_context != NULL || b->handle_context != NULL);
	MUST(e->result_code == 0);
	return NULL;
}

static const struct row rows[] = {
	{CBF__ENUMERATE_NAMED_STREAMS, "listxattr, a stream", use_stream, gives_stream},
	{CBF__ENUMERATE_NAMED_STREAMS, "listxattr, the end", use_stream, ends},
	{CBF__CLOSE_NAMED_STREAMS_ENUMERATION, "listxattr", use_stream, closes},
	{CBF__GET_FILE_INFO, "getxattr, of a stream", use_stream, tells},
	{CBF__GET_FILE_INFO, "setxattr, of a stream that is new", use_stream, tells_none},
	{CBF__CREATE_FILE, "setxattr, of a stream", use_stream, creates},
	{CBF__WRITE_FILE, "setxattr, of a stream", use_stream, writes},
	{CBF__SET_FILE_SIZE, "setxattr, of a stream that was longer", shorten, cuts},
	{CBF__OPEN_FILE, "getxattr, of a stream", use_stream, opens},
	{CBF__READ_FILE, "getxattr, of a stream", use_stream, reads},
	{CBF__CLOSE_FILE, "getxattr, of a stream", use_stream, closes_stream},
	{CBF__CAN_FILE_BE_DELETED, "removexattr, of a stream", use_stream, may_go},
	{CBF__DELETE_FILE, "removexattr, of a stream", use_stream, deletes},
};
const struct rows stream_rows = ROWS_OF(rows);
