/* SPDX-License-Identifier: MIT */
/* A kernel that sends nonsense: an errno comes back, nothing breaks, the volume goes on serving. */
#include "link_lists.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include <stdlib.h>

enum { STRANGE_NODE = 0xdeadbeef, STRANGE_FH = 0xbadf00d };

static struct fixture *begin(void **state)
{
	struct fixture *f = *state;

	mf_add_file(f->fs, "/f", "data");
	mf_add_file(f->fs, "/g", "other");
	mf_add_directory(f->fs, "/d");
	fx_start(f, FX_STEP);
	return f;
}

static void test_unknown_nodes(void **state)
{
	struct fixture *f = begin(state);
	struct fuse_entry_out entry;
	struct fuse_statfs_out size;
	struct fuse_open_out open;
	struct fuse_attr_out attr;
	char data[64];
	size_t length;

	assert_int_not_equal(fk_lookup(f->kernel, STRANGE_NODE, "f", &entry), 0);
	assert_int_not_equal(fk_getattr(f->kernel, STRANGE_NODE, &attr), 0);
	assert_int_not_equal(fk_chmod(f->kernel, STRANGE_NODE, 0600), 0);
	assert_int_not_equal(fk_readlink(f->kernel, STRANGE_NODE, data, sizeof(data)), 0);
	assert_int_not_equal(fk_mkdir(f->kernel, STRANGE_NODE, "n", 0700, &entry), 0);
	assert_int_not_equal(fk_mknod(f->kernel, STRANGE_NODE, "n", S_IFREG | 0600, 0, &entry), 0);
	assert_int_not_equal(fk_symlink(f->kernel, STRANGE_NODE, "n", "target", &entry), 0);
	assert_int_not_equal(fk_unlink(f->kernel, STRANGE_NODE, "n"), 0);
	assert_int_not_equal(fk_rmdir(f->kernel, STRANGE_NODE, "n"), 0);
	assert_int_not_equal(fk_rename(f->kernel, STRANGE_NODE, "n", FUSE_ROOT_ID, "f", 0), 0);
	assert_int_not_equal(fk_rename(f->kernel, FUSE_ROOT_ID, "f", STRANGE_NODE, "n", 0), 0);
	assert_int_not_equal(fk_link(f->kernel, STRANGE_NODE, FUSE_ROOT_ID, "n", &entry), 0);
	assert_int_not_equal(fk_link(f->kernel, fx_node(f, "/f"), STRANGE_NODE, "n", &entry), 0);
	assert_int_not_equal(fk_open(f->kernel, STRANGE_NODE, O_RDONLY, &open), 0);
	assert_int_not_equal(fk_opendir(f->kernel, STRANGE_NODE, &open), 0);
	assert_int_not_equal(fk_create_file(f->kernel, STRANGE_NODE, "n", O_RDWR, 0600, &entry, &open), 0);
	assert_int_not_equal(fk_getxattr(f->kernel, STRANGE_NODE, "user.cbfuse.hardlinks", NULL, 0, &length), 0);
	assert_int_not_equal(fk_getxattr(f->kernel, STRANGE_NODE, "user.x", NULL, 0, &length), 0);
	assert_int_not_equal(fk_listxattr(f->kernel, STRANGE_NODE, NULL, 0, &length), 0);
	assert_int_not_equal(fk_setxattr(f->kernel, STRANGE_NODE, "user.x", "value", 5, 0), 0);
	assert_int_not_equal(fk_removexattr(f->kernel, STRANGE_NODE, "user.x"), 0);
	(void)fk_statfs(f->kernel, STRANGE_NODE, &size);
	fx_expect_serving(f);
	fx_finish(f);
}

static void test_forgotten_nodes(void **state)
{
	struct fixture *f = begin(state);
	const uint64_t node = fx_node(f, "/f");
	struct fuse_attr_out attr;

	fk_forget(f->kernel, node);
	assert_int_not_equal(fk_getattr(f->kernel, node, &attr), 0);
	assert_int_not_equal(fk_open(f->kernel, node, O_RDONLY, NULL), 0);
	assert_int_equal(recorder_count(f->recorder, "OpenFile"), 0);
	fx_finish(f);
}

static void try_handle(struct fixture *f, uint64_t node, uint64_t fh)
{
	const struct fuse_setattr_in in = {.valid = FATTR_SIZE | FATTR_FH, .fh = fh, .size = 0};
	struct cbf_links_page *page = calloc(1, sizeof(*page));
	struct fk_listing *listing = calloc(1, sizeof(*listing));
	struct fuse_attr_out attr;
	char data[64];
	size_t length;

	assert_non_null(page);
	assert_non_null(listing);
	recorder_clear(f->recorder);
	assert_int_not_equal(fk_read(f->kernel, node, fh, 0, sizeof(data), data, &length), 0);
	assert_int_not_equal(fk_write(f->kernel, node, fh, 0, "x", 1, NULL), 0);
	assert_int_not_equal(fk_fsync(f->kernel, node, fh, false), 0);
	assert_int_not_equal(fk_setattr(f->kernel, node, &in, NULL), 0);
	assert_int_not_equal(links_page(f, node, fh, NULL, page), 0);
	assert_int_not_equal(fk_readdir(f->kernel, node, fh, 0, 4096, listing), 0);
	/* These may ignore the handle; they must not fall over it. */
	(void)fk_getattr_fh(f->kernel, node, fh, &attr);
	(void)fk_fsyncdir(f->kernel, node, fh, false);
	(void)fk_flush(f->kernel, node, fh);
	(void)fk_release(f->kernel, node, fh);
	(void)fk_releasedir(f->kernel, node, fh);
	assert_int_equal(recorder_count(f->recorder, "ReadFile"), 0);
	assert_int_equal(recorder_count(f->recorder, "WriteFile"), 0);
	assert_int_equal(recorder_count(f->recorder, "SetFileSize"), 0);
	assert_int_equal(recorder_count(f->recorder, "CloseFile"), 0);
	fx_expect_serving(f);
	free(listing);
	free(page);
}

static void test_unknown_handles(void **state)
{
	struct fixture *f = begin(state);

	try_handle(f, fx_node(f, "/f"), STRANGE_FH);
	try_handle(f, fx_node(f, "/f"), UINT64_MAX);
	try_handle(f, fx_node(f, "/d"), STRANGE_FH);
	try_handle(f, STRANGE_NODE, STRANGE_FH);
	fx_finish(f);
}

static void test_handles_of_another_node(void **state)
{
	struct fixture *f = begin(state);
	const uint64_t node = fx_node(f, "/f");
	const uint64_t fh = fx_open(f, node, O_RDWR);
	const uint64_t dh = fx_opendir(f, fx_node(f, "/d"));

	try_handle(f, fx_node(f, "/g"), fh);
	try_handle(f, fx_node(f, "/f"), dh);
	/* They are still good for their own. */
	fx_expect_content(f, node, fh, "data");
	fx_release(f, node, fh);
	fx_releasedir(f, fx_node(f, "/d"), dh);
	fx_finish(f);
}

static void test_released_twice(void **state)
{
	struct fixture *f = begin(state);
	const uint64_t node = fx_node(f, "/f");
	const uint64_t fh = fx_open(f, node, O_RDWR);

	fx_release(f, node, fh);
	try_handle(f, node, fh);
	(void)fk_release(f->kernel, node, fh);
	assert_int_equal(recorder_count(f->recorder, "CloseFile"), 0);
	fx_finish(f);
}

static void test_forgotten_too_much(void **state)
{
	struct fixture *f = begin(state);
	const uint64_t node = fx_node(f, "/f");
	const uint64_t fh = fx_open(f, node, O_RDONLY);
	const struct fuse_forget_one batch[] = {{STRANGE_NODE, 1}, {node, 1000000}, {0, 1}, {FUSE_ROOT_ID, 1000}};

	fk_send_forget(f->kernel, node, 1000000);
	fk_send_forget(f->kernel, node, UINT64_MAX);
	fk_send_forget(f->kernel, STRANGE_NODE, 1);
	fk_send_forget(f->kernel, FUSE_ROOT_ID, 1000000);
	fk_send_batch_forget(f->kernel, batch, 4);
	fk_step_all(f->kernel);
	/* The handle keeps the file. */
	fx_expect_content(f, node, fh, "data");
	fx_release(f, node, fh);
	f->kernel->lookups_count = 0;
	fx_expect_serving(f);
	fx_finish(f);
}

static void test_bad_names(void **state)
{
	static const char *const names[] = {"", "a/b", "/", "..", "."};
	struct fixture *f = begin(state);
	struct fuse_entry_out entry;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_int_not_equal(fk_mkdir(f->kernel, FUSE_ROOT_ID, names[i], 0700, &entry), 0);
		assert_int_not_equal(fk_unlink(f->kernel, FUSE_ROOT_ID, names[i]), 0);
		assert_int_not_equal(fk_rename(f->kernel, FUSE_ROOT_ID, "f", FUSE_ROOT_ID, names[i], 0), 0);
	}
	assert_int_not_equal(fk_lookup(f->kernel, FUSE_ROOT_ID, "", &entry), 0);
	assert_int_not_equal(fk_lookup(f->kernel, FUSE_ROOT_ID, "a/b", &entry), 0);
	assert_int_equal(recorder_count(f->recorder, "CreateFile"), 0);
	assert_int_equal(recorder_count(f->recorder, "DeleteFile"), 0);
	assert_int_equal(recorder_count(f->recorder, "RenameOrMoveFile"), 0);
	fx_expect_serving(f);
	fx_finish(f);
}

/* A file where a directory is meant, and the other way round. */
static void test_wrong_types(void **state)
{
	struct fixture *f = begin(state);
	const uint64_t file = fx_node(f, "/f");
	const uint64_t directory = fx_node(f, "/d");
	struct fuse_entry_out entry;
	char target[64];

	assert_int_not_equal(fk_lookup(f->kernel, file, "x", &entry), 0);
	assert_int_not_equal(fk_mkdir(f->kernel, file, "x", 0700, &entry), 0);
	assert_int_not_equal(fk_opendir(f->kernel, file, NULL), 0);
	assert_int_not_equal(fk_readlink(f->kernel, directory, target, sizeof(target)), 0);
	assert_int_equal(fk_rmdir(f->kernel, FUSE_ROOT_ID, "f"), ENOTDIR);
	assert_int_equal(fk_unlink(f->kernel, FUSE_ROOT_ID, "d"), EISDIR);
	fx_finish(f);
}

static void test_interrupts(void **state)
{
	struct fixture *f = begin(state);
	const uint64_t node = fx_node(f, "/f");

	fk_send_interrupt(f->kernel, 4); /* answered long ago */
	fk_send_interrupt(f->kernel, 1000000); /* never sent */
	(void)fk_getattr(f->kernel, node, &(struct fuse_attr_out){0});
	fx_expect_serving(f);
	fx_finish(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FX_TEST(test_unknown_nodes),   FX_TEST(test_forgotten_nodes),
		FX_TEST(test_unknown_handles), FX_TEST(test_handles_of_another_node),
		FX_TEST(test_released_twice),  FX_TEST(test_forgotten_too_much),
		FX_TEST(test_bad_names),       FX_TEST(test_wrong_types),
		FX_TEST(test_interrupts),
	};

	return cmocka_run_group_tests_name("bad_kernel", tests, NULL, NULL);
}
