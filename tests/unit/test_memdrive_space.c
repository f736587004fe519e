/* SPDX-License-Identifier: MIT */
/* Limits: what is taken is counted, what does not fit is refused and leaves no trace. */
#include "space.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct space space;
static struct owners owners[2];

static void begin(uint64_t bytes, uint64_t files, uint64_t quota)
{
	assert_int_equal(space_init(&space, bytes, files, quota), 0);
	for (uint32_t i = 0; i < 2; i++)
		assert_int_equal(space_owners(&space, (const uint32_t[SPACE_KINDS]){100 + i, 200, 0}, &owners[i]), 0);
}

static void limits_hold_to_the_byte(void **state)
{
	(void)state;
	begin(1000, 3, 0);
	assert_int_equal(space_take(&space, &owners[0], 600, 1), 0);
	assert_int_equal(space_take(&space, &owners[0], 401, 1), -ENOSPC);
	assert_int_equal(space_take(&space, &owners[0], UINT64_MAX, 0), -ENOSPC);
	assert_int_equal(space_take(&space, &owners[0], 400, 2), 0);
	assert_int_equal(space_take(&space, &owners[0], 0, 1), -ENOSPC);
	assert_int_equal(space_take(&space, &owners[0], 0, 0), 0);
	space_give(&space, &owners[0], 1000, 3);
	assert_int_equal(space.bytes, 0);
	assert_int_equal(space.files, 0);
	assert_int_equal(owners[0].quotas[SPACE_GROUP]->bytes, 0);
	space_destroy(&space);
}

static void each_user_has_a_quota(void **state)
{
	(void)state;
	begin(0, 0, 500);
	assert_int_equal(space_take(&space, &owners[0], 500, 1), 0);
	assert_int_equal(space_take(&space, &owners[0], 1, 0), -EDQUOT);
	assert_int_equal(space.bytes, 500);
	assert_int_equal(space_take(&space, &owners[1], 300, 1), 0);
	assert_int_equal(owners[0].quotas[SPACE_GROUP]->bytes, 800);
	assert_int_equal(space_move(&space, &owners[0], &owners[1], 201), -EDQUOT);
	assert_int_equal(space_move(&space, &owners[0], &owners[1], 200), 0);
	assert_int_equal(owners[0].quotas[SPACE_USER]->bytes, 300);
	assert_int_equal(owners[1].quotas[SPACE_USER]->bytes, 500);
	assert_int_equal(owners[1].quotas[SPACE_USER]->files, 2);
	space_destroy(&space);
}

static void group_limit_is_undone_for_the_user(void **state)
{
	(void)state;
	begin(0, 0, 0);
	atomic_store(&owners[0].quotas[SPACE_GROUP]->limit, 10);
	atomic_store(&owners[0].quotas[SPACE_GROUP]->is_set, true);
	assert_int_equal(space_take(&space, &owners[0], 11, 1), -EDQUOT);
	assert_int_equal(owners[0].quotas[SPACE_USER]->bytes, 0);
	assert_int_equal(owners[0].quotas[SPACE_USER]->files, 0);
	assert_int_equal(space.bytes, 0);
	space_destroy(&space);
}

static void root_is_counted_but_not_limited(void **state)
{
	struct owners root;

	(void)state;
	begin(0, 0, 5);
	assert_int_equal(space_owners(&space, (const uint32_t[SPACE_KINDS]){0, 0, 0}, &root), 0);
	assert_int_equal(space_take(&space, &root, 1000, 1), 0);
	assert_int_equal(root.quotas[SPACE_USER]->bytes, 1000);
	space_destroy(&space);
}

static void quotas_are_walked(void **state)
{
	struct quota *quota = NULL;
	unsigned count = 0;

	(void)state;
	begin(0, 0, 0);
	while ((quota = space_next_quota(&space, SPACE_USER, quota)))
		assert_int_equal(quota->id, 100 + count++);
	assert_int_equal(count, 2);
	assert_null(space_quota(&space, SPACE_USER, 7, false));
	space_destroy(&space);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(limits_hold_to_the_byte), cmocka_unit_test(each_user_has_a_quota),
		cmocka_unit_test(group_limit_is_undone_for_the_user), cmocka_unit_test(root_is_counted_but_not_limited),
		cmocka_unit_test(quotas_are_walked)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
