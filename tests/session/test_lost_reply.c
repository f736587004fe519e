/* SPDX-License-Identifier: MIT */
/* The caller is gone before it gets its answer: what the request has opened or told is undone. */
#include "fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "session.h"

struct lost {
	uint64_t unique;
	unsigned times;
};

static int lose(uint64_t unique, int32_t error, void *user_data)
{
	struct lost *lost = user_data;

	(void)error;
	if (unique != lost->unique)
		return 0;
	lost->times++;
	return ENOENT;
}

static struct fixture *begin(void **state)
{
	struct fixture *f = *state;

	mf_add_file(f->fs, "/f", "data");
	recorder_ignore(f->recorder, "GetFileInfo");
	fx_start(f, FX_STEP);
	return f;
}

static void test_caller_gone_before_the_open(void **state)
{
	struct fixture *f = begin(state);
	const uint64_t node = fx_node(f, "/f");
	struct lost lost = {.unique = f->kernel->next_unique};

	if (!cbf__session_set_reply_filter(f->volume, lose, &lost))
		skip();
	(void)fk_send_open(f->kernel, node, O_RDONLY);
	fk_step_all(f->kernel);
	assert_int_equal(lost.times, 1);
	recorder_expect(f->recorder, "OpenFile /f", "CleanupFile /f", "CloseFile /f", NULL);
	fx_expect_all_closed(f);
	lost.unique = f->kernel->next_unique;
	(void)fk_send_opendir(f->kernel, FUSE_ROOT_ID);
	fk_step_all(f->kernel);
	assert_int_equal(lost.times, 2);
	recorder_expect(f->recorder, "OpenFile /", "CleanupFile /", "CloseFile /", NULL);
	fx_finish(f);
}

static void test_caller_gone_before_the_second_open(void **state)
{
	struct fixture *f = begin(state);
	const uint64_t node = fx_node(f, "/f");
	const uint64_t fh = fx_open(f, node, O_RDONLY);
	struct lost lost = {.unique = f->kernel->next_unique};

	recorder_clear(f->recorder);
	if (!cbf__session_set_reply_filter(f->volume, lose, &lost))
		skip();
	(void)fk_send_open(f->kernel, node, O_RDONLY);
	fk_step_all(f->kernel);
	assert_int_equal(lost.times, 1);
	recorder_expect_nothing(f->recorder);
	fx_expect_content(f, node, fh, "data");
	fx_release(f, node, fh);
	recorder_expect(f->recorder, "ReadFile /f", "CleanupFile /f", "CloseFile /f", NULL);
	fx_finish(f);
}

static void test_caller_gone_before_the_creation(void **state)
{
	struct fixture *f = begin(state);
	struct lost lost = {.unique = f->kernel->next_unique};

	if (!cbf__session_set_reply_filter(f->volume, lose, &lost))
		skip();
	(void)fk_send_create(f->kernel, FUSE_ROOT_ID, "n", O_RDWR | O_CREAT, S_IFREG | 0600);
	fk_step_all(f->kernel);
	assert_int_equal(lost.times, 1);
	recorder_expect(f->recorder, "CreateFile /n", "CleanupFile /n", "CloseFile /n", NULL);
	/* Nor does the node of a lookup that nobody heard of stay (fx_finish() looks at the nodes). */
	lost.unique = f->kernel->next_unique;
	(void)fk_send_lookup(f->kernel, FUSE_ROOT_ID, "f");
	fk_step_all(f->kernel);
	assert_int_equal(lost.times, 2);
	fx_finish(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FX_TEST(test_caller_gone_before_the_open),
		FX_TEST(test_caller_gone_before_the_second_open),
		FX_TEST(test_caller_gone_before_the_creation),
	};

	return cmocka_run_group_tests_name("lost_reply", tests, NULL, NULL);
}
