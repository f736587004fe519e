/* SPDX-License-Identifier: MIT */
/* Named streams as paths: FILE:STREAM as a name in a directory. */
#include "base/acl.h"
#include "xattr_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <unistd.h>

#ifndef RENAME_EXCHANGE
#define RENAME_EXCHANGE (1 << 1)
#endif

static struct fixture *begin_paths(void **state, struct seen *seen)
{
	struct fixture *f = *state;

	assert_int_equal(cbf_set_use_stream_paths(f->volume, true), 0);
	f = begin(state, seen);
	mf_add_stream(f->fs, "/f:one", "first");
	return f;
}

static int look(struct fixture *f, const char *name)
{
	struct fuse_entry_out entry;

	return fk_lookup(f->kernel, FUSE_ROOT_ID, name, &entry);
}

static void expect_stream(struct fixture *f, const char *path, const char *content)
{
	char got[256];

	assert_true(mf_exists(f->fs, path));
	assert_int_equal(mf_data_of(f->fs, path, got, sizeof(got)), strlen(content));
	assert_string_equal(got, content);
}

static void test_lookup(void **state)
{
	struct seen seen;
	struct fixture *f = begin_paths(state, &seen);
	struct fuse_entry_out file, entry;

	assert_int_equal(fk_lookup(f->kernel, FUSE_ROOT_ID, "f:one", &entry), 0);
	assert_int_equal(fk_lookup(f->kernel, FUSE_ROOT_ID, "f", &file), 0);
	assert_int_not_equal(entry.nodeid, file.nodeid);
	assert_int_not_equal(entry.attr.ino, file.attr.ino);
	assert_int_equal(entry.attr.mode, file.attr.mode);
	assert_int_equal(entry.attr.size, 5);
	assert_int_equal(entry.attr.nlink, 1);
	/* It may change as an attribute, and with its file. */
	assert_int_equal(entry.entry_valid + entry.entry_valid_nsec + entry.attr_valid + entry.attr_valid_nsec, 0);
	assert_int_equal(fx_node(f, "/f:one"), entry.nodeid);
	assert_int_equal(look(f, "f:none"), ENOENT);
	assert_int_equal(look(f, "none:one"), ENOENT);
	assert_int_equal(look(f, "l:one"), ENOENT);
	assert_int_equal(fk_lookup(f->kernel, entry.nodeid, "x", &file), ENOTDIR);
	fx_expect_idle(f);
	mf_add_stream(f->fs, "/d:of_d", "of a directory");
	assert_int_equal(fk_lookup(f->kernel, FUSE_ROOT_ID, "d:of_d", &entry), 0);
	assert_true(S_ISREG(entry.attr.mode));
	fx_expect_idle(f);
	fx_finish(f);
}

static void test_names_that_are_nothing(void **state)
{
	static const char *const names[] = {
		":", ":one", "f:", "f::", "f:one:", "f:a:b", "f::$DATA", "f:.", "f:..", ".:a"};
	char longest[256] = "f:";
	struct seen seen;
	struct fixture *f = begin_paths(state, &seen);
	const unsigned asked = mf_seen(f->fs, MF_GET_FILE_INFO);
	struct fuse_entry_out entry;
	struct fuse_open_out open;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_int_equal(look(f, names[i]), ENOENT);
		assert_int_equal(fk_create_file(f->kernel, FUSE_ROOT_ID, names[i], O_RDWR, 0644, &entry, &open),
				 EINVAL);
		assert_int_equal(fk_unlink(f->kernel, FUSE_ROOT_ID, names[i]), EINVAL);
	}
	memset(longest + 2, 's', CBF_STREAM_NAME_MAX + 1);
	assert_int_equal(look(f, longest), ENAMETOOLONG);
	assert_int_equal(mf_seen(f->fs, MF_GET_FILE_INFO), asked);
	longest[CBF_STREAM_NAME_MAX + 2] = '\0';
	assert_int_equal(look(f, longest), ENOENT);
	assert_true(mf_seen(f->fs, MF_GET_FILE_INFO) > asked);
	fx_finish(f);
}

static void test_what_streams_are_not(void **state)
{
	struct seen seen;
	struct fixture *f = begin_paths(state, &seen);
	const uint64_t node = fx_node(f, "/f"), stream = fx_node(f, "/f:one");
	struct fuse_entry_out entry;

	recorder_clear(f->recorder);
	assert_int_equal(fk_mkdir(f->kernel, FUSE_ROOT_ID, "f:dir", 0755, &entry), EINVAL);
	assert_int_equal(fk_symlink(f->kernel, FUSE_ROOT_ID, "f:link", "x", &entry), EINVAL);
	assert_int_equal(fk_mknod(f->kernel, FUSE_ROOT_ID, "f:fifo", S_IFIFO | 0644, 0, &entry), EINVAL);
	assert_int_equal(fk_link(f->kernel, node, FUSE_ROOT_ID, "f:other", &entry), EINVAL);
	assert_int_equal(fk_link(f->kernel, stream, FUSE_ROOT_ID, "other", &entry), EPERM);
	assert_int_equal(fk_rmdir(f->kernel, FUSE_ROOT_ID, "f:one"), ENOTDIR);
	assert_int_equal(fk_rename(f->kernel, FUSE_ROOT_ID, "f:one", FUSE_ROOT_ID, "f:two", 0), EXDEV);
	assert_int_equal(fk_rename(f->kernel, FUSE_ROOT_ID, "f:one", FUSE_ROOT_ID, "g", 0), EXDEV);
	assert_int_equal(fk_rename(f->kernel, FUSE_ROOT_ID, "f", FUSE_ROOT_ID, "d:f", 0), EXDEV);
	assert_int_equal(fk_rename(f->kernel, FUSE_ROOT_ID, "f", FUSE_ROOT_ID, "f:one", RENAME_EXCHANGE), EXDEV);
	/* It has no attributes of its own. */
	assert_int_equal(get(f, stream, "user.one"), ENODATA);
	assert_int_equal(get(f, stream, "security.capability"), ENODATA);
	assert_int_equal(fk_setxattr(f->kernel, stream, "user.one", "x", 1, 0), EOPNOTSUPP);
	assert_int_equal(fk_setxattr(f->kernel, stream, "security.a", "x", 1, 0), EOPNOTSUPP);
	assert_int_equal(fk_removexattr(f->kernel, stream, "user.one"), EOPNOTSUPP);
	expect_list(f, stream, "", 0);
	recorder_expect_nothing(f->recorder);
	assert_int_equal(seen.queries, 0);
	fx_finish(f);
}

static void test_read_and_write(void **state)
{
	struct seen seen;
	struct fixture *f = begin_paths(state, &seen);
	const uint64_t node = fx_node(f, "/f"), stream = fx_node(f, "/f:one");
	uint64_t fh, file_fh;

	recorder_clear(f->recorder);
	file_fh = fx_open(f, node, O_RDWR);
	fh = fx_open(f, stream, O_RDWR);
	recorder_expect(f->recorder, "OpenFile /f", "OpenFile /f:one", NULL);
	fx_expect_content(f, stream, fh, "first");
	fx_write(f, stream, fh, 5, " and more");
	fx_expect_content(f, stream, fh, "first and more");
	fx_expect_content(f, node, file_fh, "data");
	expect_ea(f, node, "user.one", "first and more");
	set(f, node, "user.one", "short");
	fx_expect_content(f, stream, fh, "short");
	assert_int_equal(fk_truncate(f->kernel, stream, 2), 0);
	expect_stream(f, "/f:one", "sh");
	recorder_clear(f->recorder);
	assert_int_equal(fk_fsync(f->kernel, stream, fh, true), 0);
	assert_int_equal(fk_chmod(f->kernel, stream, 0600), 0);
	recorder_expect(f->recorder, "FlushFile /f:one", "SetFileAttributes /f:one", NULL);
	fx_release(f, stream, fh);
	fx_release(f, node, file_fh);
	fh = fx_open(f, stream, O_WRONLY | O_TRUNC);
	expect_stream(f, "/f:one", "");
	fx_release(f, stream, fh);
	fx_expect_idle(f);
	fx_finish(f);
}

static void test_create(void **state)
{
	struct seen seen;
	struct fixture *f = begin_paths(state, &seen);
	struct fuse_entry_out entry;
	struct fuse_open_out open;

	f->kernel->uid = 0;
	recorder_clear(f->recorder);
	assert_int_equal(fk_create_file(f->kernel, FUSE_ROOT_ID, "f:new", O_RDWR, 0600, &entry, &open), 0);
	assert_int_equal(entry.attr.mode, S_IFREG | 0644); /* the file's */
	fx_write(f, entry.nodeid, open.fh, 0, "new");
	assert_int_equal(entry.nodeid, fx_node(f, "/f:new"));
	fx_release(f, entry.nodeid, open.fh);
	recorder_expect(f->recorder, "CreateFile /f:new", "WriteFile /f:new", "CleanupFile /f:new", "CloseFile /f:new",
			NULL);
	expect_stream(f, "/f:new", "new");
	assert_int_equal(fk_create_file(f->kernel, FUSE_ROOT_ID, "f:one", O_RDWR, 0600, &entry, &open), ESTALE);
	assert_int_equal(fk_create_file(f->kernel, FUSE_ROOT_ID, "f:one", O_RDWR | O_EXCL, 0600, &entry, &open),
			 EEXIST);
	assert_int_equal(fk_create_file(f->kernel, FUSE_ROOT_ID, "none:new", O_RDWR, 0600, &entry, &open), ENOENT);
	assert_int_equal(fk_create_file(f->kernel, FUSE_ROOT_ID, "l:new", O_RDWR, 0600, &entry, &open), ENOENT);
	assert_int_equal(fk_mknod(f->kernel, FUSE_ROOT_ID, "d:node", S_IFREG | 0600, 0, &entry), 0);
	assert_int_equal(fk_mknod(f->kernel, FUSE_ROOT_ID, "d:node", S_IFREG | 0600, 0, &entry), EEXIST);
	expect_stream(f, "/d:node", "");
	mf_fail_dirty(f->fs, MF_CREATE_FILE, ENOSPC);
	assert_int_equal(fk_create_file(f->kernel, FUSE_ROOT_ID, "f:newer", O_RDWR, 0600, &entry, &open), ENOSPC);
	mf_fail(f->fs, MF_GET_FILE_INFO, 2, EACCES); /* the one that follows the creation */
	assert_int_equal(fk_create_file(f->kernel, FUSE_ROOT_ID, "f:newer", O_RDWR, 0600, &entry, &open), EACCES);
	fx_expect_idle(f);
	fx_finish(f);
}

static void test_unlink(void **state)
{
	struct seen seen;
	struct fixture *f = begin_paths(state, &seen);
	const uint64_t node = fx_node(f, "/f"), stream = fx_node(f, "/f:one");
	uint64_t fh, other;
	struct fuse_attr_out attr;

	f->kernel->uid = 0;
	fh = fx_open(f, stream, O_RDWR);
	recorder_clear(f->recorder);
	assert_int_equal(fk_unlink(f->kernel, FUSE_ROOT_ID, "f:one"), 0);
	recorder_expect(f->recorder, "CanFileBeDeleted /f:one", "DeleteFile /f:one", NULL);
	assert_int_equal(fk_unlink(f->kernel, FUSE_ROOT_ID, "f:one"), ENOENT);
	/* Who has it open still has it, and who makes it anew has another. */
	fx_expect_content(f, stream, fh, "first");
	set(f, node, "user.one", "second");
	other = fx_node(f, "/f:one");
	assert_int_not_equal(other, stream);
	fx_write(f, stream, fh, 0, "FIRST");
	fx_expect_content(f, stream, fh, "FIRST");
	expect_ea(f, node, "user.one", "second");
	assert_int_equal(fk_getattr_fh(f->kernel, stream, fh, &attr), 0);
	assert_int_equal(attr.attr.nlink, 0);
	assert_int_equal(attr.attr.size, 5);
	fx_release(f, stream, fh);
	mf_deny_deletion(f->fs, true);
	assert_int_equal(fk_unlink(f->kernel, FUSE_ROOT_ID, "f:one"), EPERM);
	fx_expect_idle(f);
	fx_finish(f);
}

/* A stream that is open outlives the last name of its file. */
static void test_the_file_goes_first(void **state)
{
	struct seen seen;
	struct fixture *f = begin_paths(state, &seen);
	const uint64_t stream = fx_node(f, "/f:one"), fh = fx_open(f, stream, O_RDWR);
	struct fuse_attr_out attr;

	assert_int_equal(fk_unlink(f->kernel, FUSE_ROOT_ID, "f"), 0);
	fx_expect_content(f, stream, fh, "first");
	assert_int_equal(fk_getattr_fh(f->kernel, stream, fh, &attr), 0);
	assert_int_equal(attr.attr.nlink, 0);
	assert_int_equal(look(f, "f:one"), ENOENT);
	mf_forget_deleted(f->fs);
	assert_int_equal(fk_getattr_fh(f->kernel, stream, fh, &attr), ESTALE);
	fx_release(f, stream, fh); /* CloseFile says pending_deletion, or the model complains */
	assert_int_equal(fk_getattr(f->kernel, stream, &attr), ESTALE);
	fx_expect_idle(f);
	fx_finish(f);
}

static void test_moves_while_open(void **state)
{
	struct seen seen;
	struct fixture *f = begin_paths(state, &seen);
	const uint64_t stream = fx_node(f, "/f:one"), fh = fx_open(f, stream, O_RDWR), directory = fx_node(f, "/d");

	assert_int_equal(fk_rename(f->kernel, FUSE_ROOT_ID, "f", directory, "g", 0), 0);
	recorder_clear(f->recorder);
	fx_expect_content(f, stream, fh, "first");
	recorder_expect(f->recorder, "ReadFile /d/g:one", NULL);
	assert_int_equal(look(f, "f:one"), ENOENT);
	assert_int_equal(fx_node(f, "/d/g:one"), stream);
	fx_release(f, stream, fh);
	fx_expect_idle(f);
	fx_finish(f);
}

/* As a hook does that goes by the path, whatever is open. */
static void by_path(struct cbf_volume *volume, struct cbf_get_file_info_event *event, void *user_data)
{
	char data[64];

	(void)volume;
	event->info->file_id = mf_id_of(user_data, event->file_name);
	event->file_exists = event->info->file_id && !event->deleted;
	if (!event->file_exists)
		return;
	event->info->mode = mf_mode_of(user_data, event->file_name);
	event->info->size = mf_data_of(user_data, event->file_name, data, sizeof(data));
}

/* Behind the library's back, while it is open. */
static void test_gone_natively(void **state)
{
	struct seen seen;
	struct fixture *f = *state;
	struct fuse_attr_out attr;
	uint64_t stream, fh;

	assert_int_equal(cbf_on_get_file_info(f->volume, by_path, f->fs), 0);
	f = begin_paths(state, &seen);
	stream = fx_node(f, "/f:one");
	fh = fx_open(f, stream, O_RDWR);
	mf_remove(f->fs, "/f:one");
	mf_add_stream(f->fs, "/f:two", "second");
	set(f, fx_node(f, "/f"), "user.one", "another");
	expect_stream(f, "/f:one", "another");
	assert_int_not_equal(fx_node(f, "/f:one"), stream);
	fx_expect_content(f, stream, fh, "first");
	fx_release(f, stream, fh);
	assert_int_equal(fk_getattr(f->kernel, stream, &attr), ESTALE);
	stream = fx_node(f, "/f:one");
	mf_remove(f->fs, "/f:one");
	assert_int_equal(look(f, "f:one"), ENOENT);
	assert_int_equal(fk_getattr(f->kernel, stream, &attr), ESTALE);
	mf_remove(f->fs, "/f");
	assert_int_equal(look(f, "f:two"), ENOENT);
	fx_expect_idle(f);
	fx_finish(f);
}

/* Another file has the name by now: its stream is another one, whatever is open of the old one. */
static void test_another_file_natively(void **state)
{
	struct seen seen;
	struct fixture *f = *state;
	uint64_t stream, other, fh, other_fh;

	assert_int_equal(cbf_on_get_file_info(f->volume, by_path, f->fs), 0);
	f = begin_paths(state, &seen);
	(void)fx_node(f, "/f");
	stream = fx_node(f, "/f:one");
	fh = fx_open(f, stream, O_RDONLY);
	mf_remove(f->fs, "/f");
	assert_int_equal(look(f, "f:one"), ENOENT);
	mf_add_file(f->fs, "/f", "another");
	mf_add_stream(f->fs, "/f:one", "of another");
	other = fx_node(f, "/f:one");
	assert_int_not_equal(other, stream);
	other_fh = fx_open(f, other, O_RDONLY);
	fx_expect_content(f, other, other_fh, "of another");
	fx_expect_content(f, stream, fh, "first");
	fx_release(f, other, other_fh);
	fx_release(f, stream, fh);
	fx_expect_idle(f);
	fx_finish(f);
}

/* Who may not write to the file neither makes nor deletes its streams, whatever its directory allows. */
static void test_who_may(void **state)
{
	const struct fuse_setattr_in owner = {
		.valid = FATTR_UID | FATTR_GID | FATTR_MODE, .uid = 1000, .gid = 2000, .mode = S_IFREG | 0420};
	struct seen seen;
	struct fixture *f = begin_paths(state, &seen);
	struct fuse_entry_out entry;

	f->kernel->pid = 0; /* nobody whose groups could be looked up */
	assert_int_equal(fk_setattr(f->kernel, fx_node(f, "/f"), &owner, NULL), 0);
	f->kernel->uid = 1000;
	f->kernel->gid = 2000;
	recorder_clear(f->recorder);
	assert_int_equal(fk_mknod(f->kernel, FUSE_ROOT_ID, "f:new", S_IFREG | 0600, 0, &entry), EACCES);
	assert_int_equal(fk_unlink(f->kernel, FUSE_ROOT_ID, "f:one"), EACCES);
	f->kernel->uid = 1001;
	f->kernel->gid = 2001;
	assert_int_equal(fk_mknod(f->kernel, FUSE_ROOT_ID, "f:new", S_IFREG | 0600, 0, &entry), EACCES);
	assert_int_equal(fk_unlink(f->kernel, FUSE_ROOT_ID, "f:one"), EACCES);
	recorder_expect_nothing(f->recorder);
	f->kernel->gid = 2000;
	assert_int_equal(fk_mknod(f->kernel, FUSE_ROOT_ID, "f:new", S_IFREG | 0600, 0, &entry), 0);
	assert_int_equal(fk_unlink(f->kernel, FUSE_ROOT_ID, "f:new"), 0);
	fx_finish(f);
}

/* Any group of the caller's counts. */
static void test_who_may_by_group(void **state)
{
	struct fuse_setattr_in owner = {.valid = FATTR_UID | FATTR_GID | FATTR_MODE,
					.uid = 1000,
					.gid = fx_own_group(),
					.mode = S_IFREG | 0420};
	struct seen seen;
	struct fixture *f;
	struct fuse_entry_out entry;

	if (owner.gid == FX_NO_GROUP)
		skip();
	f = begin_paths(state, &seen);
	assert_int_equal(fk_setattr(f->kernel, fx_node(f, "/f"), &owner, NULL), 0);
	f->kernel->uid = 1001;
	f->kernel->gid = 2001;
	f->kernel->pid = (uint32_t)gettid();
	assert_int_equal(fk_mknod(f->kernel, FUSE_ROOT_ID, "f:new", S_IFREG | 0600, 0, &entry), 0);
	assert_int_equal(fk_unlink(f->kernel, FUSE_ROOT_ID, "f:new"), 0);
	owner.gid++;
	f->kernel->uid = 0;
	assert_int_equal(fk_setattr(f->kernel, fx_node(f, "/f"), &owner, NULL), 0);
	f->kernel->uid = 1001;
	assert_int_equal(fk_mknod(f->kernel, FUSE_ROOT_ID, "f:new", S_IFREG | 0600, 0, &entry), EACCES);
	fx_finish(f);
}

/* The group's bits of the mode are the mask of the ACL then. */
static void test_who_may_by_acl(void **state)
{
	static const struct cbf_acl_entry entries[] = {
		{CBF_ACL_USER_OBJ, 6, 0}, {CBF_ACL_USER, 6, 1005}, {CBF_ACL_USER, 4, 1006}, {CBF_ACL_GROUP_OBJ, 4, 0},
		{CBF_ACL_GROUP, 7, 2005}, {CBF_ACL_MASK, 6, 0},    {CBF_ACL_OTHER, 4, 0}};
	static const struct {
		uint32_t uid, gid;
		int error;
	} callers[] = {{1000, 1, 0},      {1005, 1, 0}, {1006, 2005, EACCES},
		       {1, 2000, EACCES}, {1, 2005, 0}, {1, 1, EACCES}};
	const struct fuse_setattr_in owner = {.valid = FATTR_UID | FATTR_GID, .uid = 1000, .gid = 2000};
	char bytes[CBF__ACL_BYTES_MAX], got[CBF__ACL_BYTES_MAX];
	const size_t size = cbf__acl_encode(entries, sizeof(entries) / sizeof(entries[0]), bytes);
	struct fixture *f = *state;
	struct fuse_entry_out entry;
	struct seen seen;
	size_t length;

	assert_int_equal(cbf_set_use_posix_acls(f->volume, true), 0);
	f = begin_paths(state, &seen);
	f->kernel->uid = 0;
	f->kernel->pid = 0;
	assert_int_equal(fk_setattr(f->kernel, fx_node(f, "/f"), &owner, NULL), 0);
	assert_int_equal(fk_setxattr(f->kernel, fx_node(f, "/f"), "system.posix_acl_access", bytes, (uint32_t)size, 0),
			 0);
	for (size_t i = 0; i < sizeof(callers) / sizeof(callers[0]); i++) {
		f->kernel->uid = callers[i].uid;
		f->kernel->gid = callers[i].gid;
		assert_int_equal(fk_mknod(f->kernel, FUSE_ROOT_ID, "f:new", S_IFREG | 0600, 0, &entry),
				 callers[i].error);
		f->kernel->uid = callers[i].error ? 0 : callers[i].uid;
		(void)fk_unlink(f->kernel, FUSE_ROOT_ID, "f:new");
	}
	/* And this is what the kernel goes by when a stream is opened. */
	assert_int_equal(
		fk_getxattr(f->kernel, fx_node(f, "/f:one"), "system.posix_acl_access", got, sizeof(got), &length), 0);
	assert_int_equal(length, size);
	assert_memory_equal(got, bytes, size);
	fx_finish(f);
}

static void test_entries_with_a_colon(void **state)
{
	struct seen seen;
	struct fixture *f = begin_paths(state, &seen);
	struct fk_listing listing = {.count = 0};
	uint64_t fh;

	mf_add_directory(f->fs, "/e");
	mf_add_file(f->fs, "/e/a:b", "out of reach");
	fh = fx_opendir(f, fx_node(f, "/e"));
	assert_int_equal(fk_readdir_all(f->kernel, fx_node(f, "/e"), fh, 0, 4096, false, &listing), EIO);
	assert_int_equal(mf_seen(f->fs, MF_ERROR), 1);
	fx_releasedir(f, fx_node(f, "/e"), fh);
	assert_int_equal(fk_lookup(f->kernel, fx_node(f, "/e"), "a:b", &(struct fuse_entry_out){0}), ENOENT);
	fx_finish(f);
}

/* Off: a colon is a character like any other. */
static void test_off(void **state)
{
	struct seen seen;
	struct fixture *f = *state;
	struct fuse_entry_out entry;
	struct fuse_open_out open;

	assert_int_equal(cbf_set_use_alternate_data_streams(f->volume, true), 0);
	f = begin(state, &seen);
	mf_add_file(f->fs, "/a:b", "an entry");
	assert_int_equal(look(f, "f:one"), ENOENT);
	assert_int_equal(look(f, "a:b"), 0);
	assert_int_equal(fk_create_file(f->kernel, FUSE_ROOT_ID, "f:x", O_RDWR, 0600, &entry, &open), 0);
	fx_release(f, entry.nodeid, open.fh);
	assert_int_equal(fk_rename(f->kernel, FUSE_ROOT_ID, "f:x", FUSE_ROOT_ID, "::", 0), 0);
	assert_int_equal(fk_unlink(f->kernel, FUSE_ROOT_ID, "::"), 0);
	fx_finish(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FX_TEST(test_lookup),
		FX_TEST(test_names_that_are_nothing),
		FX_TEST(test_what_streams_are_not),
		FX_TEST(test_read_and_write),
		FX_TEST(test_create),
		FX_TEST(test_unlink),
		FX_TEST(test_the_file_goes_first),
		FX_TEST(test_moves_while_open),
		FX_TEST(test_gone_natively),
		FX_TEST(test_another_file_natively),
		FX_TEST(test_who_may),
		FX_TEST(test_who_may_by_group),
		FX_TEST(test_who_may_by_acl),
		FX_TEST(test_entries_with_a_colon),
		FX_TEST(test_off),
	};

	return cmocka_run_group_tests_name("stream_paths", tests, NULL, NULL);
}
