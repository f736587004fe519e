/* SPDX-License-Identifier: MIT */
/* The pages of a file, against a plain array, and at the far ends. */
#include "memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { PAGES = 70, BYTES = PAGES * PAGE_BYTES, STEPS = 1500 };

enum page_state { HOLE, RESERVED, DATA };

static struct page_pool pool;

struct model {
	struct content content;
	unsigned char bytes[BYTES];
	enum page_state pages[PAGES];
};

static uint64_t random_number(uint64_t below)
{
	static uint64_t seed = 88172645463325252ULL;

	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed % below;
}

static void random_range(size_t *start, size_t *length)
{
	*start = (size_t)random_number(BYTES - 1);
	*length = 1 + (size_t)random_number(random_number(3) ? 9000 : BYTES - *start);
	if (*length > BYTES - *start)
		*length = BYTES - *start;
}

static size_t page_behind(size_t end)
{
	return (end + PAGE_BYTES - 1) / PAGE_BYTES;
}

static uint64_t missing(const struct model *model, size_t start, size_t length)
{
	uint64_t count = 0;

	for (size_t i = start / PAGE_BYTES; i < page_behind(start + length); i++)
		count += model->pages[i] == HOLE;
	return count;
}

static void write_random(struct model *model)
{
	size_t start, length;

	random_range(&start, &length);
	memset(model->bytes + start, 1 + (int)random_number(255), length);
	assert_int_equal(content_missing(&model->content, start, length), missing(model, start, length));
	assert_int_equal(content_write(&model->content, start, model->bytes + start, length), length);
	for (size_t i = start / PAGE_BYTES; i < page_behind(start + length); i++)
		model->pages[i] = DATA;
}

static void reserve_random(struct model *model)
{
	size_t start, length;

	random_range(&start, &length);
	assert_true(content_reserve(&model->content, start, length));
	for (size_t i = start / PAGE_BYTES; i < page_behind(start + length); i++)
		if (model->pages[i] == HOLE)
			model->pages[i] = RESERVED;
}

static void zero_random(struct model *model)
{
	bool punch = random_number(2);
	size_t start, length;

	random_range(&start, &length);
	content_zero(&model->content, start, length, punch);
	memset(model->bytes + start, 0, length);
	for (size_t i = page_behind(start); i < (start + length) / PAGE_BYTES; i++)
		if (punch || model->pages[i] == DATA)
			model->pages[i] = punch ? HOLE : RESERVED;
}

static void cut_random(struct model *model)
{
	size_t size = BYTES / 2 + (size_t)random_number(BYTES / 2);

	content_cut(&model->content, size);
	memset(model->bytes + size, 0, BYTES - size);
	for (size_t i = page_behind(size); i < PAGES; i++)
		model->pages[i] = HOLE;
}

/* Half of it is copied onto the other half. */
static void copy_random(struct model *model)
{
	size_t half = BYTES / 2, length = 1 + (size_t)random_number(half - 1);
	size_t from = (size_t)random_number(half - length), to = half + (size_t)random_number(half - length);
	uint64_t before = model->content.pages, most;

	most = content_copy_missing(&model->content, to, &model->content, from, length);
	assert_int_equal(content_copy(&model->content, to, &model->content, from, length), length);
	memcpy(model->bytes + to, model->bytes + from, length);
	assert_true(model->content.pages - before <= most);
	for (size_t at = 0; at < length; at++)
		if (model->pages[(from + at) / PAGE_BYTES] == DATA)
			model->pages[(to + at) / PAGE_BYTES] = DATA; /* holes stay what was there */
}

static void check_ranges(const struct model *model)
{
	uint64_t start, end;
	size_t at = 0;

	while (content_find_data(&model->content, at * PAGE_BYTES, &start, &end)) {
		for (; at < start / PAGE_BYTES; at++)
			assert_int_not_equal(model->pages[at], DATA);
		for (; at < end / PAGE_BYTES && at < PAGES; at++)
			assert_int_equal(model->pages[at], DATA);
	}
	for (; at < PAGES; at++)
		assert_int_not_equal(model->pages[at], DATA);
}

static void check(const struct model *model)
{
	static unsigned char bytes[BYTES];
	uint64_t pages = 0;

	content_read(&model->content, 0, bytes, BYTES);
	assert_memory_equal(bytes, model->bytes, BYTES);
	for (size_t i = 0; i < PAGES; i++)
		pages += model->pages[i] != HOLE;
	assert_int_equal(model->content.pages, pages);
	check_ranges(model);
}

static void content_is_what_was_written(void **state)
{
	static void (*const changes[])(struct model *) = {write_random, write_random, reserve_random,
							  zero_random,  copy_random,  cut_random};
	static struct model model;

	(void)state;
	content_init(&model.content, &pool);
	for (unsigned i = 0; i < STEPS; i++) {
		changes[random_number(sizeof(changes) / sizeof(changes[0]))](&model);
		check(&model);
	}
	content_destroy(&model.content);
	assert_int_equal(model.content.pages, 0);
	assert_null(model.content.root);
}

static void the_far_end_is_near(void **state)
{
	const uint64_t far = INT64_MAX - 10;
	struct content content;
	uint64_t start, end;
	char byte = 'x';

	(void)state;
	content_init(&content, &pool);
	assert_int_equal(content_write(&content, 5, &byte, 1), 1);
	assert_int_equal(content_write(&content, far, &byte, 1), 1);
	assert_int_equal(content.pages, 2);
	assert_true(content_find_data(&content, PAGE_BYTES, &start, &end));
	assert_int_equal(start, far & ~UINT64_C(4095));
	assert_int_equal(end, start + PAGE_BYTES);
	assert_false(content_find_data(&content, end, &start, &end));
	byte = 0;
	content_read(&content, far, &byte, 1);
	assert_int_equal(byte, 'x');
	content_zero(&content, 0, INT64_MAX, true);
	assert_int_equal(content.pages, 1); /* the last one is not whole */
	content_cut(&content, 0);
	assert_null(content.root);
	content_destroy(&content);
}

static void holes_of_the_whole_range_are_counted_at_once(void **state)
{
	struct content content;

	(void)state;
	content_init(&content, &pool);
	assert_int_equal(content_missing(&content, 0, INT64_MAX), UINT64_C(1) << 51);
	assert_int_equal(content_missing(&content, 4095, 2), 2);
	assert_int_equal(content_missing(&content, 4095, 0), 0);
	content_destroy(&content);
}

/* Pages that come back are used again, with zeros if that is wanted. */
static void pool_gives_each_page_once(void **state)
{
	enum { MANY = 1200 };
	static unsigned char *pages[MANY];

	(void)state;
	for (unsigned round = 0; round < 3; round++) {
		for (unsigned i = 0; i < MANY; i++) {
			pages[i] = page_new(&pool, true);
			assert_non_null(pages[i]);
			for (unsigned k = 0; k < PAGE_BYTES; k += 64)
				assert_int_equal(pages[i][k], 0);
			memset(pages[i], 1 + (int)(i % 255), PAGE_BYTES);
		}
		for (unsigned i = 0; i < MANY; i++) {
			assert_int_equal(pages[i][PAGE_BYTES - 1], 1 + i % 255);
			page_free(pages[i]);
		}
	}
}

static int set_up(void **state)
{
	(void)state;
	return page_pool_init(&pool);
}

static int tear_down(void **state)
{
	(void)state;
	assert_int_equal(page_pool_used(&pool), 0);
	page_pool_destroy(&pool);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(content_is_what_was_written),
					   cmocka_unit_test(the_far_end_is_near),
					   cmocka_unit_test(pool_gives_each_page_once),
					   cmocka_unit_test(holes_of_the_whole_range_are_counted_at_once)};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
