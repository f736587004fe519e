/* SPDX-License-Identifier: MIT */
/**
 * @file caller.h
 * Who is asking, and who opened: for a hook, about the event that it is called for.
 *
 * All of these are for the thread that the hook runs on, until the hook returns; anywhere else (also in a hook of
 * another volume) they answer -EINVAL. The *originator* is who made the request that the event is for. The *handle's
 * creator* is who opened the handle that the request came through, which may be another process: descriptors are
 * inherited, and sent to others.
 *
 * -ENOENT means that there is no answer: the kernel itself asks (a page that is written back, a file that is closed),
 * the caller lives where this process cannot see it (another PID namespace), the event comes through no handle, or the
 * process has ended meanwhile. A number that the system has given to another process since is noticed (to 20 ms), and
 * is -ENOENT as well. A library call is made by whoever calls it: this process.
 *
 * The kernel names the thread. That of the process is read from /proc when it is asked for, and so is the rest, so a
 * volume that never asks pays nothing. An open file may outlive the thread that opened it: see
 * cbf_set_keep_handle_creators().
 */
#ifndef CBFUSE_CALLER_H
#define CBFUSE_CALLER_H

#include <cbfuse/result.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/** As whom somebody acts on files: the ids that the kernel checks (fsuid, fsgid). For the groups see
 *  cbf_get_originator_groups(). */
struct cbf_token {
	uid_t uid; /**< user */
	gid_t gid; /**< group */
};

/** The process (its thread group) that made the request. -EINVAL, -ENOENT. */
CBF_API int cbf_get_originator_process_id(struct cbf_volume *volume, pid_t *process_id);
/** The thread that made the request. -EINVAL, -ENOENT. */
CBF_API int cbf_get_originator_thread_id(struct cbf_volume *volume, pid_t *thread_id);
/** The executable of the process that made the request: an absolute path, NUL-terminated; " (deleted)" follows it if
 * the file is gone. -EINVAL, -ENOENT, -EACCES, -ERANGE if it does not fit. */
CBF_API int cbf_get_originator_process_name(struct cbf_volume *volume, char *name, size_t capacity);
/** As whom the request was made. Known without /proc, and so in any PID namespace. -EINVAL, -ENOENT. */
CBF_API int cbf_get_originator_token(struct cbf_volume *volume, struct cbf_token *token);
/** The supplementary groups of the thread that made the request: *count says how many there are, also with -ERANGE,
 * when they are more than `capacity`. groups may be NULL if capacity is 0. -EINVAL, -ENOENT, -ERANGE, -ENOMEM. */
CBF_API int cbf_get_originator_groups(struct cbf_volume *volume, gid_t *groups, size_t capacity, size_t *count);

/** The process that opened the handle. -EINVAL, -ENOENT. */
CBF_API int cbf_get_handle_creator_process_id(struct cbf_volume *volume, pid_t *process_id);
/** The thread that opened the handle. -EINVAL, -ENOENT. */
CBF_API int cbf_get_handle_creator_thread_id(struct cbf_volume *volume, pid_t *thread_id);
/** The executable of the process that opened the handle, as cbf_get_originator_process_name() gives it. */
CBF_API int cbf_get_handle_creator_process_name(struct cbf_volume *volume, char *name, size_t capacity);
/** As whom the handle was opened. -EINVAL, -ENOENT if the event comes through no handle. */
CBF_API int cbf_get_handle_creator_token(struct cbf_volume *volume, struct cbf_token *token);

/** Process and executable of who opens a handle are read from /proc at once and kept with it, so that they are known as
 *  long as it is open, whatever becomes of the thread. Costs some microseconds an open. Off: they are read when they
 * are asked for, and are -ENOENT when that thread has ended. Default off. -EBUSY while mounted. */
CBF_API int cbf_set_keep_handle_creators(struct cbf_volume *volume, bool on);
/** See cbf_set_keep_handle_creators(). At any time. */
CBF_API bool cbf_get_keep_handle_creators(struct cbf_volume *volume);

/** The path that the event is about, as in its file_name or directory_name; valid until the hook returns. -EINVAL,
 *  -ENOENT if the event is about no file. */
CBF_API int cbf_get_event_file_name(struct cbf_volume *volume, const char **file_name);

#ifdef __cplusplus
}
#endif

#endif
