/* SPDX-License-Identifier: MIT */
/* Object ids, quotas, valid data length, compressed size, inode flags: by ioctl. */
#include "control_fixture.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct fixture *begin(void **state, uint64_t *node, uint64_t *fh)
{
	struct fixture *f = *state;

	assert_int_equal(cbf_set_use_object_ids(f->volume, true), 0);
	assert_int_equal(cbf_set_use_disk_quotas(f->volume, true), 0);
	assert_int_equal(cbf_set_use_inode_flags(f->volume, true), 0);
	return control_begin(state, node, fh);
}

static void become(struct fixture *f, uint32_t id)
{
	f->kernel->uid = f->kernel->gid = id;
}

static void test_object_id(void **state)
{
	struct cbf_object_id id = {.object_id = "fifteen bytes..", .extended_information = "more"}, got;
	uint64_t node, fh;
	struct fixture *f = begin(state, &node, &fh);

	assert_int_equal(control(f, node, fh, CBF_IOC_GET_OBJECT_ID, NULL, &got), ENODATA);
	assert_int_equal(control(f, node, fh, CBF_IOC_CREATE_OBJECT_ID, NULL, &got), 0);
	assert_int_not_equal(got.object_id[0], 0);
	assert_int_equal(control(f, node, fh, CBF_IOC_SET_OBJECT_ID, &id, NULL), 0);
	assert_int_equal(control(f, node, fh, CBF_IOC_GET_OBJECT_ID, NULL, &got), 0);
	assert_memory_equal(&got, &id, sizeof(id));
	id.flags = CBF_OBJECT_ID_EXTENDED_ONLY;
	memset(id.object_id, 'x', sizeof(id.object_id));
	memcpy(id.extended_information, "other", 5);
	assert_int_equal(control(f, node, fh, CBF_IOC_SET_OBJECT_ID, &id, NULL), 0);
	assert_int_equal(control(f, node, fh, CBF_IOC_GET_OBJECT_ID, NULL, &got), 0);
	assert_memory_equal(got.object_id, "fifteen bytes..", 16);
	assert_memory_equal(got.extended_information, "other", 5);
	assert_int_equal(control(f, node, fh, CBF_IOC_DELETE_OBJECT_ID, NULL, NULL), 0);
	assert_int_equal(control(f, node, fh, CBF_IOC_DELETE_OBJECT_ID, NULL, NULL), ENODATA);
	assert_int_equal(control(f, node, fh, CBF_IOC_SET_OBJECT_ID, &id, NULL), ENODATA);
	id.flags = 2;
	assert_int_equal(control(f, node, fh, CBF_IOC_SET_OBJECT_ID, &id, NULL), EINVAL);
	id = (struct cbf_object_id){.reserved = 1};
	assert_int_equal(control(f, node, fh, CBF_IOC_SET_OBJECT_ID, &id, NULL), EINVAL);
	control_finish(f, node, fh);
}

static void test_object_id_is_the_owners(void **state)
{
	const struct fuse_setattr_in owner = {.valid = FATTR_UID | FATTR_GID, .uid = 1000, .gid = 1000};
	struct cbf_object_id id = {.flags = 0};
	struct fuse_attr_out attr;
	uint64_t node, fh;
	struct fixture *f = begin(state, &node, &fh);

	assert_int_equal(fk_setattr(f->kernel, node, &owner, &attr), 0);
	become(f, 1001);
	assert_int_equal(control(f, node, fh, CBF_IOC_CREATE_OBJECT_ID, NULL, &id), EPERM);
	assert_int_equal(control(f, node, fh, CBF_IOC_SET_OBJECT_ID, &id, NULL), EPERM);
	assert_int_equal(control(f, node, fh, CBF_IOC_DELETE_OBJECT_ID, NULL, NULL), EPERM);
	assert_int_equal(control(f, node, fh, CBF_IOC_GET_OBJECT_ID, NULL, &id), ENODATA);
	become(f, 1000);
	assert_int_equal(control(f, node, fh, CBF_IOC_CREATE_OBJECT_ID, NULL, &id), 0);
	assert_int_equal(fk_unlink(f->kernel, FUSE_ROOT_ID, "f"), 0);
	assert_int_equal(control(f, node, fh, CBF_IOC_GET_OBJECT_ID, NULL, &id), ENOENT);
	control_finish(f, node, fh);
}

static void test_walk_over_quotas(void **state)
{
	struct cbf_quota quota = {.kind = CBF_QUOTA_USER};
	uint64_t node, fh;
	struct fixture *f = begin(state, &node, &fh);

	for (quota.index = 0; quota.index < MF_QUOTA_RECORDS; quota.index++) {
		assert_int_equal(control(f, node, fh, CBF_IOC_QUERY_QUOTA, &quota, &quota), 0);
		assert_int_equal(quota.flags, CBF_QUOTA_FOUND);
		assert_int_equal(quota.id, quota.index + 1);
		assert_int_equal(quota.used, quota.id * 5);
		assert_int_equal(quota.threshold, quota.id * 10);
		assert_int_equal(quota.limit, quota.id * 20);
	}
	assert_int_equal(mf_contexts_made(f->fs, MF_QUOTAS_ENUMERATION), 1);
	assert_int_equal(mf_contexts_alive(f->fs, MF_QUOTAS_ENUMERATION), 1);
	assert_int_equal(control(f, node, fh, CBF_IOC_QUERY_QUOTA, &quota, &quota), 0);
	assert_int_equal(quota.flags, 0);
	assert_int_equal(quota.limit, 0);
	assert_int_equal(mf_contexts_alive(f->fs, MF_QUOTAS_ENUMERATION), 0);
	/* It is over: only a new one can be begun. */
	assert_int_equal(control(f, node, fh, CBF_IOC_QUERY_QUOTA, &quota, &quota), EINVAL);
	control_finish(f, node, fh);
}

/* Begun anew, failed, given up: closed once. */
static void test_ends_of_a_walk(void **state)
{
	struct cbf_quota quota = {.kind = CBF_QUOTA_USER}, other = {.kind = CBF_QUOTA_GROUP, .index = 1};
	uint64_t node, fh;
	struct fixture *f = begin(state, &node, &fh);

	assert_int_equal(control(f, node, fh, CBF_IOC_QUERY_QUOTA, &quota, &quota), 0);
	assert_int_equal(control(f, node, fh, CBF_IOC_QUERY_QUOTA, &quota, &quota), 0);
	assert_int_equal(mf_contexts_made(f->fs, MF_QUOTAS_ENUMERATION), 2);
	assert_int_equal(mf_contexts_alive(f->fs, MF_QUOTAS_ENUMERATION), 1);
	assert_int_equal(control(f, node, fh, CBF_IOC_QUERY_QUOTA, &other, &other), EINVAL);
	quota.index = 2;
	assert_int_equal(control(f, node, fh, CBF_IOC_QUERY_QUOTA, &quota, &quota), EINVAL);
	quota.index = 1;
	mf_fail(f->fs, MF_QUERY_QUOTAS, 0, ENOMEM);
	assert_int_equal(control(f, node, fh, CBF_IOC_QUERY_QUOTA, &quota, &quota), ENOMEM);
	assert_int_equal(mf_contexts_alive(f->fs, MF_QUOTAS_ENUMERATION), 0);
	quota.index = 0;
	assert_int_equal(control(f, node, fh, CBF_IOC_QUERY_QUOTA, &quota, &quota), 0);
	fx_release(f, node, fh);
	assert_int_equal(mf_contexts_alive(f->fs, MF_QUOTAS_ENUMERATION), 0);
	assert_int_equal(mf_seen(f->fs, MF_CLOSE_QUOTAS_ENUMERATION), 3);
	fh = fx_open(f, node, O_RDONLY);
	assert_int_equal(control(f, node, fh, CBF_IOC_QUERY_QUOTA, &quota, &quota), 0);
	fx_abort(f);
}

static void test_one_quota(void **state)
{
	struct cbf_quota quota = {.id = 2, .flags = CBF_QUOTA_BY_ID}, set = {.id = 77, .threshold = 1, .limit = 2};
	uint64_t node, fh;
	struct fixture *f = begin(state, &node, &fh);

	assert_int_equal(control(f, node, fh, CBF_IOC_QUERY_QUOTA, &quota, &quota), 0);
	assert_int_equal(quota.flags, CBF_QUOTA_BY_ID | CBF_QUOTA_FOUND);
	assert_int_equal(quota.limit, 40);
	assert_int_equal(control(f, node, fh, CBF_IOC_SET_QUOTA, &set, NULL), 0);
	quota.id = 77;
	assert_int_equal(control(f, node, fh, CBF_IOC_QUERY_QUOTA, &quota, &quota), 0);
	assert_int_equal(quota.flags, CBF_QUOTA_BY_ID | CBF_QUOTA_FOUND);
	assert_int_equal(quota.limit, 2);
	set.flags = CBF_QUOTA_REMOVE;
	assert_int_equal(control(f, node, fh, CBF_IOC_SET_QUOTA, &set, NULL), 0);
	assert_int_equal(control(f, node, fh, CBF_IOC_SET_QUOTA, &set, NULL), ENOENT);
	assert_int_equal(control(f, node, fh, CBF_IOC_QUERY_QUOTA, &quota, &quota), 0);
	assert_int_equal(quota.flags, CBF_QUOTA_BY_ID);
	assert_int_equal(mf_contexts_alive(f->fs, MF_QUOTAS_ENUMERATION), 0);
	quota.kind = 3;
	assert_int_equal(control(f, node, fh, CBF_IOC_QUERY_QUOTA, &quota, &quota), EINVAL);
	set.flags = 0x10;
	assert_int_equal(control(f, node, fh, CBF_IOC_SET_QUOTA, &set, NULL), EINVAL);
	control_finish(f, node, fh);
}

static void test_who_may_ask_and_set(void **state)
{
	struct cbf_quota quota = {.id = 1000, .flags = CBF_QUOTA_BY_ID}, set = {.id = 1000};
	struct cbf_default_quota defaults = {.limit = 9};
	uint64_t node, fh;
	struct fixture *f = begin(state, &node, &fh);

	become(f, 1000);
	assert_int_equal(control(f, node, fh, CBF_IOC_QUERY_QUOTA, &quota, &quota), 0);
	quota.kind = CBF_QUOTA_GROUP;
	assert_int_equal(control(f, node, fh, CBF_IOC_QUERY_QUOTA, &quota, &quota), 0);
	quota.id = 1001;
	assert_int_equal(control(f, node, fh, CBF_IOC_QUERY_QUOTA, &quota, &quota), EPERM);
	quota = (struct cbf_quota){.id = 1000};
	assert_int_equal(control(f, node, fh, CBF_IOC_QUERY_QUOTA, &quota, &quota), EPERM);
	assert_int_equal(control(f, node, fh, CBF_IOC_SET_QUOTA, &set, NULL), EPERM);
	assert_int_equal(control(f, node, fh, CBF_IOC_SET_DEFAULT_QUOTA, &defaults, NULL), EPERM);
	assert_int_equal(mf_seen(f->fs, MF_QUERY_QUOTAS), 2);
	assert_int_equal(mf_seen(f->fs, MF_SET_QUOTAS), 0);
	become(f, 0);
	control_finish(f, node, fh);
}

/* A group of the caller's that is not the one it goes by. */
static void test_own_groups(void **state)
{
	struct cbf_quota quota = {.kind = CBF_QUOTA_GROUP, .id = fx_own_group(), .flags = CBF_QUOTA_BY_ID};
	uint64_t node, fh;
	struct fixture *f;

	if (quota.id == FX_NO_GROUP)
		skip();
	f = begin(state, &node, &fh);
	f->kernel->uid = f->kernel->gid = quota.id + 1;
	f->kernel->pid = (uint32_t)gettid();
	assert_int_equal(control(f, node, fh, CBF_IOC_QUERY_QUOTA, &quota, &quota), 0);
	quota.kind = CBF_QUOTA_USER;
	assert_int_equal(control(f, node, fh, CBF_IOC_QUERY_QUOTA, &quota, &quota), EPERM);
	quota = (struct cbf_quota){.kind = CBF_QUOTA_GROUP, .id = quota.id + 2, .flags = CBF_QUOTA_BY_ID};
	assert_int_equal(control(f, node, fh, CBF_IOC_QUERY_QUOTA, &quota, &quota), EPERM);
	become(f, 0);
	control_finish(f, node, fh);
}

static void test_default_quota(void **state)
{
	struct cbf_default_quota defaults = {.threshold = 8, .limit = 9, .control_flags = CBF_QUOTAS_TRACKED}, got;
	uint64_t node, fh;
	struct fixture *f = begin(state, &node, &fh);

	assert_int_equal(control(f, node, fh, CBF_IOC_SET_DEFAULT_QUOTA, &defaults, NULL), 0);
	assert_int_equal(control(f, node, fh, CBF_IOC_GET_DEFAULT_QUOTA, NULL, &got), 0);
	assert_memory_equal(&got, &defaults, sizeof(got));
	defaults.control_flags = 4;
	assert_int_equal(control(f, node, fh, CBF_IOC_SET_DEFAULT_QUOTA, &defaults, NULL), EINVAL);
	mf_answer(f->fs, MF_GET_DEFAULT_QUOTA_INFO, MF_BAD_TYPE, 1);
	assert_int_equal(control(f, node, fh, CBF_IOC_GET_DEFAULT_QUOTA, NULL, &got), EIO);
	control_finish(f, node, fh);
}

static void test_valid_data_length(void **state)
{
	uint64_t node, fh, reading, length = 3, above = 5;
	struct fixture *f = begin(state, &node, &fh);

	assert_int_equal(control(f, node, fh, CBF_IOC_SET_VALID_DATA_LENGTH, &length, NULL), 0);
	assert_int_equal(mf_valid_data_length_of(f->fs, "/f"), 3);
	assert_int_equal(control(f, node, fh, CBF_IOC_SET_VALID_DATA_LENGTH, &above, NULL), EINVAL);
	reading = fx_open(f, node, O_RDONLY);
	assert_int_equal(control(f, node, reading, CBF_IOC_SET_VALID_DATA_LENGTH, &length, NULL), EBADF);
	fx_release(f, node, reading);
	mf_fail(f->fs, MF_SET_VALID_DATA_LENGTH, 0, ENOSPC);
	assert_int_equal(control(f, node, fh, CBF_IOC_SET_VALID_DATA_LENGTH, &length, NULL), ENOSPC);
	control_finish(f, node, fh);
}

static void test_compressed_size(void **state)
{
	uint64_t node, fh, directory, size = 0;
	struct fixture *f = begin(state, &node, &fh);

	assert_int_equal(control(f, node, fh, CBF_IOC_GET_COMPRESSED_SIZE, NULL, &size), 0);
	assert_int_equal(size, MF_COMPRESSED_SIZE);
	mf_answer(f->fs, MF_QUERY_COMPRESSION_INFO, MF_BAD_SIZE, 1);
	assert_int_equal(control(f, node, fh, CBF_IOC_GET_COMPRESSED_SIZE, NULL, &size), EIO);
	directory = fx_opendir(f, FUSE_ROOT_ID);
	assert_int_equal(control(f, FUSE_ROOT_ID, directory, CBF_IOC_GET_COMPRESSED_SIZE, NULL, &size), EISDIR);
	fx_releasedir(f, FUSE_ROOT_ID, directory);
	control_finish(f, node, fh);
}

static void test_compressed_size_without_a_hook(void **state)
{
	struct fixture *f = *state;
	uint64_t node, fh, size = 0;

	assert_int_equal(cbf_on_query_compression_info(f->volume, NULL, NULL), 0);
	f = begin(state, &node, &fh);
	assert_int_equal(control(f, node, fh, CBF_IOC_GET_COMPRESSED_SIZE, NULL, &size), 0);
	assert_int_equal(size, 512); /* what GetFileInfo says that 4 bytes take */
	control_finish(f, node, fh);
}

/* As the kernel sends them: the numbers say "long", an int goes over. */
static int get_flags(struct fixture *f, uint64_t node, uint64_t fh, uint32_t *flags)
{
	return fk_ioctl(f->kernel, node, fh, false, (uint32_t)FS_IOC_GETFLAGS, NULL, 0, flags, sizeof(*flags));
}

static int set_flags(struct fixture *f, uint64_t node, uint64_t fh, uint32_t flags)
{
	return fk_ioctl(f->kernel, node, fh, false, (uint32_t)FS_IOC_SETFLAGS, &flags, sizeof(flags), NULL, 0);
}

static void test_inode_flags(void **state)
{
	const struct fuse_setattr_in owner = {.valid = FATTR_UID | FATTR_GID, .uid = 1234, .gid = 1234};
	struct fuse_attr_out attr;
	struct fsxattr attributes = {.fsx_xflags = 0};
	uint32_t flags = 1;
	uint64_t node, fh;
	struct fixture *f = begin(state, &node, &fh);

	assert_int_equal(get_flags(f, node, fh, &flags), 0);
	assert_int_equal(flags, 0);
	assert_int_equal(set_flags(f, node, fh, FS_NODUMP_FL | FS_COMPR_FL), 0);
	assert_int_equal(get_flags(f, node, fh, &flags), 0);
	assert_int_equal(flags, FS_NODUMP_FL | FS_COMPR_FL);
	assert_int_equal(control(f, node, fh, FS_IOC_FSGETXATTR, NULL, &attributes), 0);
	assert_int_equal(attributes.fsx_xflags, FS_XFLAG_NODUMP);
	assert_int_equal(attributes.fsx_projid, 0);
	/* A flag that has no name there stays. */
	attributes = (struct fsxattr){.fsx_xflags = FS_XFLAG_APPEND | FS_XFLAG_NOATIME, .fsx_projid = 42};
	assert_int_equal(control(f, node, fh, FS_IOC_FSSETXATTR, &attributes, NULL), 0);
	assert_int_equal(get_flags(f, node, fh, &flags), 0);
	assert_int_equal(flags, FS_APPEND_FL | FS_NOATIME_FL | FS_COMPR_FL);
	assert_int_equal(control(f, node, fh, FS_IOC_FSGETXATTR, NULL, &attributes), 0);
	assert_int_equal(attributes.fsx_projid, 42);
	attributes.fsx_xflags = FS_XFLAG_REALTIME;
	assert_int_equal(control(f, node, fh, FS_IOC_FSSETXATTR, &attributes, NULL), EOPNOTSUPP);
	become(f, 1234);
	assert_int_equal(set_flags(f, node, fh, 0), EPERM);
	become(f, 0);
	assert_int_equal(set_flags(f, node, fh, FS_NOATIME_FL), 0);
	/* What nobody may undo is root's, the rest the owner's. */
	assert_int_equal(fk_setattr(f->kernel, node, &owner, &attr), 0);
	become(f, 1234);
	assert_int_equal(set_flags(f, node, fh, FS_IMMUTABLE_FL), EPERM);
	assert_int_equal(set_flags(f, node, fh, FS_NODUMP_FL), 0);
	become(f, 0);
	control_finish(f, node, fh);
}

static void test_switched_off(void **state)
{
	char bytes[128] = "";
	uint32_t flags;
	uint64_t node, fh;
	struct fixture *f = control_begin(state, &node, &fh);

	assert_int_equal(control(f, node, fh, CBF_IOC_GET_OBJECT_ID, NULL, bytes), EOPNOTSUPP);
	assert_int_equal(control(f, node, fh, CBF_IOC_SET_OBJECT_ID, bytes, NULL), EOPNOTSUPP);
	assert_int_equal(control(f, node, fh, CBF_IOC_DELETE_OBJECT_ID, NULL, NULL), EOPNOTSUPP);
	assert_int_equal(control(f, node, fh, CBF_IOC_QUERY_QUOTA, bytes, bytes), EOPNOTSUPP);
	assert_int_equal(control(f, node, fh, CBF_IOC_SET_QUOTA, bytes, NULL), EOPNOTSUPP);
	assert_int_equal(control(f, node, fh, CBF_IOC_GET_DEFAULT_QUOTA, NULL, bytes), EOPNOTSUPP);
	assert_int_equal(control(f, node, fh, CBF_IOC_SET_DEFAULT_QUOTA, bytes, NULL), EOPNOTSUPP);
	assert_int_equal(get_flags(f, node, fh, &flags), ENOTTY);
	assert_int_equal(set_flags(f, node, fh, 0), ENOTTY);
	assert_int_equal(control(f, node, fh, FS_IOC_FSGETXATTR, NULL, bytes), ENOTTY);
	control_finish(f, node, fh);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FX_TEST(test_object_id),
		FX_TEST(test_object_id_is_the_owners),
		FX_TEST(test_walk_over_quotas),
		FX_TEST(test_ends_of_a_walk),
		FX_TEST(test_one_quota),
		FX_TEST(test_who_may_ask_and_set),
		FX_TEST(test_own_groups),
		FX_TEST(test_default_quota),
		FX_TEST(test_valid_data_length),
		FX_TEST(test_compressed_size),
		FX_TEST(test_compressed_size_without_a_hook),
		FX_TEST(test_inode_flags),
		FX_TEST(test_switched_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
