/* SPDX-License-Identifier: MIT */
/* One line an event. */
#include "event/event.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

struct traced {
	unsigned count;
	bool inside;
	bool hook_has_run;
	char line[2048];
};

static void trace(struct cbf_volume *volume, const char *line, void *user_data)
{
	struct traced *traced = user_data;

	(void)volume;
	traced->count++;
	traced->inside = cbf__inside_hook();
	snprintf(traced->line, sizeof(traced->line), "%s", line);
}

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

struct row {
	enum cbf__event_id id;
	union cbf__event event;
	int result;
	const char *line;
};

#define TEXT(text) ((char[]){text})

static const struct row rows[] = {
	{CBF__MOUNT, {.mount = {0}}, 0, "Mount -> 0"},
	{CBF__UNMOUNT, {.unmount = {0}}, 5, "Unmount -> 5"},
	{CBF__EJECTED, {.ejected = {.result_code = 0}}, 0, "Ejected -> 0"},
	{CBF__GET_VOLUME_SIZE, {.get_volume_size = {.total_sectors = 7}}, 0, "GetVolumeSize -> 0"},
	{CBF__WORKER_THREAD_CREATION, {.worker_thread_creation = {0}}, 0, "WorkerThreadCreation -> 0"},
	{CBF__OPEN_FILE, {.open_file = {.file_name = "/a/b", .flags = 0x8000}}, 0, "OpenFile /a/b flags=0x8000 -> 0"},
	{CBF__CREATE_FILE,
	 {.create_file = {.file_name = "/a", .mode = 0100644, .flags = 0xc1, .uid = 1000, .gid = 4294967295U}},
	 EEXIST,
	 "CreateFile /a mode=0100644 flags=0xc1 uid=1000 gid=4294967295 -> 17"},
	{CBF__CLEANUP_FILE, {.cleanup_file = {.file_name = "/a"}}, 0, "CleanupFile /a -> 0"},
	{CBF__CLOSE_FILE,
	 {.close_file = {.file_name = "/a", .last_handle = true}},
	 0,
	 "CloseFile /a pending_deletion=0 last_handle=1 -> 0"},
	{CBF__READ_FILE,
	 {.read_file = {.file_name = "/a", .position = UINT64_MAX, .bytes_to_read = 10, .bytes_read = 3}},
	 0,
	 "ReadFile /a position=18446744073709551615 bytes=10 -> 0 3"},
	{CBF__READ_FILE,
	 {.read_file = {.file_name = "/a", .bytes_read = 3}},
	 EIO,
	 "ReadFile /a position=0 bytes=0 -> 5"},
	{CBF__WRITE_FILE,
	 {.write_file = {.file_name = "/a", .position = 4096, .bytes_to_write = 10, .bytes_written = 10}},
	 0,
	 "WriteFile /a position=4096 bytes=10 -> 0 10"},
	{CBF__SET_FILE_SIZE, {.set_file_size = {.file_name = "/a", .size = 1}}, 0, "SetFileSize /a size=1 -> 0"},
	{CBF__SET_ALLOCATION_SIZE,
	 {.set_allocation_size = {.file_name = "/a", .allocation_size = 7, .position = 3, .length = 4}},
	 0,
	 "SetAllocationSize /a position=3 length=4 -> 0"},
	{CBF__ZEROIZE_FILE_RANGE,
	 {.zeroize_file_range = {.file_name = "/a", .position = 3, .length = 4}},
	 ENOSPC,
	 "ZeroizeFileRange /a position=3 length=4 -> 28"},
	{CBF__ZEROIZE_FILE_RANGE,
	 {.zeroize_file_range = {.file_name = "/a", .position = 3, .length = 4, .punch_hole = true}},
	 0,
	 "ZeroizeFileRange /a position=3 length=4 punch_hole -> 0"},
	{CBF__QUERY_ALLOCATED_RANGES,
	 {.query_allocated_ranges =
		  {.file_name = "/a", .position = 3, .range_found = true, .range_position = 5, .range_length = 2}},
	 0,
	 "QueryAllocatedRanges /a position=3 -> 0 5+2"},
	{CBF__QUERY_ALLOCATED_RANGES,
	 {.query_allocated_ranges = {.file_name = "/a", .position = 3}},
	 0,
	 "QueryAllocatedRanges /a position=3 -> 0 (no more)"},
	{CBF__OFFLOAD_WRITE_FILE,
	 {.offload_write_file = {.file_name = "/a",
				 .position = 1,
				 .source_file_name = "/b",
				 .transfer_offset = 2,
				 .copy_length = 10,
				 .transfer_length = 9}},
	 0,
	 "OffloadWriteFile /a position=1 source=/b transfer_offset=2 bytes=10 -> 0 9"},
	{CBF__FLUSH_FILE, {.flush_file = {.file_name = "/a"}}, 0, "FlushFile /a -> 0"},
	{CBF__GET_FILE_INFO, {.get_file_info = {.file_name = "/a", .file_exists = true}}, 0, "GetFileInfo /a -> 0"},
	{CBF__GET_FILE_INFO, {.get_file_info = {.file_name = "/a"}}, 0, "GetFileInfo /a -> 0 (does not exist)"},
	{CBF__GET_FILE_INFO, {.get_file_info = {.file_name = "/a"}}, EACCES, "GetFileInfo /a -> 13"},
	{CBF__SET_FILE_ATTRIBUTES,
	 {.set_file_attributes = {.file_name = "/a", .valid = CBF_SET_MODE | CBF_SET_LAST_ACCESS_NOW}},
	 0,
	 "SetFileAttributes /a valid=0x101 -> 0"},
	{CBF__ENUMERATE_DIRECTORY,
	 {.enumerate_directory = {.directory_name = "/d", .file_found = true, .file_name = TEXT("entry")}},
	 0,
	 "EnumerateDirectory /d -> 0 entry"},
	{CBF__ENUMERATE_DIRECTORY,
	 {.enumerate_directory = {.directory_name = "/d"}},
	 0,
	 "EnumerateDirectory /d -> 0 (no more)"},
	{CBF__ENUMERATE_DIRECTORY, {.enumerate_directory = {.directory_name = "/d"}}, 5, "EnumerateDirectory /d -> 5"},
	{CBF__CLOSE_DIRECTORY_ENUMERATION,
	 {.close_directory_enumeration = {.directory_name = "/d"}},
	 0,
	 "CloseDirectoryEnumeration /d -> 0"},
	{CBF__CREATE_HARD_LINK,
	 {.create_hard_link = {.file_name = "/a", .link_name = "/d/b"}},
	 0,
	 "CreateHardLink /a link_name=/d/b -> 0"},
	{CBF__ENUMERATE_HARD_LINKS,
	 {.enumerate_hard_links = {.file_name = "/a", .link_found = true, .link_name = TEXT("b"), .parent_id = 77}},
	 0,
	 "EnumerateHardLinks /a -> 0 b in 77"},
	{CBF__ENUMERATE_HARD_LINKS,
	 {.enumerate_hard_links = {.file_name = "/a"}},
	 0,
	 "EnumerateHardLinks /a -> 0 (no more)"},
	{CBF__CLOSE_HARD_LINKS_ENUMERATION,
	 {.close_hard_links_enumeration = {.file_name = "/a"}},
	 0,
	 "CloseHardLinksEnumeration /a -> 0"},
	{CBF__ENUMERATE_NAMED_STREAMS,
	 {.enumerate_named_streams =
		  {.file_name = "/a", .named_stream_found = true, .stream_name = TEXT("s"), .stream_size = 12}},
	 0,
	 "EnumerateNamedStreams /a -> 0 s of 12"},
	{CBF__ENUMERATE_NAMED_STREAMS,
	 {.enumerate_named_streams = {.file_name = "/a"}},
	 0,
	 "EnumerateNamedStreams /a -> 0 (no more)"},
	{CBF__CLOSE_NAMED_STREAMS_ENUMERATION,
	 {.close_named_streams_enumeration = {.file_name = "/a"}},
	 0,
	 "CloseNamedStreamsEnumeration /a -> 0"},
	{CBF__GET_FILE_NAME_BY_FILE_ID,
	 {.get_file_name_by_file_id = {.file_id = 9, .file_path = TEXT("/a/b")}},
	 0,
	 "GetFileNameByFileId file_id=9 -> 0 /a/b"},
	{CBF__GET_FILE_NAME_BY_FILE_ID,
	 {.get_file_name_by_file_id = {.file_id = 9}},
	 ENOENT,
	 "GetFileNameByFileId file_id=9 -> 2"},
	{CBF__GET_REPARSE_POINT,
	 {.get_reparse_point = {.file_name = "/l", .target = TEXT("../t")}},
	 0,
	 "GetReparsePoint /l -> 0 ../t"},
	{CBF__SET_REPARSE_POINT,
	 {.set_reparse_point = {.file_name = "/l", .target = "t"}},
	 0,
	 "SetReparsePoint /l target=t -> 0"},
	{CBF__QUERY_EA,
	 {.query_ea = {.file_name = "/a", .ea_name = "user.x", .ea_found = true, .length = 7}},
	 0,
	 "QueryEa /a ea_name=user.x -> 0 7"},
	{CBF__QUERY_EA,
	 {.query_ea = {.file_name = "/a", .ea_name = "user.x"}},
	 0,
	 "QueryEa /a ea_name=user.x -> 0 (does not exist)"},
	{CBF__GET_FILE_SECURITY,
	 {.get_file_security = {.file_name = "/a", .security_information = CBF_SECURITY_ACCESS_ACL, .entry_count = 4}},
	 0,
	 "GetFileSecurity /a access -> 0 4 entries"},
	{CBF__SET_FILE_SECURITY,
	 {.set_file_security = {.file_name = "/a", .security_information = CBF_SECURITY_DEFAULT_ACL, .entry_count = 3}},
	 EPERM,
	 "SetFileSecurity /a default 3 entries -> 1"},
	{CBF__QUERY_EA, {.query_ea = {.file_name = "/a", .length = 14}}, 0, "QueryEa /a -> 0 14"},
	{CBF__QUERY_EA, {.query_ea = {.file_name = "/a", .length = 14}}, EIO, "QueryEa /a -> 5"},
	{CBF__SET_EA,
	 {.set_ea = {.file_name = "/a", .ea_name = "user.x", .length = 3, .ea_found = true}},
	 0,
	 "SetEa /a ea_name=user.x length=3 -> 0"},
	{CBF__SET_EA,
	 {.set_ea = {.file_name = "/a", .ea_name = "user.x", .length = 3, .create = true, .ea_found = true}},
	 EEXIST,
	 "SetEa /a ea_name=user.x length=3 create -> 17"},
	{CBF__SET_EA,
	 {.set_ea = {.file_name = "/a", .ea_name = "user.x", .replace = true}},
	 0,
	 "SetEa /a ea_name=user.x length=0 replace -> 0 (does not exist)"},
	{CBF__SET_EA,
	 {.set_ea = {.file_name = "/a", .ea_name = "user.x", .remove = true, .ea_found = true}},
	 0,
	 "SetEa /a ea_name=user.x remove -> 0"},
	{CBF__CHECK_ACCESS,
	 {.check_access = {.file_name = "/a", .desired_access = CBF_ACCESS_WRITE_DATA, .uid = 7, .gid = 8}},
	 EACCES,
	 "CheckAccess /a access=0x2 uid=7 gid=8 -> 13"},
	{CBF__CAN_FILE_BE_DELETED, {.can_file_be_deleted = {.file_name = "/a"}}, 0, "CanFileBeDeleted /a -> 0"},
	{CBF__IS_DIRECTORY_EMPTY, {.is_directory_empty = {.directory_name = "/d"}}, 0, "IsDirectoryEmpty /d -> 0"},
	{CBF__DELETE_FILE,
	 {.delete_file = {.file_name = "/a", .last_name = true}},
	 0,
	 "DeleteFile /a last_name=1 is_open=0 -> 0"},
	{CBF__GET_OBJECT_ID,
	 {.get_object_id = {.file_name = "/a", .should_create = true, .object_id = {1, 0xff}, .object_id_found = true}},
	 0,
	 "GetObjectId /a should_create -> 0 01ff0000000000000000000000000000"},
	{CBF__GET_OBJECT_ID, {.get_object_id = {.file_name = "/a"}}, 0, "GetObjectId /a -> 0 (has none)"},
	{CBF__SET_OBJECT_ID,
	 {.set_object_id = {.file_name = "/a", .object_id = (const uint8_t *)"0123456789abcdef"}},
	 0,
	 "SetObjectId /a 30313233343536373839616263646566 -> 0"},
	{CBF__SET_OBJECT_ID,
	 {.set_object_id = {.file_name = "/a", .only_extended_info = true}},
	 ENODATA,
	 "SetObjectId /a only_extended_info -> 61"},
	{CBF__DELETE_OBJECT_ID, {.delete_object_id = {.file_name = "/a"}}, 0, "DeleteObjectId /a -> 0"},
	{CBF__QUERY_QUOTAS,
	 {.query_quotas = {.by_id = true,
			   .id = 7,
			   .owner_id = 7,
			   .quota_found = true,
			   .quota_used = 1,
			   .quota_threshold = 2,
			   .quota_limit = 3}},
	 0,
	 "QueryQuotas kind=0 id=7 -> 0 id=7 used=1 threshold=2 limit=3"},
	{CBF__QUERY_QUOTAS, {.query_quotas = {.kind = 1, .index = 4}}, 0, "QueryQuotas kind=1 index=4 -> 0 (none)"},
	{CBF__SET_QUOTAS,
	 {.set_quotas = {.id = 7, .quota_threshold = 2, .quota_limit = 3}},
	 0,
	 "SetQuotas kind=0 id=7 threshold=2 limit=3 -> 0"},
	{CBF__SET_QUOTAS, {.set_quotas = {.id = 7, .remove = true}}, 0, "SetQuotas kind=0 id=7 remove -> 0"},
	{CBF__CLOSE_QUOTAS_ENUMERATION,
	 {.close_quotas_enumeration = {.result_code = 0}},
	 0,
	 "CloseQuotasEnumeration -> 0"},
	{CBF__GET_DEFAULT_QUOTA_INFO,
	 {.get_default_quota_info = {.default_quota_threshold = 2, .default_quota_limit = 3, .control_flags = 1}},
	 0,
	 "GetDefaultQuotaInfo -> 0 threshold=2 limit=3 flags=0x1"},
	{CBF__SET_DEFAULT_QUOTA_INFO,
	 {.set_default_quota_info = {.default_quota_threshold = 2, .default_quota_limit = 3, .control_flags = 1}},
	 0,
	 "SetDefaultQuotaInfo threshold=2 limit=3 flags=0x1 -> 0"},
	{CBF__SET_VALID_DATA_LENGTH,
	 {.set_valid_data_length = {.file_name = "/a", .valid_data_length = 9}},
	 0,
	 "SetValidDataLength /a valid_data_length=9 -> 0"},
	{CBF__QUERY_COMPRESSION_INFO,
	 {.query_compression_info = {.file_name = "/a", .compressed_file_size = 9}},
	 0,
	 "QueryCompressionInfo /a -> 0 9"},
	{CBF__GET_VOLUME_ID, {.get_volume_id = {.volume_id = 0xabcd}}, 0, "GetVolumeId -> 0 0xabcd"},
	{CBF__GET_VOLUME_LABEL, {.get_volume_label = {.label = TEXT("disk")}}, 0, "GetVolumeLabel -> 0 disk"},
	{CBF__GET_VOLUME_LABEL, {.get_volume_label = {.label = TEXT("disk")}}, ENOTTY, "GetVolumeLabel -> 25"},
	{CBF__SET_VOLUME_LABEL, {.set_volume_label = {.label = "disk"}}, 0, "SetVolumeLabel label=disk -> 0"},
	{CBF__FSCTL,
	 {.fsctl = {.file_name = "/a", .code = 0x6601, .input_length = 4, .output_capacity = 8, .bytes_returned = 7}},
	 0,
	 "Fsctl /a code=0x6601 in=4 out=8 -> 0 value=0 bytes=7"},
	{CBF__IOCTL,
	 {.ioctl = {.file_name = "/a", .code = 0x7101, .return_value = 3}},
	 0,
	 "Ioctl /a code=0x7101 in=0 out=0 -> 0 value=3 bytes=0"},
	{CBF__IOCTL, {.ioctl = {.file_name = "/a", .code = 0x7101}}, ENOTTY, "Ioctl /a code=0x7101 in=0 out=0 -> 25"},
	{CBF__RENAME_OR_MOVE_FILE,
	 {.rename_or_move_file = {.file_name = "/a", .new_file_name = "/b"}},
	 0,
	 "RenameOrMoveFile /a new_file_name=/b -> 0"},
	{CBF__RENAME_OR_MOVE_FILE,
	 {.rename_or_move_file = {.file_name = "/a", .new_file_name = "/b", .no_replace = true, .exchange = true}},
	 0,
	 "RenameOrMoveFile /a new_file_name=/b no_replace exchange -> 0"},
};

static void every_event_has_its_line(void **state)
{
	bool seen[CBF__EVENT_COUNT] = {false};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct traced traced = {.count = 0};

		assert_int_equal(cbf_set_trace(*state, trace, &traced), 0);
		cbf__trace(*state, rows[i].id, &rows[i].event, rows[i].result);
		assert_int_equal(traced.count, 1);
		assert_string_equal(traced.line, rows[i].line);
		seen[rows[i].id] = true;
	}
	for (int id = 0; id < CBF__EVENT_COUNT; id++)
		assert_true(seen[id]);
}

static void on_delete_file(struct cbf_volume *volume, struct cbf_delete_file_event *event, void *user_data)
{
	struct traced *traced = user_data;

	(void)volume;
	traced->hook_has_run = traced->count == 0;
	event->result_code = 1000;
}

static void line_follows_the_hook_and_shows_the_answer_that_goes_out(void **state)
{
	struct traced traced = {.count = 0};
	union cbf__event event = {.delete_file = {.file_name = "/a"}};

	assert_int_equal(cbf_set_trace(*state, trace, &traced), 0);
	assert_int_equal(cbf_on_delete_file(*state, on_delete_file, &traced), 0);
	assert_int_equal(cbf__fire(*state, CBF__DELETE_FILE, &event, NULL), EIO);
	assert_int_equal(traced.count, 1);
	assert_true(traced.hook_has_run);
	assert_string_equal(traced.line, "DeleteFile /a last_name=0 is_open=0 -> 5");
	/* Without a hook there is no event. */
	traced.count = 0;
	assert_int_equal(cbf_on_delete_file(*state, NULL, NULL), 0);
	(void)cbf__fire(*state, CBF__DELETE_FILE, &event, NULL);
	assert_int_equal(traced.count, 0);
}

static void trace_can_be_switched_off(void **state)
{
	struct traced traced = {.count = 0};
	union cbf__event event = {.delete_file = {.file_name = "/a"}};

	assert_int_equal(cbf_on_delete_file(*state, on_delete_file, &traced), 0);
	assert_int_equal(cbf_set_trace(*state, trace, &traced), 0);
	assert_int_equal(cbf_set_trace(*state, NULL, NULL), 0);
	(void)cbf__fire(*state, CBF__DELETE_FILE, &event, NULL);
	assert_int_equal(traced.count, 0);
}

static void on_termination(struct cbf_volume *volume, struct cbf_worker_thread_termination_event *event, void *data)
{
	(void)volume, (void)event, (void)data;
}

static void termination_of_a_worker_is_traced(void **state)
{
	struct traced traced = {.count = 0};

	assert_int_equal(cbf_set_trace(*state, trace, &traced), 0);
	cbf__fire_worker_thread_termination(*state);
	assert_int_equal(traced.count, 0);
	assert_int_equal(cbf_on_worker_thread_termination(*state, on_termination, NULL), 0);
	cbf__fire_worker_thread_termination(*state);
	assert_int_equal(traced.count, 1);
	assert_string_equal(traced.line, "WorkerThreadTermination");
	assert_true(traced.inside);
}

/* It runs on a worker: a call that waits for the library must be refused there as in a hook. */
static void trace_counts_as_inside_of_a_hook(void **state)
{
	struct traced traced = {.count = 0};

	union cbf__event event = {.delete_file = {.file_name = "/a"}};

	assert_int_equal(cbf_set_trace(*state, trace, &traced), 0);
	assert_int_equal(cbf_on_delete_file(*state, on_delete_file, &traced), 0);
	(void)cbf__fire(*state, CBF__DELETE_FILE, &event, NULL);
	assert_int_equal(traced.count, 1);
	assert_true(traced.inside);
	assert_false(cbf__inside_hook());
}

static void long_path_does_not_hide_the_result(void **state)
{
	static char path[4096];
	struct traced traced = {.count = 0};
	union cbf__event event = {.delete_file = {.file_name = path}};

	memset(path, 'p', sizeof(path) - 1);
	path[0] = '/';
	assert_int_equal(cbf_set_trace(*state, trace, &traced), 0);
	cbf__trace(*state, CBF__DELETE_FILE, &event, EBUSY);
	assert_non_null(strstr(traced.line, "DeleteFile /pppp"));
	assert_non_null(strstr(traced.line, " -> 16"));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_event_has_its_line),         TEST(line_follows_the_hook_and_shows_the_answer_that_goes_out),
		TEST(trace_can_be_switched_off),        TEST(termination_of_a_worker_is_traced),
		TEST(trace_counts_as_inside_of_a_hook), TEST(long_path_does_not_hide_the_result),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
