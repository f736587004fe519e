/* SPDX-License-Identifier: MIT */
/* Files that are routed to local ones: which events do not fire, who owns the descriptors, what goes on beside hooks.
 */
#include "fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#ifndef SEEK_DATA
#define SEEK_DATA 3
#define SEEK_HOLE 4
#endif

#define LOCAL "local content"

/* Routes the files /f and /g when they are opened or created. */
struct router {
	struct cbf_volume *volume;
	int f, g; /* -1: not routed */
	unsigned flags;
	int error; /* of the last call */
	enum mf_event at; /* a call is made there as well: it must be refused */
	int error_there;
};

static void route(enum mf_event kind, const void *event, void *data)
{
	struct router *router = data;
	const char *path = NULL;
	int fd;

	if (kind == router->at)
		router->error_there = cbf_route_to_fd(router->volume, router->f, 0);
	if (kind == MF_OPEN_FILE)
		path = ((const struct cbf_open_file_event *)event)->file_name;
	else if (kind == MF_CREATE_FILE)
		path = ((const struct cbf_create_file_event *)event)->file_name;
	if (!path)
		return;
	fd = strcmp(path, "/g") == 0 ? router->g : router->f;
	if (fd >= 0)
		router->error = cbf_route_to_fd(router->volume, fd, router->flags);
}

static int local_file(const char *content)
{
	int fd = memfd_create("local", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, content, strlen(content)), strlen(content));
	return fd;
}

static struct fixture *begin(void **state, struct router *router, int mode)
{
	struct fixture *f = *state;

	*router = (struct router){.volume = f->volume, .f = local_file(LOCAL), .g = -1, .at = MF_EVENT_COUNT};
	assert_int_equal(cbf_set_use_routing(f->volume, true), 0);
	mf_add_file(f->fs, "/f", "model");
	mf_add_file(f->fs, "/g", "other");
	mf_observe(f->fs, route, router);
	fx_start(f, mode);
	return f;
}

static void finish(struct fixture *f, struct router *router)
{
	(void)close(router->f);
	if (router->g >= 0)
		(void)close(router->g);
	fx_finish(f);
}

static void expect_local(int fd, const char *content)
{
	char buffer[64];

	assert_int_equal(pread(fd, buffer, sizeof(buffer), 0), strlen(content));
	assert_memory_equal(buffer, content, strlen(content));
}

static uint64_t size_of(struct fixture *f, uint64_t node)
{
	struct fuse_attr_out out;

	assert_int_equal(fk_getattr(f->kernel, node, &out), 0);
	return out.attr.size;
}

static void expect_no_content_events(struct fixture *f)
{
	static const enum mf_event kinds[] = {MF_READ_FILE,           MF_WRITE_FILE,         MF_SET_FILE_SIZE,
					      MF_SET_ALLOCATION_SIZE, MF_ZEROIZE_FILE_RANGE, MF_QUERY_ALLOCATED_RANGES,
					      MF_OFFLOAD_WRITE_FILE,  MF_FLUSH_FILE};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		assert_int_equal(mf_seen(f->fs, kinds[i]), 0);
}

static void test_content(void **state)
{
	struct router router;
	struct fixture *f = begin(state, &router, FX_STEP);
	uint64_t node = fx_node(f, "/f"), fh = fx_open(f, node, O_RDWR), second, position;

	assert_int_equal(router.error, 0);
	fx_expect_content(f, node, fh, LOCAL);
	assert_int_equal(size_of(f, node), strlen(LOCAL));
	fx_write(f, node, fh, 0, "LOCAL");
	second = fx_open(f, node, O_RDWR);
	fx_write(f, node, second, strlen(LOCAL), "!");
	fx_expect_content(f, node, fh, "LOCAL content!");
	expect_local(router.f, "LOCAL content!");
	assert_int_equal(fk_truncate(f->kernel, node, 5), 0);
	expect_local(router.f, "LOCAL");
	assert_int_equal(size_of(f, node), 5);
	assert_int_equal(fk_fsync(f->kernel, node, fh, false), 0);
	assert_int_equal(fk_fsync(f->kernel, node, fh, true), 0);
	assert_int_equal(fk_fallocate(f->kernel, node, fh, 0, 0, 16384), 0);
	assert_int_equal(size_of(f, node), 16384);
	assert_int_equal(fk_fallocate(f->kernel, node, fh, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 4096), 0);
	fx_write(f, node, fh, 8192, "data");
	assert_int_equal(fk_lseek(f->kernel, node, fh, 16383, SEEK_HOLE, &position), 0);
	assert_int_equal(position, lseek(router.f, 16383, SEEK_HOLE));
	assert_int_equal(fk_lseek(f->kernel, node, fh, 16384, SEEK_DATA, &position), ENXIO);
	expect_no_content_events(f);
	/* The route ends with the last handle. */
	fx_release(f, node, fh);
	assert_int_equal(fk_truncate(f->kernel, node, 0), 0); /* opens, and so is routed */
	assert_int_equal(lseek(router.f, 0, SEEK_END), 0);
	fx_write(f, node, second, 0, "new");
	expect_local(router.f, "new");
	fx_release(f, node, second);
	assert_int_equal(close(router.f), 0);
	router.f = -1;
	fh = fx_open(f, node, O_RDONLY);
	fx_expect_content(f, node, fh, "model");
	fx_release(f, node, fh);
	fx_finish(f);
}

static void test_created(void **state)
{
	struct router router;
	struct fixture *f = begin(state, &router, FX_STEP);
	struct fuse_entry_out entry;
	struct fuse_open_out open;

	assert_int_equal(fk_create_file(f->kernel, FUSE_ROOT_ID, "new", O_RDWR, 0644, &entry, &open), 0);
	assert_int_equal(router.error, 0);
	assert_int_equal(entry.attr.size, strlen(LOCAL)); /* what is there already */
	fx_write(f, entry.nodeid, open.fh, 0, "L");
	expect_local(router.f, "Local content");
	fx_release(f, entry.nodeid, open.fh);
	finish(f, &router);
}

/* O_TRUNC of the open that routes. */
static void test_truncated_at_open(void **state)
{
	struct router router;
	struct fixture *f = begin(state, &router, FX_STEP);
	uint64_t node = fx_node(f, "/f"), fh = fx_open(f, node, O_RDWR | O_TRUNC);

	expect_local(router.f, "");
	assert_int_equal(mf_seen(f->fs, MF_SET_FILE_SIZE), 0);
	fx_release(f, node, fh);
	finish(f, &router);
}

static void test_without_a_name(void **state)
{
	struct router router;
	struct fixture *f = begin(state, &router, FX_STEP);
	uint64_t node = fx_node(f, "/f"), fh = fx_open(f, node, O_RDWR);

	assert_int_equal(fk_rename(f->kernel, FUSE_ROOT_ID, "f", FUSE_ROOT_ID, "moved", 0), 0);
	fx_expect_content(f, node, fh, LOCAL);
	assert_int_equal(fk_unlink(f->kernel, FUSE_ROOT_ID, "moved"), 0);
	fx_expect_content(f, node, fh, LOCAL);
	fx_write(f, node, fh, 0, "LOCAL");
	assert_int_equal(size_of(f, node), strlen(LOCAL));
	fx_expect_content(f, node, fh, "LOCAL content");
	expect_no_content_events(f);
	fx_release(f, node, fh);
	finish(f, &router);
}

static void test_excluded(void **state)
{
	struct router router;
	struct fixture *f = begin(state, &router, FX_STEP);
	uint64_t node, fh;

	router.flags = CBF_ROUTE_NO_READ | CBF_ROUTE_NO_SIZE;
	node = fx_node(f, "/f");
	fh = fx_open(f, node, O_RDWR);
	fx_expect_content(f, node, fh, "model");
	fx_write(f, node, fh, 0, "LOCAL");
	expect_local(router.f, "LOCAL content");
	assert_int_equal(size_of(f, node), strlen("model"));
	fx_release(f, node, fh);
	router.flags = CBF_ROUTE_ONLY_READ;
	fh = fx_open(f, node, O_RDWR);
	fx_write(f, node, fh, 0, "MODEL");
	assert_int_equal(mf_seen(f->fs, MF_WRITE_FILE), 1);
	assert_int_equal(fk_truncate(f->kernel, node, 3), 0);
	assert_int_equal(mf_seen(f->fs, MF_SET_FILE_SIZE), 1);
	fx_expect_content(f, node, fh, "LOCAL content");
	fx_release(f, node, fh);
	finish(f, &router);
}

/* A descriptor for reading is opened anew when a handle writes; what cannot be is told. */
static void test_widened(void **state)
{
	struct router router;
	struct fixture *f = begin(state, &router, FX_STEP);
	char path[32];
	uint64_t node = fx_node(f, "/f"), fh;
	int wide = router.f, written = -1;
	uint32_t count;

	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", wide);
	router.f = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(router.f >= 0);
	fh = fx_open(f, node, O_RDWR);
	fx_expect_content(f, node, fh, LOCAL);
	fx_write(f, node, fh, 0, "LOCAL");
	expect_local(wide, "LOCAL content");
	fx_release(f, node, fh);
	assert_int_equal(close(router.f), 0);
	router.f = open("/proc/self/exe", O_RDONLY | O_CLOEXEC); /* runs: ETXTBSY */
	assert_true(router.f >= 0);
	fh = fx_open(f, node, O_RDWR);
	written = fk_write(f->kernel, node, fh, 0, "x", 1, &count);
	assert_int_equal(written, ETXTBSY);
	fx_release(f, node, fh);
	(void)close(wide);
	finish(f, &router);
}

static void test_copied(void **state)
{
	struct router router;
	struct fixture *f = begin(state, &router, FX_STEP);
	uint64_t node = fx_node(f, "/f"), other = fx_node(f, "/g"), fh = fx_open(f, node, O_RDWR), to;
	uint32_t copied;

	/* From a routed file to one that is not: the kernel reads and writes. */
	to = fx_open(f, other, O_RDWR);
	assert_int_equal(
		fk_copy(f->kernel, &(struct fk_place){node, fh, 0}, &(struct fk_place){other, to, 0}, 5, &copied),
		EOPNOTSUPP);
	fx_release(f, other, to);
	router.g = local_file("");
	to = fx_open(f, other, O_RDWR);
	assert_int_equal(
		fk_copy(f->kernel, &(struct fk_place){node, fh, 6}, &(struct fk_place){other, to, 0}, 100, &copied), 0);
	assert_int_equal(copied, strlen("content"));
	expect_local(router.g, "content");
	expect_no_content_events(f);
	fx_release(f, node, fh);
	fx_release(f, other, to);
	finish(f, &router);
}

/* Reads and writes go on while a hook of the same file runs. */
static void test_beside_a_hook(void **state)
{
	struct router router;
	struct fixture *f = begin(state, &router, FX_WORKERS);
	uint64_t node = fx_node(f, "/f"), fh = fx_open(f, node, O_RDWR), waiting;
	struct fuse_attr_out out;

	mf_block(f->fs, MF_GET_FILE_INFO, "/f");
	waiting = fk_send_getattr(f->kernel, node);
	mf_wait_blocked(f->fs, MF_GET_FILE_INFO, 1);
	fx_write(f, node, fh, 0, "LOCAL");
	fx_expect_content(f, node, fh, "LOCAL content");
	assert_false(fk_has_reply(f->kernel, waiting, 0));
	mf_release(f->fs, MF_GET_FILE_INFO);
	assert_int_equal(fk_wait_fixed(f->kernel, waiting, &out, sizeof(out)), 0);
	fx_release(f, node, fh);
	finish(f, &router);
}

static void test_failed_open(void **state)
{
	struct router router;
	struct fixture *f = begin(state, &router, FX_STEP);
	uint64_t node = fx_node(f, "/f"), fh;
	struct fuse_open_out open;

	mf_fail(f->fs, MF_OPEN_FILE, 0, EACCES);
	assert_int_equal(fk_open(f->kernel, node, O_RDONLY, &open), EACCES);
	assert_int_equal(router.error, 0);
	(void)close(router.f);
	router.f = -1;
	fh = fx_open(f, node, O_RDONLY);
	fx_expect_content(f, node, fh, "model");
	fx_release(f, node, fh);
	fx_finish(f);
}

/* The last of several calls counts; nothing of the others is left. */
static void test_last_one_counts(void **state)
{
	struct router router;
	struct fixture *f = *state;
	uint64_t node, first, second;
	int before;

	assert_int_equal(cbf_set_fire_all_open_close_events(f->volume, true), 0);
	f = begin(state, &router, FX_STEP);
	before = router.f;
	node = fx_node(f, "/f");
	first = fx_open(f, node, O_RDWR);
	router.f = local_file("another");
	second = fx_open(f, node, O_RDWR);
	fx_expect_content(f, node, first, "another");
	fx_expect_content(f, node, second, "another");
	(void)close(before);
	fx_release(f, node, second);
	fx_expect_content(f, node, first, "another");
	fx_release(f, node, first);
	finish(f, &router);
}

/* Open when the session ends: closed by the library. */
static void test_aborted(void **state)
{
	struct router router;
	struct fixture *f = begin(state, &router, FX_STEP);

	(void)fx_open(f, fx_node(f, "/f"), O_RDWR);
	(void)close(router.f);
	router.f = -1;
	fx_abort(f);
}

static int refused(struct fixture *f, struct router *router, int fd)
{
	uint64_t node = fx_node(f, "/f"), fh;
	int kept = router->f;

	router->f = fd;
	fh = fx_open(f, node, O_RDONLY);
	fx_expect_content(f, node, fh, "model");
	fx_release(f, node, fh);
	router->f = kept;
	if (fd >= 0)
		(void)close(fd);
	return router->error;
}

static void test_rules(void **state)
{
	struct router router;
	struct fixture *f = begin(state, &router, FX_STEP);
	uint64_t node, fh;
	char path[32];

	assert_int_equal(cbf_route_to_fd(f->volume, router.f, 0), -EINVAL);
	assert_int_equal(cbf_route_to_file(f->volume, "/dev/null", 0), -EINVAL);
	assert_int_equal(cbf_set_use_routing(f->volume, false), -EBUSY);
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", router.f);
	assert_int_equal(refused(f, &router, open("/", O_RDONLY | O_CLOEXEC)), -EINVAL);
	assert_int_equal(refused(f, &router, open("/dev/null", O_RDWR | O_CLOEXEC)), -EINVAL);
	assert_int_equal(refused(f, &router, open(path, O_PATH | O_CLOEXEC)), -EINVAL);
	assert_int_equal(refused(f, &router, open(path, O_RDWR | O_APPEND | O_CLOEXEC)), -EINVAL);
	assert_int_equal(refused(f, &router, 1000), -EBADF);
	router.flags = 0x100;
	assert_int_equal(refused(f, &router, dup(router.f)), -EINVAL);
	router.flags = 0;
	/* Nor of directories, nor in other events. */
	router.at = MF_GET_FILE_INFO;
	fh = fx_opendir(f, FUSE_ROOT_ID);
	assert_int_equal(router.error, -EINVAL);
	fx_releasedir(f, FUSE_ROOT_ID, fh);
	node = fx_node(f, "/f");
	assert_int_equal(router.error_there, -EINVAL);
	router.at = MF_CLOSE_FILE;
	router.error_there = 0;
	fx_release(f, node, fx_open(f, node, O_RDONLY));
	assert_int_equal(router.error_there, -EINVAL);
	finish(f, &router);
}

static void test_not_asked_for(void **state)
{
	struct fixture *f = *state;
	struct router router = {.volume = f->volume, .f = local_file(LOCAL), .g = -1, .at = MF_EVENT_COUNT};
	uint64_t node, fh;

	mf_add_file(f->fs, "/f", "model");
	mf_observe(f->fs, route, &router);
	fx_start(f, FX_STEP);
	node = fx_node(f, "/f");
	fh = fx_open(f, node, O_RDONLY);
	assert_int_equal(router.error, -EOPNOTSUPP);
	fx_expect_content(f, node, fh, "model");
	fx_release(f, node, fh);
	finish(f, &router);
}

static void info(struct cbf_volume *volume, struct cbf_get_file_info_event *event, void *data)
{
	(void)volume;
	(void)data;
	event->file_exists = true;
	event->info->mode = strcmp(event->file_name, "/") == 0 ? S_IFDIR | 0755 : S_IFREG | 0644;
	event->info->size = 5;
}

static void open_by_path(struct cbf_volume *volume, struct cbf_open_file_event *event, void *path)
{
	if (strcmp(event->file_name, "/routed") == 0)
		event->result_code = -cbf_route_to_file(volume, path, 0);
}

/* Two hooks are a volume; of a file that is not routed the kernel gets the answers that it would give itself. */
static void test_two_hooks(void **state)
{
	struct fixture *f = *state;
	char path[] = "/tmp/cbfuse-route.XXXXXX";
	int local = mkstemp(path);
	uint64_t node, fh, position;

	assert_true(local >= 0);
	assert_int_equal(write(local, "12345", 5), 5);
	assert_int_equal(cbf_set_use_routing(f->volume, true), 0);
	assert_int_equal(cbf_on_get_file_info(f->volume, info, NULL), 0);
	assert_int_equal(cbf_on_open_file(f->volume, open_by_path, path), 0);
	fx_start(f, FX_STEP);
	node = fx_node(f, "/routed");
	fh = fx_open(f, node, O_RDWR);
	fx_write(f, node, fh, 5, "6");
	fx_expect_content(f, node, fh, "123456");
	assert_int_equal(fk_fsync(f->kernel, node, fh, false), 0);
	fx_release(f, node, fh);
	node = fx_node(f, "/plain");
	fh = fx_open(f, node, O_RDONLY);
	assert_int_equal(fk_fsync(f->kernel, node, fh, false), 0);
	assert_int_equal(fk_fallocate(f->kernel, node, fh, 0, 0, 10), EOPNOTSUPP);
	assert_int_equal(fk_lseek(f->kernel, node, fh, 2, SEEK_DATA, &position), 0);
	assert_int_equal(position, 2);
	assert_int_equal(fk_lseek(f->kernel, node, fh, 2, SEEK_HOLE, &position), 0);
	assert_int_equal(position, 5);
	assert_int_equal(fk_lseek(f->kernel, node, fh, 5, SEEK_DATA, &position), ENXIO);
	fx_release(f, node, fh);
	expect_local(local, "123456");
	(void)unlink(path);
	(void)close(local);
	fx_finish(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FX_TEST(test_content),         FX_TEST(test_created),        FX_TEST(test_truncated_at_open),
		FX_TEST(test_without_a_name),  FX_TEST(test_excluded),       FX_TEST(test_widened),
		FX_TEST(test_copied),          FX_TEST(test_beside_a_hook),  FX_TEST(test_failed_open),
		FX_TEST(test_last_one_counts), FX_TEST(test_aborted),        FX_TEST(test_rules),
		FX_TEST(test_not_asked_for),   FX_BARE_TEST(test_two_hooks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
