/* SPDX-License-Identifier: MIT */
/*
 * The link index of examples/mirror against real trees that change at random, told or not, and beside its walks.
 * Sources: source, file_id, hash_table, link_set, link_table, link_walk, link_index, link_query.
 */
#define _GNU_SOURCE 1
#include "link_index_fixture.h"

enum { RANDOM_ROUNDS = 1500, RANDOM_FILES = 40, RANDOM_DIRECTORIES = 12, RACE_ROUNDS = 300 };

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(random_told_changes),
		TEST(random_changes_behind_its_back),
		TEST(moving_directories_do_not_hide_names),
		TEST(queries_share_one_walk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
