/* SPDX-License-Identifier: MIT */
/* Claims of names: who runs beside whom, in which order, and what is held. Turns are in test_turn.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "claim_helpers.h"

/* /a/b/x, /a/y, /c/z, where x and z are one file's names; the kernel knows them all. */
struct fixture {
	struct cbf__tree *tree;
	struct cbf__node *root, *a, *b, *c, *x, *y;
};

static int set_up(void **state)
{
	struct fixture *f = test_calloc(1, sizeof(*f));

	f->tree = new_tree(true, true);
	f->root = f->tree->root;
	f->a = look_up(f->tree, f->root, "a", 2, S_IFDIR);
	f->b = look_up(f->tree, f->a, "b", 3, S_IFDIR);
	f->c = look_up(f->tree, f->root, "c", 4, S_IFDIR);
	f->x = look_up(f->tree, f->c, "z", 5, S_IFREG);
	f->x = look_up(f->tree, f->b, "x", 5, S_IFREG);
	f->y = look_up(f->tree, f->a, "y", 6, S_IFREG);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	for (uint64_t id = 6; id >= 2; id--) {
		struct cbf__node *node = cbf__node_find(f->tree, id);

		assert_non_null(node);
		assert_int_equal(node->pins, 0);
		for (const struct cbf__list *link = node->names.next; link != &node->names; link = link->next)
			assert_int_equal(((const struct cbf__name *)(const void *)((const char *)link -
										   offsetof(struct cbf__name, of_node)))
						 ->references,
					 1);
		cbf__node_forget(f->tree, node, 2);
	}
	end_tree(f->tree);
	test_free(f);
	return 0;
}

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
