/* SPDX-License-Identifier: MIT */
/* The life of a volume, and its properties. */
#include "volume.h"

#include "open/route.h"

#include "request.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define DEFAULT_XATTR "user.cbfuse.hardlinks"

enum { MAX_WORKERS = 1024, MIN_SECTOR = 512, MAX_SECTOR = 65536, DEFAULT_METADATA_MS = 1000 };

int cbf__volume_begin_change(struct cbf_volume *volume)
{
	pthread_mutex_lock(&volume->lock);
	if (volume->state == CBF__IDLE)
		return 0;
	pthread_mutex_unlock(&volume->lock);
	return -EBUSY;
}

void cbf__volume_end_change(struct cbf_volume *volume)
{
	pthread_mutex_unlock(&volume->lock);
}

bool cbf__volume_is_read_only(const struct cbf_volume *volume)
{
	return !cbf__hooked(volume, CBF__CREATE_FILE) && !cbf__hooked(volume, CBF__WRITE_FILE) &&
	       !volume->properties.use_routing;
}

static void free_properties(struct cbf__properties *properties)
{
	free(properties->file_system_name);
	free(properties->source_name);
	free(properties->mount_options);
	free(properties->hard_links_xattr);
}

int cbf_volume_create(struct cbf_volume **volume)
{
	struct cbf_volume *made = calloc(1, sizeof(*made));

	if (!made)
		return -ENOMEM;
	made->properties = (struct cbf__properties){.serialize_access = true,
						    .use_directory_empty_check = true,
						    .file_cache = true,
						    .metadata_ms = DEFAULT_METADATA_MS,
						    .sector_size = MIN_SECTOR,
						    .max_file_name_length = CBF_NAME_MAX,
						    .hard_links_xattr = strdup(DEFAULT_XATTR)};
	made->end_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (!made->properties.hard_links_xattr || made->end_fd < 0) {
		int error = made->end_fd < 0 ? -errno : -ENOMEM;

		if (made->end_fd >= 0)
			close(made->end_fd);
		free_properties(&made->properties);
		free(made);
		return error;
	}
	pthread_mutex_init(&made->lock, NULL);
	pthread_cond_init(&made->changed, NULL);
	pthread_mutex_init(&made->pool_lock, NULL);
	pthread_mutex_init(&made->route_lock, NULL);
	cbf__list_init(&made->pool);
	*volume = made;
	return 0;
}

void cbf_volume_destroy(struct cbf_volume *volume)
{
	if (!volume)
		return;
	if (cbf_unmount(volume, CBF_UNMOUNT_FORCE) != 0)
		(void)cbf_wait(volume); /* nothing to take down, but perhaps something to clear up */
	free_properties(&volume->properties);
	cbf__route_release(volume->route_cache);
	pthread_mutex_destroy(&volume->route_lock);
	pthread_mutex_destroy(&volume->pool_lock);
	pthread_cond_destroy(&volume->changed);
	pthread_mutex_destroy(&volume->lock);
	close(volume->end_fd);
	free(volume);
}

int cbf_get_end_fd(const struct cbf_volume *volume)
{
	return volume->end_fd;
}

bool cbf_get_active(struct cbf_volume *volume)
{
	bool active;

	pthread_mutex_lock(&volume->lock);
	active = volume->state == CBF__MOUNTED;
	pthread_mutex_unlock(&volume->lock);
	return active;
}

void cbf_set_tag(struct cbf_volume *volume, void *tag)
{
	atomic_store(&volume->tag, tag);
}

void *cbf_get_tag(struct cbf_volume *volume)
{
	return atomic_load(&volume->tag);
}

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

bool cbf_get_use_stream_paths(struct cbf_volume *volume)
{
	return get_flag(volume, &volume->properties.use_stream_paths);
}

bool cbf_get_use_alternate_data_streams(struct cbf_volume *volume)
{
	return get_flag(volume, &volume->properties.use_alternate_data_streams);
}

int cbf_set_fire_all_open_close_events(struct cbf_volume *volume, bool on)
{
	return set_flag(volume, &volume->properties.fire_all_open_close_events, on);
}

int cbf_set_serialize_access(struct cbf_volume *volume, bool on)
{
	return set_flag(volume, &volume->properties.serialize_access, on);
}

int cbf_set_serialize_events(struct cbf_volume *volume, bool on)
{
	return set_flag(volume, &volume->properties.serialize_events, on);
}

int cbf_set_worker_threads(struct cbf_volume *volume, unsigned min, unsigned max)
{
	int error;

	if (max > MAX_WORKERS || min > MAX_WORKERS || (max && min > max))
		return -EINVAL;
	error = set_number(volume, &volume->properties.min_workers, min);
	return error ? error : set_number(volume, &volume->properties.max_workers, max);
}

int cbf_set_use_directory_empty_check(struct cbf_volume *volume, bool on)
{
	return set_flag(volume, &volume->properties.use_directory_empty_check, on);
}

int cbf_set_handle_all_fsctls(struct cbf_volume *volume, bool on)
{
	return set_flag(volume, &volume->properties.handle_all_fsctls, on);
}

int cbf_set_use_object_ids(struct cbf_volume *volume, bool on)
{
	return set_flag(volume, &volume->properties.use_object_ids, on);
}

int cbf_set_use_disk_quotas(struct cbf_volume *volume, bool on)
{
	return set_flag(volume, &volume->properties.use_disk_quotas, on);
}

int cbf_set_use_inode_flags(struct cbf_volume *volume, bool on)
{
	return set_flag(volume, &volume->properties.use_inode_flags, on);
}

int cbf_set_metadata_cache(struct cbf_volume *volume, unsigned milliseconds)
{
	return set_number(volume, &volume->properties.metadata_ms, milliseconds);
}

int cbf_set_nonexistent_files_cache(struct cbf_volume *volume, unsigned milliseconds)
{
	return set_number(volume, &volume->properties.nonexistent_ms, milliseconds);
}

int cbf_set_file_cache(struct cbf_volume *volume, bool on)
{
	return set_flag(volume, &volume->properties.file_cache, on);
}

int cbf_set_sector_size(struct cbf_volume *volume, unsigned bytes)
{
	if (bytes < MIN_SECTOR || bytes > MAX_SECTOR || (bytes & (bytes - 1)))
		return -EINVAL;
	return set_number(volume, &volume->properties.sector_size, bytes);
}

int cbf_set_file_system_name(struct cbf_volume *volume, const char *name)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";

	if (!name || !*name || name[strspn(name, allowed)])
		return -EINVAL;
	return set_string(volume, &volume->properties.file_system_name, name);
}

int cbf_set_source_name(struct cbf_volume *volume, const char *name)
{
	if (!name || !*name)
		return -EINVAL;
	return set_string(volume, &volume->properties.source_name, name);
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

int cbf_set_hard_links_xattr(struct cbf_volume *volume, const char *name)
{
	if (name && *name && (strlen(name) > CBF_NAME_MAX || !strchr(name, '.')))
		return -EINVAL;
	return set_string(volume, &volume->properties.hard_links_xattr, name && *name ? name : NULL);
}

static void count_objects(struct cbf_volume *volume, struct cbf_object_counts *counts)
{
	struct cbf__tree *tree = &volume->tree;

	pthread_mutex_lock(&tree->lock);
	counts->nodes = tree->nodes.count;
	counts->names = tree->names.count;
	counts->open_files = tree->open_files;
	counts->open_handles = tree->handles.count;
	counts->enumerations = tree->enumerations;
	pthread_mutex_unlock(&tree->lock);
	counts->requests = atomic_load(&volume->requests);
}

void cbf_get_object_counts(struct cbf_volume *volume, struct cbf_object_counts *counts)
{
	memset(counts, 0, sizeof(*counts));
	pthread_mutex_lock(&volume->lock);
	if (volume->state == CBF__MOUNTED || volume->state == CBF__ENDED)
		count_objects(volume, counts);
	pthread_mutex_unlock(&volume->lock);
}
