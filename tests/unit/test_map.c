/* SPDX-License-Identifier: MIT */
#include "base/map.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MANY = 10000, VERY_MANY = 1 << 18, KEYS = 512, ROUNDS = 20000, TEXTS = 20000 };

struct item {
	struct cbf__map_link link;
	unsigned key;
};

#if defined(__has_feature)
#define HAS_FEATURE(feature) __has_feature(feature)
#else
#define HAS_FEATURE(feature) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || HAS_FEATURE(address_sanitizer) ||                 \
	HAS_FEATURE(thread_sanitizer)
#define CAN_FAIL_CALLOC 0
#else
#define CAN_FAIL_CALLOC 1
#endif

static bool memory_is_short;

#if CAN_FAIL_CALLOC
/* In place of the C library's, for the whole program. (Sanitizers have their own.) */
static void *(*volatile allocate)(size_t) = malloc;

void *calloc(size_t count, size_t size)
{
	void *block = memory_is_short || (size && count > SIZE_MAX / size) ? NULL : allocate(count * size);

	return block ? memset(block, 0, count * size) : NULL;
}
#endif

static int set_up(void **state)
{
	struct cbf__map *map = malloc(sizeof(*map));

	assert_non_null(map);
	assert_int_equal(cbf__map_init(map), 0);
	*state = map;
	return 0;
}

static int tear_down(void **state)
{
	memory_is_short = false;
	cbf__map_destroy(*state);
	free(*state);
	return 0;
}

static struct item *find(struct cbf__map *map, uint64_t hash, unsigned key)
{
	struct cbf__map_link *link = cbf__map_first(map, hash);

	for (; link; link = cbf__map_next(link))
		if (((struct item *)(void *)link)->key == key)
			return (struct item *)(void *)link;
	return NULL;
}

static struct item *new_items(unsigned count)
{
	struct item *items = malloc(count * sizeof(*items));

	assert_non_null(items);
	for (unsigned i = 0; i < count; i++)
		items[i].key = i;
	return items;
}

static void insert_all(struct cbf__map *map, struct item *items, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		cbf__map_insert(map, &items[i].link, cbf__hash_id(i));
}

static void finds_what_was_inserted(void **state)
{
	struct cbf__map *map = *state;
	struct item *items = new_items(MANY);

	insert_all(map, items, MANY);
	assert_int_equal(map->count, MANY);
	for (unsigned i = 0; i < MANY; i++)
		assert_ptr_equal(find(map, cbf__hash_id(i), i), &items[i]);
	assert_null(find(map, cbf__hash_id(MANY), MANY));
	free(items);
}

static void nothing_is_found_in_an_empty_map(void **state)
{
	struct cbf__map *map = *state;

	assert_int_equal(map->count, 0);
	assert_null(cbf__map_first(map, 0));
	assert_null(cbf__map_any(map));
}

/* How many items a walk along a hash gives; all must have it. */
static unsigned count_of(struct cbf__map *map, uint64_t hash)
{
	struct cbf__map_link *link = cbf__map_first(map, hash);
	unsigned count = 0;

	for (; link; link = cbf__map_next(link), count++)
		assert_int_equal(link->hash, hash);
	return count;
}

static void items_of_one_hash_are_kept_apart_from_others_in_their_bucket(void **state)
{
	enum { SAME = 5, OTHERS = 9 };
	struct cbf__map *map = *state;
	struct item *items = new_items(SAME + OTHERS);

	/* 0, 1 << 40 and so on fall into the same bucket, whatever the size. */
	for (unsigned i = 0; i < SAME + OTHERS; i++)
		cbf__map_insert(map, &items[i].link, (uint64_t)(i % 3) << 40);
	assert_int_equal(count_of(map, 0), 5);
	assert_int_equal(count_of(map, UINT64_C(1) << 40), 5);
	assert_int_equal(count_of(map, UINT64_C(2) << 40), 4);
	assert_int_equal(count_of(map, UINT64_C(3) << 40), 0);
	/* The first in the chain, the last one, and one in between. */
	cbf__map_remove(map, &items[12].link);
	assert_int_equal(count_of(map, 0), 4);
	cbf__map_remove(map, &items[0].link);
	assert_int_equal(count_of(map, 0), 3);
	cbf__map_remove(map, &items[6].link);
	assert_int_equal(count_of(map, 0), 2);
	assert_null(find(map, 0, 6));
	assert_non_null(find(map, 0, 3));
	assert_non_null(find(map, 0, 9));
	assert_int_equal(count_of(map, UINT64_C(1) << 40), 5);
	assert_int_equal(count_of(map, UINT64_C(2) << 40), 4);
	assert_int_equal(map->count, SAME + OTHERS - 3);
	free(items);
}

static void grows_and_shrinks(void **state)
{
	struct cbf__map *map = *state;
	struct item *items = new_items(MANY);
	size_t empty_mask = map->mask;

	insert_all(map, items, MANY);
	assert_true(map->mask + 1 >= MANY && map->mask < 4 * MANY);
	for (unsigned i = 0; i < MANY - 10; i++)
		cbf__map_remove(map, &items[i].link);
	assert_true(map->mask >= empty_mask && map->mask <= 255);
	for (unsigned i = MANY - 10; i < MANY; i++) {
		assert_ptr_equal(find(map, cbf__hash_id(i), i), &items[i]);
		cbf__map_remove(map, &items[i].link);
	}
	assert_int_equal(map->count, 0);
	assert_int_equal(map->mask, empty_mask);
	free(items);
}

static void does_not_flutter_at_a_boundary(void **state)
{
	struct cbf__map *map = *state;
	struct item *items = new_items(MANY);
	unsigned count = 0, resizes = 0;

	while (map->mask < 1023) {
		cbf__map_insert(map, &items[count].link, cbf__hash_id(count));
		count++;
	}
	for (int i = 0; i < 100; i++) {
		size_t mask = map->mask;

		cbf__map_remove(map, &items[count - 1].link);
		cbf__map_insert(map, &items[count - 1].link, cbf__hash_id(count - 1));
		resizes += map->mask != mask;
	}
	assert_int_equal(resizes, 0);
	free(items);
}

static void works_on_when_memory_is_short(void **state)
{
	struct cbf__map *map = *state;
	size_t mask = map->mask;
	struct item *items;
	size_t grown;

	if (!CAN_FAIL_CALLOC)
		skip();
	items = new_items(MANY);
	memory_is_short = true;
	insert_all(map, items, 1000);
	assert_int_equal(map->mask, mask);
	for (unsigned i = 0; i < 1000; i++)
		assert_ptr_equal(find(map, cbf__hash_id(i), i), &items[i]);
	memory_is_short = false;
	for (unsigned i = 1000; i < MANY; i++)
		cbf__map_insert(map, &items[i].link, cbf__hash_id(i));
	grown = map->mask;
	assert_true(grown > mask);
	memory_is_short = true;
	for (unsigned i = 0; i < MANY - 1; i++)
		cbf__map_remove(map, &items[i].link);
	assert_int_equal(map->mask, grown);
	assert_ptr_equal(find(map, cbf__hash_id(MANY - 1), MANY - 1), &items[MANY - 1]);
	assert_int_equal(map->count, 1);
	free(items);
}

static void cannot_be_made_when_memory_is_short(void **state)
{
	struct cbf__map map;

	(void)state;
	if (!CAN_FAIL_CALLOC)
		skip();
	memory_is_short = true;
	assert_int_equal(cbf__map_init(&map), -ENOMEM);
	memory_is_short = false;
	assert_null(map.buckets);
}

/* Few hashes, so that chains are long. */
static void random_changes_agree_with_a_model(void **state)
{
	struct cbf__map *map = *state;
	struct item *items = new_items(KEYS);
	bool present[KEYS] = {false};
	unsigned seed = 1, count = 0;

	for (int i = 0; i < ROUNDS; i++) {
		/* Waves: now more come, now more go. */
		unsigned key = (unsigned)rand_r(&seed) % KEYS;
		bool add = (unsigned)rand_r(&seed) % 8 < (i / 2000 % 2 ? 1 : 7);

		if (add && !present[key])
			cbf__map_insert(map, &items[key].link, cbf__hash_id(key % 61));
		else if (!add && present[key])
			cbf__map_remove(map, &items[key].link);
		count += (unsigned)add - present[key];
		present[key] = add;
		assert_int_equal(map->count, count);
		key = (unsigned)rand_r(&seed) % KEYS;
		assert_ptr_equal(find(map, cbf__hash_id(key % 61), key), present[key] ? &items[key] : NULL);
	}
	for (unsigned key = 0; key < KEYS; key++)
		assert_ptr_equal(find(map, cbf__hash_id(key % 61), key), present[key] ? &items[key] : NULL);
	free(items);
}

static void any_gives_each_item_of_a_map_that_is_emptied(void **state)
{
	struct cbf__map *map = *state;
	struct item *items = new_items(MANY);
	struct cbf__map_link *link;
	unsigned count = 0;

	insert_all(map, items, MANY);
	while ((link = cbf__map_any(map))) {
		cbf__map_remove(map, link);
		((struct item *)(void *)link)->key = UINT32_MAX;
		count++;
	}
	assert_int_equal(count, MANY);
	for (unsigned i = 0; i < MANY; i++)
		assert_int_equal(items[i].key, UINT32_MAX);
	free(items);
}

static void after_goes_through_all_items(void **state)
{
	struct cbf__map *map = *state;
	struct item *items = new_items(MANY);
	struct cbf__map_link *link = NULL;
	unsigned count = 0;

	assert_null(cbf__map_after(map, NULL));
	insert_all(map, items, MANY);
	while ((link = cbf__map_after(map, link))) {
		((struct item *)(void *)link)->key = UINT32_MAX;
		count++;
	}
	assert_int_equal(count, MANY);
	for (unsigned i = 0; i < MANY; i++)
		assert_int_equal(items[i].key, UINT32_MAX);
	while ((link = cbf__map_any(map)))
		cbf__map_remove(map, link);
	free(items);
}

static void any_sees_what_came_after_it_was_asked(void **state)
{
	struct cbf__map *map = *state;
	struct item items[] = {{.key = 0}, {.key = 1}};

	cbf__map_insert(map, &items[0].link, 9);
	assert_ptr_equal(cbf__map_any(map), &items[0].link);
	cbf__map_insert(map, &items[1].link, 3);
	cbf__map_remove(map, &items[0].link);
	assert_ptr_equal(cbf__map_any(map), &items[1].link);
	cbf__map_remove(map, &items[1].link);
	assert_null(cbf__map_any(map));
}

/* As the end of a volume does it, whose kernel may know a million nodes. A second is a hundred times what it needs. */
static void large_map_is_emptied_in_linear_time(void **state)
{
	struct cbf__map *map = *state;
	struct item *items = new_items(VERY_MANY);
	struct cbf__map_link *link;
	clock_t start, taken;

	insert_all(map, items, VERY_MANY);
	start = clock();
	while ((link = cbf__map_any(map)) && clock() - start < CLOCKS_PER_SEC)
		cbf__map_remove(map, link);
	taken = clock() - start;
	free(items);
	assert_true(taken < CLOCKS_PER_SEC);
}

static int compare_hashes(const void *a, const void *b)
{
	const uint64_t *left = a, *right = b;

	return *left < *right ? -1 : *left > *right;
}

static void hashes_of_texts_differ(void **state)
{
	static uint64_t hashes[4 * TEXTS];
	char text[64];
	size_t count = 0;

	(void)state;
	for (int i = 0; i < TEXTS; i++) {
		size_t length = (size_t)snprintf(text, sizeof(text), "%s%d", i % 2 ? "a-long-common-start-" : "", i);

		hashes[count++] = cbf__hash_bytes(1, text, length);
		hashes[count++] = cbf__hash_bytes(1000, text, length);
		hashes[count++] = cbf__hash_bytes(1, text, length + 1); /* a NUL more */
		hashes[count++] = cbf__hash_id((uint64_t)i << 32);
	}
	qsort(hashes, count, sizeof(hashes[0]), compare_hashes);
	for (size_t i = 1; i < count; i++)
		assert_true(hashes[i] != hashes[i - 1]);
}

static void hash_does_not_depend_on_what_lies_around(void **state)
{
	static const char text[] = "twenty-one characters";
	char copy[64];

	(void)state;
	for (size_t offset = 0; offset < 9; offset++)
		for (size_t length = 0; length < sizeof(text); length++) {
			memset(copy, (int)offset, sizeof(copy));
			memcpy(copy + offset, text, length);
			assert_int_equal(cbf__hash_bytes(7, copy + offset, length), cbf__hash_bytes(7, text, length));
		}
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(finds_what_was_inserted),
		TEST(nothing_is_found_in_an_empty_map),
		TEST(items_of_one_hash_are_kept_apart_from_others_in_their_bucket),
		TEST(grows_and_shrinks),
		TEST(does_not_flutter_at_a_boundary),
		TEST(works_on_when_memory_is_short),
		TEST(cannot_be_made_when_memory_is_short),
		TEST(random_changes_agree_with_a_model),
		TEST(any_gives_each_item_of_a_map_that_is_emptied),
		TEST(after_goes_through_all_items),
		TEST(any_sees_what_came_after_it_was_asked),
		TEST(large_map_is_emptied_in_linear_time),
		cmocka_unit_test(hashes_of_texts_differ),
		cmocka_unit_test(hash_does_not_depend_on_what_lies_around),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
