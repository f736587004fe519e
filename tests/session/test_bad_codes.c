/* SPDX-License-Identifier: MIT */
/* Result codes that mean nothing, or too much: the caller gets EIO, OnError is told, the volume goes on serving. */
#include "bad_requests.h"

/* Told: through OnError. */
static void try_code(void **state, int code, int expected, bool is_told)
{
	struct fixture *f = begin(state);
	unsigned told = 0;
	size_t i;
	int error;

	for (i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		mf_fail(f->fs, requests[i].event, 0, code);
		error = requests[i].request(f);
		if (error != expected)
			fail_msg("event %d, answered %d, became errno %d", requests[i].event, code, error);
		if (is_told)
			expect_error_told(f, &told);
	}
	fx_finish(f);
}

static void test_code_512(void **state)
{
	try_code(state, 512, EIO, true);
}

static void test_code_minus_1(void **state)
{
	try_code(state, -1, EIO, true);
}

static void test_code_100000(void **state)
{
	try_code(state, 100000, EIO, true);
}

static void test_code_int_min(void **state)
{
	try_code(state, INT_MIN, EIO, true);
}

/* The kernel would ask no more, of no file: opens, for one. */
static void test_code_enosys(void **state)
{
	try_code(state, ENOSYS, EOPNOTSUPP, false);
}

static void test_codes_at_the_border(void **state)
{
	struct fixture *f = begin(state);

	int largest;

	mf_fail(f->fs, MF_READ_FILE, 0, 511);
	largest = do_read(f);
	/* libfuse 3.17 and newer takes what is larger than any errno that there is for a mistake of its caller's. */
	assert_true(largest == 511 || largest == ERANGE);
	mf_fail(f->fs, MF_READ_FILE, 0, 1);
	assert_int_equal(do_read(f), 1);
	assert_int_equal(mf_seen(f->fs, MF_ERROR), 0);
	fx_finish(f);
}

/* The code of events that say "ignored" is: no harm, and nothing is left open. */
static void test_codes_that_nobody_asks_for(void **state)
{
	struct fixture *f = begin(state);

	mf_fail(f->fs, MF_CLEANUP_FILE, 0, 512);
	mf_fail(f->fs, MF_CLOSE_FILE, 0, -1);
	mf_fail(f->fs, MF_CLOSE_HARD_LINKS_ENUMERATION, 0, INT_MIN);
	assert_int_equal(do_list_links(f), 0);
	mf_fail(f->fs, MF_CLEANUP_FILE, 0, EIO);
	mf_fail(f->fs, MF_CLOSE_DIRECTORY_ENUMERATION, 0, 100000);
	assert_int_equal(do_readdir(f), 0);
	fx_finish(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FX_TEST(test_code_512),
		FX_TEST(test_code_minus_1),
		FX_TEST(test_code_100000),
		FX_TEST(test_code_int_min),
		FX_TEST(test_code_enosys),
		FX_TEST(test_codes_at_the_border),
		FX_TEST(test_codes_that_nobody_asks_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
