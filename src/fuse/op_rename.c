/* SPDX-License-Identifier: MIT */
/* rename, with all its cases. names[0] is the old name, names[1] the new one; the node behind each is in the claims. */
#include "fuse/access_ops.h"
#include "fuse/name_ops.h"
#include "fuse/stream_path.h"
#include "volume.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#ifndef RENAME_NOREPLACE
#define RENAME_NOREPLACE (1 << 0)
#endif
#ifndef RENAME_EXCHANGE
#define RENAME_EXCHANGE (1 << 1)
#endif

static struct cbf__node *node_behind(const struct cbf__request *rq, unsigned i)
{
	return rq->claims.names[i].node;
}

static struct cbf__name *name_in_tree(const struct cbf__request *rq, unsigned i)
{
	struct cbf__name *name = rq->claims.names[i].name;

	return name && name->in_tree ? name : NULL;
}

static bool replaces(const struct cbf__request *rq)
{
	return node_behind(rq, 1) && !(rq->flags & RENAME_EXCHANGE);
}

static bool move(struct cbf__request *rq, struct cbf__name *name, unsigned to)
{
	return cbf__tree_move(&rq->volume->tree, name, rq->dirs[to], rq->names[to], rq->name_lengths[to]);
}

/* With the lock held. A name that cannot be noted is looked up again when it is needed. */
static bool note_rename(struct cbf__request *rq)
{
	struct cbf__name *old = name_in_tree(rq, 0);
	struct cbf__name *new = name_in_tree(rq, 1);
	struct cbf__node *other = new ? new->node : NULL;
	bool noted = true;

	if (new &&replaces(rq))
		cbf__tree_unlink(&rq->volume->tree, new, rq->hard_links - 1, &rq->last_attr);
	if (other && !replaces(rq)) {
		cbf__node_pin(other);
		cbf__name_remove(&rq->volume->tree, new);
	}
	if (old)
		noted = move(rq, old, 1);
	if (other && !replaces(rq)) {
		noted &=
			cbf__name_add(&rq->volume->tree, rq->dirs[0], rq->names[0], rq->name_lengths[0], other) != NULL;
		cbf__node_unpin(&rq->volume->tree, other);
	}
	return noted;
}

static enum cbf__flow renamed(struct cbf__request *rq)
{
	struct cbf__node *onto = node_behind(rq, 1);
	bool noted;

	cbf__lock(rq);
	noted = rq->result || note_rename(rq);
	if (onto)
		cbf__node_show(&rq->volume->tree, onto);
	cbf__unlock(rq);
	if (rq->result)
		return cbf__reply_error(rq, rq->result);
	if (!noted)
		cbf__report(rq->volume, ENOMEM, "RenameOrMoveFile %s: the new name could not be noted", rq->subject);
	return cbf__reply_done(rq);
}

static enum cbf__flow fire_rename(struct cbf__request *rq)
{
	if (rq->error)
		return cbf__reply_done(rq);
	if (replaces(rq))
		cbf__hide_last_name(rq, node_behind(rq, 1));
	rq->target = node_behind(rq, 0);
	rq->subject = rq->paths[0].bytes;
	cbf__use_contexts(rq, rq->target, NULL);
	CBF__MAKE_EVENT(&rq->event, rename_or_move_file, .file_name = rq->subject, .new_file_name = rq->paths[1].bytes,
			.no_replace = rq->flags & RENAME_NOREPLACE, .exchange = rq->flags & RENAME_EXCHANGE);
	return cbf__fire_then(rq, CBF__RENAME_OR_MOVE_FILE, renamed);
}

static int type_conflict(mode_t from, mode_t onto)
{
	if (from == S_IFDIR && onto != S_IFDIR)
		return ENOTDIR;
	return from != S_IFDIR && onto == S_IFDIR ? EISDIR : 0;
}

/* A directory cannot go below itself, nor something below a directory onto that directory. */
static int loop_conflict(struct cbf__request *rq)
{
	const struct cbf__node *from = node_behind(rq, 0);
	const struct cbf__node *onto = node_behind(rq, 1);
	int error = 0;

	cbf__lock(rq);
	if (from && from->type == S_IFDIR && cbf__node_is_below(rq->dirs[1], from))
		error = EINVAL;
	else if (onto && onto->type == S_IFDIR && cbf__node_is_below(rq->dirs[0], onto))
		error = rq->flags & RENAME_EXCHANGE ? EINVAL : ENOTEMPTY;
	cbf__unlock(rq);
	return error;
}

static enum cbf__flow check_target(struct cbf__request *rq, mode_t type)
{
	struct cbf__node *onto = node_behind(rq, 1);

	rq->error = loop_conflict(rq);
	if (!rq->error && onto && (rq->flags & RENAME_NOREPLACE))
		rq->error = EEXIST;
	if (!rq->error && replaces(rq))
		rq->error = type_conflict(type, onto->type);
	if (rq->error || !replaces(rq))
		return cbf__go(rq, fire_rename);
	rq->target = onto;
	rq->subject = rq->paths[1].bytes;
	cbf__use_contexts(rq, onto, NULL);
	return cbf__call(rq, cbf__step_may_take_name, fire_rename);
}

static enum cbf__flow unknown_told(struct cbf__request *rq)
{
	if (!rq->error && !rq->exists)
		rq->error = ENOENT;
	return rq->error ? cbf__reply_done(rq) : check_target(rq, rq->info.mode & S_IFMT);
}

static enum cbf__flow rename_claimed(struct cbf__request *rq)
{
	struct cbf__node *from = node_behind(rq, 0);

	if (rq->error)
		return cbf__reply_done(rq);
	if (from && from == node_behind(rq, 1))
		return cbf__reply_done(rq); /* two names of one file, or one name twice: POSIX leaves both */
	if (from)
		return check_target(rq, from->type);
	rq->file = NULL;
	return cbf__call(rq, cbf__step_info, unknown_told);
}

static enum cbf__flow rename_start(struct cbf__request *rq)
{
	for (unsigned i = 0; i < 2; i++)
		cbf__claims_add_name(&rq->claims, rq->dirs[i], rq->names[i], rq->name_lengths[i], true,
				     CBF__EXCLUSIVE_TURN);
	return cbf__claim(rq, rename_claimed);
}

/* With the lock. */
static struct cbf__node *known_node(struct cbf__request *rq, unsigned i)
{
	struct cbf__name *name = cbf__name_find(&rq->volume->tree, rq->dirs[i], rq->names[i], rq->name_lengths[i]);

	return name ? name->node : NULL;
}

/* What becomes the entry of a directory needs the right to add it there, what was one the right to take it away. */
static int want_access(struct cbf__request *rq)
{
	struct cbf__node *from, *onto;
	unsigned add_from, add_onto, take;
	int error;

	if (!cbf__checks_access(rq->volume))
		return 0;
	cbf__lock(rq);
	from = known_node(rq, 0);
	onto = known_node(rq, 1);
	add_from = from && from->type == S_IFDIR ? CBF_ACCESS_ADD_SUBDIRECTORY : CBF_ACCESS_ADD_FILE;
	add_onto = onto && onto->type == S_IFDIR ? CBF_ACCESS_ADD_SUBDIRECTORY : CBF_ACCESS_ADD_FILE;
	cbf__unlock(rq);
	take = onto ? CBF_ACCESS_DELETE_CHILD : 0;
	cbf__want_access(rq, rq->dirs[0], CBF_ACCESS_DELETE_CHILD | (rq->flags & RENAME_EXCHANGE ? add_onto : 0));
	cbf__want_access(rq, rq->dirs[1], add_from | take);
	error = cbf__want_access_behind(rq, 0, CBF_ACCESS_DELETE);
	if (!error && onto)
		error = cbf__want_access_behind(rq, 1, CBF_ACCESS_DELETE);
	return error;
}

static int flags_fault(unsigned flags)
{
	if (flags & ~(unsigned)(RENAME_NOREPLACE | RENAME_EXCHANGE))
		return EINVAL;
	return (flags & RENAME_NOREPLACE) && (flags & RENAME_EXCHANGE) ? EINVAL : 0;
}

void cbf__op_rename(fuse_req_t fuse, fuse_ino_t parent, const char *name, fuse_ino_t new_parent, const char *new_name,
		    unsigned flags)
{
	struct cbf__request *rq = cbf__op_begin(fuse);
	int error;

	if (!rq)
		return;
	rq->flags = (int)flags;
	error = flags_fault(flags);
	/* Programs that move files copy then, and delete. */
	if (!error && (cbf__is_stream_path(rq->volume, name) || cbf__is_stream_path(rq->volume, new_name)))
		error = EXDEV;
	if (!error)
		error = cbf__request_bind_name(rq, 0, parent, name);
	if (!error)
		error = cbf__request_bind_name(rq, 1, new_parent, new_name);
	if (!error)
		error = want_access(rq);
	cbf__op_run(rq, error, rename_start);
}
