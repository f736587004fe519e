/* SPDX-License-Identifier: MIT */
/**
 * @file kernel_cache.h
 * What the kernel keeps of a volume: written back, and let go.
 *
 * Both calls wait for the kernel, which may wait for an answer of the volume's hooks meanwhile: from inside of a hook
 * they are -EDEADLK, and the caller must hold nothing that a hook waits for. -ENOTCONN when not mounted.
 */
#ifndef CBFUSE_KERNEL_CACHE_H
#define CBFUSE_KERNEL_CACHE_H

#include <cbfuse/result.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Asks the kernel to forget the files and directories that nobody uses, and with them their names, attributes and
 *  content. What is open, somebody's working directory or mounted upon stays. The kernel forgets a little after this
 *  returns: see cbf_object_counts.nodes. From Linux 6.18 on all that is unused goes; before that, files, links and
 *  special files do, not directories, and a file that lies under a mount of another namespace would lose that mount.
 *  -ENOMEM. */
CBF_API int cbf_release_unused_files(struct cbf_volume *volume);

/** Has a file's content on its way written: the kernel gives out what was changed through mappings of it (WriteFile)
 *  in `length` bytes from `offset` on, 0 meaning all that follows, and forgets what it keeps of them; then FlushFile
 *  fires, between OpenFile and CloseFile if the file is not open. Of a directory, FlushFile only. The path is an
 *  absolute one in the volume, not a stream's; links are not followed. -EINVAL for another path, for what is neither a
 *  file nor a directory, and for an offset above INT64_MAX; -ENOENT; what the hooks answer. */
CBF_API int cbf_flush_file(struct cbf_volume *volume, const char *path, uint64_t offset, uint64_t length);

#ifdef __cplusplus
}
#endif

#endif
