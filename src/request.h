/* SPDX-License-Identifier: MIT */
/*
 * A request: one thing that was asked for, by the kernel, by a library call, or by the library itself.
 *
 * A request is a chain of steps. A step does something short and says how to go on: CBF__NEXT (rq->step is to be run),
 * CBF__WAIT (somebody will submit the request when rq->step can be run; the step must not touch it any more), CBF__DONE
 * (answered: free it). Since no step waits on a thread, thousands of requests can be parked with a few workers.
 *
 * A step that fires an event sets rq->step first and looks at rq->result in that next step. Steps that several
 * operations share are subroutines: cbf__call() runs one and goes on at `then`; it ends with cbf__return(). A
 * subroutine that fails leaves an errno value in rq->error.
 *
 * Threads: one at a time runs a request. What it refers to (nodes, handles, claims) it holds until it is done.
 */
#ifndef CBF__REQUEST_H
#define CBF__REQUEST_H

#include "base/buffer.h"
#include "event/event.h"
#include "open/open.h"
#include "tree/claim.h"

#include <cbfuse/control.h>
#include <linux/fs.h>

struct fuse_req;
struct cbf__request;

enum cbf__flow { CBF__NEXT, CBF__WAIT, CBF__DONE };
typedef enum cbf__flow (*cbf__step)(struct cbf__request *rq);

enum { CBF__MAX_CALL_DEPTH = 12, CBF__PATHS = CBF__MAX_CLAIMS };

struct cbf__attributes {
	unsigned valid; /* CBF_SET_* */
	bool set_size;
	uint64_t size;
	struct stat values;
};

/* How the names of a file are asked for: step/step.h. */
struct cbf__link_request {
	uint64_t cursor; /* 0: start */
	size_t page; /* at most so many bytes */
	bool end; /* out */
	unsigned passed_over; /* links whose directories have gone */
	char name[CBF_NAME_MAX + 1]; /* the link that was found last */
};

/* What is asked of CheckAccess before the request begins: step/access.h. */
enum { CBF__MAX_ACCESS = 4 };
struct cbf__access_request {
	struct {
		struct cbf__node *node; /* pinned */
		unsigned desired; /* CBF_ACCESS_* */
	} wanted[CBF__MAX_ACCESS];
	unsigned count, next;
	cbf__step first; /* of the operation */
	/* What the operation has bound */
	struct cbf__node *node;
	struct cbf__handle *handle;
};

/* The file that a copy is made from. */
struct cbf__copy_source {
	struct cbf__node *node; /* pinned */
	struct cbf__handle *handle; /* referenced */
	uint64_t offset;
	bool sought[2]; /* another name was asked for once: of the file that is written, of the source */
	bool swapped; /* the source stands in the place of the other file */
};

/* The stream that is meant: step/step.h. */
struct cbf__stream_request {
	struct cbf__node *file; /* pinned */
	char name[CBF_STREAM_NAME_MAX + 1];
	size_t length;
};

struct cbf__request {
	struct cbf__list link; /* in the ready queue or in the pool */
	struct cbf_volume *volume;
	struct fuse_req *fuse; /* NULL: not the kernel's, or answered */
	cbf__step step;
	cbf__step returns[CBF__MAX_CALL_DEPTH];
	unsigned depth;
	int result; /* of the last event */
	int error; /* why the request fails; 0 */

	/* What it is about */
	struct cbf__node *node; /* pinned */
	struct cbf__node *dirs[2]; /* pinned */
	char names[2][CBF_NAME_MAX + 1];
	size_t name_lengths[2];
	struct cbf__handle *handle; /* referenced: that the kernel named */
	struct cbf__node *target; /* the file that events are about; held by the claims */
	struct cbf__actor originator;
	bool has_originator;

	/* What it holds: see tree/claim.h */
	struct cbf__claims claims;
	enum cbf__turn_kind turn; /* that cbf__step_claim_node() takes */
	struct cbf__buffer paths[CBF__PATHS]; /* of the claimed names */
	const char *subject; /* the path that events are about: one of the paths */
	bool deleted; /* the subject has no name any more */
	bool name_sought; /* another name was asked for once; not again */

	/* Where the contexts are */
	struct cbf__file *file;
	void **handle_slot;

	/* The event under way, and its outputs */
	union cbf__event event;
	struct cbf_file_info info;
	struct cbf__buffer text; /* names and paths that hooks write */
	struct cbf__buffer data; /* content, entries */
	struct cbf__buffer acls; /* step/acl.h */
	unsigned acl_kind; /* CBF_SECURITY_* */

	/* Working state of subroutines */
	struct cbf__route *route; /* referenced: read and written without a turn */
	struct cbf__handle *own_handle; /* opened for this request only */
	struct cbf__handle *closing; /* the handle that is being closed */
	int open_flags;
	struct cbf__node *found; /* pinned: what a walk ended at */
	size_t walk_position;
	struct cbf__buffer walk_path;
	unsigned more_info; /* CBF_INFO_*: asked of GetFileInfo beside all that is usual */
	bool exists; /* GetFileInfo's answer */
	struct cbf__enumeration *enumeration; /* of hard links or quotas */
	struct cbf__link_request links;
	struct cbf__stream_request stream;
	struct cbf__access_request access;
	uint32_t hard_links; /* names that are left */
	struct stat last_attr;

	/* Arguments of the operations */
	uint64_t ino; /* of a file handle */
	struct {
		unsigned command;
		size_t capacity; /* of what goes back */
		union { /* what came in, by the command */
			uint64_t value;
			struct cbf_object_id object_id;
			struct cbf_quota quota;
			struct cbf_default_quota default_quota;
			struct fsxattr attributes;
		};
	} ioctl;
	int flags;
	mode_t mode;
	mode_t umask; /* still to be applied */
	dev_t rdev;
	uint64_t offset;
	uint64_t length; /* of a range; content in memory is `size` */
	size_t size;
	bool plus;
	const void *payload; /* the kernel's bytes; in data if the request was parked */
	struct cbf__attributes attributes;
	struct cbf__copy_source source;
	struct cbf__buffer given; /* uint64_t: ids of the nodes in a readdirplus answer */

	/* For library calls: told instead of the kernel */
	void (*finished)(struct cbf__request *rq);
	void *finished_data;
};

/* NULL: no memory. */
struct cbf__request *cbf__request_new(struct cbf_volume *volume);
/* Runs steps until the request waits or is done; frees it then. */
void cbf__request_run(struct cbf__request *rq);
/* The request can go on: a worker will run it. Any thread. False: the workers have gone, the request is still the
 * caller's (cbf__request_drop); that happens to new requests only, not to parked ones. */
bool cbf__request_submit(struct cbf__request *rq);
/* Frees a request that never ran. */
void cbf__request_drop(struct cbf__request *rq);
/* Frees what the volume keeps for requests to come. */
void cbf__request_pool_destroy(struct cbf_volume *volume);

enum cbf__flow cbf__call(struct cbf__request *rq, cbf__step subroutine, cbf__step then);
enum cbf__flow cbf__return(struct cbf__request *rq);
/* Goes on at `step`. */
enum cbf__flow cbf__go(struct cbf__request *rq, cbf__step step);

/* Takes rq->claims, then goes on at `then`, with paths[] made, subject and deleted set from the first claim, and
 * rq->error set if the volume is ending or memory is short. */
enum cbf__flow cbf__claim(struct cbf__request *rq, cbf__step then);
void cbf__unclaim(struct cbf__request *rq);

/* Fires rq->event and goes on at `then`, with the result in rq->result. */
enum cbf__flow cbf__fire_then(struct cbf__request *rq, enum cbf__event_id id, cbf__step then);

/* Binds the request to a node (and, if fh is not 0, a handle on it): pinned and referenced. 0 or an errno value. */
int cbf__request_bind(struct cbf__request *rq, uint64_t ino, uint64_t fh);
/* The same for rq->source. */
int cbf__request_bind_source(struct cbf__request *rq, uint64_t ino, uint64_t fh);
/* Binds names[i] and dirs[i]. 0 or an errno value. */
int cbf__request_bind_name(struct cbf__request *rq, unsigned i, uint64_t dir, const char *name);
/* Is rq->subject the path of a stream? */
bool cbf__subject_is_stream(const struct cbf__request *rq);
/* Has rq->handle not been released since it was bound? With its turn held. */
bool cbf__handle_is_open(struct cbf__request *rq);
/* Is the last name of rq->target gone? Whoever learns a name may find that out, without its turn. */
bool cbf__target_is_dead(struct cbf__request *rq);
/* The turn that an event needs that changes nothing. */
enum cbf__turn_kind cbf__looking_turn(const struct cbf__request *rq);
/* Points file and handle_slot to the contexts of a handle. */
void cbf__use_handle(struct cbf__request *rq, struct cbf__handle *handle);
/* Points file and handle_slot to the contexts of an open node; nothing if it is not open. */
void cbf__use_contexts(struct cbf__request *rq, struct cbf__node *node, struct cbf__handle *handle);

/* Ends a handle that *place refers to, without events, and lets go of its contexts. */
void cbf__end_handle(struct cbf__request *rq, struct cbf__handle **place);
/* The request goes on with the node that was found as its own. */
void cbf__bind_found(struct cbf__request *rq);

void cbf__lock(struct cbf__request *rq);
void cbf__unlock(struct cbf__request *rq);

#endif
