/* SPDX-License-Identifier: MIT */
#include "differential.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN = 48 };

void outcome_clear(struct outcome *outcome)
{
	for (size_t i = 0; i < outcome->count; i++) {
		free(outcome->lines[i].key);
		free(outcome->lines[i].value);
	}
	free(outcome->lines);
	*outcome = (struct outcome){0};
}

static bool has_key(const struct outcome *outcome, const char *key)
{
	for (size_t i = 0; i < outcome->count; i++)
		if (strcmp(outcome->lines[i].key, key) == 0)
			return true;
	return false;
}

static void append(struct outcome *outcome, const char *key, char *value)
{
	char *name = NULL;

	if (outcome->count == outcome->capacity) {
		outcome->capacity = outcome->capacity ? outcome->capacity * 2 : 32;
		outcome->lines = realloc(outcome->lines, outcome->capacity * sizeof(*outcome->lines));
		if (!outcome->lines)
			abort();
	}
	/* The same step twice: the second time has a number. */
	for (unsigned number = 1; !name; number++) {
		if (asprintf(&name, number > 1 ? "%s (%u)" : "%s", key, number) < 0)
			abort();
		if (has_key(outcome, name)) {
			free(name);
			name = NULL;
		}
	}
	outcome->lines[outcome->count++] = (struct line){.key = name, .value = value};
}

void outcome_say(struct outcome *outcome, const char *key, const char *format, ...)
{
	va_list arguments;
	char *value;

	va_start(arguments, format);
	if (vasprintf(&value, format, arguments) < 0)
		abort();
	va_end(arguments);
	append(outcome, key, value);
}

long outcome_result(struct outcome *outcome, const char *key, long result)
{
	int error = errno;

	if (result >= 0)
		outcome_say(outcome, key, "%ld", result);
	else
		outcome_say(outcome, key, "%s", strerrorname_np(error) ? strerrorname_np(error) : "?");
	errno = error;
	return result;
}

static uint64_t hash(const unsigned char *bytes, size_t length)
{
	uint64_t value = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < length; i++)
		value = (value ^ bytes[i]) * UINT64_C(0x100000001b3);
	return value;
}

void outcome_bytes(struct outcome *outcome, const char *key, const void *bytes, size_t length)
{
	const unsigned char *byte = bytes;
	char text[4 * SHOWN + 1];
	size_t used = 0;

	if (length > SHOWN) {
		outcome_say(outcome, key, "%zu bytes, hash %016" PRIx64, length, hash(bytes, length));
		return;
	}
	for (size_t i = 0; i < length; i++) {
		if (isprint(byte[i]))
			text[used++] = (char)byte[i];
		else
			used += (size_t)snprintf(text + used, 5, "\\x%02x", byte[i]);
	}
	text[used] = '\0';
	outcome_say(outcome, key, "\"%s\"", text);
}
