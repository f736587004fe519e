/* SPDX-License-Identifier: MIT */
/**
 * @file event_volume.h
 * Events of the volume as a whole: mounted, unmounted, how large, its label and id, worker threads, errors.
 *
 * Order: WorkerThreadCreation (of the first worker), Mount, then everything else, Ejected (maybe), Unmount, and
 * WorkerThreadTermination of the last worker. Each setter takes NULL to unregister, and returns 0, or -EBUSY while the
 * volume is mounted.
 */
#ifndef CBFUSE_EVENT_VOLUME_H
#define CBFUSE_EVENT_VOLUME_H

#include <cbfuse/result.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Fires once the volume can serve requests, before cbf_mount() returns. A non-zero result_code undoes the mount, and
 *  cbf_mount() returns it (negative). Default: nothing. */
struct cbf_mount_event {
	int result_code;
};
typedef void (*cbf_mount_hook)(struct cbf_volume *volume, struct cbf_mount_event *event, void *user_data);
CBF_API int cbf_on_mount(struct cbf_volume *volume, cbf_mount_hook hook, void *user_data);

/** Fires after the volume was unmounted, by whomever, and after the Cleanup and Close events of all that was open.
 *  The result_code is ignored. Default: nothing. */
struct cbf_unmount_event {
	int result_code;
};
typedef void (*cbf_unmount_hook)(struct cbf_volume *volume, struct cbf_unmount_event *event, void *user_data);
CBF_API int cbf_on_unmount(struct cbf_volume *volume, cbf_unmount_hook hook, void *user_data);

/** Fires when the volume has ended although nobody in this process asked for it: umount(8) from outside, or a
 * connection that was cut off. After the Cleanup and Close events of all that was open, before Unmount. The result_code
 * is ignored. Default: nothing. */
struct cbf_ejected_event {
	int result_code; /**< 0 on entry; see result.h */
};
/** A hook for Ejected. */
typedef void (*cbf_ejected_hook)(struct cbf_volume *volume, struct cbf_ejected_event *event, void *user_data);
/** Registers the hook for Ejected. */
CBF_API int cbf_on_ejected(struct cbf_volume *volume, cbf_ejected_hook hook, void *user_data);

/** Fires for statfs(2) (`df`). Sizes are in sectors of cbf_set_sector_size() bytes (512 unless set). All fields are 0
 *  on entry. Default: a volume of size zero. */
struct cbf_get_volume_size_event {
	uint64_t total_sectors; /**< the size of the volume */
	uint64_t available_sectors; /**< free for the caller */
	uint64_t free_sectors; /**< free for root; 0 is taken as "the same as available_sectors" */
	uint64_t total_files; /**< how many files the volume can hold, 0 for "does not say" */
	uint64_t free_files; /**< how many more */
	int result_code;
};
typedef void (*cbf_get_volume_size_hook)(struct cbf_volume *volume, struct cbf_get_volume_size_event *event,
					 void *user_data);
CBF_API int cbf_on_get_volume_size(struct cbf_volume *volume, cbf_get_volume_size_hook hook, void *user_data);

/** The longest label of a volume in bytes, without the terminating NUL: what FS_IOC_GETFSLABEL has room for. */
#define CBF_LABEL_MAX 255

/** Fires for CBF_IOC_GET_VOLUME_ID (control.h) on any open file or directory: set volume_id (0 on entry) to the number
 *  that stands for this volume, the same each time it is mounted. Linux has no system call that lets a FUSE filesystem
 *  say it: f_fsid of statfs(2) and FS_IOC_GETFSUUID are answered by the kernel itself.
 *  Default: EOPNOTSUPP. */
struct cbf_get_volume_id_event {
	uint64_t volume_id; /**< 0 on entry */
	int result_code; /**< 0 on entry; see result.h */
};
/** A hook for GetVolumeId. */
typedef void (*cbf_get_volume_id_hook)(struct cbf_volume *volume, struct cbf_get_volume_id_event *event,
				       void *user_data);
/** Registers the hook for GetVolumeId. */
CBF_API int cbf_on_get_volume_id(struct cbf_volume *volume, cbf_get_volume_id_hook hook, void *user_data);

/** Fires for ioctl(2) with FS_IOC_GETFSLABEL on any open file or directory: write the label, NUL-terminated, at most
 *  CBF_LABEL_MAX bytes; it is "" on entry. A label that is not terminated is reported through OnError, and the call
 *  fails with EIO.
 *  Default: ENOTTY, as of a filesystem without labels. */
struct cbf_get_volume_label_event {
	char *const label; /**< write the label here */
	const size_t label_capacity; /**< bytes at label: CBF_LABEL_MAX + 1 */
	int result_code; /**< 0 on entry; see result.h */
};
/** A hook for GetVolumeLabel. */
typedef void (*cbf_get_volume_label_hook)(struct cbf_volume *volume, struct cbf_get_volume_label_event *event,
					  void *user_data);
/** Registers the hook for GetVolumeLabel. */
CBF_API int cbf_on_get_volume_label(struct cbf_volume *volume, cbf_get_volume_label_hook hook, void *user_data);

/** Fires for ioctl(2) with FS_IOC_SETFSLABEL by root (EPERM for others) on any open file or directory: store the label.
 *  One that is not terminated within CBF_LABEL_MAX + 1 bytes is EINVAL without an event.
 *  Default: ENOTTY. */
struct cbf_set_volume_label_event {
	const char *const label; /**< up to CBF_LABEL_MAX bytes, maybe none */
	int result_code; /**< 0 on entry; see result.h */
};
/** A hook for SetVolumeLabel. */
typedef void (*cbf_set_volume_label_hook)(struct cbf_volume *volume, struct cbf_set_volume_label_event *event,
					  void *user_data);
/** Registers the hook for SetVolumeLabel. */
CBF_API int cbf_on_set_volume_label(struct cbf_volume *volume, cbf_set_volume_label_hook hook, void *user_data);

/** Fires when something is wrong that no caller can be told in full: a hook gave an impossible answer, the library ran
 *  out of memory, the kernel sent nonsense. May fire on any thread that runs inside the library, at any moment, beside
 *  other events, also inside of another hook's answer. Default: nothing (the library never prints). */
struct cbf_error_event {
	const int error_code; /**< an errno value */
	const char *const description; /**< valid until the hook returns */
};
typedef void (*cbf_error_hook)(struct cbf_volume *volume, struct cbf_error_event *event, void *user_data);
CBF_API int cbf_on_error(struct cbf_volume *volume, cbf_error_hook hook, void *user_data);

/** Fires on each worker thread, before any other event on it. A non-zero result_code ends that thread again (reported
 *  by OnError); if it was the first one, cbf_mount() returns the code (negative). Default: nothing. */
struct cbf_worker_thread_creation_event {
	int result_code;
};
typedef void (*cbf_worker_thread_creation_hook)(struct cbf_volume *volume,
						struct cbf_worker_thread_creation_event *event, void *user_data);
CBF_API int cbf_on_worker_thread_creation(struct cbf_volume *volume, cbf_worker_thread_creation_hook hook,
					  void *user_data);

/** Fires on each worker thread whose creation event succeeded, as the last event on it. Default: nothing. */
struct cbf_worker_thread_termination_event {
	char reserved; /**< no field yet */
};
typedef void (*cbf_worker_thread_termination_hook)(struct cbf_volume *volume,
						   struct cbf_worker_thread_termination_event *event, void *user_data);
CBF_API int cbf_on_worker_thread_termination(struct cbf_volume *volume, cbf_worker_thread_termination_hook hook,
					     void *user_data);

#ifdef __cplusplus
}
#endif

#endif
