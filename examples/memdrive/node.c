/* SPDX-License-Identifier: MIT */
#include "memdrive.h"
#include "stream.h"

#include <errno.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>

/* A target that is shorter lies in the node, in a way of speaking: tmpfs counts none of its bytes. */
enum { SHORT_TARGET = 128, A_DAY = 24 * 60 * 60 };

/* tmpfs' size of a directory: so much for each entry, `.` and `..` among them. */
enum { ENTRY_SIZE = 20 };

static uint64_t target_bytes(uint64_t length)
{
	return length < SHORT_TARGET ? 0 : PAGE_BYTES;
}

uint64_t node_stored(const struct node *node)
{
	uint64_t bytes = node->attributes.bytes;

	if (node_is(node, S_IFREG))
		bytes += node->content.pages * PAGE_BYTES;
	else if (node_is(node, S_IFLNK))
		bytes += target_bytes(node->size);
	return bytes;
}

static int init_body(struct node *node, const struct node_plan *plan)
{
	if (node_is(node, S_IFREG))
		content_init(&node->content, &node->drive->pages);
	if (node_is(node, S_IFDIR))
		directory_init(&node->directory);
	if (!node_is(node, S_IFLNK))
		return 0;
	node->target = strdup(plan->target);
	node->size = strlen(plan->target);
	return node->target ? 0 : -ENOMEM;
}

static void destroy_body(struct node *node)
{
	if (node_is(node, S_IFREG))
		content_destroy(&node->content);
	if (node_is(node, S_IFDIR))
		directory_destroy(&node->directory);
	if (node_is(node, S_IFLNK))
		free(node->target);
}

static void init_times(struct node_times *times)
{
	clock_gettime(CLOCK_REALTIME, &times->creation);
	times->access = times->write = times->change = times->creation;
}

static struct node *allocate(struct memdrive *drive, const struct node_plan *plan, uint64_t id)
{
	struct node *node = calloc(1, sizeof(*node));

	if (!node)
		return NULL;
	node->drive = drive;
	node->id = id;
	node->mode = plan->mode;
	node->uid = plan->uid;
	node->gid = plan->gid;
	node->device = plan->device;
	node->inode_flags = plan->inode_flags;
	node->project = plan->project;
	node->stream_of = plan->stream_of;
	node->is_stream = plan->stream_of;
	atomic_init(&node->references, 1);
	init_times(&node->times);
	if (pthread_rwlock_init(&node->lock, NULL) == 0) {
		if (init_body(node, plan) == 0)
			return node;
		pthread_rwlock_destroy(&node->lock);
	}
	free(node);
	return NULL;
}

static void dispose(struct node *node)
{
	destroy_body(node);
	attributes_destroy(&node->attributes);
	pthread_rwlock_destroy(&node->lock);
	free(node);
}

static unsigned inodes(const struct node *node)
{
	return node->is_stream ? 0 : 1;
}

static int take_space(struct node *node)
{
	const uint32_t ids[SPACE_KINDS] = {node->uid, node->gid, node->project};
	int error = space_owners(&node->drive->space, ids, &node->owners);

	return error ? error : space_take(&node->drive->space, &node->owners, node_stored(node), inodes(node));
}

int node_new(struct memdrive *drive, const struct node_plan *plan, uint64_t id, struct node **node)
{
	struct node *made = allocate(drive, plan, id);
	int error;

	if (!made)
		return -ENOMEM;
	error = take_space(made);
	if (error) {
		dispose(made);
		return error;
	}
	id_table_add(&drive->ids, made);
	*node = made;
	return 0;
}

struct node *node_reference(struct node *node)
{
	atomic_fetch_add(&node->references, 1);
	return node;
}

bool node_reference_if_alive(struct node *node)
{
	uint_fast64_t references = atomic_load(&node->references);

	do {
		if (references == 0)
			return false;
	} while (!atomic_compare_exchange_weak(&node->references, &references, references + 1));
	return true;
}

void node_release(struct node *node)
{
	if (!node || atomic_fetch_sub(&node->references, 1) > 1)
		return;
	id_table_remove(&node->drive->ids, node);
	object_id_remove(&node->drive->object_ids, node);
	streams_destroy(node);
	space_give(&node->drive->space, &node->owners, node_stored(node), inodes(node));
	dispose(node);
}

static bool is_before(const struct node *node, const struct node *other)
{
	return node->is_stream == other->is_stream ? node < other : other->is_stream;
}

/* Orders them, each once, NULL last. */
static void sort(struct node *nodes[NODE_SET_SIZE])
{
	struct node *node;
	unsigned count = 0, at;

	for (unsigned i = 0; i < NODE_SET_SIZE; i++) {
		node = nodes[i];
		for (at = 0; at < count && node && is_before(nodes[at], node); at++)
			;
		if (!node || (at < count && nodes[at] == node))
			continue;
		memmove(&nodes[at + 1], &nodes[at], (count - at) * sizeof(struct node *));
		nodes[at] = node;
		count++;
	}
	for (; count < NODE_SET_SIZE; count++)
		nodes[count] = NULL;
}

void node_lock_all(struct node *nodes[NODE_SET_SIZE])
{
	sort(nodes);
	for (unsigned i = 0; i < NODE_SET_SIZE && nodes[i]; i++)
		pthread_rwlock_wrlock(&nodes[i]->lock);
}

void node_unlock_all(struct node *nodes[NODE_SET_SIZE])
{
	for (unsigned i = 0; i < NODE_SET_SIZE && nodes[i]; i++)
		pthread_rwlock_unlock(&nodes[i]->lock);
}

void node_note_change(struct node *node)
{
	clock_gettime(CLOCK_REALTIME, &node->times.change);
}

void node_note_write(struct node *node)
{
	node_note_change(node);
	node->times.write = node->times.change;
}

static bool is_later(const struct timespec *time, const struct timespec *than)
{
	return time->tv_sec != than->tv_sec ? time->tv_sec > than->tv_sec : time->tv_nsec > than->tv_nsec;
}

static bool access_is_old(const struct node_times *times, const struct timespec *now)
{
	return !is_later(&times->access, &times->write) || !is_later(&times->access, &times->change) ||
	       now->tv_sec - times->access.tv_sec >= A_DAY;
}

void node_note_access(struct node *node)
{
	struct timespec now;
	bool is_old;

	clock_gettime(CLOCK_REALTIME, &now);
	pthread_rwlock_rdlock(&node->lock);
	is_old = !(node->inode_flags & FS_NOATIME_FL) && access_is_old(&node->times, &now);
	pthread_rwlock_unlock(&node->lock);
	if (!is_old)
		return;
	pthread_rwlock_wrlock(&node->lock);
	if (access_is_old(&node->times, &now))
		node->times.access = now;
	pthread_rwlock_unlock(&node->lock);
}

static uint64_t size_shown(const struct node *node)
{
	return node_is(node, S_IFDIR) ? (uint64_t)ENTRY_SIZE * (directory_count(&node->directory) + 2) : node->size;
}

void node_fill_info(struct node *node, struct cbf_file_info *info)
{
	info->file_id = node->id;
	info->mode = node->mode;
	info->uid = node->uid;
	info->gid = node->gid;
	info->rdev = node->device;
	info->size = size_shown(node);
	info->allocation_size = node_stored(node) - node->attributes.bytes;
	info->hard_link_count = node->links;
	info->block_size = PAGE_BYTES;
	info->creation_time = node->times.creation;
	info->last_access_time = node->times.access;
	info->last_write_time = node->times.write;
	info->change_time = node->times.change;
	info->inode_flags = node->inode_flags;
	info->project_id = node->project;
}
