/* SPDX-License-Identifier: MIT */
/* Names that go and names that move, and what the link index is told about them. */
#define _GNU_SOURCE 1
#include "hooks.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static int remove_directory(struct mirror *mirror, const struct place *place)
{
	bool is_told = link_index_is_active(&mirror->links);
	struct stat st;

	/* Once it is gone, nobody can say what its id was. */
	if (is_told && source_stat_entry(&mirror->source, place->directory_fd, place->name, &st) != 0)
		is_told = false;
	if (unlinkat(place->directory_fd, place->name, AT_REMOVEDIR) != 0)
		return -errno;
	if (is_told)
		link_index_remove_directory(&mirror->links, file_id_of(&mirror->ids, &st));
	return 0;
}

static int remove_file(struct mirror *mirror, const struct place *place)
{
	if (unlinkat(place->directory_fd, place->name, 0) != 0)
		return -errno;
	mirror_note_removal(mirror, place);
	return 0;
}

void hook_delete_file(struct cbf_volume *volume, struct cbf_delete_file_event *event, void *user_data)
{
	struct mirror *mirror = user_data;
	struct place place;
	int error = place_find(&mirror->source, event->file_name, &place);

	(void)volume;
	if (error == 0) {
		error = event->is_directory ? remove_directory(mirror, &place) : remove_file(mirror, &place);
		place_release(&place);
	}
	event->result_code = -error;
}

static bool is_directory(const struct mirror *mirror, const struct place *place)
{
	struct stat st;

	return source_stat_entry(&mirror->source, place->directory_fd, place->name, &st) == 0 && S_ISDIR(st.st_mode);
}

static int rename_and_tell(struct mirror *mirror, const struct place *from, const struct place *to, unsigned flags)
{
	if (renameat2(from->directory_fd, from->name, to->directory_fd, to->name, flags) != 0)
		return -errno;
	if (flags & RENAME_EXCHANGE)
		mirror_note_entry(mirror, from);
	else
		mirror_note_removal(mirror, from);
	mirror_note_entry(mirror, to);
	return 0;
}

static int rename_places(struct mirror *mirror, const struct place *from, const struct place *to, unsigned flags)
{
	bool moves_directory = link_index_is_active(&mirror->links) &&
			       (is_directory(mirror, from) || ((flags & RENAME_EXCHANGE) && is_directory(mirror, to)));
	int error;

	if (moves_directory)
		link_index_begin_move(&mirror->links);
	error = rename_and_tell(mirror, from, to, flags);
	if (moves_directory)
		link_index_end_move(&mirror->links);
	return error;
}

void hook_rename_or_move_file(struct cbf_volume *volume, struct cbf_rename_or_move_file_event *event, void *user_data)
{
	struct mirror *mirror = user_data;
	unsigned flags = (event->no_replace ? RENAME_NOREPLACE : 0) | (event->exchange ? RENAME_EXCHANGE : 0);
	struct place from, to;
	int error = place_find(&mirror->source, event->file_name, &from);

	(void)volume;
	if (error == 0) {
		error = place_find(&mirror->source, event->new_file_name, &to);
		if (error == 0) {
			error = rename_places(mirror, &from, &to, flags);
			place_release(&to);
		}
		place_release(&from);
	}
	event->result_code = -error;
}
