/* SPDX-License-Identifier: MIT */
/* Streams and ioctls that are cut off midway: the session ends, the caller is gone, or the file is busy meanwhile. */
#include "control_fixture.h"

#include "session.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* /f is open, with a stream that is not. */
struct place {
	struct fixture *f;
	uint64_t node, fh, directory;
};

static void start(struct place *place, void **state, int mode)
{
	struct fixture *f = *state;

	assert_int_equal(cbf_set_use_alternate_data_streams(f->volume, true), 0);
	assert_int_equal(cbf_set_use_stream_paths(f->volume, true), 0);
	assert_int_equal(cbf_set_use_object_ids(f->volume, true), 0);
	assert_int_equal(cbf_set_use_disk_quotas(f->volume, true), 0);
	assert_int_equal(cbf_set_use_inode_flags(f->volume, true), 0);
	assert_int_equal(cbf_set_handle_all_fsctls(f->volume, true), 0);
	mf_add_file(f->fs, "/f", "data");
	mf_add_link(f->fs, "/f", "/g");
	mf_add_stream(f->fs, "/f:one", "first");
	fx_start(f, mode);
	f->kernel->uid = f->kernel->gid = 0;
	place->f = f;
	place->node = fx_node(f, "/f");
	place->fh = fx_open(f, place->node, O_RDWR);
	place->directory = fx_opendir(f, FUSE_ROOT_ID);
}

static void finish(const struct place *place)
{
	fx_release(place->f, place->node, place->fh);
	fx_releasedir(place->f, FUSE_ROOT_ID, place->directory);
	fx_finish(place->f);
}

static uint64_t send_control(const struct place *place, unsigned long command, const void *in)
{
	const uint32_t size = _IOC_SIZE(command);

	return fk_send_ioctl(place->f->kernel, place->node, place->fh, false, (uint32_t)command, in,
			     _IOC_DIR(command) & _IOC_WRITE ? size : 0, _IOC_DIR(command) & _IOC_READ ? size : 0);
}

static uint64_t get_stream(const struct place *place)
{
	return fk_send_getxattr(place->f->kernel, place->node, "user.one", 100);
}

static uint64_t set_stream(const struct place *place)
{
	return fk_send_setxattr(place->f->kernel, place->node, "user.new", "value", 5, 0);
}

static uint64_t change_stream(const struct place *place)
{
	return fk_send_setxattr(place->f->kernel, place->node, "user.one", "v", 1, 0);
}

static uint64_t create_stream(const struct place *place)
{
	return fk_send_create(place->f->kernel, FUSE_ROOT_ID, "f:new", O_RDWR | O_CREAT, S_IFREG | 0600);
}

static uint64_t unlink_stream(const struct place *place)
{
	return fk_send_unlink(place->f->kernel, FUSE_ROOT_ID, "f:one");
}

static uint64_t look_up_stream(const struct place *place)
{
	return fk_send_lookup(place->f->kernel, FUSE_ROOT_ID, "f:one");
}

static uint64_t walk_over_quotas(const struct place *place)
{
	const struct cbf_quota quota = {.kind = CBF_QUOTA_USER};

	return send_control(place, CBF_IOC_QUERY_QUOTA, &quota);
}

static uint64_t ask_one_quota(const struct place *place)
{
	const struct cbf_quota quota = {.id = 2, .flags = CBF_QUOTA_BY_ID};

	return send_control(place, CBF_IOC_QUERY_QUOTA, &quota);
}

static uint64_t set_quota(const struct place *place)
{
	const struct cbf_quota quota = {.id = 77};

	return send_control(place, CBF_IOC_SET_QUOTA, &quota);
}

static uint64_t make_object_id(const struct place *place)
{
	return send_control(place, CBF_IOC_CREATE_OBJECT_ID, NULL);
}

static uint64_t ask_label(const struct place *place)
{
	return send_control(place, FS_IOC_GETFSLABEL, NULL);
}

static uint64_t set_attributes(const struct place *place)
{
	const struct fsxattr attributes = {.fsx_projid = 9};

	return send_control(place, FS_IOC_FSSETXATTR, &attributes);
}

static uint64_t list_entry(const struct place *place)
{
	static const struct cbf_links_page page = {.name = "g"};

	return fk_send_ioctl(place->f->kernel, FUSE_ROOT_ID, place->directory, true, (uint32_t)CBF_IOC_LIST_LINKS,
			     &page, sizeof(page), sizeof(page));
}

static uint64_t find_handle(const struct place *place)
{
	return fk_send_lookup(place->f->kernel, place->node, ".");
}

static const struct cut {
	enum mf_event event; /* one that the request fires */
	uint64_t (*request)(const struct place *place);
} cuts[] = {
	{MF_GET_FILE_INFO, get_stream},
	{MF_OPEN_FILE, get_stream},
	{MF_READ_FILE, get_stream},
	{MF_CLOSE_FILE, get_stream},
	{MF_CREATE_FILE, set_stream},
	{MF_WRITE_FILE, set_stream},
	{MF_SET_FILE_SIZE, change_stream},
	{MF_GET_FILE_INFO, create_stream},
	{MF_CREATE_FILE, create_stream},
	{MF_CAN_FILE_BE_DELETED, unlink_stream},
	{MF_DELETE_FILE, unlink_stream},
	{MF_GET_FILE_INFO, look_up_stream},
	{MF_QUERY_QUOTAS, walk_over_quotas},
	{MF_QUERY_QUOTAS, ask_one_quota},
	{MF_CLOSE_QUOTAS_ENUMERATION, ask_one_quota},
	{MF_SET_QUOTAS, set_quota},
	{MF_GET_OBJECT_ID, make_object_id},
	{MF_FSCTL, ask_label},
	{MF_GET_VOLUME_LABEL, ask_label},
	{MF_FSCTL, set_attributes},
	{MF_SET_FILE_ATTRIBUTES, set_attributes},
	{MF_ENUMERATE_HARD_LINKS, list_entry},
	{MF_CLOSE_HARD_LINKS_ENUMERATION, list_entry},
	{MF_GET_FILE_INFO, find_handle},
};

enum { CUTS = sizeof(cuts) / sizeof(cuts[0]) };

/* The kernel hangs up while a hook runs; fx_abort() looks whether all contexts were given back. */
static void test_the_session_ends(void **state)
{
	(void)state;
	for (unsigned i = 0; i < CUTS; i++) {
		struct place place;
		void *fixture = NULL;

		assert_int_equal(fx_setup(&fixture), 0);
		start(&place, &fixture, FX_WORKERS);
		mf_block(place.f->fs, cuts[i].event, NULL);
		(void)cuts[i].request(&place);
		mf_wait_blocked(place.f->fs, cuts[i].event, 1);
		fk_hang_up(place.f->kernel);
		mf_release(place.f->fs, cuts[i].event);
		fx_abort(place.f);
		assert_int_equal(fx_teardown(&fixture), 0);
	}
}

static int lose_all(uint64_t unique, int32_t error, void *user_data)
{
	unsigned *times = user_data;

	(void)unique, (void)error;
	++*times;
	return ENOENT;
}

static void test_the_caller_is_gone(void **state)
{
	(void)state;
	for (unsigned i = 0; i < CUTS; i++) {
		struct place place;
		void *fixture = NULL;
		unsigned times = 0;

		assert_int_equal(fx_setup(&fixture), 0);
		start(&place, &fixture, FX_STEP);
		if (!cbf__session_set_reply_filter(place.f->volume, lose_all, &times))
			skip();
		(void)cuts[i].request(&place);
		fk_step_all(place.f->kernel);
		assert_int_equal(times, 1);
		assert_true(cbf__session_set_reply_filter(place.f->volume, NULL, NULL));
		finish(&place);
		assert_int_equal(fx_teardown(&fixture), 0);
	}
}

/* What a request brought along is its own while it waits, whatever comes in behind it. */
static void test_what_waits_keeps_its_bytes(void **state)
{
	static const char label[FSLABEL_MAX] = "the right one";
	char other[FSLABEL_MAX], got[FSLABEL_MAX], reversed[8];
	struct place place;
	uint64_t read, set, reverse;
	struct fixture *f;

	memset(other, 'x', sizeof(other));
	start(&place, state, FX_WORKERS);
	f = place.f;
	mf_block(f->fs, MF_READ_FILE, "/f");
	read = fk_send_read(f->kernel, place.node, place.fh, 0, 10);
	mf_wait_blocked(f->fs, MF_READ_FILE, 1);
	set = send_control(&place, FS_IOC_SETFSLABEL, label);
	reverse = send_control(&place, MF_FSCTL_REVERSE, "1234567");
	for (unsigned i = 0; i < 8; i++)
		assert_int_equal(fk_setxattr(f->kernel, FUSE_ROOT_ID, "security.x", other, sizeof(other), 0), 0);
	mf_release(f->fs, MF_READ_FILE);
	assert_int_equal(fk_wait_fixed(f->kernel, read, NULL, 0), 0);
	assert_int_equal(fk_wait_ioctl(f->kernel, set, NULL, 0), 0);
	assert_int_equal(fk_wait_ioctl(f->kernel, reverse, reversed, sizeof(reversed)), -MF_RETURN_VALUE);
	assert_memory_equal(reversed + 1, "7654321", 7);
	assert_int_equal(control(f, place.node, place.fh, FS_IOC_GETFSLABEL, NULL, got), 0);
	assert_string_equal(got, label);
	finish(&place);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_session_ends),
		cmocka_unit_test(test_the_caller_is_gone),
		FX_TEST(test_what_waits_keeps_its_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
