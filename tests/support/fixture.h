/* SPDX-License-Identifier: MIT */
/*
 * What every session test needs: a volume whose hooks are the model filesystem's, recorded, on a fake kernel.
 *
 * A test sets the volume up, calls fx_start(), plays the kernel, and ends with fx_finish() (everything was closed: what
 * is left is a leak) or fx_abort() (things are still open: the library must close them). Both check all balances. The
 * teardown of a test that failed midway only cleans up.
 *
 * use_hard_links is on, unless the test switches it off before the start.
 */
#ifndef FIXTURE_H
#define FIXTURE_H

#include "fake_kernel.h"
#include "leak_check.h"
#include "model_fs.h"
#include "recorder.h"

#include <cbfuse/cbfuse.h>
#include <stdbool.h>
#include <stdint.h>

enum {
	FX_STEP = 0, /* the library works on the test's thread, one request at a time: all is deterministic */
	FX_WORKERS = 1 /* the library has its worker threads */
};

enum { FX_NO_GROUP = 0 };

struct fixture {
	struct cbf_volume *volume;
	struct fake_kernel *kernel;
	struct model_fs *fs;
	struct recorder *recorder;
	struct leak_check leaks;
	bool step, running;
};

/* Setup and teardown of a test. `bare` registers no hook. */
int fx_setup(void **state);
int fx_setup_bare(void **state);
int fx_teardown(void **state);
#define FX_TEST(function) cmocka_unit_test_setup_teardown(function, fx_setup, fx_teardown)
#define FX_BARE_TEST(function) cmocka_unit_test_setup_teardown(function, fx_setup_bare, fx_teardown)

/* Attaches the volume to a new fake kernel. fx_start() also exchanges FUSE_INIT; what was recorded so far is cleared.
 */
void fx_attach(struct fixture *fixture, int mode);
void fx_start(struct fixture *fixture, int mode);
void fx_start_with(struct fixture *fixture, int mode, const struct fk_init_options *options);

/* The kernel forgets all; then nothing must be left. */
void fx_expect_idle(struct fixture *fixture);
/* Nothing is open, whatever the kernel still remembers. */
void fx_expect_all_closed(struct fixture *fixture);
/* The kernel hangs up; waits until the session is over. */
void fx_end_session(struct fixture *fixture);
void fx_finish(struct fixture *fixture);
void fx_abort(struct fixture *fixture);

/* Shorthands: they fail the test if the library does not answer well. */
uint64_t fx_node(struct fixture *fixture, const char *path);
uint64_t fx_open(struct fixture *fixture, uint64_t node, int flags);
uint64_t fx_opendir(struct fixture *fixture, uint64_t node);
void fx_release(struct fixture *fixture, uint64_t node, uint64_t fh);
void fx_releasedir(struct fixture *fixture, uint64_t node, uint64_t fh);
void fx_expect_content(struct fixture *fixture, uint64_t node, uint64_t fh, const char *content);
void fx_write(struct fixture *fixture, uint64_t node, uint64_t fh, uint64_t offset, const char *data);
uint32_t fx_nlink(struct fixture *fixture, uint64_t node);
/* A supplementary group of this process; root gets itself one. */
uint32_t fx_own_group(void);
/* The volume still answers. */
void fx_expect_serving(struct fixture *fixture);

#endif
