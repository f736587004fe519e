/* SPDX-License-Identifier: MIT */
/* Names: deleted and moved. */
#include "battery.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static void delete_file(struct battery *battery)
{
	put(battery, "/going", "x");
	DO(unlink(at(battery, "/going")));
}

static const char *may_go(const struct firing *firing)
{
	EVENT_OF(firing, can_file_be_deleted);

	MUST(strcmp(e->file_name, "/going") == 0);
	MUST(b->can_be_deleted && e->can_be_deleted);
	MUST(e->result_code == 0);
	return NULL;
}

static const char *deletes(const struct firing *firing)
{
	EVENT_OF(firing, delete_file);

	MUST(strcmp(e->file_name, "/going") == 0);
	MUST(!e->is_directory);
	MUST(e->last_name);
	MUST(e->result_code == 0);
	return NULL;
}

static void delete_open(struct battery *battery)
{
	int fd;

	put(battery, "/going", "x");
	DO(fd = open(at(battery, "/going"), O_RDONLY | O_CLOEXEC));
	DO(unlink(at(battery, "/going")));
	DO(close(fd));
}

static const char *deletes_open(const struct firing *firing)
{
	EVENT_OF(firing, delete_file);

	MUST(strcmp(e->file_name, "/going") == 0);
	MUST(e->last_name && e->is_open);
	MUST(b->file_context != NULL);
	MUST(e->result_code == 0);
	return NULL;
}

static void delete_directory(struct battery *battery)
{
	DO(mkdir(at(battery, "/going-dir"), 0755));
	DO(rmdir(at(battery, "/going-dir")));
}

static const char *deletes_directory(const struct firing *firing)
{
	EVENT_OF(firing, delete_file);

	MUST(strcmp(e->file_name, "/going-dir") == 0);
	MUST(e->is_directory && e->last_name);
	MUST(e->result_code == 0);
	return NULL;
}

static const char *is_empty(const struct firing *firing)
{
	EVENT_OF(firing, is_directory_empty);

	MUST(strcmp(e->directory_name, "/going-dir") == 0);
	MUST(b->is_empty && e->is_empty);
	MUST(e->result_code == 0);
	return NULL;
}

static void delete_full(struct battery *battery)
{
	DO(mkdir(at(battery, "/full"), 0755));
	put(battery, "/full/x", "x");
	FAILS(rmdir(at(battery, "/full")), ENOTEMPTY);
	DO(unlink(at(battery, "/full/x")));
	DO(rmdir(at(battery, "/full")));
}

static const char *is_full(const struct firing *firing)
{
	EVENT_OF(firing, is_directory_empty);

	MUST(strcmp(e->directory_name, "/full") == 0);
	MUST(!e->is_empty);
	MUST(e->result_code == 0);
	return NULL;
}

static void rename_file(struct battery *battery)
{
	put(battery, "/old", "x");
	DO(rename(at(battery, "/old"), at(battery, "/new")));
	DO(unlink(at(battery, "/new")));
}

static const char *renames(const struct firing *firing)
{
	EVENT_OF(firing, rename_or_move_file);

	MUST(strcmp(e->file_name, "/old") == 0 && strcmp(e->new_file_name, "/new") == 0);
	MUST(!e->no_replace && !e->exchange);
	MUST(e->result_code == 0);
	return NULL;
}

static void rename_to_free_name(struct battery *battery)
{
	put(battery, "/old", "x");
	DO(renameat2(AT_FDCWD, at(battery, "/old"), AT_FDCWD, at(battery, "/new"), RENAME_NOREPLACE));
	DO(unlink(at(battery, "/new")));
}

static const char *renames_to_free_name(const struct firing *firing)
{
	EVENT_OF(firing, rename_or_move_file);

	MUST(strcmp(e->new_file_name, "/new") == 0);
	MUST(e->no_replace && !e->exchange);
	MUST(e->result_code == 0);
	return NULL;
}

static void exchange(struct battery *battery)
{
	put(battery, "/old", "x");
	put(battery, "/new", "y");
	DO(renameat2(AT_FDCWD, at(battery, "/old"), AT_FDCWD, at(battery, "/new"), RENAME_EXCHANGE));
	DO(unlink(at(battery, "/old")));
	DO(unlink(at(battery, "/new")));
}

static const char *exchanges(const struct firing *firing)
{
	EVENT_OF(firing, rename_or_move_file);

	MUST(strcmp(e->file_name, "/old") == 0 && strcmp(e->new_file_name, "/new") == 0);
	MUST(!e->no_replace && e->exchange);
	MUST(e->result_code == 0);
	return NULL;
}

static void rename_open(struct battery *battery)
{
	int fd;

	put(battery, "/old", "x");
	DO(fd = open(at(battery, "/old"), O_RDONLY | O_CLOEXEC));
	DO(rename(at(battery, "/old"), at(battery, "/new")));
	DO(close(fd));
	DO(unlink(at(battery, "/new")));
}

static const char *renames_open(const struct firing *firing)
{
	EVENT_OF(firing, rename_or_move_file);

	MUST(strcmp(e->file_name, "/old") == 0 && strcmp(e->new_file_name, "/new") == 0);
	MUST(b->file_context != NULL);
	MUST(e->result_code == 0);
	return NULL;
}

static const struct row rows[] = {
	{CBF__CAN_FILE_BE_DELETED, "unlink", delete_file, may_go},
	{CBF__DELETE_FILE, "unlink", delete_file, deletes},
	{CBF__DELETE_FILE, "unlink of an open file", delete_open, deletes_open},
	{CBF__DELETE_FILE, "rmdir", delete_directory, deletes_directory},
	{CBF__IS_DIRECTORY_EMPTY, "rmdir", delete_directory, is_empty},
	{CBF__IS_DIRECTORY_EMPTY, "rmdir of what is not empty", delete_full, is_full},
	{CBF__RENAME_OR_MOVE_FILE, "rename", rename_file, renames},
	{CBF__RENAME_OR_MOVE_FILE, "renameat2(RENAME_NOREPLACE)", rename_to_free_name, renames_to_free_name},
	{CBF__RENAME_OR_MOVE_FILE, "renameat2(RENAME_EXCHANGE)", exchange, exchanges},
	{CBF__RENAME_OR_MOVE_FILE, "rename of an open file", rename_open, renames_open},
};
const struct rows name_rows = ROWS_OF(rows);
