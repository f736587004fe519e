/* SPDX-License-Identifier: MIT */
/* Extended attributes: what the library says by itself, of what is hooked and what is not, and who may. */
#include "link_lists.h"
#include "xattr_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

static const char links_name[] = "user.cbfuse.hardlinks";

static void test_hooks_that_fail(void **state)
{
	struct seen seen;
	struct fixture *f = begin(state, &seen);
	const uint64_t node = fx_node(f, "/f");

	mf_fail(f->fs, MF_QUERY_EA, 0, EACCES);
	assert_int_equal(get(f, node, "user.a"), EACCES);
	mf_fail(f->fs, MF_QUERY_EA, 0, ENODATA);
	assert_int_equal(get(f, node, "user.a"), ENODATA);
	mf_fail(f->fs, MF_QUERY_EA, 0, E2BIG);
	assert_int_equal(fk_listxattr(f->kernel, node, NULL, 0, &(size_t){0}), E2BIG);
	mf_fail(f->fs, MF_SET_EA, 0, ENOSPC);
	assert_int_equal(fk_setxattr(f->kernel, node, "user.a", "x", 1, 0), ENOSPC);
	mf_fail(f->fs, MF_SET_EA, 0, EPERM);
	assert_int_equal(fk_removexattr(f->kernel, node, "user.a"), EPERM);
	mf_fail_dirty(f->fs, MF_OPEN_FILE, EACCES);
	seen.sets = 0;
	assert_int_equal(fk_setxattr(f->kernel, node, "user.a", "x", 1, 0), EACCES);
	assert_int_equal(seen.sets, 0);
	/* Else the kernel would never ask again, of no file. */
	mf_fail(f->fs, MF_QUERY_EA, 0, ENOSYS);
	assert_int_equal(get(f, node, "user.a"), EOPNOTSUPP);
	mf_fail(f->fs, MF_QUERY_EA, 0, ENOSYS);
	assert_int_equal(fk_listxattr(f->kernel, node, NULL, 0, &(size_t){0}), EOPNOTSUPP);
	mf_fail(f->fs, MF_SET_EA, 0, ENOSYS);
	assert_int_equal(fk_setxattr(f->kernel, node, "user.a", "x", 1, 0), EOPNOTSUPP);
	mf_fail(f->fs, MF_SET_EA, 0, ENOSYS);
	assert_int_equal(fk_removexattr(f->kernel, node, "user.a"), EOPNOTSUPP);
	fx_expect_all_closed(f);
	fx_finish(f);
}

/* The links attribute is not the hooks', is not listed even if they have one of that name, and cannot be changed. */
static void test_beside_the_links_attribute(void **state)
{
	struct seen seen;
	struct fixture *f = begin(state, &seen);
	const uint64_t node = fx_node(f, "/f");
	struct link_list *list = calloc(1, sizeof(*list));

	assert_non_null(list);
	mf_set_ea(f->fs, "/f", "user.a", "1", 1);
	mf_set_ea(f->fs, "/f", links_name, "rubbish", 7);
	mf_set_ea(f->fs, "/f", "user.cbfuse.hardlinks2", "2", 1);
	assert_int_equal(links_by_xattr(f, node, list), 0);
	links_expect(list, "/f", NULL);
	expect_list(f, node, "user.a\0user.cbfuse.hardlinks2", 30);
	seen.queries = seen.sets = 0;
	assert_int_equal(fk_setxattr(f->kernel, node, links_name, "x", 1, 0), EPERM);
	assert_int_equal(fk_removexattr(f->kernel, node, links_name), EPERM);
	assert_int_equal(fk_setxattr(f->kernel, fx_node(f, "/d"), links_name, "x", 1, 0), EPERM);
	assert_int_equal(get(f, fx_node(f, "/d"), links_name), ENODATA);
	assert_int_equal(seen.queries + seen.sets, 0);
	links_clear(list);
	free(list);
	fx_finish(f);
}

/* Switched off, its name is one like any other. */
static void test_without_the_links_attribute(void **state)
{
	struct seen seen;
	struct fixture *f = *state;
	uint64_t node;

	assert_int_equal(cbf_set_hard_links_xattr(f->volume, NULL), 0);
	f = begin(state, &seen);
	node = fx_node(f, "/f");
	set(f, node, links_name, "one");
	expect_ea(f, node, links_name, "one");
	expect_list(f, node, links_name, sizeof(links_name));
	assert_int_equal(fk_removexattr(f->kernel, node, links_name), 0);
	fx_finish(f);
}

/* Trusted names are listed for root only. */
static void test_trusted_names(void **state)
{
	struct seen seen;
	struct fixture *f = begin(state, &seen);
	const uint64_t node = fx_node(f, "/f");

	mf_set_ea(f->fs, "/f", "trusted.a", "1", 1);
	mf_set_ea(f->fs, "/f", "user.a", "2", 1);
	mf_set_ea(f->fs, "/f", "trusted.b", "3", 1);
	mf_set_ea(f->fs, "/f", "trustedish.b", "4", 1);
	expect_list(f, node, "user.a\0trustedish.b", 20);
	f->kernel->uid = 0;
	expect_list(f, node, "trusted.a\0user.a\0trusted.b\0trustedish.b", 40);
	fx_finish(f);
}

static void test_acls_are_for_the_owner(void **state)
{
	static const char acl[] = "system.posix_acl_access";
	const struct fuse_setattr_in owner = {.valid = FATTR_UID, .uid = 1000};
	struct seen seen;
	struct fixture *f = begin(state, &seen);
	const uint64_t node = fx_node(f, "/f");
	uint64_t fh;

	assert_int_equal(fk_setattr(f->kernel, node, &owner, NULL), 0);
	set(f, node, acl, "of the owner");
	f->kernel->uid = 0;
	set(f, node, acl, "of root");
	f->kernel->uid = 1001;
	expect_ea(f, node, acl, "of root");
	seen.sets = 0;
	recorder_clear(f->recorder);
	assert_int_equal(fk_setxattr(f->kernel, node, acl, "x", 1, 0), EPERM);
	assert_int_equal(fk_removexattr(f->kernel, node, acl), EPERM);
	recorder_expect_nothing(f->recorder);
	mf_fail(f->fs, MF_GET_FILE_INFO, 0, EIO);
	assert_int_equal(fk_removexattr(f->kernel, node, acl), EIO);
	fh = fx_open(f, node, O_RDWR);
	assert_int_equal(fk_unlink(f->kernel, FUSE_ROOT_ID, "f"), 0);
	assert_int_equal(fk_removexattr(f->kernel, node, acl), EPERM);
	assert_int_equal(seen.sets, 0);
	f->kernel->uid = 1000;
	assert_int_equal(fk_removexattr(f->kernel, node, acl), 0);
	fx_release(f, node, fh);
	fx_finish(f);
}

static void test_only_query_hooked(void **state)
{
	struct seen seen;
	struct fixture *f = *state;
	uint64_t node;

	assert_int_equal(cbf_on_set_ea(f->volume, NULL, NULL), 0);
	f = begin(state, &seen);
	node = fx_node(f, "/f");
	mf_set_ea(f->fs, "/f", "user.a", "1", 1);
	expect_ea(f, node, "user.a", "1");
	recorder_clear(f->recorder);
	assert_int_equal(fk_setxattr(f->kernel, node, "user.a", "2", 1, 0), EOPNOTSUPP);
	assert_int_equal(fk_removexattr(f->kernel, node, "user.a"), EOPNOTSUPP);
	assert_int_equal(fk_setxattr(f->kernel, node, links_name, "2", 1, 0), EPERM);
	recorder_expect_nothing(f->recorder);
	fx_finish(f);
}

static void test_only_query_hooked_and_read_only(void **state)
{
	struct seen seen;
	struct fixture *f = *state;

	assert_int_equal(cbf_on_set_ea(f->volume, NULL, NULL), 0);
	assert_int_equal(cbf_on_create_file(f->volume, NULL, NULL), 0);
	assert_int_equal(cbf_on_write_file(f->volume, NULL, NULL), 0);
	f = begin(state, &seen);
	assert_int_equal(fk_setxattr(f->kernel, fx_node(f, "/f"), "user.a", "2", 1, 0), EROFS);
	assert_int_equal(fk_removexattr(f->kernel, fx_node(f, "/f"), "user.a"), EROFS);
	fx_finish(f);
}

static void test_only_set_hooked(void **state)
{
	struct seen seen;
	struct fixture *f = *state;
	uint64_t node;

	assert_int_equal(cbf_on_query_ea(f->volume, NULL, NULL), 0);
	f = begin(state, &seen);
	node = fx_node(f, "/f");
	set(f, node, "user.a", "1");
	assert_int_equal(get(f, node, "user.a"), ENODATA);
	expect_list(f, node, "", 0);
	fx_finish(f);
}

/* ENOSYS: the kernel does not ask a second time. */
static void test_none_hooked(void **state)
{
	struct seen seen;
	struct fixture *f = *state;
	uint64_t node;

	assert_int_equal(cbf_on_query_ea(f->volume, NULL, NULL), 0);
	assert_int_equal(cbf_on_set_ea(f->volume, NULL, NULL), 0);
	assert_int_equal(cbf_set_hard_links_xattr(f->volume, NULL), 0);
	f = begin(state, &seen);
	node = fx_node(f, "/f");
	assert_int_equal(get(f, node, "user.a"), ENOSYS);
	assert_int_equal(fk_listxattr(f->kernel, node, NULL, 0, &(size_t){0}), ENOSYS);
	assert_int_equal(fk_setxattr(f->kernel, node, "user.a", "2", 1, 0), ENOSYS);
	assert_int_equal(fk_removexattr(f->kernel, node, "user.a"), ENOSYS);
	fx_finish(f);
}

static void test_none_hooked_but_the_links_attribute(void **state)
{
	struct seen seen;
	struct fixture *f = *state;
	uint64_t node;

	assert_int_equal(cbf_on_query_ea(f->volume, NULL, NULL), 0);
	assert_int_equal(cbf_on_set_ea(f->volume, NULL, NULL), 0);
	f = begin(state, &seen);
	node = fx_node(f, "/f");
	assert_int_equal(get(f, node, links_name), 0);
	assert_int_equal(get(f, node, "user.a"), ENODATA);
	expect_list(f, node, "", 0);
	assert_int_equal(fk_setxattr(f->kernel, node, "user.a", "2", 1, 0), ENOSYS);
	fx_finish(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FX_TEST(test_hooks_that_fail),
		FX_TEST(test_beside_the_links_attribute),
		FX_TEST(test_without_the_links_attribute),
		FX_TEST(test_trusted_names),
		FX_TEST(test_acls_are_for_the_owner),
		FX_TEST(test_only_query_hooked),
		FX_TEST(test_only_query_hooked_and_read_only),
		FX_TEST(test_only_set_hooked),
		FX_TEST(test_none_hooked),
		FX_TEST(test_none_hooked_but_the_links_attribute),
	};

	return cmocka_run_group_tests_name("xattr_rules", tests, NULL, NULL);
}
