/* SPDX-License-Identifier: MIT */
/* Properties of a volume that is not mounted, as volume.h documents them. */
#include "volume.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>

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

static void defaults_are_as_documented(void **state)
{
	const struct cbf_volume *volume = *state;
	const struct cbf__properties *p = &volume->properties;

	assert_false(p->use_hard_links);
	assert_false(p->use_file_ids);
	assert_false(p->use_alternate_data_streams);
	assert_false(p->use_stream_paths);
	assert_false(p->fire_all_open_close_events);
	assert_true(p->serialize_access);
	assert_false(p->serialize_events);
	assert_true(p->use_directory_empty_check);
	assert_true(p->file_cache);
	assert_int_equal(p->min_workers, 0);
	assert_int_equal(p->max_workers, 0);
	assert_int_equal(p->metadata_ms, 1000);
	assert_int_equal(p->nonexistent_ms, 0);
	assert_int_equal(p->sector_size, 512);
	assert_null(p->file_system_name);
	assert_null(p->source_name);
	assert_null(p->mount_options);
	assert_string_equal(p->hard_links_xattr, "user.cbfuse.hardlinks");
}

static void stream_paths_need_streams(void **state)
{
	struct cbf_volume *volume = *state;

	assert_false(cbf_get_use_stream_paths(volume));
	assert_false(cbf_get_use_alternate_data_streams(volume));
	assert_int_equal(cbf_set_use_stream_paths(volume, true), 0);
	assert_true(cbf_get_use_stream_paths(volume));
	assert_true(cbf_get_use_alternate_data_streams(volume));
	assert_int_equal(cbf_set_use_alternate_data_streams(volume, false), -EINVAL);
	assert_int_equal(cbf_set_use_stream_paths(volume, false), 0);
	assert_true(cbf_get_use_alternate_data_streams(volume));
	assert_int_equal(cbf_set_use_alternate_data_streams(volume, false), 0);
	assert_false(cbf_get_use_alternate_data_streams(volume));
}

struct flag {
	int (*set)(struct cbf_volume *volume, bool on);
	size_t offset;
};

static void flags_are_switched_on_and_off(void **state)
{
	static const struct flag flags[] = {
		{cbf_set_use_file_ids, offsetof(struct cbf__properties, use_file_ids)},
		{cbf_set_use_hard_links, offsetof(struct cbf__properties, use_hard_links)},
		{cbf_set_use_alternate_data_streams, offsetof(struct cbf__properties, use_alternate_data_streams)},
		{cbf_set_fire_all_open_close_events, offsetof(struct cbf__properties, fire_all_open_close_events)},
		{cbf_set_serialize_access, offsetof(struct cbf__properties, serialize_access)},
		{cbf_set_serialize_events, offsetof(struct cbf__properties, serialize_events)},
		{cbf_set_use_directory_empty_check, offsetof(struct cbf__properties, use_directory_empty_check)},
		{cbf_set_file_cache, offsetof(struct cbf__properties, file_cache)},
	};
	struct cbf_volume *volume = *state;

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		const bool *flag = (const bool *)((const char *)&volume->properties + flags[i].offset);

		for (int on = 1; on >= -1; on--) {
			assert_int_equal(flags[i].set(volume, on != 0), 0);
			assert_int_equal(*flag, on != 0);
		}
		assert_int_equal(flags[i].set(volume, false), 0);
		assert_false(*flag);
	}
}

static void hard_links_imply_file_ids(void **state)
{
	struct cbf_volume *volume = *state;

	assert_int_equal(cbf_set_use_hard_links(volume, true), 0);
	assert_true(volume->properties.use_file_ids);
	assert_int_equal(cbf_set_use_file_ids(volume, false), -EINVAL);
	assert_true(volume->properties.use_file_ids);
	assert_int_equal(cbf_set_use_file_ids(volume, true), 0);
	assert_int_equal(cbf_set_use_hard_links(volume, false), 0);
	assert_int_equal(cbf_set_use_file_ids(volume, false), 0);
	assert_false(volume->properties.use_file_ids);
}

struct workers {
	unsigned min, max;
	int result;
};

static void numbers_of_workers_are_checked(void **state)
{
	static const struct workers rows[] = {
		{0, 0, 0},
		{1, 1, 0},
		{4, 8, 0},
		{0, 1024, 0},
		{1024, 1024, 0},
		{0, 1, 0},
		{3, 0, 0},
		{8, 4, -EINVAL},
		{2, 1, -EINVAL},
		{0, 1025, -EINVAL},
		{1025, 0, -EINVAL},
		{1025, 1025, -EINVAL},
		{UINT_MAX, UINT_MAX, -EINVAL},
	};
	struct cbf_volume *volume = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(cbf_set_worker_threads(volume, 5, 6), 0);
		assert_int_equal(cbf_set_worker_threads(volume, rows[i].min, rows[i].max), rows[i].result);
		assert_int_equal(volume->properties.min_workers, rows[i].result ? 5 : rows[i].min);
		assert_int_equal(volume->properties.max_workers, rows[i].result ? 6 : rows[i].max);
	}
}

static void caches_take_any_time(void **state)
{
	static const unsigned times[] = {0, 1, 1000, UINT_MAX};
	struct cbf_volume *volume = *state;

	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		assert_int_equal(cbf_set_metadata_cache(volume, times[i]), 0);
		assert_int_equal(cbf_set_nonexistent_files_cache(volume, times[i] / 2), 0);
		assert_int_equal(volume->properties.metadata_ms, times[i]);
		assert_int_equal(volume->properties.nonexistent_ms, times[i] / 2);
	}
}

static void sector_is_a_power_of_two(void **state)
{
	static const unsigned bad[] = {0, 1, 256, 511, 513, 1000, 1536, 65535, 65537, 131072, 1U << 31, UINT_MAX};
	struct cbf_volume *volume = *state;

	for (unsigned size = 512; size <= 65536; size *= 2) {
		assert_int_equal(cbf_set_sector_size(volume, size), 0);
		assert_int_equal(volume->properties.sector_size, size);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(cbf_set_sector_size(volume, bad[i]), -EINVAL);
	assert_int_equal(volume->properties.sector_size, 65536);
}

static void name_of_the_file_system_is_checked(void **state)
{
	static const char *const bad[] = {NULL, "", "a b", "a,b", "a/b", "a\\b", "a=b", "\xc3\xa4", "a\n"};
	struct cbf_volume *volume = *state;

	assert_int_equal(cbf_set_file_system_name(volume, "My-fs_2.0"), 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(cbf_set_file_system_name(volume, bad[i]), -EINVAL);
	assert_string_equal(volume->properties.file_system_name, "My-fs_2.0");
	assert_int_equal(cbf_set_file_system_name(volume, "other"), 0);
	assert_string_equal(volume->properties.file_system_name, "other");
}

/* It becomes a mount option: what would end it there is escaped. */
static void source_may_be_any_text(void **state)
{
	struct cbf_volume *volume = *state;

	assert_int_equal(cbf_set_source_name(volume, NULL), -EINVAL);
	assert_int_equal(cbf_set_source_name(volume, ""), -EINVAL);
	assert_null(volume->properties.source_name);
	assert_int_equal(cbf_set_source_name(volume, "host:/a b"), 0);
	assert_string_equal(volume->properties.source_name, "host:/a b");
	assert_int_equal(cbf_set_source_name(volume, ",a,,b\\"), 0);
	assert_string_equal(volume->properties.source_name, ",a,,b\\");
}

static void mount_options_are_gathered(void **state)
{
	struct cbf_volume *volume = *state;

	assert_int_equal(cbf_add_mount_options(volume, NULL), -EINVAL);
	assert_null(volume->properties.mount_options);
	assert_int_equal(cbf_add_mount_options(volume, ""), 0);
	assert_int_equal(cbf_add_mount_options(volume, "ro"), 0);
	assert_string_equal(volume->properties.mount_options, "ro");
	assert_int_equal(cbf_add_mount_options(volume, ""), 0);
	assert_int_equal(cbf_add_mount_options(volume, "nosuid,nodev"), 0);
	assert_int_equal(cbf_add_mount_options(volume, "allow_other"), 0);
	assert_string_equal(volume->properties.mount_options, "ro,nosuid,nodev,allow_other");
}

static void attribute_for_hard_links_is_checked(void **state)
{
	struct cbf_volume *volume = *state;
	char longest[257] = "user.";

	memset(longest + 5, 'n', 251);
	assert_int_equal(cbf_set_hard_links_xattr(volume, longest), -EINVAL);
	longest[255] = '\0';
	assert_int_equal(cbf_set_hard_links_xattr(volume, longest), 0);
	assert_string_equal(volume->properties.hard_links_xattr, longest);
	assert_int_equal(cbf_set_hard_links_xattr(volume, "nodot"), -EINVAL);
	assert_string_equal(volume->properties.hard_links_xattr, longest);
	assert_int_equal(cbf_set_hard_links_xattr(volume, "trusted.names"), 0);
	assert_int_equal(cbf_set_hard_links_xattr(volume, NULL), 0);
	assert_null(volume->properties.hard_links_xattr);
	assert_int_equal(cbf_set_hard_links_xattr(volume, "trusted.names"), 0);
	assert_int_equal(cbf_set_hard_links_xattr(volume, ""), 0);
	assert_null(volume->properties.hard_links_xattr);
}

static void texts_are_copied(void **state)
{
	struct cbf_volume *volume = *state;
	char text[] = "user.name";

	assert_int_equal(cbf_set_file_system_name(volume, text), 0);
	assert_int_equal(cbf_set_source_name(volume, text), 0);
	assert_int_equal(cbf_add_mount_options(volume, text), 0);
	assert_int_equal(cbf_set_hard_links_xattr(volume, text), 0);
	memset(text, 'x', sizeof(text) - 1);
	assert_string_equal(volume->properties.file_system_name, "user.name");
	assert_string_equal(volume->properties.source_name, "user.name");
	assert_string_equal(volume->properties.mount_options, "user.name");
	assert_string_equal(volume->properties.hard_links_xattr, "user.name");
}

static void properties_are_frozen_while_the_volume_is_in_use(void **state)
{
	struct cbf_volume *volume = *state;
	struct cbf__properties before = volume->properties;

	for (int frozen = CBF__CHANGING; frozen <= CBF__CLEARING; frozen++) {
		volume->state = (enum cbf__state)frozen;
		assert_int_equal(cbf_set_use_hard_links(volume, true), -EBUSY);
		assert_int_equal(cbf_set_use_file_ids(volume, true), -EBUSY);
		assert_int_equal(cbf_set_fire_all_open_close_events(volume, true), -EBUSY);
		assert_int_equal(cbf_set_serialize_access(volume, false), -EBUSY);
		assert_int_equal(cbf_set_serialize_events(volume, true), -EBUSY);
		assert_int_equal(cbf_set_worker_threads(volume, 1, 1), -EBUSY);
		assert_int_equal(cbf_set_use_directory_empty_check(volume, false), -EBUSY);
		assert_int_equal(cbf_set_metadata_cache(volume, 5), -EBUSY);
		assert_int_equal(cbf_set_nonexistent_files_cache(volume, 5), -EBUSY);
		assert_int_equal(cbf_set_file_cache(volume, false), -EBUSY);
		assert_int_equal(cbf_set_sector_size(volume, 1024), -EBUSY);
		assert_int_equal(cbf_set_file_system_name(volume, "name"), -EBUSY);
		assert_int_equal(cbf_set_source_name(volume, "name"), -EBUSY);
		assert_int_equal(cbf_add_mount_options(volume, "ro"), -EBUSY);
		assert_int_equal(cbf_set_hard_links_xattr(volume, NULL), -EBUSY);
		assert_memory_equal(&volume->properties, &before, sizeof(before));
	}
	volume->state = CBF__IDLE;
}

static void tag_is_the_applications(void **state)
{
	int tag;

	assert_null(cbf_get_tag(*state));
	cbf_set_tag(*state, &tag);
	assert_ptr_equal(cbf_get_tag(*state), &tag);
	cbf_set_tag(*state, NULL);
	assert_null(cbf_get_tag(*state));
}

static void unmounted_volume_has_nothing(void **state)
{
	struct cbf_object_counts counts, none = {0};
	struct pollfd end = {.fd = cbf_get_end_fd(*state), .events = POLLIN};

	memset(&counts, 0xff, sizeof(counts));
	cbf_get_object_counts(*state, &counts);
	assert_memory_equal(&counts, &none, sizeof(counts));
	assert_false(cbf_get_active(*state));
	assert_true(end.fd >= 0);
	assert_int_equal(poll(&end, 1, 0), 0);
	assert_int_equal(cbf_unmount(*state, 0), -ENOTCONN);
	assert_int_equal(cbf_unmount(*state, CBF_UNMOUNT_FORCE), -ENOTCONN);
	assert_int_equal(cbf_wait(*state), -ENOTCONN);
	cbf_volume_destroy(NULL);
}

static void info_is_filled_from_a_stat(void **state)
{
	struct stat st = {.st_ino = 7,
			  .st_mode = S_IFREG | 0640,
			  .st_nlink = 3,
			  .st_uid = 1,
			  .st_gid = 2,
			  .st_rdev = 4,
			  .st_size = 5000,
			  .st_blksize = 512,
			  .st_blocks = 16,
			  .st_atim = {10, 1},
			  .st_mtim = {20, 2},
			  .st_ctim = {30, 3}};
	struct cbf_file_info info;

	(void)state;
	memset(&info, 0xff, sizeof(info));
	cbf_file_info_from_stat(&info, &st);
	assert_int_equal(info.file_id, 7);
	assert_int_equal(info.mode, S_IFREG | 0640);
	assert_int_equal(info.hard_link_count, 3);
	assert_int_equal(info.uid, 1);
	assert_int_equal(info.gid, 2);
	assert_int_equal(info.rdev, 4);
	assert_int_equal(info.size, 5000);
	assert_int_equal(info.allocation_size, 8192);
	assert_int_equal(info.block_size, 512);
	assert_memory_equal(&info.last_access_time, &st.st_atim, sizeof(st.st_atim));
	assert_memory_equal(&info.last_write_time, &st.st_mtim, sizeof(st.st_mtim));
	assert_memory_equal(&info.change_time, &st.st_ctim, sizeof(st.st_ctim));
	assert_true(info.creation_time.tv_nsec >= 0 && info.creation_time.tv_nsec < 1000000000L);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(defaults_are_as_documented),
		TEST(flags_are_switched_on_and_off),
		TEST(stream_paths_need_streams),
		TEST(hard_links_imply_file_ids),
		TEST(numbers_of_workers_are_checked),
		TEST(caches_take_any_time),
		TEST(sector_is_a_power_of_two),
		TEST(name_of_the_file_system_is_checked),
		TEST(source_may_be_any_text),
		TEST(mount_options_are_gathered),
		TEST(attribute_for_hard_links_is_checked),
		TEST(texts_are_copied),
		TEST(properties_are_frozen_while_the_volume_is_in_use),
		TEST(tag_is_the_applications),
		TEST(unmounted_volume_has_nothing),
		cmocka_unit_test(info_is_filled_from_a_stat),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
