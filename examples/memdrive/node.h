/* SPDX-License-Identifier: MIT */
/*
 * A node: a file, directory, symbolic link or special file.
 *
 * It lives as long as somebody refers to it: each of its names, each open (the file_context), and whoever works on it.
 * Its lock guards all of it but the id, the type, the device and a link's target, which never change. Who needs several
 * nodes locked locks them all at once (node_lock_all()), and nothing else: so nobody waits for the other. Locks of
 * tables and of the space may be taken with a node locked, never the other way round. Streams come after files: see
 * stream.h.
 */
#ifndef MEMDRIVE_NODE_H
#define MEMDRIVE_NODE_H

#include "attribute.h"
#include "directory.h"
#include "memory.h"
#include "space.h"

#include <cbfuse/event_attr.h>
#include <sys/types.h>
#include <time.h>

/* As ext4 has it. */
enum { NODE_MOST_LINKS = 65000 };

struct object_id;

struct node_times {
	struct timespec creation;
	struct timespec access;
	struct timespec write;
	struct timespec change;
};

struct node {
	struct memdrive *drive;
	struct table_link id_link;
	uint64_t id;
	atomic_uint_fast64_t references;
	pthread_rwlock_t lock;
	mode_t mode;
	uid_t uid;
	gid_t gid;
	dev_t device;
	uint32_t links; /* 0: no name is left */
	uint64_t size; /* of a file, or of a link's target */
	struct node_times times;
	struct owners owners;
	uint32_t inode_flags; /* FS_*_FL */
	uint32_t project;
	struct object_id *object_id; /* guarded by the drive's object_ids; NULL: none */
	struct entry *names;
	struct stream *streams; /* stream.h */
	bool is_stream;
	struct node *stream_of; /* not referred to; NULL: none, or it has gone */
	struct attribute_list attributes;
	union { /* by the type */
		struct content content;
		struct directory directory;
		char *target;
	};
};

/* What a node shall be. */
struct node_plan {
	mode_t mode;
	uid_t uid;
	gid_t gid;
	dev_t device;
	const char *target; /* of a symbolic link */
	uint32_t inode_flags;
	uint32_t project;
	struct node *stream_of; /* of a stream: its file */
};

/* Without a name yet, referred to once. 0, -ENOSPC, -EDQUOT, -ENOMEM. */
int node_new(struct memdrive *drive, const struct node_plan *plan, uint64_t id, struct node **node);
struct node *node_reference(struct node *node);
/* False: it is on its way out. Only with the lock of a table in which it is held. */
bool node_reference_if_alive(struct node *node);
void node_release(struct node *node); /* NULL is fine */

static inline bool node_is(const struct node *node, mode_t type)
{
	return (node->mode & S_IFMT) == type;
}

enum { NODE_SET_SIZE = 4 };

/* Nodes to be locked together: NULL and one twice are fine. Unlocking takes the same array. */
void node_lock_all(struct node *nodes[NODE_SET_SIZE]);
void node_unlock_all(struct node *nodes[NODE_SET_SIZE]);

/* With the lock. */
void node_note_change(struct node *node); /* the time of change is now */
void node_note_write(struct node *node); /* that, and the time of writing */
void node_fill_info(struct node *node, struct cbf_file_info *info);
/* The bytes that count for it. */
uint64_t node_stored(const struct node *node);

/* Without the lock: as with `relatime`, only if it is not later than the other times, or a day old. */
void node_note_access(struct node *node);

#endif
