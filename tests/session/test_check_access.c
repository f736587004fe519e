/* SPDX-License-Identifier: MIT */
/* CheckAccess: what is asked of which file for each operation, that a no is a no before anything else, and that the
 * kernel is told to keep nothing. */
#include "fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct question {
	const char *path;
	unsigned access;
};

/* Says no to that question; path NULL: to none. */
struct policy {
	struct question refused;
	struct question asked[16]; /* the paths as long as the next event */
	char paths[16][64];
	unsigned count;
	void *file_context;
};

static void check(struct cbf_volume *volume, struct cbf_check_access_event *event, void *user_data)
{
	struct policy *policy = user_data;

	(void)volume;
	assert_true(policy->count < 16);
	(void)snprintf(policy->paths[policy->count], sizeof(policy->paths[0]), "%s", event->file_name);
	policy->asked[policy->count] = (struct question){policy->paths[policy->count], event->desired_access};
	policy->count++;
	policy->file_context = event->file_context;
	if (event->uid != 7 || event->gid != 8)
		event->result_code = EIO;
	else if (policy->refused.path && strcmp(policy->refused.path, event->file_name) == 0 &&
		 policy->refused.access == event->desired_access)
		event->result_code = EACCES;
}

static struct fixture *begin(void **state, struct policy *policy)
{
	const struct fk_init_options options = {.flags = FK_DEFAULT_FLAGS | FUSE_POSIX_ACL | FUSE_DONT_MASK};
	struct fixture *f = *state;

	memset(policy, 0, sizeof(*policy));
	mf_add_file(f->fs, "/f", "data");
	mf_add_directory(f->fs, "/d");
	mf_add_directory(f->fs, "/e");
	mf_add_file(f->fs, "/d/g", "more");
	mf_add_symlink(f->fs, "/l", "f");
	assert_int_equal(cbf_on_check_access(f->volume, check, policy), 0);
	assert_int_equal(cbf_set_use_posix_acls(f->volume, true), 0);
	assert_int_equal(cbf_set_nonexistent_files_cache(f->volume, 5000), 0);
	fx_start_with(f, FX_STEP, &options);
	assert_false(f->kernel->init.flags & FUSE_POSIX_ACL); /* with it the kernel checks by itself */
	assert_true(f->kernel->init.flags & FUSE_DONT_MASK);
	f->kernel->uid = 7;
	f->kernel->gid = 8;
	return f;
}

static int send_access(struct fixture *f, uint64_t node, uint32_t mask)
{
	const struct fuse_access_in in = {.mask = mask};

	return fk_wait_fixed(f->kernel, fk_send(f->kernel, FUSE_ACCESS, node, &in, sizeof(in), NULL, 0, NULL, 0), NULL,
			     0);
}

static struct fuse_entry_out entry;
static struct fuse_attr_out attr;

static int do_lookup(struct fixture *f)
{
	return fk_lookup(f->kernel, fx_node(f, "/d"), "g", &entry);
}

static int do_getattr(struct fixture *f)
{
	return fk_getattr(f->kernel, fx_node(f, "/f"), &attr);
}

static int do_chmod(struct fixture *f)
{
	return fk_chmod(f->kernel, fx_node(f, "/f"), S_IFREG | 0600);
}

static int set_attributes(struct fixture *f, uint32_t valid)
{
	const struct fuse_setattr_in in = {.valid = valid, .uid = 7, .gid = 8, .mode = S_IFREG | 0600};

	return fk_setattr(f->kernel, fx_node(f, "/f"), &in, &attr);
}

static int do_chown(struct fixture *f)
{
	return set_attributes(f, FATTR_UID | FATTR_GID | FATTR_MODE);
}

static int do_utimes(struct fixture *f)
{
	return set_attributes(f, FATTR_ATIME | FATTR_MTIME);
}

static int do_truncate(struct fixture *f)
{
	return set_attributes(f, FATTR_SIZE | FATTR_MTIME);
}

static int do_open(struct fixture *f, int flags)
{
	struct fuse_open_out open;
	uint64_t node = fx_node(f, "/f");
	int error = fk_open(f->kernel, node, flags, &open);

	if (!error)
		fx_release(f, node, open.fh);
	return error;
}

static int do_open_read(struct fixture *f)
{
	return do_open(f, O_RDONLY);
}

static int do_open_write(struct fixture *f)
{
	return do_open(f, O_WRONLY);
}

static int do_open_both(struct fixture *f)
{
	return do_open(f, O_RDWR);
}

static int do_open_append(struct fixture *f)
{
	return do_open(f, O_WRONLY | O_APPEND);
}

static int do_open_truncate(struct fixture *f)
{
	return do_open(f, O_WRONLY | O_APPEND | O_TRUNC);
}

static int do_execute(struct fixture *f)
{
	return do_open(f, O_RDONLY | 0x20);
}

static int do_opendir(struct fixture *f)
{
	uint64_t node = fx_node(f, "/d");
	struct fuse_open_out open;
	int error = fk_opendir(f->kernel, node, &open);

	if (!error)
		fx_releasedir(f, node, open.fh);
	return error;
}

static int do_create(struct fixture *f)
{
	struct fuse_open_out open;
	int error = fk_create_file(f->kernel, fx_node(f, "/d"), "new", O_RDWR | O_CREAT, 0600, &entry, &open);

	if (!error)
		fx_release(f, entry.nodeid, open.fh);
	return error;
}

static int do_mkdir(struct fixture *f)
{
	return fk_mkdir(f->kernel, fx_node(f, "/d"), "newdir", 0700, &entry);
}

static int do_mknod(struct fixture *f)
{
	return fk_mknod(f->kernel, fx_node(f, "/d"), "pipe", S_IFIFO | 0600, 0, &entry);
}

static int do_symlink(struct fixture *f)
{
	return fk_symlink(f->kernel, fx_node(f, "/d"), "link", "target", &entry);
}

static int do_link(struct fixture *f)
{
	return fk_link(f->kernel, fx_node(f, "/f"), fx_node(f, "/d"), "hard", &entry);
}

static int do_readlink(struct fixture *f)
{
	char target[64];

	return fk_readlink(f->kernel, fx_node(f, "/l"), target, sizeof(target));
}

static int do_getxattr(struct fixture *f)
{
	size_t length;
	int error = fk_getxattr(f->kernel, fx_node(f, "/f"), "user.a", NULL, 0, &length);

	return error == ENODATA ? 0 : error;
}

static int do_get_acl(struct fixture *f)
{
	size_t length;
	int error = fk_getxattr(f->kernel, fx_node(f, "/f"), "system.posix_acl_access", NULL, 0, &length);

	return error == ENODATA ? 0 : error;
}

static int do_listxattr(struct fixture *f)
{
	return fk_listxattr(f->kernel, fx_node(f, "/f"), NULL, 0, &(size_t){0});
}

static int do_setxattr(struct fixture *f)
{
	return fk_setxattr(f->kernel, fx_node(f, "/f"), "user.b", "x", 1, 0);
}

static int do_remove_acl(struct fixture *f)
{
	return fk_removexattr(f->kernel, fx_node(f, "/f"), "system.posix_acl_access");
}

static int do_rename(struct fixture *f)
{
	uint64_t d = fx_node(f, "/d"), e = fx_node(f, "/e");

	(void)fx_node(f, "/d/g");
	return fk_rename(f->kernel, d, "g", e, "h", 0);
}

static int do_rename_onto(struct fixture *f)
{
	uint64_t d = fx_node(f, "/d"), e = fx_node(f, "/e");

	(void)fx_node(f, "/e/h");
	(void)fx_node(f, "/d/new");
	return fk_rename(f->kernel, d, "new", e, "h", 0);
}

static int do_unlink(struct fixture *f)
{
	uint64_t e = fx_node(f, "/e");

	(void)fx_node(f, "/e/h");
	return fk_unlink(f->kernel, e, "h");
}

static int do_rmdir(struct fixture *f)
{
	uint64_t d = fx_node(f, "/d");

	(void)fx_node(f, "/d/newdir");
	return fk_rmdir(f->kernel, d, "newdir");
}

static int do_access_file(struct fixture *f)
{
	return send_access(f, fx_node(f, "/f"), R_OK | W_OK | X_OK);
}

static int do_access_directory(struct fixture *f)
{
	return send_access(f, fx_node(f, "/d"), W_OK);
}

/* In this order: they build upon each other. The questions come behind those of finding the nodes. */
static const struct row {
	int (*act)(struct fixture *f);
	unsigned count;
	struct question questions[4];
} rows[] = {
	{do_lookup, 1, {{"/d", 0x20}}},
	{do_getattr, 1, {{"/f", 0x80}}},
	{do_chmod, 1, {{"/f", 0x40000}}},
	{do_chown, 1, {{"/f", 0x80000}}},
	{do_utimes, 1, {{"/f", 0x100}}},
	{do_truncate, 1, {{"/f", 0x2}}},
	{do_open_read, 1, {{"/f", 0x1}}},
	{do_open_write, 1, {{"/f", 0x6}}},
	{do_open_both, 1, {{"/f", 0x7}}},
	{do_open_append, 1, {{"/f", 0x4}}},
	{do_open_truncate, 1, {{"/f", 0x6}}},
	{do_execute, 1, {{"/f", 0x20}}},
	{do_opendir, 1, {{"/d", 0x1}}},
	{do_create, 1, {{"/d", 0x2}}},
	{do_mkdir, 1, {{"/d", 0x4}}},
	{do_mknod, 1, {{"/d", 0x2}}},
	{do_symlink, 1, {{"/d", 0x2}}},
	{do_link, 2, {{"/f", 0x100}, {"/d", 0x2}}},
	{do_readlink, 1, {{"/l", 0x1}}},
	{do_getxattr, 1, {{"/f", 0x8}}},
	{do_listxattr, 1, {{"/f", 0x8}}},
	{do_setxattr, 1, {{"/f", 0x10}}},
	{do_get_acl, 1, {{"/f", 0x20000}}},
	{do_remove_acl, 1, {{"/f", 0x40000}}},
	{do_rename, 3, {{"/d", 0x40}, {"/e", 0x2}, {"/d/g", 0x10000}}},
	{do_rename_onto, 4, {{"/d", 0x40}, {"/e", 0x42}, {"/d/new", 0x10000}, {"/e/h", 0x10000}}},
	{do_unlink, 2, {{"/e", 0x40}, {"/e/h", 0x10000}}},
	{do_rmdir, 2, {{"/d", 0x40}, {"/d/newdir", 0x10000}}},
	{do_access_file, 1, {{"/f", 0x27}}},
	{do_access_directory, 1, {{"/d", 0x46}}},
};
enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

/* How many events there were of what changes something, or opens. */
static unsigned done(struct fixture *f)
{
	static const enum mf_event kinds[] = {MF_OPEN_FILE,           MF_CREATE_FILE,       MF_SET_FILE_ATTRIBUTES,
					      MF_SET_FILE_SIZE,       MF_SET_REPARSE_POINT, MF_GET_REPARSE_POINT,
					      MF_CREATE_HARD_LINK,    MF_QUERY_EA,          MF_SET_EA,
					      MF_GET_FILE_SECURITY,   MF_SET_FILE_SECURITY, MF_RENAME_OR_MOVE_FILE,
					      MF_CAN_FILE_BE_DELETED, MF_DELETE_FILE,       MF_IS_DIRECTORY_EMPTY};
	unsigned count = 0;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		count += mf_seen(f->fs, kinds[i]);
	return count;
}

static void refuse_each(struct fixture *f, struct policy *policy, const struct row *row, size_t at)
{
	for (unsigned i = 0; i < row->count; i++) {
		unsigned before;
		int error;

		policy->refused = row->questions[i];
		policy->count = 0;
		before = done(f);
		error = row->act(f);
		if (error != EACCES)
			fail_msg("row %zu, question %u: errno %d instead of EACCES", at, i, error);
		if (done(f) != before)
			fail_msg("row %zu, question %u: something was done", at, i);
		policy->refused.path = NULL;
	}
}

static void test_what_is_asked(void **state)
{
	struct policy policy;
	struct fixture *f = begin(state, &policy);

	for (size_t i = 0; i < ROWS; i++) {
		int error;

		refuse_each(f, &policy, &rows[i], i);
		policy.count = 0;
		error = rows[i].act(f);
		if (error)
			fail_msg("row %zu: errno %d", i, error);
		assert_true(policy.count >= rows[i].count);
		for (unsigned k = 0; k < rows[i].count; k++) {
			const struct question *is = &policy.asked[policy.count - rows[i].count + k];
			const struct question *shall = &rows[i].questions[k];

			if (strcmp(is->path, shall->path) != 0 || is->access != shall->access)
				fail_msg("row %zu: %s 0x%x instead of %s 0x%x", i, is->path, is->access, shall->path,
					 shall->access);
		}
	}
	fx_expect_all_closed(f);
	fx_finish(f);
}

/* What goes through an open file is not asked; what is about it all the same, with its context. */
static void test_open_files(void **state)
{
	struct policy policy;
	struct fixture *f = begin(state, &policy);
	uint64_t file = fx_node(f, "/f"), fh = fx_open(f, file, O_RDWR);
	const struct fuse_setattr_in size = {.valid = FATTR_SIZE | FATTR_FH, .fh = fh, .size = 2};

	policy.count = 0;
	fx_expect_content(f, file, fh, "data");
	fx_write(f, file, fh, 0, "more");
	assert_int_equal(fk_getattr_fh(f->kernel, file, fh, &attr), 0);
	assert_int_equal(fk_setattr(f->kernel, file, &size, &attr), 0);
	assert_int_equal(policy.count, 0);
	assert_int_equal(fk_getxattr(f->kernel, file, "security.capability", NULL, 0, &(size_t){0}), ENODATA);
	assert_int_equal(send_access(f, file, 0), 0);
	assert_int_equal(policy.count, 0);
	assert_int_equal(do_getattr(f), 0);
	assert_non_null(policy.file_context);
	/* Without a name it is still asked about, by its context. */
	assert_int_equal(fk_unlink(f->kernel, FUSE_ROOT_ID, "f"), 0);
	policy.count = 0;
	policy.refused = (struct question){"/f", CBF_ACCESS_WRITE_DAC};
	assert_int_equal(fk_chmod(f->kernel, file, S_IFREG | 0640), EACCES);
	assert_non_null(policy.file_context);
	policy.refused.path = NULL;
	assert_int_equal(fk_chmod(f->kernel, file, S_IFREG | 0640), 0);
	fx_release(f, file, fh);
	fx_finish(f);
}

/* Not for a moment: names, that there are none, attributes, and what comes with the entries of a directory. */
static void test_nothing_is_kept(void **state)
{
	struct policy policy;
	struct fixture *f = begin(state, &policy);
	uint64_t file = fx_node(f, "/f"), d = fx_node(f, "/d"), fh;
	static struct fk_listing listing;
	const struct fk_dirent *dirent;

	assert_int_equal(fk_lookup(f->kernel, FUSE_ROOT_ID, "f", &entry), 0);
	assert_int_equal(entry.entry_valid + entry.entry_valid_nsec + entry.attr_valid + entry.attr_valid_nsec, 0);
	assert_int_equal(fk_lookup(f->kernel, FUSE_ROOT_ID, "none", &entry), ENOENT);
	assert_int_equal(entry.entry_valid + entry.entry_valid_nsec, 0);
	assert_int_equal(fk_getattr(f->kernel, file, &attr), 0);
	assert_int_equal(attr.attr_valid + attr.attr_valid_nsec, 0);
	assert_int_equal(do_mkdir(f), 0);
	assert_int_equal(entry.entry_valid + entry.entry_valid_nsec + entry.attr_valid + entry.attr_valid_nsec, 0);
	fh = fx_opendir(f, d);
	assert_int_equal(fk_readdirplus(f->kernel, d, fh, 0, 4096, &listing), 0);
	dirent = fk_find_dirent(&listing, "g");
	assert_non_null(dirent);
	assert_int_equal(dirent->entry.entry_valid + dirent->entry.entry_valid_nsec, 0);
	assert_int_equal(dirent->entry.attr_valid + dirent->entry.attr_valid_nsec, 0);
	fx_releasedir(f, d, fh);
	fx_finish(f);
}

/* A name that the library has lost is looked for again, not taken away unasked. */
static void test_unknown_names(void **state)
{
	struct policy policy;
	struct fixture *f = begin(state, &policy);

	assert_int_equal(fk_unlink(f->kernel, fx_node(f, "/d"), "g"), ESTALE);
	assert_int_equal(fk_rename(f->kernel, fx_node(f, "/d"), "g", FUSE_ROOT_ID, "h", 0), ESTALE);
	assert_true(mf_exists(f->fs, "/d/g"));
	fx_finish(f);
}

/* Requests that wait keep what they hold; those that go under let go of it. */
static void test_with_workers(void **state)
{
	struct policy policy = {.count = 0};
	struct fixture *f = *state;
	uint64_t unique[4], node;

	mf_add_file(f->fs, "/f", "data");
	assert_int_equal(cbf_on_check_access(f->volume, check, &policy), 0);
	fx_start(f, FX_WORKERS);
	f->kernel->uid = 7;
	f->kernel->gid = 8;
	node = fx_node(f, "/f");
	mf_block(f->fs, MF_GET_FILE_INFO, "/f");
	for (int i = 0; i < 4; i++)
		unique[i] = fk_send_getattr(f->kernel, node);
	mf_wait_blocked(f->fs, MF_GET_FILE_INFO, 1);
	mf_release(f->fs, MF_GET_FILE_INFO);
	for (int i = 0; i < 4; i++)
		assert_int_equal(fk_wait_fixed(f->kernel, unique[i], &attr, sizeof(attr)), 0);
	fx_finish(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FX_TEST(test_what_is_asked), FX_TEST(test_open_files),   FX_TEST(test_nothing_is_kept),
		FX_TEST(test_unknown_names), FX_TEST(test_with_workers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
