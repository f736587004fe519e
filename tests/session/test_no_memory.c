/* SPDX-License-Identifier: MIT */
/*
 * Without memory: each allocation of the library fails in turn, in the middle of whatever it is about. The request
 * fails or goes on; nothing stays open, nothing is closed twice, and the volume goes on serving.
 */
#include "base/acl.h"
#include "control_fixture.h"
#include "event/event.h"
#include "request.h"
#include "session.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static bool armed; /* in a step of the session */
static unsigned allocations_left; /* up to the one that fails; 0: none does */
static bool failed, lasting; /* one did; all behind it do, too */

/* What a hook takes is none of the library's. */
static bool fails(void)
{
	if (!armed || !allocations_left || cbf__inside_hook())
		return false;
	if (allocations_left > 1) {
		allocations_left--;
		return false;
	}
	failed = true;
	if (!lasting)
		allocations_left = 0;
	return true;
}

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);

void *__wrap_malloc(size_t size)
{
	return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
	return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *memory, size_t size)
{
	return fails() ? NULL : __real_realloc(memory, size);
}

static int armed_step(void *volume)
{
	int served;

	armed = true;
	served = cbf__session_step(volume);
	armed = false;
	return served;
}

/* What a request is about: /f is open as fh, the root directory as directory. */
struct place {
	struct fixture *f;
	uint64_t node, fh, directory;
};

static void start(struct place *place)
{
	struct fixture *f = place->f;

	assert_int_equal(cbf_set_use_alternate_data_streams(f->volume, true), 0);
	assert_int_equal(cbf_set_use_stream_paths(f->volume, true), 0);
	assert_int_equal(cbf_set_use_object_ids(f->volume, true), 0);
	assert_int_equal(cbf_set_use_disk_quotas(f->volume, true), 0);
	assert_int_equal(cbf_set_use_inode_flags(f->volume, true), 0);
	assert_int_equal(cbf_set_handle_all_fsctls(f->volume, true), 0);
	assert_int_equal(cbf_set_keep_handle_creators(f->volume, true), 0);
	assert_int_equal(cbf_set_use_posix_acls(f->volume, true), 0);
	assert_int_equal(cbf_set_use_routing(f->volume, true), 0);
	mf_add_file(f->fs, "/f", "data");
	mf_add_link(f->fs, "/f", "/g");
	mf_add_directory(f->fs, "/d");
	mf_add_file(f->fs, "/d/x", "xxx");
	mf_add_stream(f->fs, "/f:one", "first");
	mf_add_stream(f->fs, "/f:two", "second");
	fx_start(f, FX_STEP);
	f->kernel->uid = f->kernel->gid = 0;
	f->kernel->pid = (uint32_t)gettid();
	place->node = fx_node(f, "/f");
	place->fh = fx_open(f, place->node, O_RDWR);
	place->directory = fx_opendir(f, FUSE_ROOT_ID);
}

/* That is not to fail. */
static void close_file(struct place *place, uint64_t node, uint64_t fh)
{
	const unsigned left = allocations_left;

	allocations_left = 0;
	fx_release(place->f, node, fh);
	allocations_left = left;
}

static void get_stream(struct place *place)
{
	char value[64];
	size_t length;

	(void)fk_getxattr(place->f->kernel, place->node, "user.one", value, sizeof(value), &length);
}

static void list_streams(struct place *place)
{
	char names[256];
	size_t length;

	(void)fk_listxattr(place->f->kernel, place->node, names, sizeof(names), &length);
}

static void list_streams_of_a_closed_file(struct place *place)
{
	char names[256];
	size_t length;

	close_file(place, place->node, place->fh);
	(void)fk_listxattr(place->f->kernel, place->node, names, sizeof(names), &length);
	place->fh = 0;
}

static void set_streams(struct place *place)
{
	(void)fk_setxattr(place->f->kernel, place->node, "user.one", "x", 1, 0);
	(void)fk_setxattr(place->f->kernel, place->node, "user.new", "value", 5, 0);
	(void)fk_removexattr(place->f->kernel, place->node, "user.two");
}

static void make_stream(struct place *place)
{
	struct fuse_entry_out entry;
	struct fuse_open_out open;

	if (fk_create_file(place->f->kernel, FUSE_ROOT_ID, "f:new", O_RDWR, 0600, &entry, &open) == 0)
		close_file(place, entry.nodeid, open.fh);
	(void)fk_mknod(place->f->kernel, FUSE_ROOT_ID, "d:new", S_IFREG | 0600, 0, &entry);
	(void)fk_unlink(place->f->kernel, FUSE_ROOT_ID, "f:one");
}

static void open_stream(struct place *place)
{
	struct fuse_entry_out entry;
	struct fuse_open_out open;

	if (fk_lookup(place->f->kernel, FUSE_ROOT_ID, "f:one", &entry) == 0 &&
	    fk_open(place->f->kernel, entry.nodeid, O_RDWR, &open) == 0)
		close_file(place, entry.nodeid, open.fh);
}

static void ask_quotas(struct place *place)
{
	struct cbf_quota walk = {.kind = CBF_QUOTA_USER}, one = {.id = 2, .flags = CBF_QUOTA_BY_ID}, set = {.id = 77};

	for (walk.index = 0; walk.index < 3; walk.index++)
		(void)control(place->f, place->node, place->fh, CBF_IOC_QUERY_QUOTA, &walk, &walk);
	walk.index = 0;
	(void)control(place->f, place->node, place->fh, CBF_IOC_QUERY_QUOTA, &walk, &walk);
	(void)control(place->f, place->node, place->fh, CBF_IOC_QUERY_QUOTA, &one, &one);
	(void)control(place->f, place->node, place->fh, CBF_IOC_SET_QUOTA, &set, NULL);
}

static void control_volume(struct place *place)
{
	char label[FSLABEL_MAX] = "label", in[8] = "1234567", out[8];
	struct cbf_object_id id;
	struct fsxattr attributes;

	(void)control(place->f, place->node, place->fh, FS_IOC_GETFSLABEL, NULL, label);
	(void)control(place->f, place->node, place->fh, FS_IOC_SETFSLABEL, label, NULL);
	(void)control(place->f, place->node, place->fh, MF_IOCTL_REVERSE, in, out);
	(void)control(place->f, place->node, place->fh, CBF_IOC_CREATE_OBJECT_ID, NULL, &id);
	(void)control(place->f, place->node, place->fh, FS_IOC_FSGETXATTR, NULL, &attributes);
}

static void list_links(struct place *place)
{
	static struct cbf_links_page page;

	memset(&page, 0, sizeof(page));
	(void)control(place->f, place->node, place->fh, CBF_IOC_LIST_LINKS, &page, &page);
	memset(&page, 0, sizeof(page));
	strcpy(page.name, "g");
	(void)control(place->f, FUSE_ROOT_ID, place->directory, CBF_IOC_LIST_LINKS, &page, &page);
}

static void find_handle(struct place *place)
{
	struct fuse_entry_out entry;

	close_file(place, place->node, place->fh);
	place->fh = 0;
	mf_remove(place->f->fs, "/f");
	(void)fk_lookup(place->f->kernel, place->node, ".", &entry);
	(void)fk_lookup(place->f->kernel, FUSE_ROOT_ID, "..", &entry);
}

static void change_names(struct place *place)
{
	struct fk_listing listing = {.count = 0};
	struct fuse_entry_out entry;
	struct fuse_open_out open;

	if (fk_create_file(place->f->kernel, FUSE_ROOT_ID, "new", O_RDWR, 0600, &entry, &open) == 0)
		close_file(place, entry.nodeid, open.fh);
	(void)fk_link(place->f->kernel, place->node, FUSE_ROOT_ID, "h", &entry);
	(void)fk_rename(place->f->kernel, FUSE_ROOT_ID, "g", FUSE_ROOT_ID, "i", 0);
	(void)fk_unlink(place->f->kernel, FUSE_ROOT_ID, "f");
	(void)fk_readdirplus(place->f->kernel, FUSE_ROOT_ID, place->directory, 0, 4096, &listing);
}

static void change_acls(struct place *place)
{
	static const struct cbf_acl_entry entries[] = {{CBF_ACL_USER_OBJ, 7, 0},
						       {CBF_ACL_USER, 6, 7},
						       {CBF_ACL_GROUP_OBJ, 7, 0},
						       {CBF_ACL_MASK, 6, 0},
						       {CBF_ACL_OTHER, 0, 0}};
	char bytes[CBF__ACL_BYTES_MAX];
	const uint32_t size = (uint32_t)cbf__acl_encode(entries, 5, bytes);
	struct fake_kernel *kernel = place->f->kernel;
	struct fuse_entry_out entry;
	struct fuse_open_out open;
	size_t length;

	(void)fk_setxattr(kernel, place->node, "system.posix_acl_access", bytes, size, 0);
	(void)fk_getxattr(kernel, place->node, "system.posix_acl_access", bytes, sizeof(bytes), &length);
	(void)fk_chmod(kernel, place->node, S_IFREG | 0600);
	(void)fk_setxattr(kernel, FUSE_ROOT_ID, "system.posix_acl_default", bytes, size, 0);
	if (fk_create_file(kernel, FUSE_ROOT_ID, "new", O_RDWR, 0600, &entry, &open) == 0)
		close_file(place, entry.nodeid, open.fh);
	(void)fk_mkdir(kernel, FUSE_ROOT_ID, "dir", 0700, &entry);
}

static void finish(struct place *place)
{
	struct fixture *f = place->f;

	fx_expect_serving(f);
	if (lasting) { /* a handle that could not be closed by itself is closed at the end */
		fx_abort(f);
		return;
	}
	if (place->fh)
		fx_release(f, place->node, place->fh);
	fx_releasedir(f, FUSE_ROOT_ID, place->directory);
	fx_finish(f);
}

static void run_once(void (*requests)(struct place *place), unsigned n)
{
	void *state = NULL;
	struct place place;

	assert_int_equal(fx_setup(&state), 0);
	place.f = state;
	start(&place);
	place.f->kernel->step = armed_step;
	cbf__request_pool_destroy(place.f->volume); /* with the memory that requests keep */
	failed = false;
	allocations_left = n;
	requests(&place);
	allocations_left = 0;
	finish(&place);
	assert_int_equal(fx_teardown(&state), 0);
}

/* Once with each allocation failing that there is, and once with all from there on. */
static void run(void (*requests)(struct place *place))
{
	enum { FAR_TOO_MANY = 1000 };

	for (unsigned mode = 0; mode < 2; mode++) {
		unsigned n = 0;

		lasting = mode;
		do
			run_once(requests, ++n);
		while (failed && n < FAR_TOO_MANY);
		assert_in_range(n, 2, FAR_TOO_MANY - 1);
	}
}

#define TEST(name)                                                                                                     \
	static void test_##name(void **state)                                                                          \
	{                                                                                                              \
		(void)state;                                                                                           \
		run(name);                                                                                             \
	}

TEST(get_stream)
TEST(list_streams)
TEST(list_streams_of_a_closed_file)
TEST(set_streams)
TEST(make_stream)
TEST(open_stream)
TEST(ask_quotas)
TEST(control_volume)
TEST(list_links)
TEST(find_handle)
TEST(change_names)
TEST(change_acls)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_get_stream),
		cmocka_unit_test(test_list_streams),
		cmocka_unit_test(test_list_streams_of_a_closed_file),
		cmocka_unit_test(test_set_streams),
		cmocka_unit_test(test_make_stream),
		cmocka_unit_test(test_open_stream),
		cmocka_unit_test(test_ask_quotas),
		cmocka_unit_test(test_control_volume),
		cmocka_unit_test(test_list_links),
		cmocka_unit_test(test_find_handle),
		cmocka_unit_test(test_change_names),
		cmocka_unit_test(test_change_acls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
