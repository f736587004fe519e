/* SPDX-License-Identifier: MIT */
/* What makes files: of all types, and symbolic links. */
#define _GNU_SOURCE 1
#include "hooks.h"
#include "open_file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* What a new file shall be. */
struct new_file {
	mode_t mode;
	uid_t uid;
	gid_t gid;
};

enum { PERMISSIONS = 0777, ALL_MODE_BITS = 07777 };

/* In a directory with the set-group-ID bit, a new file has the directory's group, and a new directory the bit as well.
 */
static int inherit(const struct place *place, struct new_file *file)
{
	struct stat st;

	if (fstat(place->directory_fd, &st) != 0)
		return -errno;
	if (!(st.st_mode & S_ISGID))
		return 0;
	file->gid = (gid_t)-1;
	if (S_ISDIR(file->mode))
		file->mode |= S_ISGID;
	return 0;
}

/* Gives a file that root has just made to whom it belongs. fd may be O_PATH. */
static int give_away(const struct mirror *mirror, int fd, const struct new_file *file)
{
	if (!mirror->is_root)
		return 0;
	return fchownat(fd, "", file->uid, file->gid, AT_EMPTY_PATH) == 0 ? 0 : -errno;
}

/* The owner first: chown(2) takes the set-ID bits away, and before it nobody must have a file with root's. */
static int finish(const struct mirror *mirror, int fd, const struct new_file *file)
{
	struct stat st;
	int error = give_away(mirror, fd, file);

	if (error || S_ISLNK(file->mode))
		return error;
	if (fstat(fd, &st) != 0)
		return -errno;
	/* It differs in these bits, and where the directory has a default ACL. */
	if ((st.st_mode & ALL_MODE_BITS) != (file->mode & ALL_MODE_BITS))
		return source_change_mode(fd, file->mode & ALL_MODE_BITS);
	return 0;
}

static void undo(const struct place *place, const struct new_file *file)
{
	unlinkat(place->directory_fd, place->name, S_ISDIR(file->mode) ? AT_REMOVEDIR : 0);
}

static int create_regular(const struct mirror *mirror, const struct place *place, const struct new_file *file,
			  void **context)
{
	int fd = openat(place->directory_fd, place->name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY,
			file->mode & PERMISSIONS);
	int error;

	if (fd < 0)
		return -errno;
	error = finish(mirror, fd, file);
	if (error)
		close(fd);
	else
		error = open_file_new(fd, O_RDWR, context);
	if (error)
		undo(place, file);
	return error;
}

/* Is it what we have made, and not what somebody has put into its place meanwhile, for us to give it to him? */
static bool is_our_own(int fd, const struct new_file *file)
{
	struct stat st;

	return fstat(fd, &st) == 0 && (st.st_mode & S_IFMT) == (file->mode & S_IFMT) && st.st_uid == geteuid() &&
	       (S_ISDIR(st.st_mode) || st.st_nlink == 1);
}

/* For what is not opened when it is made. */
static int finish_by_name(const struct mirror *mirror, const struct place *place, const struct new_file *file)
{
	int fd = openat(place->directory_fd, place->name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	int error;

	if (fd < 0)
		return -errno;
	if (mirror->is_root && !is_our_own(fd, file)) {
		close(fd);
		return -ESTALE;
	}
	error = finish(mirror, fd, file);
	close(fd);
	if (error)
		undo(place, file);
	return error;
}

static int create_other(const struct mirror *mirror, const struct place *place, const struct new_file *file, dev_t rdev)
{
	mode_t mode = file->mode & (S_IFMT | PERMISSIONS);
	int error;

	if (S_ISDIR(mode))
		error = mkdirat(place->directory_fd, place->name, mode & PERMISSIONS);
	else
		error = mknodat(place->directory_fd, place->name, mode, rdev);
	return error ? -errno : finish_by_name(mirror, place, file);
}

static int create(struct mirror *mirror, struct cbf_create_file_event *event, const struct place *place)
{
	struct new_file file = {.mode = event->mode, .uid = event->uid, .gid = event->gid};
	int error = inherit(place, &file);

	if (error)
		return error;
	if (S_ISREG(file.mode))
		return create_regular(mirror, place, &file, &event->file_context);
	error = create_other(mirror, place, &file, event->rdev);
	if (error == 0 && S_ISDIR(file.mode))
		mirror_note_entry(mirror, place);
	return error;
}

void hook_create_file(struct cbf_volume *volume, struct cbf_create_file_event *event, void *user_data)
{
	struct mirror *mirror = user_data;
	struct place place;
	int error = place_find(&mirror->source, event->file_name, &place);

	if (error == 0) {
		error = create(mirror, event, &place);
		place_release(&place);
	}
	if (error == 0)
		open_file_route(volume, mirror, event->file_context);
	event->result_code = -error;
}

static int create_symbolic_link(const struct mirror *mirror, const struct cbf_set_reparse_point_event *event,
				const struct place *place)
{
	struct new_file file = {.mode = S_IFLNK, .uid = event->uid, .gid = event->gid};
	int error = inherit(place, &file);

	if (error)
		return error;
	if (symlinkat(event->target, place->directory_fd, place->name) != 0)
		return -errno;
	return finish_by_name(mirror, place, &file);
}

void hook_set_reparse_point(struct cbf_volume *volume, struct cbf_set_reparse_point_event *event, void *user_data)
{
	const struct mirror *mirror = user_data;
	struct place place;
	int error = place_find(&mirror->source, event->file_name, &place);

	(void)volume;
	if (error == 0) {
		error = create_symbolic_link(mirror, event, &place);
		place_release(&place);
	}
	event->result_code = -error;
}
