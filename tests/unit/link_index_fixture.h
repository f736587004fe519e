/* SPDX-License-Identifier: MIT */
/* A tree to be searched, natively, and the link index of examples/mirror on it; what it finds against what is there. */
#ifndef LINK_INDEX_FIXTURE_H
#define LINK_INDEX_FIXTURE_H

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

struct fixture {
	char top[32]; /* SOURCE is top/source, top/outside is not seen */
	struct source source;
	struct file_id_space ids;
	struct link_index index;
	int fd; /* of SOURCE */
	unsigned seed;
};

static inline int set_up(void **state)
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

static inline int tear_down(void **state)
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

static inline void make_directory(struct fixture *f, const char *path)
{
	assert_int_equal(mkdirat(f->fd, path, 0777), 0);
}

static inline void make_file(struct fixture *f, const char *path)
{
	int fd = openat(f->fd, path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);

	assert_true(fd >= 0);
	close(fd);
}

static inline void make_link(struct fixture *f, const char *from, const char *to)
{
	assert_int_equal(linkat(f->fd, from, f->fd, to, 0), 0);
}

static inline void move(struct fixture *f, const char *from, const char *to)
{
	assert_int_equal(renameat(f->fd, from, f->fd, to), 0);
}

static inline struct stat stat_of(struct fixture *f, const char *path)
{
	struct stat st;

	assert_int_equal(fstatat(f->fd, path, &st, AT_SYMLINK_NOFOLLOW), 0);
	return st;
}

static inline uint64_t parent_of(struct fixture *f, const char *path)
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

static inline const char *base_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static inline void tell_put(struct fixture *f, const char *path)
{
	struct stat st = stat_of(f, path);

	link_index_put(&f->index, parent_of(f, path), base_of(path), &st);
}

static inline void tell_remove(struct fixture *f, const char *path)
{
	link_index_remove(&f->index, parent_of(f, path), base_of(path));
}

static inline int compare_texts(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* All paths, sorted, in one text. */
static inline char *found_names(struct fixture *f, const struct stat *st)
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

static inline void expect_names_of(struct fixture *f, const struct stat *st, const char *expected)
{
	char *text = found_names(f, st);

	assert_string_equal(text, expected);
	free(text);
}

static inline void expect_names(struct fixture *f, const char *path, const char *expected)
{
	struct stat st = stat_of(f, path);

	expect_names_of(f, &st, expected);
}

static inline void expect_path_of_id(struct fixture *f, uint64_t id, const char *expected)
{
	char *path = NULL;

	assert_int_equal(link_index_path(&f->index, id, &path), expected ? 0 : -ENOENT);
	if (expected)
		assert_string_equal(path, expected);
	free(path);
}

static inline uint64_t id_of(struct fixture *f, const char *path)
{
	struct stat st = stat_of(f, path);

	return file_id_of(&f->ids, &st);
}

static inline void make_small_tree(struct fixture *f)
{
	make_directory(f, "a");
	make_directory(f, "a/aa");
	make_directory(f, "b");
	make_file(f, "a/one");
	make_file(f, "top");
	make_link(f, "top", "a/aa/second");
	make_link(f, "top", "b/top");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

#endif
