/* SPDX-License-Identifier: MIT */
/* Changes behind the library's back: what a node, a name or a FileId stood for before is not taken for what is there
 * now. */
#include "fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

static void expect_data(struct fixture *f, const char *path, const char *expected)
{
	char data[64];

	assert_int_equal(mf_data_of(f->fs, path, data, sizeof(data)), strlen(expected));
	assert_string_equal(data, expected);
}

static void test_recycled_file_id_under_another_name_is_another_node(void **state)
{
	struct fixture *f = *state;
	const uint64_t id = mf_add_file(f->fs, "/a", "old");
	uint64_t a, b;

	fx_start(f, FX_STEP);
	a = fx_node(f, "/a");
	mf_remove(f->fs, "/a");
	mf_set_next_id(f->fs, id);
	assert_int_equal(mf_add_file(f->fs, "/b", "other"), id);
	b = fx_node(f, "/b");
	assert_int_not_equal(a, b);
	/* The kernel still has the old name, and a call that went along it. */
	assert_int_not_equal(fk_truncate(f->kernel, a, 0), 0);
	assert_int_not_equal(fk_chmod(f->kernel, a, 0), 0);
	expect_data(f, "/b", "other");
	assert_int_not_equal(mf_mode_of(f->fs, "/b") & 0777, 0);
	assert_int_equal(fk_truncate(f->kernel, b, 2), 0);
	expect_data(f, "/b", "ot");
	fx_finish(f);
}

/* The other side of it: a file with several links keeps its node, whichever names of it are known. */
static void test_second_name_of_a_linked_file_is_the_same_node(void **state)
{
	struct fixture *f = *state;

	mf_add_file(f->fs, "/a", "data");
	mf_add_link(f->fs, "/a", "/b");
	fx_start(f, FX_STEP);
	assert_int_equal(fx_node(f, "/a"), fx_node(f, "/b"));
	fx_finish(f);
}

static void test_create_of_an_unknown_existing_name_makes_the_kernel_look_again(void **state)
{
	struct fixture *f = *state;
	struct fuse_entry_out entry;
	struct fuse_open_out open;

	assert_int_equal(cbf_set_nonexistent_files_cache(f->volume, 10000), 0);
	fx_start(f, FX_STEP);
	assert_int_equal(fk_lookup(f->kernel, FUSE_ROOT_ID, "secret", &entry), ENOENT);
	mf_add_file(f->fs, "/secret", "secret");
	recorder_clear(f->recorder);
	assert_int_equal(
		fk_create_file(f->kernel, FUSE_ROOT_ID, "secret", O_RDWR | O_CREAT | O_TRUNC, 0600, &entry, &open),
		ESTALE);
	assert_int_equal(fk_create_file(f->kernel, FUSE_ROOT_ID, "secret", O_RDWR | O_CREAT, 0600, &entry, &open),
			 ESTALE);
	assert_int_equal(
		fk_create_file(f->kernel, FUSE_ROOT_ID, "secret", O_RDWR | O_CREAT | O_EXCL, 0600, &entry, &open),
		EEXIST);
	assert_int_equal(recorder_count(f->recorder, "OpenFile"), 0);
	expect_data(f, "/secret", "secret");
	fx_finish(f);
}

/* The back end may give the number away again as soon as it has deleted the directory, before its hook has returned. */
static void test_file_id_recycled_while_its_directory_is_deleted(void **state)
{
	struct fixture *f = *state;
	const uint64_t id = mf_add_directory(f->fs, "/a");
	uint64_t a, b, unique;

	fx_start(f, FX_WORKERS);
	a = fx_node(f, "/a");
	mf_block(f->fs, MF_DELETE_FILE, "/a");
	unique = fk_send_rmdir(f->kernel, FUSE_ROOT_ID, "a");
	mf_wait_blocked(f->fs, MF_DELETE_FILE, 1);
	mf_remove(f->fs, "/a");
	mf_set_next_id(f->fs, id);
	assert_int_equal(mf_add_directory(f->fs, "/b"), id);
	b = fx_node(f, "/b");
	assert_int_not_equal(a, b);
	mf_release_all(f->fs);
	assert_int_equal(fk_wait(f->kernel, unique)->error, ENOENT);
	assert_int_equal(fx_node(f, "/b"), b);
	fx_finish(f);
}

/* Answers by the path, as it should be; the model asks the context, and takes a name that is by now another file's for
 * a fault. */
static void info_by_path(struct cbf_volume *volume, struct cbf_get_file_info_event *event, void *user_data)
{
	struct model_fs *fs = user_data;
	uint64_t id;
	char data[64];

	(void)volume;
	id = event->deleted ? 0 : mf_id_of(fs, event->file_name);
	if (id == 0)
		return;
	event->file_exists = true;
	event->info->file_id = id;
	event->info->mode = mf_mode_of(fs, event->file_name);
	event->info->hard_link_count = 1;
	if (S_ISREG(event->info->mode))
		event->info->size = (int64_t)mf_data_of(fs, event->file_name, data, sizeof(data));
}

/* Not fx_finish(): CloseFile cannot tell the model that the last name went, since the library was not told. */
static void finish_replaced(struct fixture *f)
{
	fx_expect_idle(f);
	assert_int_equal(mf_contexts_alive(f->fs, MF_FILE_CONTEXT), 0);
	assert_int_equal(mf_contexts_alive(f->fs, MF_HANDLE_CONTEXT), 0);
	assert_int_equal(mf_contexts_alive(f->fs, MF_LINKS_ENUMERATION), 0);
	fx_end_session(f);
}

/* An earlier request has found out that no other name is to be had: a link must not go on asking for ever. */
static void test_link_of_a_file_without_a_name_is_answered(void **state)
{
	struct fixture *f = *state;
	struct fuse_entry_out entry;
	uint64_t old, fh;

	assert_int_equal(cbf_on_get_file_info(f->volume, info_by_path, f->fs), 0);
	mf_add_file(f->fs, "/a", "data");
	fx_start(f, FX_STEP);
	old = fx_node(f, "/a");
	fh = fx_open(f, old, O_RDWR);
	mf_remove(f->fs, "/a");
	mf_add_file(f->fs, "/a", "new");
	(void)fx_node(f, "/a");
	fx_expect_content(f, old, fh, "data");
	assert_int_equal(fk_link(f->kernel, old, FUSE_ROOT_ID, "b", &entry), ENOENT);
	fx_release(f, old, fh);
	finish_replaced(f);
}

/* The events of a file whose name was given to another one say under which name it was known. */
static void test_replaced_open_file_keeps_its_last_name(void **state)
{
	struct fixture *f = *state;
	struct fuse_attr_out attr;
	uint64_t old, fh, new;

	assert_int_equal(cbf_on_get_file_info(f->volume, info_by_path, f->fs), 0);
	mf_add_directory(f->fs, "/d");
	mf_add_file(f->fs, "/d/a", "data");
	fx_start(f, FX_STEP);
	old = fx_node(f, "/d/a");
	fh = fx_open(f, old, O_RDWR);
	mf_remove(f->fs, "/d/a");
	mf_add_file(f->fs, "/d/a", "new");
	new = fx_node(f, "/d/a");
	assert_int_not_equal(old, new);
	recorder_clear(f->recorder);

	fx_write(f, old, fh, 0, "DATA and more");
	fx_expect_content(f, old, fh, "DATA and more");
	assert_int_equal(fk_chmod(f->kernel, old, 0600), 0);
	assert_int_equal(fk_truncate(f->kernel, old, 4), 0);
	assert_int_equal(fk_getattr_fh(f->kernel, old, fh, &attr), 0);
	assert_int_equal(attr.attr.size, 4);
	assert_int_equal(fk_getattr(f->kernel, old, &attr), 0);
	fx_expect_content(f, old, fh, "DATA");
	assert_int_equal(recorder_count(f->recorder, "WriteFile /d/a"), recorder_count(f->recorder, "WriteFile"));
	assert_int_equal(recorder_count(f->recorder, "ReadFile /d/a"), 2);
	assert_int_equal(recorder_count(f->recorder, "SetFileAttributes /d/a"), 1);
	assert_int_equal(recorder_count(f->recorder, "SetFileSize /d/a"), 1);
	assert_int_equal(recorder_count(f->recorder, "WriteFile /"), 0);
	assert_int_equal(recorder_count(f->recorder, "SetFileAttributes /"), 0);
	expect_data(f, "/d/a", "new");
	fx_release(f, old, fh);
	assert_int_equal(recorder_count(f->recorder, "CloseFile /d/a"), 1);
	finish_replaced(f);
}

static void test_replaced_open_file_is_asked_for_other_names_once(void **state)
{
	struct fixture *f = *state;
	uint64_t old, fh;

	assert_int_equal(cbf_on_get_file_info(f->volume, info_by_path, f->fs), 0);
	mf_add_file(f->fs, "/a", "data");
	fx_start(f, FX_STEP);
	old = fx_node(f, "/a");
	fh = fx_open(f, old, O_RDWR);
	mf_remove(f->fs, "/a");
	mf_add_file(f->fs, "/a", "new");
	(void)fx_node(f, "/a");
	recorder_clear(f->recorder);
	for (int i = 0; i < 20; i++) {
		fx_write(f, old, fh, 0, "DATA");
		fx_expect_content(f, old, fh, "DATA");
		(void)fx_nlink(f, old);
	}
	assert_true(recorder_count(f->recorder, "EnumerateHardLinks") <= 1);
	assert_true(recorder_count(f->recorder, "GetFileNameByFileId") <= 1);
	fx_release(f, old, fh);
	finish_replaced(f);
}

static void test_file_ids_alone_make_two_names_one_file(void **state)
{
	struct fixture *f = *state;
	uint64_t a, b, fh, second;

	assert_int_equal(cbf_set_use_hard_links(f->volume, false), 0);
	assert_int_equal(cbf_set_use_file_ids(f->volume, true), 0);
	mf_add_file(f->fs, "/a", "data");
	mf_add_link(f->fs, "/a", "/b");
	recorder_ignore(f->recorder, "GetFileInfo");
	fx_start(f, FX_STEP);
	a = fx_node(f, "/a");
	b = fx_node(f, "/b");
	assert_int_equal(a, b);
	fh = fx_open(f, b, O_RDWR);
	recorder_clear(f->recorder);

	assert_int_equal(fk_unlink(f->kernel, FUSE_ROOT_ID, "a"), 0);
	assert_int_equal(recorder_count(f->recorder, "DeleteFile /a"), 1);
	assert_non_null(strstr(recorder_line(f->recorder, "DeleteFile /a", 0), "last_name=0"));
	assert_int_equal(fx_node(f, "/b"), b);
	second = fx_open(f, b, O_RDWR);
	assert_int_equal(mf_contexts_alive(f->fs, MF_FILE_CONTEXT), 1);
	fx_expect_content(f, b, second, "data");
	fx_release(f, b, fh);
	fx_release(f, b, second);
	assert_int_equal(mf_contexts_alive(f->fs, MF_FILE_CONTEXT), 0);
	for (size_t i = 0; i < recorder_count(f->recorder, "CloseFile"); i++)
		assert_null(strstr(recorder_line(f->recorder, "CloseFile", i), "pending_deletion=1"));
	assert_true(mf_exists(f->fs, "/b"));
	fx_finish(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FX_TEST(test_recycled_file_id_under_another_name_is_another_node),
		FX_TEST(test_file_id_recycled_while_its_directory_is_deleted),
		FX_TEST(test_second_name_of_a_linked_file_is_the_same_node),
		FX_TEST(test_create_of_an_unknown_existing_name_makes_the_kernel_look_again),
		FX_TEST(test_link_of_a_file_without_a_name_is_answered),
		FX_TEST(test_replaced_open_file_keeps_its_last_name),
		FX_TEST(test_replaced_open_file_is_asked_for_other_names_once),
		FX_TEST(test_file_ids_alone_make_two_names_one_file),
	};

	return cmocka_run_group_tests_name("regress_identity", tests, NULL, NULL);
}
