/* SPDX-License-Identifier: MIT */
/* Without memory: each allocation of each change fails in turn, and what failed has changed nothing. */
#include "change.h"
#include "file.h"
#include "memdrive.h"
#include "rename.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static unsigned allocations_left; /* 0: none fails */

static bool fails(void)
{
	return allocations_left && --allocations_left == 0;
}

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
char *__real_strdup(const char *text);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
char *__wrap_strdup(const char *text);

void *__wrap_malloc(size_t size)
{
	return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
	return fails() ? NULL : __real_calloc(count, size);
}

char *__wrap_strdup(const char *text)
{
	return fails() ? NULL : __real_strdup(text);
}

/* Is run once without and with each allocation failing, on a drive with a file of three pages. */
typedef int (*change_function)(struct memdrive *drive, struct node *file);

static int make_file(struct memdrive *drive, struct node *file)
{
	const struct node_plan plan = {.mode = S_IFREG | 0644, .uid = 5, .gid = 6};
	struct node *node;
	int error = change_create(drive, "/new", &plan, &node);

	(void)file;
	if (error == 0)
		node_release(node);
	return error;
}

static int make_link(struct memdrive *drive, struct node *file)
{
	const struct node_plan plan = {.mode = S_IFLNK | 0777, .uid = 7, .gid = 7, .target = "somewhere"};
	struct node *node;
	int error = change_create(drive, "/new", &plan, &node);

	(void)file;
	if (error == 0)
		node_release(node);
	return error;
}

static int add_name(struct memdrive *drive, struct node *file)
{
	return change_link(drive, file, "/name");
}

static int rename_file(struct memdrive *drive, struct node *file)
{
	(void)file;
	return rename_path(drive, "/file", "/renamed", false, false);
}

static int write_far(struct memdrive *drive, struct node *file)
{
	size_t written;

	(void)drive;
	return file_write(file, UINT64_C(1) << 40, "text", 4, &written);
}

static int reserve_far(struct memdrive *drive, struct node *file)
{
	(void)drive;
	return file_reserve(file, UINT64_C(1) << 30, 10 * PAGE_BYTES);
}

static void expect_untouched(const struct memdrive *drive, const struct node *file, uint64_t bytes, uint64_t files)
{
	assert_int_equal(drive->space.bytes, bytes);
	assert_int_equal(drive->space.files, files);
	assert_int_equal(file->size, 3 * PAGE_BYTES);
	assert_int_equal(file->content.pages, 3);
	assert_int_equal(file->links, 1);
	assert_int_equal(directory_count(&drive->root->directory), 1);
	assert_non_null(directory_find(&drive->root->directory, "file", 4));
}

static struct node *begin(struct memdrive *drive)
{
	const struct memdrive_options options = {.size = 1 << 20, .files = 10};
	const struct node_plan plan = {.mode = S_IFREG | 0644};
	static const char text[3 * PAGE_BYTES];
	struct node *file;
	size_t written;

	assert_int_equal(memdrive_init(drive, &options), 0);
	assert_int_equal(change_create(drive, "/file", &plan, &file), 0);
	assert_int_equal(file_write(file, 0, text, sizeof(text), &written), 0);
	return file;
}

static void end(struct memdrive *drive, struct node *file)
{
	node_release(file);
	memdrive_destroy(drive);
	assert_int_equal(drive->space.bytes, 0);
	assert_int_equal(drive->space.files, 0);
}

/* False: it did not come to the allocation that was to fail. */
static bool fail_once(change_function change, unsigned allocation)
{
	static struct memdrive drive;
	struct node *file = begin(&drive);
	uint64_t bytes = drive.space.bytes, files = drive.space.files;
	bool failed;
	int error;

	allocations_left = allocation;
	error = change(&drive, file);
	failed = allocations_left == 0 && allocation > 0;
	allocations_left = 0;
	if (error) {
		assert_int_equal(error, -ENOMEM);
		expect_untouched(&drive, file, bytes, files);
	}
	end(&drive, file);
	return failed;
}

static void fail_each(change_function change)
{
	unsigned allocation = 1;

	assert_false(fail_once(change, 0));
	while (fail_once(change, allocation))
		allocation++;
	assert_true(allocation > 1);
}

static void nothing_half_done(void **state)
{
	(void)state;
	fail_each(make_file);
	fail_each(make_link);
	fail_each(add_name);
	fail_each(rename_file);
	fail_each(write_far);
	fail_each(reserve_far);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(nothing_half_done)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
