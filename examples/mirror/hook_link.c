/* SPDX-License-Identifier: MIT */
/* Hard links: making one, listing all, and the way from a FileId to a path. */
#define _GNU_SOURCE 1
#include "hooks.h"
#include "open_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int link_places(struct mirror *mirror, const struct place *from, const struct place *to)
{
	if (linkat(from->directory_fd, from->name, to->directory_fd, to->name, 0) != 0)
		return -errno;
	/* Both: a file that had one name until now is not in the index. */
	mirror_note_entry(mirror, from);
	mirror_note_entry(mirror, to);
	return 0;
}

void hook_create_hard_link(struct cbf_volume *volume, struct cbf_create_hard_link_event *event, void *user_data)
{
	struct mirror *mirror = user_data;
	struct place from, to;
	int error = place_find(&mirror->source, event->file_name, &from);

	(void)volume;
	if (error == 0) {
		error = place_find(&mirror->source, event->link_name, &to);
		if (error == 0) {
			error = link_places(mirror, &from, &to);
			place_release(&to);
		}
		place_release(&from);
	}
	event->result_code = -error;
}

/* The name that the file was asked for by. */
struct known_name {
	bool is_true; /* there is such a name, and it is the file's */
	uint64_t directory_id;
	const char *name;
};

static int look_at_name(struct mirror *mirror, const char *path, struct known_name *known, struct stat *st)
{
	struct place place;
	int error = place_find(&mirror->source, path, &place);

	if (error)
		return error;
	known->name = place.name;
	error = mirror_directory_id(mirror, &place, &known->directory_id);
	if (error == 0)
		error = source_stat_entry(&mirror->source, place.directory_fd, place.name, st);
	known->is_true = error == 0;
	place_release(&place);
	return error;
}

/* Which file it is: by the descriptor if it is open, since the name may have become another file's. */
static int identify(struct mirror *mirror, const struct cbf_enumerate_hard_links_event *event, struct known_name *known,
		    struct stat *st)
{
	const struct open_file *file = event->file_context;
	struct stat by_name = {0};
	int error = event->deleted ? -ENOENT : look_at_name(mirror, event->file_name, known, &by_name);

	if (!file) {
		*st = by_name;
		return error;
	}
	if (fstat(file->fd, st) != 0)
		return -errno;
	if (by_name.st_dev != st->st_dev || by_name.st_ino != st->st_ino)
		known->is_true = false;
	return 0;
}

static int add_known_name(struct link_set *names, const struct known_name *known, const char *path)
{
	char *copy;

	if (!known->is_true || link_set_has(names, known->directory_id, known->name))
		return 0;
	copy = strdup(path);
	return copy ? link_set_add(names, known->directory_id, copy) : -ENOMEM;
}

static int find_names(struct mirror *mirror, const struct cbf_enumerate_hard_links_event *event, struct link_set *names)
{
	struct known_name known = {0};
	struct stat st;
	int error = identify(mirror, event, &known, &st);

	if (error)
		return error;
	if (st.st_nlink == 0)
		return -ENOENT; /* it has lost its last name */
	if (st.st_nlink > 1 || !known.is_true)
		error = link_index_find(&mirror->links, &st, names);
	return error ? error : add_known_name(names, &known, event->file_name);
}

static int take_snapshot(struct mirror *mirror, const struct cbf_enumerate_hard_links_event *event,
			 struct link_set **names)
{
	struct link_set *made = calloc(1, sizeof(*made));
	int error;

	if (!made)
		return -ENOMEM;
	error = find_names(mirror, event, made);
	if (error) {
		link_set_clear(made);
		free(made);
		return error;
	}
	*names = made;
	return 0;
}

static void give_next(struct cbf_enumerate_hard_links_event *event, struct link_set *names)
{
	const struct link_set_name *name;

	if (names->position == names->count)
		return;
	name = &names->names[names->position++];
	if (strlen(name->name) >= event->link_name_capacity) {
		event->result_code = ENAMETOOLONG;
		return;
	}
	strcpy(event->link_name, name->name);
	event->parent_id = name->directory_id;
	event->link_found = true;
}

void hook_enumerate_hard_links(struct cbf_volume *volume, struct cbf_enumerate_hard_links_event *event, void *user_data)
{
	struct mirror *mirror = user_data;
	struct link_set *names = event->enumeration_context;
	int error = 0;

	(void)volume;
	if (!names)
		error = take_snapshot(mirror, event, &names);
	event->enumeration_context = names;
	if (error)
		event->result_code = -error;
	else
		give_next(event, names);
}

void hook_close_hard_links_enumeration(struct cbf_volume *volume, struct cbf_close_hard_links_enumeration_event *event,
				       void *user_data)
{
	struct link_set *names = event->enumeration_context;

	(void)volume;
	(void)user_data;
	if (!names)
		return;
	link_set_clear(names);
	free(names);
}

void hook_get_file_name_by_file_id(struct cbf_volume *volume, struct cbf_get_file_name_by_file_id_event *event,
				   void *user_data)
{
	struct mirror *mirror = user_data;
	char *path;
	int error = link_index_path(&mirror->links, event->file_id, &path);

	(void)volume;
	if (error) {
		event->result_code = -error;
		return;
	}
	if (strlen(path) < event->file_path_capacity)
		strcpy(event->file_path, path);
	else
		event->result_code = ENAMETOOLONG;
	free(path);
}
