/* SPDX-License-Identifier: MIT */
/* What the tests of extended attributes share: a small tree, what the hooks last saw, and shorthands. */
#ifndef XATTR_FIXTURE_H
#define XATTR_FIXTURE_H

#include "fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct seen {
	unsigned queries, sets;
	int open_flags;
	bool deleted, create, replace, remove, listed;
	char path[64], name[CBF_EA_NAME_MAX + 1], value[64];
	size_t length;
	void *file_context, *handle_context;
};

static inline void see_query(struct seen *seen, const struct cbf_query_ea_event *event)
{
	seen->queries++;
	seen->deleted = event->deleted;
	seen->listed = !event->ea_name;
	(void)snprintf(seen->path, sizeof(seen->path), "%s", event->file_name);
	(void)snprintf(seen->name, sizeof(seen->name), "%s", event->ea_name ? event->ea_name : "");
	seen->file_context = event->file_context;
	seen->handle_context = event->handle_context;
}

static inline void see_set(struct seen *seen, const struct cbf_set_ea_event *event)
{
	seen->sets++;
	seen->deleted = event->deleted;
	seen->create = event->create;
	seen->replace = event->replace;
	seen->remove = event->remove;
	seen->length = event->length;
	if (event->length < sizeof(seen->value))
		memcpy(seen->value, event->value, event->length);
	(void)snprintf(seen->path, sizeof(seen->path), "%s", event->file_name);
	(void)snprintf(seen->name, sizeof(seen->name), "%s", event->ea_name);
	seen->file_context = event->file_context;
	seen->handle_context = event->handle_context;
}

static inline void observe(enum mf_event kind, const void *event, void *user_data)
{
	struct seen *seen = user_data;

	if (kind == MF_QUERY_EA)
		see_query(seen, event);
	else if (kind == MF_SET_EA)
		see_set(seen, event);
	else if (kind == MF_OPEN_FILE)
		seen->open_flags = ((const struct cbf_open_file_event *)event)->flags;
}

static inline struct fixture *begin(void **state, struct seen *seen)
{
	struct fixture *f = *state;

	memset(seen, 0, sizeof(*seen));
	mf_add_file(f->fs, "/f", "data");
	mf_add_directory(f->fs, "/d");
	mf_add_symlink(f->fs, "/l", "f");
	mf_observe(f->fs, observe, seen);
	recorder_ignore(f->recorder, "GetFileInfo");
	fx_start(f, FX_STEP);
	return f;
}

static inline void set(struct fixture *f, uint64_t node, const char *name, const char *value)
{
	assert_int_equal(fk_setxattr(f->kernel, node, name, value, (uint32_t)strlen(value), 0), 0);
}

static inline void expect_ea(struct fixture *f, uint64_t node, const char *name, const char *value)
{
	char got[256];
	size_t length = 0;

	assert_int_equal(fk_getxattr(f->kernel, node, name, got, sizeof(got), &length), 0);
	assert_int_equal(length, strlen(value));
	assert_memory_equal(got, value, length);
}

static inline void expect_list(struct fixture *f, uint64_t node, const char *names, size_t size)
{
	char got[256];
	size_t length = 1000;

	assert_int_equal(fk_listxattr(f->kernel, node, got, sizeof(got), &length), 0);
	assert_int_equal(length, size);
	assert_memory_equal(got, names, size);
	assert_int_equal(fk_listxattr(f->kernel, node, NULL, 0, &length), 0);
	assert_int_equal(length, size);
}

static inline int get(struct fixture *f, uint64_t node, const char *name)
{
	char value[256];
	size_t length;

	return fk_getxattr(f->kernel, node, name, value, sizeof(value), &length);
}

#endif
