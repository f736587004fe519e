/* SPDX-License-Identifier: MIT */
/* One typed setter an event: registers, unregisters, gives the hook its user data, touches no other event's. */
#include "event/event.h"
#include "volume.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>

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

#define EVENT(id, Name, name, ...)                                                                                     \
	static void on_##name(struct cbf_volume *volume, struct cbf_##name##_event *event, void *user_data)            \
	{                                                                                                              \
		(void)volume;                                                                                          \
		(void)user_data;                                                                                       \
		event->result_code = 1;                                                                                \
	}
#include "event/events.def"
#undef EVENT

static unsigned hooked(const struct cbf_volume *volume)
{
	unsigned count = 0;

	for (int id = 0; id < CBF__EVENT_COUNT; id++)
		count += cbf__hooked(volume, (enum cbf__event_id)id);
	return count;
}

static void new_volume_has_no_hooks(void **state)
{
	assert_int_equal(hooked(*state), 0);
}

static void each_setter_sets_its_own_hook(void **state)
{
	struct cbf_volume *volume = *state;
	int data;

#define EVENT(id, Name, name, ...)                                                                                     \
	assert_int_equal(cbf_on_##name(volume, on_##name, &data), 0);                                                  \
	assert_true(cbf__hooked(volume, CBF__##id));                                                                   \
	assert_int_equal(hooked(volume), 1);                                                                           \
	assert_ptr_equal(volume->registry.hooks[CBF__##id].user_data, &data);                                          \
	assert_int_equal(cbf_on_##name(volume, NULL, NULL), 0);                                                        \
	assert_int_equal(hooked(volume), 0);
#include "event/events.def"
#undef EVENT
}

static void hook_may_be_replaced(void **state)
{
	struct cbf_volume *volume = *state;
	int first, second;

	assert_int_equal(cbf_on_mount(volume, on_mount, &first), 0);
	assert_int_equal(cbf_on_mount(volume, on_mount, &second), 0);
	assert_ptr_equal(volume->registry.hooks[CBF__MOUNT].user_data, &second);
	assert_int_equal(hooked(volume), 1);
}

static void volumes_have_hooks_of_their_own(void **state)
{
	struct cbf_volume *volume = *state, *other;

	assert_int_equal(cbf_volume_create(&other), 0);
	assert_int_equal(cbf_on_mount(volume, on_mount, NULL), 0);
	assert_false(cbf__hooked(other, CBF__MOUNT));
	cbf_volume_destroy(other);
}

/* In every state but idle. (That a mount brings these states about is for the tests with one.) */
static void hooks_are_frozen_while_the_volume_is_in_use(void **state)
{
	struct cbf_volume *volume = *state;

	assert_int_equal(cbf_on_mount(volume, on_mount, volume), 0);
	for (int frozen = CBF__CHANGING; frozen <= CBF__CLEARING; frozen++) {
		volume->state = (enum cbf__state)frozen;
#define EVENT(id, Name, name, ...) assert_int_equal(cbf_on_##name(volume, NULL, NULL), -EBUSY);
#include "event/events.def"
#undef EVENT
		assert_int_equal(cbf_on_error(volume, NULL, NULL), -EBUSY);
		assert_int_equal(cbf_on_worker_thread_termination(volume, NULL, NULL), -EBUSY);
		assert_int_equal(cbf_set_trace(volume, NULL, NULL), -EBUSY);
		assert_true(cbf__hooked(volume, CBF__MOUNT));
		assert_ptr_equal(volume->registry.hooks[CBF__MOUNT].user_data, volume);
	}
	volume->state = CBF__IDLE;
	assert_int_equal(cbf_on_mount(volume, NULL, NULL), 0);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(new_volume_has_no_hooks),
		TEST(each_setter_sets_its_own_hook),
		TEST(hook_may_be_replaced),
		TEST(volumes_have_hooks_of_their_own),
		TEST(hooks_are_frozen_while_the_volume_is_in_use),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
