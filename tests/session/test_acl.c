/* SPDX-License-Identifier: MIT */
/* ACLs as events: read, set, kept in step with the mode, inherited, undone. */
#include "base/acl.h"
#include "fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

static const char access_name[] = "system.posix_acl_access", default_name[] = "system.posix_acl_default";

static const struct cbf_acl_entry five[] = {{CBF_ACL_USER_OBJ, 7, 0},
					    {CBF_ACL_USER, 6, 7},
					    {CBF_ACL_GROUP_OBJ, 7, 0},
					    {CBF_ACL_MASK, 6, 0},
					    {CBF_ACL_OTHER, 0, 0}};
static const struct cbf_acl_entry three[] = {
	{CBF_ACL_USER_OBJ, 6, 0}, {CBF_ACL_GROUP_OBJ, 4, 0}, {CBF_ACL_OTHER, 4, 0}};

static struct fixture *begin(void **state)
{
	const struct fk_init_options options = {.flags = FK_DEFAULT_FLAGS | FUSE_POSIX_ACL | FUSE_DONT_MASK};
	struct fixture *f = *state;

	mf_add_file(f->fs, "/f", "data");
	mf_add_directory(f->fs, "/d");
	mf_add_symlink(f->fs, "/l", "f");
	recorder_ignore(f->recorder, "GetFileInfo");
	assert_int_equal(cbf_set_use_posix_acls(f->volume, true), 0);
	fx_start_with(f, FX_STEP, &options);
	f->kernel->uid = f->kernel->gid = 0;
	assert_true(f->kernel->init.flags & FUSE_POSIX_ACL);
	assert_true(f->kernel->init.flags & FUSE_DONT_MASK);
	return f;
}

static int set(struct fixture *f, uint64_t node, const char *name, const struct cbf_acl_entry *entries, size_t count)
{
	char bytes[CBF__ACL_BYTES_MAX];

	return fk_setxattr(f->kernel, node, name, bytes, (uint32_t)cbf__acl_encode(entries, count, bytes), 0);
}

static void expect(struct fixture *f, uint64_t node, const char *name, const struct cbf_acl_entry *entries,
		   size_t count)
{
	char wanted[CBF__ACL_BYTES_MAX], got[CBF__ACL_BYTES_MAX];
	size_t size = cbf__acl_encode(entries, count, wanted), length = 0;

	assert_int_equal(fk_getxattr(f->kernel, node, name, got, sizeof(got), &length), 0);
	assert_int_equal(length, size);
	assert_memory_equal(got, wanted, size);
	assert_int_equal(fk_getxattr(f->kernel, node, name, NULL, 0, &length), 0);
	assert_int_equal(length, size);
	assert_int_equal(fk_getxattr(f->kernel, node, name, got, 5, &length), ERANGE);
}

static int get(struct fixture *f, uint64_t node, const char *name)
{
	char value[256];
	size_t length;

	return fk_getxattr(f->kernel, node, name, value, sizeof(value), &length);
}

static size_t stored(struct fixture *f, const char *path, unsigned kind)
{
	struct cbf_acl_entry entries[8];

	return mf_acl_of(f->fs, path, kind, entries, 8);
}

static void test_set_and_get(void **state)
{
	struct fixture *f = begin(state);
	uint64_t file = fx_node(f, "/f"), dir = fx_node(f, "/d");

	assert_int_equal(get(f, file, access_name), ENODATA);
	recorder_clear(f->recorder);
	assert_int_equal(set(f, file, access_name, five, 5), 0);
	recorder_expect(f->recorder, "OpenFile /f", "SetFileSecurity /f access 5 entries", "SetFileAttributes /f",
			"CleanupFile /f", "CloseFile /f", NULL);
	expect(f, file, access_name, five, 5);
	assert_int_equal(mf_mode_of(f->fs, "/f") & 07777, 0760);
	assert_int_equal(set(f, dir, default_name, five, 5), 0);
	expect(f, dir, default_name, five, 5);
	assert_int_equal(get(f, dir, access_name), ENODATA);
	/* What a mode can say is a mode. */
	assert_int_equal(set(f, file, access_name, three, 3), 0);
	assert_int_equal(get(f, file, access_name), ENODATA);
	assert_int_equal(mf_mode_of(f->fs, "/f") & 07777, 0644);
	/* Removed twice is removed; the mode stays. */
	assert_int_equal(set(f, file, access_name, five, 5), 0);
	assert_int_equal(fk_removexattr(f->kernel, file, access_name), 0);
	assert_int_equal(fk_removexattr(f->kernel, file, access_name), 0);
	assert_int_equal(stored(f, "/f", CBF_SECURITY_ACCESS_ACL), 0);
	assert_int_equal(mf_mode_of(f->fs, "/f") & 07777, 0760);
	assert_int_equal(fk_removexattr(f->kernel, dir, default_name), 0);
	assert_int_equal(stored(f, "/d", CBF_SECURITY_DEFAULT_ACL), 0);
	fx_expect_all_closed(f);
	fx_finish(f);
}

static void test_what_is_refused(void **state)
{
	struct fixture *f = begin(state);
	uint64_t file = fx_node(f, "/f"), link = fx_node(f, "/l");

	assert_int_equal(set(f, file, default_name, five, 5), EACCES);
	assert_int_equal(fk_removexattr(f->kernel, file, default_name), 0);
	assert_int_equal(get(f, file, default_name), ENODATA);
	assert_int_equal(set(f, link, access_name, five, 5), EOPNOTSUPP);
	assert_int_equal(get(f, link, access_name), EOPNOTSUPP);
	assert_int_equal(fk_setxattr(f->kernel, file, access_name, "x", 1, 0), EINVAL);
	assert_int_equal(set(f, file, access_name, five, 4), EINVAL);
	assert_int_equal(set(f, file, access_name, five + 1, 4), EINVAL);
	f->kernel->uid = f->kernel->gid = 4242;
	assert_int_equal(set(f, file, access_name, five, 5), EPERM);
	assert_int_equal(fk_removexattr(f->kernel, file, access_name), EPERM);
	f->kernel->uid = f->kernel->gid = 0;
	mf_fail(f->fs, MF_SET_FILE_SECURITY, 0, ENOSPC);
	assert_int_equal(set(f, file, access_name, five, 5), ENOSPC);
	assert_int_equal(mf_mode_of(f->fs, "/f") & 070, 040);
	mf_fail(f->fs, MF_SET_FILE_ATTRIBUTES, 0, EDQUOT);
	assert_int_equal(set(f, file, access_name, five, 5), EDQUOT);
	mf_fail(f->fs, MF_GET_FILE_SECURITY, 0, EACCES);
	assert_int_equal(get(f, file, access_name), EACCES);
	fx_expect_all_closed(f);
	fx_finish(f);
}

static void test_bad_answers(void **state)
{
	static const enum mf_bad answers[] = {MF_BAD_COUNT, MF_BAD_HUGE_COUNT, MF_BAD_TYPE};
	struct fixture *f = begin(state);
	uint64_t file = fx_node(f, "/f");

	for (size_t i = 0; i < 3; i++) {
		unsigned told = mf_seen(f->fs, MF_ERROR);

		mf_answer(f->fs, MF_GET_FILE_SECURITY, answers[i], 1);
		assert_int_equal(get(f, file, access_name), EIO);
		assert_int_equal(mf_seen(f->fs, MF_ERROR), told + 1);
	}
	mf_answer(f->fs, MF_GET_FILE_SECURITY, MF_BAD_TYPE, 1);
	assert_int_equal(fk_mkdir(f->kernel, FUSE_ROOT_ID, "new", 0777, &(struct fuse_entry_out){0}), EIO);
	assert_false(mf_exists(f->fs, "/new"));
	fx_finish(f);
}

static void test_chmod(void **state)
{
	struct fixture *f = begin(state);
	uint64_t file = fx_node(f, "/f");
	struct cbf_acl_entry got[5];

	assert_int_equal(set(f, file, access_name, five, 5), 0);
	recorder_clear(f->recorder);
	assert_int_equal(fk_chmod(f->kernel, file, S_IFREG | 0741), 0);
	recorder_expect(f->recorder, "OpenFile /f", "SetFileAttributes /f", "GetFileSecurity /f access",
			"SetFileSecurity /f access 5 entries", "CleanupFile /f", "CloseFile /f", NULL);
	assert_int_equal(mf_acl_of(f->fs, "/f", CBF_SECURITY_ACCESS_ACL, got, 5), 5);
	assert_int_equal(got[2].permissions, 7);
	assert_int_equal(got[3].permissions, 4);
	assert_int_equal(got[4].permissions, 1);
	recorder_clear(f->recorder);
	assert_int_equal(fk_chmod(f->kernel, file, S_IFREG | 04741), 0);
	recorder_expect(f->recorder, "OpenFile /f", "SetFileAttributes /f", "GetFileSecurity /f access",
			"CleanupFile /f", "CloseFile /f", NULL);
	mf_fail(f->fs, MF_SET_FILE_SECURITY, 0, EIO);
	assert_int_equal(fk_chmod(f->kernel, file, S_IFREG | 0700), EIO);
	fx_expect_all_closed(f);
	fx_finish(f);
}

static void test_set_group_id(void **state)
{
	struct fixture *f = begin(state);
	uint64_t file;

	f->kernel->uid = 4242;
	f->kernel->gid = 4243;
	f->kernel->umask = 0;
	assert_int_equal(fk_mknod(f->kernel, FUSE_ROOT_ID, "mine", S_IFREG | 0644, 0, &(struct fuse_entry_out){0}), 0);
	file = fx_node(f, "/mine");
	assert_int_equal(fk_chmod(f->kernel, file, S_IFREG | 02755), 0);
	assert_int_equal(set(f, file, access_name, five, 5), 0);
	assert_int_equal(mf_mode_of(f->fs, "/mine") & 07777, 02760);
	f->kernel->gid = 4244; /* not in its group any more */
	assert_int_equal(set(f, file, access_name, five, 5), 0);
	assert_int_equal(mf_mode_of(f->fs, "/mine") & 07777, 0760);
	fx_finish(f);
}

static void test_inherited(void **state)
{
	struct fixture *f = begin(state);
	uint64_t dir = fx_node(f, "/d");
	struct fuse_entry_out entry;
	struct fuse_open_out open;
	struct cbf_acl_entry got[5];

	f->kernel->umask = 077;
	mf_set_acl(f->fs, "/d", CBF_SECURITY_DEFAULT_ACL, five, 5);
	recorder_clear(f->recorder);
	assert_int_equal(fk_create_file(f->kernel, dir, "f", O_CREAT | O_RDWR, 0664, &entry, &open), 0);
	recorder_expect(f->recorder, "GetFileSecurity /d default", "CreateFile /d/f",
			"SetFileSecurity /d/f access 5 entries", NULL);
	fx_release(f, entry.nodeid, open.fh);
	assert_int_equal(mf_mode_of(f->fs, "/d/f"), S_IFREG | 0660);
	assert_int_equal(mf_acl_of(f->fs, "/d/f", CBF_SECURITY_ACCESS_ACL, got, 5), 5);
	assert_int_equal(got[0].permissions, 6);
	assert_int_equal(got[1].permissions, 6);
	assert_int_equal(got[2].permissions, 7);
	assert_int_equal(got[3].permissions, 6);
	assert_int_equal(stored(f, "/d/f", CBF_SECURITY_DEFAULT_ACL), 0);
	assert_int_equal(fk_mkdir(f->kernel, dir, "sub", 0755, &entry), 0);
	assert_int_equal(mf_mode_of(f->fs, "/d/sub"), S_IFDIR | 0740);
	assert_int_equal(stored(f, "/d/sub", CBF_SECURITY_ACCESS_ACL), 5);
	assert_int_equal(mf_acl_of(f->fs, "/d/sub", CBF_SECURITY_DEFAULT_ACL, got, 5), 5);
	assert_memory_equal(got, five, sizeof(five));
	assert_int_equal(fk_mknod(f->kernel, dir, "pipe", S_IFIFO | 0600, 0, &entry), 0);
	assert_int_equal(stored(f, "/d/pipe", CBF_SECURITY_ACCESS_ACL), 5);
	assert_int_equal(fk_symlink(f->kernel, dir, "link", "t", &entry), 0);
	assert_int_equal(stored(f, "/d/link", CBF_SECURITY_ACCESS_ACL), 0);
	/* A default ACL that is but a mode gives a mode. Without one the umask counts. */
	mf_set_acl(f->fs, "/d", CBF_SECURITY_DEFAULT_ACL, three, 3);
	assert_int_equal(fk_mkdir(f->kernel, dir, "plain", 0777, &entry), 0);
	assert_int_equal(mf_mode_of(f->fs, "/d/plain"), S_IFDIR | 0644);
	assert_int_equal(stored(f, "/d/plain", CBF_SECURITY_ACCESS_ACL), 0);
	assert_int_equal(stored(f, "/d/plain", CBF_SECURITY_DEFAULT_ACL), 3);
	assert_int_equal(fk_mkdir(f->kernel, FUSE_ROOT_ID, "masked", 0777, &entry), 0);
	assert_int_equal(mf_mode_of(f->fs, "/masked"), S_IFDIR | 0700);
	fx_expect_all_closed(f);
	fx_finish(f);
}

static void test_taken_back(void **state)
{
	struct fixture *f = begin(state);
	uint64_t dir = fx_node(f, "/d");
	struct fuse_entry_out entry;
	struct fuse_open_out open;

	mf_set_acl(f->fs, "/d", CBF_SECURITY_DEFAULT_ACL, five, 5);
	mf_fail(f->fs, MF_SET_FILE_SECURITY, 0, ENOSPC);
	recorder_clear(f->recorder);
	assert_int_equal(fk_create_file(f->kernel, dir, "f", O_CREAT | O_RDWR, 0664, &entry, &open), ENOSPC);
	recorder_expect(f->recorder, "GetFileSecurity /d default", "CreateFile /d/f",
			"SetFileSecurity /d/f access 5 entries", "CleanupFile /d/f", "CloseFile /d/f",
			"DeleteFile /d/f", NULL);
	assert_false(mf_exists(f->fs, "/d/f"));
	mf_fail(f->fs, MF_SET_FILE_SECURITY, 1, EDQUOT); /* the default one */
	assert_int_equal(fk_mkdir(f->kernel, dir, "sub", 0755, &entry), EDQUOT);
	assert_false(mf_exists(f->fs, "/d/sub"));
	/* It cannot even be taken back. */
	mf_fail(f->fs, MF_SET_FILE_SECURITY, 0, ENOSPC);
	mf_fail(f->fs, MF_DELETE_FILE, 0, EBUSY);
	assert_int_equal(fk_mkdir(f->kernel, dir, "sub", 0755, &entry), ENOSPC);
	assert_int_equal(mf_seen(f->fs, MF_ERROR), 1);
	mf_fail(f->fs, MF_GET_FILE_SECURITY, 0, EACCES);
	assert_int_equal(fk_mkdir(f->kernel, dir, "never", 0755, &entry), EACCES);
	assert_false(mf_exists(f->fs, "/d/never"));
	fx_expect_all_closed(f);
	fx_finish(f);
}

/* Off, they are attributes like others, and nothing is asked of the kernel. */
static void test_switched_off(void **state)
{
	const struct fk_init_options options = {.flags = FK_DEFAULT_FLAGS | FUSE_POSIX_ACL | FUSE_DONT_MASK};
	struct fixture *f = *state;

	mf_add_file(f->fs, "/f", "data");
	fx_start_with(f, FX_STEP, &options);
	f->kernel->uid = f->kernel->gid = 0;
	assert_false(f->kernel->init.flags & (FUSE_POSIX_ACL | FUSE_DONT_MASK));
	assert_int_equal(set(f, fx_node(f, "/f"), access_name, five, 5), 0);
	assert_int_equal(mf_seen(f->fs, MF_SET_FILE_SECURITY), 0);
	assert_int_equal(mf_seen(f->fs, MF_SET_EA), 1);
	fx_finish(f);
}

/* The kernel forgets to, if it is the open that cuts. */
static void test_open_that_truncates_takes_set_ids(void **state)
{
	struct fixture *f = begin(state);
	uint64_t file = fx_node(f, "/f");

	assert_int_equal(fk_chmod(f->kernel, file, S_IFREG | 06755), 0);
	fx_release(f, file, fx_open(f, file, O_WRONLY | O_TRUNC)); /* root's do not */
	assert_int_equal(mf_mode_of(f->fs, "/f"), S_IFREG | 06755);
	f->kernel->uid = 4242;
	fx_release(f, file, fx_open(f, file, O_WRONLY)); /* nor who writes nothing */
	assert_int_equal(mf_mode_of(f->fs, "/f"), S_IFREG | 06755);
	mf_fail(f->fs, MF_SET_FILE_ATTRIBUTES, 0, EDQUOT);
	assert_int_equal(fk_open(f->kernel, file, O_WRONLY | O_TRUNC, NULL), EDQUOT);
	fx_release(f, file, fx_open(f, file, O_WRONLY | O_TRUNC));
	assert_int_equal(mf_mode_of(f->fs, "/f"), S_IFREG | 0755);
	f->kernel->uid = 0;
	assert_int_equal(fk_chmod(f->kernel, file, S_IFREG | 06745), 0);
	f->kernel->uid = 4242;
	fx_release(f, file, fx_open(f, file, O_WRONLY | O_TRUNC)); /* no group may execute it: a mark, not a right */
	assert_int_equal(mf_mode_of(f->fs, "/f"), S_IFREG | 02745);
	fx_expect_all_closed(f);
	fx_finish(f);
}

/* Whether a stream may be made by its path is for the library to check: by the ACL, if there is one. */
static void test_streams_by_path(void **state)
{
	static const struct cbf_acl_entry group_reads[] = {{CBF_ACL_USER_OBJ, 6, 0},
							   {CBF_ACL_USER, 6, 4242},
							   {CBF_ACL_GROUP_OBJ, 4, 0},
							   {CBF_ACL_MASK, 6, 0},
							   {CBF_ACL_OTHER, 0, 0}};
	struct fixture *f = *state;
	struct fuse_entry_out entry;

	assert_int_equal(cbf_set_use_stream_paths(f->volume, true), 0);
	f = begin(state);
	assert_int_equal(set(f, fx_node(f, "/f"), access_name, group_reads, 5), 0);
	f->kernel->pid = 0; /* nobody whose groups could be looked up */
	f->kernel->uid = 4243; /* in the file's group, for which the mode has the mask */
	assert_int_equal(fk_mknod(f->kernel, FUSE_ROOT_ID, "f:new", S_IFREG | 0600, 0, &entry), EACCES);
	f->kernel->uid = 4242;
	f->kernel->gid = 4242;
	assert_int_equal(fk_mknod(f->kernel, FUSE_ROOT_ID, "f:new", S_IFREG | 0600, 0, &entry), 0);
	mf_fail(f->fs, MF_GET_FILE_SECURITY, 0, EIO);
	assert_int_equal(fk_unlink(f->kernel, FUSE_ROOT_ID, "f:new"), EIO);
	f->kernel->gid = 0;
	f->kernel->uid = 4243;
	assert_int_equal(fk_unlink(f->kernel, FUSE_ROOT_ID, "f:new"), EACCES);
	f->kernel->uid = 4242;
	assert_int_equal(fk_unlink(f->kernel, FUSE_ROOT_ID, "f:new"), 0);
	fx_expect_all_closed(f);
	fx_finish(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FX_TEST(test_set_and_get),
		FX_TEST(test_what_is_refused),
		FX_TEST(test_bad_answers),
		FX_TEST(test_chmod),
		FX_TEST(test_set_group_id),
		FX_TEST(test_inherited),
		FX_TEST(test_taken_back),
		FX_TEST(test_switched_off),
		FX_TEST(test_open_that_truncates_takes_set_ids),
		FX_TEST(test_streams_by_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
