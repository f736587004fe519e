/* SPDX-License-Identifier: MIT */
/* What a file is: GetFileInfo, SetFileAttributes, and the target of a symbolic link. */
#define _GNU_SOURCE 1
#include "hooks.h"
#include "inode_flags.h"
#include "open_file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static int stat_path(const struct mirror *mirror, const char *path, struct stat *st)
{
	struct place place;
	int error = place_find(&mirror->source, path, &place);

	if (error)
		return error;
	error = source_stat_entry(&mirror->source, place.directory_fd, place.name, st);
	place_release(&place);
	return error;
}

static int stat_open_file(const struct open_file *file, struct stat *st)
{
	if (!file)
		return -ENOENT;
	return fstat(file->fd, st) == 0 ? 0 : -errno;
}

static int add_flags(const struct mirror *mirror, const struct cbf_get_file_info_event *event)
{
	struct borrowed_fd file;
	int error = borrowed_fd_get(mirror, event->file_name, event->deleted, event->file_context, &file);

	if (error)
		return error;
	error = inode_flags_get(file.fd, event->info);
	borrowed_fd_release(&file);
	return error;
}

void hook_get_file_info(struct cbf_volume *volume, struct cbf_get_file_info_event *event, void *user_data)
{
	struct mirror *mirror = user_data;
	struct stat st;
	int error;

	(void)volume;
	error = event->deleted ? stat_open_file(event->file_context, &st) : stat_path(mirror, event->file_name, &st);
	if (error == 0) {
		event->file_exists = true;
		mirror_fill_info(mirror, event->info, &st, mirror_is_root_path(event->file_name));
		if (event->requested_info & CBF_INFO_FLAGS)
			event->result_code = -add_flags(mirror, event);
	} else if (error != -ENOENT && error != -ENOTDIR) {
		event->result_code = -error;
	}
}

static int change_owner(int fd, const struct cbf_set_file_attributes_event *event)
{
	uid_t uid = event->valid & CBF_SET_UID ? event->uid : (uid_t)-1;
	gid_t gid = event->valid & CBF_SET_GID ? event->gid : (gid_t)-1;

	if (!(event->valid & (CBF_SET_UID | CBF_SET_GID)))
		return 0;
	return fchownat(fd, "", uid, gid, AT_EMPTY_PATH) == 0 ? 0 : -errno;
}

static struct timespec time_to_set(unsigned valid, unsigned set, unsigned now, struct timespec given)
{
	if (valid & now)
		return (struct timespec){.tv_nsec = UTIME_NOW};
	return valid & set ? given : (struct timespec){.tv_nsec = UTIME_OMIT};
}

static int change_times(int fd, const struct cbf_set_file_attributes_event *event)
{
	const struct timespec times[2] = {
		time_to_set(event->valid, CBF_SET_LAST_ACCESS_TIME, CBF_SET_LAST_ACCESS_NOW, event->last_access_time),
		time_to_set(event->valid, CBF_SET_LAST_WRITE_TIME, CBF_SET_LAST_WRITE_NOW, event->last_write_time),
	};

	if (times[0].tv_nsec == UTIME_OMIT && times[1].tv_nsec == UTIME_OMIT)
		return 0; /* st_ctime cannot be set: the system does that */
	return utimensat(fd, "", times, AT_EMPTY_PATH) == 0 ? 0 : -errno;
}

void hook_set_file_attributes(struct cbf_volume *volume, struct cbf_set_file_attributes_event *event, void *user_data)
{
	struct borrowed_fd file;
	int error = borrowed_fd_get(user_data, event->file_name, event->deleted, event->file_context, &file);

	(void)volume;
	if (error == 0) {
		/* The owner first: that takes the set-ID bits away. */
		error = change_owner(file.fd, event);
		if (error == 0 && (event->valid & CBF_SET_MODE))
			error = source_change_mode(file.fd, event->mode & 07777);
		if (error == 0)
			error = change_times(file.fd, event);
		if (error == 0 && (event->valid & (CBF_SET_INODE_FLAGS | CBF_SET_PROJECT_ID)))
			error = inode_flags_set(file.fd, event);
		borrowed_fd_release(&file);
	}
	event->result_code = -error;
}

void hook_get_reparse_point(struct cbf_volume *volume, struct cbf_get_reparse_point_event *event, void *user_data)
{
	const struct mirror *mirror = user_data;
	struct place place;
	ssize_t length;
	int error = place_find(&mirror->source, event->file_name, &place);

	(void)volume;
	if (error) {
		event->result_code = -error;
		return;
	}
	length = readlinkat(place.directory_fd, place.name, event->target, event->target_capacity);
	if (length < 0)
		event->result_code = errno;
	else if ((size_t)length == event->target_capacity)
		event->result_code = ENAMETOOLONG;
	else
		event->target[length] = '\0';
	place_release(&place);
}
