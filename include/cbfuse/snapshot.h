/* SPDX-License-Identifier: MIT */
/**
 * @file snapshot.h
 * Which files and directories are open at a moment, and by whom.
 *
 * A snapshot belongs to who took it: it stays as it is, whatever becomes of the volume, until it is given back.
 */
#ifndef CBFUSE_SNAPSHOT_H
#define CBFUSE_SNAPSHOT_H

#include <cbfuse/result.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What was open at a moment. Opaque. */
struct cbf_opened_files_snapshot;

/** One open file description, or one enumeration of names by cbf_list_hard_links(). All is as it was at that moment,
 *  and lives as long as the snapshot. */
struct cbf_opened_file {
	const char *file_name; /**< by the name that it was opened by, or another one if that is gone */
	bool deleted; /**< no name is known any more: file_name is the last one */
	bool is_directory; /**< a directory, else a file or a named stream */
	int flags; /**< as those of OpenFile, or of CreateFile: O_RDONLY, O_RDWR ... */
	uint64_t file_id; /**< as GetFileInfo said, 0 without */
	pid_t process_id; /**< who opened it; 0: not known, as for cbf_get_handle_creator_process_id() */
	pid_t thread_id; /**< the thread that did; 0: not known */
	const char *process_name; /**< its executable; "": not known */
	uid_t uid; /**< as whom it was opened */
	gid_t gid; /**< with which group */
};

/** Takes a snapshot of all that is open, in the order in which it was opened. A file is open from when the caller's
 *  open(2) succeeds until its last descriptor and mapping are gone. Processes are looked up in /proc, one after
 * another. May be called from a hook. -ENOTCONN when not mounted, -ENOMEM. */
CBF_API int cbf_create_opened_files_snapshot(struct cbf_volume *volume, struct cbf_opened_files_snapshot **snapshot);
/** How many there are. */
CBF_API size_t cbf_opened_files_count(const struct cbf_opened_files_snapshot *snapshot);
/** One of them, counted from 0; NULL if there are not so many. */
CBF_API const struct cbf_opened_file *cbf_opened_file(const struct cbf_opened_files_snapshot *snapshot, size_t index);
/** Gives a snapshot back. NULL is allowed. */
CBF_API void cbf_close_opened_files_snapshot(struct cbf_opened_files_snapshot *snapshot);

#ifdef __cplusplus
}
#endif

#endif
