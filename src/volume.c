/* SPDX-License-Identifier: MIT */
/* The life of a volume; its properties are in property.c. */
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

enum { DEFAULT_SECTOR = 512, DEFAULT_METADATA_MS = 1000 };

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
						    .sector_size = DEFAULT_SECTOR,
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
