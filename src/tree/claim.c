/* SPDX-License-Identifier: MIT */
#include "tree/claim.h"

#include "tree/stream.h"

#include <string.h>

void cbf__claims_init(struct cbf__claims *claims, void (*parking)(struct cbf__claims *claims),
		      void (*granted)(struct cbf__claims *claims))
{
	memset(claims, 0, sizeof(*claims));
	cbf__list_init(&claims->link);
	claims->parking = parking;
	claims->granted = granted;
}

struct cbf__name_claim *cbf__claims_add_node(struct cbf__claims *claims, struct cbf__node *node,
					     struct cbf__name *preferred, enum cbf__turn_kind turn)
{
	struct cbf__name_claim *claim = &claims->names[claims->name_count++];

	*claim = (struct cbf__name_claim){.of_node = node, .preferred = preferred, .turn = turn};
	return claim;
}

struct cbf__name_claim *cbf__claims_add_name(struct cbf__claims *claims, struct cbf__node *dir, const char *text,
					     size_t length, bool exclusive, enum cbf__turn_kind turn)
{
	struct cbf__name_claim *claim = &claims->names[claims->name_count++];

	*claim = (struct cbf__name_claim){
		.dir = dir, .text = text, .length = length, .exclusive = exclusive, .turn = turn};
	claims->exclusive |= exclusive;
	return claim;
}

/* Looks up what a claim is about at this moment; nothing is held yet. */
static void resolve(const struct cbf__tree *tree, struct cbf__name_claim *claim)
{
	if (claim->of_node) {
		const struct cbf__node *file = cbf__stream_file(claim->of_node);

		claim->node = claim->of_node;
		claim->name = file ? cbf__node_name(file) : NULL;
		if (file && claim->preferred && claim->preferred->in_tree && claim->preferred->node == file)
			claim->name = claim->preferred;
		claim->in = claim->name ? claim->name->dir : NULL;
		claim->component = claim->name ? claim->name->text : NULL;
		claim->component_length = claim->name ? claim->name->length : 0;
		return;
	}
	claim->name = cbf__name_find(tree, claim->dir, claim->text, claim->length);
	claim->node = claim->name ? claim->name->node : NULL;
	claim->in = claim->dir;
	claim->component = claim->text;
	claim->component_length = claim->length;
}

static void hold(struct cbf__name_claim *claim)
{
	if (claim->name)
		claim->name->references++;
	if (claim->node)
		cbf__node_pin(claim->node);
	if (claim->in)
		cbf__node_pin(claim->in);
}

static void let_go(struct cbf__tree *tree, struct cbf__name_claim *claim)
{
	if (claim->name)
		cbf__name_release(claim->name);
	if (claim->node)
		cbf__node_unpin(tree, claim->node);
	if (claim->in)
		cbf__node_unpin(tree, claim->in);
}

/* Does changing the first one make a path of the second one untrue? */
static bool changes(const struct cbf__name_claim *change, const struct cbf__name_claim *other)
{
	if (!change->exclusive || !other->in)
		return false;
	if (change->in == other->in && change->component_length == other->component_length &&
	    memcmp(change->component, other->component, other->component_length) == 0)
		return true;
	return change->node && change->node->type == S_IFDIR && cbf__node_is_below(other->in, change->node);
}

static bool conflict(const struct cbf__claims *a, const struct cbf__claims *b)
{
	for (unsigned i = 0; i < a->name_count; i++)
		for (unsigned j = 0; j < b->name_count; j++)
			if (changes(&a->names[i], &b->names[j]) || changes(&b->names[j], &a->names[i]))
				return true;
	return false;
}

static bool conflicts_with_granted(const struct cbf__claims *claims, const struct cbf__list *list)
{
	CBF__LIST_FOR_EACH(link, list) {
		if (conflict(claims, CBF__CONTAINER(link, struct cbf__claims, link)))
			return true;
	}
	return false;
}

static void resolve_all(const struct cbf__tree *tree, struct cbf__claims *claims)
{
	for (unsigned i = 0; i < claims->name_count; i++)
		resolve(tree, &claims->names[i]);
}

/* Who waits holds nothing, so what was found for them last time may be gone: look again. */
static bool conflicts_with_waiting(const struct cbf__tree *tree, const struct cbf__claims *claims,
				   const struct cbf__list *place)
{
	for (struct cbf__list *link = tree->claims_waiting.next; link != place; link = link->next) {
		struct cbf__claims *earlier = CBF__CONTAINER(link, struct cbf__claims, link);

		resolve_all(tree, earlier);
		if (conflict(claims, earlier))
			return true;
	}
	return false;
}

/* Can the names be granted, seen from a place in the queue? */
static bool names_are_free(const struct cbf__tree *tree, struct cbf__claims *claims, const struct cbf__list *place)
{
	resolve_all(tree, claims);
	if (tree->exclusive_claims == 0)
		return true;
	return !conflicts_with_granted(claims, &tree->claims_exclusive) &&
	       !(claims->exclusive && conflicts_with_granted(claims, &tree->claims_shared)) &&
	       !conflicts_with_waiting(tree, claims, place);
}

static void add_turn(struct cbf__claims *claims, struct cbf__node *node, enum cbf__turn_kind kind)
{
	unsigned place = claims->turn_count;

	if (!node || kind == CBF__NO_TURN)
		return;
	for (unsigned i = 0; i < claims->turn_count; i++) {
		if (claims->turns[i].node == node) {
			if (kind > claims->turns[i].kind)
				claims->turns[i].kind = kind;
			return;
		}
	}
	for (; place > 0 && claims->turns[place - 1].node > node; place--)
		claims->turns[place] = claims->turns[place - 1];
	claims->turns[place] = (struct cbf__turn_claim){.claims = claims, .node = node, .kind = kind};
	claims->turn_count++;
}

static void grant_names(struct cbf__tree *tree, struct cbf__claims *claims)
{
	for (unsigned i = 0; i < claims->name_count; i++) {
		hold(&claims->names[i]);
		add_turn(claims, claims->names[i].node, claims->names[i].turn);
	}
	cbf__list_append(claims->exclusive ? &tree->claims_exclusive : &tree->claims_shared, &claims->link);
	claims->names_granted = true;
}

static bool turn_is_free(const struct cbf__turn *turn, enum cbf__turn_kind kind)
{
	return kind == CBF__SHARED_TURN ? turn->running >= 0 : turn->running == 0;
}

static void start_turn(struct cbf__turn *turn, enum cbf__turn_kind kind)
{
	if (kind == CBF__SHARED_TURN)
		turn->running++;
	else
		turn->running = -1;
}

/* True once all turns are granted; else the claims wait in the queue of the first that is not free. */
static bool take_turns(struct cbf__claims *claims)
{
	while (claims->turns_granted < claims->turn_count) {
		struct cbf__turn_claim *claim = &claims->turns[claims->turns_granted];
		struct cbf__turn *turn = &claim->node->turn;

		if (!cbf__list_empty(&turn->waiting) || !turn_is_free(turn, claim->kind)) {
			cbf__list_append(&turn->waiting, &claim->link);
			return false;
		}
		start_turn(turn, claim->kind);
		claims->turns_granted++;
	}
	return true;
}

bool cbf__claims_take(struct cbf__tree *tree, struct cbf__claims *claims)
{
	bool granted = false;

	pthread_mutex_lock(&tree->lock);
	tree->exclusive_claims += claims->exclusive;
	if (names_are_free(tree, claims, &tree->claims_waiting)) {
		grant_names(tree, claims);
		granted = take_turns(claims);
	} else {
		cbf__list_append(&tree->claims_waiting, &claims->link);
	}
	if (!granted && claims->parking)
		claims->parking(claims);
	pthread_mutex_unlock(&tree->lock);
	return granted;
}

/* Those who may run now, to be told when the lock is free. Their own link is in a list of the tree, so they are chained
 * by that of their first turn claim, which nobody uses once all turns are granted. */
static void add_ready(struct cbf__list *ready, struct cbf__claims *claims)
{
	claims->turns[0].claims = claims;
	cbf__list_append(ready, &claims->turns[0].link);
}

static void pass_on_turn(struct cbf__turn_claim *claim, struct cbf__list *ready)
{
	struct cbf__turn *turn = &claim->node->turn;

	turn->running = claim->kind == CBF__SHARED_TURN ? turn->running - 1 : 0;
	while (!cbf__list_empty(&turn->waiting)) {
		struct cbf__turn_claim *next = CBF__CONTAINER(turn->waiting.next, struct cbf__turn_claim, link);

		if (!turn_is_free(turn, next->kind))
			return;
		cbf__list_remove(&next->link);
		start_turn(turn, next->kind);
		next->claims->turns_granted++;
		if (take_turns(next->claims))
			add_ready(ready, next->claims);
	}
}

static void pass_on_names(struct cbf__tree *tree, struct cbf__list *ready)
{
	CBF__LIST_FOR_EACH_SAFE(link, &tree->claims_waiting) {
		struct cbf__claims *claims = CBF__CONTAINER(link, struct cbf__claims, link);

		if (!names_are_free(tree, claims, link))
			continue;
		cbf__list_remove(link);
		grant_names(tree, claims);
		if (take_turns(claims))
			add_ready(ready, claims);
	}
}

void cbf__claims_drop(struct cbf__tree *tree, struct cbf__claims *claims)
{
	struct cbf__list ready;
	struct cbf__list *link;

	if (!claims->names_granted) {
		cbf__claims_init(claims, claims->parking, claims->granted);
		return;
	}
	cbf__list_init(&ready);
	pthread_mutex_lock(&tree->lock);
	for (unsigned i = 0; i < claims->turn_count; i++)
		pass_on_turn(&claims->turns[i], &ready);
	cbf__list_remove(&claims->link);
	tree->exclusive_claims -= claims->exclusive;
	for (unsigned i = 0; i < claims->name_count; i++)
		let_go(tree, &claims->names[i]);
	pass_on_names(tree, &ready);
	pthread_mutex_unlock(&tree->lock);
	cbf__claims_init(claims, claims->parking, claims->granted);
	while ((link = cbf__list_take(&ready))) {
		struct cbf__claims *next = CBF__CONTAINER(link, struct cbf__turn_claim, link)->claims;

		next->granted(next);
	}
}
