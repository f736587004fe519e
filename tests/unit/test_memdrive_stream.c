/* SPDX-License-Identifier: MIT */
/* Named streams: a content each, on their file's account, and gone with it. */
#include "change.h"
#include "file.h"
#include "memdrive.h"
#include "stream.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct memdrive drive;
static struct node *file;

static int set_up(void **state)
{
	const struct memdrive_options options = {.size = 4 * PAGE_BYTES, .files = 2};
	const struct node_plan plan = {.mode = S_IFREG | 0640, .uid = 5, .gid = 6};

	(void)state;
	assert_int_equal(memdrive_init(&drive, &options), 0);
	assert_int_equal(change_create(&drive, "/a:b", &plan, &file), 0);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	node_release(file);
	memdrive_destroy(&drive);
	assert_int_equal(drive.space.bytes, 0);
	assert_int_equal(drive.space.files, 0);
	return 0;
}

static struct node *create(const char *path)
{
	struct node *stream;

	assert_int_equal(stream_create(&drive, path, &stream), 0);
	return stream;
}

static void write_pages(struct node *stream, unsigned count, int expected)
{
	static const char text[8 * PAGE_BYTES];
	size_t written;

	assert_int_equal(file_write(stream, 0, text, (size_t)count * PAGE_BYTES, &written), expected);
	assert_int_equal(written, expected ? 0 : (size_t)count * PAGE_BYTES);
}

static void last_colon_divides(void **state)
{
	struct node *stream = create("/a:b:name"), *found;

	(void)state;
	assert_int_equal(stream_find(&drive, "/a:b:name", &found), 0);
	assert_ptr_equal(found, stream);
	node_release(found);
	assert_int_equal(stream_create(&drive, "/a:b:name", &found), -EEXIST);
	assert_int_equal(stream_find(&drive, "/a:b", &found), -ENOENT);
	assert_int_equal(stream_find(&drive, "/a:b:", &found), -ENOENT);
	assert_int_equal(stream_create(&drive, "/none:name", &found), -ENOENT);
	node_release(stream);
	stream = create("/:of the root");
	node_release(stream);
}

/* A value is stored as a whole or not at all. */
static void limits_hold(void **state)
{
	struct node *stream = create("/a:b:name");

	(void)state;
	write_pages(stream, 3, 0);
	write_pages(stream, 5, -ENOSPC);
	assert_int_equal(stream->size, 3 * PAGE_BYTES);
	assert_int_equal(drive.space.files, 2); /* no inode */
	assert_int_equal(file->owners.quotas[SPACE_USER]->bytes, 3 * PAGE_BYTES);
	node_release(stream);
	assert_int_equal(stream_remove(&drive, "/a:b:name"), 0);
	assert_int_equal(drive.space.bytes, 0);
}

static void open_stream_outlives_its_file(void **state)
{
	struct node *stream = create("/a:b:name"), *other = create("/a:b:other"), *found;

	(void)state;
	node_release(other);
	write_pages(stream, 1, 0);
	found = stream_file(stream);
	assert_ptr_equal(found, file);
	node_release(found);
	assert_int_equal(change_remove(&drive, "/a:b", false), 0);
	node_release(file);
	file = NULL;
	assert_null(stream_file(stream));
	assert_int_equal(drive.space.bytes, PAGE_BYTES);
	assert_int_equal(stream->links, 0);
	node_release(stream);
	assert_int_equal(drive.space.bytes, 0);
}

static void immutable_file_keeps_its_streams(void **state)
{
	struct node *stream = create("/a:b:name"), *other;

	(void)state;
	file->inode_flags = FS_IMMUTABLE_FL;
	assert_int_equal(stream_check_change(stream), -EPERM);
	assert_int_equal(stream_create(&drive, "/a:b:other", &other), -EPERM);
	assert_int_equal(stream_remove(&drive, "/a:b:name"), -EPERM);
	file->inode_flags = 0;
	assert_int_equal(stream_remove(&drive, "/a:b:name"), 0);
	assert_int_equal(stream_remove(&drive, "/a:b:name"), -ENOENT);
	node_release(stream);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(last_colon_divides, set_up, tear_down),
		cmocka_unit_test_setup_teardown(limits_hold, set_up, tear_down),
		cmocka_unit_test_setup_teardown(open_stream_outlives_its_file, set_up, tear_down),
		cmocka_unit_test_setup_teardown(immutable_file_keeps_its_streams, set_up, tear_down)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
