/* SPDX-License-Identifier: MIT */
/* The model filesystem's contexts: made, checked, freed. */
#include "model_fs_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *make(struct model_fs *fs, enum mf_context_kind kind, size_t size)
{
	void *context = calloc(1, size);

	if (!context)
		abort();
	fs->made[kind]++;
	return context;
}

struct mf_file *mf__open_context(struct mf_call *call, const char *path, struct mf_inode *inode, void **file_context,
				 void **handle_context)
{
	struct mf_file *file = call->file;
	struct mf_handle *handle;

	if (*file_context && (!file || file->inode != inode))
		mf__violation(call->fs, "%s is opened with the context of another file", path);
	if (*handle_context)
		mf__violation(call->fs, "%s is opened with a handle context", path);
	if (!file) {
		file = make(call->fs, MF_FILE_CONTEXT, sizeof(*file));
		file->magic = MF_FILE_MAGIC;
		file->inode = inode;
		file->running = 1;
		inode->references++;
		call->file = file;
		*file_context = file;
	}
	handle = make(call->fs, MF_HANDLE_CONTEXT, sizeof(*handle));
	handle->magic = MF_HANDLE_MAGIC;
	handle->inode = inode;
	*handle_context = handle;
	return file;
}

static void check_handle(struct mf_call *call, const char *path, const struct mf_inode *inode, const void *context)
{
	const struct mf_handle *handle = context;

	if (handle && (handle->magic != MF_HANDLE_MAGIC || handle->inode != inode))
		mf__violation(call->fs, "event %d of %s: the handle context is not one of this file", call->kind, path);
}

struct mf_inode *mf__subject(struct mf_call *call, const char *path, bool deleted, void *file_context,
			     void *handle_context, bool must_be_open)
{
	struct mf_inode *named = mf__find(call->fs, path);

	if (!call->file) {
		if (must_be_open || file_context)
			mf__violation(call->fs, "event %d of %s has no file context", call->kind, path);
		if (handle_context)
			mf__violation(call->fs, "event %d of %s has a handle context only", call->kind, path);
		return deleted ? NULL : named;
	}
	check_handle(call, path, call->file->inode, handle_context);
	if (deleted && named == call->file->inode)
		mf__violation(call->fs, "event %d of %s says `deleted', but the name exists", call->kind, path);
	if (!deleted && named != call->file->inode)
		mf__violation(call->fs, "event %d: %s is not the name of the file whose context it has", call->kind,
			      path);
	return call->file->inode;
}

static const unsigned magics[] = {[MF_DIRECTORY_ENUMERATION] = MF_DIRECTORY_MAGIC,
				  [MF_LINKS_ENUMERATION] = MF_LINKS_MAGIC,
				  [MF_STREAMS_ENUMERATION] = MF_STREAMS_MAGIC};

void mf__check_stream(struct mf_call *call, const char *path, bool is_stream)
{
	const struct mf_inode *named = mf__find(call->fs, path);

	if (named && !named->stream_of == is_stream)
		mf__violation(call->fs, "event %d of %s: is_stream is %d", call->kind, path, is_stream);
}

static bool belongs(const struct mf_enumeration *enumeration, const struct mf_name *name, enum mf_context_kind kind)
{
	if (kind == MF_LINKS_ENUMERATION)
		return name->inode == enumeration->file->inode;
	return name->parent == enumeration->file->inode &&
	       (name->inode->stream_of != NULL) == (kind == MF_STREAMS_ENUMERATION);
}

struct mf_enumeration *mf__begin_enumeration(struct mf_call *call, struct mf_file *file, enum mf_context_kind kind)
{
	struct model_fs *fs = call->fs;
	struct mf_enumeration *enumeration;
	size_t i;

	enumeration = make(fs, kind, sizeof(struct mf_enumeration));
	enumeration->magic = magics[kind];
	enumeration->file = file;
	enumeration->names = calloc(fs->names_count + 1, sizeof(struct mf_name));
	if (!enumeration->names)
		abort();
	for (i = 0; i < fs->names_count; i++)
		if (belongs(enumeration, fs->names[i], kind))
			enumeration->names[enumeration->count++] = *fs->names[i];
	file->enumerations++;
	return enumeration;
}

void mf__end_enumeration(struct mf_call *call, void *context, enum mf_context_kind kind)
{
	struct mf_enumeration *enumeration = context;

	if (!enumeration)
		return;
	if (enumeration->magic != magics[kind]) {
		mf__violation(call->fs, "event %d: the enumeration context is none of ours", call->kind);
		return;
	}
	if (enumeration->file != call->file)
		mf__violation(call->fs, "event %d closes an enumeration of another file", call->kind);
	else
		call->file->enumerations--;
	enumeration->magic = 0;
	free(enumeration->names);
	free(enumeration);
	call->fs->freed[kind]++;
}

static void free_handle(struct mf_call *call, void **handle_context)
{
	struct mf_handle *handle = *handle_context;

	if (!handle)
		return;
	if (!handle->cleaned)
		mf__violation(call->fs, "a handle is closed without a CleanupFile");
	handle->magic = 0;
	free(handle);
	*handle_context = NULL;
	call->fs->freed[MF_HANDLE_CONTEXT]++;
}

void mf__close_context(struct mf_call *call, void **file_context, void **handle_context, bool last_handle)
{
	struct mf_file *file = call->file;

	free_handle(call, handle_context);
	if (!file || !last_handle)
		return;
	if (file->enumerations > 0)
		mf__violation(call->fs, "a file is closed before its enumerations");
	if (!file->cleaned)
		mf__violation(call->fs, "a file is closed without a CleanupFile");
	call->file = NULL;
	file->magic = 0;
	file->inode->references--;
	mf__release_inode(call->fs, file->inode);
	free(file);
	*file_context = NULL;
	call->fs->freed[MF_FILE_CONTEXT]++;
}

void mf__give_name(const struct mf_call *call, char *out, size_t capacity, const char *good)
{
	switch (call->bad) {
	case MF_BAD_EMPTY:
		good = "";
		break;
	case MF_BAD_COLON:
		good = "a:b";
		break;
	case MF_BAD_SLASH:
		good = "a/b";
		break;
	case MF_BAD_DOT_DOT:
		good = "..";
		break;
	case MF_BAD_LONG:
		memset(out, 'x', capacity);
		if (capacity > 300)
			out[300] = '\0';
		return;
	case MF_BAD_UNTERMINATED:
		memset(out, 'x', capacity);
		return;
	default:
		break;
	}
	(void)snprintf(out, capacity, "%s", good);
}
