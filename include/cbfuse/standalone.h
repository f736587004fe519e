/* SPDX-License-Identifier: MIT */
/**
 * @file standalone.h
 * Calls that need no volume of one's own: masks of file names, and whether a path lies on some volume of this library.
 */
#ifndef CBFUSE_STANDALONE_H
#define CBFUSE_STANDALONE_H

#include <cbfuse/result.h>
#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The longest mask that cbf_file_matches_mask() takes, in bytes. */
#define CBF_MASK_MAX 1023

/** Does the name of a file (not a path) match a mask, as on Windows? In the mask,
 *
 *  - an asterisk stands for any characters, also none;
 *  - a question mark for exactly one;
 *  - `<` for any characters up to the last dot of the name, without it (all of them if there is no dot);
 *  - `>` for one character that is no dot, or for none before a dot and at the end of the name;
 *  - `"` for a dot, or for nothing at the end of the name;
 *  - anything else for itself; a mask of an asterisk, a dot and an asterisk matches every name, with a dot or without.
 *
 *  A character is one of UTF-8; a byte that is none counts as one. Without `case_sensitive`, letters are compared as
 *  towlower(3) has them, so what lies beyond ASCII depends on the process's locale. False for a mask of more than
 *  CBF_MASK_MAX bytes. May be called anywhere. */
CBF_API bool cbf_file_matches_mask(const char *mask, const char *name, bool case_sensitive);

/** Does a path lie on a mounted volume of this library, this process's or another's? Links are followed. Asks the
 *  system, and on a FUSE mount then the file or directory itself (CBF_IOC_IS_VOLUME of control.h), which is opened for
 *  that: its volume may see OpenFile. Where that is not allowed, and for special files, the top directory of the mount
 *  is asked. Errors: those of open(2) for the path; -EACCES if neither may be opened; -EDEADLK from inside of a hook.
 */
CBF_API int cbf_is_volume(const char *path, bool *is_volume);

#ifdef __cplusplus
}
#endif

#endif
