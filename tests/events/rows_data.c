/* SPDX-License-Identifier: MIT */
/* Content, sizes, ranges, copies. */
#include "battery.h"

#include <fcntl.h>
#include <linux/falloc.h>
#include <unistd.h>

static int open_file(const struct battery *battery, const char *content)
{
	int fd;

	put(battery, "/data", content);
	DO(fd = open(at(battery, "/data"), O_RDWR | O_CLOEXEC));
	return fd;
}

static void finish(const struct battery *battery, int fd)
{
	DO(close(fd));
	DO(unlink(at(battery, "/data")));
}

static void read_file(struct battery *battery)
{
	char buffer[16];
	int fd = open_file(battery, "0123456789");

	battery_did(pread(fd, buffer, sizeof(buffer), 0) == 10 && memcmp(buffer, "0123456789", 10) == 0, "pread");
	finish(battery, fd);
}

static const char *reads(const struct firing *firing)
{
	EVENT_OF(firing, read_file);

	MUST(strcmp(e->file_name, "/data") == 0);
	MUST(!e->deleted);
	MUST(e->position == 0);
	MUST(e->bytes_to_read >= 10);
	MUST(b->bytes_read == 0 && e->bytes_read == 10);
	MUST(memcmp(e->buffer, "0123456789", 10) == 0);
	MUST(e->file_context != NULL || e->handle_context != NULL);
	MUST(e->file_context == b->file_context && e->handle_context == b->handle_context);
	MUST(e->result_code == 0);
	return NULL;
}

static void write_file(struct battery *battery)
{
	int fd = open_file(battery, "");

	battery_did(pwrite(fd, "written", 7, 5000) == 7, "pwrite");
	finish(battery, fd);
}

static const char *writes(const struct firing *firing)
{
	EVENT_OF(firing, write_file);

	MUST(strcmp(e->file_name, "/data") == 0);
	MUST(!e->deleted);
	MUST(e->position == 5000);
	MUST(e->bytes_to_write == 7 && memcmp(e->buffer, "written", 7) == 0);
	MUST(b->bytes_written == 0 && e->bytes_written == 7);
	MUST(e->file_context != NULL || e->handle_context != NULL);
	MUST(e->result_code == 0);
	return NULL;
}

static void write_deleted(struct battery *battery)
{
	int fd = open_file(battery, "");

	DO(unlink(at(battery, "/data")));
	battery_did(write(fd, "x", 1) == 1, "write");
	DO(close(fd));
}

static const char *writes_deleted(const struct firing *firing)
{
	EVENT_OF(firing, write_file);

	MUST(strcmp(e->file_name, "/data") == 0);
	MUST(e->deleted);
	MUST(e->position == 0 && e->bytes_to_write == 1 && e->bytes_written == 1);
	MUST(e->file_context != NULL || e->handle_context != NULL);
	MUST(e->result_code == 0);
	return NULL;
}

static void truncate_file(struct battery *battery)
{
	int fd = open_file(battery, "0123456789");

	DO(truncate(at(battery, "/data"), 7));
	finish(battery, fd);
}

static const char *sets_size(const struct firing *firing)
{
	EVENT_OF(firing, set_file_size);

	MUST(strcmp(e->file_name, "/data") == 0);
	MUST(!e->deleted);
	MUST(e->size == 7);
	MUST(b->file_context != NULL || b->handle_context != NULL);
	MUST(e->result_code == 0);
	return NULL;
}

static void allocate(struct battery *battery)
{
	int fd = open_file(battery, "0123456789");

	DO(fallocate(fd, FALLOC_FL_KEEP_SIZE, 4096, 8192));
	finish(battery, fd);
}

static const char *allocates(const struct firing *firing)
{
	EVENT_OF(firing, set_allocation_size);

	MUST(strcmp(e->file_name, "/data") == 0);
	MUST(!e->deleted);
	MUST(e->position == 4096 && e->length == 8192 && e->allocation_size == 12288);
	MUST(e->file_context != NULL || e->handle_context != NULL);
	MUST(e->result_code == 0);
	return NULL;
}

static void punch(struct battery *battery)
{
	int fd = open_file(battery, "0123456789");

	DO(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 2, 5));
	finish(battery, fd);
}

static const char *punches(const struct firing *firing)
{
	EVENT_OF(firing, zeroize_file_range);

	MUST(strcmp(e->file_name, "/data") == 0);
	MUST(!e->deleted);
	MUST(e->position == 2 && e->length == 5);
	MUST(e->punch_hole);
	MUST(e->file_context != NULL || e->handle_context != NULL);
	MUST(e->result_code == 0);
	return NULL;
}

static void seek_data(struct battery *battery)
{
	int fd = open_file(battery, "");

	battery_did(pwrite(fd, "x", 1, 1 << 20) == 1, "pwrite");
	battery_did(lseek(fd, 4096, SEEK_DATA) == 1 << 20, "lseek(SEEK_DATA)");
	finish(battery, fd);
}

static const char *queries_ranges(const struct firing *firing)
{
	EVENT_OF(firing, query_allocated_ranges);

	MUST(strcmp(e->file_name, "/data") == 0);
	MUST(!e->deleted);
	MUST(e->position == 4096);
	MUST(!b->range_found && e->range_found);
	MUST(e->range_position == 1 << 20 && e->range_length >= 1);
	MUST(e->file_context != NULL || e->handle_context != NULL);
	MUST(e->result_code == 0);
	return NULL;
}

static void copy(struct battery *battery)
{
	loff_t from = 2, to = 1;
	int source = open_file(battery, "0123456789"), fd;

	put(battery, "/copy", "");
	DO(fd = open(at(battery, "/copy"), O_RDWR | O_CLOEXEC));
	battery_did(copy_file_range(source, &from, fd, &to, 5, 0) == 5, "copy_file_range");
	DO(close(fd));
	DO(unlink(at(battery, "/copy")));
	finish(battery, source);
}

static const char *copies(const struct firing *firing)
{
	EVENT_OF(firing, offload_write_file);

	MUST(strcmp(e->file_name, "/copy") == 0 && strcmp(e->source_file_name, "/data") == 0);
	MUST(!e->deleted && !e->source_deleted);
	MUST(e->position == 1 && e->transfer_offset == 2 && e->copy_length == 5);
	MUST(b->transfer_length == 0 && e->transfer_length == 5);
	MUST(e->file_context != NULL || e->handle_context != NULL);
	MUST(e->source_file_context != NULL || e->source_handle_context != NULL);
	MUST(e->source_file_context == NULL || e->source_file_context != e->file_context);
	MUST(e->result_code == 0);
	return NULL;
}

static const struct row rows[] = {
	{CBF__READ_FILE, "pread", read_file, reads},
	{CBF__WRITE_FILE, "pwrite", write_file, writes},
	{CBF__WRITE_FILE, "write to a deleted file", write_deleted, writes_deleted},
	{CBF__SET_FILE_SIZE, "truncate", truncate_file, sets_size},
	{CBF__SET_ALLOCATION_SIZE, "fallocate", allocate, allocates},
	{CBF__ZEROIZE_FILE_RANGE, "fallocate to punch a hole", punch, punches},
	{CBF__QUERY_ALLOCATED_RANGES, "lseek for data", seek_data, queries_ranges},
	{CBF__OFFLOAD_WRITE_FILE, "copy_file_range", copy, copies},
};
const struct rows data_rows = ROWS_OF(rows);
