/* SPDX-License-Identifier: MIT */
/* cbf_file_matches_mask(): the wildcards of Windows. */
#include <cbfuse/standalone.h>

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct pair {
	const char *mask, *name;
};

static void expect(const struct pair *pairs, size_t count, bool matches)
{
	for (size_t i = 0; i < count; i++)
		if (cbf_file_matches_mask(pairs[i].mask, pairs[i].name, true) != matches)
			fail_msg("%s %s %s", pairs[i].mask, matches ? "does not match" : "matches", pairs[i].name);
}

#define EXPECT(pairs, matches) expect(pairs, sizeof(pairs) / sizeof((pairs)[0]), matches)

static void test_usual_wildcards(void **state)
{
	static const struct pair yes[] = {
		{"*", ""},
		{"*", "a"},
		{"*", "a.b"},
		{"*.*", "a"},
		{"*.*", ""},
		{"", ""},
		{"a", "a"},
		{"a*", "a"},
		{"a*", "abc"},
		{"*a", "bca"},
		{"a?c", "abc"},
		{"?", "x"},
		{"*.txt", ".txt"},
		{"*.txt", "a.b.txt"},
		{"a**b", "ab"},
		{"*a*b*", "xaxbx"},
		{"*ab*abc", "ababxabc"},
		{"a*b*c", "abbbc"},
		{"?*", "a"},
		{"*.?*", "a.b"},
		{"???", "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"},
		{"\xc3\xa4*", "\xc3\xa4x"},
		{"??", "\xff\xc3"},
	};
	static const struct pair no[] = {
		{"", "a"},      {"a", ""},         {"?", ""},           {"a", "A"},
		{"a?", "a"},    {"*.txt", "txt"},  {"*.txt", "a.txtx"}, {"?", "ab"},
		{"*.?*", "a."}, {"?", "\xff\xc3"}, {"*a*b*c", "acb"},   {"??", "\xc3\xa4"},
	};

	(void)state;
	EXPECT(yes, true);
	EXPECT(no, false);
}

static void test_dos_wildcards(void **state)
{
	static const struct pair yes[] = {
		{"<", "abc"},  {"<", ""},       {"<.c", "a.b.c"}, {"<c", "abc"},      {"*<", "a.b"},
		{"<*", "a.b"}, {"<.>", "a.b"},  {"<.>>>", "a.b"}, {">>>", "a"},       {">>>.txt", "a.txt"},
		{">>>", ""},   {"a\"", "a"},    {"a\"", "a."},    {"a\"b", "a.b"},    {"a\"\"", "a"},
		{"<\"*", "a"}, {"*<x", "a.bx"}, {"<.<", "a.b.c"}, {"*a<b", "xa.aab"}, {"<.a<b", "x.aab"},
	};
	static const struct pair no[] = {
		{"<", "a."},    {"<x", "a.bx"}, {"<c", "a.bc"}, {">", "ab"},      {">", "."}, {">>>.txt", "abcd.txt"},
		{"a\"b", "ab"}, {"\"", "a"},    {"a\"", "a.b"}, {"<.c", "a.c.d"},
	};

	(void)state;
	EXPECT(no, false);
	EXPECT(yes, true);
}

static void test_case(void **state)
{
	(void)state;
	assert_true(cbf_file_matches_mask("*.TXT", "a.txt", false));
	assert_false(cbf_file_matches_mask("*.TXT", "a.txt", true));
	assert_false(cbf_file_matches_mask("a", "b", false));
	assert_false(cbf_file_matches_mask("\xe4", "\xc4", false)); /* no characters of UTF-8 */
	if (setlocale(LC_CTYPE, "C.UTF-8")) {
		assert_true(cbf_file_matches_mask("\xc3\x84*", "\xc3\xa4x", false));
		assert_false(cbf_file_matches_mask("\xc3\x84*", "\xc3\xa4x", true));
	}
}

/* Whatever is asked, it takes no time; and too long a mask matches nothing. */
static void test_long_ones(void **state)
{
	char mask[CBF_MASK_MAX + 2], name[4096];

	(void)state;
	memset(mask, '*', sizeof(mask));
	mask[CBF_MASK_MAX + 1] = '\0';
	assert_false(cbf_file_matches_mask(mask, "a", true));
	mask[CBF_MASK_MAX] = '\0';
	assert_true(cbf_file_matches_mask(mask, "a", true));
	for (size_t i = 0; i < CBF_MASK_MAX - 1; i += 2)
		mask[i] = 'a';
	mask[CBF_MASK_MAX - 1] = 'b';
	memset(name, 'a', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	assert_false(cbf_file_matches_mask(mask, name, true));
	name[sizeof(name) - 2] = 'b';
	assert_true(cbf_file_matches_mask(mask, name, true));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_usual_wildcards),
		cmocka_unit_test(test_dos_wildcards),
		cmocka_unit_test(test_case),
		cmocka_unit_test(test_long_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
