/* SPDX-License-Identifier: MIT */
/* The getters give what was set, and the limits are checked. */
#include "volume.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <limits.h>

static int set_up(void **state)
{
	struct cbf_volume *volume;

	assert_int_equal(cbf_volume_create(&volume), 0);
	*state = volume;
	return 0;
}

static int tear_down(void **state)
{
	cbf_volume_destroy(*state);
	return 0;
}

static void flags_are_what_was_set(void **state)
{
	static const struct {
		int (*set)(struct cbf_volume *volume, bool on);
		bool (*get)(struct cbf_volume *volume);
	} flags[] = {
		{cbf_set_use_file_ids, cbf_get_use_file_ids},
		{cbf_set_keep_handle_creators, cbf_get_keep_handle_creators},
		{cbf_set_use_hard_links, cbf_get_use_hard_links},
		{cbf_set_fire_all_open_close_events, cbf_get_fire_all_open_close_events},
		{cbf_set_serialize_access, cbf_get_serialize_access},
		{cbf_set_serialize_events, cbf_get_serialize_events},
		{cbf_set_use_directory_empty_check, cbf_get_use_directory_empty_check},
		{cbf_set_handle_all_fsctls, cbf_get_handle_all_fsctls},
		{cbf_set_use_object_ids, cbf_get_use_object_ids},
		{cbf_set_use_disk_quotas, cbf_get_use_disk_quotas},
		{cbf_set_use_inode_flags, cbf_get_use_inode_flags},
		{cbf_set_file_cache, cbf_get_file_cache},
		{cbf_set_use_routing, cbf_get_use_routing},
	};
	struct cbf_volume *volume = *state;

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		bool before = flags[i].get(volume);

		assert_int_equal(flags[i].set(volume, !before), 0);
		assert_int_equal(flags[i].get(volume), !before);
		for (size_t k = i + 1; k < sizeof(flags) / sizeof(flags[0]); k++)
			assert_int_equal(flags[k].set(volume, false), 0);
		assert_int_equal(flags[i].get(volume), !before);
		assert_int_equal(flags[i].set(volume, before), 0);
		assert_int_equal(flags[i].get(volume), before);
	}
}

static void numbers_are_what_was_set(void **state)
{
	struct cbf_volume *volume = *state;
	unsigned min = 9, max = 9;

	cbf_get_worker_threads(volume, &min, &max);
	assert_int_equal(min, 0);
	assert_int_equal(max, 0);
	assert_int_equal(cbf_set_worker_threads(volume, 3, 7), 0);
	cbf_get_worker_threads(volume, &min, &max);
	assert_int_equal(min, 3);
	assert_int_equal(max, 7);
	assert_int_equal(cbf_get_metadata_cache(volume), 1000);
	assert_int_equal(cbf_set_metadata_cache(volume, 17), 0);
	assert_int_equal(cbf_set_nonexistent_files_cache(volume, 18), 0);
	assert_int_equal(cbf_set_sector_size(volume, 1024), 0);
	assert_int_equal(cbf_get_metadata_cache(volume), 17);
	assert_int_equal(cbf_get_nonexistent_files_cache(volume), 18);
	assert_int_equal(cbf_get_sector_size(volume), 1024);
}

static void texts_are_what_was_set(void **state)
{
	struct cbf_volume *volume = *state;

	assert_string_equal(cbf_get_file_system_name(volume), "cbfuse");
	assert_string_equal(cbf_get_source_name(volume), "cbfuse");
	assert_string_equal(cbf_get_mount_options(volume), "");
	assert_string_equal(cbf_get_hard_links_xattr(volume), "user.cbfuse.hardlinks");
	assert_null(cbf_get_mount_point(volume));
	assert_int_equal(cbf_set_file_system_name(volume, "mine"), 0);
	assert_string_equal(cbf_get_source_name(volume), "mine");
	assert_int_equal(cbf_set_source_name(volume, "host:/a,b"), 0);
	assert_int_equal(cbf_add_mount_options(volume, "ro"), 0);
	assert_int_equal(cbf_add_mount_options(volume, "nosuid"), 0);
	assert_int_equal(cbf_set_hard_links_xattr(volume, NULL), 0);
	assert_string_equal(cbf_get_file_system_name(volume), "mine");
	assert_string_equal(cbf_get_source_name(volume), "host:/a,b");
	assert_string_equal(cbf_get_mount_options(volume), "ro,nosuid");
	assert_null(cbf_get_hard_links_xattr(volume));
}

static void limits_are_checked(void **state)
{
	struct cbf_volume *volume = *state;

	assert_int_equal(cbf_get_max_file_name_length(volume), CBF_NAME_MAX);
	assert_int_equal(cbf_set_max_file_name_length(volume, 0), -EINVAL);
	assert_int_equal(cbf_set_max_file_name_length(volume, CBF_NAME_MAX + 1), -EINVAL);
	assert_int_equal(cbf_set_max_file_name_length(volume, 1), 0);
	assert_int_equal(cbf_get_max_file_name_length(volume), 1);
	assert_int_equal(cbf_get_max_file_path_length(volume), 0);
	assert_int_equal(cbf_set_max_file_path_length(volume, 260), 0);
	assert_int_equal(cbf_get_max_file_path_length(volume), 260);
	assert_true(cbf_get_max_file_size(volume) == 0);
	assert_int_equal(cbf_set_max_file_size(volume, (uint64_t)INT64_MAX + 1), -EINVAL);
	assert_int_equal(cbf_set_max_file_size(volume, INT64_MAX), 0);
	assert_true(cbf_get_max_file_size(volume) == INT64_MAX);
	assert_int_equal(cbf_get_cluster_size(volume), 0);
	assert_int_equal(cbf_set_cluster_size(volume, 256), -EINVAL);
	assert_int_equal(cbf_set_cluster_size(volume, 4095), -EINVAL);
	assert_int_equal(cbf_set_cluster_size(volume, 2 * 1024 * 1024), -EINVAL);
	assert_int_equal(cbf_set_cluster_size(volume, 1024 * 1024), 0);
	assert_int_equal(cbf_get_cluster_size(volume), 1024 * 1024);
	assert_int_equal(cbf_set_cluster_size(volume, 0), 0);
	volume->state = CBF__MOUNTED;
	assert_int_equal(cbf_set_max_file_name_length(volume, 5), -EBUSY);
	assert_int_equal(cbf_set_max_file_path_length(volume, 5), -EBUSY);
	assert_int_equal(cbf_set_max_file_size(volume, 5), -EBUSY);
	assert_int_equal(cbf_set_cluster_size(volume, 512), -EBUSY);
	volume->state = CBF__IDLE;
	assert_int_equal(cbf_get_max_file_name_length(volume), 1);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(flags_are_what_was_set),
		TEST(numbers_are_what_was_set),
		TEST(texts_are_what_was_set),
		TEST(limits_are_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
