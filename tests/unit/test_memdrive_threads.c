/* SPDX-License-Identifier: MIT */
/* Threads that change one small tree at random, beside each other: nothing is lost, and what is left is whole. */
#include "change.h"
#include "file.h"
#include "memdrive.h"
#include "rename.h"
#include "stream.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { THREADS = 4, STEPS = 20000, NAMES = 5, DEPTH = 3, PATH_SIZE = 64 };

struct worker {
	struct memdrive *drive;
	uint64_t seed;
};

static uint64_t random_number(struct worker *worker, uint64_t below)
{
	worker->seed ^= worker->seed << 13;
	worker->seed ^= worker->seed >> 7;
	worker->seed ^= worker->seed << 17;
	return worker->seed % below;
}

static const char *random_path(struct worker *worker, char path[PATH_SIZE])
{
	size_t depth = 1 + random_number(worker, DEPTH), length = 0;

	for (size_t i = 0; i < depth; i++)
		length += (size_t)snprintf(path + length, PATH_SIZE - length, "/%c",
					   (int)('a' + random_number(worker, NAMES)));
	return path;
}

static void make(struct worker *worker)
{
	const struct node_plan plan = {.mode = random_number(worker, 2) ? S_IFDIR | 0700 : S_IFREG | 0600};
	char path[PATH_SIZE];
	struct node *node;

	if (change_create(worker->drive, random_path(worker, path), &plan, &node) == 0)
		node_release(node);
}

static void take_away(struct worker *worker)
{
	char path[PATH_SIZE];

	(void)change_remove(worker->drive, random_path(worker, path), random_number(worker, 2));
}

static void add_name(struct worker *worker)
{
	char path[PATH_SIZE];
	struct node *node;

	if (path_find(worker->drive, random_path(worker, path), &node) != 0)
		return;
	if (!node_is(node, S_IFDIR))
		(void)change_link(worker->drive, node, random_path(worker, path));
	node_release(node);
}

static void move(struct worker *worker)
{
	char from[PATH_SIZE], to[PATH_SIZE];
	bool exchange = random_number(worker, 4) == 0;

	(void)rename_path(worker->drive, random_path(worker, from), random_path(worker, to), false, exchange);
}

static void use_content(struct worker *worker, struct node *node)
{
	char bytes[3 * PAGE_BYTES] = "content";
	size_t written;

	(void)file_write(node, random_number(worker, 9) * 1000, bytes, random_number(worker, sizeof(bytes)), &written);
	(void)file_read(node, 0, bytes, sizeof(bytes));
	if (random_number(worker, 3) == 0)
		(void)file_resize(node, random_number(worker, 20000));
}

static void use_stream(struct worker *worker, const char *path)
{
	char stream_path[PATH_SIZE + 8];
	struct node *stream;
	size_t written;

	(void)snprintf(stream_path, sizeof(stream_path), "%s:%c", path, (int)('x' + random_number(worker, 2)));
	if (stream_create(worker->drive, stream_path, &stream) == 0 ||
	    stream_find(worker->drive, stream_path, &stream) == 0) {
		(void)file_write(stream, 0, "value", 5, &written);
		stream_note_change(stream);
		node_release(stream);
	}
	if (random_number(worker, 2))
		(void)stream_remove(worker->drive, stream_path);
}

static void use(struct worker *worker)
{
	struct cbf_file_info info = {0};
	char path[PATH_SIZE], name[PATH_SIZE];
	struct node *node;

	if (path_find(worker->drive, random_path(worker, path), &node) != 0)
		return;
	(void)path_of_node(worker->drive, node, name, sizeof(name));
	pthread_rwlock_rdlock(&node->lock);
	node_fill_info(node, &info);
	pthread_rwlock_unlock(&node->lock);
	if (node_is(node, S_IFREG))
		use_content(worker, node);
	use_stream(worker, path);
	node_release(node);
}

static bool step(struct node *node, struct cursor *cursor)
{
	bool is_there;

	pthread_rwlock_wrlock(&node->lock);
	is_there = directory_next(cursor);
	pthread_rwlock_unlock(&node->lock);
	return is_there;
}

static void list(struct worker *worker)
{
	char path[PATH_SIZE];
	struct cursor cursor;
	struct node *node;

	if (path_find(worker->drive, random_path(worker, path), &node) != 0)
		return;
	if (node_is(node, S_IFDIR)) {
		pthread_rwlock_wrlock(&node->lock);
		directory_open_cursor(&node->directory, &cursor);
		pthread_rwlock_unlock(&node->lock);
		while (step(node, &cursor))
			;
		pthread_rwlock_wrlock(&node->lock);
		directory_close_cursor(&node->directory, &cursor);
		pthread_rwlock_unlock(&node->lock);
	}
	node_release(node);
}

static void *work(void *argument)
{
	static void (*const steps[])(struct worker *) = {make, make, take_away, add_name, move, use, use, list};
	struct worker *worker = argument;

	for (unsigned i = 0; i < STEPS; i++)
		steps[random_number(worker, sizeof(steps) / sizeof(steps[0]))](worker);
	return NULL;
}

/* Its entries are found, its links are right, and a directory has one name. */
static void check_directory(const struct node *directory)
{
	uint32_t subdirectories = 0;

	for (const struct entry *entry = directory->directory.first; entry; entry = entry->next) {
		assert_ptr_equal(entry->directory, directory);
		assert_ptr_equal(directory_find(&directory->directory, entry->name, entry->length), entry);
		subdirectories += node_is(entry->node, S_IFDIR);
		if (node_is(entry->node, S_IFDIR)) {
			assert_ptr_equal(entry->node->names, entry);
			check_directory(entry->node);
		}
	}
	assert_int_equal(directory->links, 2 + subdirectories);
}

static void nothing_is_lost(void **state)
{
	const struct memdrive_options options = {.size = 1 << 20, .files = 60};
	static struct memdrive drive;
	struct worker workers[THREADS];
	pthread_t threads[THREADS];

	(void)state;
	assert_int_equal(memdrive_init(&drive, &options), 0);
	for (unsigned i = 0; i < THREADS; i++) {
		workers[i] = (struct worker){&drive, 0x9E3779B97F4A7C15 * (i + 1)};
		assert_int_equal(pthread_create(&threads[i], NULL, work, &workers[i]), 0);
	}
	for (unsigned i = 0; i < THREADS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	check_directory(drive.root);
	assert_true(drive.space.bytes <= options.size && drive.space.files <= options.files);
	memdrive_destroy(&drive);
	assert_int_equal(drive.space.bytes, 0);
	assert_int_equal(drive.space.files, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(nothing_is_lost)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
