/* SPDX-License-Identifier: MIT */
/* ioctls: the volume's label and id, Fsctl and Ioctl, and what the library answers itself. */
#include "control_fixture.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void test_version(void **state)
{
	struct cbf_volume_version version = {.major = 99, .reserved = 99};
	uint64_t node, fh, directory;
	struct fixture *f = control_begin(state, &node, &fh);

	assert_int_equal(control(f, node, fh, CBF_IOC_IS_VOLUME, NULL, &version), 0);
	assert_int_equal(version.major, CBF_VERSION_MAJOR);
	assert_int_equal(version.minor, CBF_VERSION_MINOR);
	assert_int_equal(version.patch, CBF_VERSION_PATCH);
	assert_int_equal(version.reserved, 0);
	directory = fx_opendir(f, FUSE_ROOT_ID);
	assert_int_equal(control(f, FUSE_ROOT_ID, directory, CBF_IOC_IS_VOLUME, NULL, &version), 0);
	fx_releasedir(f, FUSE_ROOT_ID, directory);
	/* A number of ours with other sizes, a handle that is none. */
	assert_int_equal(fk_ioctl(f->kernel, node, fh, false, (uint32_t)CBF_IOC_IS_VOLUME, NULL, 0, &version, 8),
			 EINVAL);
	assert_int_equal(control(f, node, fh + 1000, CBF_IOC_IS_VOLUME, NULL, &version), EBADF);
	control_finish(f, node, fh);
}

static void test_label_and_id(void **state)
{
	char label[FSLABEL_MAX], long_label[FSLABEL_MAX];
	uint64_t node, fh, id = 0;
	struct fixture *f = control_begin(state, &node, &fh);

	assert_int_equal(control(f, node, fh, CBF_IOC_GET_VOLUME_ID, NULL, &id), 0);
	assert_int_equal(id, MF_VOLUME_ID);
	memset(label, 'x', sizeof(label));
	assert_int_equal(control(f, node, fh, FS_IOC_GETFSLABEL, NULL, label), 0);
	assert_string_equal(label, "");
	(void)strncpy(label, "my disk", sizeof(label));
	assert_int_equal(control(f, node, fh, FS_IOC_SETFSLABEL, label, NULL), 0);
	memset(label, 'x', sizeof(label));
	assert_int_equal(control(f, node, fh, FS_IOC_GETFSLABEL, NULL, label), 0);
	assert_string_equal(label, "my disk");
	for (size_t i = strlen(label); i < sizeof(label); i++)
		assert_int_equal(label[i], 0);
	memset(long_label, 'x', sizeof(long_label));
	assert_int_equal(control(f, node, fh, FS_IOC_SETFSLABEL, long_label, NULL), EINVAL);
	long_label[FSLABEL_MAX - 1] = '\0';
	assert_int_equal(control(f, node, fh, FS_IOC_SETFSLABEL, long_label, NULL), 0);
	assert_int_equal(control(f, node, fh, FS_IOC_GETFSLABEL, NULL, label), 0);
	assert_string_equal(label, long_label);
	control_finish(f, node, fh);
}

static void test_only_root_sets_the_label(void **state)
{
	static const char label[FSLABEL_MAX] = "mine";
	char out[FSLABEL_MAX];
	uint64_t node, fh;
	struct fixture *f = control_begin(state, &node, &fh);

	f->kernel->uid = f->kernel->gid = 1000;
	assert_int_equal(control(f, node, fh, FS_IOC_SETFSLABEL, label, NULL), EPERM);
	assert_int_equal(mf_seen(f->fs, MF_SET_VOLUME_LABEL), 0);
	assert_int_equal(control(f, node, fh, FS_IOC_GETFSLABEL, NULL, out), 0);
	f->kernel->uid = f->kernel->gid = 0;
	control_finish(f, node, fh);
}

static void test_bad_answers(void **state)
{
	char out[FSLABEL_MAX], in[8] = "1234567";
	uint64_t node, fh;
	struct fixture *f = control_begin(state, &node, &fh);

	mf_answer(f->fs, MF_GET_VOLUME_LABEL, MF_BAD_UNTERMINATED, 1);
	assert_int_equal(control(f, node, fh, FS_IOC_GETFSLABEL, NULL, out), EIO);
	mf_answer(f->fs, MF_FSCTL, MF_BAD_COUNT, 1);
	assert_int_equal(control(f, node, fh, MF_FSCTL_REVERSE, in, out), EIO);
	mf_answer(f->fs, MF_IOCTL, MF_BAD_SIZE, 1);
	assert_int_equal(control(f, node, fh, MF_IOCTL_REVERSE, in, out), EIO);
	assert_int_equal(mf_seen(f->fs, MF_ERROR), 3);
	mf_fail(f->fs, MF_GET_VOLUME_ID, 0, ENODATA);
	assert_int_equal(control(f, node, fh, CBF_IOC_GET_VOLUME_ID, NULL, out), ENODATA);
	mf_fail(f->fs, MF_SET_VOLUME_LABEL, 0, ENOSPC);
	memset(out, 0, sizeof(out));
	assert_int_equal(control(f, node, fh, FS_IOC_SETFSLABEL, out, NULL), ENOSPC);
	mf_fail(f->fs, MF_IOCTL, 0, EBUSY);
	assert_int_equal(control(f, node, fh, MF_IOCTL_REVERSE, in, out), EBUSY);
	control_finish(f, node, fh);
}

/* The result of an ioctl is a number above zero as well; the errno of the fake kernel's call is its negative. */
static void test_any_ioctl(void **state)
{
	char in[8] = "1234567", out[8];
	uint64_t node, fh, directory;
	struct fixture *f = control_begin(state, &node, &fh);

	assert_int_equal(control(f, node, fh, MF_FSCTL_REVERSE, in, out), -MF_RETURN_VALUE);
	assert_memory_equal(out,
			    "\0"
			    "7654321",
			    8);
	assert_int_equal(mf_seen(f->fs, MF_FSCTL), 1);
	assert_int_equal(mf_seen(f->fs, MF_IOCTL), 0);
	memset(out, 0, sizeof(out));
	assert_int_equal(control(f, node, fh, MF_IOCTL_REVERSE, in, out), -MF_RETURN_VALUE);
	assert_memory_equal(out,
			    "\0"
			    "7654321",
			    8);
	assert_int_equal(mf_seen(f->fs, MF_FSCTL), 1);
	assert_int_equal(mf_seen(f->fs, MF_IOCTL), 1);
	directory = fx_opendir(f, FUSE_ROOT_ID);
	assert_int_equal(control(f, FUSE_ROOT_ID, directory, MF_IOCTL_REVERSE, in, out), -MF_RETURN_VALUE);
	fx_releasedir(f, FUSE_ROOT_ID, directory);
	assert_int_equal(control(f, node, fh, _IOWR('q', 1, char[8]), in, out), ENOTTY);
	assert_int_equal(control(f, node, fh, _IOWR('f', 250, char[8]), in, out), ENOTTY);
	/* Nothing of ours that is not there comes to the hooks. */
	assert_int_equal(control(f, node, fh, _IOWR(0xCB, 250, char[8]), in, out), ENOTTY);
	assert_int_equal(mf_seen(f->fs, MF_IOCTL), 3);
	control_finish(f, node, fh);
}

/* The number says how much can go over at most; what the kernel says must not be more. */
static void test_sizes_beyond_the_number(void **state)
{
	char in[64] = "1234567";
	uint64_t node, fh;
	struct fixture *f = control_begin(state, &node, &fh);

	assert_int_equal(
		fk_wait_ioctl(f->kernel,
			      fk_send_ioctl(f->kernel, node, fh, false, (uint32_t)MF_IOCTL_REVERSE, in, 8, 0x20000000),
			      NULL, 0),
		EINVAL);
	assert_int_equal(fk_wait_ioctl(f->kernel,
				       fk_send_ioctl(f->kernel, node, fh, false, (uint32_t)MF_FSCTL_REVERSE, in, 9, 8),
				       NULL, 0),
			 EINVAL);
	assert_int_equal(mf_seen(f->fs, MF_IOCTL) + mf_seen(f->fs, MF_FSCTL), 0);
	control_finish(f, node, fh);
}

static void test_all_fsctls_come_first(void **state)
{
	struct fixture *f = *state;
	struct cbf_volume_version version;
	char label[FSLABEL_MAX];
	uint64_t node, fh;

	assert_int_equal(cbf_set_handle_all_fsctls(f->volume, true), 0);
	f = control_begin(state, &node, &fh);
	/* "Not mine" leads on to the event of the label. */
	assert_int_equal(control(f, node, fh, FS_IOC_GETFSLABEL, NULL, label), 0);
	assert_int_equal(mf_seen(f->fs, MF_FSCTL), 1);
	assert_int_equal(mf_seen(f->fs, MF_GET_VOLUME_LABEL), 1);
	mf_fail(f->fs, MF_FSCTL, 0, EACCES);
	assert_int_equal(control(f, node, fh, FS_IOC_GETFSLABEL, NULL, label), EACCES);
	assert_int_equal(mf_seen(f->fs, MF_GET_VOLUME_LABEL), 1);
	assert_int_equal(control(f, node, fh, CBF_IOC_IS_VOLUME, NULL, &version), 0);
	assert_int_equal(mf_seen(f->fs, MF_FSCTL), 2);
	control_finish(f, node, fh);
}

static void test_without_hooks(void **state)
{
	struct fixture *f = *state;
	char in[FSLABEL_MAX] = "x", out[FSLABEL_MAX];
	struct cbf_volume_version version;
	uint64_t fh;

	fx_start(f, FX_STEP);
	fh = fx_opendir(f, FUSE_ROOT_ID);
	assert_int_equal(control(f, FUSE_ROOT_ID, fh, FS_IOC_GETFSLABEL, NULL, out), ENOTTY);
	assert_int_equal(control(f, FUSE_ROOT_ID, fh, FS_IOC_SETFSLABEL, in, NULL), ENOTTY);
	assert_int_equal(control(f, FUSE_ROOT_ID, fh, CBF_IOC_GET_VOLUME_ID, NULL, out), EOPNOTSUPP);
	assert_int_equal(control(f, FUSE_ROOT_ID, fh, MF_FSCTL_REVERSE, in, out), ENOTTY);
	assert_int_equal(control(f, FUSE_ROOT_ID, fh, MF_IOCTL_REVERSE, in, out), ENOTTY);
	assert_int_equal(control(f, FUSE_ROOT_ID, fh, CBF_IOC_IS_VOLUME, NULL, &version), 0);
	fx_releasedir(f, FUSE_ROOT_ID, fh);
	fx_finish(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FX_TEST(test_version),
		FX_TEST(test_label_and_id),
		FX_TEST(test_only_root_sets_the_label),
		FX_TEST(test_bad_answers),
		FX_TEST(test_any_ioctl),
		FX_TEST(test_sizes_beyond_the_number),
		FX_TEST(test_all_fsctls_come_first),
		FX_BARE_TEST(test_without_hooks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
