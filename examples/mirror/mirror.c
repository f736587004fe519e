/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE 1
#include "mirror.h"

#include <errno.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { SMALLEST_SECTOR = 512, LARGEST_SECTOR = 65536 };

/* SOURCE's own unit, so that df and stat -f show what they show there. */
static unsigned choose_sector_size(int root_fd)
{
	struct statvfs st;

	if (fstatvfs(root_fd, &st) != 0 || st.f_frsize < SMALLEST_SECTOR || st.f_frsize > LARGEST_SECTOR ||
	    (st.f_frsize & (st.f_frsize - 1)) != 0)
		return SMALLEST_SECTOR;
	return (unsigned)st.f_frsize;
}

static int init_ids_and_links(struct mirror *mirror)
{
	int error = file_id_space_init(&mirror->ids, mirror->source.root_fd);

	if (error)
		return error;
	error = link_index_init(&mirror->links, &mirror->source, &mirror->ids);
	if (error)
		file_id_space_destroy(&mirror->ids);
	return error;
}

int mirror_init(struct mirror *mirror, const char *source)
{
	int error;

	memset(mirror, 0, sizeof(*mirror));
	error = source_init(&mirror->source, source);
	if (error)
		return error;
	error = init_ids_and_links(mirror);
	if (error) {
		source_destroy(&mirror->source);
		return error;
	}
	atomic_init(&mirror->report.uses_log, false);
	mirror->is_root = geteuid() == 0;
	mirror->sector_size = choose_sector_size(mirror->source.root_fd);
	return 0;
}

void mirror_destroy(struct mirror *mirror)
{
	link_index_destroy(&mirror->links);
	file_id_space_destroy(&mirror->ids);
	source_destroy(&mirror->source);
}

int mirror_directory_id(struct mirror *mirror, const struct place *place, uint64_t *id)
{
	struct stat st;

	*id = CBF_ROOT_ID;
	if (!place->is_own)
		return 0;
	if (fstat(place->directory_fd, &st) != 0)
		return -errno;
	*id = file_id_of(&mirror->ids, &st);
	return 0;
}

void mirror_note_entry(struct mirror *mirror, const struct place *place)
{
	uint64_t directory_id;
	struct stat st;

	if (!link_index_is_active(&mirror->links) || mirror_directory_id(mirror, place, &directory_id) != 0)
		return;
	if (source_stat_entry(&mirror->source, place->directory_fd, place->name, &st) == 0)
		link_index_put(&mirror->links, directory_id, place->name, &st);
}

void mirror_note_removal(struct mirror *mirror, const struct place *place)
{
	uint64_t directory_id;

	if (link_index_is_active(&mirror->links) && mirror_directory_id(mirror, place, &directory_id) == 0)
		link_index_remove(&mirror->links, directory_id, place->name);
}

bool mirror_is_root_path(const char *path)
{
	return strcmp(path, "/") == 0;
}

void mirror_fill_info(struct mirror *mirror, struct cbf_file_info *info, const struct stat *st, bool is_root)
{
	cbf_file_info_from_stat(info, st);
	info->file_id = is_root ? CBF_ROOT_ID : file_id_of(&mirror->ids, st);
}
