/* SPDX-License-Identifier: MIT */
#include "subject.h"

#include "hooks.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* The kernel's and the library's defaults are just what a pass-through filesystem wants of these; a disk's label is not
 * for those to change who see one of its directories, no ioctl of theirs is safe to repeat as root, and Linux's own
 * filesystems have no streams, nor what Windows asks by codes of its own. */
const enum cbf__event_id subject_unhooked[] = {CBF__UNMOUNT,
					       CBF__EJECTED,
					       CBF__GET_VOLUME_ID,
					       CBF__GET_VOLUME_LABEL,
					       CBF__SET_VOLUME_LABEL,
					       CBF__WORKER_THREAD_CREATION,
					       CBF__CLEANUP_FILE,
					       CBF__CHECK_ACCESS,
					       CBF__CAN_FILE_BE_DELETED,
					       CBF__ENUMERATE_NAMED_STREAMS,
					       CBF__CLOSE_NAMED_STREAMS_ENUMERATION,
					       CBF__FSCTL,
					       CBF__IOCTL,
					       CBF__GET_OBJECT_ID,
					       CBF__SET_OBJECT_ID,
					       CBF__DELETE_OBJECT_ID,
					       CBF__QUERY_QUOTAS,
					       CBF__SET_QUOTAS,
					       CBF__CLOSE_QUOTAS_ENUMERATION,
					       CBF__GET_DEFAULT_QUOTA_INFO,
					       CBF__SET_DEFAULT_QUOTA_INFO,
					       CBF__SET_VALID_DATA_LENGTH,
					       CBF__QUERY_COMPRESSION_INFO};
const bool subject_can_check_access = false;
bool subject_checks_access; /* never looked at */
const size_t subject_unhooked_count = sizeof(subject_unhooked) / sizeof(subject_unhooked[0]);

struct subject {
	struct mirror mirror;
	char source[64];
};

struct subject *subject_new(struct cbf_volume *volume)
{
	struct subject *subject = calloc(1, sizeof(*subject));
	bool ready;

	if (!subject)
		return NULL;
	(void)snprintf(subject->source, sizeof(subject->source), "/tmp/cbfuse-events-source.XXXXXX");
	ready = mkdtemp(subject->source) && chmod(subject->source, 0755) == 0 &&
		mirror_init(&subject->mirror, subject->source) == 0 && hooks_register(volume, &subject->mirror) == 0 &&
		cbf_set_use_hard_links(volume, true) == 0 && cbf_set_use_inode_flags(volume, true) == 0 &&
		cbf_set_use_posix_acls(volume, true) == 0 &&
		cbf_set_sector_size(volume, subject->mirror.sector_size) == 0;
	return ready ? subject : NULL;
}

void subject_free(struct subject *subject)
{
	char command[128];
	int status;

	mirror_destroy(&subject->mirror);
	(void)snprintf(command, sizeof(command), "rm -rf --one-file-system '%s'", subject->source);
	status = system(command);
	(void)status;
	free(subject);
}
