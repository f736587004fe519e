/* SPDX-License-Identifier: MIT */
/**
 * @file event_control.h
 * Fsctl and Ioctl: what programs ask by ioctl(2) and the library does not answer itself.
 *
 * Both fire for an open file or directory, through the handle of the caller, and no other event of that file runs
 * meanwhile. FUSE lets only such ioctls through whose number says which way how many bytes go (`_IOR`, `_IOW`, `_IOWR`,
 * up to 16,383 bytes): the kernel copies them in and out, and the hook never sees an address of the caller's.
 *
 * Which of the two it is, the type in the number says (`_IOC_TYPE`): those of filesystems ('f', 'v', 'X', 'r', 0x94)
 * are Fsctl, all others Ioctl. Those of control.h, and those of Linux that have events of their own (labels), are the
 * library's; with cbf_set_handle_all_fsctls() Fsctl fires for Linux's first. The kernel answers some by itself, and
 * they never come here: FIONBIO, FIOCLEX, FIONCLEX, FIOASYNC, FIOQSIZE, FIGETBSZ, FIONREAD of a file, FIFREEZE, FITHAW,
 * FS_IOC_FIEMAP, FICLONE, FICLONERANGE, FIDEDUPERANGE, FS_IOC_GETFSUUID, FS_IOC_GETFSSYSFSPATH.
 */
#ifndef CBFUSE_EVENT_CONTROL_H
#define CBFUSE_EVENT_CONTROL_H

#include <cbfuse/result.h>
#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Fires for an ioctl(2) of a filesystem's kind. Read `input`, write up to output_capacity bytes to `output`, set
 *  bytes_returned. ENOTTY means "not mine": the library answers as without the hook. More bytes than there is room for,
 *  or a return_value below 0, are reported through OnError, and the call fails with EIO.
 *  Default: ENOTTY. */
struct cbf_fsctl_event {
	const char *const file_name; /**< the file or directory that the descriptor is of */
	const bool deleted; /**< file_name is gone: go by file_context */
	const unsigned code; /**< the ioctl's number */
	const void *const input; /**< what the caller passed in; valid until the hook returns */
	const size_t input_length; /**< bytes at input */
	void *const output; /**< what the caller gets, zeros on entry */
	const size_t output_capacity; /**< bytes at output */
	size_t bytes_returned; /**< how many of output are given back; the caller's others stay as they were */
	int return_value; /**< what ioctl(2) returns if the result_code is 0; 0 on entry */
	void *file_context; /**< see context.h */
	void *handle_context; /**< see context.h */
	int result_code; /**< 0 on entry; see result.h */
};
/** A hook for Fsctl. */
typedef void (*cbf_fsctl_hook)(struct cbf_volume *volume, struct cbf_fsctl_event *event, void *user_data);
/** Registers the hook for Fsctl. */
CBF_API int cbf_on_fsctl(struct cbf_volume *volume, cbf_fsctl_hook hook, void *user_data);

/** Fires for any other ioctl(2). Everything else is as for Fsctl. Default: ENOTTY. */
struct cbf_ioctl_event {
	const char *const file_name; /**< the file or directory that the descriptor is of */
	const bool deleted; /**< file_name is gone: go by file_context */
	const unsigned code; /**< the ioctl's number */
	const void *const input; /**< what the caller passed in; valid until the hook returns */
	const size_t input_length; /**< bytes at input */
	void *const output; /**< what the caller gets, zeros on entry */
	const size_t output_capacity; /**< bytes at output */
	size_t bytes_returned; /**< how many of output are given back; the caller's others stay as they were */
	int return_value; /**< what ioctl(2) returns if the result_code is 0; 0 on entry */
	void *file_context; /**< see context.h */
	void *handle_context; /**< see context.h */
	int result_code; /**< 0 on entry; see result.h */
};
/** A hook for Ioctl. */
typedef void (*cbf_ioctl_hook)(struct cbf_volume *volume, struct cbf_ioctl_event *event, void *user_data);
/** Registers the hook for Ioctl. */
CBF_API int cbf_on_ioctl(struct cbf_volume *volume, cbf_ioctl_hook hook, void *user_data);

#ifdef __cplusplus
}
#endif

#endif
