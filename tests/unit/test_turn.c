/* SPDX-License-Identifier: MIT */
/* Turns: the second kind of claims. Events of one file do not overlap. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "claim_helpers.h"

/* /x and /y; x lies before y in memory, which is the order of turns. */
struct fixture {
	struct cbf__tree *tree;
	struct cbf__node *root, *x, *y;
	const char *x_name, *y_name;
};

static int set_up(void **state)
{
	struct fixture *f = test_calloc(1, sizeof(*f));

	f->tree = new_tree(true, true);
	f->root = f->tree->root;
	f->x = look_up(f->tree, f->root, f->x_name = "x", 5, S_IFREG);
	f->y = look_up(f->tree, f->root, f->y_name = "y", 6, S_IFREG);
	if (f->x > f->y) {
		struct cbf__node *node = f->x;

		f->x = f->y;
		f->y = node;
		f->x_name = "y";
		f->y_name = "x";
	}
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	struct cbf__node *const nodes[] = {f->x, f->y};

	for (int i = 0; i < 2; i++) {
		assert_int_equal(nodes[i]->turn.running, 0);
		assert_true(cbf__list_empty(&nodes[i]->turn.waiting));
		assert_int_equal(nodes[i]->pins, 0);
		cbf__node_forget(f->tree, nodes[i], 1);
	}
	end_tree(f->tree);
	test_free(f);
	return 0;
}

static bool take_turn(struct fixture *f, struct request *request, struct cbf__node *node, enum cbf__turn_kind kind)
{
	use_node(request, node, kind);
	return take(f->tree, request);
}

static void shared_turns_run_beside_each_other(void **state)
{
	struct fixture *f = *state;
	struct request requests[3], exclusive;

	for (int i = 0; i < 3; i++)
		assert_true(take_turn(f, &requests[i], f->x, CBF__SHARED_TURN));
	assert_int_equal(f->x->turn.running, 3);
	assert_false(take_turn(f, &exclusive, f->x, CBF__EXCLUSIVE_TURN));
	drop(f->tree, &requests[2]);
	drop(f->tree, &requests[0]);
	assert_false(runs(&exclusive));
	drop(f->tree, &requests[1]);
	assert_true(runs(&exclusive));
	assert_int_equal(f->x->turn.running, -1);
	drop(f->tree, &exclusive);
}

static void exclusive_turn_is_alone(void **state)
{
	struct fixture *f = *state;
	struct request first, second, third, none, other;

	assert_true(take_turn(f, &first, f->x, CBF__EXCLUSIVE_TURN));
	assert_false(take_turn(f, &second, f->x, CBF__EXCLUSIVE_TURN));
	assert_false(take_turn(f, &third, f->x, CBF__SHARED_TURN));
	assert_true(take_turn(f, &none, f->x, CBF__NO_TURN));
	assert_true(take_turn(f, &other, f->y, CBF__EXCLUSIVE_TURN));
	drop(f->tree, &none);
	drop(f->tree, &other);
	assert_false(runs(&second));
	drop(f->tree, &first);
	assert_true(runs(&second));
	assert_false(runs(&third));
	drop(f->tree, &second);
	assert_true(runs(&third));
	drop(f->tree, &third);
}

static void turns_go_in_order_of_arrival(void **state)
{
	static const enum cbf__turn_kind kinds[] = {CBF__EXCLUSIVE_TURN, CBF__SHARED_TURN, CBF__SHARED_TURN,
						    CBF__EXCLUSIVE_TURN, CBF__SHARED_TURN};
	struct fixture *f = *state;
	struct request requests[5];

	for (int i = 0; i < 5; i++)
		assert_int_equal(take_turn(f, &requests[i], f->x, kinds[i]), i == 0);
	drop(f->tree, &requests[0]);
	assert_true(runs(&requests[1]));
	assert_true(runs(&requests[2]));
	assert_false(runs(&requests[3]));
	assert_false(runs(&requests[4])); /* though it could run beside the shared ones */
	drop(f->tree, &requests[1]);
	drop(f->tree, &requests[2]);
	assert_true(runs(&requests[3]));
	assert_false(runs(&requests[4]));
	drop(f->tree, &requests[3]);
	assert_true(runs(&requests[4]));
	drop(f->tree, &requests[4]);
}

static void shared_turn_does_not_overtake_an_exclusive_one(void **state)
{
	struct fixture *f = *state;
	struct request first, exclusive, late;

	assert_true(take_turn(f, &first, f->x, CBF__SHARED_TURN));
	assert_false(take_turn(f, &exclusive, f->x, CBF__EXCLUSIVE_TURN));
	assert_false(take_turn(f, &late, f->x, CBF__SHARED_TURN));
	drop(f->tree, &first);
	assert_true(runs(&exclusive));
	assert_false(runs(&late));
	drop(f->tree, &exclusive);
	assert_true(runs(&late));
	drop(f->tree, &late);
}

static void turn_is_that_of_the_file_whatever_its_name(void **state)
{
	struct fixture *f = *state;
	struct request first, second;

	look_up(f->tree, f->root, "link", f->x->file_id, S_IFREG);
	f->x->lookups--;
	init_request(&first);
	add_name(&first, f->root, "link", false, CBF__EXCLUSIVE_TURN);
	assert_true(take(f->tree, &first));
	init_request(&second);
	add_name(&second, f->root, f->x_name, false, CBF__EXCLUSIVE_TURN);
	assert_false(take(f->tree, &second));
	drop(f->tree, &first);
	assert_true(runs(&second));
	drop(f->tree, &second);
}

static void name_without_a_file_has_no_turn(void **state)
{
	struct fixture *f = *state;
	struct request first, second;

	init_request(&first);
	add_name(&first, f->root, "none", false, CBF__EXCLUSIVE_TURN);
	assert_true(take(f->tree, &first));
	init_request(&second);
	add_name(&second, f->root, "none", false, CBF__EXCLUSIVE_TURN);
	assert_true(take(f->tree, &second));
	drop(f->tree, &first);
	drop(f->tree, &second);
}

/* rename of one hard link over another one. */
static void two_names_of_one_file_take_one_turn(void **state)
{
	struct fixture *f = *state;
	struct request both, other;

	look_up(f->tree, f->root, "link", f->x->file_id, S_IFREG);
	f->x->lookups--;
	init_request(&both);
	add_name(&both, f->root, "link", false, CBF__SHARED_TURN);
	add_name(&both, f->root, f->x_name, false, CBF__EXCLUSIVE_TURN);
	assert_true(take(f->tree, &both));
	assert_int_equal(both.claims.turn_count, 1);
	assert_int_equal(f->x->turn.running, -1); /* the stronger one */
	assert_false(take_turn(f, &other, f->x, CBF__SHARED_TURN));
	drop(f->tree, &both);
	assert_true(runs(&other));
	drop(f->tree, &other);
}

static void take_both(struct request *request, struct fixture *f, const char *first, const char *second)
{
	init_request(request);
	add_name(request, f->root, first, false, CBF__EXCLUSIVE_TURN);
	add_name(request, f->root, second, false, CBF__EXCLUSIVE_TURN);
}

static void opposite_orders_do_not_lock_each_other_out(void **state)
{
	struct fixture *f = *state;
	struct request holder, first, second;

	/* Both wait for x first, in whichever order they named the files. */
	assert_true(take_turn(f, &holder, f->x, CBF__EXCLUSIVE_TURN));
	take_both(&first, f, f->x_name, f->y_name);
	assert_false(take(f->tree, &first));
	take_both(&second, f, f->y_name, f->x_name);
	assert_false(take(f->tree, &second));
	assert_int_equal(f->y->turn.running, 0);
	drop(f->tree, &holder);
	assert_true(runs(&first));
	assert_false(runs(&second));
	drop(f->tree, &first);
	assert_true(runs(&second));
	drop(f->tree, &second);

	/* Each has its first one when it comes to the second one. */
	assert_true(take_turn(f, &holder, f->y, CBF__EXCLUSIVE_TURN));
	take_both(&first, f, f->y_name, f->x_name);
	assert_false(take(f->tree, &first));
	take_both(&second, f, f->x_name, f->y_name);
	assert_false(take(f->tree, &second));
	assert_int_equal(f->x->turn.running, -1);
	drop(f->tree, &holder);
	assert_true(runs(&first));
	assert_false(runs(&second));
	drop(f->tree, &first);
	assert_true(runs(&second));
	drop(f->tree, &second);
}

/* Parked three times on its way: by its names, by each turn. It is told once. */
static void one_who_waits_for_everything_is_granted_once(void **state)
{
	struct fixture *f = *state;
	struct request changer, x_holder, y_holder, request;

	look_up(f->tree, f->root, "link", f->x->file_id, S_IFREG);
	f->x->lookups--;
	init_request(&x_holder);
	add_name(&x_holder, f->root, f->x_name, false, CBF__EXCLUSIVE_TURN);
	assert_true(take(f->tree, &x_holder));
	assert_true(take_turn(f, &y_holder, f->y, CBF__EXCLUSIVE_TURN));
	change(&changer, f->root, "link");
	assert_true(take(f->tree, &changer));
	init_request(&request);
	add_name(&request, f->root, "link", false, CBF__EXCLUSIVE_TURN);
	cbf__claims_add_node(&request.claims, f->y, NULL, CBF__EXCLUSIVE_TURN);
	assert_false(take(f->tree, &request));
	assert_false(request.claims.names_granted);
	drop(f->tree, &changer);
	assert_true(request.claims.names_granted);
	assert_false(runs(&request));
	drop(f->tree, &x_holder);
	assert_false(runs(&request));
	drop(f->tree, &y_holder);
	assert_int_equal(request.granted, 1);
	assert_int_equal(request.parked, 1);
	drop(f->tree, &request);
}

/* Names are held while waiting for a turn: who wants to change one comes later. */
static void names_are_held_while_waiting_for_a_turn(void **state)
{
	struct fixture *f = *state;
	struct request holder, waiter, changer;

	assert_true(take_turn(f, &holder, f->x, CBF__EXCLUSIVE_TURN));
	assert_false(take_turn(f, &waiter, f->x, CBF__EXCLUSIVE_TURN));
	change(&changer, f->root, f->x_name);
	assert_false(take(f->tree, &changer));
	drop(f->tree, &holder);
	assert_true(runs(&waiter));
	assert_false(runs(&changer));
	drop(f->tree, &waiter);
	assert_true(runs(&changer));
	drop(f->tree, &changer);
}

/* It keeps its place: turns are given when the names are, not when the request came. */
static void node_lives_while_somebody_waits_for_its_turn(void **state)
{
	struct fixture *f = *state;
	struct cbf__node *v = look_up(f->tree, f->root, "v", 9, S_IFREG);
	struct request holder, waiter;

	assert_true(take_turn(f, &holder, v, CBF__EXCLUSIVE_TURN));
	assert_false(take_turn(f, &waiter, v, CBF__EXCLUSIVE_TURN));
	cbf__node_forget(f->tree, v, 1);
	drop(f->tree, &holder);
	assert_true(runs(&waiter));
	expect_counts(f->tree, 4, 3);
	drop(f->tree, &waiter);
	expect_counts(f->tree, 3, 2);
}

static void file_without_a_name_has_turns(void **state)
{
	struct fixture *f = *state;
	struct cbf__node *v = look_up(f->tree, f->root, "v", 9, S_IFREG);
	struct request first, second, changer;

	cbf__tree_unlink(f->tree, find_name(f->tree, f->root, "v"), 0, &(struct stat){0});
	assert_true(take_turn(f, &first, v, CBF__EXCLUSIVE_TURN));
	assert_null(first.claims.names[0].in);
	assert_null(first.claims.names[0].name);
	assert_false(take_turn(f, &second, v, CBF__EXCLUSIVE_TURN));
	change(&changer, f->root, "v"); /* the name is anybody's */
	assert_true(take(f->tree, &changer));
	drop(f->tree, &changer);
	drop(f->tree, &first);
	assert_true(runs(&second));
	drop(f->tree, &second);
	cbf__node_forget(f->tree, v, 1);
}

static bool lock_is_taken, lock_is_free;
static struct fixture *dropping;

static void note_the_lock(struct cbf__claims *claims)
{
	count_granted(claims);
	lock_is_free = pthread_mutex_trylock(&dropping->tree->lock) == 0;
	if (lock_is_free)
		pthread_mutex_unlock(&dropping->tree->lock);
}

static void note_the_lock_is_taken(struct cbf__claims *claims)
{
	count_parked(claims);
	lock_is_taken = pthread_mutex_trylock(&dropping->tree->lock) != 0;
}

static void parking_is_called_with_the_lock_and_granted_without(void **state)
{
	struct fixture *f = *state;
	struct request holder, waiter = {.parked = 0};

	dropping = f;
	lock_is_free = lock_is_taken = false;
	assert_true(take_turn(f, &holder, f->x, CBF__EXCLUSIVE_TURN));
	cbf__claims_init(&waiter.claims, note_the_lock_is_taken, note_the_lock);
	cbf__claims_add_node(&waiter.claims, f->x, NULL, CBF__EXCLUSIVE_TURN);
	assert_false(take(f->tree, &waiter));
	assert_true(lock_is_taken);
	drop(f->tree, &holder);
	assert_true(runs(&waiter));
	assert_true(lock_is_free);
	drop(f->tree, &waiter);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(shared_turns_run_beside_each_other),
		TEST(exclusive_turn_is_alone),
		TEST(turns_go_in_order_of_arrival),
		TEST(shared_turn_does_not_overtake_an_exclusive_one),
		TEST(turn_is_that_of_the_file_whatever_its_name),
		TEST(name_without_a_file_has_no_turn),
		TEST(two_names_of_one_file_take_one_turn),
		TEST(opposite_orders_do_not_lock_each_other_out),
		TEST(one_who_waits_for_everything_is_granted_once),
		TEST(names_are_held_while_waiting_for_a_turn),
		TEST(node_lives_while_somebody_waits_for_its_turn),
		TEST(file_without_a_name_has_turns),
		TEST(parking_is_called_with_the_lock_and_granted_without),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
