/* SPDX-License-Identifier: MIT */
/*
 * Claims from several threads. What a claim guards are plain variables: ThreadSanitizer sees when two threads have the
 * same at once, and the sums are wrong. cmocka's assertions are for the main thread, so the others count faults.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <sched.h>

#include "claim_helpers.h"

enum { THREADS = 4, ROUNDS = 4000, DIRECTORIES = 4, TEXTS = 4, FILES = DIRECTORIES * TEXTS };

struct world {
	struct cbf__tree *tree;
	struct cbf__node *directories[DIRECTORIES];
	struct cbf__node *files[FILES];
	/* Guarded by an exclusive claim of the name or of a directory above; read by those who use it. */
	unsigned long names[DIRECTORIES][TEXTS];
	/* Guarded by turns. */
	unsigned long turns[FILES];
};

struct worker {
	struct world *world;
	pthread_t thread;
	unsigned seed;
	struct cbf__claims claims;
	pthread_mutex_t lock;
	pthread_cond_t told;
	unsigned granted; /* times; guarded by lock */
	unsigned parked;
	unsigned faults;
	unsigned long waits;
	unsigned long name_changes[DIRECTORIES][TEXTS];
	unsigned long turn_changes[FILES];
};

/* /0 /1 /2 and /0/3, each with the files "a" to "d". */
static int set_up(void **state)
{
	struct world *w = test_calloc(1, sizeof(*w));
	char text[8];

	w->tree = new_tree(true, true);
	for (unsigned d = 0; d < DIRECTORIES; d++) {
		snprintf(text, sizeof(text), "%u", d);
		w->directories[d] = look_up(w->tree, d == 3 ? w->directories[0] : w->tree->root, text, 2 + d, S_IFDIR);
	}
	for (unsigned i = 0; i < FILES; i++) {
		snprintf(text, sizeof(text), "%c", 'a' + (int)(i % TEXTS));
		w->files[i] = look_up(w->tree, w->directories[i / TEXTS], text, 100 + i, S_IFREG);
	}
	*state = w;
	return 0;
}

static int tear_down(void **state)
{
	struct world *w = *state;

	for (unsigned i = 0; i < FILES; i++) {
		assert_int_equal(w->files[i]->turn.running, 0);
		cbf__node_forget(w->tree, w->files[i], 1);
	}
	for (unsigned d = 0; d < DIRECTORIES; d++)
		cbf__node_forget(w->tree, w->directories[d], 1);
	end_tree(w->tree);
	test_free(w);
	return 0;
}

static void parking(struct cbf__claims *claims)
{
	CBF__CONTAINER(claims, struct worker, claims)->parked++;
}

static void granted(struct cbf__claims *claims)
{
	struct worker *worker = CBF__CONTAINER(claims, struct worker, claims);

	pthread_mutex_lock(&worker->lock);
	worker->granted++;
	pthread_cond_signal(&worker->told);
	pthread_mutex_unlock(&worker->lock);
}

static void take_claims(struct worker *worker)
{
	unsigned parked = worker->parked, told;

	if (cbf__claims_take(worker->world->tree, &worker->claims)) {
		worker->faults += worker->parked != parked;
		return;
	}
	worker->faults += worker->parked != parked + 1;
	pthread_mutex_lock(&worker->lock);
	while ((told = worker->granted) == (unsigned)worker->waits)
		pthread_cond_wait(&worker->told, &worker->lock);
	pthread_mutex_unlock(&worker->lock);
	worker->waits++;
	worker->faults += told != worker->waits;
}

static unsigned pick(struct worker *worker, unsigned below)
{
	return (unsigned)rand_r(&worker->seed) % below;
}

static void path_of(struct worker *worker, const struct cbf__name_claim *claim, struct cbf__buffer *path)
{
	pthread_mutex_lock(&worker->world->tree->lock);
	worker->faults += !cbf__path_of_name(path, claim->in, claim->component, claim->component_length);
	pthread_mutex_unlock(&worker->world->tree->lock);
}

static void expect_same_path(struct worker *worker, const struct cbf__name_claim *claim,
			     const struct cbf__buffer *before)
{
	struct cbf__buffer after = {0};

	path_of(worker, claim, &after);
	worker->faults += strcmp(before->bytes, after.bytes) != 0;
	cbf__buffer_destroy(&after);
}

static struct cbf__name_claim *claim_name(struct worker *worker, unsigned d, const char *text, bool exclusive)
{
	return cbf__claims_add_name(&worker->claims, worker->world->directories[d], text, 1, exclusive, CBF__NO_TURN);
}

/* A hook that is handed a path. */
static void use_a_file(struct worker *worker)
{
	static const char *const texts[TEXTS] = {"a", "b", "c", "d"};
	unsigned i = pick(worker, FILES), d = i / TEXTS, t = i % TEXTS;
	enum cbf__turn_kind turn = pick(worker, 3) ? CBF__SHARED_TURN : CBF__EXCLUSIVE_TURN;
	struct world *w = worker->world;
	struct cbf__buffer path = {0};
	struct cbf__name_claim *claim;
	unsigned long number, names;

	if (pick(worker, 2)) {
		claim = cbf__claims_add_node(&worker->claims, w->files[i], NULL, turn);
	} else {
		claim = claim_name(worker, d, texts[t], false);
		claim->turn = turn;
	}
	take_claims(worker);
	names = w->names[d][t];
	number = w->turns[i];
	path_of(worker, claim, &path);
	worker->faults += claim->node != w->files[i];
	if (turn == CBF__EXCLUSIVE_TURN) {
		w->turns[i] = number + 1;
		worker->turn_changes[i]++;
	}
	sched_yield();
	worker->faults += w->turns[i] != number + (turn == CBF__EXCLUSIVE_TURN);
	worker->faults += w->names[d][t] != names;
	expect_same_path(worker, claim, &path);
	cbf__buffer_destroy(&path);
}

static void write_name(struct worker *worker, unsigned d, unsigned t)
{
	unsigned long number = worker->world->names[d][t];

	sched_yield();
	worker->world->names[d][t] = number + 1;
	worker->name_changes[d][t]++;
}

static void change_a_name(struct worker *worker)
{
	static const char *const texts[TEXTS] = {"a", "b", "c", "d"};
	unsigned d = pick(worker, DIRECTORIES), t = pick(worker, TEXTS);

	claim_name(worker, d, texts[t], true);
	take_claims(worker);
	write_name(worker, d, t);
}

/* Directory 3 wanders between the others: its names, and all paths below, are the mover's alone. */
static void move_the_directory(struct worker *worker)
{
	struct world *w = worker->world;
	unsigned from = pick(worker, 3), to = pick(worker, 3);
	struct cbf__name_claim *source, *target;

	source = claim_name(worker, from, "3", true);
	target = claim_name(worker, to, "3", true);
	take_claims(worker);
	if (!source->name || from == to)
		return;
	worker->faults += target->name != NULL;
	for (unsigned t = 0; t < TEXTS; t++)
		write_name(worker, 3, t);
	pthread_mutex_lock(&w->tree->lock);
	worker->faults += !cbf__tree_move(w->tree, source->name, target->in, "3", 1);
	pthread_mutex_unlock(&w->tree->lock);
}

/* Two turns, in any order. */
static void use_two_files(struct worker *worker)
{
	unsigned first = pick(worker, FILES), second = pick(worker, FILES);
	struct world *w = worker->world;

	cbf__claims_add_node(&worker->claims, w->files[first], NULL, CBF__EXCLUSIVE_TURN);
	cbf__claims_add_node(&worker->claims, w->files[second], NULL, CBF__EXCLUSIVE_TURN);
	take_claims(worker);
	w->turns[first]++;
	sched_yield();
	w->turns[second]++;
	worker->turn_changes[first]++;
	worker->turn_changes[second]++;
}

static void *work(void *argument)
{
	struct worker *worker = argument;

	cbf__claims_init(&worker->claims, parking, granted);
	for (int i = 0; i < ROUNDS; i++) {
		switch (pick(worker, 8)) {
		case 0:
			move_the_directory(worker);
			break;
		case 1:
			change_a_name(worker);
			break;
		case 2:
		case 3:
			use_two_files(worker);
			break;
		default:
			use_a_file(worker);
		}
		cbf__claims_drop(worker->world->tree, &worker->claims);
	}
	return NULL;
}

static void threads_do_not_get_into_each_others_way(void **state)
{
	struct world *w = *state;
	struct worker *workers = test_calloc(THREADS, sizeof(*workers));
	unsigned long waits = 0;

	for (unsigned i = 0; i < THREADS; i++) {
		workers[i].world = w;
		workers[i].seed = i + 1;
		pthread_mutex_init(&workers[i].lock, NULL);
		pthread_cond_init(&workers[i].told, NULL);
	}
	for (unsigned i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
	for (unsigned i = 0; i < THREADS; i++)
		pthread_join(workers[i].thread, NULL);
	for (unsigned i = 0; i < THREADS; i++) {
		assert_int_equal(workers[i].faults, 0);
		assert_int_equal(workers[i].parked, workers[i].waits);
		waits += workers[i].waits;
		for (unsigned j = 0; j < FILES; j++) {
			w->turns[j] -= workers[i].turn_changes[j];
			w->names[j / TEXTS][j % TEXTS] -= workers[i].name_changes[j / TEXTS][j % TEXTS];
		}
		pthread_cond_destroy(&workers[i].told);
		pthread_mutex_destroy(&workers[i].lock);
	}
	for (unsigned j = 0; j < FILES; j++) {
		assert_int_equal(w->turns[j], 0);
		assert_int_equal(w->names[j / TEXTS][j % TEXTS], 0);
	}
	assert_true(waits > 0);
	test_free(workers);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(threads_do_not_get_into_each_others_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
