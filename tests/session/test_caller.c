/* SPDX-License-Identifier: MIT */
/* Who asks and who opened, as hooks are told: the fake kernel says which thread it is, and that is the test's own. */
#include "fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { UNASKED = 12345 };

/* What the last event of a kind was told. */
struct told {
	struct cbf_volume *volume, *other;
	enum mf_event kind;
	int process_error, thread_error, name_error, token_error, groups_error, path_error, other_error;
	pid_t process, thread;
	char name[PATH_MAX];
	struct cbf_token token;
	size_t groups;
	int creator_process_error, creator_thread_error, creator_name_error, creator_token_error;
	pid_t creator_process, creator_thread;
	char creator_name[PATH_MAX];
	struct cbf_token creator_token;
	char path[PATH_MAX];
};

static void ask(enum mf_event kind, const void *event, void *user_data)
{
	struct told *told = user_data;
	struct cbf_volume *volume = told->volume;
	const char *path = NULL;

	(void)event;
	if (kind != told->kind)
		return;
	told->process = told->thread = told->creator_process = told->creator_thread = UNASKED;
	told->process_error = cbf_get_originator_process_id(volume, &told->process);
	told->thread_error = cbf_get_originator_thread_id(volume, &told->thread);
	told->name_error = cbf_get_originator_process_name(volume, told->name, sizeof(told->name));
	told->token_error = cbf_get_originator_token(volume, &told->token);
	told->groups_error = cbf_get_originator_groups(volume, NULL, 0, &told->groups);
	told->creator_process_error = cbf_get_handle_creator_process_id(volume, &told->creator_process);
	told->creator_thread_error = cbf_get_handle_creator_thread_id(volume, &told->creator_thread);
	told->creator_name_error =
		cbf_get_handle_creator_process_name(volume, told->creator_name, sizeof(told->creator_name));
	told->creator_token_error = cbf_get_handle_creator_token(volume, &told->creator_token);
	told->path_error = cbf_get_event_file_name(volume, &path);
	if (told->path_error == 0)
		strcpy(told->path, path);
	told->other_error = cbf_get_event_file_name(told->other, &path);
}

static struct fixture *begin(void **state, struct told *told, enum mf_event kind)
{
	struct fixture *f = *state;

	memset(told, 0, sizeof(*told));
	told->volume = f->volume;
	told->kind = kind;
	assert_int_equal(cbf_volume_create(&told->other), 0);
	mf_add_file(f->fs, "/f", "data");
	mf_observe(f->fs, ask, told);
	fx_start(f, FX_STEP);
	f->kernel->uid = 1000;
	f->kernel->gid = 2000;
	f->kernel->pid = (uint32_t)gettid();
	return f;
}

static void finish(struct fixture *f, struct told *told)
{
	cbf_volume_destroy(told->other);
	told->kind = MF_EVENT_COUNT; /* nothing more is asked */
	fx_finish(f);
}

static void own_executable(char name[PATH_MAX])
{
	ssize_t length = readlink("/proc/self/exe", name, PATH_MAX - 1);

	assert_true(length > 0);
	name[length] = '\0';
}

static void test_originator(void **state)
{
	static struct told told;
	struct fixture *f = begin(state, &told, MF_GET_FILE_INFO);
	char name[PATH_MAX];
	int groups = getgroups(0, NULL);

	own_executable(name);
	(void)fx_node(f, "/f");
	assert_int_equal(told.process_error, 0);
	assert_int_equal(told.process, getpid());
	assert_int_equal(told.thread_error, 0);
	assert_int_equal(told.thread, gettid());
	assert_int_equal(told.name_error, 0);
	assert_string_equal(told.name, name);
	assert_int_equal(told.token_error, 0);
	assert_int_equal(told.token.uid, 1000);
	assert_int_equal(told.token.gid, 2000);
	assert_int_equal(told.groups_error, groups ? -ERANGE : 0);
	assert_int_equal(told.groups, groups);
	assert_int_equal(told.path_error, 0);
	assert_string_equal(told.path, "/f");
	/* No handle, and no event of the other volume. */
	assert_int_equal(told.creator_process_error, -ENOENT);
	assert_int_equal(told.creator_process, UNASKED);
	assert_int_equal(told.creator_token_error, -ENOENT);
	assert_int_equal(told.other_error, -EINVAL);
	finish(f, &told);
}

static void test_creator(void **state)
{
	static struct told told;
	struct fixture *f = begin(state, &told, MF_READ_FILE);
	uint64_t node = fx_node(f, "/f"), fh = fx_open(f, node, O_RDONLY);
	char name[PATH_MAX];

	own_executable(name);
	/* Somebody else reads through it: one that the system does not know. */
	f->kernel->uid = 1;
	f->kernel->gid = 2;
	f->kernel->pid = INT_MAX;
	fx_expect_content(f, node, fh, "data");
	assert_int_equal(told.creator_process_error, 0);
	assert_int_equal(told.creator_process, getpid());
	assert_int_equal(told.creator_thread, gettid());
	assert_int_equal(told.creator_name_error, 0);
	assert_string_equal(told.creator_name, name);
	assert_int_equal(told.creator_token.uid, 1000);
	assert_int_equal(told.creator_token.gid, 2000);
	assert_int_equal(told.process_error, -ENOENT);
	assert_int_equal(told.process, UNASKED);
	assert_int_equal(told.thread, INT_MAX);
	assert_int_equal(told.name_error, -ENOENT);
	assert_int_equal(told.groups_error, -ENOENT);
	assert_int_equal(told.token_error, 0);
	assert_int_equal(told.token.uid, 1);
	assert_int_equal(told.token.gid, 2);
	fx_release(f, node, fh);
	finish(f, &told);
}

/* A stream that is made by its path is opened as any file is. */
static void test_creator_of_a_new_stream(void **state)
{
	static struct told told;
	struct fixture *f = *state;
	struct fuse_entry_out entry;
	struct fuse_open_out open;

	assert_int_equal(cbf_set_use_alternate_data_streams(f->volume, true), 0);
	assert_int_equal(cbf_set_use_stream_paths(f->volume, true), 0);
	f = begin(state, &told, MF_CREATE_FILE);
	f->kernel->uid = 0;
	assert_int_equal(fk_create_file(f->kernel, FUSE_ROOT_ID, "f:new", O_RDWR, 0600, &entry, &open), 0);
	assert_int_equal(told.creator_process_error, 0);
	assert_int_equal(told.creator_thread, gettid());
	assert_int_equal(told.creator_token.gid, 2000);
	told.kind = MF_WRITE_FILE;
	f->kernel->pid = INT_MAX;
	fx_write(f, entry.nodeid, open.fh, 0, "new");
	assert_int_equal(told.thread, INT_MAX);
	assert_int_equal(told.creator_thread_error, 0);
	assert_int_equal(told.creator_thread, gettid());
	assert_int_equal(told.creator_process, getpid());
	assert_int_equal(told.creator_token.gid, 2000);
	fx_release(f, entry.nodeid, open.fh);
	finish(f, &told);
}

/* Releases come from nobody; the handle says who opened it to the last. */
static void test_close(void **state)
{
	static struct told told;
	struct fixture *f = begin(state, &told, MF_CLOSE_FILE);
	uint64_t node = fx_node(f, "/f"), fh = fx_open(f, node, O_RDONLY);

	f->kernel->uid = f->kernel->gid = f->kernel->pid = 0;
	fx_release(f, node, fh);
	assert_int_equal(told.process_error, -ENOENT);
	assert_int_equal(told.thread_error, -ENOENT);
	assert_int_equal(told.token_error, -ENOENT);
	assert_int_equal(told.creator_process, getpid());
	assert_int_equal(told.creator_token.uid, 1000);
	assert_string_equal(told.path, "/f");
	finish(f, &told);
}

struct opener {
	struct fixture *fixture;
	uint64_t node, fh;
	pid_t thread;
};

static void *open_in_thread(void *argument)
{
	struct opener *opener = argument;

	opener->thread = gettid();
	opener->fixture->kernel->pid = (uint32_t)opener->thread;
	opener->fh = fx_open(opener->fixture, opener->node, O_RDONLY);
	return NULL;
}

/* A thread that has ended is not known any more, unless its process was kept. */
static void run_ended_thread(void **state, bool keep)
{
	static struct told told;
	struct fixture *f = *state;
	struct opener opener;
	pthread_t thread;

	assert_int_equal(cbf_set_keep_handle_creators(f->volume, keep), 0);
	f = begin(state, &told, MF_READ_FILE);
	opener = (struct opener){.fixture = f, .node = fx_node(f, "/f")};
	assert_int_equal(pthread_create(&thread, NULL, open_in_thread, &opener), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	f->kernel->pid = (uint32_t)gettid();
	fx_expect_content(f, opener.node, opener.fh, "data");
	assert_int_equal(told.creator_process_error, keep ? 0 : -ENOENT);
	assert_int_equal(told.creator_process, keep ? getpid() : UNASKED);
	assert_int_equal(told.creator_name_error, keep ? 0 : -ENOENT);
	assert_int_equal(told.creator_thread, opener.thread);
	assert_int_equal(told.creator_token.uid, 1000);
	fx_release(f, opener.node, opener.fh);
	finish(f, &told);
}

static void test_ended_thread(void **state)
{
	run_ended_thread(state, false);
}

static void test_kept_creator(void **state)
{
	run_ended_thread(state, true);
}

static void test_outside_of_a_hook(void **state)
{
	struct fixture *f = *state;
	struct cbf_token token;
	const char *path;
	char name[16];
	size_t count;
	pid_t id;

	assert_int_equal(cbf_get_originator_process_id(f->volume, &id), -EINVAL);
	assert_int_equal(cbf_get_originator_thread_id(f->volume, &id), -EINVAL);
	assert_int_equal(cbf_get_originator_process_name(f->volume, name, sizeof(name)), -EINVAL);
	assert_int_equal(cbf_get_originator_token(f->volume, &token), -EINVAL);
	assert_int_equal(cbf_get_originator_groups(f->volume, NULL, 0, &count), -EINVAL);
	assert_int_equal(cbf_get_handle_creator_process_id(f->volume, &id), -EINVAL);
	assert_int_equal(cbf_get_handle_creator_thread_id(f->volume, &id), -EINVAL);
	assert_int_equal(cbf_get_handle_creator_process_name(f->volume, name, sizeof(name)), -EINVAL);
	assert_int_equal(cbf_get_handle_creator_token(f->volume, &token), -EINVAL);
	assert_int_equal(cbf_get_event_file_name(f->volume, &path), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FX_TEST(test_creator_of_a_new_stream),
		FX_TEST(test_originator),
		FX_TEST(test_creator),
		FX_TEST(test_close),
		FX_TEST(test_ended_thread),
		FX_TEST(test_kept_creator),
		FX_TEST(test_outside_of_a_hook),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
