/* SPDX-License-Identifier: MIT */
/* Who may do what, by mode, owner and ACL. */
#include "access.h"

#include <cbfuse/event_security.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { OWNER = 10, GROUP = 20, NAMED = 30, NAMED_GROUP = 40, STRANGER = 50 };

static bool may(const struct node *node, uid_t uid, gid_t gid, unsigned wanted)
{
	const gid_t more[] = {99, gid};
	const struct access_caller caller = {.uid = uid, .gid = 98, .groups = more, .group_count = 2};

	return access_allows(node, &caller, wanted);
}

static void modes_are_looked_at(void **state)
{
	struct node node = {.mode = S_IFREG | 0461, .uid = OWNER, .gid = GROUP};

	(void)state;
	assert_true(may(&node, OWNER, GROUP, ACCESS_READ));
	assert_false(may(&node, OWNER, GROUP, ACCESS_WRITE)); /* though the group may */
	assert_true(may(&node, STRANGER, GROUP, ACCESS_READ | ACCESS_WRITE));
	assert_false(may(&node, STRANGER, GROUP, ACCESS_EXECUTE)); /* though the others may */
	assert_true(may(&node, STRANGER, STRANGER, ACCESS_EXECUTE));
	assert_false(may(&node, STRANGER, STRANGER, ACCESS_EXECUTE | ACCESS_READ));
	assert_true(may(&node, STRANGER, STRANGER, 0));
}

static void root_may_all_but_execute(void **state)
{
	struct node file = {.mode = S_IFREG, .uid = OWNER}, directory = {.mode = S_IFDIR, .uid = OWNER};

	(void)state;
	assert_true(may(&file, 0, 0, ACCESS_READ | ACCESS_WRITE));
	assert_false(may(&file, 0, 0, ACCESS_EXECUTE));
	file.mode |= 0010;
	assert_true(may(&file, 0, 0, ACCESS_EXECUTE));
	assert_true(may(&directory, 0, 0, ACCESS_EXECUTE));
}

static void acls_are_looked_at(void **state)
{
	const struct cbf_acl_entry entries[] = {{CBF_ACL_USER_OBJ, 6, 0},  {CBF_ACL_USER, 7, NAMED},
						{CBF_ACL_GROUP_OBJ, 2, 0}, {CBF_ACL_GROUP, 5, NAMED_GROUP},
						{CBF_ACL_MASK, 6, 0},      {CBF_ACL_OTHER, 4, 0}};
	struct node node = {.mode = S_IFREG | 0664, .uid = OWNER, .gid = GROUP};

	(void)state;
	attributes_put(&node.attributes, attribute_new("system.posix_acl_access", entries, sizeof(entries)));
	assert_true(may(&node, OWNER, STRANGER, ACCESS_READ | ACCESS_WRITE));
	assert_true(may(&node, NAMED, STRANGER, ACCESS_READ | ACCESS_WRITE));
	assert_false(may(&node, NAMED, STRANGER, ACCESS_EXECUTE)); /* the mask */
	assert_true(may(&node, STRANGER, GROUP, ACCESS_WRITE));
	assert_false(may(&node, STRANGER, GROUP, ACCESS_READ)); /* though the others may */
	assert_true(may(&node, STRANGER, NAMED_GROUP, ACCESS_READ));
	assert_false(may(&node, STRANGER, NAMED_GROUP, ACCESS_READ | ACCESS_WRITE));
	assert_true(may(&node, STRANGER, STRANGER, ACCESS_READ));
	assert_false(may(&node, STRANGER, STRANGER, ACCESS_WRITE));
	attributes_destroy(&node.attributes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(modes_are_looked_at),
					   cmocka_unit_test(root_may_all_but_execute),
					   cmocka_unit_test(acls_are_looked_at)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
