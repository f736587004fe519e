/* SPDX-License-Identifier: MIT */
#include "request.h"

#include "routed.h"
#include "tree/path.h"
#include "tree/stream.h"
#include "volume.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_POOLED = 64, KEPT_BYTES = 256 * 1024 };

static void resume(struct cbf__claims *claims)
{
	(void)cbf__request_submit(CBF__CONTAINER(claims, struct cbf__request, claims));
}

/* What the kernel wrote lies in the worker's buffer, which the next request overwrites. A request that is granted at
 * once never comes here. */
static void keep_payload(struct cbf__claims *claims)
{
	struct cbf__request *rq = CBF__CONTAINER(claims, struct cbf__request, claims);

	if (!rq->payload || rq->payload == rq->data.bytes)
		return;
	rq->data.length = 0;
	if (!cbf__buffer_append(&rq->data, rq->payload, rq->size)) {
		rq->error = ENOMEM;
		rq->payload = NULL;
		return;
	}
	rq->payload = rq->data.bytes;
}

static struct cbf__request *from_pool(struct cbf_volume *volume)
{
	struct cbf__list *link;

	pthread_mutex_lock(&volume->pool_lock);
	link = cbf__list_take(&volume->pool);
	if (link)
		volume->pooled--;
	pthread_mutex_unlock(&volume->pool_lock);
	return link ? CBF__CONTAINER(link, struct cbf__request, link) : NULL;
}

struct cbf__request *cbf__request_new(struct cbf_volume *volume)
{
	struct cbf__request *rq = from_pool(volume);

	if (!rq)
		rq = calloc(1, sizeof(*rq));
	if (!rq)
		return NULL;
	rq->volume = volume;
	cbf__list_init(&rq->link);
	cbf__claims_init(&rq->claims, keep_payload, resume);
	atomic_fetch_add(&volume->requests, 1);
	return rq;
}

static void free_request(struct cbf__request *rq)
{
	for (unsigned i = 0; i < CBF__PATHS; i++)
		cbf__buffer_destroy(&rq->paths[i]);
	cbf__buffer_destroy(&rq->text);
	cbf__buffer_destroy(&rq->data);
	cbf__buffer_destroy(&rq->acls);
	cbf__buffer_destroy(&rq->walk_path);
	cbf__buffer_destroy(&rq->given);
	free(rq);
}

/* Clears all but the buffers, whose memory is used again. */
static void wipe(struct cbf__request *rq)
{
	struct cbf__buffer kept[] = {rq->paths[0],  rq->paths[1], rq->text, rq->data,
				     rq->walk_path, rq->given,    rq->acls};

	for (unsigned i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		cbf__buffer_shrink(&kept[i], KEPT_BYTES);
	memset(rq, 0, sizeof(*rq));
	rq->paths[0] = kept[0];
	rq->paths[1] = kept[1];
	rq->text = kept[2];
	rq->data = kept[3];
	rq->walk_path = kept[4];
	rq->given = kept[5];
	rq->acls = kept[6];
}

static void let_go(struct cbf__request *rq)
{
	struct cbf__tree *tree = &rq->volume->tree;

	cbf__claims_drop(tree, &rq->claims);
	pthread_mutex_lock(&tree->lock);
	if (rq->handle)
		cbf__handle_release(tree, rq->handle);
	if (rq->found)
		cbf__node_unpin(tree, rq->found);
	if (rq->node)
		cbf__node_unpin(tree, rq->node);
	if (rq->stream.file)
		cbf__node_unpin(tree, rq->stream.file);
	while (rq->access.count)
		cbf__node_unpin(tree, rq->access.wanted[--rq->access.count].node);
	if (rq->source.handle)
		cbf__handle_release(tree, rq->source.handle);
	if (rq->source.node)
		cbf__node_unpin(tree, rq->source.node);
	for (unsigned i = 0; i < 2; i++)
		if (rq->dirs[i])
			cbf__node_unpin(tree, rq->dirs[i]);
	pthread_mutex_unlock(&tree->lock);
	cbf__route_release(rq->route);
}

static void finish(struct cbf__request *rq)
{
	struct cbf_volume *volume = rq->volume;
	void (*finished)(struct cbf__request *) = rq->finished;
	bool pooled;

	let_go(rq);
	if (finished)
		finished(rq); /* takes what it wants out of the request */
	wipe(rq);
	pthread_mutex_lock(&volume->pool_lock);
	pooled = volume->pooled < MAX_POOLED;
	if (pooled) {
		cbf__list_append(volume->pool.next, &rq->link);
		volume->pooled++;
	}
	pthread_mutex_unlock(&volume->pool_lock);
	if (!pooled)
		free_request(rq);
	atomic_fetch_sub(&volume->requests, 1);
}

void cbf__request_drop(struct cbf__request *rq)
{
	rq->finished = NULL;
	finish(rq);
}

void cbf__request_pool_destroy(struct cbf_volume *volume)
{
	struct cbf__request *rq;

	while ((rq = from_pool(volume)))
		free_request(rq);
}

void cbf__request_run(struct cbf__request *rq)
{
	enum cbf__flow flow;

	do
		flow = rq->step(rq);
	while (flow == CBF__NEXT);
	if (flow == CBF__DONE)
		finish(rq);
}

bool cbf__request_submit(struct cbf__request *rq)
{
	return cbf__workers_submit(&rq->volume->workers, &rq->link);
}

enum cbf__flow cbf__go(struct cbf__request *rq, cbf__step step)
{
	rq->step = step;
	return CBF__NEXT;
}

enum cbf__flow cbf__call(struct cbf__request *rq, cbf__step subroutine, cbf__step then)
{
	if (rq->depth == CBF__MAX_CALL_DEPTH)
		abort(); /* the calls are written in the code: a bug, not an input */
	rq->returns[rq->depth++] = then;
	return cbf__go(rq, subroutine);
}

enum cbf__flow cbf__return(struct cbf__request *rq)
{
	return cbf__go(rq, rq->returns[--rq->depth]);
}

static bool make_path(struct cbf__buffer *path, const struct cbf__name_claim *claim)
{
	bool is_stream = claim->of_node && claim->node->stream;

	if (!claim->in || (is_stream && !cbf__stream_file(claim->node)))
		return cbf__path_of_node(path, claim->node);
	return cbf__path_of_name(path, claim->in, claim->component, claim->component_length) &&
	       (!is_stream || cbf__stream_append(path, claim->node));
}

static bool make_paths(struct cbf__request *rq)
{
	bool made = true;

	for (unsigned i = 0; i < rq->claims.name_count && made; i++)
		made = make_path(&rq->paths[i], &rq->claims.names[i]);
	return made;
}

/* A stream may have gone while its turn was waited for. */
static bool is_without_name(const struct cbf__request *rq, const struct cbf__name_claim *claim)
{
	const struct cbf__node *file = claim->of_node ? cbf__stream_file(claim->of_node) : claim->in;

	return !file || (!claim->in && file != rq->volume->tree.root);
}

/* Names that are given, that is; not those that files have already. */
static bool is_too_long(const struct cbf__request *rq)
{
	const size_t most = rq->volume->properties.max_file_path_length;

	for (unsigned i = 0; most && i < rq->claims.name_count; i++)
		if (rq->claims.names[i].dir && rq->paths[i].length > most)
			return true;
	return false;
}

/* The names are ours now, so the paths stay true until the claims are dropped. */
static enum cbf__flow claimed(struct cbf__request *rq)
{
	const struct cbf__name_claim *first = &rq->claims.names[0];
	bool made;

	cbf__lock(rq);
	made = make_paths(rq);
	rq->deleted = rq->claims.name_count && is_without_name(rq, first);
	cbf__unlock(rq);
	rq->subject = rq->paths[0].bytes;
	if (made && rq->fuse && is_too_long(rq))
		rq->error = ENAMETOOLONG;
	if (!made)
		rq->error = ENOMEM;
	else if (atomic_load(&rq->volume->ending) && rq->fuse)
		rq->error = ENODEV;
	return cbf__return(rq);
}

enum cbf__flow cbf__claim(struct cbf__request *rq, cbf__step then)
{
	rq->returns[rq->depth++] = then;
	/* Once parked it may run at once on another thread: everything is in place before. */
	rq->step = claimed;
	return cbf__claims_take(&rq->volume->tree, &rq->claims) ? CBF__NEXT : CBF__WAIT;
}

void cbf__unclaim(struct cbf__request *rq)
{
	cbf__claims_drop(&rq->volume->tree, &rq->claims);
}

static const struct cbf__creator *creator_of(const struct cbf__request *rq)
{
	if (rq->handle)
		return &rq->handle->creator;
	if (rq->closing)
		return &rq->closing->creator;
	return rq->own_handle ? &rq->own_handle->creator : NULL;
}

enum cbf__flow cbf__fire_then(struct cbf__request *rq, enum cbf__event_id id, cbf__step then)
{
	struct cbf__route *route;
	struct cbf__slots slots = {.file = rq->file ? &rq->file->context : NULL,
				   .handle = rq->handle_slot,
				   .lock = &rq->volume->tree.lock,
				   .originator = rq->has_originator ? &rq->originator : NULL,
				   .creator = creator_of(rq),
				   .route = cbf__route_place(rq, id, &route)};

	rq->step = then;
	if (cbf__serve_routed(rq, id))
		return CBF__NEXT;
	if (rq->file && rq->file->unannounced) {
		if (!cbf__needs_open(id))
			slots.file = slots.handle = NULL;
		else if (!cbf__announce(rq, id, &slots))
			return CBF__NEXT;
	}
	rq->result = cbf__fire(rq->volume, id, &rq->event, &slots);
	cbf__route_opened(rq, route);
	if (id == CBF__CREATE_FILE && rq->result == 0)
		cbf__route_created(rq);
	return CBF__NEXT;
}

static int bind(struct cbf__request *rq, uint64_t ino, uint64_t fh, struct cbf__node **node,
		struct cbf__handle **handle)
{
	struct cbf__tree *tree = &rq->volume->tree;
	int error = 0;

	cbf__lock(rq);
	*node = cbf__node_find(tree, ino);
	if (*node)
		cbf__node_pin(*node);
	else
		error = ESTALE;
	if (!error && fh) {
		*handle = cbf__handle_find(tree, fh, false);
		error = *handle && (*handle)->node == *node ? 0 : EBADF;
	}
	cbf__unlock(rq);
	return error;
}

int cbf__request_bind(struct cbf__request *rq, uint64_t ino, uint64_t fh)
{
	return bind(rq, ino, fh, &rq->node, &rq->handle);
}

int cbf__request_bind_source(struct cbf__request *rq, uint64_t ino, uint64_t fh)
{
	return bind(rq, ino, fh, &rq->source.node, &rq->source.handle);
}

int cbf__request_bind_name(struct cbf__request *rq, unsigned i, uint64_t dir, const char *name)
{
	size_t length = strnlen(name, CBF_NAME_MAX + 1);
	struct cbf__node *node;
	bool dead = false;

	if (length > rq->volume->properties.max_file_name_length)
		return ENAMETOOLONG;
	if (!cbf__name_is_good(name, CBF_NAME_MAX + 1))
		return EINVAL;
	if (rq->volume->properties.use_stream_paths && strchr(name, ':')) /* not an entry's */
		return EINVAL;
	memcpy(rq->names[i], name, length + 1);
	rq->name_lengths[i] = length;
	cbf__lock(rq);
	node = cbf__node_find(&rq->volume->tree, dir);
	if (node) {
		cbf__node_pin(node);
		rq->dirs[i] = node;
		dead = node->dead;
	}
	cbf__unlock(rq);
	if (!node)
		return ESTALE;
	if (dead)
		return ENOENT;
	return node->type == S_IFDIR ? 0 : ENOTDIR;
}

bool cbf__subject_is_stream(const struct cbf__request *rq)
{
	const struct cbf__node *node = rq->claims.name_count ? rq->claims.names[0].node : NULL;

	return node && node->stream && rq->subject == rq->paths[0].bytes;
}

bool cbf__handle_is_open(struct cbf__request *rq)
{
	bool open;

	cbf__lock(rq);
	open = !rq->handle || rq->handle->id;
	cbf__unlock(rq);
	return open;
}

bool cbf__target_is_dead(struct cbf__request *rq)
{
	bool dead;

	cbf__lock(rq);
	dead = rq->target->dead;
	cbf__unlock(rq);
	return dead;
}

enum cbf__turn_kind cbf__looking_turn(const struct cbf__request *rq)
{
	return rq->volume->properties.serialize_access ? CBF__EXCLUSIVE_TURN : CBF__SHARED_TURN;
}

void cbf__use_handle(struct cbf__request *rq, struct cbf__handle *handle)
{
	rq->file = handle->file;
	rq->handle_slot = rq->volume->properties.fire_all_open_close_events ? &handle->context
									    : &handle->file->shared_handle_context;
}

void cbf__use_contexts(struct cbf__request *rq, struct cbf__node *node, struct cbf__handle *handle)
{
	if (handle) {
		cbf__use_handle(rq, handle);
		return;
	}
	cbf__lock(rq);
	rq->file = node ? node->file : NULL;
	cbf__unlock(rq);
	rq->handle_slot = NULL;
	if (rq->file && !rq->volume->properties.fire_all_open_close_events)
		rq->handle_slot = &rq->file->shared_handle_context;
}

void cbf__end_handle(struct cbf__request *rq, struct cbf__handle **place)
{
	struct cbf__route *route;

	cbf__lock(rq);
	route = cbf__handle_close(&rq->volume->tree, *place);
	cbf__unlock(rq);
	cbf__route_release(route);
	*place = NULL;
	rq->file = NULL;
	rq->handle_slot = NULL;
}

void cbf__bind_found(struct cbf__request *rq)
{
	cbf__lock(rq);
	rq->node = rq->found;
	cbf__node_pin(rq->node);
	cbf__unlock(rq);
}

void cbf__lock(struct cbf__request *rq)
{
	pthread_mutex_lock(&rq->volume->tree.lock);
}

void cbf__unlock(struct cbf__request *rq)
{
	pthread_mutex_unlock(&rq->volume->tree.lock);
}
