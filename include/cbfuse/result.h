/* SPDX-License-Identifier: MIT */
/**
 * @file result.h
 * Result codes, the numbers that every header shares, and the library's version.
 *
 * There are two channels, and they do not mix:
 *
 *  - A *library call* returns 0, or a negative errno value; what it gives back comes through its last arguments, which
 *    stay untouched when it fails.
 *  - A *hook* answers through its event's `result_code`: 0 (as it is on entry) for success, or a positive errno value
 *    from 1 to CBF_RESULT_MAX, which becomes the errno of the system call. "Not found" and "no more" are fields of the
 *    event (`file_exists`, `file_found`, `link_found` ...), never codes.
 *
 * ENOSYS is answered as EOPNOTSUPP: the kernel would take it for "never, of no file", and ask no more.
 *
 * A code outside of 0 .. CBF_RESULT_MAX does no harm: the request is answered EIO, and OnError says which hook gave it.
 */
#ifndef CBFUSE_RESULT_H
#define CBFUSE_RESULT_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
/** Marks what the shared library exports. */
#define CBF_API __attribute__((visibility("default")))
/** Lets the compiler check the arguments of a function that takes a printf(3) format. */
#define CBF_PRINTF(format_index, first_argument) __attribute__((format(printf, format_index, first_argument)))
#else
#define CBF_API
#define CBF_PRINTF(format_index, first_argument)
#endif

#define CBF_VERSION_MAJOR 0 /**< the version of these headers: incompatible when it changes */
#define CBF_VERSION_MINOR 1 /**< the same, while CBF_VERSION_MAJOR is 0 */
#define CBF_VERSION_PATCH 0 /**< repairs only */

/** The largest errno value that a hook may put into `result_code`. */
#define CBF_RESULT_MAX 511

/** The FileId of the root directory, always. No other file may use it. */
#define CBF_ROOT_ID UINT64_C(0x7FFFFFFFFFFFFFFF)

/** The longest name (one component of a path) that a volume can hold, in bytes, without the terminating NUL. */
#define CBF_NAME_MAX 255

struct cbf_volume;

/** The version of the library that runs, as "MAJOR.MINOR.PATCH"; a static string. */
CBF_API const char *cbf_version(void);

/** The version of the libfuse that runs, as "MAJOR.MINOR.PATCH"; a static string. */
CBF_API const char *cbf_fuse_version(void);

#ifdef __cplusplus
}
#endif

#endif
