/* SPDX-License-Identifier: MIT */
/* Names that come, go and move: the rules that no library and no kernel stands before here. */
#include "change.h"
#include "memdrive.h"
#include "rename.h"

#include <errno.h>
#include <linux/fs.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static struct memdrive drive;

static int set_up(void **state)
{
	const struct memdrive_options options = {.files = 20};

	(void)state;
	return memdrive_init(&drive, &options);
}

static int tear_down(void **state)
{
	(void)state;
	memdrive_destroy(&drive);
	assert_int_equal(drive.space.bytes, 0);
	assert_int_equal(drive.space.files, 0);
	return 0;
}

static int create(const char *path, mode_t type)
{
	const struct node_plan plan = {.mode = type | 0750, .uid = 5, .gid = 6};
	struct node *node;
	int error = change_create(&drive, path, &plan, &node);

	if (error == 0)
		node_release(node);
	return error;
}

/* Of which nothing but a look is taken: its name keeps it alive. */
static struct node *get(const char *path)
{
	struct node *node = NULL;

	if (path_find(&drive, path, &node) == 0)
		node_release(node);
	return node;
}

static void make_tree(void)
{
	assert_int_equal(create("/d", S_IFDIR), 0);
	assert_int_equal(create("/d/sub", S_IFDIR), 0);
	assert_int_equal(create("/d/file", S_IFREG), 0);
	assert_int_equal(create("/e", S_IFDIR), 0);
	assert_int_equal(create("/f", S_IFREG), 0);
}

static void refusals(void **state)
{
	static const struct {
		const char *from, *to;
		bool no_replace, exchange;
		int error;
	} rows[] = {
		{"/none", "/x", false, false, -ENOENT},      {"/f", "/none/x", false, false, -ENOENT},
		{"/f", "/d/file/x", false, false, -ENOTDIR}, {"/f", "/none", false, true, -ENOENT},
		{"/d", "/d/sub/x", false, false, -EINVAL},   {"/d/file", "/d", false, false, -ENOTEMPTY},
		{"/d/sub", "/d", false, true, -EINVAL},      {"/d", "/d/sub", false, true, -EINVAL},
		{"/f", "/e", false, false, -EISDIR},         {"/e", "/f", false, false, -ENOTDIR},
		{"/e", "/d", false, false, -ENOTEMPTY},      {"/f", "/d/file", true, false, -EEXIST},
		{"/", "/x", false, false, -EBUSY},           {"/f", "/", false, false, -EBUSY},
	};

	(void)state;
	make_tree();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(rename_path(&drive, rows[i].from, rows[i].to, rows[i].no_replace, rows[i].exchange),
				 rows[i].error);
	assert_int_equal(change_remove(&drive, "/d", true), -ENOTEMPTY);
	assert_int_equal(change_remove(&drive, "/d", false), -EISDIR);
	assert_int_equal(change_remove(&drive, "/f", true), -ENOTDIR);
	assert_int_equal(create("/f", S_IFREG), -EEXIST);
	assert_int_equal(create("/", S_IFDIR), -EEXIST);
	assert_int_equal(drive.root->links, 4);
	assert_int_equal(get("/d")->links, 3);
}

static void links_are_counted(void **state)
{
	(void)state;
	make_tree();
	assert_int_equal(rename_path(&drive, "/d/sub", "/e", false, false), 0);
	assert_int_equal(get("/d")->links, 2);
	assert_int_equal(get("/e")->links, 2);
	assert_int_equal(drive.root->links, 4);
	assert_int_equal(rename_path(&drive, "/d/file", "/e", false, true), 0);
	assert_int_equal(get("/d")->links, 3);
	assert_int_equal(drive.root->links, 3);
	assert_true(node_is(get("/e"), S_IFREG));
	assert_int_equal(change_link(&drive, get("/e"), "/d/name"), 0);
	assert_int_equal(rename_path(&drive, "/e", "/d/name", false, false), 0); /* two names of one file */
	assert_int_equal(get("/e")->links, 2);
	assert_int_equal(rename_path(&drive, "/f", "/e", false, false), 0);
	assert_int_equal(get("/d/name")->links, 1);
}

static void there_is_a_most_of_links(void **state)
{
	char path[32];
	struct node *file;

	(void)state;
	make_tree();
	file = get("/f");
	for (unsigned i = 1; i < NODE_MOST_LINKS; i++) {
		(void)snprintf(path, sizeof(path), "/e/%u", i);
		assert_int_equal(change_link(&drive, file, path), 0);
	}
	assert_int_equal(change_link(&drive, file, "/e/more"), -EMLINK);
	assert_null(get("/e/more"));
	assert_int_equal(change_remove(&drive, "/e/1", false), 0);
	assert_int_equal(change_link(&drive, file, "/e/more"), 0);
}

static void removed_directory_takes_nothing(void **state)
{
	struct node *directory;

	(void)state;
	make_tree();
	directory = node_reference(get("/e"));
	assert_int_equal(change_remove(&drive, "/e", true), 0);
	assert_int_equal(directory->links, 0);
	assert_int_equal(create("/e/file", S_IFREG), -ENOENT);
	node_release(directory);
}

static void new_files_take_after_their_directory(void **state)
{
	(void)state;
	make_tree();
	get("/e")->mode |= S_ISGID;
	get("/e")->gid = 77;
	get("/e")->project = 88;
	get("/e")->inode_flags = FS_PROJINHERIT_FL | FS_NODUMP_FL;
	assert_int_equal(create("/e/file", S_IFREG), 0);
	assert_int_equal(create("/e/sub", S_IFDIR), 0);
	assert_int_equal(get("/e/file")->gid, 77);
	assert_int_equal(get("/e/file")->mode, S_IFREG | 0750);
	assert_int_equal(get("/e/file")->project, 88);
	assert_int_equal(get("/e/file")->inode_flags, FS_NODUMP_FL);
	assert_int_equal(get("/e/sub")->mode, S_IFDIR | S_ISGID | 0750);
	assert_int_equal(get("/e/sub")->inode_flags, FS_PROJINHERIT_FL | FS_NODUMP_FL);
	assert_int_equal(rename_path(&drive, "/f", "/e/f", false, false), -EXDEV);
	assert_int_equal(change_link(&drive, get("/f"), "/e/f"), -EXDEV);
	assert_int_equal(rename_path(&drive, "/e/file", "/file", false, false), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(refusals, set_up, tear_down),
		cmocka_unit_test_setup_teardown(links_are_counted, set_up, tear_down),
		cmocka_unit_test_setup_teardown(there_is_a_most_of_links, set_up, tear_down),
		cmocka_unit_test_setup_teardown(removed_directory_takes_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(new_files_take_after_their_directory, set_up, tear_down)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
