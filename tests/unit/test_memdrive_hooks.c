/* SPDX-License-Identifier: MIT */
/* memdrive hooks every event that there is: a new one that it does not know fails here. */
#include "event/event.h"
#include "memdrive.h"
#include "volume.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* With it the kernel does not check any more, so that it is there on request only. */
static bool is_on_request(enum cbf__event_id id)
{
	return id == CBF__CHECK_ACCESS;
}

static void expect_hooks(bool check_access)
{
	const struct memdrive_options options = {.size = 1 << 20, .files = 100, .check_access = check_access};
	struct cbf_volume *volume;
	struct memdrive drive;

	assert_int_equal(cbf_volume_create(&volume), 0);
	assert_int_equal(memdrive_init(&drive, &options), 0);
	assert_int_equal(memdrive_set_up(&drive, volume), 0);
	for (int id = 0; id < CBF__EVENT_COUNT; id++)
		if (cbf__hooked(volume, (enum cbf__event_id)id) !=
		    (check_access || !is_on_request((enum cbf__event_id)id)))
			fail_msg("%s is not hooked", cbf__event_shapes[id].name);
	assert_non_null(volume->registry.error.function);
	assert_non_null(volume->registry.worker_thread_termination.function);
	cbf_volume_destroy(volume);
	memdrive_destroy(&drive);
}

static void every_event_is_hooked(void **state)
{
	(void)state;
	expect_hooks(true);
}

static void checks_of_access_are_the_kernels(void **state)
{
	(void)state;
	expect_hooks(false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(every_event_is_hooked),
					   cmocka_unit_test(checks_of_access_are_the_kernels)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
