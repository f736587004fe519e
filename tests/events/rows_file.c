/* SPDX-License-Identifier: MIT */
/* Open, create, clean up, close, flush. */
#include "battery.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

static void open_close(struct battery *battery)
{
	int fd;

	put(battery, "/opened", "x");
	DO(fd = open(at(battery, "/opened"), O_RDWR | O_APPEND | O_CLOEXEC));
	DO(close(fd));
	DO(unlink(at(battery, "/opened")));
}

static const char *opens(const struct firing *firing)
{
	EVENT_OF(firing, open_file);

	MUST(strcmp(e->file_name, "/opened") == 0);
	MUST(!e->deleted);
	MUST((e->flags & O_ACCMODE) == O_RDWR);
	MUST(e->flags & O_APPEND);
	MUST(!(e->flags & (O_CREAT | O_EXCL | O_TRUNC | O_DIRECTORY | O_PATH)));
	MUST(b->file_context == NULL && b->handle_context == NULL);
	MUST(e->file_context != NULL || e->handle_context != NULL);
	MUST(e->result_code == 0);
	return NULL;
}

static void open_directory(struct battery *battery)
{
	int fd;

	DO(mkdir(at(battery, "/opened-dir"), 0700));
	DO(fd = open(at(battery, "/opened-dir"), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	DO(close(fd));
	DO(rmdir(at(battery, "/opened-dir")));
}

static const char *opens_directory(const struct firing *firing)
{
	EVENT_OF(firing, open_file);

	MUST(strcmp(e->file_name, "/opened-dir") == 0);
	MUST(e->flags & O_DIRECTORY);
	MUST(b->file_context == NULL);
	MUST(e->result_code == 0);
	return NULL;
}

static void create(struct battery *battery)
{
	int fd;

	DO(fd = open(at(battery, "/created"), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
	DO(close(fd));
	DO(unlink(at(battery, "/created")));
}

static const char *creates(const struct firing *firing)
{
	EVENT_OF(firing, create_file);

	MUST(strcmp(e->file_name, "/created") == 0);
	MUST(e->mode == (S_IFREG | 0644));
	MUST((e->flags & O_ACCMODE) == O_RDWR);
	MUST((e->flags & O_CREAT) && (e->flags & O_EXCL) && !(e->flags & O_TRUNC));
	MUST(e->uid == geteuid() && e->gid == getegid());
	MUST(b->file_context == NULL && b->handle_context == NULL);
	MUST(e->file_context != NULL || e->handle_context != NULL);
	MUST(e->result_code == 0);
	return NULL;
}

static void make_directory(struct battery *battery)
{
	DO(mkdir(at(battery, "/made"), 01777));
	DO(rmdir(at(battery, "/made")));
}

static const char *makes_directory(const struct firing *firing)
{
	EVENT_OF(firing, create_file);

	MUST(strcmp(e->file_name, "/made") == 0);
	MUST(e->mode == (S_IFDIR | 01755));
	MUST(e->flags & O_DIRECTORY);
	MUST(b->file_context == NULL);
	MUST(e->result_code == 0);
	return NULL;
}

static void make_device(struct battery *battery)
{
	DO(mknod(at(battery, "/device"), S_IFCHR | 0600, makedev(1, 3)));
	DO(unlink(at(battery, "/device")));
}

static const char *makes_device(const struct firing *firing)
{
	EVENT_OF(firing, create_file);

	MUST(strcmp(e->file_name, "/device") == 0);
	MUST(e->mode == (S_IFCHR | 0600));
	MUST(e->rdev == makedev(1, 3));
	MUST(e->flags & O_PATH);
	MUST(e->result_code == 0);
	return NULL;
}

static const char *cleans_up(const struct firing *firing)
{
	EVENT_OF(firing, cleanup_file);

	MUST(strcmp(e->file_name, "/opened") == 0);
	MUST(b->file_context != NULL || b->handle_context != NULL);
	MUST(e->result_code == 0);
	return NULL;
}

static const char *closes(const struct firing *firing)
{
	EVENT_OF(firing, close_file);

	MUST(strcmp(e->file_name, "/opened") == 0);
	MUST(!e->pending_deletion);
	MUST(e->last_handle);
	MUST(b->file_context != NULL || b->handle_context != NULL);
	MUST(e->result_code == 0);
	return NULL;
}

/* The name waits until the file is closed: CloseFile comes by its name then, whenever the kernel sends it. */
static void close_and_wait(struct battery *battery)
{
	int fd;

	put(battery, "/opened", "x");
	DO(fd = open(at(battery, "/opened"), O_RDONLY | O_CLOEXEC));
	DO(close(fd));
}

static void remove_first(struct battery *battery)
{
	(void)unlink(at(battery, "/opened"));
	close_and_wait(battery);
}

static void delete_while_open(struct battery *battery)
{
	int fd;

	DO(fd = open(at(battery, "/going"), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
	DO(unlink(at(battery, "/going")));
	DO(close(fd));
}

static const char *closes_what_is_deleted(const struct firing *firing)
{
	EVENT_OF(firing, close_file);

	MUST(strcmp(e->file_name, "/going") == 0);
	MUST(e->pending_deletion);
	MUST(e->last_handle);
	MUST(b->file_context != NULL || b->handle_context != NULL);
	MUST(e->result_code == 0);
	return NULL;
}

static void sync_file(struct battery *battery)
{
	int fd;

	DO(fd = open(at(battery, "/synced"), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
	DO(write(fd, "abc", 3));
	DO(fsync(fd));
	DO(close(fd));
	DO(unlink(at(battery, "/synced")));
}

static void sync_data(struct battery *battery)
{
	int fd;

	DO(fd = open(at(battery, "/synced"), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
	DO(write(fd, "abc", 3));
	DO(fdatasync(fd));
	DO(close(fd));
	DO(unlink(at(battery, "/synced")));
}

static const char *flushes(const struct firing *firing)
{
	EVENT_OF(firing, flush_file);

	MUST(strcmp(e->file_name, "/synced") == 0);
	MUST(!e->deleted && !e->data_only);
	MUST(e->file_context == b->file_context && e->file_context != NULL);
	MUST(e->result_code == 0);
	return NULL;
}

static const char *flushes_data(const struct firing *firing)
{
	EVENT_OF(firing, flush_file);

	MUST(strcmp(e->file_name, "/synced") == 0);
	MUST(!e->deleted && e->data_only);
	MUST(e->file_context != NULL);
	MUST(e->result_code == 0);
	return NULL;
}

static const struct row rows[] = {
	{CBF__OPEN_FILE, "open", open_close, opens},
	{CBF__OPEN_FILE, "open of a directory", open_directory, opens_directory},
	{CBF__CREATE_FILE, "open with O_CREAT", create, creates},
	{CBF__CREATE_FILE, "mkdir", make_directory, makes_directory},
	{CBF__CREATE_FILE, "mknod", make_device, makes_device},
	{CBF__CLEANUP_FILE, "close", remove_first, cleans_up},
	{CBF__CLOSE_FILE, "close", remove_first, closes},
	{CBF__CLOSE_FILE, "close of a deleted file", delete_while_open, closes_what_is_deleted},
	{CBF__FLUSH_FILE, "fsync", sync_file, flushes},
	{CBF__FLUSH_FILE, "fdatasync", sync_data, flushes_data},
};
const struct rows file_rows = ROWS_OF(rows);
