/* SPDX-License-Identifier: MIT */
/**
 * @file volume.h
 * A volume: made, set up, mounted, waited for, unmounted, destroyed.
 *
 * Life: cbf_volume_create(), properties and hooks (cbf_set_..., cbf_on_...), cbf_mount(), cbf_wait() or your own event
 * loop on cbf_get_end_fd(), cbf_unmount(), cbf_volume_destroy(). A volume that has ended can be mounted again. A
 * process may have many volumes. cbf_serve() does it all for a program that does nothing else.
 *
 * Threads: any call may come from any thread, but two threads must not set up, mount or destroy one volume at the same
 * time. Hooks run on worker threads of the library. What may be called from inside of a hook says so; the rest answers
 * -EDEADLK there.
 */
#ifndef CBFUSE_VOLUME_H
#define CBFUSE_VOLUME_H

#include <cbfuse/result.h>
#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Makes a volume with default properties and no hooks. -ENOMEM. */
CBF_API int cbf_volume_create(struct cbf_volume **volume);

/** Frees the volume; if it is mounted, it is unmounted by force first. NULL is allowed. Not from inside of a hook. */
CBF_API void cbf_volume_destroy(struct cbf_volume *volume);

/** Mounts the volume on a directory and starts its workers; Mount has fired when this returns 0. The process must be
 *  root, or have fusermount3 at hand. Errors: -EBUSY (mounted already), -EINVAL (a property lacks what it needs:
 *  OnError says which), what the Mount or the first WorkerThreadCreation hook answered, what the system answers. Not
 *  from inside of a hook. */
CBF_API int cbf_mount(struct cbf_volume *volume, const char *mount_point);

/** How cbf_unmount() goes about it. */
enum {
	CBF_UNMOUNT_FORCE = 0x1 /**< even if files are open: they fail with ENOTCONN from then on */
};

/** Unmounts and waits until Unmount has fired and the workers are gone. Without CBF_UNMOUNT_FORCE -EBUSY if a file is
 * open or a directory in use. -ENOTCONN if the volume is not mounted. Not from inside of a hook (-EDEADLK). */
CBF_API int cbf_unmount(struct cbf_volume *volume, unsigned flags);

/** Waits until the volume has ended: unmounted by cbf_unmount() in another thread or from outside. -ENOTCONN if it was
 *  not mounted. Not from inside of a hook (-EDEADLK). */
CBF_API int cbf_wait(struct cbf_volume *volume);

/** A descriptor for poll(2) that becomes readable when the volume has ended. It belongs to the volume and lives until
 *  cbf_volume_destroy(). May be called from a hook. */
CBF_API int cbf_get_end_fd(const struct cbf_volume *volume);

/** Mounted and serving? May be called from a hook. */
CBF_API bool cbf_get_active(struct cbf_volume *volume);

/** Flags of cbf_serve(). */
enum {
	CBF_SERVE_BACKGROUND =
		0x1 /**< fork; the parent exits with status 0 once the volume is mounted, or 1 if it failed */
};

/** The whole life of a simple daemon: blocks SIGINT, SIGTERM and SIGHUP, mounts, waits until one of them comes or the
 * volume is unmounted from outside, unmounts by force, and returns 0 or a negative errno. With CBF_SERVE_BACKGROUND it
 * forks before any thread is started: call it from a program that has one thread. A failed mount is returned in the
 * child; the parent prints nothing. The signal mask is as before when it returns. */
CBF_API int cbf_serve(struct cbf_volume *volume, const char *mount_point, unsigned flags);

/** @name Properties
 *  Each setter returns 0, -EBUSY while the volume is mounted, -EINVAL for a value out of range, -ENOMEM.
 *  @{ */

/** A pointer of the application's, NULL unless set; may be changed at any time, from any thread. */
CBF_API void cbf_set_tag(struct cbf_volume *volume, void *tag);
CBF_API void *cbf_get_tag(struct cbf_volume *volume);

/** One file is one node, whatever its names. Implies cbf_set_use_file_ids(). Default off: then link(2) is EPERM and
 *  st_nlink of a file is 1. */
CBF_API int cbf_set_use_hard_links(struct cbf_volume *volume, bool on);

/** GetFileInfo and EnumerateDirectory answer a file_id, shown as st_ino: two names with one file_id are one file.
 *  Default off: each path is a file of its own, with a number made up. */
CBF_API int cbf_set_use_file_ids(struct cbf_volume *volume, bool on);

/** Files and directories have named streams, which are shown as their `user.` attributes: see event_stream.h. Default
 *  off; -EINVAL to switch it off while cbf_set_use_stream_paths() is on. The getter may be called at any time, also
 *  from a hook. */
CBF_API int cbf_set_use_alternate_data_streams(struct cbf_volume *volume, bool on);
/** Whether it is on: see cbf_set_use_alternate_data_streams(). */
CBF_API bool cbf_get_use_alternate_data_streams(struct cbf_volume *volume);

/** `FILE:STREAM` in a path is that stream of the file: see event_stream.h. No entry of a directory may have a colon in
 * its name then. Implies cbf_set_use_alternate_data_streams(). Default off: a colon is a character like any other. */
CBF_API int cbf_set_use_stream_paths(struct cbf_volume *volume, bool on);
/** Whether it is on: see cbf_set_use_stream_paths(). May be called at any time, also from a hook. */
CBF_API bool cbf_get_use_stream_paths(struct cbf_volume *volume);

/** Create-, Open-, Cleanup- and CloseFile fire for each handle, not only for the first and the last one of a file.
 *  Default off. */
CBF_API int cbf_set_fire_all_open_close_events(struct cbf_volume *volume, bool on);

/** Events of one file run one after another. Off: those that change nothing (ReadFile, QueryAllocatedRanges,
 *  GetFileInfo, GetReparsePoint, QueryEa) may run beside each other. Default on. A GetFileInfo for a name that the
 *  library has not yet seen is nobody's event and never waits. */
CBF_API int cbf_set_serialize_access(struct cbf_volume *volume, bool on);

/** All events run on one worker thread, one after another. Default off. */
CBF_API int cbf_set_serialize_events(struct cbf_volume *volume, bool on);

/** How many worker threads are kept at least and started at most; 0 means the default (2 and 16). Without effect with
 *  cbf_set_serialize_events(). -EINVAL if min is larger than max or max larger than 1024. */
CBF_API int cbf_set_worker_threads(struct cbf_volume *volume, unsigned min, unsigned max);

/** Fire IsDirectoryEmpty before a directory is deleted or replaced. Default on. */
CBF_API int cbf_set_use_directory_empty_check(struct cbf_volume *volume, bool on);

/** Fsctl fires for all ioctls of a filesystem's kind, also those that the library has other events for (labels), and
 *  comes first (event_control.h). Default off. */
CBF_API int cbf_set_handle_all_fsctls(struct cbf_volume *volume, bool on);

/** Files have object ids (event_record.h). Default off: the ioctls for them are EOPNOTSUPP. */
CBF_API int cbf_set_use_object_ids(struct cbf_volume *volume, bool on);

/** The volume keeps quotas (event_record.h). Default off: the ioctls for them are EOPNOTSUPP. */
CBF_API int cbf_set_use_disk_quotas(struct cbf_volume *volume, bool on);

/** Files have inode flags and project ids (chattr(1), lsattr(1)): cbf_file_info.inode_flags and project_id. Default
 * off: the ioctls for them are ENOTTY. */
CBF_API int cbf_set_use_inode_flags(struct cbf_volume *volume, bool on);

/** How long the kernel may keep names and attributes that it was told, in milliseconds. 0 switches the metadata cache
 *  off. Changes through the mount are always seen at once; this is about changes behind its back. Default 1000. */
CBF_API int cbf_set_metadata_cache(struct cbf_volume *volume, unsigned milliseconds);

/** How long the kernel may keep that a name does not exist. Default 0: not at all. */
CBF_API int cbf_set_nonexistent_files_cache(struct cbf_volume *volume, unsigned milliseconds);

/** The kernel keeps file content in its page cache. Off: each read and write comes as an event (and shared writable
 *  mappings are refused by the kernel). Default on. */
CBF_API int cbf_set_file_cache(struct cbf_volume *volume, bool on);

/** The unit of GetVolumeSize: a power of two, 512 to 65536. Default 512. */
CBF_API int cbf_set_sector_size(struct cbf_volume *volume, unsigned bytes);

/** The name of the file system that the system shows (fuse.NAME in /proc/mounts); letters, digits, hyphen, underscore
 *  and dot. Default "cbfuse". */
CBF_API int cbf_set_file_system_name(struct cbf_volume *volume, const char *name);

/** The source that the system shows in /proc/mounts and df. Default: the file system's name. */
CBF_API int cbf_set_source_name(struct cbf_volume *volume, const char *name);

/** Adds mount options as one would write behind `-o`, commas between: allow_other, ro, nosuid, auto_unmount ...
 *  default_permissions is on, so that the kernel checks modes and owners, unless CheckAccess is hooked. An unknown
 * option makes cbf_mount() fail with -EINVAL. */
CBF_API int cbf_add_mount_options(struct cbf_volume *volume, const char *options);

/** The extended attribute through which a program reads a file's names: absolute paths in the volume, a NUL after each.
 *  It is not listed by listxattr(2), so that no copying program takes it along, and cannot be set or removed (EPERM);
 *  QueryEa and SetEa never see it. NULL or "" switches it off. With cbf_set_use_hard_links() only. Default
 *  "user.cbfuse.hardlinks"; Linux gives `user.` attributes to files and directories only, so choose a `trusted.` or
 *  `system.` name if symbolic links and special files shall have it. */
CBF_API int cbf_set_hard_links_xattr(struct cbf_volume *volume, const char *name);

/** @} */

/** Called for each name of a file; return 0 to go on, anything else to stop. path is valid until it returns. */
typedef int (*cbf_link_visitor)(const char *path, void *user_data);

/** Lists the names of a file: fires OpenFile (if it is not open), EnumerateHardLinks until it ends,
 * CloseHardLinksEnumeration, CleanupFile and CloseFile on worker threads, and calls the visitor for each name on the
 * calling thread, with no lock held (cbf_unmount() and cbf_wait() answer -EDEADLK there). Returns 0, the negative errno
 * of what failed, or what the visitor returned if it is not 0. -ENOTCONN when not mounted; -EOPNOTSUPP without
 * use_hard_links; -EDEADLK from inside of a hook. */
CBF_API int cbf_list_hard_links(struct cbf_volume *volume, const char *path, cbf_link_visitor visitor, void *user_data);

/** The same for the file with that FileId, which is found through GetFileNameByFileId if the library does not know it.
 */
CBF_API int cbf_list_hard_links_by_id(struct cbf_volume *volume, uint64_t file_id, cbf_link_visitor visitor,
				      void *user_data);

/** Called once per event, after its hook has returned and before the answer goes out, with a line like
 *  `OpenFile /a/b flags=0x8000 -> 0`. The line is valid until it returns. Runs on the thread of the event, beside other
 *  threads. NULL switches it off. -EBUSY while mounted. */
typedef void (*cbf_trace_function)(struct cbf_volume *volume, const char *line, void *user_data);
/** Has each event told to a function, see cbf_trace_function. */
CBF_API int cbf_set_trace(struct cbf_volume *volume, cbf_trace_function trace, void *user_data);

/** What is alive in a volume at this moment; all but nodes is 0 when nobody uses it. May be called from a hook. */
struct cbf_object_counts {
	uint64_t nodes; /**< files and directories that the kernel or the library refers to, the root included */
	uint64_t names; /**< names of these */
	uint64_t open_files; /**< files and directories with at least one handle (OpenObjectsCount) */
	uint64_t open_handles; /**< OpenHandlesCount */
	uint64_t enumerations; /**< started and not closed */
	uint64_t requests; /**< under way or waiting */
};
/** Counts what is alive; right at some moment during the call. */
CBF_API void cbf_get_object_counts(struct cbf_volume *volume, struct cbf_object_counts *counts);

#ifdef __cplusplus
}
#endif

#endif
