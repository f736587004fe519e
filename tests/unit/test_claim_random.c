/* SPDX-License-Identifier: MIT */
/*
 * Random claims against a model that knows paths only: a granted path stays what it is, nobody runs beside whom he
 * conflicts with, nobody waits without a reason, and in the end all have run and nothing is left.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "claim_helpers.h"

enum { REQUESTS = 16, DIRECTORIES = 6, FILES = 8, TEXTS = 4, ROUNDS = 20000, LONGEST = 256 };

enum { FIRST_DIRECTORY = 2, FIRST_FILE = 100 };

enum status { IDLE, WAITS, RUNS };

struct actor {
	struct request request;
	enum status status;
	unsigned long arrival;
	char paths[CBF__MAX_CLAIMS][LONGEST]; /* when it was granted; empty: about no name */
	char texts[CBF__MAX_CLAIMS][8];
};

struct model {
	struct cbf__tree *tree;
	struct cbf__node *directories[DIRECTORIES + 1]; /* the last one: the root */
	struct cbf__node *files[FILES];
	struct actor actors[REQUESTS];
	unsigned long arrivals;
	unsigned long waited;
	unsigned seed;
};

static unsigned pick(struct model *m, unsigned below)
{
	return (unsigned)rand_r(&m->seed) % below;
}

static int set_up(void **state)
{
	struct model *m = test_calloc(1, sizeof(*m));
	char text[8];

	m->tree = new_tree(true, true);
	m->directories[DIRECTORIES] = m->tree->root;
	for (unsigned i = 0; i < DIRECTORIES; i++) {
		/* Names of directories and files are the same few, so that they get into each other's way. */
		snprintf(text, sizeof(text), "%u", i % TEXTS);
		m->directories[i] = look_up(m->tree, i < TEXTS ? m->tree->root : m->directories[i - TEXTS], text,
					    FIRST_DIRECTORY + i, S_IFDIR);
	}
	for (unsigned i = 0; i < FILES; i++) {
		snprintf(text, sizeof(text), "f%u", i);
		m->files[i] = look_up(m->tree, m->directories[i % DIRECTORIES], text, FIRST_FILE + i, S_IFREG);
		if (i % 2)
			continue;
		look_up(m->tree, m->directories[(i + 1) % DIRECTORIES], text, FIRST_FILE + i, S_IFREG);
		m->files[i]->lookups--;
	}
	*state = m;
	return 0;
}

static int tear_down(void **state)
{
	struct model *m = *state;

	for (unsigned i = 0; i < FILES; i++) {
		assert_int_equal(m->files[i]->pins, 0);
		assert_int_equal(m->files[i]->turn.running, 0);
		cbf__node_forget(m->tree, m->files[i], 1);
	}
	for (unsigned i = 0; i < DIRECTORIES; i++) {
		assert_int_equal(m->directories[i]->pins, 0);
		cbf__node_forget(m->tree, m->directories[i], 1);
	}
	end_tree(m->tree);
	test_free(m);
	return 0;
}

static void build(struct model *m, struct actor *actor)
{
	static const enum cbf__turn_kind turns[] = {CBF__NO_TURN, CBF__SHARED_TURN, CBF__EXCLUSIVE_TURN};
	unsigned count = 1 + pick(m, CBF__MAX_CLAIMS);
	bool exclusive = pick(m, 3) == 0;

	init_request(&actor->request);
	for (unsigned i = 0; i < count; i++) {
		struct cbf__node *dir = m->directories[pick(m, DIRECTORIES + 1)];
		enum cbf__turn_kind turn = turns[pick(m, 3)];

		if (!exclusive && pick(m, 2)) {
			struct cbf__node *node = pick(m, 3) ? m->files[pick(m, FILES)] : dir;

			cbf__claims_add_node(&actor->request.claims, node, NULL, turn);
			continue;
		}
		if (pick(m, 2))
			snprintf(actor->texts[i], sizeof(actor->texts[i]), "%u", pick(m, TEXTS));
		else
			snprintf(actor->texts[i], sizeof(actor->texts[i]), "f%u", pick(m, FILES));
		add_name(&actor->request, dir, actor->texts[i], exclusive, turn);
	}
}

/* What a claim that is not granted is about at this moment. */
static void path_now(const struct cbf__name_claim *claim, char path[LONGEST])
{
	struct cbf__buffer buffer = {0};

	if (claim->of_node && !cbf__node_name(claim->of_node)) {
		path[0] = '\0';
		return;
	}
	if (claim->of_node)
		assert_true(cbf__path_of_node(&buffer, claim->of_node));
	else
		assert_true(cbf__path_of_name(&buffer, claim->dir, claim->text, claim->length));
	assert_true(buffer.length < LONGEST);
	strcpy(path, buffer.bytes);
	cbf__buffer_destroy(&buffer);
}

static void path_granted(const struct cbf__name_claim *claim, char path[LONGEST])
{
	struct cbf__buffer buffer = {0};

	path[0] = '\0';
	if (!claim->in)
		return;
	assert_true(cbf__path_of_name(&buffer, claim->in, claim->component, claim->component_length));
	assert_true(buffer.length < LONGEST);
	strcpy(path, buffer.bytes);
	cbf__buffer_destroy(&buffer);
}

static bool is_at_or_below(const char *path, const char *above)
{
	size_t length = strlen(above);

	return strncmp(path, above, length) == 0 && (path[length] == '\0' || path[length] == '/');
}

typedef void (*path_function)(const struct cbf__name_claim *claim, char path[LONGEST]);

/* The one's names that it changes against the other's names. */
static bool names_clash(const struct actor *changer, path_function of_changer, const struct actor *other,
			path_function of_other)
{
	const struct cbf__claims *a = &changer->request.claims, *b = &other->request.claims;
	char left[LONGEST], right[LONGEST];

	for (unsigned i = 0; i < a->name_count; i++) {
		of_changer(&a->names[i], left);
		for (unsigned j = 0; a->names[i].exclusive && left[0] && j < b->name_count; j++) {
			of_other(&b->names[j], right);
			if (right[0] && is_at_or_below(right, left))
				return true;
		}
	}
	return false;
}

static bool clash(const struct actor *a, path_function of_a, const struct actor *b, path_function of_b)
{
	return names_clash(a, of_a, b, of_b) || names_clash(b, of_b, a, of_a);
}

/* Which turn somebody who runs has on a node. */
static enum cbf__turn_kind turn_on(const struct actor *actor, const struct cbf__node *node)
{
	const struct cbf__claims *claims = &actor->request.claims;
	enum cbf__turn_kind kind = CBF__NO_TURN;

	for (unsigned i = 0; i < claims->name_count; i++)
		if (claims->names[i].node == node && claims->names[i].turn > kind)
			kind = claims->names[i].turn;
	return kind;
}

static void check_turns(struct model *m)
{
	for (unsigned f = 0; f < FILES + DIRECTORIES; f++) {
		const struct cbf__node *node = f < FILES ? m->files[f] : m->directories[f - FILES];
		unsigned shared = 0, exclusive = 0;

		for (unsigned i = 0; i < REQUESTS; i++) {
			if (m->actors[i].status != RUNS)
				continue;
			shared += turn_on(&m->actors[i], node) == CBF__SHARED_TURN;
			exclusive += turn_on(&m->actors[i], node) == CBF__EXCLUSIVE_TURN;
		}
		assert_true(exclusive == 0 || (exclusive == 1 && shared == 0));
	}
}

static void check_paths(struct model *m)
{
	char path[LONGEST];

	for (unsigned i = 0; i < REQUESTS; i++) {
		const struct cbf__claims *claims = &m->actors[i].request.claims;

		for (unsigned j = 0; m->actors[i].status == RUNS && j < claims->name_count; j++) {
			path_granted(&claims->names[j], path);
			assert_string_equal(path, m->actors[i].paths[j]);
		}
	}
}

/* Nobody waits for names but for somebody who has them, or who came first and waits himself. */
static void check_names(struct model *m)
{
	for (unsigned i = 0; i < REQUESTS; i++) {
		const struct actor *a = &m->actors[i];
		bool has_a_reason = false;

		for (unsigned j = 0; a->status != IDLE && j < REQUESTS; j++) {
			const struct actor *b = &m->actors[j];
			bool both = a->request.claims.names_granted && b->request.claims.names_granted;

			if (i == j || b->status == IDLE)
				continue;
			if (both)
				assert_false(clash(a, path_granted, b, path_granted));
			else if (b->request.claims.names_granted)
				has_a_reason |= clash(a, path_now, b, path_granted);
			else if (b->arrival < a->arrival)
				has_a_reason |= clash(a, path_now, b, path_now);
		}
		assert_true(a->status == IDLE || a->request.claims.names_granted || has_a_reason);
	}
}

static void note_granted(struct model *m)
{
	unsigned running = 0, waiting = 0;

	for (unsigned i = 0; i < REQUESTS; i++) {
		struct actor *actor = &m->actors[i];

		if (actor->status == WAITS && runs(&actor->request)) {
			actor->status = RUNS;
			for (unsigned j = 0; j < actor->request.claims.name_count; j++)
				path_granted(&actor->request.claims.names[j], actor->paths[j]);
		}
		running += actor->status == RUNS;
		waiting += actor->status == WAITS;
	}
	assert_true(running || !waiting);
}

static bool is_inside(const struct cbf__node *dir, const struct cbf__node *node)
{
	return node->type == S_IFDIR && cbf__node_is_below(dir, node);
}

/* Does what it has claimed: moves a name, or takes away or gives back one of a file. */
static void act(struct model *m, struct actor *actor)
{
	struct cbf__name_claim *names = actor->request.claims.names;
	struct cbf__node *file = m->files[pick(m, FILES)];

	if (!actor->request.claims.exclusive)
		return;
	if (actor->request.claims.name_count == 2) {
		if (names[0].name && !names[1].name && !is_inside(names[1].in, names[0].node) &&
		    !(names[0].in == names[1].in && strcmp(names[0].text, names[1].text) == 0))
			assert_true(
				cbf__tree_move(m->tree, names[0].name, names[1].in, names[1].text, names[1].length));
	} else if (!names[0].name && !cbf__node_name(file)) {
		look_up(m->tree, names[0].in, names[0].text, file->file_id, S_IFREG);
		file->lookups--;
	} else if (names[0].name && names[0].node->type == S_IFREG) {
		cbf__tree_unlink(m->tree, names[0].name, 1, &(struct stat){0});
	}
}

static void finish(struct model *m, struct actor *actor)
{
	actor->status = IDLE;
	drop(m->tree, &actor->request);
	note_granted(m);
}

static void random_claims_agree_with_a_model(void **state)
{
	struct model *m = *state;

	m->seed = 7;
	for (int round = 0; round < ROUNDS; round++) {
		struct actor *actor = &m->actors[pick(m, REQUESTS)];

		if (actor->status == IDLE) {
			build(m, actor);
			actor->arrival = m->arrivals++;
			actor->status = WAITS;
			m->waited += !take(m->tree, &actor->request);
		} else if (actor->status == RUNS) {
			act(m, actor);
			finish(m, actor);
		}
		note_granted(m);
		check_paths(m);
		check_turns(m);
		check_names(m);
	}
	assert_true(m->waited > m->arrivals / 10 && m->waited < m->arrivals * 9 / 10); /* or it would not test much */
	for (unsigned i = 0; i < REQUESTS * REQUESTS; i++)
		if (m->actors[i % REQUESTS].status == RUNS)
			finish(m, &m->actors[i % REQUESTS]);
	for (unsigned i = 0; i < REQUESTS; i++)
		assert_int_equal(m->actors[i].status, IDLE);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(random_claims_agree_with_a_model),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
