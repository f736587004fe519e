/* SPDX-License-Identifier: MIT */
/*
 * Claims: what a request needs to itself while its hooks run. Two kinds, taken in this order:
 *
 *  1. Names. Each path that a hook is handed must stay true until the hook returns, so a request claims the names it
 *     uses: shared if it only uses them, exclusive if it makes, moves or removes them. An exclusive claim on a
 * directory conflicts with all claims below it.
 *  2. Turns. Events of one file do not overlap, so a request waits for its turn on each file that it is about.
 *
 * All name claims of a request are granted at once, then its turns one by one in the order of their addresses. So a
 * request that has its names waits only for turns, whose holders have all they need and will finish: no deadlock. Names
 * are granted in order of arrival among those that conflict, turns too: nobody starves.
 *
 * A request that must wait is parked: cbf__claims_take() says so, and `granted` is called later, once, with no lock
 * held, on the thread of whoever let go. No thread ever waits.
 *
 * What a claim is about is looked up again each time it is tried, since a rename may have come first. Once granted, the
 * claims hold: for each name its directory (pinned), its text (referenced), and the node behind it (pinned).
 *
 * Locks: cbf__claims_take() and cbf__claims_drop() take tree->lock themselves. The fields of granted claims belong to
 * the request.
 */
#ifndef CBF__CLAIM_H
#define CBF__CLAIM_H

#include "tree/tree.h"

enum { CBF__MAX_CLAIMS = 2 };

/* How a file's turn is wanted: not at all, beside others who only look, or alone. */
enum cbf__turn_kind { CBF__NO_TURN, CBF__SHARED_TURN, CBF__EXCLUSIVE_TURN };

struct cbf__turn_claim {
	struct cbf__list link;
	struct cbf__claims *claims;
	struct cbf__node *node;
	enum cbf__turn_kind kind;
};

/* One of: the present name of a node (of_node set), or a name in a directory (dir and text set). */
struct cbf__name_claim {
	/* What is wanted; set by the caller, who keeps of_node, dir and text alive until the claims are dropped. */
	struct cbf__node *of_node; /* of a stream: a name of its file */
	struct cbf__name *preferred; /* of of_node: the name that a handle was opened by; may be gone */
	struct cbf__node *dir;
	const char *text;
	size_t length;
	bool exclusive;
	enum cbf__turn_kind turn; /* on the node behind the name */
	/* What was found; valid once granted. */
	struct cbf__name *name; /* referenced; NULL: no such name, a node without a name, or the root */
	struct cbf__node *node; /* pinned; NULL: no such name */
	struct cbf__node *in; /* pinned: the directory; NULL: the root or a node without a name */
	const char *component; /* the last component; NULL if in is NULL */
	size_t component_length;
};

struct cbf__claims {
	struct cbf__list link;
	struct cbf__name_claim names[CBF__MAX_CLAIMS];
	unsigned name_count;
	struct cbf__turn_claim turns[CBF__MAX_CLAIMS];
	unsigned turn_count;
	unsigned turns_granted;
	bool exclusive;
	bool names_granted;
	void (*parking)(struct cbf__claims *claims); /* just before it is parked, with the lock held */
	void (*granted)(struct cbf__claims *claims);
};

void cbf__claims_init(struct cbf__claims *claims, void (*parking)(struct cbf__claims *claims),
		      void (*granted)(struct cbf__claims *claims));
struct cbf__name_claim *cbf__claims_add_node(struct cbf__claims *claims, struct cbf__node *node,
					     struct cbf__name *preferred, enum cbf__turn_kind turn);
struct cbf__name_claim *cbf__claims_add_name(struct cbf__claims *claims, struct cbf__node *dir, const char *text,
					     size_t length, bool exclusive, enum cbf__turn_kind turn);
/* True: granted. False: parked. */
bool cbf__claims_take(struct cbf__tree *tree, struct cbf__claims *claims);
/* Gives back what was granted, wakes who waited for it, and empties the claims. Claims that were never taken are fine.
 */
void cbf__claims_drop(struct cbf__tree *tree, struct cbf__claims *claims);

#endif
