/* SPDX-License-Identifier: MIT */
/* What a file is, and the targets of symbolic links. */
#include "hooks.h"

#include "flags.h"
#include "stream.h"

#include <errno.h>
#include <string.h>

enum { PERMISSIONS = 07777 };

/* With a name it is the name that is asked about: it may have become another file's. */
static int find_subject(struct memdrive *drive, const struct cbf_get_file_info_event *event, struct node **node)
{
	if (!event->deleted && event->is_stream)
		return stream_find(drive, event->file_name, node);
	if (!event->deleted)
		return path_find(drive, event->file_name, node);
	*node = event->file_context ? node_reference(event->file_context) : NULL;
	return *node ? 0 : -ENOENT;
}

/* With neither locked. A stream is as its file is, but for the size; if that has gone, as it was. */
static void fill_stream_info(struct node *node, struct cbf_file_info *info)
{
	struct node *file = stream_file(node);

	pthread_rwlock_rdlock(&node->lock);
	node_fill_info(node, info);
	pthread_rwlock_unlock(&node->lock);
	if (!file)
		return;
	pthread_rwlock_rdlock(&file->lock);
	info->mode = S_IFREG | (file->mode & 0777);
	info->uid = file->uid;
	info->gid = file->gid;
	info->creation_time = file->times.creation;
	info->last_access_time = file->times.access;
	info->last_write_time = file->times.write;
	info->change_time = file->times.change;
	pthread_rwlock_unlock(&file->lock);
	node_release(file);
}

static void fill_info(struct node *node, struct cbf_file_info *info)
{
	pthread_rwlock_rdlock(&node->lock);
	node_fill_info(node, info);
	pthread_rwlock_unlock(&node->lock);
}

void hook_get_file_info(struct cbf_volume *volume, struct cbf_get_file_info_event *event, void *user_data)
{
	struct node *node;

	(void)volume;
	if (find_subject(user_data, event, &node) != 0)
		return; /* file_exists is false */
	if (node->is_stream)
		fill_stream_info(node, event->info);
	else
		fill_info(node, event->info);
	node_release(node);
	event->file_exists = true;
}

static void set_owners(struct node *node, const struct owners *owners, uid_t uid, gid_t gid, uint32_t project)
{
	node->owners = *owners;
	node->uid = uid;
	node->gid = gid;
	node->project = project;
}

/* With the node locked: puts what it and its streams store down to its new owners. */
static int change_owners(struct node *node, uid_t uid, gid_t gid, uint32_t project)
{
	const uint32_t ids[SPACE_KINDS] = {uid, gid, project};
	struct space *space = &node->drive->space;
	struct owners owners;
	int error = space_owners(space, ids, &owners);

	if (error)
		return error;
	streams_lock(node);
	error = space_move(space, &node->owners, &owners, node_stored(node) + streams_stored(node));
	if (error == 0) {
		set_owners(node, &owners, uid, gid, project);
		for (struct stream *stream = node->streams; stream; stream = stream->next)
			set_owners(stream->node, &owners, uid, gid, project);
	}
	streams_unlock(node);
	return error;
}

static void set_times(struct node *node, const struct cbf_set_file_attributes_event *event)
{
	node_note_change(node);
	if (event->valid & CBF_SET_LAST_ACCESS_TIME)
		node->times.access = event->last_access_time;
	if (event->valid & CBF_SET_LAST_WRITE_TIME)
		node->times.write = event->last_write_time;
	if (event->valid & CBF_SET_CHANGE_TIME)
		node->times.change = event->change_time;
}

/* That a file must not be changed can be changed itself. */
static int check_flags(const struct node *node, const struct cbf_set_file_attributes_event *event)
{
	const unsigned now = CBF_SET_LAST_ACCESS_NOW | CBF_SET_LAST_WRITE_NOW | CBF_SET_LAST_ACCESS_TIME |
			     CBF_SET_LAST_WRITE_TIME | CBF_SET_CHANGE_TIME;
	const unsigned both = CBF_SET_LAST_ACCESS_NOW | CBF_SET_LAST_WRITE_NOW;

	if (event->valid & CBF_SET_INODE_FLAGS)
		return flags_check_known(event->inode_flags);
	if ((event->valid & both) == both && !(event->valid & ~now))
		return flags_check_touch(node);
	return flags_check_change(node);
}

/* What can fail comes first. */
static int set_attributes(struct node *node, const struct cbf_set_file_attributes_event *event)
{
	uid_t uid = event->valid & CBF_SET_UID ? event->uid : node->uid;
	gid_t gid = event->valid & CBF_SET_GID ? event->gid : node->gid;
	uint32_t project = event->valid & CBF_SET_PROJECT_ID ? event->project_id : node->project;
	int error = check_flags(node, event);

	if (error == 0 && (uid != node->uid || gid != node->gid || project != node->project))
		error = change_owners(node, uid, gid, project);
	if (error)
		return error;
	if (event->valid & CBF_SET_INODE_FLAGS)
		node->inode_flags = event->inode_flags;
	if (event->valid & CBF_SET_MODE)
		node->mode = (node->mode & S_IFMT) | (event->mode & PERMISSIONS);
	set_times(node, event);
	return 0;
}

void hook_set_file_attributes(struct cbf_volume *volume, struct cbf_set_file_attributes_event *event, void *user_data)
{
	struct node *node = event->file_context, *file = node->is_stream ? stream_file(node) : NULL;

	(void)volume;
	(void)user_data;
	if (file) /* a stream's are its file's */
		node = file;
	pthread_rwlock_wrlock(&node->lock);
	event->result_code = -set_attributes(node, event);
	pthread_rwlock_unlock(&node->lock);
	node_release(file);
}

static int give_target(struct node *node, struct cbf_get_reparse_point_event *event)
{
	if (!node_is(node, S_IFLNK))
		return -EINVAL;
	if (node->size >= event->target_capacity)
		return -ENAMETOOLONG;
	memcpy(event->target, node->target, node->size + 1);
	node_note_access(node);
	return 0;
}

void hook_get_reparse_point(struct cbf_volume *volume, struct cbf_get_reparse_point_event *event, void *user_data)
{
	struct node *node;
	int error = path_or_context(user_data, event->file_name, event->file_context, &node);

	(void)volume;
	if (error == 0) {
		error = give_target(node, event);
		node_release(node);
	}
	event->result_code = -error;
}
