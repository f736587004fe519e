/* SPDX-License-Identifier: MIT */
/* ACLs: what is well-formed, their bytes, and how they and modes follow from each other. */
#include "base/acl.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#define OWNER(p)                                                                                                       \
	{                                                                                                              \
		CBF_ACL_USER_OBJ, p, 0                                                                                 \
	}
#define USER(p, id)                                                                                                    \
	{                                                                                                              \
		CBF_ACL_USER, p, id                                                                                    \
	}
#define GROUP_OBJ(p)                                                                                                   \
	{                                                                                                              \
		CBF_ACL_GROUP_OBJ, p, 0                                                                                \
	}
#define GROUP(p, id)                                                                                                   \
	{                                                                                                              \
		CBF_ACL_GROUP, p, id                                                                                   \
	}
#define MASK(p)                                                                                                        \
	{                                                                                                              \
		CBF_ACL_MASK, p, 0                                                                                     \
	}
#define OTHER(p)                                                                                                       \
	{                                                                                                              \
		CBF_ACL_OTHER, p, 0                                                                                    \
	}

static const struct {
	const char *fault; /* NULL: none */
	size_t count;
	struct cbf_acl_entry entries[7];
} acls[] = {
	{NULL, 0, {{0}}},
	{NULL, 3, {OWNER(7), GROUP_OBJ(5), OTHER(0)}},
	{NULL, 4, {OWNER(7), GROUP_OBJ(5), MASK(7), OTHER(0)}},
	{NULL, 7, {OWNER(7), USER(6, 9), USER(1, 3), GROUP_OBJ(5), GROUP(4, 9), MASK(7), OTHER(0)}},
	{"owner", 2, {OWNER(7), GROUP_OBJ(5)}},
	{"owner", 2, {GROUP_OBJ(7), OTHER(5)}},
	{"owner", 1, {OWNER(7)}},
	{"without a mask", 4, {OWNER(7), USER(4, 1), GROUP_OBJ(5), OTHER(0)}},
	{"without a mask", 4, {OWNER(7), GROUP_OBJ(5), GROUP(4, 1), OTHER(0)}},
	{"order", 4, {OWNER(7), OWNER(7), GROUP_OBJ(5), OTHER(0)}},
	{"order", 3, {OTHER(0), GROUP_OBJ(5), OWNER(7)}},
	{"order", 5, {OWNER(7), GROUP_OBJ(5), USER(4, 1), MASK(7), OTHER(0)}},
	{"for one id", 6, {OWNER(7), USER(4, 1), USER(5, 1), GROUP_OBJ(5), MASK(7), OTHER(0)}},
	{"for one id", 7, {OWNER(7), GROUP_OBJ(5), GROUP(4, 1), GROUP(4, 2), GROUP(4, 1), MASK(7), OTHER(0)}},
	{"nobody", 5, {OWNER(7), USER(4, UINT32_MAX), GROUP_OBJ(5), MASK(7), OTHER(0)}},
	{"permissions", 3, {OWNER(8), GROUP_OBJ(5), OTHER(0)}},
	{"permissions", 3, {OWNER(7), GROUP_OBJ(5), OTHER(UINT16_MAX)}},
	{"tag", 3, {{0, 7, 0}, GROUP_OBJ(5), OTHER(0)}},
	{"tag", 3, {{3, 7, 0}, GROUP_OBJ(5), OTHER(0)}},
	{"tag", 4, {OWNER(7), GROUP_OBJ(5), OTHER(0), {0x40, 7, 0}}},
	{"room", CBF_ACL_ENTRY_MAX + 1, {{0}}},
	{"room", SIZE_MAX, {{0}}},
};
enum { ACLS = sizeof(acls) / sizeof(acls[0]) };

static void acls_are_well_formed_or_not(void **state)
{
	(void)state;
	for (size_t i = 0; i < ACLS; i++) {
		const char *fault = cbf__acl_fault(acls[i].entries, acls[i].count);

		if (!fault != !acls[i].fault || (fault && !strstr(fault, acls[i].fault)))
			fail_msg("ACL %zu: %s", i, fault ? fault : "no fault");
	}
}

static void bytes_and_entries_are_the_same(void **state)
{
	static const unsigned char bytes[] = {2, 0, 0,   0,   1,   0,   7,  0, 255, 255, 255, 255, 2,   0,  6,
					      0, 9, 1,   0,   0,   4,   0,  5, 0,   255, 255, 255, 255, 16, 0,
					      7, 0, 255, 255, 255, 255, 32, 0, 1,   0,   255, 255, 255, 255};
	static const struct cbf_acl_entry entries[] = {OWNER(7), USER(6, 265), GROUP_OBJ(5), MASK(7), OTHER(1)};
	unsigned char back[CBF__ACL_BYTES_MAX];
	struct cbf__acl acl;

	(void)state;
	assert_int_equal(cbf__acl_decode(&acl, bytes, sizeof(bytes)), 0);
	assert_int_equal(acl.count, 5);
	assert_memory_equal(acl.entries, entries, sizeof(entries));
	assert_int_equal(cbf__acl_encode(entries, 5, back), sizeof(bytes));
	assert_memory_equal(back, bytes, sizeof(bytes));
}

/* Each prefix, each byte spoiled: what is taken is well-formed, whatever came. */
static void malformed_bytes_are_refused(void **state)
{
	static const struct cbf_acl_entry entries[] = {OWNER(7), USER(6, 1), GROUP_OBJ(5), MASK(7), OTHER(1)};
	unsigned char bytes[CBF__ACL_BYTES_MAX + 8];
	size_t size = cbf__acl_encode(entries, 5, bytes);
	struct cbf__acl acl;

	(void)state;
	for (size_t i = 0; i < size; i++)
		assert_int_equal(cbf__acl_decode(&acl, bytes, i), i == 0 || i == 4 ? 0 : EINVAL);
	assert_int_equal(cbf__acl_decode(&acl, bytes, 4), 0);
	assert_int_equal(acl.count, 0);
	for (size_t i = 0; i < size; i++)
		for (unsigned bit = 0; bit < 8; bit++) {
			bytes[i] ^= (unsigned char)(1u << bit);
			if (cbf__acl_decode(&acl, bytes, size) == 0)
				assert_null(cbf__acl_fault(acl.entries, acl.count));
			else if (i >= 4 && i < 8)
				assert_int_equal(cbf__acl_decode(&acl, bytes, size), EINVAL);
			bytes[i] ^= (unsigned char)(1u << bit);
		}
	bytes[0] = 1;
	assert_int_equal(cbf__acl_decode(&acl, bytes, size), EINVAL);
	memset(bytes, 0, sizeof(bytes));
	bytes[0] = 2;
	assert_int_equal(cbf__acl_decode(&acl, bytes, sizeof(bytes)), EINVAL); /* one entry too many */
}

static void modes_follow(void **state)
{
	struct cbf__acl plain = {3, {OWNER(7), GROUP_OBJ(5), OTHER(1)}};
	struct cbf__acl masked = {5, {OWNER(6), USER(7, 1), GROUP_OBJ(5), MASK(4), OTHER(0)}};

	(void)state;
	assert_int_equal(cbf__acl_mode(&plain), 0751);
	assert_int_equal(cbf__acl_mode(&masked), 0640);
	assert_true(cbf__acl_is_minimal(&plain));
	assert_false(cbf__acl_is_minimal(&masked));
	assert_false(cbf__acl_set_mode(&masked, S_IFREG | 02640));
	assert_true(cbf__acl_set_mode(&masked, S_IFREG | 0712));
	assert_int_equal(masked.entries[0].permissions, 7);
	assert_int_equal(masked.entries[1].permissions, 7);
	assert_int_equal(masked.entries[2].permissions, 5);
	assert_int_equal(masked.entries[3].permissions, 1);
	assert_int_equal(masked.entries[4].permissions, 2);
	assert_true(cbf__acl_set_mode(&plain, 0700));
	assert_int_equal(plain.entries[1].permissions, 0);
	plain.count = 0;
	assert_false(cbf__acl_set_mode(&plain, 0700));
}

static void new_files_inherit(void **state)
{
	struct cbf__acl plain = {3, {OWNER(7), GROUP_OBJ(5), OTHER(1)}};
	struct cbf__acl masked = {5, {OWNER(7), USER(7, 1), GROUP_OBJ(7), MASK(6), OTHER(4)}};

	(void)state;
	assert_int_equal(cbf__acl_inherit(&masked, S_IFREG | 04644), S_IFREG | 04644);
	assert_int_equal(masked.entries[0].permissions, 6);
	assert_int_equal(masked.entries[1].permissions, 7);
	assert_int_equal(masked.entries[2].permissions, 7);
	assert_int_equal(masked.entries[3].permissions, 4);
	assert_int_equal(masked.entries[4].permissions, 4);
	assert_int_equal(cbf__acl_inherit(&plain, S_IFDIR | 01777), S_IFDIR | 01751);
	assert_int_equal(cbf__acl_mode(&plain), 0751);
}

static bool is_in(const void *data, gid_t group)
{
	return group == *(const gid_t *)data;
}

static void rights_follow(void **state)
{
	static const struct cbf__acl acl = {
		7, {OWNER(6), USER(6, 9), USER(7, 8), GROUP_OBJ(4), GROUP(2, 30), MASK(6), OTHER(1)}};
	static const struct {
		uid_t uid;
		gid_t gid;
		unsigned rights;
		bool allowed;
	} rows[] = {
		{1, 1, 6, true}, /* the owner, by no mask */
		{1, 1, 1, false},  {9, 1, 2, true},   {9, 20, 6, true}, {8, 1, 6, true},
		{8, 1, 1, false}, /* the mask */
		{7, 20, 4, true},  {7, 20, 2, false}, /* the mask has it, the group has not */
		{7, 20, 1, false}, /* the others have it, but not who is in a group */
		{7, 30, 2, true},  {7, 30, 4, false}, {7, 7, 1, true},  {7, 7, 4, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct cbf__acl_caller caller = {rows[i].uid, is_in, &rows[i].gid};

		if (cbf__acl_allows(&acl, &caller, 1, 20, rows[i].rights) != rows[i].allowed)
			fail_msg("row %zu", i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(acls_are_well_formed_or_not), cmocka_unit_test(bytes_and_entries_are_the_same),
		cmocka_unit_test(malformed_bytes_are_refused), cmocka_unit_test(modes_follow),
		cmocka_unit_test(new_files_inherit),           cmocka_unit_test(rights_follow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
