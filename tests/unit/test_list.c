/* SPDX-License-Identifier: MIT */
#include "base/list.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

enum { ITEMS = 6 };

/* The link is not the first member, so that CBF__CONTAINER has something to do. */
struct item {
	char letter;
	struct cbf__list link;
};

struct fixture {
	struct cbf__list head;
	struct item items[ITEMS];
};

static void set_up(struct fixture *f)
{
	cbf__list_init(&f->head);
	for (int i = 0; i < ITEMS; i++) {
		f->items[i].letter = (char)('a' + i);
		cbf__list_init(&f->items[i].link);
		cbf__list_append(&f->head, &f->items[i].link);
	}
}

/* Forwards and backwards. */
static void expect_order(struct cbf__list *head, const char *expected)
{
	size_t i = 0;

	CBF__LIST_FOR_EACH(link, head)
		assert_int_equal(CBF__CONTAINER(link, struct item, link)->letter, expected[i++]);
	assert_int_equal(i, strlen(expected));
	for (struct cbf__list *link = head->previous; link != head; link = link->previous)
		assert_int_equal(CBF__CONTAINER(link, struct item, link)->letter, expected[--i]);
	assert_int_equal(i, 0);
}

static void empty_list_has_nothing(void **state)
{
	struct cbf__list head;

	(void)state;
	cbf__list_init(&head);
	assert_true(cbf__list_empty(&head));
	assert_null(cbf__list_take(&head));
	expect_order(&head, "");
}

static void appended_items_stand_in_order(void **state)
{
	struct fixture f;

	(void)state;
	set_up(&f);
	assert_false(cbf__list_empty(&f.head));
	expect_order(&f.head, "abcdef");
}

static void append_to_an_item_goes_in_front_of_it(void **state)
{
	struct fixture f;
	struct item first = {.letter = '1'}, middle = {.letter = '2'};

	(void)state;
	set_up(&f);
	cbf__list_append(f.head.next, &first.link);
	cbf__list_append(&f.items[2].link, &middle.link);
	expect_order(&f.head, "1ab2cdef");
}

static void removed_items_are_in_no_list(void **state)
{
	struct fixture f;

	(void)state;
	set_up(&f);
	cbf__list_remove(&f.items[0].link);
	cbf__list_remove(&f.items[2].link);
	cbf__list_remove(&f.items[5].link);
	expect_order(&f.head, "bde");
	assert_true(cbf__list_empty(&f.items[2].link));
	cbf__list_remove(&f.items[2].link); /* does no harm */
	expect_order(&f.head, "bde");
	cbf__list_append(&f.head, &f.items[2].link);
	expect_order(&f.head, "bdec");
}

static void takes_the_first(void **state)
{
	struct fixture f;

	(void)state;
	set_up(&f);
	for (int i = 0; i < ITEMS; i++) {
		assert_ptr_equal(cbf__list_take(&f.head), &f.items[i].link);
		assert_true(cbf__list_empty(&f.items[i].link));
	}
	assert_null(cbf__list_take(&f.head));
	assert_true(cbf__list_empty(&f.head));
}

static void safe_loop_may_take_its_item_away(void **state)
{
	struct fixture f;
	struct cbf__list other;

	(void)state;
	set_up(&f);
	cbf__list_init(&other);
	CBF__LIST_FOR_EACH_SAFE(link, &f.head) {
		if (CBF__CONTAINER(link, struct item, link)->letter % 2)
			continue;
		cbf__list_remove(link);
		cbf__list_append(&other, link);
	}
	expect_order(&f.head, "ace");
	expect_order(&other, "bdf");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty_list_has_nothing),
		cmocka_unit_test(appended_items_stand_in_order),
		cmocka_unit_test(append_to_an_item_goes_in_front_of_it),
		cmocka_unit_test(removed_items_are_in_no_list),
		cmocka_unit_test(takes_the_first),
		cmocka_unit_test(safe_loop_may_take_its_item_away),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
