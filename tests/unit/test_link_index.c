/* SPDX-License-Identifier: MIT */
/*
 * The link index of examples/mirror against real trees: what a walk finds, what is told to the index, and what is done
 * behind its back. Sources: source, file_id, hash_table, link_set, link_table, link_walk, link_index, link_query.
 */
#define _GNU_SOURCE 1
#include "../../examples/mirror/link_index.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DEEP = 1500, RANDOM_ROUNDS = 1500, RANDOM_FILES = 40, RANDOM_DIRECTORIES = 12, RACE_ROUNDS = 300 };

struct fixture {
	char top[32]; /* SOURCE is top/source, top/outside is not seen */
	struct source source;
	struct file_id_space ids;
	struct link_index index;
	int fd; /* of SOURCE */
	unsigned seed;
};

static int set_up(void **state)
{
	struct fixture *f = test_calloc(1, sizeof(*f));
	char path[64];

	strcpy(f->top, "/tmp/link-index-XXXXXX");
	assert_non_null(mkdtemp(f->top));
	snprintf(path, sizeof(path), "%s/outside", f->top);
	assert_int_equal(mkdir(path, 0777), 0);
	snprintf(path, sizeof(path), "%s/source", f->top);
	assert_int_equal(mkdir(path, 0777), 0);
	assert_int_equal(source_init(&f->source, path), 0);
	f->fd = f->source.root_fd;
	assert_int_equal(file_id_space_init(&f->ids, f->fd), 0);
	assert_int_equal(link_index_init(&f->index, &f->source, &f->ids), 0);
	f->seed = 1;
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	char command[64];

	link_index_destroy(&f->index);
	file_id_space_destroy(&f->ids);
	source_destroy(&f->source);
	snprintf(command, sizeof(command), "rm -rf -- '%s'", f->top);
	assert_int_equal(system(command), 0);
	test_free(f);
	return 0;
}

static void make_directory(struct fixture *f, const char *path)
{
	assert_int_equal(mkdirat(f->fd, path, 0777), 0);
}

static void make_file(struct fixture *f, const char *path)
{
	int fd = openat(f->fd, path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);

	assert_true(fd >= 0);
	close(fd);
}

static void make_link(struct fixture *f, const char *from, const char *to)
{
	assert_int_equal(linkat(f->fd, from, f->fd, to, 0), 0);
}

static void move(struct fixture *f, const char *from, const char *to)
{
	assert_int_equal(renameat(f->fd, from, f->fd, to), 0);
}

static struct stat stat_of(struct fixture *f, const char *path)
{
	struct stat st;

	assert_int_equal(fstatat(f->fd, path, &st, AT_SYMLINK_NOFOLLOW), 0);
	return st;
}

static uint64_t parent_of(struct fixture *f, const char *path)
{
	const char *slash = strrchr(path, '/');
	char parent[256];
	struct stat st;

	if (!slash)
		return CBF_ROOT_ID;
	snprintf(parent, sizeof(parent), "%.*s", (int)(slash - path), path);
	st = stat_of(f, parent);
	return file_id_of(&f->ids, &st);
}

static const char *base_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static void tell_put(struct fixture *f, const char *path)
{
	struct stat st = stat_of(f, path);

	link_index_put(&f->index, parent_of(f, path), base_of(path), &st);
}

static void tell_remove(struct fixture *f, const char *path)
{
	link_index_remove(&f->index, parent_of(f, path), base_of(path));
}

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* All paths, sorted, in one text. */
static char *found_names(struct fixture *f, const struct stat *st)
{
	struct link_set names = {0};
	char *text = calloc(1, 65536);
	char *paths[64];

	assert_int_equal(link_index_find(&f->index, st, &names), 0);
	assert_true(names.count < 64);
	for (size_t i = 0; i < names.count; i++)
		paths[i] = names.names[i].path;
	qsort(paths, names.count, sizeof(paths[0]), compare_texts);
	for (size_t i = 0; i < names.count; i++)
		strcat(strcat(text, paths[i]), " ");
	link_set_clear(&names);
	return text;
}

static void expect_names_of(struct fixture *f, const struct stat *st, const char *expected)
{
	char *text = found_names(f, st);

	assert_string_equal(text, expected);
	free(text);
}

static void expect_names(struct fixture *f, const char *path, const char *expected)
{
	struct stat st = stat_of(f, path);

	expect_names_of(f, &st, expected);
}

static void expect_path_of_id(struct fixture *f, uint64_t id, const char *expected)
{
	char *path = NULL;

	assert_int_equal(link_index_path(&f->index, id, &path), expected ? 0 : -ENOENT);
	if (expected)
		assert_string_equal(path, expected);
	free(path);
}

static uint64_t id_of(struct fixture *f, const char *path)
{
	struct stat st = stat_of(f, path);

	return file_id_of(&f->ids, &st);
}

static void make_small_tree(struct fixture *f)
{
	make_directory(f, "a");
	make_directory(f, "a/aa");
	make_directory(f, "b");
	make_file(f, "a/one");
	make_file(f, "top");
	make_link(f, "top", "a/aa/second");
	make_link(f, "top", "b/top");
}

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

/* All names by brute force, in the same form as found_names(). */
static void look_everywhere(struct fixture *f, const char *directory, ino_t number, char **paths, size_t *count)
{
	int fd = openat(f->fd, *directory ? directory + 1 : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *stream = fdopendir(fd);
	const struct dirent *entry;
	char path[512];
	struct stat st;

	assert_non_null(stream);
	while ((entry = readdir(stream))) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		snprintf(path, sizeof(path), "%s/%s", directory, entry->d_name);
		assert_int_equal(fstatat(fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW), 0);
		if (st.st_ino == number)
			paths[(*count)++] = strdup(path);
		if (S_ISDIR(st.st_mode))
			look_everywhere(f, path, number, paths, count);
	}
	closedir(stream);
}

static void check_against_brute_force(struct fixture *f, const struct stat *st)
{
	char *expected = calloc(1, 65536), *paths[64];
	size_t count = 0;

	look_everywhere(f, "", st->st_ino, paths, &count);
	qsort(paths, count, sizeof(paths[0]), compare_texts);
	for (size_t i = 0; i < count; i++) {
		strcat(strcat(expected, paths[i]), " ");
		free(paths[i]);
	}
	expect_names_of(f, st, expected);
	free(expected);
}

static unsigned pick(struct fixture *f, unsigned below)
{
	return (unsigned)rand_r(&f->seed) % below;
}

/* Any name of any directory's any file: most do not exist, and nothing happens. */
static void pick_name(struct fixture *f, const char (*directories)[256], char *name)
{
	sprintf(name, "%s%s%u", directories[pick(f, RANDOM_DIRECTORIES)], "n", pick(f, RANDOM_FILES));
}

static void move_random_directory(struct fixture *f, char (*directories)[256], bool tell)
{
	unsigned which = 1 + pick(f, RANDOM_DIRECTORIES - 1), to = pick(f, RANDOM_DIRECTORIES);
	char from_path[256], to_path[256], tail[256];
	size_t length;

	snprintf(from_path, sizeof(from_path), "%s", directories[which]);
	length = strlen(from_path);
	if (strncmp(directories[to], from_path, length) == 0)
		return; /* into itself */
	snprintf(tail, sizeof(tail), "d%u/", which);
	assert_true(strlen(directories[to]) + strlen(tail) < sizeof(to_path));
	strcat(strcpy(to_path, directories[to]), tail);
	from_path[length - 1] = '\0';
	to_path[strlen(to_path) - 1] = '\0';
	move(f, from_path, to_path);
	if (tell)
		tell_put(f, to_path);
	from_path[length - 1] = '/';
	strcat(to_path, "/");
	for (unsigned i = 1; i < RANDOM_DIRECTORIES; i++) {
		if (strncmp(directories[i], from_path, length) != 0)
			continue;
		strcpy(tail, directories[i] + length);
		assert_true(strlen(to_path) + strlen(tail) < sizeof(to_path));
		strcat(strcpy(directories[i], to_path), tail);
	}
}

static void change_random_name(struct fixture *f, const char (*directories)[256], bool tell)
{
	char from[512], to[512];
	struct stat st;

	pick_name(f, directories, from);
	pick_name(f, directories, to);
	if (fstatat(f->fd, from, &st, AT_SYMLINK_NOFOLLOW) != 0) {
		make_file(f, from);
		return;
	}
	switch (pick(f, 4)) {
	case 0:
		if (unlinkat(f->fd, from, 0) == 0 && tell)
			tell_remove(f, from);
		break;
	case 1:
		if (renameat(f->fd, from, f->fd, to) == 0 && tell && fstatat(f->fd, from, &st, 0) != 0) {
			tell_remove(f, from);
			tell_put(f, to);
		}
		break;
	default:
		if (linkat(f->fd, from, f->fd, to, 0) == 0 && tell) {
			tell_put(f, from);
			tell_put(f, to);
		}
	}
}

static void check_random_name(struct fixture *f, const char (*directories)[256])
{
	char name[512];
	struct stat st;

	pick_name(f, directories, name);
	/* A file with one name needs no index while that name is known. */
	if (fstatat(f->fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && st.st_nlink > 1)
		check_against_brute_force(f, &st);
}

static void change_at_random(struct fixture *f, bool tell_always)
{
	char directories[RANDOM_DIRECTORIES][256] = {""};

	for (unsigned i = 1; i < RANDOM_DIRECTORIES; i++) {
		snprintf(directories[i], sizeof(directories[i]), "d%u", i);
		make_directory(f, directories[i]);
		strcat(directories[i], "/");
	}
	for (int i = 0; i < RANDOM_FILES * 10; i++)
		change_random_name(f, (const char(*)[256])directories, true);
	for (int i = 0; i < RANDOM_ROUNDS; i++) {
		bool tell = tell_always || pick(f, 2);

		if (pick(f, 8) == 0)
			move_random_directory(f, directories, tell);
		else
			change_random_name(f, (const char(*)[256])directories, tell);
		if (pick(f, 3) == 0)
			check_random_name(f, (const char(*)[256])directories);
	}
}

static void random_told_changes(void **state)
{
	struct fixture *f = *state;

	change_at_random(f, true);
	assert_int_equal(f->index.walk.number, 1);
}

static void random_changes_behind_its_back(void **state)
{
	struct fixture *f = *state;

	change_at_random(f, false);
}

static void *move_about(void *argument)
{
	struct fixture *f = argument;

	for (int i = 0; i < RACE_ROUNDS; i++) {
		const char *from = i % 2 ? "b/moving" : "a/moving", *to = i % 2 ? "a/moving" : "b/moving";

		link_index_begin_move(&f->index);
		move(f, from, to);
		tell_put(f, to);
		link_index_end_move(&f->index);
	}
	return NULL;
}

static void moving_directories_do_not_hide_names(void **state)
{
	struct fixture *f = *state;
	struct link_set names = {0};
	struct stat st;
	pthread_t thread;

	make_directory(f, "a");
	make_directory(f, "b");
	make_directory(f, "a/moving");
	make_file(f, "x");
	make_link(f, "x", "a/moving/y");
	st = stat_of(f, "x");
	assert_int_equal(link_index_find(&f->index, &st, &names), 0);
	link_set_clear(&names);
	assert_int_equal(pthread_create(&thread, NULL, move_about, f), 0);
	for (int i = 0; i < RACE_ROUNDS; i++) {
		assert_int_equal(link_index_find(&f->index, &st, &names), 0);
		assert_int_equal(names.count, 2);
		link_set_clear(&names);
	}
	pthread_join(thread, NULL);
	assert_int_equal(f->index.walk.number, 1);
}

static void *query_all(void *argument)
{
	struct fixture *f = argument;

	for (int i = 0; i < 50; i++) {
		char path[64];
		struct link_set names = {0};
		struct stat st;

		snprintf(path, sizeof(path), "d%02d/x", i);
		st = stat_of(f, path);
		assert_int_equal(link_index_find(&f->index, &st, &names), 0);
		assert_int_equal(names.count, 2);
		link_set_clear(&names);
	}
	return NULL;
}

static void queries_share_one_walk(void **state)
{
	struct fixture *f = *state;
	pthread_t threads[4];
	char path[64], other[64];

	for (int i = 0; i < 50; i++) {
		snprintf(path, sizeof(path), "d%02d", i);
		make_directory(f, path);
		snprintf(path, sizeof(path), "d%02d/x", i);
		make_file(f, path);
	}
	for (int i = 0; i < 50; i++) {
		snprintf(path, sizeof(path), "d%02d/x", i);
		snprintf(other, sizeof(other), "d%02d/y", (i * 7 + 3) % 50);
		make_link(f, path, other);
	}
	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, query_all, f), 0);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(f->index.walk.number, 1);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

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
		TEST(random_told_changes),
		TEST(random_changes_behind_its_back),
		TEST(moving_directories_do_not_hide_names),
		TEST(queries_share_one_walk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
