/* SPDX-License-Identifier: MIT */
#include "differential.h"

#include <string.h>

static const char *value_of(const struct outcome *outcome, const char *key)
{
	for (size_t i = 0; i < outcome->count; i++)
		if (strcmp(outcome->lines[i].key, key) == 0)
			return outcome->lines[i].value;
	return NULL;
}

static bool difference(const char *subject, const struct test_case *test, const char *key, const char *native,
		       const char *mount, struct tally *tally)
{
	native = native ? native : "-";
	mount = mount ? mount : "-";
	if (known_difference(subject, test, key, native, mount)) {
		tally->known++;
		return false;
	}
	printf("%s: %s as %s%s: %s: native %s, mount %s\n", subject, test->label, who_names[test->who],
	       test->closed ? ", closed" : "", key, native, mount);
	return true;
}

void compare(const char *subject, const struct test_case *test, const struct outcome *native,
	     const struct outcome *mount, struct tally *tally)
{
	bool failed = false;

	for (size_t i = 0; i < native->count; i++) {
		const struct line *line = &native->lines[i];
		const char *other = value_of(mount, line->key);

		if (!other || strcmp(other, line->value) != 0)
			failed |= difference(subject, test, line->key, line->value, other, tally);
	}
	for (size_t i = 0; i < mount->count; i++)
		if (!value_of(native, mount->lines[i].key))
			failed |= difference(subject, test, mount->lines[i].key, NULL, mount->lines[i].value, tally);
	tally->failed += failed;
}
