/* SPDX-License-Identifier: MIT */
/* The properties of a volume: each is set while the volume is idle, and can be read at any time. */
#include "volume.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	MAX_WORKERS = 1024,
	MIN_SECTOR = 512,
	MAX_SECTOR = 65536,
	LEAST_CLUSTER = 512,
	LARGEST_CLUSTER = 1024 * 1024,
};

static int set_flag(struct cbf_volume *volume, bool *property, bool on)
{
	int error = cbf__volume_begin_change(volume);

	if (error)
		return error;
	*property = on;
	cbf__volume_end_change(volume);
	return 0;
}

static bool get_flag(struct cbf_volume *volume, const bool *property)
{
	bool on;

	pthread_mutex_lock(&volume->lock);
	on = *property;
	pthread_mutex_unlock(&volume->lock);
	return on;
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

static unsigned get_number(struct cbf_volume *volume, const unsigned *property)
{
	unsigned value;

	pthread_mutex_lock(&volume->lock);
	value = *property;
	pthread_mutex_unlock(&volume->lock);
	return value;
}

/* value NULL: unset. */
static int set_string(struct cbf_volume *volume, char **property, const char *value)
{
	char *copy = value ? strdup(value) : NULL;
	int error = value && !copy ? -ENOMEM : cbf__volume_begin_change(volume);

	if (error) {
		free(copy);
		return error;
	}
	free(*property);
	*property = copy;
	cbf__volume_end_change(volume);
	return 0;
}

static const char *get_text(struct cbf_volume *volume, char *const *property)
{
	const char *text;

	pthread_mutex_lock(&volume->lock);
	text = *property;
	pthread_mutex_unlock(&volume->lock);
	return text;
}

#define GETTER(name)                                                                                                   \
	bool cbf_get_##name(struct cbf_volume *volume)                                                                 \
	{                                                                                                              \
		return get_flag(volume, &volume->properties.name);                                                     \
	}
#define FLAG(name)                                                                                                     \
	int cbf_set_##name(struct cbf_volume *volume, bool on)                                                         \
	{                                                                                                              \
		return set_flag(volume, &volume->properties.name, on);                                                 \
	}                                                                                                              \
	GETTER(name)

FLAG(fire_all_open_close_events)
FLAG(serialize_access)
FLAG(serialize_events)
FLAG(use_directory_empty_check)
FLAG(handle_all_fsctls)
FLAG(use_object_ids)
FLAG(use_disk_quotas)
FLAG(use_inode_flags)
FLAG(use_posix_acls)
FLAG(use_routing)
FLAG(keep_handle_creators)
FLAG(file_cache)
/* What is set together with another one. */
GETTER(use_hard_links)
GETTER(use_file_ids)
GETTER(use_alternate_data_streams)
GETTER(use_stream_paths)

int cbf_set_use_hard_links(struct cbf_volume *volume, bool on)
{
	int error = set_flag(volume, &volume->properties.use_hard_links, on);

	return error || !on ? error : set_flag(volume, &volume->properties.use_file_ids, true);
}

int cbf_set_use_file_ids(struct cbf_volume *volume, bool on)
{
	int error = cbf__volume_begin_change(volume);

	if (error)
		return error;
	if (!on && volume->properties.use_hard_links)
		error = -EINVAL;
	else
		volume->properties.use_file_ids = on;
	cbf__volume_end_change(volume);
	return error;
}

int cbf_set_use_alternate_data_streams(struct cbf_volume *volume, bool on)
{
	int error = cbf__volume_begin_change(volume);

	if (error)
		return error;
	if (!on && volume->properties.use_stream_paths)
		error = -EINVAL;
	else
		volume->properties.use_alternate_data_streams = on;
	cbf__volume_end_change(volume);
	return error;
}

int cbf_set_use_stream_paths(struct cbf_volume *volume, bool on)
{
	int error = set_flag(volume, &volume->properties.use_stream_paths, on);

	return error || !on ? error : set_flag(volume, &volume->properties.use_alternate_data_streams, true);
}

int cbf_set_worker_threads(struct cbf_volume *volume, unsigned min, unsigned max)
{
	int error;

	if (max > MAX_WORKERS || min > MAX_WORKERS || (max && min > max))
		return -EINVAL;
	error = set_number(volume, &volume->properties.min_workers, min);
	return error ? error : set_number(volume, &volume->properties.max_workers, max);
}

void cbf_get_worker_threads(struct cbf_volume *volume, unsigned *min, unsigned *max)
{
	pthread_mutex_lock(&volume->lock);
	*min = volume->properties.min_workers;
	*max = volume->properties.max_workers;
	pthread_mutex_unlock(&volume->lock);
}

int cbf_set_metadata_cache(struct cbf_volume *volume, unsigned milliseconds)
{
	return set_number(volume, &volume->properties.metadata_ms, milliseconds);
}

unsigned cbf_get_metadata_cache(struct cbf_volume *volume)
{
	return get_number(volume, &volume->properties.metadata_ms);
}

int cbf_set_nonexistent_files_cache(struct cbf_volume *volume, unsigned milliseconds)
{
	return set_number(volume, &volume->properties.nonexistent_ms, milliseconds);
}

unsigned cbf_get_nonexistent_files_cache(struct cbf_volume *volume)
{
	return get_number(volume, &volume->properties.nonexistent_ms);
}

int cbf_set_sector_size(struct cbf_volume *volume, unsigned bytes)
{
	if (bytes < MIN_SECTOR || bytes > MAX_SECTOR || (bytes & (bytes - 1)))
		return -EINVAL;
	return set_number(volume, &volume->properties.sector_size, bytes);
}

unsigned cbf_get_sector_size(struct cbf_volume *volume)
{
	return get_number(volume, &volume->properties.sector_size);
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

int cbf_set_file_system_name(struct cbf_volume *volume, const char *name)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";

	if (!name || !*name || name[strspn(name, allowed)])
		return -EINVAL;
	return set_string(volume, &volume->properties.file_system_name, name);
}

const char *cbf_get_file_system_name(struct cbf_volume *volume)
{
	const char *name = get_text(volume, &volume->properties.file_system_name);

	return name ? name : CBF__DEFAULT_FILE_SYSTEM_NAME;
}

int cbf_set_source_name(struct cbf_volume *volume, const char *name)
{
	if (!name || !*name)
		return -EINVAL;
	return set_string(volume, &volume->properties.source_name, name);
}

const char *cbf_get_source_name(struct cbf_volume *volume)
{
	const char *name = get_text(volume, &volume->properties.source_name);

	return name ? name : cbf_get_file_system_name(volume);
}

int cbf_add_mount_options(struct cbf_volume *volume, const char *options)
{
	const char *before = volume->properties.mount_options;
	char *all = NULL;
	int error;

	if (!options)
		return -EINVAL;
	if (asprintf(&all, "%s%s%s", before ? before : "", before && *before && *options ? "," : "", options) < 0)
		return -ENOMEM;
	error = set_string(volume, &volume->properties.mount_options, all);
	free(all);
	return error;
}

const char *cbf_get_mount_options(struct cbf_volume *volume)
{
	const char *options = get_text(volume, &volume->properties.mount_options);

	return options ? options : "";
}

int cbf_set_hard_links_xattr(struct cbf_volume *volume, const char *name)
{
	if (name && *name && (strlen(name) > CBF_NAME_MAX || !strchr(name, '.')))
		return -EINVAL;
	return set_string(volume, &volume->properties.hard_links_xattr, name && *name ? name : NULL);
}

const char *cbf_get_hard_links_xattr(struct cbf_volume *volume)
{
	return get_text(volume, &volume->properties.hard_links_xattr);
}

const char *cbf_get_mount_point(struct cbf_volume *volume)
{
	return get_text(volume, &volume->mount_point);
}
