/* SPDX-License-Identifier: MIT */
/* A request, as far as claims are concerned. Include cmocka.h before. */
#ifndef CLAIM_HELPERS_H
#define CLAIM_HELPERS_H

#include "tree/claim.h"
#include "tree_helpers.h"

struct request {
	struct cbf__claims claims;
	unsigned parked;
	unsigned granted; /* by the callback */
};

static inline void count_parked(struct cbf__claims *claims)
{
	CBF__CONTAINER(claims, struct request, claims)->parked++;
}

static inline void count_granted(struct cbf__claims *claims)
{
	CBF__CONTAINER(claims, struct request, claims)->granted++;
}

static inline void init_request(struct request *request)
{
	request->parked = request->granted = 0;
	cbf__claims_init(&request->claims, count_parked, count_granted);
}

static inline void add_name(struct request *request, struct cbf__node *dir, const char *text, bool exclusive,
			    enum cbf__turn_kind turn)
{
	cbf__claims_add_name(&request->claims, dir, text, strlen(text), exclusive, turn);
}

static inline void use(struct request *request, struct cbf__node *dir, const char *text)
{
	init_request(request);
	add_name(request, dir, text, false, CBF__NO_TURN);
}

static inline void change(struct request *request, struct cbf__node *dir, const char *text)
{
	init_request(request);
	add_name(request, dir, text, true, CBF__NO_TURN);
}

static inline void rename_to(struct request *request, struct cbf__node *dir, const char *text,
			     struct cbf__node *new_dir, const char *new_text)
{
	change(request, dir, text);
	add_name(request, new_dir, new_text, true, CBF__NO_TURN);
}

static inline void use_node(struct request *request, struct cbf__node *node, enum cbf__turn_kind turn)
{
	init_request(request);
	cbf__claims_add_node(&request->claims, node, NULL, turn);
}

/* Was it granted, at once or by now? */
static inline bool runs(const struct request *request)
{
	assert_true(request->granted <= 1 && request->parked <= 1);
	return !request->parked || request->granted == 1;
}

static inline bool take(struct cbf__tree *tree, struct request *request)
{
	bool granted = cbf__claims_take(tree, &request->claims);

	assert_int_equal(request->parked, !granted);
	assert_int_equal(request->granted, 0);
	return granted;
}

static inline void drop(struct cbf__tree *tree, struct request *request)
{
	unsigned granted = request->granted;

	assert_true(runs(request));
	cbf__claims_drop(tree, &request->claims);
	assert_int_equal(request->granted, granted);
}

#endif
