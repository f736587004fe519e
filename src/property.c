/* SPDX-License-Identifier: MIT */
/* What the properties of a volume are, and its limits. The setters of the others are in volume.c. */
#include "volume.h"

#include <errno.h>

enum { LEAST_CLUSTER = 512, LARGEST_CLUSTER = 1024 * 1024 };

static unsigned get_number(struct cbf_volume *volume, const unsigned *property)
{
	unsigned value;

	pthread_mutex_lock(&volume->lock);
	value = *property;
	pthread_mutex_unlock(&volume->lock);
	return value;
}

static const char *get_text(struct cbf_volume *volume, char *const *property)
{
	const char *text;

	pthread_mutex_lock(&volume->lock);
	text = *property;
	pthread_mutex_unlock(&volume->lock);
	return text;
}

static int set_number(struct cbf_volume *volume, unsigned *property, unsigned value)
{
	int error = cbf__volume_begin_change(volume);

	if (error)
		return error;
	*property = value;
	cbf__volume_end_change(volume);
	return 0;
}

#define GET_FLAG(name)                                                                                                 \
	bool cbf_get_##name(struct cbf_volume *volume)                                                                 \
	{                                                                                                              \
		bool on;                                                                                               \
                                                                                                                       \
		pthread_mutex_lock(&volume->lock);                                                                     \
		on = volume->properties.name;                                                                          \
		pthread_mutex_unlock(&volume->lock);                                                                   \
		return on;                                                                                             \
	}

GET_FLAG(keep_handle_creators)
GET_FLAG(use_hard_links)
GET_FLAG(use_file_ids)
GET_FLAG(fire_all_open_close_events)
GET_FLAG(serialize_access)
GET_FLAG(serialize_events)
GET_FLAG(use_directory_empty_check)
GET_FLAG(handle_all_fsctls)
GET_FLAG(use_object_ids)
GET_FLAG(use_disk_quotas)
GET_FLAG(use_inode_flags)
GET_FLAG(use_posix_acls)
GET_FLAG(file_cache)

void cbf_get_worker_threads(struct cbf_volume *volume, unsigned *min, unsigned *max)
{
	pthread_mutex_lock(&volume->lock);
	*min = volume->properties.min_workers;
	*max = volume->properties.max_workers;
	pthread_mutex_unlock(&volume->lock);
}

unsigned cbf_get_metadata_cache(struct cbf_volume *volume)
{
	return get_number(volume, &volume->properties.metadata_ms);
}

unsigned cbf_get_nonexistent_files_cache(struct cbf_volume *volume)
{
	return get_number(volume, &volume->properties.nonexistent_ms);
}

unsigned cbf_get_sector_size(struct cbf_volume *volume)
{
	return get_number(volume, &volume->properties.sector_size);
}

const char *cbf_get_file_system_name(struct cbf_volume *volume)
{
	const char *name = get_text(volume, &volume->properties.file_system_name);

	return name ? name : CBF__DEFAULT_FILE_SYSTEM_NAME;
}

const char *cbf_get_source_name(struct cbf_volume *volume)
{
	const char *name = get_text(volume, &volume->properties.source_name);

	return name ? name : cbf_get_file_system_name(volume);
}

const char *cbf_get_mount_options(struct cbf_volume *volume)
{
	const char *options = get_text(volume, &volume->properties.mount_options);

	return options ? options : "";
}

const char *cbf_get_hard_links_xattr(struct cbf_volume *volume)
{
	return get_text(volume, &volume->properties.hard_links_xattr);
}

const char *cbf_get_mount_point(struct cbf_volume *volume)
{
	return get_text(volume, &volume->mount_point);
}

int cbf_set_keep_handle_creators(struct cbf_volume *volume, bool on)
{
	int error = cbf__volume_begin_change(volume);

	if (error)
		return error;
	volume->properties.keep_handle_creators = on;
	cbf__volume_end_change(volume);
	return 0;
}

int cbf_set_use_posix_acls(struct cbf_volume *volume, bool on)
{
	int error = cbf__volume_begin_change(volume);

	if (error)
		return error;
	volume->properties.use_posix_acls = on;
	cbf__volume_end_change(volume);
	return 0;
}

int cbf_set_max_file_name_length(struct cbf_volume *volume, unsigned bytes)
{
	if (bytes < 1 || bytes > CBF_NAME_MAX)
		return -EINVAL;
	return set_number(volume, &volume->properties.max_file_name_length, bytes);
}

unsigned cbf_get_max_file_name_length(struct cbf_volume *volume)
{
	return get_number(volume, &volume->properties.max_file_name_length);
}

int cbf_set_max_file_path_length(struct cbf_volume *volume, unsigned bytes)
{
	return set_number(volume, &volume->properties.max_file_path_length, bytes);
}

unsigned cbf_get_max_file_path_length(struct cbf_volume *volume)
{
	return get_number(volume, &volume->properties.max_file_path_length);
}

int cbf_set_max_file_size(struct cbf_volume *volume, uint64_t bytes)
{
	int error = bytes > INT64_MAX ? -EINVAL : cbf__volume_begin_change(volume);

	if (error)
		return error;
	volume->properties.max_file_size = bytes;
	cbf__volume_end_change(volume);
	return 0;
}

uint64_t cbf_get_max_file_size(struct cbf_volume *volume)
{
	uint64_t bytes;

	pthread_mutex_lock(&volume->lock);
	bytes = volume->properties.max_file_size;
	pthread_mutex_unlock(&volume->lock);
	return bytes;
}

int cbf_set_cluster_size(struct cbf_volume *volume, unsigned bytes)
{
	if (bytes && (bytes < LEAST_CLUSTER || bytes > LARGEST_CLUSTER || (bytes & (bytes - 1))))
		return -EINVAL;
	return set_number(volume, &volume->properties.cluster_size, bytes);
}

unsigned cbf_get_cluster_size(struct cbf_volume *volume)
{
	return get_number(volume, &volume->properties.cluster_size);
}
