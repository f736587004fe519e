/* SPDX-License-Identifier: MIT */
/* Each row of the battery is a test of its own; all of them run on one mount, but those that mount anew. */
#include "battery.h"
#include "subject.h"
#include "volume.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { MOST_ROWS = 400, TEST_LIMIT_S = 240 };

static const struct rows *const families[] = {&volume_rows, &file_rows,   &data_rows,      &directory_rows,
					      &name_rows,   &link_rows,   &attribute_rows, &control_rows,
					      &stream_rows, &record_rows, &access_rows};
enum { FAMILIES = sizeof(families) / sizeof(families[0]) };

static struct battery *battery;

static bool is_unhooked(enum cbf__event_id id)
{
	for (size_t i = 0; i < subject_unhooked_count; i++)
		if (subject_unhooked[i] == id)
			return true;
	return false;
}

static void run_row(void **state)
{
	const struct row *row = *state;
	const char *fault;

	if (row->id == CBF__MOUNT || row->id == CBF__UNMOUNT || row->id == CBF__EJECTED ||
	    row->id == CBF__WORKER_THREAD_CREATION || row->id == CBF__CHECK_ACCESS) {
		row->act(NULL);
		return;
	}
	battery_watch(battery, row);
	row->act(battery);
	fault = battery_verdict(battery);
	if (fault)
		fail_msg("%s: %s: %s", cbf__event_shapes[row->id].name, row->what, fault);
}

/* Rows of streams are for all events that speak of them. */
static bool subject_has_streams(void)
{
	return !is_unhooked(CBF__ENUMERATE_NAMED_STREAMS);
}

/* CheckAccess is hooked on a volume of its own. */
static bool is_skipped(enum cbf__event_id id)
{
	return is_unhooked(id) && !(id == CBF__CHECK_ACCESS && subject_can_check_access);
}

static bool has_row(enum cbf__event_id id)
{
	for (size_t i = 0; i < FAMILIES; i++)
		for (size_t k = 0; k < families[i]->count; k++)
			if (families[i]->rows[k].id == id)
				return true;
	return false;
}

static void every_event_has_a_row(void **state)
{
	(void)state;
	for (int id = 0; id < CBF__EVENT_COUNT; id++)
		if (!has_row((enum cbf__event_id)id))
			fail_msg("no row for %s", cbf__event_shapes[id].name);
}

static void the_example_hooks_what_it_says(void **state)
{
	(void)state;
	for (int id = 0; id < CBF__EVENT_COUNT; id++) {
		bool hooked = cbf__hooked(battery->volume, (enum cbf__event_id)id);

		if (hooked == is_unhooked((enum cbf__event_id)id))
			fail_msg("%s is %shooked", cbf__event_shapes[id].name, hooked ? "" : "not ");
	}
}

/* The last test: what was opened is closed, and nothing is under way. */
static void nothing_is_left_open(void **state)
{
	struct cbf_object_counts counts;
	struct timespec moment = {.tv_nsec = 2000000};

	(void)state;
	for (int i = 0; i < 5000; i++) {
		cbf_get_object_counts(battery->volume, &counts);
		if (!counts.open_files && !counts.open_handles && !counts.enumerations && !counts.requests)
			return;
		(void)nanosleep(&moment, NULL); /* the kernel says after close(2) that a file is closed */
	}
	fail_msg("left: %llu open files, %llu handles, %llu enumerations, %llu requests",
		 (unsigned long long)counts.open_files, (unsigned long long)counts.open_handles,
		 (unsigned long long)counts.enumerations, (unsigned long long)counts.requests);
}

static size_t add_rows(struct CMUnitTest *tests, size_t count)
{
	static char names[MOST_ROWS][160];

	for (size_t i = 0; i < FAMILIES; i++) {
		for (size_t k = 0; k < families[i]->count; k++) {
			const struct row *row = &families[i]->rows[k];

			if (is_skipped(row->id) || (families[i] == &stream_rows && !subject_has_streams()))
				continue;
			(void)snprintf(names[count], sizeof(names[0]), "%s: %s", cbf__event_shapes[row->id].name,
				       row->what);
			tests[count] = (struct CMUnitTest){
				.name = names[count], .test_func = run_row, .initial_state = (void *)(uintptr_t)row};
			count++;
		}
	}
	return count;
}

static int set_up(void **state)
{
	(void)state;
	battery = battery_new();
	battery_mount(battery);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	battery_free(battery);
	return 0;
}

int main(void)
{
	static struct CMUnitTest tests[MOST_ROWS + 3];
	size_t count;

	if (access("/dev/fuse", R_OK | W_OK) != 0 || geteuid() != 0) {
		(void)fprintf(stderr, "SKIPPED, NOT TESTED: needs root and /dev/fuse\n");
		return 77;
	}
	alarm(TEST_LIMIT_S);
	umask(022);
	tests[0] = (struct CMUnitTest)cmocka_unit_test(every_event_has_a_row);
	tests[1] = (struct CMUnitTest)cmocka_unit_test(the_example_hooks_what_it_says);
	count = add_rows(tests, 2);
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(nothing_is_left_open);
	return _cmocka_run_group_tests("events", tests, count, set_up, tear_down);
}
