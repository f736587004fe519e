/* SPDX-License-Identifier: MIT */
/*
 * What lives on while something is open: files, handles, enumerations. All of it is guarded by tree->lock, and changed
 * only by a request that has an exclusive turn on the node (or that is the only one left).
 *
 * A file exists from just before the first OpenFile or CreateFile fires until just after the last CloseFile; it holds
 * the FileContext. It is made before its node is known when the file is being created. A handle is one open. All that
 * outlive a request are in tree->handles, so that the end of the session finds them, under numbers that never come
 * again; the library's own are hidden from the kernel. Whoever uses a handle holds a reference; it leaves the table
 * when it is closed. An enumeration belongs to a handle and is closed before it.
 */
#ifndef CBF__OPEN_H
#define CBF__OPEN_H

#include "base/buffer.h"
#include "event/actor.h"
#include "open/route.h"
#include "tree/tree.h"

struct cbf__file {
	struct cbf__node
		*node; /* not pinned: a node with a file has a handle or a request that pins it; NULL: not known yet */
	void *context;
	void *shared_handle_context; /* for all handles, unless fire_all_open_close_events */
	struct cbf__route *route; /* NULL: events serve the content; a reference */
	bool unannounced; /* open by the route cache only: see route.h */
	uint32_t handles;
};

/* The kinds differ in what `found` holds. */
struct cbf__enumeration {
	void *context;
	bool started; /* an event has fired */
	bool ended; /* the hook said: no more */
	int error; /* to be told next time */
	struct cbf__buffer found; /* directory: cbf__entry records. hard links: paths, a NUL behind each */
	struct cbf__buffer index; /* directory: size_t offsets of the records */
	uint64_t position; /* hard links: how much of the stream was handed out, plus 1. quotas: the next record */
	uint32_t kind; /* quotas: CBF_QUOTA_* */
};

/* An entry of a directory as it is kept for seeking; the name follows, no NUL. */
struct cbf__entry {
	uint64_t ino;
	mode_t type;
	uint32_t length;
	char name[];
};

struct cbf__handle {
	struct cbf__map_link by_id;
	uint64_t id; /* 0: not in the table */
	bool hidden; /* the library's own */
	uint32_t references;
	struct cbf__node *node; /* pinned */
	struct cbf__file *file;
	struct cbf__name *name; /* referenced: that it was opened by; NULL: had none */
	void *context;
	struct cbf__creator creator;
	int flags;
	struct cbf__enumeration *directory;
	struct cbf__enumeration *links;
	struct cbf__enumeration *quotas;
	struct cbf__handle
		*linked_from; /* of a linked handle: the directory's, whose reference to it is to be given back */
	struct cbf__handle *linked; /* of a directory's handle: a handle on the entry whose names are being asked for */
};

/* With the lock held. */

struct cbf__file *cbf__file_new(void);
/* Frees the file and takes it from its node. What it was routed to goes to the caller, to be released without the lock.
 */
struct cbf__route *cbf__file_destroy(struct cbf__tree *tree, struct cbf__file *file);
void cbf__file_attach(struct cbf__tree *tree, struct cbf__file *file, struct cbf__node *node);

/* Makes a handle with one reference, for the caller, and counts it in its file. NULL: no memory. */
struct cbf__handle *cbf__handle_new(struct cbf__file *file, int flags);
/* Says what it is a handle of, and by which name it was opened (may be NULL). */
void cbf__handle_attach(struct cbf__handle *handle, struct cbf__node *node, struct cbf__name *name);
/* Gives it a number and puts it into the table, which holds a reference of its own. */
void cbf__handle_publish(struct cbf__tree *tree, struct cbf__handle *handle, bool hidden);
/* The handle of that number, referenced; NULL if there is none. Hidden ones are not the kernel's to name. */
struct cbf__handle *cbf__handle_find(struct cbf__tree *tree, uint64_t id, bool hidden);
/* Out of the table; false if it was not there (any more). */
bool cbf__handle_withdraw(struct cbf__tree *tree, struct cbf__handle *handle);
/* The end of a handle: out of the table, its file is gone with its last one (see cbf__file_destroy()), and so is the
 * caller's reference. */
struct cbf__route *cbf__handle_close(struct cbf__tree *tree, struct cbf__handle *handle);
void cbf__handle_release(struct cbf__tree *tree, struct cbf__handle *handle);

/* *place is NULL before; false: no memory. */
bool cbf__enumeration_start(struct cbf__tree *tree, struct cbf__enumeration **place);
void cbf__enumeration_end(struct cbf__tree *tree, struct cbf__enumeration **place);

/* The entries that a directory enumeration has seen, in order. */
bool cbf__entries_append(struct cbf__enumeration *enumeration, const char *name, uint64_t ino, mode_t type);
size_t cbf__entries_count(const struct cbf__enumeration *enumeration);
const struct cbf__entry *cbf__entries_get(const struct cbf__enumeration *enumeration, size_t number);
void cbf__entries_clear(struct cbf__enumeration *enumeration);

#endif
