/* SPDX-License-Identifier: MIT */
/* Claims of names that wait: in which order they are granted, and as what. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "claim_fixture.h"

static void all_who_used_must_have_gone(void **state)
{
	struct fixture *f = *state;
	struct request users[3], writer;

	for (int i = 0; i < 3; i++) {
		use(&users[i], f->b, "x");
		assert_true(take(f->tree, &users[i]));
	}
	change(&writer, f->b, "x");
	assert_false(take(f->tree, &writer));
	drop(f->tree, &users[1]);
	drop(f->tree, &users[0]);
	assert_false(runs(&writer));
	drop(f->tree, &users[2]);
	assert_true(runs(&writer));
	drop(f->tree, &writer);
}

static void all_who_wait_to_use_run_at_once(void **state)
{
	struct fixture *f = *state;
	struct request users[3], writer;

	change(&writer, f->a, "b");
	assert_true(take(f->tree, &writer));
	for (int i = 0; i < 3; i++) {
		use(&users[i], f->b, "x");
		assert_false(take(f->tree, &users[i]));
	}
	drop(f->tree, &writer);
	for (int i = 0; i < 3; i++)
		assert_true(runs(&users[i]));
	for (int i = 0; i < 3; i++)
		drop(f->tree, &users[i]);
}

static void those_who_change_go_in_order(void **state)
{
	struct fixture *f = *state;
	struct request writers[4];

	for (int i = 0; i < 4; i++) {
		change(&writers[i], f->b, "x");
		assert_int_equal(take(f->tree, &writers[i]), i == 0);
	}
	for (int i = 0; i < 4; i++) {
		for (int j = i + 1; j < 4; j++)
			assert_false(runs(&writers[j]));
		drop(f->tree, &writers[i]);
	}
}

static void nobody_overtakes_one_that_waits_for_the_same(void **state)
{
	struct fixture *f = *state;
	struct request user, writer, late, other;

	use(&user, f->b, "x");
	assert_true(take(f->tree, &user));
	change(&writer, f->root, "a");
	assert_false(take(f->tree, &writer));
	/* It could run beside the first one, but so the second one would starve. */
	use(&late, f->a, "y");
	assert_false(take(f->tree, &late));
	/* This has nothing to do with any of them. */
	use(&other, f->c, "z");
	assert_true(take(f->tree, &other));
	drop(f->tree, &other);
	change(&other, f->c, "z");
	assert_true(take(f->tree, &other));
	drop(f->tree, &other);
	drop(f->tree, &user);
	assert_true(runs(&writer));
	assert_false(runs(&late));
	drop(f->tree, &writer);
	assert_true(runs(&late));
	drop(f->tree, &late);
}

/* The third waits for the second, which waits for the first: two things must happen. */
static void one_in_the_middle_holds_up_those_behind(void **state)
{
	struct fixture *f = *state;
	struct request first, second, third;

	change(&first, f->a, "y");
	assert_true(take(f->tree, &first));
	rename_to(&second, f->a, "y", f->c, "new");
	assert_false(take(f->tree, &second));
	change(&third, f->c, "new");
	assert_false(take(f->tree, &third));
	drop(f->tree, &first);
	assert_true(runs(&second));
	assert_false(runs(&third));
	drop(f->tree, &second);
	assert_true(runs(&third));
	drop(f->tree, &third);
}

/* getattr waits for a rename: its hook gets the new name. */
static void parked_node_is_granted_by_its_new_name(void **state)
{
	struct fixture *f = *state;
	struct cbf__name_claim *claim;
	struct request mover, user;

	rename_to(&mover, f->a, "y", f->c, "new");
	assert_true(take(f->tree, &mover));
	use_node(&user, f->y, CBF__NO_TURN);
	assert_false(take(f->tree, &user));
	assert_true(cbf__tree_move(f->tree, mover.claims.names[0].name, f->c, "new", 3));
	drop(f->tree, &mover);
	assert_true(runs(&user));
	claim = &user.claims.names[0];
	assert_ptr_equal(claim->in, f->c);
	assert_string_equal(claim->component, "new");
	assert_ptr_equal(claim->name, find_name(f->tree, f->c, "new"));
	drop(f->tree, &user);
	assert_true(cbf__tree_move(f->tree, find_name(f->tree, f->c, "new"), f->a, "y", 1));
}

static void parked_name_is_granted_as_what_it_is_now(void **state)
{
	struct fixture *f = *state;
	struct request mover, user, creator;

	rename_to(&mover, f->a, "y", f->c, "new");
	assert_true(take(f->tree, &mover));
	use(&user, f->a, "y");
	assert_false(take(f->tree, &user));
	use(&creator, f->c, "new");
	assert_false(take(f->tree, &creator));
	assert_true(cbf__tree_move(f->tree, mover.claims.names[0].name, f->c, "new", 3));
	drop(f->tree, &mover);
	assert_null(user.claims.names[0].node);
	assert_ptr_equal(creator.claims.names[0].node, f->y);
	drop(f->tree, &user);
	drop(f->tree, &creator);
	assert_true(cbf__tree_move(f->tree, find_name(f->tree, f->c, "new"), f->a, "y", 1));
}

/* It waits because of where the node is; once the node has moved away that is no reason any more, but another is. */
static void conflicts_are_those_of_the_moment(void **state)
{
	struct fixture *f = *state;
	struct request mover, other, user;

	rename_to(&mover, f->a, "y", f->c, "new");
	assert_true(take(f->tree, &mover));
	change(&other, f->root, "a");
	assert_false(take(f->tree, &other)); /* above of what is being moved */
	use_node(&user, f->y, CBF__NO_TURN);
	assert_false(take(f->tree, &user)); /* behind both */
	assert_true(cbf__tree_move(f->tree, mover.claims.names[0].name, f->c, "new", 3));
	drop(f->tree, &mover);
	assert_true(runs(&other));
	assert_true(runs(&user)); /* /c/new is not below /a */
	drop(f->tree, &other);
	drop(f->tree, &user);
	assert_true(cbf__tree_move(f->tree, find_name(f->tree, f->c, "new"), f->a, "y", 1));
}

/* /a is another directory by now than when the rename was parked: it will move that one. */
static void those_who_wait_are_looked_at_anew(void **state)
{
	struct fixture *f = *state;
	struct request user, mover, late;
	struct cbf__node *other;

	use(&user, f->c, "new");
	assert_true(take(f->tree, &user));
	rename_to(&mover, f->root, "a", f->c, "new");
	assert_false(take(f->tree, &mover));
	other = look_up(f->tree, f->root, "a", 7, S_IFDIR);
	use(&late, other, "q");
	assert_false(take(f->tree, &late));
	drop(f->tree, &user);
	assert_true(runs(&mover));
	assert_false(runs(&late));
	drop(f->tree, &mover);
	assert_true(runs(&late));
	drop(f->tree, &late);
	cbf__node_forget(f->tree, other, 1);
}

/* The last claim on what the kernel has forgotten frees it. */
static void dropping_frees_what_was_held_for_it(void **state)
{
	struct fixture *f = *state;
	struct cbf__node *d = look_up(f->tree, f->root, "d", 7, S_IFDIR), *e = look_up(f->tree, d, "e", 8, S_IFDIR);
	struct cbf__node *v = look_up(f->tree, e, "v", 9, S_IFREG);
	size_t nodes = f->tree->nodes.count;
	struct request user, taker;

	use_node(&user, v, CBF__EXCLUSIVE_TURN);
	assert_true(take(f->tree, &user));
	change(&taker, e, "v");
	assert_false(take(f->tree, &taker));
	cbf__node_pin(e); /* as the request does, whose directory it is */
	d->lookups = e->lookups = v->lookups = 0;
	drop(f->tree, &user);
	assert_true(runs(&taker));
	assert_null(taker.claims.names[0].node);
	assert_int_equal(f->tree->nodes.count, nodes - 1);
	drop(f->tree, &taker);
	cbf__node_unpin(f->tree, e);
	assert_int_equal(f->tree->nodes.count, nodes - 3);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(all_who_used_must_have_gone),
		TEST(all_who_wait_to_use_run_at_once),
		TEST(those_who_change_go_in_order),
		TEST(nobody_overtakes_one_that_waits_for_the_same),
		TEST(one_in_the_middle_holds_up_those_behind),
		TEST(parked_node_is_granted_by_its_new_name),
		TEST(parked_name_is_granted_as_what_it_is_now),
		TEST(conflicts_are_those_of_the_moment),
		TEST(those_who_wait_are_looked_at_anew),
		TEST(dropping_frees_what_was_held_for_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
