/* SPDX-License-Identifier: MIT */
/* The route cache: which files are served from the location, and when the application hears of it. */
#include "control_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define LOCAL "local content"

static char location[64];

static const char *local_path(const char *path)
{
	static char full[256];

	(void)snprintf(full, sizeof(full), "%s%s", location, path);
	return full;
}

static void put_local(const char *path, const char *content)
{
	int fd = open(local_path(path), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, content, strlen(content)), strlen(content));
	(void)close(fd);
}

static void expect_local(const char *path, const char *content)
{
	char buffer[64];
	int fd = open(local_path(path), O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(read(fd, buffer, sizeof(buffer)), strlen(content));
	assert_memory_equal(buffer, content, strlen(content));
	(void)close(fd);
}

/* The location has /f and /d/x; the volume these and /plain. */
static struct fixture *begin(void **state, unsigned flags, int mode)
{
	struct fixture *f = *state;

	(void)snprintf(location, sizeof(location), "/tmp/cbfuse-cache.XXXXXX");
	assert_non_null(mkdtemp(location));
	assert_int_equal(mkdir(local_path("/d"), 0755), 0);
	put_local("/f", LOCAL);
	put_local("/d/x", "local x");
	put_local("/only-there", "no such file in the volume");
	assert_int_equal(symlink("f", local_path("/plain")), 0);
	mf_add_file(f->fs, "/f", "model");
	mf_add_directory(f->fs, "/d");
	mf_add_file(f->fs, "/d/x", "x");
	mf_add_file(f->fs, "/plain", "plain");
	assert_int_equal(cbf_set_use_routing(f->volume, true), 0);
	assert_int_equal(cbf_enable_route_cache(f->volume, location, flags), 0);
	fx_start(f, mode);
	return f;
}

static void clean_up(void)
{
	static const char *const left[] = {"/f", "/d/x", "/only-there", "/plain", "/moved"};

	for (size_t i = 0; i < sizeof(left) / sizeof(left[0]); i++)
		(void)unlink(local_path(left[i]));
	(void)rmdir(local_path("/d"));
	assert_int_equal(rmdir(location), 0);
}

/* The descriptor of the location is the volume's until there is no cache any more. */
static void finish(struct fixture *f)
{
	cbf_disable_route_cache(f->volume, false);
	clean_up();
	fx_finish(f);
}

static void expect_opens(struct fixture *f, unsigned opens, unsigned closes)
{
	assert_int_equal(mf_seen(f->fs, MF_OPEN_FILE), opens);
	assert_int_equal(mf_seen(f->fs, MF_CLEANUP_FILE), closes);
	assert_int_equal(mf_seen(f->fs, MF_CLOSE_FILE), closes);
}

static uint64_t size_of(struct fixture *f, uint64_t node)
{
	struct fuse_attr_out out;

	assert_int_equal(fk_getattr(f->kernel, node, &out), 0);
	return out.attr.size;
}

static void test_served_from_there(void **state)
{
	struct fixture *f = begin(state, 0, FX_STEP);
	uint64_t node = fx_node(f, "/f"), x = fx_node(f, "/d/x"), fh, second;
	struct fuse_entry_out entry;

	assert_int_equal(size_of(f, node), strlen(LOCAL));
	assert_int_equal(size_of(f, x), strlen("local x"));
	assert_int_equal(fk_lookup(f->kernel, FUSE_ROOT_ID, "only-there", &entry), ENOENT);
	fh = fx_open(f, x, O_RDONLY);
	fx_expect_content(f, x, fh, "local x");
	fx_release(f, x, fh);
	fh = fx_open(f, node, O_RDWR);
	second = fx_open(f, node, O_RDONLY);
	fx_write(f, node, fh, 0, "LOCAL");
	fx_expect_content(f, node, second, "LOCAL content");
	fx_release(f, node, fh);
	assert_int_equal(fk_truncate(f->kernel, node, 5), 0);
	fx_release(f, node, second);
	assert_int_equal(fk_truncate(f->kernel, node, 3), 0); /* of a file that is not open */
	expect_local("/f", "LOC");
	fx_release(f, node, fx_open(f, node, O_WRONLY | O_TRUNC));
	expect_local("/f", "");
	expect_opens(f, 0, 0);
	assert_int_equal(mf_seen(f->fs, MF_READ_FILE) + mf_seen(f->fs, MF_WRITE_FILE), 0);
	assert_int_equal(mf_seen(f->fs, MF_SET_FILE_SIZE), 0);
	finish(f);
}

static void test_not_there(void **state)
{
	struct fixture *f = begin(state, 0, FX_STEP);
	uint64_t node = fx_node(f, "/plain"), fh = fx_open(f, node, O_RDWR);

	fx_expect_content(f, node, fh, "plain"); /* a symbolic link there */
	assert_int_equal(size_of(f, node), strlen("plain"));
	fx_release(f, node, fh);
	expect_opens(f, 1, 1);
	finish(f);
}

/* Which of its names would count? */
static void test_several_names(void **state)
{
	struct fixture *f = begin(state, 0, FX_STEP);
	uint64_t node, fh;

	mf_add_link(f->fs, "/f", "/f2");
	node = fx_node(f, "/f");
	fh = fx_open(f, node, O_RDONLY);
	assert_int_equal(size_of(f, node), strlen("model"));
	fx_expect_content(f, node, fh, "model");
	fx_release(f, node, fh);
	expect_opens(f, 1, 1);
	finish(f);
}

static void test_sizes_in_a_listing(void **state)
{
	struct fixture *f = begin(state, 0, FX_STEP);
	uint64_t fh = fx_opendir(f, FUSE_ROOT_ID);
	static struct fk_listing listing;
	bool seen = false;

	assert_int_equal(fk_readdirplus(f->kernel, FUSE_ROOT_ID, fh, 0, 8192, &listing), 0);
	for (size_t i = 0; i < listing.count; i++) {
		if (strcmp(listing.entries[i].name, "f") != 0)
			continue;
		assert_int_equal(listing.entries[i].entry.attr.size, strlen(LOCAL));
		seen = true;
	}
	assert_true(seen);
	fx_releasedir(f, FUSE_ROOT_ID, fh);
	finish(f);
}

/* Events that are for open files come with an OpenFile before them, once. */
static void test_late_open(void **state)
{
	struct fixture *f = begin(state, 0, FX_STEP);
	uint64_t node = fx_node(f, "/f"), fh = fx_open(f, node, O_RDWR);

	expect_opens(f, 0, 0);
	assert_int_equal(fk_chmod(f->kernel, node, 0600), 0);
	expect_opens(f, 1, 0);
	assert_int_equal(fk_chmod(f->kernel, node, 0644), 0);
	expect_opens(f, 1, 0);
	assert_int_equal(mf_seen(f->fs, MF_SET_FILE_ATTRIBUTES), 2);
	fx_expect_content(f, node, fh, LOCAL);
	fx_release(f, node, fh);
	expect_opens(f, 1, 1);
	/* Without an open: as ever. */
	assert_int_equal(fk_chmod(f->kernel, node, 0600), 0);
	expect_opens(f, 2, 2);
	finish(f);
}

static void test_late_open_fails(void **state)
{
	struct fixture *f = begin(state, 0, FX_STEP);
	uint64_t node = fx_node(f, "/f"), fh = fx_open(f, node, O_RDWR);

	mf_fail(f->fs, MF_OPEN_FILE, 0, EACCES);
	assert_int_equal(fk_chmod(f->kernel, node, 0600), EACCES);
	assert_int_equal(mf_seen(f->fs, MF_SET_FILE_ATTRIBUTES), 0);
	fx_expect_content(f, node, fh, LOCAL);
	fx_release(f, node, fh);
	expect_opens(f, 1, 0);
	finish(f);
}

static void test_excluded(void **state)
{
	struct fixture *f = begin(state, CBF_ROUTE_ONLY_READ | CBF_ROUTE_NO_SIZE, FX_STEP);
	uint64_t node = fx_node(f, "/f"), fh = fx_open(f, node, O_RDWR);
	char content[16];

	assert_int_equal(size_of(f, node), strlen("model"));
	fx_expect_content(f, node, fh, LOCAL);
	expect_opens(f, 0, 0);
	fx_write(f, node, fh, 0, "MODEL");
	expect_opens(f, 1, 0);
	assert_int_equal(mf_seen(f->fs, MF_WRITE_FILE), 1);
	assert_int_equal(mf_data_of(f->fs, "/f", content, sizeof(content)), 5);
	assert_string_equal(content, "MODEL");
	expect_local("/f", LOCAL);
	fx_release(f, node, fh);
	expect_opens(f, 1, 1);
	finish(f);
}

/* What needs no open file comes without one; the route stays. */
static void test_renamed_and_deleted(void **state)
{
	struct fixture *f = begin(state, 0, FX_STEP);
	uint64_t node = fx_node(f, "/f"), fh = fx_open(f, node, O_RDWR);

	assert_int_equal(fk_rename(f->kernel, FUSE_ROOT_ID, "f", FUSE_ROOT_ID, "moved", 0), 0);
	fx_expect_content(f, node, fh, LOCAL);
	expect_opens(f, 0, 0);
	assert_int_equal(fk_unlink(f->kernel, FUSE_ROOT_ID, "moved"), 0);
	fx_write(f, node, fh, 0, "LOCAL");
	fx_expect_content(f, node, fh, "LOCAL content");
	assert_int_equal(size_of(f, node), strlen(LOCAL));
	/* The application has to keep what is deleted while it is open, so it hears that it is. */
	expect_opens(f, 1, 0);
	fx_release(f, node, fh);
	expect_opens(f, 1, 1);
	finish(f);
}

static void test_created(void **state)
{
	struct fixture *f = begin(state, 0, FX_STEP);
	struct fuse_entry_out entry;
	struct fuse_open_out open;

	assert_int_equal(fk_create_file(f->kernel, FUSE_ROOT_ID, "only-there", O_RDWR, 0644, &entry, &open), 0);
	assert_int_equal(mf_seen(f->fs, MF_CREATE_FILE), 1);
	fx_expect_content(f, entry.nodeid, open.fh, "no such file in the volume");
	assert_int_equal(entry.attr.size, strlen("no such file in the volume"));
	fx_release(f, entry.nodeid, open.fh);
	expect_opens(f, 0, 1);
	finish(f);
}

static void test_disabled(void **state)
{
	struct fixture *f = begin(state, 0, FX_STEP);
	uint64_t node = fx_node(f, "/f"), fh = fx_open(f, node, O_RDWR);

	cbf_disable_route_cache(f->volume, false);
	fx_expect_content(f, node, fh, LOCAL);
	fx_release(f, node, fh);
	expect_opens(f, 0, 0);
	fh = fx_open(f, node, O_RDWR);
	fx_expect_content(f, node, fh, "model");
	fx_release(f, node, fh);
	expect_opens(f, 1, 1);
	finish(f);
}

static void test_invalidated(void **state)
{
	struct fixture *f = begin(state, 0, FX_STEP);
	uint64_t node = fx_node(f, "/f"), fh = fx_open(f, node, O_RDWR);

	fx_expect_content(f, node, fh, LOCAL);
	cbf_disable_route_cache(f->volume, true);
	expect_opens(f, 0, 0);
	assert_int_equal(size_of(f, node), strlen("model"));
	fx_expect_content(f, node, fh, "model");
	expect_opens(f, 1, 0);
	fx_release(f, node, fh);
	expect_opens(f, 1, 1);
	finish(f);
}

static void test_aborted(void **state)
{
	struct fixture *f = begin(state, 0, FX_STEP);

	(void)fx_open(f, fx_node(f, "/f"), O_RDWR);
	(void)fx_open(f, fx_node(f, "/plain"), O_RDWR);
	cbf_disable_route_cache(f->volume, false);
	clean_up();
	fx_abort(f);
}

/* A volume that goes takes its cache along. */
static void test_left_enabled(void **state)
{
	struct fixture *f = begin(state, 0, FX_STEP);
	struct cbf_volume *volume;
	struct leak_check leaks;

	leak_check_begin(&leaks);
	assert_int_equal(cbf_volume_create(&volume), 0);
	assert_int_equal(cbf_set_use_routing(volume, true), 0);
	assert_int_equal(cbf_enable_route_cache(volume, location, 0), 0);
	assert_int_equal(cbf_enable_route_cache(volume, "/", 0), 0);
	cbf_volume_destroy(volume);
	leak_check_end(&leaks);
	finish(f);
}

static void test_rules(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(cbf_enable_route_cache(f->volume, "/tmp", 0), -EOPNOTSUPP);
	assert_int_equal(cbf_set_use_routing(f->volume, true), 0);
	assert_int_equal(cbf_enable_route_cache(f->volume, "/tmp", 0x100), -EINVAL);
	assert_int_equal(cbf_enable_route_cache(f->volume, "/dev/null", 0), -ENOTDIR);
	assert_int_equal(cbf_enable_route_cache(f->volume, "/no such directory", 0), -ENOENT);
	assert_int_equal(cbf_set_serialize_access(f->volume, false), 0);
	assert_int_equal(cbf_enable_route_cache(f->volume, "/tmp", 0), -EINVAL);
	assert_int_equal(cbf_set_serialize_access(f->volume, true), 0);
	assert_int_equal(cbf_set_fire_all_open_close_events(f->volume, true), 0);
	assert_int_equal(cbf_enable_route_cache(f->volume, "/tmp", 0), -EINVAL);
	cbf_disable_route_cache(f->volume, true);
	fx_start(f, FX_STEP);
	fx_finish(f);
}

/* A walk over quotas by a descriptor that the application does not know of is closed as any other. */
static void test_quotas_by_an_unannounced_handle(void **state)
{
	struct cbf_quota quota = {.kind = CBF_QUOTA_USER};
	struct fixture *f = *state;
	uint64_t node, fh;

	assert_int_equal(cbf_set_use_disk_quotas(f->volume, true), 0);
	f = begin(state, 0, FX_STEP);
	f->kernel->uid = f->kernel->gid = 0;
	node = fx_node(f, "/f");
	fh = fx_open(f, node, O_RDONLY);
	assert_int_equal(control(f, node, fh, CBF_IOC_QUERY_QUOTA, &quota, &quota), 0);
	assert_int_equal(mf_contexts_alive(f->fs, MF_QUOTAS_ENUMERATION), 1);
	mf_fail(f->fs, MF_OPEN_FILE, 0, EACCES);
	fx_release(f, node, fh);
	assert_int_equal(mf_contexts_alive(f->fs, MF_QUOTAS_ENUMERATION), 0);
	expect_opens(f, 0, 0);
	finish(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FX_TEST(test_quotas_by_an_unannounced_handle),
		FX_TEST(test_served_from_there),
		FX_TEST(test_not_there),
		FX_TEST(test_several_names),
		FX_TEST(test_sizes_in_a_listing),
		FX_TEST(test_late_open),
		FX_TEST(test_late_open_fails),
		FX_TEST(test_excluded),
		FX_TEST(test_renamed_and_deleted),
		FX_TEST(test_created),
		FX_TEST(test_disabled),
		FX_TEST(test_invalidated),
		FX_TEST(test_aborted),
		FX_TEST(test_left_enabled),
		FX_TEST(test_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
