/* SPDX-License-Identifier: MIT */
#include "recorder.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

enum { PATIENCE_S = 10, IGNORED_MAX = 8 };

struct recorder {
	pthread_mutex_t lock;
	pthread_cond_t recorded;
	char **lines;
	size_t count, capacity;
	size_t start; /* of what the test has not yet asked for */
	const char *ignored[IGNORED_MAX];
	size_t ignored_count;
};

static void record(struct cbf_volume *volume, const char *line, void *user_data)
{
	struct recorder *recorder = user_data;
	char **lines;

	(void)volume;
	pthread_mutex_lock(&recorder->lock);
	if (recorder->count == recorder->capacity) {
		recorder->capacity = recorder->capacity ? 2 * recorder->capacity : 256;
		lines = realloc(recorder->lines, recorder->capacity * sizeof(*lines));
		if (!lines)
			abort();
		recorder->lines = lines;
	}
	recorder->lines[recorder->count] = strdup(line);
	if (!recorder->lines[recorder->count])
		abort();
	recorder->count++;
	pthread_cond_broadcast(&recorder->recorded);
	pthread_mutex_unlock(&recorder->lock);
}

struct recorder *recorder_create(struct cbf_volume *volume)
{
	struct recorder *recorder = calloc(1, sizeof(*recorder));
	pthread_condattr_t attributes;

	assert_non_null(recorder);
	pthread_mutex_init(&recorder->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&recorder->recorded, &attributes);
	pthread_condattr_destroy(&attributes);
	assert_int_equal(cbf_set_trace(volume, record, recorder), 0);
	return recorder;
}

void recorder_destroy(struct recorder *recorder)
{
	if (!recorder)
		return;
	while (recorder->count > 0)
		free(recorder->lines[--recorder->count]);
	free(recorder->lines);
	pthread_cond_destroy(&recorder->recorded);
	pthread_mutex_destroy(&recorder->lock);
	free(recorder);
}

void recorder_ignore(struct recorder *recorder, const char *event)
{
	assert_true(recorder->ignored_count < IGNORED_MAX);
	recorder->ignored[recorder->ignored_count++] = event;
}

static bool matches(const char *line, const char *event)
{
	const size_t length = strlen(event);

	return strncmp(line, event, length) == 0 && (line[length] == ' ' || line[length] == '\0');
}

static bool is_ignored(const struct recorder *recorder, const char *line)
{
	size_t i;

	for (i = 0; i < recorder->ignored_count; i++)
		if (matches(line, recorder->ignored[i]))
			return true;
	return false;
}

/* The next line from *at on that is not ignored, or NULL. */
static const char *next_line(const struct recorder *recorder, size_t *at)
{
	while (*at < recorder->count && is_ignored(recorder, recorder->lines[*at]))
		(*at)++;
	return *at < recorder->count ? recorder->lines[(*at)++] : NULL;
}

static void dump(const struct recorder *recorder)
{
	size_t i;

	print_error("recorded:\n");
	for (i = 0; i < recorder->count; i++)
		print_error("%s %.200s\n", i < recorder->start ? "  (before)" : "  ", recorder->lines[i]);
}

void recorder_dump(struct recorder *recorder)
{
	pthread_mutex_lock(&recorder->lock);
	dump(recorder);
	pthread_mutex_unlock(&recorder->lock);
}

/* The first expected event that did not come, or "nothing more", or NULL if all is well. */
static const char *compare(const struct recorder *recorder, va_list expected)
{
	size_t at = recorder->start;
	const char *event, *line;

	while ((event = va_arg(expected, const char *)) != NULL) {
		line = next_line(recorder, &at);
		if (!line || !matches(line, event))
			return event;
	}
	return next_line(recorder, &at) ? "nothing more" : NULL;
}

void recorder_expect(struct recorder *recorder, ...)
{
	const char *missing;
	va_list expected;

	va_start(expected, recorder);
	pthread_mutex_lock(&recorder->lock);
	missing = compare(recorder, expected);
	if (missing)
		dump(recorder);
	recorder->start = recorder->count;
	pthread_mutex_unlock(&recorder->lock);
	va_end(expected);
	if (missing)
		fail_msg("the events are not as they should be: expected here: %s", missing);
}

void recorder_expect_nothing(struct recorder *recorder)
{
	recorder_expect(recorder, NULL);
}

void recorder_clear(struct recorder *recorder)
{
	pthread_mutex_lock(&recorder->lock);
	recorder->start = recorder->count;
	pthread_mutex_unlock(&recorder->lock);
}

/* SIZE_MAX if there are not as many. */
static size_t find(const struct recorder *recorder, const char *event, size_t n)
{
	size_t i;

	for (i = recorder->start; i < recorder->count; i++)
		if (matches(recorder->lines[i], event) && n-- == 0)
			return i;
	return SIZE_MAX;
}

static size_t count(const struct recorder *recorder, const char *event)
{
	size_t i, found = 0;

	for (i = recorder->start; i < recorder->count; i++)
		found += matches(recorder->lines[i], event);
	return found;
}

size_t recorder_count(struct recorder *recorder, const char *event)
{
	size_t found;

	pthread_mutex_lock(&recorder->lock);
	found = count(recorder, event);
	pthread_mutex_unlock(&recorder->lock);
	return found;
}

const char *recorder_line(struct recorder *recorder, const char *event, size_t n)
{
	const char *line = NULL;
	size_t at;

	pthread_mutex_lock(&recorder->lock);
	at = find(recorder, event, n);
	if (at != SIZE_MAX)
		line = recorder->lines[at];
	pthread_mutex_unlock(&recorder->lock);
	return line;
}

void recorder_expect_before(struct recorder *recorder, const char *first, const char *second)
{
	size_t at_first, at_second;

	pthread_mutex_lock(&recorder->lock);
	at_first = find(recorder, first, 0);
	at_second = find(recorder, second, 0);
	if (at_first == SIZE_MAX || at_second == SIZE_MAX || at_first > at_second)
		dump(recorder);
	pthread_mutex_unlock(&recorder->lock);
	if (at_first == SIZE_MAX || at_second == SIZE_MAX || at_first > at_second)
		fail_msg("expected %s and then %s", first, second);
}

void recorder_wait(struct recorder *recorder, const char *event, size_t wanted)
{
	struct timespec until;
	size_t found;
	int error = 0;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += PATIENCE_S;
	pthread_mutex_lock(&recorder->lock);
	while ((found = count(recorder, event)) < wanted && error == 0)
		error = pthread_cond_timedwait(&recorder->recorded, &recorder->lock, &until);
	if (found < wanted)
		dump(recorder);
	pthread_mutex_unlock(&recorder->lock);
	if (found < wanted)
		fail_msg("%s was recorded %zu times in %d s, %zu were waited for", event, found, PATIENCE_S, wanted);
}
