/* SPDX-License-Identifier: MIT */
/* The answers of hooks: which are taken, and which are told to OnError and become EIO. */
#include "event/event.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

struct answer {
	enum cbf__event_id id;
	union cbf__event event;
	const char *fault; /* in what OnError is told; NULL: a good answer */
};

struct errors {
	unsigned count;
	int code;
	char description[512];
};

static char name_255[256], name_256[257], unterminated[8], target_4095[4096], target_4096[4097], name_254[256],
	name_250[256];

static int fill_texts(void **state)
{
	(void)state;
	memset(name_250, 'n', 250);
	memset(name_254, 'n', 254);
	memset(name_255, 'n', 255);
	memset(name_256, 'n', 256);
	memset(unterminated, 'n', sizeof(unterminated));
	memset(target_4095, 't', 4095);
	memset(target_4096, 't', 4096);
	unterminated[0] = '/';
	return 0;
}

static struct cbf_acl_entry three_entries[] = {
	{CBF_ACL_USER_OBJ, 7, 0}, {CBF_ACL_GROUP_OBJ, 5, 0}, {CBF_ACL_OTHER, 0, 0}};

#define TEXT(text) ((char[]){text})
#define OK ((void *)0)

#define DIR(text, capacity)                                                                                            \
	{                                                                                                              \
		.enumerate_directory = {                                                                               \
			.directory_name = "/the/path",                                                                 \
			.file_found = true,                                                                            \
			.info = &good_info,                                                                            \
			.requested_info = CBF_INFO_ALL,                                                                \
			.file_name = (text),                                                                           \
			.file_name_capacity = (capacity)                                                               \
		}                                                                                                      \
	}
#define LINK(text, capacity)                                                                                           \
	{                                                                                                              \
		.enumerate_hard_links = {                                                                              \
			.file_name = "/the/path",                                                                      \
			.link_found = true,                                                                            \
			.link_name = (text),                                                                           \
			.link_name_capacity = (capacity)                                                               \
		}                                                                                                      \
	}
#define STREAM(text, capacity)                                                                                         \
	{                                                                                                              \
		.enumerate_named_streams = {                                                                           \
			.file_name = "/the/path",                                                                      \
			.named_stream_found = true,                                                                    \
			.stream_name = (text),                                                                         \
			.stream_name_capacity = (capacity)                                                             \
		}                                                                                                      \
	}
#define PATH(text, capacity)                                                                                           \
	{                                                                                                              \
		.get_file_name_by_file_id = {.file_path = (text), .file_path_capacity = (capacity) }                   \
	}
#define TARGET(text, capacity)                                                                                         \
	{                                                                                                              \
		.get_reparse_point = {.file_name = "/the/path", .target = (text), .target_capacity = (capacity) }      \
	}
#define EA(name, found, text, size)                                                                                    \
	{                                                                                                              \
		.query_ea = {                                                                                          \
			.file_name = "/the/path",                                                                      \
			.ea_name = (name),                                                                             \
			.ea_found = (found),                                                                           \
			.buffer = (text),                                                                              \
			.buffer_capacity = 300,                                                                        \
			.length = (size)                                                                               \
		}                                                                                                      \
	}
#define ACL(count)                                                                                                     \
	{                                                                                                              \
		.get_file_security = {.file_name = "/the/path", .entries = three_entries, .entry_count = (count) }     \
	}
#define READ(want, got)                                                                                                \
	{                                                                                                              \
		.read_file = {.file_name = "/the/path", .bytes_to_read = (want), .bytes_read = (got) }                 \
	}
#define WRITE(want, got)                                                                                               \
	{                                                                                                              \
		.write_file = {.file_name = "/the/path", .bytes_to_write = (want), .bytes_written = (got) }            \
	}
#define RANGE(from, at, count)                                                                                         \
	{                                                                                                              \
		.query_allocated_ranges = {                                                                            \
			.file_name = "/the/path",                                                                      \
			.position = (from),                                                                            \
			.range_found = true,                                                                           \
			.range_position = (at),                                                                        \
			.range_length = (count)                                                                        \
		}                                                                                                      \
	}
#define COPY(want, got)                                                                                                \
	{                                                                                                              \
		.offload_write_file = {.file_name = "/the/path", .copy_length = (want), .transfer_length = (got) }     \
	}
#define SIZE(total, available)                                                                                         \
	{                                                                                                              \
		.get_volume_size = {.total_sectors = (total), .available_sectors = (available) }                       \
	}

#define LABEL(text, capacity)                                                                                          \
	{                                                                                                              \
		.get_volume_label = {.label = (text), .label_capacity = (capacity) }                                   \
	}
#define FSCTL(room, got, value)                                                                                        \
	{                                                                                                              \
		.fsctl = {                                                                                             \
			.file_name = "/the/path",                                                                      \
			.output_capacity = (room),                                                                     \
			.bytes_returned = (got),                                                                       \
			.return_value = (value)                                                                        \
		}                                                                                                      \
	}
#define IOCTL(room, got, value)                                                                                        \
	{                                                                                                              \
		.ioctl = {                                                                                             \
			.file_name = "/the/path",                                                                      \
			.output_capacity = (room),                                                                     \
			.bytes_returned = (got),                                                                       \
			.return_value = (value)                                                                        \
		}                                                                                                      \
	}

static struct cbf_file_info good_info = {.mode = S_IFREG | 0644, .last_write_time = {.tv_nsec = 999999999}};

static struct answer answers[] = {
	{CBF__ENUMERATE_DIRECTORY, DIR(TEXT("name"), 256), OK},
	{CBF__ENUMERATE_DIRECTORY, DIR(name_255, 256), OK},
	{CBF__ENUMERATE_DIRECTORY, DIR(TEXT("..."), 256), OK},
	{CBF__ENUMERATE_DIRECTORY, DIR(TEXT(".hidden"), 256), OK},
	{CBF__ENUMERATE_DIRECTORY, DIR(TEXT("back\\slash\n\x01\xff"), 256), OK},
	{CBF__ENUMERATE_DIRECTORY, DIR(TEXT("a"), 2), OK},
	{CBF__ENUMERATE_DIRECTORY, DIR(TEXT(""), 256), "an empty name"},
	{CBF__ENUMERATE_DIRECTORY, DIR(TEXT("."), 256), "'.' or '..'"},
	{CBF__ENUMERATE_DIRECTORY, DIR(TEXT(".."), 256), "'.' or '..'"},
	{CBF__ENUMERATE_DIRECTORY, DIR(TEXT("a/b"), 256), "slash"},
	{CBF__ENUMERATE_DIRECTORY, DIR(TEXT("/"), 256), "slash"},
	{CBF__ENUMERATE_DIRECTORY, DIR(TEXT("a/"), 256), "slash"},
	{CBF__ENUMERATE_DIRECTORY, DIR(name_256, 257), "longer than 255"},
	{CBF__ENUMERATE_DIRECTORY, DIR(name_256, 256), "not terminated"},
	{CBF__ENUMERATE_DIRECTORY, DIR(unterminated + 1, 7), "not terminated"},
	{CBF__ENUMERATE_HARD_LINKS, LINK(TEXT("name"), 256), OK},
	{CBF__ENUMERATE_HARD_LINKS, LINK(name_255, 256), OK},
	{CBF__ENUMERATE_HARD_LINKS, LINK(TEXT(""), 256), "an empty name"},
	{CBF__ENUMERATE_HARD_LINKS, LINK(TEXT("."), 256), "'.' or '..'"},
	{CBF__ENUMERATE_HARD_LINKS, LINK(TEXT(".."), 256), "'.' or '..'"},
	{CBF__ENUMERATE_HARD_LINKS, LINK(TEXT("/full/path"), 256), "slash"},
	{CBF__ENUMERATE_HARD_LINKS, LINK(name_256, 257), "longer than 255"},
	{CBF__ENUMERATE_HARD_LINKS, LINK(unterminated, 8), "not terminated"},
	{CBF__ENUMERATE_NAMED_STREAMS, STREAM(TEXT("name"), 256), OK},
	{CBF__ENUMERATE_NAMED_STREAMS, STREAM(name_250, 256), OK},
	{CBF__ENUMERATE_NAMED_STREAMS, STREAM(TEXT(""), 256), "an empty name"},
	{CBF__ENUMERATE_NAMED_STREAMS, STREAM(TEXT(".."), 256), "'.' or '..'"},
	{CBF__ENUMERATE_NAMED_STREAMS, STREAM(TEXT("a/b"), 256), "slash"},
	{CBF__ENUMERATE_NAMED_STREAMS, STREAM(TEXT(":s:$DATA"), 256), "colon"},
	{CBF__ENUMERATE_NAMED_STREAMS, STREAM(name_254, 256), "longer than 250"},
	{CBF__ENUMERATE_NAMED_STREAMS, STREAM(name_256, 257), "longer than 255"},
	{CBF__ENUMERATE_NAMED_STREAMS, STREAM(unterminated, 8), "not terminated"},
	{CBF__GET_FILE_NAME_BY_FILE_ID, PATH(TEXT("/"), 64), OK},
	{CBF__GET_FILE_NAME_BY_FILE_ID, PATH(TEXT("/a/b"), 5), OK},
	{CBF__GET_FILE_NAME_BY_FILE_ID, PATH(TEXT(""), 64), "does not start with a slash"},
	{CBF__GET_FILE_NAME_BY_FILE_ID, PATH(TEXT("a/b"), 64), "does not start with a slash"},
	{CBF__GET_FILE_NAME_BY_FILE_ID, PATH(unterminated, 8), "not terminated"},
	{CBF__GET_REPARSE_POINT, TARGET(TEXT("."), 64), OK},
	{CBF__GET_REPARSE_POINT, TARGET(TEXT("../a//b/"), 64), OK},
	{CBF__GET_REPARSE_POINT, TARGET(target_4095, 4096), OK},
	{CBF__GET_REPARSE_POINT, TARGET(TEXT(""), 64), "empty target"},
	{CBF__GET_REPARSE_POINT, TARGET(target_4096, 4096), "not terminated"},
	{CBF__GET_REPARSE_POINT, TARGET(target_4096, 4097), "longer than 4095"},
	{CBF__GET_FILE_SECURITY, ACL(0), OK},
	{CBF__GET_FILE_SECURITY, ACL(3), OK},
	{CBF__GET_FILE_SECURITY, ACL(2), "without the owner, the group or the others"},
	{CBF__GET_FILE_SECURITY, ACL(CBF_ACL_ENTRY_MAX + 1), "more ACL entries than there is room for"},
	{CBF__QUERY_EA, EA("user.x", true, NULL, 0), OK},
	{CBF__QUERY_EA, EA("user.x", true, NULL, 300), OK},
	{CBF__QUERY_EA, EA("user.x", true, NULL, 301), "more bytes than there is room for"},
	{CBF__QUERY_EA, EA("user.x", true, NULL, SIZE_MAX), "more bytes than there is room for"},
	{CBF__QUERY_EA, EA("user.x", false, NULL, SIZE_MAX), OK},
	{CBF__QUERY_EA, EA(NULL, false, NULL, 0), OK},
	{CBF__QUERY_EA, EA(NULL, false, TEXT("user.x\0user.y"), 14), OK},
	{CBF__QUERY_EA, EA(NULL, true, TEXT("user.x\0user.y"), 14), OK},
	{CBF__QUERY_EA, EA(NULL, false, name_255, 256), OK},
	{CBF__QUERY_EA, EA(NULL, false, name_256, 257), "longer than 255"},
	{CBF__QUERY_EA, EA(NULL, false, TEXT("user.x\0user.y"), 13), "not terminated"},
	{CBF__QUERY_EA, EA(NULL, false, TEXT("user.x"), 1), "not terminated"},
	{CBF__QUERY_EA, EA(NULL, false, TEXT("user.x\0"), 8), "empty name"},
	{CBF__QUERY_EA, EA(NULL, false, TEXT(""), 1), "empty name"},
	{CBF__QUERY_EA, EA(NULL, false, NULL, 301), "more bytes than there is room for"},
	{CBF__READ_FILE, READ(0, 0), OK},
	{CBF__READ_FILE, READ(8, 0), OK},
	{CBF__READ_FILE, READ(8, 8), OK},
	{CBF__READ_FILE, READ(8, 9), "more bytes than were asked for"},
	{CBF__READ_FILE, READ(8, SIZE_MAX), "more bytes than were asked for"},
	{CBF__READ_FILE, READ(0, 1), "more bytes than were asked for"},
	{CBF__WRITE_FILE, WRITE(8, 8), OK},
	{CBF__QUERY_ALLOCATED_RANGES, RANGE(0, 0, 1), OK},
	{CBF__QUERY_ALLOCATED_RANGES, RANGE(5, 0, 6), OK},
	{CBF__QUERY_ALLOCATED_RANGES, RANGE(5, 9, INT64_MAX - 9), OK},
	{CBF__QUERY_ALLOCATED_RANGES, RANGE(5, 5, 0), "range that is empty"},
	{CBF__QUERY_ALLOCATED_RANGES, RANGE(5, 0, 5), "ends before the position"},
	{CBF__QUERY_ALLOCATED_RANGES, RANGE(5, 9, INT64_MAX - 8), "above the largest offset"},
	{CBF__QUERY_ALLOCATED_RANGES, RANGE(5, 9, UINT64_MAX), "above the largest offset"},
	{CBF__QUERY_ALLOCATED_RANGES, RANGE(5, UINT64_MAX, 1), "above the largest offset"},
	{CBF__OFFLOAD_WRITE_FILE, COPY(8, 0), OK},
	{CBF__OFFLOAD_WRITE_FILE, COPY(8, 8), OK},
	{CBF__OFFLOAD_WRITE_FILE, COPY(8, 9), "more bytes than were asked for"},
	{CBF__OFFLOAD_WRITE_FILE, COPY(8, UINT64_MAX), "more bytes than were asked for"},
	{CBF__WRITE_FILE, WRITE(8, 0), OK},
	{CBF__WRITE_FILE, WRITE(8, 9), "more bytes than it was given"},
	{CBF__WRITE_FILE, WRITE(8, SIZE_MAX), "more bytes than it was given"},
	{CBF__GET_VOLUME_LABEL, LABEL(TEXT(""), 256), OK},
	{CBF__GET_VOLUME_LABEL, LABEL(TEXT("a label"), 8), OK},
	{CBF__GET_VOLUME_LABEL, LABEL(TEXT("a label"), 7), "not terminated"},
	{CBF__FSCTL, FSCTL(0, 0, 0), OK},
	{CBF__FSCTL, FSCTL(8, 8, INT_MAX), OK},
	{CBF__FSCTL, FSCTL(8, 9, 0), "more bytes than there is room"},
	{CBF__FSCTL, FSCTL(8, 8, -1), "below zero"},
	{CBF__IOCTL, IOCTL(0, 0, 1), OK},
	{CBF__IOCTL, IOCTL(0, SIZE_MAX, 0), "more bytes than there is room"},
	{CBF__IOCTL, IOCTL(1, 1, INT_MIN), "below zero"},
	{CBF__GET_DEFAULT_QUOTA_INFO, {.get_default_quota_info = {.control_flags = 3}}, OK},
	{CBF__GET_DEFAULT_QUOTA_INFO, {.get_default_quota_info = {.control_flags = 4}}, "flags that do not exist"},
	{CBF__QUERY_COMPRESSION_INFO,
	 {.query_compression_info = {.file_name = "/the/path", .compressed_file_size = INT64_MAX}},
	 OK},
	{CBF__QUERY_COMPRESSION_INFO,
	 {.query_compression_info = {.file_name = "/the/path", .compressed_file_size = UINT64_MAX}},
	 "negative"},
	{CBF__GET_VOLUME_SIZE, SIZE(0, 0), OK},
	{CBF__GET_VOLUME_SIZE, SIZE(10, 10), OK},
	{CBF__GET_VOLUME_SIZE, SIZE(10, 11), "more free than total"},
};

static void note_error(struct cbf_volume *volume, struct cbf_error_event *event, void *user_data)
{
	struct errors *errors = user_data;

	(void)volume;
	errors->count++;
	errors->code = event->error_code;
	snprintf(errors->description, sizeof(errors->description), "%s", event->description);
}

static struct cbf_volume *new_volume(struct errors *errors)
{
	struct cbf_volume *volume;

	memset(errors, 0, sizeof(*errors));
	assert_int_equal(cbf_volume_create(&volume), 0);
	assert_int_equal(cbf_on_error(volume, note_error, errors), 0);
	return volume;
}

/* The answer is taken as it is, or told once and turned into EIO. */
static void expect_checked(enum cbf__event_id id, const union cbf__event *given, int result, const char *fault)
{
	struct errors errors;
	struct cbf_volume *volume = new_volume(&errors);
	union cbf__event event;

	memcpy(&event, given, sizeof(event));
	assert_int_equal(cbf__check_answer(volume, id, &event, result), fault ? EIO : result);
	assert_int_equal(errors.count, fault ? 1 : 0);
	if (fault) {
		assert_int_equal(errors.code, EIO);
		assert_non_null(strstr(errors.description, fault));
		assert_non_null(strstr(errors.description, cbf__event_shapes[id].name));
		if (cbf__event_shapes[id].path >= 0)
			assert_non_null(strstr(errors.description, "/the/path"));
	}
	cbf_volume_destroy(volume);
}

static void answers_are_checked(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++)
		expect_checked(answers[i].id, &answers[i].event, 0, answers[i].fault);
}

/* What a hook leaves in its outputs when it fails is not looked at. */
static void outputs_of_a_failure_are_not_looked_at(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++)
		expect_checked(answers[i].id, &answers[i].event, ENOENT, NULL);
}

static void outputs_without_found_are_not_looked_at(void **state)
{
	union cbf__event event = {.enumerate_directory = {.directory_name = "/", .file_name = TEXT("a/b")}};
	union cbf__event links = {.enumerate_hard_links = {.file_name = "/", .link_name = TEXT("a/b")}};
	struct cbf_file_info info = {.mode = S_IFMT, .size = UINT64_MAX};
	union cbf__event attr = {.get_file_info = {.file_name = "/", .info = &info, .requested_info = CBF_INFO_ALL}};

	(void)state;
	expect_checked(CBF__ENUMERATE_DIRECTORY, &event, 0, NULL);
	expect_checked(CBF__ENUMERATE_HARD_LINKS, &links, 0, NULL);
	expect_checked(CBF__GET_FILE_INFO, &attr, 0, NULL);
}

static void result_codes_of_every_event_are_checked(void **state)
{
	static const int good[] = {0, 1, EIO, ENOSYS, EHWPOISON, 510, 511};
	static const int bad[] = {-1, -EIO, 512, 513, 1000, INT_MAX, INT_MIN};
	union cbf__event event;
	const char *path = "/the/path";
	char text[32];

	(void)state;
	for (int id = 0; id < CBF__EVENT_COUNT; id++) {
		memset(&event, 0, sizeof(event));
		if (cbf__event_shapes[id].path >= 0)
			memcpy((char *)&event + cbf__event_shapes[id].path, &path, sizeof(path));
		for (size_t i = 1; i < sizeof(good) / sizeof(good[0]); i++)
			expect_checked((enum cbf__event_id)id, &event, good[i], NULL);
		if (id != CBF__GET_FILE_NAME_BY_FILE_ID && id != CBF__GET_REPARSE_POINT && id != CBF__GET_VOLUME_LABEL)
			expect_checked((enum cbf__event_id)id, &event, good[0], NULL);
		for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
			snprintf(text, sizeof(text), "result code %d,", bad[i]);
			expect_checked((enum cbf__event_id)id, &event, bad[i], text);
		}
	}
}

struct info_row {
	unsigned requested;
	struct cbf_file_info info;
	const char *fault;
};

static const struct info_row infos[] = {
	{CBF_INFO_ALL, {.mode = 0}, OK},
	{CBF_INFO_ALL, {.mode = S_IFREG | 07777}, OK},
	{CBF_INFO_ALL, {.mode = S_IFDIR}, OK},
	{CBF_INFO_ALL, {.mode = S_IFLNK}, OK},
	{CBF_INFO_ALL, {.mode = S_IFIFO}, OK},
	{CBF_INFO_ALL, {.mode = S_IFSOCK}, OK},
	{CBF_INFO_ALL, {.mode = S_IFCHR}, OK},
	{CBF_INFO_ALL, {.mode = S_IFBLK}, OK},
	{CBF_INFO_ALL, {.mode = S_IFMT}, "unknown file type"},
	{CBF_INFO_TYPE, {.mode = 0030000}, "unknown file type"},
	{CBF_INFO_ATTR, {.mode = 0160000}, "unknown file type"},
	{CBF_INFO_SIZE | CBF_INFO_TIME | CBF_INFO_FILE_ID, {.mode = S_IFMT}, OK},
	{CBF_INFO_ALL, {.size = INT64_MAX, .allocation_size = INT64_MAX}, OK},
	{CBF_INFO_SIZE, {.size = (uint64_t)INT64_MAX + 1}, "negative"},
	{CBF_INFO_SIZE, {.size = UINT64_MAX}, "negative"},
	{CBF_INFO_SIZE, {.allocation_size = UINT64_MAX}, "negative"},
	{CBF_INFO_ALL & ~CBF_INFO_SIZE, {.size = UINT64_MAX, .allocation_size = UINT64_MAX}, OK},
	{CBF_INFO_ALL, {.last_write_time = {-1, 999999999}}, OK},
	{CBF_INFO_TIME, {.last_access_time = {0, 1000000000}}, "nanoseconds"},
	{CBF_INFO_TIME, {.last_write_time = {0, -1}}, "nanoseconds"},
	{CBF_INFO_TIME, {.change_time = {0, LONG_MAX}}, "nanoseconds"},
	{CBF_INFO_ALL & ~CBF_INFO_TIME, {.last_access_time = {0, -1}, .change_time = {0, -1}}, OK},
};

static void infos_are_checked_as_far_as_they_were_asked_for(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(infos) / sizeof(infos[0]); i++) {
		struct cbf_file_info info = infos[i].info;
		union cbf__event get = {.get_file_info = {.file_name = "/the/path",
							  .requested_info = infos[i].requested,
							  .file_exists = true,
							  .info = &info}};
		union cbf__event entry = {.enumerate_directory = {.directory_name = "/the/path",
								  .requested_info = infos[i].requested,
								  .file_found = true,
								  .file_name = TEXT("name"),
								  .file_name_capacity = 256,
								  .info = &info}};

		expect_checked(CBF__GET_FILE_INFO, &get, 0, infos[i].fault);
		expect_checked(CBF__ENUMERATE_DIRECTORY, &entry, 0, infos[i].fault);
	}
}

static void names_are_good_or_not(void **state)
{
	(void)state;
	assert_true(cbf__name_is_good("a", 256));
	assert_true(cbf__name_is_good(name_254, 255));
	assert_true(cbf__name_is_good(name_255, 256));
	assert_true(cbf__name_is_good("..a", 256));
	assert_false(cbf__name_is_good(name_256, 300));
	assert_false(cbf__name_is_good("abc", 3));
	assert_false(cbf__name_is_good("", 256));
	assert_false(cbf__name_is_good("a", 0));
	assert_false(cbf__name_is_good(".", 256));
	assert_false(cbf__name_is_good("..", 256));
	assert_false(cbf__name_is_good("/", 256));
	assert_false(cbf__name_is_good("b/", 256));
}

/* Who has hooked OnError wants to know what was wrong, also deep down. */
static void long_path_does_not_hide_the_fault(void **state)
{
	static char path[4096];
	struct errors errors;
	struct cbf_volume *volume = new_volume(&errors);
	union cbf__event event = {.read_file = {.file_name = path, .bytes_to_read = 1, .bytes_read = 2}};

	(void)state;
	memset(path, 'p', sizeof(path) - 1);
	path[0] = '/';
	(void)cbf__check_answer(volume, CBF__READ_FILE, &event, 0);
	cbf_volume_destroy(volume);
	assert_int_equal(errors.count, 1);
	assert_non_null(strstr(errors.description, "ReadFile /pppp"));
	assert_non_null(strstr(errors.description, "more bytes than were asked for"));
}

static void without_an_error_hook_the_answer_is_the_same(void **state)
{
	struct errors errors;
	struct cbf_volume *volume = new_volume(&errors);
	union cbf__event event = {.read_file = {.file_name = "/", .bytes_to_read = 1, .bytes_read = 2}};

	(void)state;
	assert_int_equal(cbf_on_error(volume, NULL, NULL), 0);
	assert_int_equal(cbf__check_answer(volume, CBF__READ_FILE, &event, 0), EIO);
	assert_int_equal(cbf__check_answer(volume, CBF__READ_FILE, &event, 512), EIO);
	assert_int_equal(errors.count, 0);
	cbf_volume_destroy(volume);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_are_checked),
		cmocka_unit_test(outputs_of_a_failure_are_not_looked_at),
		cmocka_unit_test(outputs_without_found_are_not_looked_at),
		cmocka_unit_test(result_codes_of_every_event_are_checked),
		cmocka_unit_test(infos_are_checked_as_far_as_they_were_asked_for),
		cmocka_unit_test(names_are_good_or_not),
		cmocka_unit_test(long_path_does_not_hide_the_fault),
		cmocka_unit_test(without_an_error_hook_the_answer_is_the_same),
	};

	return cmocka_run_group_tests(tests, fill_texts, NULL);
}
