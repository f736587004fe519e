/* SPDX-License-Identifier: MIT */
/* The limits of property.h: what goes beyond is refused without an event. */
#include "fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void test_name_length(void **state)
{
	struct fixture *f = *state;
	struct fuse_statfs_out size;
	struct fuse_entry_out entry;

	mf_add_file(f->fs, "/12345678", "data");
	mf_add_file(f->fs, "/123456789", "data");
	assert_int_equal(cbf_set_max_file_name_length(f->volume, 8), 0);
	fx_start(f, FX_STEP);
	(void)fx_node(f, "/12345678");
	assert_int_equal(fk_lookup(f->kernel, FUSE_ROOT_ID, "123456789", &entry), ENAMETOOLONG);
	assert_int_equal(fk_mkdir(f->kernel, FUSE_ROOT_ID, "123456789", 0755, &entry), ENAMETOOLONG);
	assert_int_equal(mf_seen(f->fs, MF_CREATE_FILE), 0);
	assert_int_equal(fk_statfs(f->kernel, FUSE_ROOT_ID, &size), 0);
	assert_int_equal(size.st.namelen, 8);
	fx_finish(f);
}

static void test_path_length(void **state)
{
	struct fixture *f = *state;
	struct fuse_entry_out entry;
	uint64_t directory, node, fh;

	mf_add_directory(f->fs, "/dir");
	mf_add_file(f->fs, "/dir/1234", "data");
	assert_int_equal(cbf_set_max_file_path_length(f->volume, 12), 0);
	fx_start(f, FX_STEP);
	directory = fx_node(f, "/dir");
	node = fx_node(f, "/dir/1234");
	assert_int_equal(fk_lookup(f->kernel, directory, "12345678", &entry), ENAMETOOLONG);
	assert_int_equal(fk_mkdir(f->kernel, directory, "12345678", 0755, &entry), ENAMETOOLONG);
	assert_int_equal(fk_rename(f->kernel, directory, "1234", directory, "12345678", 0), ENAMETOOLONG);
	/* A name that got longer from above serves, and closes. */
	fh = fx_open(f, node, O_RDONLY);
	assert_int_equal(fk_rename(f->kernel, FUSE_ROOT_ID, "dir", FUSE_ROOT_ID, "directory", 0), 0);
	fx_expect_content(f, node, fh, "data");
	fx_release(f, node, fh);
	fx_finish(f);
}

static void set_size(struct fixture *f, uint64_t node, uint64_t size, int expected)
{
	const struct fuse_setattr_in in = {.valid = FATTR_SIZE, .size = size};
	struct fuse_attr_out out;

	assert_int_equal(fk_setattr(f->kernel, node, &in, &out), expected);
}

static void test_file_size(void **state)
{
	struct fixture *f = *state;
	uint64_t node, fh;
	uint32_t written;
	char content[16];

	mf_add_file(f->fs, "/f", "");
	assert_int_equal(cbf_set_max_file_size(f->volume, 10), 0);
	fx_start(f, FX_STEP);
	node = fx_node(f, "/f");
	fh = fx_open(f, node, O_RDWR);
	assert_int_equal(fk_write(f->kernel, node, fh, 8, "abcd", 4, &written), 0);
	assert_int_equal(written, 2);
	assert_int_equal(mf_data_of(f->fs, "/f", content, sizeof(content)), 10);
	assert_int_equal(fk_write(f->kernel, node, fh, 10, "x", 1, &written), EFBIG);
	assert_int_equal(mf_seen(f->fs, MF_WRITE_FILE), 1);
	set_size(f, node, 11, EFBIG);
	assert_int_equal(mf_seen(f->fs, MF_SET_FILE_SIZE), 0);
	set_size(f, node, 10, 0);
	assert_int_equal(fk_fallocate(f->kernel, node, fh, 0, 5, 6), EFBIG);
	assert_int_equal(fk_fallocate(f->kernel, node, fh, 0, 5, 5), 0);
	assert_int_equal(fk_fallocate(f->kernel, node, fh, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 5, 500), 0);
	fx_release(f, node, fh);
	fx_finish(f);
}

static void test_cluster_size(void **state)
{
	struct fixture *f = *state;
	struct fuse_statfs_out size;
	struct fuse_entry_out entry;

	mf_add_file(f->fs, "/f", "data");
	assert_int_equal(cbf_set_cluster_size(f->volume, 16384), 0);
	fx_start(f, FX_STEP);
	assert_int_equal(fk_statfs(f->kernel, FUSE_ROOT_ID, &size), 0);
	assert_int_equal(size.st.bsize, 16384);
	assert_int_equal(size.st.frsize, 512);
	assert_int_equal(fk_lookup(f->kernel, FUSE_ROOT_ID, "f", &entry), 0);
	assert_int_equal(entry.attr.blksize, 16384);
	fx_finish(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FX_TEST(test_name_length),
		FX_TEST(test_path_length),
		FX_TEST(test_file_size),
		FX_TEST(test_cluster_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
