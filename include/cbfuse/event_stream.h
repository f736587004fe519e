/* SPDX-License-Identifier: MIT */
/**
 * @file event_stream.h
 * Named streams: further contents of a file, each under a name. Their enumeration, and how all other events speak of
 * them. Off unless cbf_set_use_alternate_data_streams().
 *
 * **What a stream is.** A stream belongs to a file or to a directory, not to one of its names: it is there through each
 * hard link, goes along when the file is renamed, and when the file is deleted, its streams are to be deleted with it.
 * It has a size and a content of its own; mode, owner and times are those of its file. Its name has 1 to
 * CBF_STREAM_NAME_MAX bytes, of which none is `/` or `:`. A stream has no streams and no extended attributes.
 *
 * **How events speak of it.** By the ordinary events, whose file_name is then the path of the file, a colon and the
 * name of the stream: `/dir/file:stream` (of the root directory: `/:stream`). Since a colon may stand in the name of a
 * file as well, the events that come without a context of yours say which of the two is meant, in `is_stream`:
 * OpenFile, CreateFile, GetFileInfo, CanFileBeDeleted, DeleteFile. Then the *last* colon divides. The others (ReadFile,
 * WriteFile, SetFileSize, CleanupFile, CloseFile ...) are for what one of these opened.
 *  - To them a stream is a file of its own: opened and closed by itself, with a FileContext and HandleContexts of its
 *    own. Events of a stream do not overlap each other, but may run beside those of its file. While one runs, neither
 *    the file's name nor a directory above changes.
 *  - GetFileInfo says whether the stream exists, its size and its allocation_size, and for the rest what the file's
 *    would say. file_id, hard_link_count and the file type are not looked at: a stream is a regular file with one name.
 *  - A stream of a file whose last name is gone is `deleted`, and pending_deletion when it is closed.
 *
 * **As extended attributes.** A stream is shown as the attribute `user.STREAM` of its file. What the system calls
 * become:
 *  - getxattr(2): GetFileInfo; for more than the size, OpenFile, ReadFile until it is all there, CleanupFile,
 *    CloseFile. No such stream is ENODATA; one of more than CBF_EA_SIZE_MAX bytes is E2BIG.
 *  - listxattr(2): QueryEa for the names that are not `user.` (if it is hooked), then OpenFile (if the file is not
 *    open), EnumerateNamedStreams until there are no more, CloseNamedStreamsEnumeration. More than CBF_EA_SIZE_MAX
 *    bytes of names are E2BIG: an enumeration that never ends comes to its end there.
 *  - setxattr(2): GetFileInfo, for XATTR_CREATE and XATTR_REPLACE and the size that it had; OpenFile, or CreateFile for
 *    one that is new (with a mode of S_IFREG and nothing else); WriteFile until all is there; SetFileSize if it was
 *    longer; CleanupFile, CloseFile. If a stream that is new cannot be given its value, DeleteFile takes it back, and
 *    if that fails, too, OnError is told. One that was there keeps its value if the first WriteFile fails; if a later
 *    one does, or SetFileSize, it is left as they left it.
 *  - removexattr(2): GetFileInfo, CanFileBeDeleted, DeleteFile.
 *
 * All names in `user.` are streams' then; `trusted.`, `security.` and `system.` go on being QueryEa's and SetEa's. The
 * attribute of cbf_set_hard_links_xattr() comes before a stream of that name. On symbolic links and special files the
 * kernel allows no `user.` attribute; streams of directories are fine. A name that a stream cannot have is one that the
 * file does not have, and cannot be set (EINVAL; so is `user.` by itself, always). An attribute of an open file whose
 * last name is gone can be read and set only if the stream is open, too: else ENOENT, since there is neither a path nor
 * a context to ask by.
 *
 * **As paths.** With cbf_set_use_stream_paths() `FILE:STREAM` in a path is the stream, besides. Then no entry of a
 * directory may have a colon in its name: such a name is never looked up, and one that EnumerateDirectory gives is EIO.
 *  - stat(2), open(2), read(2), write(2), truncate(2), mmap(2), fallocate(2), lseek(2), copy_file_range(2), fsync(2)
 *    and unlink(2) work as on a file, by the same events. A stream that does not exist is made by open(2) with O_CREAT
 *    and by mknod(2). It may be larger than an attribute. It is never listed among the entries of a directory.
 *  - The kernel checks mode and owner as GetFileInfo says them of the stream, so they must be the file's. To make or
 *    delete a stream one must have write permission on the file: the library asks GetFileInfo of the file and goes by
 *    mode and owner (EACCES), and with cbf_set_use_posix_acls() by the file's ACL, which the kernel is told of its
 *    streams, too.
 *  - chmod(2), chown(2) and utimensat(2) fire SetFileAttributes with the stream's path: change the file's attributes.
 *    What the kernel keeps of the file itself is as old as cbf_set_metadata_cache() lets it be.
 *  - rename(2) from or to a stream is EXDEV (programs such as mv(1) copy then, and delete). mkdir(2), symlink(2),
 *    link(2) and special files are EINVAL, link(2) of a stream EPERM, rmdir(2) ENOTDIR. A second colon, an empty name
 *    of a file or stream, and a name that no stream can have are ENOENT to look up and EINVAL to make.
 *  - st_ino is a number of the library's own and good as long as the kernel remembers the stream. st_nlink is 1.
 *  - The streams of the root directory have no such path.
 *
 * What is written by the one way is seen by the other. The kernel keeps no name and no attribute of a stream, but may
 * keep pages of one that is open: a change as an attribute is seen through them when size or time have changed, too.
 */
#ifndef CBFUSE_EVENT_STREAM_H
#define CBFUSE_EVENT_STREAM_H

#include <cbfuse/result.h>
#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The longest name of a stream in bytes, without the terminating NUL: with `user.` before it, it is an attribute's. */
#define CBF_STREAM_NAME_MAX 250

/** Fires for listxattr(2) and its kin, once per stream of an open file or directory (see context.h for files that are
 *  not open). Give the next stream: named_stream_found = true, its name in stream_name, without the file's and without
 *  a colon, and its sizes. Leave named_stream_found false (as on entry) at the end. The content without a name is not a
 *  stream here. The position belongs into enumeration_context, NULL at first. A name that is empty, too long, not
 *  terminated, `.` or `..`, or that holds `/` or `:` is told to OnError and becomes EIO.
 *  handle_context is NULL while fire_all_open_close_events is on and the file was open already.
 *  Default: no streams. */
struct cbf_enumerate_named_streams_event {
	const char *const file_name;
	const bool deleted; /**< see cbf_get_file_info_event */
	bool named_stream_found; /**< false on entry */
	char *const stream_name; /**< write the stream's name here, NUL-terminated */
	const size_t stream_name_capacity; /**< bytes at stream_name */
	uint64_t stream_size; /**< bytes; for the trace, listxattr does not show it */
	uint64_t stream_allocation_size; /**< the same */
	void *file_context; /**< the file's, not a stream's */
	void *handle_context;
	void *enumeration_context;
	int result_code;
};
/** A hook for EnumerateNamedStreams. */
typedef void (*cbf_enumerate_named_streams_hook)(struct cbf_volume *volume,
						 struct cbf_enumerate_named_streams_event *event, void *user_data);
/** Sets the hook. 0, or -EBUSY while mounted. */
CBF_API int cbf_on_enumerate_named_streams(struct cbf_volume *volume, cbf_enumerate_named_streams_hook hook,
					   void *user_data);

/** Fires once for each enumeration of streams that was started, however it ended: at the end, when the hook failed, at
 *  the limit, at unmount. Free what enumeration_context points to. The result_code is ignored. Default: nothing. */
struct cbf_close_named_streams_enumeration_event {
	const char *const file_name;
	void *file_context;
	void *handle_context;
	void *const enumeration_context;
	int result_code;
};
/** A hook for CloseNamedStreamsEnumeration. */
typedef void (*cbf_close_named_streams_enumeration_hook)(struct cbf_volume *volume,
							 struct cbf_close_named_streams_enumeration_event *event,
							 void *user_data);
/** Sets the hook. 0, or -EBUSY while mounted. */
CBF_API int cbf_on_close_named_streams_enumeration(struct cbf_volume *volume,
						   cbf_close_named_streams_enumeration_hook hook, void *user_data);

#ifdef __cplusplus
}
#endif

#endif
