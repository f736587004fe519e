/* SPDX-License-Identifier: MIT */
/* GetFileInfo, and what becomes of its answer. */
#include "routed.h"
#include "step/step.h"
#include "tree/stream.h"
#include "volume.h"

#include <errno.h>
#include <string.h>

enum { DEFAULT_BLOCK_SIZE = 4096, STAT_BLOCK = 512 };

void cbf__clear_info(struct cbf__request *rq)
{
	const unsigned cluster = rq->volume->properties.cluster_size;

	memset(&rq->info, 0, sizeof(rq->info));
	rq->info.hard_link_count = 1;
	rq->info.block_size = cluster ? cluster : DEFAULT_BLOCK_SIZE;
}

static uint32_t shown_links(const struct cbf_volume *volume, const struct cbf__node *node,
			    const struct cbf_file_info *info)
{
	if (cbf__node_is_dead(node))
		return 0;
	if (node->stream)
		return 1;
	if (node->type != S_IFDIR && !volume->properties.use_hard_links)
		return 1;
	return info->hard_link_count;
}

void cbf__info_to_stat(const struct cbf_volume *volume, const struct cbf__node *node, const struct cbf_file_info *info,
		       struct stat *attr)
{
	*attr = (struct stat){.st_ino = cbf__node_ino(&volume->tree, node),
			      .st_mode = node->type | (info->mode & 07777),
			      .st_nlink = shown_links(volume, node, info),
			      .st_uid = info->uid,
			      .st_gid = info->gid,
			      .st_rdev = info->rdev,
			      .st_size = (off_t)info->size,
			      .st_blksize = (blksize_t)info->block_size,
			      .st_blocks = (blkcnt_t)((info->allocation_size + STAT_BLOCK - 1) / STAT_BLOCK),
			      .st_atim = info->last_access_time,
			      .st_mtim = info->last_write_time,
			      .st_ctim = info->change_time};
}

void cbf_file_info_from_stat(struct cbf_file_info *info, const struct stat *st)
{
	info->file_id = st->st_ino;
	info->mode = st->st_mode;
	info->uid = st->st_uid;
	info->gid = st->st_gid;
	info->rdev = st->st_rdev;
	info->size = (uint64_t)st->st_size;
	info->allocation_size = (uint64_t)st->st_blocks * STAT_BLOCK;
	info->hard_link_count = (uint32_t)st->st_nlink;
	info->block_size = (uint32_t)st->st_blksize;
	info->last_access_time = st->st_atim;
	info->last_write_time = st->st_mtim;
	info->change_time = st->st_ctim;
	info->creation_time = st->st_ctim;
}

/* The file has no name, and the hook cannot find it by its context: answer what was known of it. */
static void remember(struct cbf__request *rq)
{
	cbf__lock(rq);
	if (rq->target->gone) {
		cbf_file_info_from_stat(&rq->info, &rq->target->gone->attr);
		rq->exists = true;
	}
	cbf__unlock(rq);
}

void cbf__remember_size(struct cbf__request *rq, uint64_t size)
{
	cbf__lock(rq);
	if (rq->target->gone)
		rq->target->gone->attr.st_size = (off_t)size;
	cbf__unlock(rq);
}

void cbf__remember_growth(struct cbf__request *rq, uint64_t end)
{
	cbf__lock(rq);
	if (rq->target->gone && rq->target->gone->attr.st_size < (off_t)end)
		rq->target->gone->attr.st_size = (off_t)end;
	cbf__unlock(rq);
}

bool cbf__lose_untrue_name(struct cbf__request *rq)
{
	struct cbf__name *name = rq->claims.names[0].name;
	bool lost;

	cbf__lock(rq);
	if (rq->target->stream) /* not the file's name is untrue then */
		name = rq->deleted ? NULL : cbf__node_name(rq->target);
	lost = name && name->in_tree &&
	       (!rq->exists || (rq->volume->properties.use_file_ids && rq->target->file_id &&
				rq->info.file_id != rq->target->file_id));
	if (lost)
		cbf__tree_lose(&rq->volume->tree, name);
	cbf__unlock(rq);
	return lost;
}

static enum cbf__flow answered(struct cbf__request *rq)
{
	rq->exists = rq->result == 0 && rq->event.get_file_info.file_exists;
	if (rq->result)
		rq->error = rq->result;
	else if (!rq->exists && rq->deleted && rq->target)
		remember(rq);
	if (rq->exists && rq->file)
		cbf__route_sizes(rq, rq->file);
	else if (rq->exists && !rq->deleted && !cbf__subject_is_stream(rq))
		cbf__cache_sizes(rq, rq->subject);
	return cbf__return(rq);
}

enum cbf__flow cbf__step_info(struct cbf__request *rq)
{
	cbf__clear_info(rq);
	CBF__MAKE_EVENT(&rq->event, get_file_info, .file_name = rq->subject,
			.requested_info = CBF_INFO_ALL | rq->more_info, .deleted = rq->deleted,
			.is_stream = cbf__subject_is_stream(rq), .info = &rq->info);
	return cbf__fire_then(rq, CBF__GET_FILE_INFO, answered);
}

static enum cbf__flow owner_told(struct cbf__request *rq)
{
	if (!rq->error && !rq->exists)
		rq->error = ENOENT;
	if (!rq->error && rq->info.uid != rq->originator.uid)
		rq->error = EPERM;
	return cbf__return(rq);
}

enum cbf__flow cbf__step_must_own(struct cbf__request *rq)
{
	return rq->originator.uid == 0 ? cbf__return(rq) : cbf__call(rq, cbf__step_info, owner_told);
}

int cbf__learn(struct cbf__request *rq, struct cbf__node *dir, const char *name, size_t length)
{
	struct cbf__node *node = NULL;
	enum cbf__learned learned;

	cbf__lock(rq);
	learned = cbf__tree_learn(&rq->volume->tree, dir, name, length, &rq->info, &node);
	if (learned == CBF__LEARNED) {
		cbf__node_pin(node);
		if (rq->found)
			cbf__node_unpin(&rq->volume->tree, rq->found);
		rq->found = node;
	}
	cbf__unlock(rq);
	if (learned == CBF__LEARNED_NO_MEMORY)
		return ENOMEM;
	if (learned == CBF__LEARNED)
		return 0;
	cbf__report(rq->volume, EIO, "GetFileInfo %s: the answer says that the file is a directory above itself",
		    rq->subject ? rq->subject : name);
	return EIO;
}

void cbf__learn_name(struct cbf__request *rq, unsigned i)
{
	if (!rq->error && !rq->exists)
		rq->error = ENOENT;
	if (!rq->error)
		rq->error = cbf__learn(rq, rq->dirs[i], rq->names[i], rq->name_lengths[i]);
}
