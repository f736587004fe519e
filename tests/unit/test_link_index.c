/* SPDX-License-Identifier: MIT */
/*
 * The link index of examples/mirror against real trees: what a walk finds, what is told to the index, and what is
 * done behind its back. Sources: source, file_id, hash_table, link_set, link_table,
 * link_walk, link_index, link_query.
 */
#define _GNU_SOURCE 1
#include "link_index_fixture.h"

enum { DEEP = 1500 };

static void finds_all_names(void **state)
{
	struct fixture *f = *state;

	make_small_tree(f);
	expect_names(f, "top", "/a/aa/second /b/top /top ");
	expect_names(f, "b/top", "/a/aa/second /b/top /top ");
	expect_names(f, "a/one", "/a/one ");
}

static void links_of_symbolic_links_are_names(void **state)
{
	struct fixture *f = *state;

	make_directory(f, "a");
	assert_int_equal(symlinkat("a", f->fd, "s"), 0);
	make_link(f, "s", "a/t");
	expect_names(f, "s", "/a/t /s ");
}

static void walk_goes_on_where_it_stopped(void **state)
{
	struct fixture *f = *state;
	char path[64], other[64], expected[160];
	bool stopped_early = false;

	for (int i = 0; i < 50; i++) {
		snprintf(path, sizeof(path), "d%02d", i);
		make_directory(f, path);
		snprintf(path, sizeof(path), "d%02d/x", i);
		snprintf(other, sizeof(other), "d%02d/y", i);
		make_file(f, path);
		make_link(f, path, other);
	}
	for (int i = 0; i < 50; i++) {
		snprintf(path, sizeof(path), "d%02d/x", i);
		snprintf(expected, sizeof(expected), "/d%02d/x /d%02d/y ", i, i);
		expect_names(f, path, expected);
		stopped_early |= f->index.walk.is_running;
	}
	assert_true(stopped_early);
	assert_int_equal(f->index.walk.number, 1);
}

static void told_changes_need_no_walk(void **state)
{
	struct fixture *f = *state;

	make_small_tree(f);
	expect_names(f, "top", "/a/aa/second /b/top /top ");
	make_link(f, "a/one", "b/two");
	tell_put(f, "a/one");
	tell_put(f, "b/two");
	expect_names(f, "a/one", "/a/one /b/two ");
	move(f, "b/two", "a/aa/three");
	tell_remove(f, "b/two");
	tell_put(f, "a/aa/three");
	expect_names(f, "a/one", "/a/aa/three /a/one ");
	move(f, "a/aa", "b/moved");
	tell_put(f, "b/moved");
	expect_names(f, "a/one", "/a/one /b/moved/three ");
	assert_int_equal(unlinkat(f->fd, "b/top", 0), 0);
	tell_remove(f, "b/top");
	expect_names(f, "top", "/b/moved/second /top ");
	make_directory(f, "new");
	tell_put(f, "new");
	move(f, "top", "new/n");
	tell_remove(f, "top");
	tell_put(f, "new/n");
	expect_names(f, "new/n", "/b/moved/second /new/n ");
	assert_int_equal(f->index.walk.number, 1);
}

static void told_replacement_takes_the_name(void **state)
{
	struct fixture *f = *state;

	make_small_tree(f);
	make_link(f, "a/one", "a/uno");
	expect_names(f, "top", "/a/aa/second /b/top /top ");
	expect_names(f, "a/one", "/a/one /a/uno ");
	move(f, "a/uno", "b/top");
	tell_remove(f, "a/uno");
	tell_put(f, "b/top");
	expect_names(f, "top", "/a/aa/second /top ");
	expect_names(f, "a/one", "/a/one /b/top ");
	assert_int_equal(f->index.walk.number, 1);
}

static void finds_what_was_done_behind_its_back(void **state)
{
	struct fixture *f = *state;

	make_small_tree(f);
	expect_names(f, "top", "/a/aa/second /b/top /top ");
	move(f, "b/top", "a/b-top");
	expect_names(f, "top", "/a/aa/second /a/b-top /top ");
	move(f, "a/aa", "b/aa");
	expect_names(f, "top", "/a/b-top /b/aa/second /top ");
	move(f, "a", "b/aa/a");
	expect_names(f, "top", "/b/aa/a/b-top /b/aa/second /top ");
	make_directory(f, "made");
	make_link(f, "top", "made/m");
	expect_names(f, "top", "/b/aa/a/b-top /b/aa/second /made/m /top ");
	assert_int_equal(unlinkat(f->fd, "b/aa/second", 0), 0);
	expect_names(f, "top", "/b/aa/a/b-top /made/m /top ");
	make_link(f, "b/aa/a/one", "top2");
	expect_names(f, "top2", "/b/aa/a/one /top2 ");
}

static void name_of_another_file_is_no_name(void **state)
{
	struct fixture *f = *state;
	struct stat st;

	make_small_tree(f);
	st = stat_of(f, "top");
	expect_names_of(f, &st, "/a/aa/second /b/top /top ");
	assert_int_equal(unlinkat(f->fd, "top", 0), 0);
	make_file(f, "top");
	expect_names(f, "b/top", "/a/aa/second /b/top ");
	expect_names_of(f, &st, "/a/aa/second /b/top ");
}

static void symbolic_link_in_place_of_directory_is_not_followed(void **state)
{
	struct fixture *f = *state;

	make_small_tree(f);
	expect_names(f, "top", "/a/aa/second /b/top /top ");
	move(f, "b", "c");
	assert_int_equal(symlinkat("c", f->fd, "b"), 0);
	expect_names(f, "top", "/a/aa/second /c/top /top ");
}

/* Instead of a mount another directory is put there, which must not be seen either: a mount would be noticed by
 * openat2(), so that this is about the way without it. */
static void directory_below_the_mount_is_seen(void **state)
{
	struct fixture *f = *state;
	char path[64];
	int fd;

	make_small_tree(f);
	make_directory(f, "b/mnt");
	make_link(f, "top", "b/mnt/t");
	snprintf(path, sizeof(path), "%s/source/b/mnt", f->top);
	assert_int_equal(source_set_mount_point(&f->source, path), 0);
	f->source.has_openat2 = false;
	move(f, "b/mnt", "b/below");
	make_directory(f, "b/mnt");
	make_file(f, "b/mnt/other");
	fd = source_open(&f->source, "/b/mnt/t", O_PATH);
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(source_open(&f->source, "/b/mnt/other", O_PATH), -ENOENT);
	assert_int_equal(unlinkat(f->fd, "b/below/t", 0), 0);
	expect_names(f, "top", "/a/aa/second /b/top /top ");
}

static void names_outside_are_not_waited_for(void **state)
{
	struct fixture *f = *state;
	struct stat st;
	unsigned walks;

	make_small_tree(f);
	assert_int_equal(linkat(f->fd, "top", f->fd, "../outside/x", 0), 0);
	st = stat_of(f, "top");
	expect_names_of(f, &st, "/a/aa/second /b/top /top ");
	walks = f->index.walk.number;
	/* As if the file had been left alone for long, and the walk had taken long. */
	st.st_ctim.tv_sec -= 100;
	f->index.walk.began -= 100;
	expect_names_of(f, &st, "/a/aa/second /b/top /top ");
	assert_int_equal(f->index.walk.number, walks);
	move(f, "../outside/x", "x");
	expect_names(f, "top", "/a/aa/second /b/top /top /x ");
	assert_true(f->index.walk.number > walks);
}

static void unreadable_directory_is_passed_over(void **state)
{
	struct fixture *f = *state;
	bool is_root = geteuid() == 0;

	make_small_tree(f);
	assert_int_equal(fchmodat(f->fd, "b", 0, 0), 0);
	if (is_root)
		assert_int_equal(fchmod(f->fd, 0777), 0);
	/* The directory above was made with mode 0700, but nothing is looked up through it. */
	if (is_root)
		assert_int_equal(seteuid(65534), 0);
	expect_names(f, "top", "/a/aa/second /top ");
	if (is_root)
		assert_int_equal(seteuid(0), 0);
	assert_int_equal(fchmodat(f->fd, "b", 0777, 0), 0);
	expect_names(f, "top", "/a/aa/second /b/top /top ");
}

static void deep_trees_are_walked(void **state)
{
	struct fixture *f = *state;
	struct link_set names = {0};
	struct stat st;
	int fd = dup(f->fd), next;

	make_file(f, "x");
	for (int i = 0; i < DEEP; i++) {
		assert_int_equal(mkdirat(fd, "directory", 0777), 0);
		next = openat(fd, "directory", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		assert_true(next >= 0);
		close(fd);
		fd = next;
	}
	assert_int_equal(linkat(f->fd, "x", fd, "y", 0), 0);
	close(fd);
	st = stat_of(f, "x");
	assert_int_equal(link_index_find(&f->index, &st, &names), 0);
	assert_int_equal(names.count, 2);
	assert_int_equal(strlen(names.names[0].path) + strlen(names.names[1].path), DEEP * 10 + 2 + 2);
	link_set_clear(&names);
	assert_int_equal(f->index.walk.number, 1);
}

static void path_of_an_id(void **state)
{
	struct fixture *f = *state;
	uint64_t aa, one;

	make_small_tree(f);
	aa = id_of(f, "a/aa");
	one = id_of(f, "a/one");
	expect_path_of_id(f, CBF_ROOT_ID, "/");
	expect_path_of_id(f, aa, "/a/aa");
	expect_path_of_id(f, one, "/a/one");
	move(f, "a", "b/moved");
	expect_path_of_id(f, aa, "/b/moved/aa");
	expect_path_of_id(f, one, "/b/moved/one");
	move(f, "b/moved/aa", "aa");
	tell_put(f, "aa");
	expect_path_of_id(f, aa, "/aa");
	assert_int_equal(unlinkat(f->fd, "b/moved/one", 0), 0);
	expect_path_of_id(f, one, NULL);
	for (uint64_t id = 1; id < 6; id++)
		expect_path_of_id(f, UINT64_C(0xABCDEF0000) + id, NULL);
	expect_path_of_id(f, aa, "/aa");
}

static void ids_are_never_special(void **state)
{
	struct fixture *f = *state;
	struct stat st = stat_of(f, ".");
	uint64_t first = file_id(&f->ids, st.st_dev, 5), second = file_id(&f->ids, st.st_dev + 1, 5);

	assert_int_equal(first, 5);
	assert_true(second != 5 && second == file_id(&f->ids, st.st_dev + 1, 5));
	assert_true(file_id(&f->ids, st.st_dev, 0) != 0);
	assert_true(file_id(&f->ids, st.st_dev, (ino_t)CBF_ROOT_ID) != CBF_ROOT_ID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(finds_all_names),
		TEST(links_of_symbolic_links_are_names),
		TEST(walk_goes_on_where_it_stopped),
		TEST(told_changes_need_no_walk),
		TEST(told_replacement_takes_the_name),
		TEST(finds_what_was_done_behind_its_back),
		TEST(name_of_another_file_is_no_name),
		TEST(symbolic_link_in_place_of_directory_is_not_followed),
		TEST(directory_below_the_mount_is_seen),
		TEST(names_outside_are_not_waited_for),
		TEST(unreadable_directory_is_passed_over),
		TEST(deep_trees_are_walked),
		TEST(path_of_an_id),
		TEST(ids_are_never_special),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
