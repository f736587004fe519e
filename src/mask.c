/* SPDX-License-Identifier: MIT */
/*
 * cbf_file_matches_mask(): all ways through the mask are followed at once, so that the time is that of the mask's
 * length times the name's, whatever they are.
 *
 * reached[i] says that the first i bytes of the mask can stand for what was read of the name.
 */
#include <cbfuse/standalone.h>

#include <stddef.h>
#include <string.h>
#include <wctype.h>

struct character {
	wint_t value; /* of a byte that is not UTF-8: above all characters */
	size_t length; /* 0: the end */
};

struct matcher {
	const char *mask;
	size_t mask_length;
	bool fold;
	bool reached[CBF_MASK_MAX + 1];
};

enum { NO_CHARACTER = 0x200000 };

static size_t length_by_first_byte(unsigned char byte)
{
	if (byte < 0x80)
		return 1;
	if (byte >= 0xc2 && byte < 0xe0)
		return 2;
	if (byte >= 0xe0 && byte < 0xf0)
		return 3;
	return byte >= 0xf0 && byte < 0xf5 ? 4 : 0;
}

static struct character read_character(const char *text)
{
	static const unsigned char masks[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
	const unsigned char *bytes = (const unsigned char *)text;
	size_t length = length_by_first_byte(bytes[0]);
	wint_t value = bytes[0] & masks[length];

	if (!bytes[0])
		return (struct character){0, 0};
	for (size_t i = 1; i < length; i++) {
		if ((bytes[i] & 0xc0) != 0x80)
			length = 0;
		value = value << 6 | (bytes[i] & 0x3f);
	}
	return length ? (struct character){value, length} : (struct character){NO_CHARACTER + bytes[0], 1};
}

static bool is_same(const struct matcher *matcher, wint_t a, wint_t b)
{
	return a == b || (matcher->fold && a < NO_CHARACTER && b < NO_CHARACTER && towlower(a) == towlower(b));
}

/* What may stand for nothing here is passed over. */
static void pass_over(struct matcher *matcher, wint_t next, bool at_end)
{
	for (size_t i = 0; i < matcher->mask_length; i++) {
		char c = matcher->mask[i];

		if (c == '*' || c == '<' || (c == '>' && (at_end || next == '.')) || (c == '"' && at_end))
			matcher->reached[i + 1] |= matcher->reached[i];
	}
}

enum { NOWHERE = -1 };

/* Where a character of the mask at i leads to when `next` is read. */
static ptrdiff_t way_on(const struct matcher *matcher, size_t i, wint_t next, bool last_dot)
{
	struct character c = read_character(matcher->mask + i);
	ptrdiff_t here = (ptrdiff_t)i;

	switch (c.value) {
	case '*':
		return here;
	case '<':
		return last_dot ? NOWHERE : here;
	case '?':
		return here + 1;
	case '>':
		return next != '.' ? here + 1 : NOWHERE;
	case '"':
		return next == '.' ? here + 1 : NOWHERE;
	default:
		return is_same(matcher, c.value, next) ? here + (ptrdiff_t)c.length : NOWHERE;
	}
}

static bool read_on(struct matcher *matcher, wint_t next, bool last_dot)
{
	bool before[CBF_MASK_MAX + 1];
	bool any = false;

	memcpy(before, matcher->reached, sizeof(before));
	memset(matcher->reached, 0, sizeof(matcher->reached));
	for (size_t i = 0; i < matcher->mask_length; i++) {
		ptrdiff_t to = before[i] ? way_on(matcher, i, next, last_dot) : NOWHERE;

		if (to != NOWHERE)
			matcher->reached[to] = any = true;
	}
	return any;
}

bool cbf_file_matches_mask(const char *mask, const char *name, bool case_sensitive)
{
	struct matcher matcher = {.mask = mask, .mask_length = strlen(mask), .fold = !case_sensitive};
	const char *last_dot = strrchr(name, '.');
	struct character next;

	if (matcher.mask_length > CBF_MASK_MAX)
		return false;
	if (strcmp(mask, "*.*") == 0)
		return true;
	matcher.reached[0] = true;
	for (; (next = read_character(name)).length; name += next.length) {
		pass_over(&matcher, next.value, false);
		if (!read_on(&matcher, next.value, name == last_dot))
			return false;
	}
	pass_over(&matcher, 0, true);
	return matcher.reached[matcher.mask_length];
}
