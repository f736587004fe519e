/* SPDX-License-Identifier: MIT */
/* A request for each event that fires as the last thing that can fail. Each returns the errno of its answer. */
#ifndef BAD_REQUESTS_H
#define BAD_REQUESTS_H

#include "link_lists.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include <limits.h>
#include <linux/falloc.h>
#include <stdlib.h>
#include <unistd.h>

static inline struct fixture *begin(void **state)
{
	struct fixture *f = *state;

	mf_add_file(f->fs, "/f", "data");
	mf_add_directory(f->fs, "/d");
	mf_add_file(f->fs, "/d/x", "");
	mf_add_symlink(f->fs, "/l", "target");
	fx_start(f, FX_STEP);
	(void)fx_node(f, "/f");
	(void)fx_node(f, "/d");
	(void)fx_node(f, "/l");
	return f;
}

/* Something was said through OnError since the last time. */
static inline void expect_error_told(struct fixture *f, unsigned *told)
{
	char description[512];

	if (mf_seen(f->fs, MF_ERROR) <= *told)
		fail_msg("OnError was told nothing");
	*told = mf_seen(f->fs, MF_ERROR);
	mf_last_error(f->fs, description, sizeof(description));
	assert_true(strlen(description) > 0);
	fx_expect_serving(f);
}

static inline int do_lookup(struct fixture *f)
{
	return fk_lookup(f->kernel, FUSE_ROOT_ID, "f", NULL);
}

static inline int do_open(struct fixture *f)
{
	return fk_open(f->kernel, fx_node(f, "/f"), O_RDONLY, NULL);
}

static inline int do_create(struct fixture *f)
{
	struct fuse_entry_out entry;
	struct fuse_open_out open;

	return fk_create_file(f->kernel, FUSE_ROOT_ID, "new", O_RDWR, 0600, &entry, &open);
}

static inline int do_mkdir(struct fixture *f)
{
	struct fuse_entry_out entry;

	return fk_mkdir(f->kernel, FUSE_ROOT_ID, "new", 0700, &entry);
}

static inline int with_file(struct fixture *f, int (*act)(struct fixture *f, uint64_t node, uint64_t fh))
{
	const uint64_t node = fx_node(f, "/f");
	const uint64_t fh = fx_open(f, node, O_RDWR);
	const int error = act(f, node, fh);

	fx_release(f, node, fh);
	return error;
}

static inline int read_it(struct fixture *f, uint64_t node, uint64_t fh)
{
	char data[64];
	size_t length;

	return fk_read(f->kernel, node, fh, 0, sizeof(data), data, &length);
}

static inline int do_read(struct fixture *f)
{
	return with_file(f, read_it);
}

static inline int write_it(struct fixture *f, uint64_t node, uint64_t fh)
{
	return fk_write(f->kernel, node, fh, 0, "data", 4, NULL);
}

static inline int do_write(struct fixture *f)
{
	return with_file(f, write_it);
}

static inline int allocate_it(struct fixture *f, uint64_t node, uint64_t fh)
{
	return fk_fallocate(f->kernel, node, fh, FALLOC_FL_KEEP_SIZE, 0, 4);
}

static inline int do_allocate(struct fixture *f)
{
	return with_file(f, allocate_it);
}

static inline int zeroize_it(struct fixture *f, uint64_t node, uint64_t fh)
{
	return fk_fallocate(f->kernel, node, fh, FALLOC_FL_ZERO_RANGE | FALLOC_FL_KEEP_SIZE, 4, 4);
}

static inline int do_zeroize(struct fixture *f)
{
	return with_file(f, zeroize_it);
}

static inline int seek_it(struct fixture *f, uint64_t node, uint64_t fh)
{
	return fk_lseek(f->kernel, node, fh, 1, SEEK_DATA, NULL);
}

static inline int do_seek(struct fixture *f)
{
	return with_file(f, seek_it);
}

static inline int seek_hole_in_it(struct fixture *f, uint64_t node, uint64_t fh)
{
	return fk_lseek(f->kernel, node, fh, 1, SEEK_HOLE, NULL);
}

static inline int do_seek_hole(struct fixture *f)
{
	return with_file(f, seek_hole_in_it);
}

static inline int copy_in_it(struct fixture *f, uint64_t node, uint64_t fh)
{
	const struct fk_place from = {node, fh, 0}, to = {node, fh, 2};

	return fk_copy(f->kernel, &from, &to, 2, NULL);
}

static inline int do_copy(struct fixture *f)
{
	return with_file(f, copy_in_it);
}

static inline int sync_it(struct fixture *f, uint64_t node, uint64_t fh)
{
	return fk_fsync(f->kernel, node, fh, false);
}

static inline int do_fsync(struct fixture *f)
{
	return with_file(f, sync_it);
}

static inline int list_it(struct fixture *f, uint64_t node, uint64_t fh)
{
	struct link_list *list = calloc(1, sizeof(*list));
	int error;

	assert_non_null(list);
	error = links_by_ioctl(f, node, fh, NULL, list);
	links_clear(list);
	free(list);
	return error;
}

static inline int do_list_links(struct fixture *f)
{
	return with_file(f, list_it);
}

static inline int do_truncate(struct fixture *f)
{
	return fk_truncate(f->kernel, fx_node(f, "/f"), 4);
}

static inline int do_chmod(struct fixture *f)
{
	return fk_chmod(f->kernel, fx_node(f, "/f"), S_IFREG | 0600);
}

static inline int do_link(struct fixture *f)
{
	struct fuse_entry_out entry;

	return fk_link(f->kernel, fx_node(f, "/f"), FUSE_ROOT_ID, "new", &entry);
}

static inline int do_symlink(struct fixture *f)
{
	struct fuse_entry_out entry;

	return fk_symlink(f->kernel, FUSE_ROOT_ID, "new", "target", &entry);
}

static inline int do_readlink(struct fixture *f)
{
	char target[4200];

	return fk_readlink(f->kernel, fx_node(f, "/l"), target, sizeof(target));
}

static inline int do_readdir(struct fixture *f)
{
	struct fk_listing *listing = calloc(1, sizeof(*listing));
	const uint64_t node = fx_node(f, "/d");
	const uint64_t fh = fx_opendir(f, node);
	int error;

	assert_non_null(listing);
	error = fk_readdir_all(f->kernel, node, fh, 0, 4096, true, listing);
	fx_releasedir(f, node, fh);
	free(listing);
	return error;
}

static inline int do_getxattr(struct fixture *f)
{
	char value[64];
	size_t length;

	return fk_getxattr(f->kernel, fx_node(f, "/f"), "user.x", value, sizeof(value), &length);
}

static inline int do_listxattr(struct fixture *f)
{
	char names[64];
	size_t length;

	return fk_listxattr(f->kernel, fx_node(f, "/f"), names, sizeof(names), &length);
}

static inline int do_setxattr(struct fixture *f)
{
	return fk_setxattr(f->kernel, fx_node(f, "/f"), "user.x", "value", 5, 0);
}

static inline int do_removexattr(struct fixture *f)
{
	return fk_removexattr(f->kernel, fx_node(f, "/f"), "user.x");
}

static inline int do_unlink(struct fixture *f)
{
	return fk_unlink(f->kernel, FUSE_ROOT_ID, "f");
}

static inline int do_rmdir(struct fixture *f)
{
	return fk_rmdir(f->kernel, FUSE_ROOT_ID, "d");
}

static inline int do_rename(struct fixture *f)
{
	return fk_rename(f->kernel, FUSE_ROOT_ID, "f", FUSE_ROOT_ID, "new", 0);
}

static inline int do_statfs(struct fixture *f)
{
	struct fuse_statfs_out out;

	return fk_statfs(f->kernel, FUSE_ROOT_ID, &out);
}

static const struct bad_request {
	enum mf_event event;
	int (*request)(struct fixture *f);
} requests[] = {
	{MF_GET_FILE_INFO, do_lookup},
	{MF_OPEN_FILE, do_open},
	{MF_CREATE_FILE, do_create},
	{MF_CREATE_FILE, do_mkdir},
	{MF_READ_FILE, do_read},
	{MF_WRITE_FILE, do_write},
	{MF_FLUSH_FILE, do_fsync},
	{MF_SET_ALLOCATION_SIZE, do_allocate},
	{MF_ZEROIZE_FILE_RANGE, do_zeroize},
	{MF_QUERY_ALLOCATED_RANGES, do_seek},
	{MF_OFFLOAD_WRITE_FILE, do_copy},
	{MF_ENUMERATE_HARD_LINKS, do_list_links},
	{MF_SET_FILE_SIZE, do_truncate},
	{MF_SET_FILE_ATTRIBUTES, do_chmod},
	{MF_CREATE_HARD_LINK, do_link},
	{MF_SET_REPARSE_POINT, do_symlink},
	{MF_GET_REPARSE_POINT, do_readlink},
	{MF_QUERY_EA, do_getxattr},
	{MF_QUERY_EA, do_listxattr},
	{MF_SET_EA, do_setxattr},
	{MF_SET_EA, do_removexattr},
	{MF_ENUMERATE_DIRECTORY, do_readdir},
	{MF_CAN_FILE_BE_DELETED, do_unlink},
	{MF_DELETE_FILE, do_unlink},
	{MF_IS_DIRECTORY_EMPTY, do_rmdir},
	{MF_RENAME_OR_MOVE_FILE, do_rename},
	{MF_GET_VOLUME_SIZE, do_statfs},
};

#endif
