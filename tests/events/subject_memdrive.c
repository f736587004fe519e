/* SPDX-License-Identifier: MIT */
#include "subject.h"

#include "memdrive.h"

#include <stdlib.h>
#include <unistd.h>

/* All but the one that would switch the kernel's checks off. */
const enum cbf__event_id subject_unhooked[] = {CBF__CHECK_ACCESS};
const size_t subject_unhooked_count = 1;
const bool subject_can_check_access = true;
bool subject_checks_access;

struct subject {
	struct memdrive drive;
};

struct subject *subject_new(struct cbf_volume *volume)
{
	const struct memdrive_options options = {.check_access = subject_checks_access,
						 .size = UINT64_C(1) << 30,
						 .files = 100000,
						 .uid = geteuid(),
						 .gid = getegid()};
	struct subject *subject = calloc(1, sizeof(*subject));

	if (!subject)
		return NULL;
	if (memdrive_init(&subject->drive, &options) == 0) {
		if (memdrive_set_up(&subject->drive, volume) == 0)
			return subject;
		memdrive_destroy(&subject->drive);
	}
	free(subject);
	return NULL;
}

void subject_free(struct subject *subject)
{
	memdrive_destroy(&subject->drive);
	free(subject);
}
