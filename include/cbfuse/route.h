/* SPDX-License-Identifier: MIT */
/**
 * @file route.h
 * Routed files: the content of a file of the volume is that of a local file, which the library reads and writes by
 * itself. The application says so when the file is opened, and hears no more of what goes in and out.
 *
 * These events do not fire, for all handles and names of the file, from the successful return of the hook until just
 * after the last CloseFile; the library does with the local file:
 *
 * - ReadFile: pread(2), or splice(2) for large pieces; unless CBF_ROUTE_NO_READ;
 * - WriteFile: pwrite(2); unless CBF_ROUTE_NO_WRITE;
 * - SetFileSize: ftruncate(2), also for O_TRUNC of the open itself; unless CBF_ROUTE_NO_SET_SIZE;
 * - SetAllocationSize and ZeroizeFileRange: fallocate(2) in the same mode, and FALLOC_FL_KEEP_SIZE, since SetFileSize
 *   follows; unless CBF_ROUTE_NO_ALLOCATE;
 * - QueryAllocatedRanges: lseek(2) for data and holes; unless CBF_ROUTE_NO_QUERY_RANGES;
 * - OffloadWriteFile: copy_file_range(2) if both files are routed, else the kernel reads and writes; unless
 *   CBF_ROUTE_NO_OFFLOAD;
 * - FlushFile: fsync(2), fdatasync(2); unless CBF_ROUTE_NO_FLUSH.
 *
 * GetFileInfo fires as ever; then `size` and `allocation_size` in its answer are replaced by those of the local file
 * (unless CBF_ROUTE_NO_SIZE). The times, the mode and the owner are the hook's. While the file is not open, all is: the
 * hooks should give the size of the local file then, or the kernel reads no further than what they say until it asks
 * again. SetFileAttributes, RenameOrMoveFile, DeleteFile and all other events fire as ever; none of them changes the
 * route, so a file that was renamed or deleted goes on being read and written while it is open.
 *
 * Order: routed reads and writes do not take turns with each other, nor with events of the file. They are as those of
 * the file system that the local file is on. The other routed calls run alone, as the events that they stand for.
 *
 * Mappings (mmap(2)) and pages that are cached are read and written as by read(2) and write(2). O_APPEND and O_DIRECT
 * of the callers are the kernel's business: positions come as always.
 *
 * Only for volumes that say cbf_set_use_routing() before they are mounted.
 */
#ifndef CBFUSE_ROUTE_H
#define CBFUSE_ROUTE_H

#include <cbfuse/result.h>
#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What is not routed: the events fire, and the hooks serve them. */
enum cbf_route_flags {
	CBF_ROUTE_NO_READ = 0x1, /**< ReadFile */
	CBF_ROUTE_NO_WRITE = 0x2, /**< WriteFile */
	CBF_ROUTE_NO_SET_SIZE = 0x4, /**< SetFileSize */
	CBF_ROUTE_NO_ALLOCATE = 0x8, /**< SetAllocationSize and ZeroizeFileRange */
	CBF_ROUTE_NO_QUERY_RANGES = 0x10, /**< QueryAllocatedRanges */
	CBF_ROUTE_NO_OFFLOAD = 0x20, /**< OffloadWriteFile, in both directions */
	CBF_ROUTE_NO_FLUSH = 0x40, /**< FlushFile */
	CBF_ROUTE_NO_SIZE = 0x80, /**< the sizes in GetFileInfo's answer */
	/** Whatever changes content: only reading is routed. */
	CBF_ROUTE_ONLY_READ = CBF_ROUTE_NO_WRITE | CBF_ROUTE_NO_SET_SIZE | CBF_ROUTE_NO_ALLOCATE | CBF_ROUTE_NO_OFFLOAD
};

/** Files of this volume may be routed. The kernel then sends fsync(2), fallocate(2), lseek(2) for data and holes and
 *  copy_file_range(2) also if nobody hooked their events; of a file that is not routed, the answer is the same as
 *  without. A volume that hooks neither CreateFile nor WriteFile is not read-only then. Default off. -EBUSY while
 *  mounted. */
CBF_API int cbf_set_use_routing(struct cbf_volume *volume, bool on);
/** See cbf_set_use_routing(). At any time. */
CBF_API bool cbf_get_use_routing(struct cbf_volume *volume);

/** In a hook for OpenFile or CreateFile of a regular file (not of a stream), on the hook's thread: routes the file that
 *  is being opened to an open file. If the hook then fails, nothing is routed. Of several calls the last one counts;
 *  with fire_all_open_close_events, that of the last open, for the handles that are open already, too.
 *
 *  `fd` stays the caller's, who may close it at once: the library makes a duplicate, which is closed just after the
 * last CloseFile. Duplicates share the file position; the library moves it when it looks for data and holes. A
 * descriptor that is open for reading only (or writing) is opened anew for both when a handle needs it, by
 * /proc/self/fd: that is subject to the permissions of this process, and the caller gets what comes of it (EACCES,
 * EROFS, ETXTBSY ...).
 *
 *  0; -EINVAL anywhere else, for unknown flags, and for a descriptor that is not of a regular file or has O_PATH,
 *  O_APPEND or O_DIRECT; -ELOOP for a file of this volume; -EOPNOTSUPP without cbf_set_use_routing(); -EBADF, -EMFILE,
 *  -ENOMEM. */
CBF_API int cbf_route_to_fd(struct cbf_volume *volume, int fd, unsigned flags);

/** The same, with a file that the library opens: for reading and writing if this process may, else for reading.
 *  Symbolic links are followed. The path must not lead into this volume: a hook that waits for its own volume waits for
 *  ever. Also what open(2) says. */
CBF_API int cbf_route_to_file(struct cbf_volume *volume, const char *path, unsigned flags);

/** @name The route cache
 *  A local directory whose regular files stand for the files of the volume with the same path: what `location` has is
 *  served from there, as if a hook for OpenFile had routed it, but without OpenFile.
 *
 *  OpenFile, CleanupFile and CloseFile do not fire for a file that is opened there, and for GetFileInfo, QueryEa,
 *  CanFileBeDeleted and RenameOrMoveFile it is a file that is not open: they come without contexts. If another event of
 *  that file is due (SetFileAttributes, CreateHardLink, SetEa, DeleteFile, ioctls, what `flags` exclude from routing
 *  ...), OpenFile fires late, just before it, with the `flags` of the handle that it comes through, or O_PATH |
 *  O_NOFOLLOW; should that fail, so does the other. From then on the file is one that the application has open, and is
 *  closed as such. A file whose last name was taken by a RenameOrMoveFile that replaced it is `deleted` in a late
 *  OpenFile. CreateFile fires always; the new file is routed if `location` has it when the hook returns.
 *
 *  Whether a file exists, and all else of it, is what GetFileInfo and EnumerateDirectory say; the sizes in their
 * answers are those of the file in `location`, whether it is open or not. A file is looked for when it is opened: one
 * that comes to `location` later waits for the next open, and one that is renamed or removed there stays routed until
 * it is closed. Names that lead out of `location` by symbolic links in its directories are followed; a file that is a
 *  symbolic link is not. What has O_PATH or is a stream is not looked for, nor, with use_hard_links, is a file that has
 * several names when it is opened.
 *  @{ */

/** Uses the regular files below `location`, a directory outside of this volume, with these CBF_ROUTE_* flags; from the
 * next open on, in place of the location before. At any time, from any thread. 0; -EINVAL for unknown flags, and with
 *  fire_all_open_close_events or without serialize_access (what is set later so leaves the cache unused); -EOPNOTSUPP
 *  without cbf_set_use_routing(); -ENOMEM; and what open(2) says. */
CBF_API int cbf_enable_route_cache(struct cbf_volume *volume, const char *location, unsigned flags);

/** No more files are served from there. What is open goes on until it is closed, or with invalidate_routed_files goes
 * on by events: OpenFile fires late, and what the kernel has cached of the content stays until the file is opened anew.
 * At any time, also if there is no cache. */
CBF_API void cbf_disable_route_cache(struct cbf_volume *volume, bool invalidate_routed_files);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
