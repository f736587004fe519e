/* SPDX-License-Identifier: MIT */
#include "memdrive.h"

#include "hooks.h"

#include <string.h>
#include <unistd.h>

enum { ROOT_MODE = S_IFDIR | 0755 };

static int make_root(struct memdrive *drive, const struct memdrive_options *options)
{
	const struct node_plan plan = {.mode = ROOT_MODE, .uid = options->uid, .gid = options->gid};
	int error = node_new(drive, &plan, CBF_ROOT_ID, &drive->root);

	if (error == 0)
		drive->root->links = 2;
	return error;
}

static int init_space_and_root(struct memdrive *drive, const struct memdrive_options *options)
{
	int error = space_init(&drive->space, options->size, options->files, options->user_quota);

	if (error)
		return error;
	error = page_pool_init(&drive->pages);
	if (error == 0) {
		error = make_root(drive, options);
		if (error == 0)
			return 0;
		page_pool_destroy(&drive->pages);
	}
	space_destroy(&drive->space);
	return error;
}

static int init_tables(struct memdrive *drive, const struct memdrive_options *options)
{
	int error = id_table_init(&drive->ids);

	if (error)
		return error;
	error = object_ids_init(&drive->object_ids);
	if (error == 0) {
		error = init_space_and_root(drive, options);
		if (error == 0)
			return 0;
		object_ids_destroy(&drive->object_ids);
	}
	id_table_destroy(&drive->ids);
	return error;
}

/* One that is not yet taken, as far as anybody can tell. */
static uint64_t choose_id(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return table_hash_number((uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec) ^ (uint64_t)getpid();
}

static int init_label(struct memdrive *drive, const struct memdrive_options *options)
{
	int error = label_init(&drive->label);

	if (error)
		return error;
	error = options->label ? label_set(&drive->label, options->label) : 0;
	if (error)
		label_destroy(&drive->label);
	return error;
}

int memdrive_init(struct memdrive *drive, const struct memdrive_options *options)
{
	int error;

	memset(drive, 0, sizeof(*drive));
	drive->volume_id = choose_id();
	drive->has_streams = !options->without_streams;
	drive->has_stream_paths = options->stream_paths;
	drive->checks_access = options->check_access;
	error = init_label(drive, options);
	if (error)
		return error;
	error = -pthread_rwlock_init(&drive->moves, NULL);
	if (error == 0) {
		error = init_tables(drive, options);
		if (error == 0)
			return 0;
		pthread_rwlock_destroy(&drive->moves);
	}
	label_destroy(&drive->label);
	return error;
}

/* From the leaves to the root, without recursion: trees may be deep. */
static void empty_tree(struct node *root)
{
	struct node *at = root, *node;
	struct entry *entry;

	while (at != root || at->directory.first) {
		entry = at->directory.first;
		if (!entry) {
			at = at->names->directory;
			continue;
		}
		node = entry->node;
		if (node_is(node, S_IFDIR) && node->directory.first) {
			at = node;
			continue;
		}
		entry_remove(entry);
		node_release(node);
	}
}

void memdrive_destroy(struct memdrive *drive)
{
	empty_tree(drive->root);
	node_release(drive->root);
	object_ids_destroy(&drive->object_ids);
	id_table_destroy(&drive->ids);
	page_pool_destroy(&drive->pages);
	space_destroy(&drive->space);
	pthread_rwlock_destroy(&drive->moves);
	label_destroy(&drive->label);
}

int memdrive_set_up(struct memdrive *drive, struct cbf_volume *volume)
{
	int error = hooks_register(volume, drive);

	if (error == 0)
		error = cbf_set_use_hard_links(volume, true);
	if (error == 0)
		error = cbf_set_use_alternate_data_streams(volume, drive->has_streams);
	if (error == 0 && drive->has_stream_paths)
		error = cbf_set_use_stream_paths(volume, true);
	if (error == 0)
		error = cbf_set_use_object_ids(volume, true);
	if (error == 0)
		error = cbf_set_use_disk_quotas(volume, true);
	if (error == 0)
		error = cbf_set_use_inode_flags(volume, true);
	if (error == 0)
		error = cbf_set_use_posix_acls(volume, true);
	if (error == 0) /* the locks of the nodes do */
		error = cbf_set_serialize_access(volume, false);
	if (error == 0)
		error = cbf_set_sector_size(volume, PAGE_BYTES);
	return error;
}
