/* SPDX-License-Identifier: MIT */
#include "fixture.h"

#include "mount.h"
#include "session.h"

#include <grp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum { TEST_PATIENCE_S = 120, IDLE_PATIENCE_MS = 10000 };

static int set_up(void **state, bool bare)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	assert_non_null(fixture);
	*state = fixture;
	alarm(TEST_PATIENCE_S); /* a test that hangs kills its program */
	leak_check_begin(&fixture->leaks);
	assert_int_equal(cbf_volume_create(&fixture->volume), 0);
	fixture->recorder = recorder_create(fixture->volume);
	fixture->fs = mf_create();
	if (!bare) {
		mf_register(fixture->fs, fixture->volume);
		assert_int_equal(cbf_set_use_hard_links(fixture->volume, true), 0);
	}
	return 0;
}

int fx_setup(void **state)
{
	return set_up(state, false);
}

int fx_setup_bare(void **state)
{
	return set_up(state, true);
}

int fx_teardown(void **state)
{
	struct fixture *fixture = *state;

	/* NULL what fx_finish() has cleaned up; the rest is of a test that failed. */
	if (fixture->fs)
		mf_release_all(fixture->fs);
	if (fixture->kernel)
		fk_hang_up(fixture->kernel);
	if (fixture->running && fixture->step)
		while (cbf__session_step(fixture->volume) > 0)
			;
	cbf_volume_destroy(fixture->volume);
	fk_destroy(fixture->kernel);
	mf_destroy(fixture->fs);
	recorder_destroy(fixture->recorder);
	free(fixture);
	alarm(0);
	return 0;
}

static int step(void *data)
{
	return cbf__session_step(data);
}

void fx_attach(struct fixture *fixture, int mode)
{
	int fd;

	fixture->step = mode == FX_STEP;
	fixture->kernel = fk_create(&fd);
	if (fixture->step) {
		fixture->kernel->step = step;
		fixture->kernel->step_data = fixture->volume;
	}
	assert_int_equal(cbf__session_attach(fixture->volume, fd, fixture->step ? CBF__ATTACH_STEP : 0), 0);
	fixture->running = true;
}

void fx_start_with(struct fixture *fixture, int mode, const struct fk_init_options *options)
{
	fx_attach(fixture, mode);
	assert_int_equal(fk_init(fixture->kernel, options), 0);
	if (mode == FX_WORKERS)
		assert_int_equal(cbf__volume_wait_until_mounted(fixture->volume), 0);
	recorder_clear(fixture->recorder);
}

void fx_start(struct fixture *fixture, int mode)
{
	fx_start_with(fixture, mode, NULL);
}

static bool is_idle(const struct cbf_object_counts *counts, bool forgotten)
{
	if (forgotten && (counts->nodes != 1 || counts->names != 0))
		return false;
	return counts->open_files == 0 && counts->open_handles == 0 && counts->enumerations == 0 &&
	       counts->requests == 0;
}

/* With workers, what a reply does not wait for (forgets, the end of a request) may take a moment. */
static void expect_counts(struct fixture *fixture, bool forgotten)
{
	const struct timespec moment = {.tv_nsec = 1000000};
	struct cbf_object_counts counts;
	int tries;

	fk_step_all(fixture->kernel);
	for (tries = 0; tries < IDLE_PATIENCE_MS; tries++) {
		cbf_get_object_counts(fixture->volume, &counts);
		if (is_idle(&counts, forgotten))
			return;
		if (fixture->step)
			break;
		nanosleep(&moment, NULL);
	}
	recorder_dump(fixture->recorder);
	fail_msg("left behind: nodes %llu, names %llu, open files %llu, open handles %llu, enumerations %llu, "
		 "requests %llu",
		 (unsigned long long)counts.nodes, (unsigned long long)counts.names,
		 (unsigned long long)counts.open_files, (unsigned long long)counts.open_handles,
		 (unsigned long long)counts.enumerations, (unsigned long long)counts.requests);
}

void fx_expect_idle(struct fixture *fixture)
{
	fk_forget_all(fixture->kernel);
	expect_counts(fixture, true);
}

void fx_expect_all_closed(struct fixture *fixture)
{
	expect_counts(fixture, false);
}

void fx_end_session(struct fixture *fixture)
{
	int served;

	fk_step_all(fixture->kernel);
	fk_hang_up(fixture->kernel);
	if (fixture->step) {
		do
			served = cbf__session_step(fixture->volume);
		while (served == 1);
		assert_int_equal(served, 0);
		(void)cbf_wait(fixture->volume);
	} else {
		assert_int_equal(cbf_wait(fixture->volume), 0);
	}
	fixture->running = false;
	fk_destroy(fixture->kernel);
	fixture->kernel = NULL;
}

/* Everything goes, and nothing must be left of it. */
static void dismantle(struct fixture *fixture)
{
	cbf_volume_destroy(fixture->volume);
	fixture->volume = NULL;
	mf_check_balance(fixture->fs);
	assert_int_equal(mf_workers(fixture->fs), 0);
	recorder_destroy(fixture->recorder);
	fixture->recorder = NULL;
	mf_destroy(fixture->fs);
	fixture->fs = NULL;
	leak_check_end(&fixture->leaks);
}

void fx_finish(struct fixture *fixture)
{
	fx_expect_idle(fixture);
	mf_check_balance(fixture->fs);
	fx_end_session(fixture);
	dismantle(fixture);
}

void fx_abort(struct fixture *fixture)
{
	fx_end_session(fixture);
	dismantle(fixture);
}

uint64_t fx_node(struct fixture *fixture, const char *path)
{
	uint64_t node = FUSE_ROOT_ID;
	struct fuse_entry_out entry;
	char component[256];
	size_t length;
	int error;

	while (*path == '/' && path[1] != '\0') {
		path++;
		length = strcspn(path, "/");
		assert_true(length < sizeof(component));
		memcpy(component, path, length);
		component[length] = '\0';
		error = fk_lookup(fixture->kernel, node, component, &entry);
		if (error != 0)
			fail_msg("lookup of %s: %s", component, strerror(error));
		node = entry.nodeid;
		path += length;
	}
	return node;
}

uint64_t fx_open(struct fixture *fixture, uint64_t node, int flags)
{
	struct fuse_open_out out;

	assert_int_equal(fk_open(fixture->kernel, node, flags, &out), 0);
	return out.fh;
}

uint64_t fx_opendir(struct fixture *fixture, uint64_t node)
{
	struct fuse_open_out out;

	assert_int_equal(fk_opendir(fixture->kernel, node, &out), 0);
	return out.fh;
}

void fx_release(struct fixture *fixture, uint64_t node, uint64_t fh)
{
	assert_int_equal(fk_release(fixture->kernel, node, fh), 0);
}

void fx_releasedir(struct fixture *fixture, uint64_t node, uint64_t fh)
{
	assert_int_equal(fk_releasedir(fixture->kernel, node, fh), 0);
}

void fx_expect_content(struct fixture *fixture, uint64_t node, uint64_t fh, const char *content)
{
	char data[4096];
	size_t length;

	assert_int_equal(fk_read(fixture->kernel, node, fh, 0, sizeof(data), data, &length), 0);
	assert_int_equal(length, strlen(content));
	assert_memory_equal(data, content, length);
}

void fx_write(struct fixture *fixture, uint64_t node, uint64_t fh, uint64_t offset, const char *data)
{
	uint32_t written;

	assert_int_equal(fk_write(fixture->kernel, node, fh, offset, data, (uint32_t)strlen(data), &written), 0);
	assert_int_equal(written, strlen(data));
}

uint32_t fx_nlink(struct fixture *fixture, uint64_t node)
{
	struct fuse_attr_out out;

	assert_int_equal(fk_getattr(fixture->kernel, node, &out), 0);
	return out.attr.nlink;
}

uint32_t fx_own_group(void)
{
	const gid_t group = 4242;
	gid_t groups[1];

	if (geteuid() == 0 && setgroups(1, &group) == 0)
		return group;
	return getgroups(1, groups) == 1 ? groups[0] : FX_NO_GROUP;
}

void fx_expect_serving(struct fixture *fixture)
{
	struct fuse_attr_out out;

	assert_int_equal(fk_getattr(fixture->kernel, FUSE_ROOT_ID, &out), 0);
	assert_true(S_ISDIR(out.attr.mode));
}
