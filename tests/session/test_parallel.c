/* SPDX-License-Identifier: MIT */
/* Many requests at once: what waits for what, and what does not. */
#include "fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

/* /a, /b and /d/f, open for reading and writing. */
struct open_files {
	uint64_t a, a_fh;
	uint64_t b, b_fh;
	uint64_t d, x, x_fh;
};

static struct fixture *begin(void **state, struct open_files *files, unsigned workers)
{
	struct fixture *f = *state;

	mf_add_file(f->fs, "/a", "of a");
	mf_add_file(f->fs, "/b", "of b");
	mf_add_directory(f->fs, "/d");
	mf_add_file(f->fs, "/d/x", "of x");
	assert_int_equal(cbf_set_worker_threads(f->volume, workers, workers), 0);
	fx_start(f, FX_WORKERS);
	files->a = fx_node(f, "/a");
	files->a_fh = fx_open(f, files->a, O_RDWR);
	files->b = fx_node(f, "/b");
	files->b_fh = fx_open(f, files->b, O_RDWR);
	files->x = fx_node(f, "/d/x");
	files->d = fx_node(f, "/d");
	files->x_fh = fx_open(f, files->x, O_RDWR);
	return f;
}

static void finish(struct fixture *f, const struct open_files *files)
{
	fx_release(f, files->a, files->a_fh);
	fx_release(f, files->b, files->b_fh);
	fx_release(f, files->x, files->x_fh);
	fx_finish(f);
}

static uint64_t block_a_read(struct fixture *f, uint64_t node, uint64_t fh, const char *path)
{
	uint64_t unique;

	mf_block(f->fs, MF_READ_FILE, path);
	unique = fk_send_read(f->kernel, node, fh, 0, 100);
	mf_wait_blocked(f->fs, MF_READ_FILE, 1);
	return unique;
}

/* A good many requests that have nothing to do with /a or /d, all answered. */
static void work_on_b(struct fixture *f, const struct open_files *files, int rounds)
{
	struct fuse_attr_out attr;
	int i;

	for (i = 0; i < rounds; i++) {
		fx_expect_content(f, files->b, files->b_fh, "of b");
		assert_int_equal(fx_node(f, "/b"), files->b);
		assert_int_equal(fk_getattr(f->kernel, files->b, &attr), 0);
		fx_write(f, files->b, files->b_fh, 0, "of b");
		fx_release(f, files->b, fx_open(f, files->b, O_RDONLY));
	}
}

static void expect_read(struct fixture *f, uint64_t unique, const char *content)
{
	char data[128];
	size_t length;

	assert_int_equal(fk_wait_bytes(f->kernel, unique, data, sizeof(data), &length), 0);
	assert_int_equal(length, strlen(content));
	assert_memory_equal(data, content, length);
}

static void test_a_hung_read_delays_nobody_else(void **state)
{
	struct open_files files;
	struct fixture *f = begin(state, &files, 4);
	const uint64_t hung = block_a_read(f, files.a, files.a_fh, "/a");

	work_on_b(f, &files, 20);
	fx_expect_content(f, files.x, files.x_fh, "of x");
	assert_int_equal(fk_rename(f->kernel, FUSE_ROOT_ID, "b", FUSE_ROOT_ID, "c", 0), 0);
	assert_int_equal(fk_rename(f->kernel, FUSE_ROOT_ID, "c", FUSE_ROOT_ID, "b", 0), 0);
	assert_false(fk_has_reply(f->kernel, hung, 0));
	mf_release(f->fs, MF_READ_FILE);
	expect_read(f, hung, "of a");
	finish(f, &files);
}

static void test_a_hung_open_and_lookup_delay_nobody_else(void **state)
{
	struct open_files files;
	struct fixture *f = begin(state, &files, 4);
	uint64_t open, lookup, node;
	struct fuse_open_out out;
	struct fuse_entry_out entry;

	mf_add_file(f->fs, "/slow", "");
	mf_add_file(f->fs, "/slower", "");
	node = fx_node(f, "/slow");
	mf_block(f->fs, MF_OPEN_FILE, "/slow");
	mf_block(f->fs, MF_GET_FILE_INFO, "/slower");
	open = fk_send_open(f->kernel, node, O_RDONLY);
	lookup = fk_send_lookup(f->kernel, FUSE_ROOT_ID, "slower");
	mf_wait_blocked(f->fs, MF_OPEN_FILE, 1);
	mf_wait_blocked(f->fs, MF_GET_FILE_INFO, 1);
	work_on_b(f, &files, 20);
	mf_release_all(f->fs);
	assert_int_equal(fk_wait_fixed(f->kernel, open, &out, sizeof(out)), 0);
	assert_int_equal(fk_wait_entry(f->kernel, lookup, &entry), 0);
	fx_release(f, node, out.fh);
	finish(f, &files);
}

static void test_events_of_one_file_wait_for_each_other(void **state)
{
	struct open_files files;
	/* One worker hangs, one is left to read: so the order in which the requests come is known. */
	struct fixture *f = begin(state, &files, 2);
	const uint64_t first = block_a_read(f, files.a, files.a_fh, "/a");
	const uint64_t second = fk_send_read(f->kernel, files.a, files.a_fh, 0, 100);
	const uint64_t third = fk_send_getattr(f->kernel, files.a);
	const uint64_t fourth = fk_send_write(f->kernel, files.a, files.a_fh, 0, "OF", 2);

	work_on_b(f, &files, 20);
	assert_int_equal(mf_most_at_once(f->fs, MF_READ_FILE), 2); /* that of /a, and one of /b */
	assert_false(fk_has_reply(f->kernel, second, 20));
	assert_false(fk_has_reply(f->kernel, third, 0));
	assert_false(fk_has_reply(f->kernel, fourth, 0));
	mf_release(f->fs, MF_READ_FILE);
	expect_read(f, first, "of a");
	expect_read(f, second, "of a"); /* as they came: before the write */
	assert_int_equal(fk_wait(f->kernel, third)->error, 0);
	assert_int_equal(fk_wait_write(f->kernel, fourth, NULL), 0);
	fx_expect_content(f, files.a, files.a_fh, "OF a");
	finish(f, &files);
}

static void test_reads_overlap_if_they_may(void **state)
{
	struct open_files files;
	struct fixture *f = *state;
	uint64_t first, second, third, write;

	assert_int_equal(cbf_set_serialize_access(f->volume, false), 0);
	mf_allow_overlap(f->fs);
	f = begin(state, &files, 4);
	first = block_a_read(f, files.a, files.a_fh, "/a");
	second = fk_send_read(f->kernel, files.a, files.a_fh, 0, 100);
	mf_wait_blocked(f->fs, MF_READ_FILE, 2);
	third = fk_send_getattr(f->kernel, files.a);
	assert_int_equal(fk_wait(f->kernel, third)->error, 0);
	/* What changes the file waits all the same. */
	write = fk_send_write(f->kernel, files.a, files.a_fh, 0, "OF", 2);
	work_on_b(f, &files, 5);
	assert_int_equal(recorder_count(f->recorder, "WriteFile /a"), 0);
	mf_release(f->fs, MF_READ_FILE);
	expect_read(f, first, "of a");
	expect_read(f, second, "of a");
	assert_int_equal(fk_wait_write(f->kernel, write, NULL), 0);
	finish(f, &files);
}

static void test_a_rename_waits_for_what_lies_below(void **state)
{
	struct open_files files;
	struct fixture *f = begin(state, &files, 4);
	const uint64_t read = block_a_read(f, files.x, files.x_fh, "/d/x");
	const uint64_t rename = fk_send_rename(f->kernel, FUSE_ROOT_ID, "d", FUSE_ROOT_ID, "e", 0);

	work_on_b(f, &files, 20);
	assert_false(fk_has_reply(f->kernel, rename, 20));
	assert_int_equal(mf_seen(f->fs, MF_RENAME_OR_MOVE_FILE), 0);
	mf_release(f->fs, MF_READ_FILE);
	expect_read(f, read, "of x");
	assert_int_equal(fk_wait(f->kernel, rename)->error, 0);
	recorder_clear(f->recorder);
	fx_write(f, files.x, files.x_fh, 0, "OF X");
	assert_int_equal(recorder_count(f->recorder, "WriteFile /e/x"), 1);
	finish(f, &files);
}

/* And what comes after the rename goes by the new name: the model says so if a path is not true. */
static void test_what_comes_behind_a_waiting_rename(void **state)
{
	struct open_files files;
	struct fixture *f = begin(state, &files, 4);
	const uint64_t read = block_a_read(f, files.x, files.x_fh, "/d/x");
	const uint64_t rename = fk_send_rename(f->kernel, FUSE_ROOT_ID, "d", FUSE_ROOT_ID, "e", 0);
	uint64_t writes[20];
	size_t i;

	for (i = 0; i < 20; i++)
		writes[i] = fk_send_write(f->kernel, files.x, files.x_fh, i, "x", 1);
	work_on_b(f, &files, 5);
	mf_release(f->fs, MF_READ_FILE);
	expect_read(f, read, "of x");
	assert_int_equal(fk_wait(f->kernel, rename)->error, 0);
	for (i = 0; i < 20; i++)
		assert_int_equal(fk_wait_write(f->kernel, writes[i], NULL), 0);
	assert_int_equal(mf_data_of(f->fs, "/e/x", (char[64]){0}, 64), 20);
	finish(f, &files);
}

static void test_an_unlink_waits_for_its_file(void **state)
{
	struct open_files files;
	struct fixture *f = begin(state, &files, 4);
	const uint64_t read = block_a_read(f, files.a, files.a_fh, "/a");
	const uint64_t unlink = fk_send_unlink(f->kernel, FUSE_ROOT_ID, "a");

	work_on_b(f, &files, 20);
	assert_false(fk_has_reply(f->kernel, unlink, 20));
	assert_int_equal(mf_seen(f->fs, MF_DELETE_FILE), 0);
	mf_release(f->fs, MF_READ_FILE);
	expect_read(f, read, "of a");
	assert_int_equal(fk_wait(f->kernel, unlink)->error, 0);
	fx_expect_content(f, files.a, files.a_fh, "of a");
	finish(f, &files);
}

/* Requests wait, threads do not: two workers, one of them in a hook, and very many parked requests. */
static void test_a_request_that_waits_takes_no_thread(void **state)
{
	enum { PARKED = 300 };
	struct open_files files;
	struct fixture *f = begin(state, &files, 2);
	const uint64_t read = block_a_read(f, files.a, files.a_fh, "/a");
	const uint64_t rename = fk_send_rename(f->kernel, FUSE_ROOT_ID, "a", FUSE_ROOT_ID, "moved", 0);
	uint64_t *parked = calloc(PARKED, sizeof(*parked));
	int i;

	assert_non_null(parked);
	for (i = 0; i < PARKED; i++)
		parked[i] = i % 2 ? fk_send_read(f->kernel, files.a, files.a_fh, 0, 100)
				  : fk_send_getattr(f->kernel, files.a);
	work_on_b(f, &files, 20);
	for (i = 0; i < PARKED; i++)
		assert_false(fk_has_reply(f->kernel, parked[i], 0));
	mf_release(f->fs, MF_READ_FILE);
	expect_read(f, read, "of a");
	assert_int_equal(fk_wait(f->kernel, rename)->error, 0);
	for (i = 0; i < PARKED; i++)
		assert_int_equal(fk_wait(f->kernel, parked[i])->error, 0);
	free(parked);
	finish(f, &files);
}

/* The kernel's buffer is used again at once: what is parked must have its own copy of names and payload. */
static void test_parked_requests_keep_what_they_carry(void **state)
{
	enum { SIZE = 100000, ROUNDS = 200 };
	struct open_files files;
	struct fixture *f = begin(state, &files, 3);
	char *payload = malloc(SIZE), *other = malloc(SIZE), *found = malloc(SIZE + 1);
	uint64_t read, write, rename, create, other_write[ROUNDS];
	struct fuse_entry_out entry;
	struct fuse_open_out open;
	int i;

	assert_true(payload && other && found);
	for (i = 0; i < SIZE; i++)
		payload[i] = (char)('a' + i % 23);
	memset(other, 'Z', SIZE);
	/* /d/x is held, so the rename of /d waits, and what is to be made in /d behind it. */
	read = block_a_read(f, files.x, files.x_fh, "/d/x");
	write = fk_send_write(f->kernel, files.x, files.x_fh, 0, payload, SIZE);
	rename = fk_send_rename(f->kernel, FUSE_ROOT_ID, "d", FUSE_ROOT_ID, "a-rather-long-new-name-of-d", 0);
	create = fk_send_create(f->kernel, files.d, "a-rather-long-name-of-a-new-file", O_RDWR | O_CREAT,
				S_IFREG | 0600);
	for (i = 0; i < ROUNDS; i++) {
		other_write[i] = fk_send_write(f->kernel, files.b, files.b_fh, 0, other, i % 2 ? SIZE : 100);
		assert_int_equal(
			fk_lookup(f->kernel, FUSE_ROOT_ID, "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz", NULL),
			ENOENT);
	}
	for (i = 0; i < ROUNDS; i++)
		assert_int_equal(fk_wait_write(f->kernel, other_write[i], NULL), 0);
	assert_false(fk_has_reply(f->kernel, write, 0));
	assert_false(fk_has_reply(f->kernel, rename, 0));
	mf_release(f->fs, MF_READ_FILE);
	expect_read(f, read, "of x");
	assert_int_equal(fk_wait_write(f->kernel, write, NULL), 0);
	assert_int_equal(fk_wait(f->kernel, rename)->error, 0);
	assert_int_equal(fk_wait_create(f->kernel, create, &entry, &open), 0);
	assert_int_equal(mf_data_of(f->fs, "/a-rather-long-new-name-of-d/x", found, SIZE + 1), SIZE);
	assert_memory_equal(found, payload, SIZE);
	assert_true(mf_exists(f->fs, "/a-rather-long-new-name-of-d/a-rather-long-name-of-a-new-file"));
	fx_release(f, entry.nodeid, open.fh);
	free(payload);
	free(other);
	free(found);
	finish(f, &files);
}

/* Everything at once, in no order; the model watches for overlaps and untrue names, fx_finish() for what is left. */
static void test_a_crowd(void **state)
{
	enum { ROUNDS = 400 };
	struct open_files files;
	struct fixture *f = begin(state, &files, 4);
	uint64_t *sent = calloc(ROUNDS, sizeof(*sent));
	int i;

	assert_non_null(sent);
	for (i = 0; i < ROUNDS; i++) {
		switch (i % 8) {
		case 0:
			sent[i] = fk_send_rename(f->kernel, FUSE_ROOT_ID, i % 16 ? "e" : "d", FUSE_ROOT_ID,
						 i % 16 ? "d" : "e", 0);
			break;
		case 1:
			sent[i] = fk_send_write(f->kernel, files.x, files.x_fh, (uint64_t)i, "y", 1);
			break;
		case 2:
			sent[i] = fk_send_lookup(f->kernel, files.d, "x");
			break;
		case 3:
			sent[i] = fk_send_getattr(f->kernel, files.x);
			break;
		case 4:
			sent[i] = fk_send_rename(f->kernel, FUSE_ROOT_ID, "a", FUSE_ROOT_ID, "b", 2);
			break;
		case 5:
			sent[i] = fk_send_read(f->kernel, files.a, files.a_fh, 0, 100);
			break;
		case 6:
			sent[i] = fk_send_getxattr(f->kernel, files.b, "user.cbfuse.hardlinks", 0);
			break;
		default:
			sent[i] = fk_send_readdir(f->kernel, files.d, files.x_fh, 0, 100);
			break;
		}
	}
	for (i = 0; i < ROUNDS; i++)
		(void)fk_wait(f->kernel, sent[i]);
	free(sent);
	finish(f, &files);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FX_TEST(test_a_hung_read_delays_nobody_else),
		FX_TEST(test_a_hung_open_and_lookup_delay_nobody_else),
		FX_TEST(test_events_of_one_file_wait_for_each_other),
		FX_TEST(test_reads_overlap_if_they_may),
		FX_TEST(test_a_rename_waits_for_what_lies_below),
		FX_TEST(test_what_comes_behind_a_waiting_rename),
		FX_TEST(test_an_unlink_waits_for_its_file),
		FX_TEST(test_a_request_that_waits_takes_no_thread),
		FX_TEST(test_parked_requests_keep_what_they_carry),
		FX_TEST(test_a_crowd),
	};

	return cmocka_run_group_tests_name("parallel", tests, NULL, NULL);
}
