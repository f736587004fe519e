/* SPDX-License-Identifier: MIT */
/*
 * Named streams: each is a node of its own, with a content and nothing else, in a list of its file.
 *
 * The list is guarded by the file's lock, and is in the order of addresses. A stream is locked after its file: so a
 * file may be locked with all of its streams. A stream knows its file as long as that lives, but does not keep it
 * alive. Space for it is put down to the file's owners; it takes no inode.
 */
#ifndef MEMDRIVE_STREAM_H
#define MEMDRIVE_STREAM_H

#include "path.h"

struct stream {
	struct stream *next;
	struct node *node; /* referred to */
	size_t length;
	char name[];
};

/* The way to a stream, by a path with its name behind the last colon. */
struct stream_place {
	struct node *file; /* referred to */
	const char *name; /* in the path */
	struct node *node; /* referred to; NULL: there is none */
};

/* 0, also if there is no such stream, -ENOENT or -ENOTDIR for the way to it, -ENOMEM. */
int stream_place_find(struct memdrive *drive, const char *path, struct stream_place *place);
void stream_place_release(struct stream_place *place);

/* 0 with a reference; -ENOENT. */
int stream_find(struct memdrive *drive, const char *path, struct node **node);
/* Makes one, with a reference. -EEXIST, -EPERM, -ENOSPC, -EDQUOT, -ENOMEM. */
int stream_create(struct memdrive *drive, const char *path, struct node **node);
/* -ENOENT, -EPERM. */
int stream_remove(struct memdrive *drive, const char *path);

/* The file of a stream, with a reference; NULL: it has gone, or this is none. */
struct node *stream_file(struct node *stream);
/* The content of a stream has changed: so its file has. */
void stream_note_change(struct node *stream);
/* May what belongs to the file of a stream be changed? 0 or -EPERM. */
int stream_check_change(struct node *stream);

/* With the file locked. */
void streams_lock(struct node *file);
void streams_unlock(struct node *file);
uint64_t streams_stored(const struct node *file); /* and the streams */

/* The file goes. */
void streams_destroy(struct node *file);

#endif
