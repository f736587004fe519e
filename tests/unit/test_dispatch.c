/* SPDX-License-Identifier: MIT */
/* The choke point: contexts in and out, the hook's depth, the lock. */
#include "event/event.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

/* What context.h and the events' declarations say of each slot. */
enum slot { NONE, READ_ONLY, SETTABLE };

struct slots_of {
	enum cbf__event_id id;
	enum slot file;
	enum slot handle;
};

static const struct slots_of table[] = {
	{CBF__MOUNT, NONE, NONE},
	{CBF__UNMOUNT, NONE, NONE},
	{CBF__EJECTED, NONE, NONE},
	{CBF__GET_VOLUME_SIZE, NONE, NONE},
	{CBF__GET_VOLUME_ID, NONE, NONE},
	{CBF__GET_VOLUME_LABEL, NONE, NONE},
	{CBF__SET_VOLUME_LABEL, NONE, NONE},
	{CBF__WORKER_THREAD_CREATION, NONE, NONE},
	{CBF__OPEN_FILE, SETTABLE, SETTABLE},
	{CBF__CREATE_FILE, SETTABLE, SETTABLE},
	{CBF__CLEANUP_FILE, SETTABLE, SETTABLE},
	{CBF__CLOSE_FILE, SETTABLE, SETTABLE},
	{CBF__READ_FILE, SETTABLE, SETTABLE},
	{CBF__WRITE_FILE, SETTABLE, SETTABLE},
	{CBF__SET_FILE_SIZE, SETTABLE, SETTABLE},
	{CBF__SET_ALLOCATION_SIZE, SETTABLE, SETTABLE},
	{CBF__ZEROIZE_FILE_RANGE, SETTABLE, SETTABLE},
	{CBF__QUERY_ALLOCATED_RANGES, SETTABLE, SETTABLE},
	{CBF__OFFLOAD_WRITE_FILE, SETTABLE, SETTABLE},
	{CBF__FLUSH_FILE, READ_ONLY, NONE},
	{CBF__GET_FILE_INFO, READ_ONLY, READ_ONLY},
	{CBF__SET_FILE_ATTRIBUTES, SETTABLE, SETTABLE},
	{CBF__ENUMERATE_DIRECTORY, SETTABLE, SETTABLE},
	{CBF__CLOSE_DIRECTORY_ENUMERATION, SETTABLE, NONE},
	{CBF__CREATE_HARD_LINK, SETTABLE, SETTABLE},
	{CBF__ENUMERATE_HARD_LINKS, SETTABLE, SETTABLE},
	{CBF__CLOSE_HARD_LINKS_ENUMERATION, SETTABLE, SETTABLE},
	{CBF__GET_FILE_NAME_BY_FILE_ID, NONE, NONE},
	{CBF__ENUMERATE_NAMED_STREAMS, SETTABLE, SETTABLE},
	{CBF__CLOSE_NAMED_STREAMS_ENUMERATION, SETTABLE, SETTABLE},
	{CBF__GET_REPARSE_POINT, SETTABLE, SETTABLE},
	{CBF__SET_REPARSE_POINT, NONE, NONE},
	{CBF__QUERY_EA, SETTABLE, SETTABLE},
	{CBF__SET_EA, SETTABLE, SETTABLE},
	{CBF__GET_FILE_SECURITY, SETTABLE, SETTABLE},
	{CBF__SET_FILE_SECURITY, SETTABLE, SETTABLE},
	{CBF__CHECK_ACCESS, READ_ONLY, READ_ONLY},
	{CBF__CAN_FILE_BE_DELETED, SETTABLE, SETTABLE},
	{CBF__IS_DIRECTORY_EMPTY, SETTABLE, NONE},
	{CBF__DELETE_FILE, SETTABLE, NONE},
	{CBF__RENAME_OR_MOVE_FILE, SETTABLE, SETTABLE},
	{CBF__FSCTL, SETTABLE, SETTABLE},
	{CBF__IOCTL, SETTABLE, SETTABLE},
	{CBF__GET_OBJECT_ID, NONE, NONE},
	{CBF__SET_OBJECT_ID, NONE, NONE},
	{CBF__DELETE_OBJECT_ID, NONE, NONE},
	{CBF__QUERY_QUOTAS, NONE, NONE},
	{CBF__SET_QUOTAS, NONE, NONE},
	{CBF__CLOSE_QUOTAS_ENUMERATION, NONE, NONE},
	{CBF__GET_DEFAULT_QUOTA_INFO, NONE, NONE},
	{CBF__SET_DEFAULT_QUOTA_INFO, NONE, NONE},
	{CBF__SET_VALID_DATA_LENGTH, SETTABLE, SETTABLE},
	{CBF__QUERY_COMPRESSION_INFO, SETTABLE, SETTABLE},
};

enum { EVENTS = sizeof(table) / sizeof(table[0]) };

static char before_file, before_handle, after_file, after_handle, meanwhile;

struct recorder {
	struct cbf_volume *volume;
	void *file, *handle; /* the slots */
	pthread_mutex_t lock;
	struct cbf__slots slots;
	/* What the hook shall do */
	bool sets;
	bool changes_slots_meanwhile;
	int result;
	enum cbf__event_id nested; /* CBF__EVENT_COUNT: none */
	/* What the hook saw */
	unsigned calls;
	enum cbf__event_id id;
	void *seen_file, *seen_handle;
	bool inside, unlocked;
	/* And OnError */
	unsigned errors;
	bool error_inside;
};

static void *get_pointer(const void *event, int offset)
{
	void *value;

	memcpy(&value, (const char *)event + offset, sizeof(value));
	return value;
}

static void act(struct recorder *r, enum cbf__event_id id, void *event)
{
	const struct cbf__event_shape *shape = &cbf__event_shapes[id];
	void *const contexts[] = {&after_file, &after_handle};

	r->calls++;
	r->id = id;
	r->inside = cbf__inside_hook();
	r->unlocked = pthread_mutex_trylock(&r->lock) == 0;
	if (r->unlocked)
		pthread_mutex_unlock(&r->lock);
	r->seen_file = shape->file_slot >= 0 ? get_pointer(event, shape->file_slot) : NULL;
	r->seen_handle = shape->handle_slot >= 0 ? get_pointer(event, shape->handle_slot) : NULL;
	if (r->sets && shape->file_slot >= 0)
		memcpy((char *)event + shape->file_slot, &contexts[0], sizeof(void *));
	if (r->sets && shape->handle_slot >= 0)
		memcpy((char *)event + shape->handle_slot, &contexts[1], sizeof(void *));
	if (r->changes_slots_meanwhile)
		r->file = r->handle = &meanwhile;
	memcpy((char *)event + shape->result_code, &r->result, sizeof(r->result));
	if (r->nested != CBF__EVENT_COUNT) {
		union cbf__event inner;
		enum cbf__event_id nested = r->nested;

		r->nested = CBF__EVENT_COUNT;
		memset(&inner, 0, sizeof(inner));
		cbf__fire(r->volume, nested, &inner, NULL);
		r->inside = cbf__inside_hook();
	}
}

#define EVENT(id, Name, name, path, file_slot, handle_slot, ...)                                                       \
	static void on_##name(struct cbf_volume *volume, struct cbf_##name##_event *event, void *user_data)            \
	{                                                                                                              \
		assert_ptr_equal(volume, ((struct recorder *)user_data)->volume);                                      \
		act(user_data, CBF__##id, event);                                                                      \
	}
#include "event/events.def"
#undef EVENT

static void on_error(struct cbf_volume *volume, struct cbf_error_event *event, void *user_data)
{
	struct recorder *r = user_data;

	(void)volume, (void)event;
	r->errors++;
	r->error_inside = cbf__inside_hook();
}

static int set_up(void **state)
{
	struct recorder *r = test_calloc(1, sizeof(*r));

	pthread_mutex_init(&r->lock, NULL);
	r->slots = (struct cbf__slots){.file = &r->file, .handle = &r->handle, .lock = &r->lock};
	r->nested = CBF__EVENT_COUNT;
	assert_int_equal(cbf_volume_create(&r->volume), 0);
#define EVENT(id, Name, name, path, file_slot, handle_slot, ...)                                                       \
	assert_int_equal(cbf_on_##name(r->volume, on_##name, r), 0);
#include "event/events.def"
#undef EVENT
	assert_int_equal(cbf_on_error(r->volume, on_error, r), 0);
	*state = r;
	return 0;
}

static int tear_down(void **state)
{
	struct recorder *r = *state;

	cbf_volume_destroy(r->volume);
	pthread_mutex_destroy(&r->lock);
	test_free(r);
	return 0;
}

/* With outputs that are good answers. */
static int fire(struct recorder *r, enum cbf__event_id id, const struct cbf__slots *slots)
{
	static char text[] = "/";
	static struct cbf_file_info info;
	union cbf__event event;

	memset(&event, 0, sizeof(event));
	if (id == CBF__GET_FILE_NAME_BY_FILE_ID)
		CBF__MAKE_EVENT(&event, get_file_name_by_file_id, .file_path = text, .file_path_capacity = 2);
	if (id == CBF__GET_VOLUME_LABEL)
		CBF__MAKE_EVENT(&event, get_volume_label, .label = text, .label_capacity = 2);
	if (id == CBF__GET_REPARSE_POINT)
		CBF__MAKE_EVENT(&event, get_reparse_point, .file_name = "/x", .target = text, .target_capacity = 2);
	if (id == CBF__GET_FILE_INFO)
		CBF__MAKE_EVENT(&event, get_file_info, .file_name = "/x", .info = &info);
	r->calls = 0;
	r->file = &before_file;
	r->handle = &before_handle;
	return cbf__fire(r->volume, id, &event, slots);
}

static void each_event_reaches_its_own_hook(void **state)
{
	struct recorder *r = *state;

	assert_int_equal(EVENTS, CBF__EVENT_COUNT);
	for (size_t i = 0; i < EVENTS; i++) {
		assert_int_equal(table[i].id, i);
		assert_int_equal(fire(r, table[i].id, NULL), 0);
		assert_int_equal(r->calls, 1);
		assert_int_equal(r->id, table[i].id);
	}
}

static void contexts_are_handed_in(void **state)
{
	struct recorder *r = *state;

	for (size_t i = 0; i < EVENTS; i++) {
		assert_int_equal(fire(r, table[i].id, &r->slots), 0);
		assert_ptr_equal(r->seen_file, table[i].file == NONE ? NULL : &before_file);
		assert_ptr_equal(r->seen_handle, table[i].handle == NONE ? NULL : &before_handle);
		assert_true(r->unlocked);
		/* What the hook leaves alone stays. */
		assert_ptr_equal(r->file, &before_file);
		assert_ptr_equal(r->handle, &before_handle);
	}
}

static void settable_contexts_are_taken_back(void **state)
{
	struct recorder *r = *state;

	r->sets = true;
	for (size_t i = 0; i < EVENTS; i++) {
		assert_int_equal(fire(r, table[i].id, &r->slots), 0);
		assert_ptr_equal(r->file, table[i].file == SETTABLE ? &after_file : &before_file);
		assert_ptr_equal(r->handle, table[i].handle == SETTABLE ? &after_handle : &before_handle);
	}
}

static void missing_slots_are_null(void **state)
{
	struct recorder *r = *state;
	struct cbf__slots none = {.lock = &r->lock}, file = {.file = &r->file, .lock = &r->lock};
	struct cbf__slots handle = {.handle = &r->handle, .lock = &r->lock};

	r->sets = true;
	for (size_t i = 0; i < EVENTS; i++) {
		fire(r, table[i].id, NULL);
		assert_null(r->seen_file);
		assert_null(r->seen_handle);
		fire(r, table[i].id, &none);
		assert_null(r->seen_file);
		assert_null(r->seen_handle);
		assert_ptr_equal(r->file, &before_file);
		fire(r, table[i].id, &file);
		assert_null(r->seen_handle);
		assert_ptr_equal(r->file, table[i].file == SETTABLE ? &after_file : &before_file);
		assert_ptr_equal(r->handle, &before_handle);
		fire(r, table[i].id, &handle);
		assert_null(r->seen_file);
		assert_ptr_equal(r->file, &before_file);
		assert_ptr_equal(r->handle, table[i].handle == SETTABLE ? &after_handle : &before_handle);
	}
}

/* Two events side by side: this one changes nothing, and must not undo what the other one did. */
static void what_the_hook_did_not_change_is_not_written(void **state)
{
	struct recorder *r = *state;

	r->changes_slots_meanwhile = true;
	for (size_t i = 0; i < EVENTS; i++) {
		fire(r, table[i].id, &r->slots);
		assert_ptr_equal(r->file, &meanwhile);
		assert_ptr_equal(r->handle, &meanwhile);
	}
}

static void failed_open_leaves_no_context(void **state)
{
	static const int results[] = {EACCES, 511, 512, -1};
	struct recorder *r = *state;

	r->sets = true;
	for (size_t i = 0; i < EVENTS; i++) {
		bool opens = table[i].id == CBF__OPEN_FILE || table[i].id == CBF__CREATE_FILE;
		bool file = table[i].file == SETTABLE && !opens, handle = table[i].handle == SETTABLE && !opens;

		for (size_t j = 0; j < sizeof(results) / sizeof(results[0]); j++) {
			r->result = results[j];
			assert_int_equal(fire(r, table[i].id, &r->slots), j < 2 ? results[j] : EIO);
			assert_ptr_equal(r->file, file ? &after_file : &before_file);
			assert_ptr_equal(r->handle, handle ? &after_handle : &before_handle);
		}
	}
}

static void bad_answers_are_told_once_and_become_eio(void **state)
{
	struct recorder *r = *state;
	union cbf__event event = {.read_file = {.file_name = "/x", .bytes_read = 1}};

	r->result = -5;
	for (size_t i = 0; i < EVENTS; i++) {
		r->errors = 0;
		assert_int_equal(fire(r, table[i].id, NULL), EIO);
		assert_int_equal(r->errors, 1);
		assert_true(r->error_inside);
	}
	r->errors = 0;
	r->result = 0;
	assert_int_equal(cbf__fire(r->volume, CBF__READ_FILE, &event, NULL), EIO);
	assert_int_equal(r->errors, 1);
	assert_false(cbf__inside_hook());
}

static void thread_knows_that_it_is_inside_of_a_hook(void **state)
{
	struct recorder *r = *state;

	assert_false(cbf__inside_hook());
	for (size_t i = 0; i < EVENTS; i++) {
		r->inside = false;
		fire(r, table[i].id, NULL);
		assert_true(r->inside);
		assert_false(cbf__inside_hook());
	}
	/* An event that is fired inside of a hook does not end it. */
	r->nested = CBF__MOUNT;
	r->inside = false;
	fire(r, CBF__UNMOUNT, NULL);
	assert_int_equal(r->calls, 2);
	assert_true(r->inside);
	assert_false(cbf__inside_hook());
}

static void *ask(void *inside)
{
	*(bool *)inside = cbf__inside_hook();
	return NULL;
}

static void ask_on_another_thread(struct cbf_volume *volume, struct cbf_mount_event *event, void *inside)
{
	pthread_t thread;

	(void)volume, (void)event;
	assert_int_equal(pthread_create(&thread, NULL, ask, inside), 0);
	pthread_join(thread, NULL);
}

static void other_threads_are_not_inside(void **state)
{
	struct recorder *r = *state;
	union cbf__event event = {.mount = {0}};
	bool inside = true;

	assert_int_equal(cbf_on_mount(r->volume, ask_on_another_thread, &inside), 0);
	assert_int_equal(cbf__fire(r->volume, CBF__MOUNT, &event, NULL), 0);
	assert_false(inside);
}

static void on_termination(struct cbf_volume *volume, struct cbf_worker_thread_termination_event *event, void *data)
{
	(void)volume;
	assert_non_null(event);
	*(int *)data += 1 + cbf__inside_hook();
}

static void termination_of_a_worker_fires(void **state)
{
	struct recorder *r = *state;
	int told = 0;

	cbf__fire_worker_thread_termination(r->volume);
	assert_int_equal(cbf_on_worker_thread_termination(r->volume, on_termination, &told), 0);
	cbf__fire_worker_thread_termination(r->volume);
	assert_int_equal(told, 2);
	assert_false(cbf__inside_hook());
	assert_int_equal(cbf_on_worker_thread_termination(r->volume, NULL, NULL), 0);
	cbf__fire_worker_thread_termination(r->volume);
	assert_int_equal(told, 2);
}

static void report_reaches_on_error(void **state)
{
	struct recorder *r = *state;

	cbf__report(r->volume, ENOMEM, "no %s for %d", "memory", 5);
	assert_int_equal(r->errors, 1);
	assert_true(r->error_inside);
	assert_false(cbf__inside_hook());
	assert_int_equal(cbf_on_error(r->volume, NULL, NULL), 0);
	cbf__report(r->volume, ENOMEM, "nobody hears this");
	assert_int_equal(r->errors, 1);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_event_reaches_its_own_hook),
		TEST(contexts_are_handed_in),
		TEST(settable_contexts_are_taken_back),
		TEST(missing_slots_are_null),
		TEST(what_the_hook_did_not_change_is_not_written),
		TEST(failed_open_leaves_no_context),
		TEST(bad_answers_are_told_once_and_become_eio),
		TEST(thread_knows_that_it_is_inside_of_a_hook),
		TEST(other_threads_are_not_inside),
		TEST(termination_of_a_worker_fires),
		TEST(report_reaches_on_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
