/* SPDX-License-Identifier: MIT */
/*
 * The tree of a volume: which files the kernel knows, under which names, and who is using them.
 *
 * A *node* is a file, a *name* is an edge from a directory to a node; a file with hard links is one node with several
 * names. FUSE's node id finds a node, so does the application's FileId.
 *
 * Lock
 *   tree->lock guards everything here and in open/: nodes, names, claims, files, handles and their context slots. It is
 *   held for a few table operations at a time, never while a hook runs, never while a reply is written, and no other
 *   lock of the library is taken while it is held.
 *
 * Lifetime
 *   A node lives while the kernel refers to it (lookups), the library does (pins: requests, handles, claims) or it has
 *   names inside of it (children). When none is left it is freed with its names. The root lives as long as the tree.
 *   A name lives while it is in the tree or somebody holds a reference (claims and handles, which read its text).
 *
 * Identity
 *   With use_file_ids a node's id is a function of its FileId (the root's FileId and 1 change places), unless a node
 *   whose file has been deleted still sits there, since applications reuse FileIds; then it gets a number from above
 *   2^63 on, as does a file without a FileId. Without FileIds all ids are counted up.
 */
#ifndef CBF__TREE_H
#define CBF__TREE_H

#include "base/list.h"
#include "base/map.h"

#include <cbfuse/event_attr.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

enum { CBF__ROOT_NODE_ID = 1 };

/* The queue of those who want a node's events: one exclusive or many shared run; the rest waits in order. */
struct cbf__turn {
	int running; /* -1: one exclusive, else how many shared */
	struct cbf__list waiting; /* cbf__turn_claim.link */
};

/* What is left of a node without a name: for answers about a deleted file that is still open. */
struct cbf__gone {
	struct stat attr;
	char path[];
};

struct cbf__node {
	struct cbf__map_link by_id;
	struct cbf__map_link by_file_id; /* in the table if indexed */
	uint64_t id;
	uint64_t file_id; /* 0: the library made up the identity */
	uint64_t lookups; /* that the kernel has to forget */
	uint32_t pins;
	uint32_t children; /* names inside */
	mode_t type; /* S_IFMT bits */
	uint32_t hard_links; /* how many names the application says there are */
	struct cbf__list names; /* cbf__name.of_node; the one used last is first */
	struct cbf__file *file; /* open/file.h; NULL: not open */
	struct cbf__gone *gone;
	struct cbf__turn turn;
	bool indexed;
	bool dead; /* its last name is gone */
	bool stream; /* see stream.h */
};

struct cbf__name {
	struct cbf__map_link by_name;
	struct cbf__list of_node;
	struct cbf__node *dir;
	struct cbf__node *node;
	uint32_t references;
	uint32_t length;
	bool in_tree;
	char text[];
};

struct cbf__tree {
	pthread_mutex_t lock;
	struct cbf__map nodes; /* by id */
	struct cbf__map file_ids; /* by FileId: living nodes only */
	struct cbf__map names; /* by directory and text */
	struct cbf__map handles; /* open/handle.h */
	struct cbf__node *root;
	uint64_t next_id;
	uint64_t next_spare_id; /* for FileIds whose id is taken */
	uint64_t next_handle;
	uint64_t open_files;
	uint64_t enumerations;
	bool use_file_ids;
	bool use_hard_links;
	/* Name claims: see claim.h */
	struct cbf__list claims_shared; /* granted */
	struct cbf__list claims_exclusive; /* granted */
	struct cbf__list claims_waiting; /* in order of arrival */
	unsigned exclusive_claims; /* granted or waiting */
};

int cbf__tree_init(struct cbf__tree *tree, bool use_file_ids, bool use_hard_links);
/* Frees all nodes, whatever the kernel thinks it knows of them. No handle and no claim may be left. */
void cbf__tree_destroy(struct cbf__tree *tree);

/* All of the following: with the lock held. */

struct cbf__node *cbf__node_find(const struct cbf__tree *tree, uint64_t id);
struct cbf__node *cbf__node_find_file_id(const struct cbf__tree *tree, uint64_t file_id);
/* NULL: no memory. file_id may be 0. */
struct cbf__node *cbf__node_new(struct cbf__tree *tree, uint64_t file_id, mode_t type);
void cbf__node_pin(struct cbf__node *node);
/* May free the node, and directories that lived for it only. */
void cbf__node_unpin(struct cbf__tree *tree, struct cbf__node *node);
void cbf__node_forget(struct cbf__tree *tree, struct cbf__node *node, uint64_t lookups);
/* The file is no more: its FileId may come back as another file. */
void cbf__node_die(struct cbf__tree *tree, struct cbf__node *node);
/* While a hook takes the last name away: from the moment when it has done so, the FileId may come back as another file,
 * and that must not be taken for this node. Shown again if the file lives on. */
void cbf__node_hide(struct cbf__tree *tree, struct cbf__node *node);
void cbf__node_show(struct cbf__tree *tree, struct cbf__node *node);
/* What st_ino shows. */
uint64_t cbf__node_ino(const struct cbf__tree *tree, const struct cbf__node *node);
/* The id that a FileId has outside: the root's and 1 change places. */
uint64_t cbf__file_id_to_ino(uint64_t file_id);

struct cbf__name *cbf__name_find(const struct cbf__tree *tree, const struct cbf__node *dir, const char *text,
				 size_t length);
/* NULL: no memory, or a directory would come to lie below itself: what the application answers while directories move
 * behind the mount's back may come from different moments, and the tree must never have a loop. The name must not be
 * there. */
struct cbf__name *cbf__name_add(struct cbf__tree *tree, struct cbf__node *dir, const char *text, size_t length,
				struct cbf__node *node);
/* Out of the tree; freed when nobody refers to it any more. The node stays (pin it if you go on with it). */
void cbf__name_remove(struct cbf__tree *tree, struct cbf__name *name);
void cbf__name_release(struct cbf__name *name);
/* The node's name that was used last; NULL if it has none (or is the root). */
struct cbf__name *cbf__node_name(const struct cbf__node *node);
/* Is node the directory `above` or below it? */
bool cbf__node_is_below(const struct cbf__node *node, const struct cbf__node *above);

/* What the application said of (dir, text): finds or makes its node and its name. Fixes what changed behind the
 * library's back: a name that now is another file, a directory that moved. */
enum cbf__learned { CBF__LEARNED, CBF__LEARNED_NO_MEMORY, CBF__LEARNED_NONSENSE };
enum cbf__learned cbf__tree_learn(struct cbf__tree *tree, struct cbf__node *dir, const char *text, size_t length,
				  const struct cbf_file_info *info, struct cbf__node **node);
/* A name was taken away through the mount. hard_links: how many names its file has left. attr: what is known of it. */
void cbf__tree_unlink(struct cbf__tree *tree, struct cbf__name *name, uint32_t hard_links, const struct stat *attr);
/* A name turns out not to be this file's any more: changed behind our back. What became of the file is not known. */
void cbf__tree_lose(struct cbf__tree *tree, struct cbf__name *name);
/* (dir, text) moved to (new_dir, new_text), where nothing is any more. False: it could not be noted (see
 * cbf__name_add()), the name is dropped and will be looked up again. */
bool cbf__tree_move(struct cbf__tree *tree, struct cbf__name *name, struct cbf__node *new_dir, const char *new_text,
		    size_t new_length);

#endif
