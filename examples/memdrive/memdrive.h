/* SPDX-License-Identifier: MIT */
/*
 * A file system in memory, with every event of the library hooked.
 *
 * Where Linux' own file systems differ, it does as tmpfs does: a directory's size is 20 bytes for each entry, `.` and
 * `..` among them, and takes no blocks; its links are 2 and one for each directory in it; a short symbolic link takes
 * no blocks; times of access are kept as with the mount option relatime. As on ext4, a file can have 65000 names, and a
 * name more takes no inode.
 *
 * Locks: each node has one (node.h). `moves` is held while a directory moves, and for reading by who climbs from a node
 * to the root. There is no lock that every read and write takes.
 *
 * A function that can fail returns a negative errno, which a hook turns around for its result_code.
 */
#ifndef MEMDRIVE_MEMDRIVE_H
#define MEMDRIVE_MEMDRIVE_H

#include "id_table.h"
#include "label.h"
#include "node.h"
#include "object_id.h"
#include "path.h"
#include "report.h"
#include "space.h"

#include <cbfuse/cbfuse.h>

struct memdrive_options {
	uint64_t size; /* bytes; 0: no limit */
	uint64_t files; /* inodes; 0: no limit */
	uint64_t user_quota; /* bytes; 0: no limit */
	uid_t uid; /* of the root directory */
	gid_t gid;
	const char *label; /* NULL: none */
	bool without_streams; /* `user.` attributes are nothing but attributes */
	bool stream_paths; /* FILE:STREAM is a path */
	bool check_access; /* CheckAccess is hooked: then the kernel does not check */
};

struct memdrive {
	struct node *root;
	struct id_table ids;
	struct object_ids object_ids;
	struct space space;
	struct page_pool pages;
	pthread_rwlock_t moves;
	struct label label;
	uint64_t volume_id;
	bool has_streams;
	bool has_stream_paths;
	bool checks_access;
	struct report report;
	bool is_background;
	atomic_uint workers; /* how many threads have begun, for their names */
};

int memdrive_init(struct memdrive *drive, const struct memdrive_options *options); /* 0 or a negative errno */
void memdrive_destroy(struct memdrive *drive);

/* Sets the hooks, and the properties that they need. 0 or a negative errno. */
int memdrive_set_up(struct memdrive *drive, struct cbf_volume *volume);

#endif
