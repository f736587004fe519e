/* SPDX-License-Identifier: MIT */
/* cbf_is_volume(): on a volume, beside it, for files that may not be opened, and from inside of a hook. */
#include "mount_fixture.h"

static bool is_volume(const char *path)
{
	bool is = false;

	assert_int_equal(cbf_is_volume(path, &is), 0);
	return is;
}

static void test_paths(void **state)
{
	struct mounted *m = *state;
	bool is = true;

	mf_add_symlink(m->fs, "/out", "/proc/self");
	assert_false(is_volume(m->directory));
	mx_mount(m);
	assert_true(is_volume(m->directory));
	assert_true(is_volume(mx_path(m, "/f")));
	assert_true(is_volume(mx_path(m, "/d")));
	assert_int_equal(mkfifo(mx_path(m, "/fifo"), 0600), 0);
	assert_true(is_volume(mx_path(m, "/fifo")));
	assert_false(is_volume(mx_path(m, "/out")));
	assert_false(is_volume("/"));
	assert_false(is_volume("/dev/null"));
	assert_false(is_volume("/proc/self/status"));
	is = true;
	assert_int_equal(cbf_is_volume(mx_path(m, "/no"), &is), -ENOENT);
	assert_int_equal(cbf_is_volume(NULL, &is), -EINVAL);
	assert_true(is);
	/* What may not be opened: the mount is asked instead. */
	mf_fail(m->fs, MF_OPEN_FILE, 0, EACCES);
	assert_true(is_volume(mx_path(m, "/good")));
	mx_finish(m);
}

static void ask_within(enum mf_event kind, const void *event, void *user_data)
{
	bool is = false;

	(void)event;
	if (kind == MF_OPEN_FILE)
		*(int *)user_data = cbf_is_volume("/", &is);
}

static void test_inside_of_a_hook(void **state)
{
	struct mounted *m = *state;
	int answer = 0;

	mf_observe(m->fs, ask_within, &answer);
	mx_mount(m);
	mx_serves(m);
	mx_finish(m);
	assert_int_equal(answer, -EDEADLK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		MX_TEST(test_paths),
		MX_TEST(test_inside_of_a_hook),
	};
	int skip = mx_can_mount();

	return skip != 0 ? skip : cmocka_run_group_tests(tests, NULL, NULL);
}
