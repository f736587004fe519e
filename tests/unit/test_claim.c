/* SPDX-License-Identifier: MIT */
/* Claims of names: who runs beside whom, and what is held. See also test_claim_order.c and test_turn.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "claim_fixture.h"

/* Is the second one held up by the first one? */
static bool holds_up(struct fixture *f, struct request *first, struct request *second)
{
	bool held_up;

	assert_true(take(f->tree, first));
	held_up = !take(f->tree, second);
	drop(f->tree, first);
	assert_true(runs(second));
	drop(f->tree, second);
	return held_up;
}

static void those_who_use_a_name_run_beside_each_other(void **state)
{
	struct fixture *f = *state;
	struct request first, second;

	use(&first, f->b, "x"), use(&second, f->b, "x");
	assert_false(holds_up(f, &first, &second));
}

static void who_changes_a_name_is_alone_with_it(void **state)
{
	struct fixture *f = *state;
	struct request first, second;

	use(&first, f->b, "x"), change(&second, f->b, "x");
	assert_true(holds_up(f, &first, &second));
	change(&first, f->b, "x"), use(&second, f->b, "x");
	assert_true(holds_up(f, &first, &second));
	change(&first, f->b, "x"), change(&second, f->b, "x");
	assert_true(holds_up(f, &first, &second));
	/* A name that is not there. */
	change(&first, f->b, "new"), change(&second, f->b, "new");
	assert_true(holds_up(f, &first, &second));
	change(&first, f->b, "new"), use(&second, f->b, "new");
	assert_true(holds_up(f, &first, &second));
}

static void other_names_do_not_matter(void **state)
{
	struct fixture *f = *state;
	struct request first, second;

	change(&first, f->a, "y"), change(&second, f->a, "new");
	assert_false(holds_up(f, &first, &second));
	change(&first, f->a, "y"), change(&second, f->a, "yy");
	assert_false(holds_up(f, &first, &second));
	change(&first, f->a, "x"), change(&second, f->b, "x");
	assert_false(holds_up(f, &first, &second));
	change(&first, f->a, "new"), use(&second, f->b, "x");
	assert_false(holds_up(f, &first, &second));
	/* Names change in a directory while it is used, as such. */
	change(&first, f->a, "y"), use_node(&second, f->a, CBF__NO_TURN);
	assert_false(holds_up(f, &first, &second));
	/* Another name of the file. */
	change(&first, f->b, "x"), use(&second, f->c, "z");
	assert_false(holds_up(f, &first, &second));
}

static void directory_that_changes_conflicts_with_all_below(void **state)
{
	struct fixture *f = *state;
	struct request first, second;

	change(&first, f->root, "a"), use(&second, f->b, "x");
	assert_true(holds_up(f, &first, &second));
	use(&first, f->b, "x"), change(&second, f->root, "a");
	assert_true(holds_up(f, &first, &second));
	change(&first, f->root, "a"), change(&second, f->b, "new");
	assert_true(holds_up(f, &first, &second));
	change(&first, f->b, "new"), change(&second, f->root, "a");
	assert_true(holds_up(f, &first, &second));
	change(&first, f->root, "a"), use_node(&second, f->x, CBF__NO_TURN);
	assert_true(holds_up(f, &first, &second));
	change(&first, f->root, "a"), use_node(&second, f->a, CBF__NO_TURN);
	assert_true(holds_up(f, &first, &second));
	/* One of its names it changes, the other one it uses. */
	change(&second, f->root, "a"), add_name(&second, f->c, "z", false, CBF__NO_TURN);
	use(&first, f->b, "x");
	assert_true(holds_up(f, &first, &second));
	change(&first, f->a, "b"), use_node(&second, f->a, CBF__NO_TURN);
	assert_false(holds_up(f, &first, &second));
	change(&first, f->root, "a"), use_node(&second, f->root, CBF__NO_TURN);
	assert_false(holds_up(f, &first, &second));
}

static void rename_conflicts_at_both_ends(void **state)
{
	struct fixture *f = *state;
	struct request first, second;

	rename_to(&first, f->a, "b", f->c, "new"), use(&second, f->c, "new");
	assert_true(holds_up(f, &first, &second));
	rename_to(&first, f->a, "b", f->c, "new"), use(&second, f->b, "x");
	assert_true(holds_up(f, &first, &second));
	rename_to(&first, f->a, "y", f->root, "c"), use(&second, f->c, "z");
	assert_true(holds_up(f, &first, &second));
	rename_to(&first, f->a, "b", f->c, "new"), change(&second, f->root, "c");
	assert_true(holds_up(f, &first, &second));
	rename_to(&first, f->a, "b", f->c, "new"), use(&second, f->c, "z");
	assert_false(holds_up(f, &first, &second));
	rename_to(&first, f->a, "b", f->c, "new"), use(&second, f->a, "y");
	assert_false(holds_up(f, &first, &second));
	/* Each into the other: one of them must see what the other one has done. */
	rename_to(&first, f->root, "a", f->c, "a"), rename_to(&second, f->root, "c", f->b, "c");
	assert_true(holds_up(f, &first, &second));
}

static void disjoint_subtrees_do_not_wait(void **state)
{
	struct fixture *f = *state;
	struct request first, second;

	rename_to(&first, f->a, "b", f->root, "new"), rename_to(&second, f->c, "z", f->c, "zz");
	assert_false(holds_up(f, &first, &second));
	change(&first, f->root, "a"), change(&second, f->root, "c");
	assert_false(holds_up(f, &first, &second));
}

static void request_does_not_conflict_with_itself(void **state)
{
	struct fixture *f = *state;
	struct request request;

	rename_to(&request, f->a, "b", f->b, "new");
	assert_true(take(f->tree, &request));
	drop(f->tree, &request);
}

static void what_was_found_is_held(void **state)
{
	struct fixture *f = *state;
	struct cbf__name *name = find_name(f->tree, f->b, "x");
	struct request request;
	struct cbf__name_claim *claim = &request.claims.names[0];

	use(&request, f->b, "x");
	assert_true(take(f->tree, &request));
	assert_ptr_equal(claim->name, name);
	assert_ptr_equal(claim->node, f->x);
	assert_ptr_equal(claim->in, f->b);
	assert_string_equal(claim->component, "x");
	assert_int_equal(claim->component_length, 1);
	assert_int_equal(name->references, 2);
	assert_int_equal(f->x->pins, 1);
	assert_int_equal(f->b->pins, 1);
	assert_int_equal(f->a->pins, 0);
	drop(f->tree, &request);
	assert_int_equal(request.claims.name_count, 0);
	assert_int_equal(name->references, 1);

	use(&request, f->b, "new");
	assert_true(take(f->tree, &request));
	assert_null(claim->name);
	assert_null(claim->node);
	assert_ptr_equal(claim->in, f->b);
	assert_string_equal(claim->component, "new");
	drop(f->tree, &request);

	use_node(&request, f->root, CBF__NO_TURN);
	assert_true(take(f->tree, &request));
	assert_null(claim->name);
	assert_null(claim->in);
	assert_null(claim->component);
	assert_ptr_equal(claim->node, f->root);
	drop(f->tree, &request);
}

static void node_is_claimed_by_the_name_that_is_preferred(void **state)
{
	struct fixture *f = *state;
	struct cbf__name *preferred = find_name(f->tree, f->c, "z");
	struct request request;
	struct cbf__name_claim *claim = &request.claims.names[0];

	preferred->references++; /* a handle's */
	init_request(&request);
	cbf__claims_add_node(&request.claims, f->x, preferred, CBF__NO_TURN);
	assert_true(take(f->tree, &request));
	assert_ptr_equal(claim->name, preferred);
	assert_ptr_equal(claim->in, f->c);
	drop(f->tree, &request);

	cbf__tree_unlink(f->tree, preferred, 1, &(struct stat){0});
	init_request(&request);
	cbf__claims_add_node(&request.claims, f->x, preferred, CBF__NO_TURN);
	assert_true(take(f->tree, &request));
	assert_string_equal(claim->name->text, "x");
	assert_ptr_equal(claim->in, f->b);
	drop(f->tree, &request);
	cbf__name_release(preferred);
}

static void claims_that_were_never_taken_are_dropped(void **state)
{
	struct fixture *f = *state;
	struct request request;

	rename_to(&request, f->a, "b", f->c, "new");
	cbf__claims_drop(f->tree, &request.claims);
	assert_int_equal(request.claims.name_count, 0);
	assert_false(request.claims.exclusive);
	cbf__claims_drop(f->tree, &request.claims);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(those_who_use_a_name_run_beside_each_other),
		TEST(who_changes_a_name_is_alone_with_it),
		TEST(other_names_do_not_matter),
		TEST(directory_that_changes_conflicts_with_all_below),
		TEST(rename_conflicts_at_both_ends),
		TEST(disjoint_subtrees_do_not_wait),
		TEST(request_does_not_conflict_with_itself),
		TEST(what_was_found_is_held),
		TEST(node_is_claimed_by_the_name_that_is_preferred),
		TEST(claims_that_were_never_taken_are_dropped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
