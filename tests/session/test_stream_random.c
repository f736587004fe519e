/* SPDX-License-Identifier: MIT */
/*
 * Many requests at once about the streams of files that are renamed meanwhile, at random but from a fixed seed. The
 * model filesystem watches: names that are true, events of one stream that do not overlap, contexts that are right.
 */
#include "fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/xattr.h>

#include <cmocka.h>

#ifndef RENAME_NOREPLACE
#define RENAME_NOREPLACE (1 << 0)
#endif
#ifndef RENAME_EXCHANGE
#define RENAME_EXCHANGE (1 << 1)
#endif

enum { FILES = 3, MOVING = 4, NAMES = 6, STREAMS = 2, ROUNDS = 150, AT_ONCE = 12, OPEN = 4 };

enum kind { GET, SET, REMOVE, LIST, RENAME, SWAP, MOVE_DIRECTORY, LOOK, READ, KINDS };

struct sent {
	enum kind kind;
	uint64_t unique;
};

struct world {
	struct fixture *f;
	uint64_t files[FILES], directories[2];
	uint64_t open_node[OPEN], open_fh[OPEN];
	uint32_t seed;
};

static unsigned pick(struct world *w, unsigned below)
{
	w->seed = w->seed * 1103515245u + 12345u;
	return (w->seed >> 16) % below;
}

/* The first ones move about; /c and /d are one file. */
static const char *const names[] = {"a", "b", "e", "f", "c", "d"};

static const char *attribute(struct world *w)
{
	static const char *const attributes[STREAMS] = {"user.one", "user.two"};

	return attributes[pick(w, STREAMS)];
}

static uint64_t send_list(struct world *w, uint64_t node)
{
	struct fuse_getxattr_in in = {.size = 0};

	return fk_send(w->f->kernel, FUSE_LISTXATTR, node, &in, sizeof(in), NULL, 0, NULL, 0);
}

static uint64_t send_rename(struct world *w, uint32_t flags)
{
	uint64_t from = w->directories[pick(w, 2)], to = w->directories[pick(w, 2)];
	unsigned name = pick(w, MOVING), new_name = pick(w, MOVING);

	if (name == new_name) /* no kernel sends a name onto itself */
		new_name = (name + 1) % MOVING;
	return fk_send_rename(w->f->kernel, from, names[name], to, names[new_name], flags);
}

static uint64_t send_one(struct world *w, enum kind kind)
{
	struct fake_kernel *kernel = w->f->kernel;
	uint64_t file = w->files[pick(w, FILES)];
	char path[32];
	unsigned i;

	switch (kind) {
	case GET:
		return fk_send_getxattr(kernel, file, attribute(w), 64);
	case SET:
		return fk_send_setxattr(kernel, file, attribute(w), "0123456789", pick(w, 11), pick(w, 3));
	case REMOVE:
		return fk_send_removexattr(kernel, file, attribute(w));
	case LIST:
		return send_list(w, file);
	case RENAME:
		return send_rename(w, RENAME_NOREPLACE);
	case SWAP:
		return send_rename(w, RENAME_EXCHANGE);
	case MOVE_DIRECTORY:
		return fk_send_rename(kernel, FUSE_ROOT_ID, pick(w, 2) ? "y" : "z", FUSE_ROOT_ID,
				      pick(w, 2) ? "y" : "z", RENAME_NOREPLACE);
	case LOOK:
		(void)snprintf(path, sizeof(path), "%s:%s", names[pick(w, NAMES)], attribute(w) + 5);
		return fk_send_lookup(kernel, w->directories[pick(w, 2)], path);
	default:
		i = pick(w, OPEN);
		return fk_send_read(kernel, w->open_node[i], w->open_fh[i], 0, 64);
	}
}

static bool may_be(enum kind kind, int error)
{
	switch (kind) {
	case GET:
	case REMOVE:
		return error == 0 || error == ENODATA;
	case SET:
		return error == 0 || error == ENODATA || error == EEXIST;
	case RENAME:
	case SWAP:
	case MOVE_DIRECTORY:
		return error == 0 || error == ENOENT || error == EEXIST;
	case LOOK:
		return error == 0 || error == ENOENT;
	default:
		return error == 0;
	}
}

static void run_round(struct world *w)
{
	struct sent sent[AT_ONCE];

	for (unsigned i = 0; i < AT_ONCE; i++) {
		sent[i].kind = (enum kind)pick(w, KINDS);
		sent[i].unique = send_one(w, sent[i].kind);
	}
	for (unsigned i = 0; i < AT_ONCE; i++) {
		const struct fk_reply *reply = fk_wait(w->f->kernel, sent[i].unique);

		if (!may_be(sent[i].kind, reply->error))
			fail_msg("a request of kind %d has errno %d", sent[i].kind, reply->error);
	}
}

static void open_streams(struct world *w)
{
	static const char *const paths[OPEN] = {"/y/a:one", "/y/b:one", "/c:one", "/c:two"};

	for (unsigned i = 0; i < OPEN; i++) {
		mf_add_stream(w->f->fs, paths[i], "content");
		w->open_node[i] = fx_node(w->f, paths[i]);
		w->open_fh[i] = fx_open(w->f, w->open_node[i], O_RDWR);
	}
}

static void set_up(struct world *w, bool all_events)
{
	struct fixture *f = w->f;

	assert_int_equal(cbf_set_use_stream_paths(f->volume, true), 0);
	assert_int_equal(cbf_set_fire_all_open_close_events(f->volume, all_events), 0);
	mf_add_directory(f->fs, "/y");
	mf_add_file(f->fs, "/y/a", "a");
	mf_add_file(f->fs, "/y/b", "b");
	mf_add_file(f->fs, "/c", "c");
	mf_add_link(f->fs, "/c", "/d");
	fx_start(f, FX_WORKERS);
	w->directories[0] = FUSE_ROOT_ID;
	w->directories[1] = fx_node(f, "/y");
	w->files[0] = fx_node(f, "/y/a");
	w->files[1] = fx_node(f, "/y/b");
	w->files[2] = fx_node(f, "/c");
	open_streams(w);
}

static void run(void **state, uint32_t seed, bool all_events)
{
	struct world w = {.f = *state, .seed = seed};

	set_up(&w, all_events);
	for (unsigned i = 0; i < ROUNDS; i++)
		run_round(&w);
	for (unsigned i = 0; i < OPEN; i++)
		fx_release(w.f, w.open_node[i], w.open_fh[i]);
	assert_int_equal(mf_seen(w.f->fs, MF_ERROR), 0);
	mf_check(w.f->fs);
	fx_finish(w.f);
}

static void test_first_seed(void **state)
{
	run(state, 1, false);
}

static void test_second_seed(void **state)
{
	run(state, 20261127, false);
}

static void test_with_all_open_close_events(void **state)
{
	run(state, 77, true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FX_TEST(test_first_seed),
		FX_TEST(test_second_seed),
		FX_TEST(test_with_all_open_close_events),
	};

	return cmocka_run_group_tests_name("stream_random", tests, NULL, NULL);
}
