/* SPDX-License-Identifier: MIT */
/* The enumeration of a directory. Each has a descriptor of its own, whose position is the enumeration's. */
#define _GNU_SOURCE 1
#include "hooks.h"
#include "open_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

struct listing {
	DIR *stream;
	dev_t device;
	bool has_true_numbers; /* d_ino of a file is its st_ino */
};

static bool is_dots(const char *name)
{
	return name[0] == '.' && (name[1] == '\0' || (name[1] == '.' && name[2] == '\0'));
}

/* Through the descriptor of the open directory if there is one: that is right even if its path is no longer. */
static int open_stream(const struct mirror *mirror, const char *path, const struct open_file *directory, DIR **stream)
{
	int fd, error;

	if (directory) {
		fd = openat(directory->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		fd = fd < 0 ? -errno : fd;
	} else {
		fd = source_open(&mirror->source, path, O_RDONLY | O_DIRECTORY);
	}
	if (fd < 0)
		return fd;
	*stream = fdopendir(fd);
	if (*stream)
		return 0;
	error = -errno;
	close(fd);
	return error;
}

static int describe(struct listing *listing)
{
	struct statfs volume;
	struct stat st;

	if (fstat(dirfd(listing->stream), &st) != 0 || fstatfs(dirfd(listing->stream), &volume) != 0)
		return -errno;
	listing->device = st.st_dev;
	listing->has_true_numbers = volume.f_type != OVERLAYFS_SUPER_MAGIC;
	return 0;
}

static int begin(const struct mirror *mirror, const struct cbf_enumerate_directory_event *event,
		 struct listing **listing)
{
	struct listing *made = calloc(1, sizeof(*made));
	int error;

	if (!made)
		return -ENOMEM;
	error = open_stream(mirror, event->directory_name, event->directory_context, &made->stream);
	if (error) {
		free(made);
		return error;
	}
	error = describe(made);
	if (error) {
		closedir(made->stream);
		free(made);
		return error;
	}
	*listing = made;
	return 0;
}

/* The id of a directory may be another than the entry says: it may be a mount point. (A file may be one too; then, as
 * natively, readdir(3) tells the number of the covered file, and stat(2) the other.) */
static bool entry_is_enough(const struct listing *listing, const struct dirent *entry, unsigned requested_info)
{
	return !(requested_info & ~(unsigned)(CBF_INFO_FILE_ID | CBF_INFO_TYPE)) && entry->d_type != DT_UNKNOWN &&
	       entry->d_type != DT_DIR && listing->has_true_numbers;
}

static void fill_from_entry(struct mirror *mirror, const struct listing *listing, const struct dirent *entry,
			    struct cbf_file_info *info)
{
	info->mode = (mode_t)DTTOIF(entry->d_type);
	info->file_id = file_id(&mirror->ids, listing->device, entry->d_ino);
}

static int fill(struct mirror *mirror, const struct listing *listing, const struct dirent *entry, unsigned requested,
		struct cbf_file_info *info)
{
	struct stat st;
	int error;

	if (entry_is_enough(listing, entry, requested)) {
		fill_from_entry(mirror, listing, entry, info);
		return 0;
	}
	error = source_stat_entry(&mirror->source, dirfd(listing->stream), entry->d_name, &st);
	if (error == 0)
		mirror_fill_info(mirror, info, &st, false);
	else if (error == -EACCES) /* a directory that may be read, but not entered: names are all that one gets */
		fill_from_entry(mirror, listing, entry, info);
	return error == -EACCES ? 0 : error;
}

/* Fills the event with the next entry, if there is one. What has vanished before we could look at it is passed over. */
static int next_entry(struct mirror *mirror, const struct listing *listing, struct cbf_enumerate_directory_event *event)
{
	const struct dirent *entry = NULL;
	size_t length;
	int error = -ENOENT;

	while (error == -ENOENT) {
		errno = 0;
		entry = readdir(listing->stream);
		if (!entry)
			return -errno;
		if (!is_dots(entry->d_name))
			error = fill(mirror, listing, entry, event->requested_info, event->info);
	}
	length = strlen(entry->d_name);
	if (error == 0 && length >= event->file_name_capacity)
		error = -ENAMETOOLONG;
	if (error)
		return error;
	memcpy(event->file_name, entry->d_name, length + 1);
	event->file_found = true;
	return 0;
}

void hook_enumerate_directory(struct cbf_volume *volume, struct cbf_enumerate_directory_event *event, void *user_data)
{
	struct mirror *mirror = user_data;
	struct listing *listing = event->enumeration_context;
	int error = 0;

	(void)volume;
	if (!listing)
		error = begin(mirror, event, &listing);
	else if (event->restart)
		rewinddir(listing->stream);
	event->enumeration_context = listing;
	if (error == 0)
		error = next_entry(mirror, listing, event);
	event->result_code = -error;
}

void hook_close_directory_enumeration(struct cbf_volume *volume, struct cbf_close_directory_enumeration_event *event,
				      void *user_data)
{
	struct listing *listing = event->enumeration_context;

	(void)volume;
	(void)user_data;
	if (!listing)
		return;
	closedir(listing->stream);
	free(listing);
}

void hook_is_directory_empty(struct cbf_volume *volume, struct cbf_is_directory_empty_event *event, void *user_data)
{
	const struct dirent *entry;
	DIR *stream;
	int error = open_stream(user_data, event->directory_name, event->directory_context, &stream);

	(void)volume;
	if (error == -EACCES) /* removing it needs no right to read it: rmdir(2) will tell */
		return;
	if (error) {
		event->result_code = -error;
		return;
	}
	while ((entry = readdir(stream)) && is_dots(entry->d_name))
		;
	event->is_empty = !entry;
	closedir(stream);
}
