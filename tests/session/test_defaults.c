/* SPDX-License-Identifier: MIT */
/* What is answered where nothing is hooked, request by request, as the headers say. */
#include "link_lists.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include <stdlib.h>
#include <unistd.h>

static bool has(const char *path, const char *name)
{
	return strcmp(path, name) == 0;
}

/* The least that gives something to ask about: a file, a directory, a symbolic link. */
static void info(struct cbf_volume *volume, struct cbf_get_file_info_event *event, void *user_data)
{
	(void)volume;
	(void)user_data;
	event->file_exists = true;
	if (has(event->file_name, "/") || has(event->file_name, "/d"))
		event->info->mode = S_IFDIR | 0755;
	else if (has(event->file_name, "/f"))
		event->info->mode = 0644; /* no type: a regular file */
	else if (has(event->file_name, "/l"))
		event->info->mode = S_IFLNK | 0777;
	else
		event->file_exists = false;
}

static void write_file(struct cbf_volume *volume, struct cbf_write_file_event *event, void *user_data)
{
	(void)volume;
	(void)user_data;
	event->bytes_written = event->bytes_to_write;
}

static void finish(struct fixture *f)
{
	fx_expect_idle(f);
	fx_end_session(f);
}

static void test_an_empty_volume(void **state)
{
	struct fixture *f = *state;
	struct fk_listing *listing = calloc(1, sizeof(*listing));
	struct fuse_statfs_out size;
	struct fuse_attr_out attr;
	uint64_t fh;

	fx_start(f, FX_STEP);
	assert_int_equal(fk_getattr(f->kernel, FUSE_ROOT_ID, &attr), 0);
	assert_int_equal(attr.attr.mode, S_IFDIR | 0555);
	assert_int_equal(fk_lookup(f->kernel, FUSE_ROOT_ID, "f", NULL), ENOENT);
	assert_int_equal(fk_statfs(f->kernel, FUSE_ROOT_ID, &size), 0);
	assert_int_equal(size.st.blocks, 0);
	assert_int_equal(size.st.frsize, 512);
	fh = fx_opendir(f, FUSE_ROOT_ID);
	assert_int_equal(fk_readdir_all(f->kernel, FUSE_ROOT_ID, fh, 0, 4096, false, listing), 0);
	assert_int_equal(listing->count, 2);
	fx_releasedir(f, FUSE_ROOT_ID, fh);
	fh = fx_opendir(f, FUSE_ROOT_ID);
	listing->count = 0;
	assert_int_equal(fk_readdir_all(f->kernel, FUSE_ROOT_ID, fh, 0, 4096, true, listing), 0);
	assert_int_equal(listing->count, 2);
	fx_releasedir(f, FUSE_ROOT_ID, fh);
	free(listing);
	finish(f);
}

static void test_nothing_can_be_made(void **state)
{
	struct fixture *f = *state;
	struct fuse_entry_out entry;
	struct fuse_open_out open;

	fx_start(f, FX_STEP);
	assert_int_equal(fk_mkdir(f->kernel, FUSE_ROOT_ID, "n", 0777, &entry), EROFS);
	assert_int_equal(fk_mknod(f->kernel, FUSE_ROOT_ID, "n", S_IFREG | 0600, 0, &entry), EROFS);
	assert_int_equal(fk_create_file(f->kernel, FUSE_ROOT_ID, "n", O_RDWR, 0600, &entry, &open), EROFS);
	assert_int_equal(fk_symlink(f->kernel, FUSE_ROOT_ID, "n", "target", &entry), EPERM);
	finish(f);
}

static void test_a_read_only_volume(void **state)
{
	struct fixture *f = *state;
	struct fuse_entry_out entry;
	char data[64];
	size_t length;
	uint64_t node, fh;

	assert_int_equal(cbf_on_get_file_info(f->volume, info, NULL), 0);
	fx_start(f, FX_STEP);
	node = fx_node(f, "/f");
	assert_int_equal(fx_nlink(f, node), 1);
	assert_int_equal(fk_open(f->kernel, node, O_RDWR, NULL), EROFS);
	assert_int_equal(fk_open(f->kernel, node, O_WRONLY, NULL), EROFS);
	fh = fx_open(f, node, O_RDONLY);
	assert_int_equal(fk_read(f->kernel, node, fh, 0, sizeof(data), data, &length), EOPNOTSUPP);
	assert_int_equal(fk_write(f->kernel, node, fh, 0, "x", 1, NULL), EROFS);
	assert_int_equal(fk_chmod(f->kernel, node, S_IFREG | 0600), EROFS);
	assert_int_equal(fk_truncate(f->kernel, node, 0), EROFS);
	assert_int_equal(fk_link(f->kernel, node, FUSE_ROOT_ID, "g", &entry), EPERM);
	assert_int_equal(fk_unlink(f->kernel, FUSE_ROOT_ID, "f"), EROFS);
	(void)fx_node(f, "/d");
	assert_int_equal(fk_rmdir(f->kernel, FUSE_ROOT_ID, "d"), EROFS);
	assert_int_equal(fk_rename(f->kernel, FUSE_ROOT_ID, "f", FUSE_ROOT_ID, "g", 0), EROFS);
	assert_int_equal(fk_readlink(f->kernel, fx_node(f, "/l"), data, sizeof(data)), EINVAL);
	fx_release(f, node, fh);
	finish(f);
}

/* WriteFile is hooked: what else changes things is not forbidden, just not there. */
static void test_a_writable_volume(void **state)
{
	struct fixture *f = *state;
	uint64_t node, fh;

	assert_int_equal(cbf_on_get_file_info(f->volume, info, NULL), 0);
	assert_int_equal(cbf_on_write_file(f->volume, write_file, NULL), 0);
	fx_start(f, FX_STEP);
	node = fx_node(f, "/f");
	fh = fx_open(f, node, O_RDWR);
	fx_write(f, node, fh, 0, "x");
	assert_int_equal(fk_chmod(f->kernel, node, S_IFREG | 0600), EOPNOTSUPP);
	assert_int_equal(fk_truncate(f->kernel, node, 0), EOPNOTSUPP);
	assert_int_equal(fk_unlink(f->kernel, FUSE_ROOT_ID, "f"), EOPNOTSUPP);
	assert_int_equal(fk_rename(f->kernel, FUSE_ROOT_ID, "f", FUSE_ROOT_ID, "g", 0), EOPNOTSUPP);
	fx_release(f, node, fh);
	finish(f);
}

/* What is not hooked is not asked for a second time: ENOSYS tells the kernel to keep it to itself. */
static void test_the_kernel_is_told_to_keep_it(void **state)
{
	struct fixture *f = *state;
	uint64_t node, fh;

	assert_int_equal(cbf_on_get_file_info(f->volume, info, NULL), 0);
	assert_int_equal(cbf_on_write_file(f->volume, write_file, NULL), 0);
	fx_start(f, FX_STEP);
	node = fx_node(f, "/f");
	fh = fx_open(f, node, O_RDWR);
	assert_int_equal(fk_fsync(f->kernel, node, fh, false), ENOSYS);
	assert_int_equal(fk_flush(f->kernel, node, fh), ENOSYS);
	fx_release(f, node, fh);
	fh = fx_opendir(f, FUSE_ROOT_ID);
	assert_int_equal(fk_fsyncdir(f->kernel, FUSE_ROOT_ID, fh, false), ENOSYS);
	fx_releasedir(f, FUSE_ROOT_ID, fh);
	finish(f);
}

static void test_attributes_and_ioctls(void **state)
{
	struct fixture *f = *state;
	struct cbf_links_page *page = calloc(1, sizeof(*page));
	uint64_t node, fh;
	size_t length;
	int error;

	assert_int_equal(cbf_on_get_file_info(f->volume, info, NULL), 0);
	fx_start(f, FX_STEP);
	node = fx_node(f, "/f");
	fh = fx_open(f, node, O_RDONLY);
	error = fk_getxattr(f->kernel, node, "user.cbfuse.hardlinks", NULL, 0, &length);
	assert_true(error == ENOSYS || error == ENODATA || error == EOPNOTSUPP);
	error = fk_listxattr(f->kernel, node, NULL, 0, &length);
	assert_true(error == ENOSYS || (error == 0 && length == 0));
	assert_int_equal(links_page(f, node, fh, NULL, page), EOPNOTSUPP);
	assert_int_equal(fk_ioctl(f->kernel, node, fh, false, (uint32_t)_IOR('x', 1, int), NULL, 0, page, sizeof(int)),
			 ENOTTY);
	/* An operation that there is not. */
	assert_int_equal(fk_wait(f->kernel, fk_send(f->kernel, 3999, node, NULL, 0, NULL, 0, NULL, 0))->error, ENOSYS);
	fx_release(f, node, fh);
	free(page);
	finish(f);
}

/* Hard links need hooks: the volume says so instead of failing later. */
static void test_hard_links_need_their_hooks(void **state)
{
	struct fixture *f = *state;
	char directory[] = "/tmp/cbfuse-test-XXXXXX";
	int error;

	assert_non_null(mkdtemp(directory));
	assert_int_equal(cbf_set_use_hard_links(f->volume, true), 0);
	error = cbf_mount(f->volume, directory);
	if (error == 0)
		(void)cbf_unmount(f->volume, CBF_UNMOUNT_FORCE);
	(void)rmdir(directory);
	assert_int_equal(error, -EINVAL);
	assert_false(cbf_get_active(f->volume));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FX_BARE_TEST(test_an_empty_volume),
		FX_BARE_TEST(test_nothing_can_be_made),
		FX_BARE_TEST(test_a_read_only_volume),
		FX_BARE_TEST(test_a_writable_volume),
		FX_BARE_TEST(test_the_kernel_is_told_to_keep_it),
		FX_BARE_TEST(test_attributes_and_ioctls),
		FX_BARE_TEST(test_hard_links_need_their_hooks),
	};

	return cmocka_run_group_tests_name("defaults", tests, NULL, NULL);
}
