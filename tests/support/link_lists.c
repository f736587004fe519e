/* SPDX-License-Identifier: MIT */
#include "link_lists.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char xattr_name[] = "user.cbfuse.hardlinks";

void links_clear(struct link_list *list)
{
	while (list->count > 0)
		free(list->paths[--list->count]);
	list->pages = 0;
}

static void append(struct link_list *list, const char *path)
{
	assert_true(list->count < LINKS_MAX);
	list->paths[list->count] = strdup(path);
	assert_non_null(list->paths[list->count]);
	list->count++;
}

static void split(struct link_list *list, const char *stream, size_t length)
{
	size_t at;

	if (length > 0)
		assert_int_equal(stream[length - 1], '\0');
	for (at = 0; at < length; at += strlen(stream + at) + 1)
		append(list, stream + at);
}

int links_page(struct fixture *fixture, uint64_t node, uint64_t fh, const char *name, struct cbf_links_page *page)
{
	page->flags = 0;
	memset(page->name, 0, sizeof(page->name));
	if (name)
		(void)snprintf(page->name, sizeof(page->name), "%s", name);
	return fk_ioctl(fixture->kernel, node, fh, name != NULL, (uint32_t)CBF_IOC_LIST_LINKS, page, sizeof(*page),
			page, sizeof(*page));
}

int links_by_ioctl(struct fixture *fixture, uint64_t node, uint64_t fh, const char *name, struct link_list *list)
{
	struct cbf_links_page *page = calloc(1, sizeof(*page));
	char *stream = NULL;
	size_t length = 0;
	int error;

	assert_non_null(page);
	do {
		error = links_page(fixture, node, fh, name, page);
		if (error != 0)
			break;
		assert_true(page->length <= sizeof(page->data));
		/* A page is full, or the last. */
		assert_true(page->length > 0 || (page->flags & CBF_LINKS_END));
		stream = realloc(stream, length + page->length + 1);
		assert_non_null(stream);
		memcpy(stream + length, page->data, page->length);
		length += page->length;
		list->pages++;
	} while (!(page->flags & CBF_LINKS_END));
	if (error == 0)
		split(list, stream, length);
	free(stream);
	free(page);
	return error;
}

int links_by_xattr(struct fixture *fixture, uint64_t node, struct link_list *list)
{
	size_t size = 0, length = 0;
	char *value;
	int error;

	error = fk_getxattr(fixture->kernel, node, xattr_name, NULL, 0, &size);
	if (error != 0)
		return error;
	value = malloc(size + 1);
	assert_non_null(value);
	error = fk_getxattr(fixture->kernel, node, xattr_name, value, (uint32_t)size, &length);
	if (error == 0) {
		assert_int_equal(length, size);
		split(list, value, length);
	}
	free(value);
	return error;
}

int links_visitor(const char *path, void *list)
{
	append(list, path);
	return 0;
}

static bool contains(const struct link_list *list, const char *path)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		if (strcmp(list->paths[i], path) == 0)
			return true;
	return false;
}

void links_expect(const struct link_list *list, ...)
{
	const char *missing = NULL, *path;
	size_t wanted = 0, i;
	va_list expected;

	va_start(expected, list);
	while ((path = va_arg(expected, const char *)) != NULL) {
		wanted++;
		if (!contains(list, path))
			missing = path;
	}
	va_end(expected);
	if (!missing && list->count == wanted)
		return;
	for (i = 0; i < list->count; i++)
		print_error("listed: %s\n", list->paths[i]);
	fail_msg("%zu names were listed, %zu expected%s%s", list->count, wanted, missing ? ", missing is " : "",
		 missing ? missing : "");
}

void links_add_many(struct fixture *fixture, int count)
{
	char path[256];
	int i;

	mf_add_file(fixture->fs, "/f", "data");
	for (i = 0; i < count; i++) {
		(void)snprintf(path, sizeof(path), "/%0200d", i);
		mf_add_link(fixture->fs, "/f", path);
	}
}
