/* SPDX-License-Identifier: MIT */
/*
 * readdir and readdirplus: EnumerateDirectory once per entry, until the kernel's buffer is full.
 *
 * Offsets: 0 is `.`, 1 is `..`, entry number n of the enumeration is n + 2; the offset that goes with an entry is that
 * of the next one. Whatever was enumerated is kept on the handle, so that an entry that did not fit, or a seek back, is
 * served without asking again. Such an entry is handed out without attributes even by readdirplus: it may have gone
 * since, and the kernel would believe us for a second.
 */
#include "fuse/ops.h"
#include "routed.h"
#include "volume.h"

#include <errno.h>
#include <string.h>

enum {
	DOTS = 2,
	NAME_CAPACITY = 1024,
	MOST_ON_THE_WAY = 1 << 24, /* entries enumerated because the caller seeks beyond them */
	UNKNOWN_INO = -1
};

static enum cbf__flow fill(struct cbf__request *rq);

static struct cbf__enumeration *enumeration_of(const struct cbf__request *rq)
{
	return rq->handle->directory;
}

/* False: no room for it. `param` NULL: as a plain entry, the kernel learns nothing of its node. */
static bool add_entry(struct cbf__request *rq, const char *name, uint64_t ino, mode_t type,
		      const struct fuse_entry_param *param)
{
	struct fuse_entry_param plain = {.attr = {.st_ino = ino, .st_mode = type}};
	char *end = rq->data.bytes + rq->data.length;
	size_t room = rq->size - rq->data.length;
	size_t needed;

	if (rq->plus)
		needed = fuse_add_direntry_plus(rq->fuse, end, room, name, param ? param : &plain,
						(off_t)(rq->offset + 1));
	else
		needed = fuse_add_direntry(rq->fuse, end, room, name, &plain.attr, (off_t)(rq->offset + 1));
	if (needed > room)
		return false;
	rq->data.length += needed;
	rq->offset++;
	return true;
}

static bool add_dot(struct cbf__request *rq)
{
	const struct cbf__node *node = rq->target;
	const struct cbf__name *name;
	uint64_t ino;

	cbf__lock(rq);
	if (rq->offset == 1 && (name = cbf__node_name(node)))
		node = name->dir;
	ino = cbf__node_ino(&rq->volume->tree, node);
	cbf__unlock(rq);
	return add_entry(rq, rq->offset == 0 ? "." : "..", ino, S_IFDIR, NULL);
}

static bool add_kept(struct cbf__request *rq)
{
	const struct cbf__entry *entry = cbf__entries_get(enumeration_of(rq), rq->offset - DOTS);
	char name[CBF_NAME_MAX + 1];

	memcpy(name, entry->name, entry->length);
	name[entry->length] = '\0';
	return add_entry(rq, name, entry->ino, entry->type, NULL);
}

static enum cbf__flow finish(struct cbf__request *rq)
{
	struct cbf__enumeration *enumeration = enumeration_of(rq);

	if (rq->data.length == 0 && enumeration->error) {
		rq->error = enumeration->error;
		enumeration->error = 0;
		return cbf__reply_done(rq);
	}
	return cbf__reply_entries(rq);
}

static uint64_t ino_of_entry(const struct cbf__request *rq, const char *name)
{
	const struct cbf__name *known;

	if (rq->volume->properties.use_file_ids && rq->info.file_id)
		return cbf__file_id_to_ino(rq->info.file_id);
	known = cbf__name_find(&rq->volume->tree, rq->target, name, strlen(name));
	return known ? cbf__node_ino(&rq->volume->tree, known->node) : (uint64_t)UNKNOWN_INO;
}

/* Keeps the entry just enumerated, then hands it out if there is room: with its node, when readdirplus asks. */
static enum cbf__flow take_entry(struct cbf__request *rq)
{
	const char *name = rq->event.enumerate_directory.file_name;
	mode_t type = rq->info.mode & S_IFMT ? rq->info.mode & S_IFMT : S_IFREG;
	struct fuse_entry_param param;
	uint64_t number = cbf__entries_count(enumeration_of(rq)) + DOTS;
	bool kept;

	cbf__lock(rq);
	kept = cbf__entries_append(enumeration_of(rq), name, ino_of_entry(rq, name), type);
	cbf__unlock(rq);
	if (!kept) {
		enumeration_of(rq)->error = ENOMEM;
		return finish(rq);
	}
	if (number != rq->offset) /* on the way to where the caller seeks */
		return cbf__go(rq, fill);
	if (!rq->plus)
		return add_kept(rq) ? cbf__go(rq, fill) : finish(rq);
	if (!cbf__buffer_reserve(&rq->given, sizeof(rq->found->id)) ||
	    cbf__learn(rq, rq->target, name, strlen(name)) != 0)
		return add_kept(rq) ? cbf__go(rq, fill) : finish(rq);
	if (!cbf__route_node_sizes(rq, rq->found))
		cbf__cache_entry_sizes(rq, name);
	cbf__lock(rq);
	cbf__fill_entry(rq, rq->found, &rq->info, &param);
	rq->found->lookups++;
	cbf__unlock(rq);
	if (add_entry(rq, name, 0, 0, &param)) {
		cbf__buffer_append(&rq->given, &rq->found->id, sizeof(rq->found->id));
		return cbf__go(rq, fill);
	}
	cbf__forget(rq->volume, rq->found->id, 1);
	return finish(rq);
}

/* An entry whose name would be taken for a stream. */
static bool is_unreachable(const struct cbf__request *rq)
{
	const char *name = rq->event.enumerate_directory.file_name;

	if (!rq->volume->properties.use_stream_paths || !strchr(name, ':'))
		return false;
	cbf__report(rq->volume, EIO, "EnumerateDirectory %s: the hook gave a name with a colon in it", rq->subject);
	return true;
}

static enum cbf__flow entry_answered(struct cbf__request *rq)
{
	struct cbf__enumeration *enumeration = enumeration_of(rq);

	enumeration->context = rq->event.enumerate_directory.enumeration_context;
	if (rq->result) {
		enumeration->error = rq->result;
		return finish(rq);
	}
	if (!rq->event.enumerate_directory.file_found) {
		enumeration->ended = true;
		return finish(rq);
	}
	if (is_unreachable(rq)) {
		enumeration->error = EIO;
		return finish(rq);
	}
	return take_entry(rq);
}

static enum cbf__flow ask(struct cbf__request *rq, bool restart)
{
	struct cbf__enumeration *enumeration = enumeration_of(rq);

	rq->text.length = 0;
	if (atomic_load(&rq->volume->ending))
		enumeration->error = ENODEV;
	else if (rq->offset - DOTS > cbf__entries_count(enumeration) + MOST_ON_THE_WAY)
		enumeration->error = EINVAL;
	else if (!cbf__buffer_reserve(&rq->text, NAME_CAPACITY))
		enumeration->error = ENOMEM;
	if (enumeration->error)
		return finish(rq);
	rq->text.bytes[0] = '\0';
	cbf__clear_info(rq);
	enumeration->started = true;
	CBF__MAKE_EVENT(&rq->event, enumerate_directory, .directory_name = rq->subject, .mask = "*",
			.case_sensitive = true, .restart = restart,
			.requested_info = rq->plus ? CBF_INFO_ALL : CBF_INFO_FILE_ID | CBF_INFO_TYPE,
			.file_name = rq->text.bytes, .file_name_capacity = NAME_CAPACITY, .info = &rq->info,
			.enumeration_context = enumeration->context);
	return cbf__fire_then(rq, CBF__ENUMERATE_DIRECTORY, entry_answered);
}

static enum cbf__flow fill(struct cbf__request *rq)
{
	struct cbf__enumeration *enumeration = enumeration_of(rq);

	while (rq->offset < DOTS)
		if (!add_dot(rq))
			return finish(rq);
	while (rq->offset - DOTS < cbf__entries_count(enumeration))
		if (!add_kept(rq))
			return finish(rq);
	if (enumeration->error || enumeration->ended)
		return finish(rq);
	return ask(rq, false);
}

static enum cbf__flow fill_anew(struct cbf__request *rq)
{
	struct cbf__enumeration *enumeration = enumeration_of(rq);

	enumeration->ended = false;
	enumeration->error = 0;
	cbf__entries_clear(enumeration);
	while (rq->offset < DOTS)
		if (!add_dot(rq))
			return finish(rq);
	return ask(rq, true);
}

static enum cbf__flow readdir_claimed(struct cbf__request *rq)
{
	struct cbf__enumeration *enumeration;
	bool ready = true;

	rq->data.length = 0;
	if (!rq->error && !cbf__buffer_reserve(&rq->data, rq->size + 1))
		rq->error = ENOMEM;
	if (rq->error)
		return cbf__reply_done(rq);
	cbf__use_contexts(rq, rq->target, rq->handle);
	cbf__lock(rq);
	if (!rq->handle->directory)
		ready = cbf__enumeration_start(&rq->volume->tree, &rq->handle->directory);
	cbf__unlock(rq);
	if (!ready)
		return cbf__reply_error(rq, ENOMEM);
	enumeration = rq->handle->directory;
	if (rq->offset == 0 && enumeration->started)
		return cbf__go(rq, fill_anew);
	return cbf__go(rq, fill);
}

static enum cbf__flow readdir_start(struct cbf__request *rq)
{
	rq->turn = CBF__EXCLUSIVE_TURN;
	return cbf__call(rq, cbf__step_claim_node, readdir_claimed);
}

static void read_directory(fuse_req_t fuse, fuse_ino_t ino, size_t size, off_t offset, const struct fuse_file_info *fi,
			   bool plus)
{
	enum { MOST = 16 * 1024 * 1024 };
	struct cbf__request *rq = cbf__op_begin(fuse);
	int error;

	if (!rq)
		return;
	rq->size = size;
	rq->offset = (uint64_t)offset;
	rq->plus = plus;
	error = size > MOST || offset < 0 ? EINVAL : cbf__request_bind(rq, ino, fi->fh);
	if (!error && !rq->handle)
		error = EBADF;
	if (!error && rq->node->type != S_IFDIR)
		error = ENOTDIR;
	cbf__op_run(rq, error, readdir_start);
}

void cbf__op_readdir(fuse_req_t fuse, fuse_ino_t ino, size_t size, off_t offset, struct fuse_file_info *fi)
{
	read_directory(fuse, ino, size, offset, fi, false);
}

void cbf__op_readdirplus(fuse_req_t fuse, fuse_ino_t ino, size_t size, off_t offset, struct fuse_file_info *fi)
{
	read_directory(fuse, ino, size, offset, fi, true);
}
