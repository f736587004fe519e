/* SPDX-License-Identifier: MIT */
/**
 * @file event_file.h
 * Open, create, read, write, resize, flush, clean up, close.
 *
 * Order for one file: OpenFile or CreateFile, then any of the others, CleanupFile, CloseFile. Events of one file do not
 * overlap (cbf_set_serialize_access()). A directory is opened and closed by the same events. `file_name` is an absolute
 * path in the volume, in bytes, `/` between components; it stays true until the hook returns: whoever renames it or
 * one of the directories above waits. For a file whose last name is gone (`deleted`, `pending_deletion`) it is the last
 * name that it had. Contexts: see context.h. Setters return 0, or -EBUSY while mounted.
 */
#ifndef CBFUSE_EVENT_FILE_H
#define CBFUSE_EVENT_FILE_H

#include <cbfuse/result.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Fires for open(2), opendir(3) and execve(2) of what exists. With fire_all_open_close_events off (the default), only
 *  when the file has no handle yet: open the back end as widely as you can, since a later open may ask for more than
 *  the first and you will not be asked. If file_context is not NULL, the file is open already.
 *  Default: success. */
struct cbf_open_file_event {
	const char *const file_name;
	const bool deleted; /**< file_name is gone: the file is open already, go by file_context */
	const bool is_stream; /**< file_name is that of a stream: see event_stream.h */
	/** As in open(2), without O_CREAT, O_EXCL, O_NOCTTY and O_TRUNC (a truncation comes as SetFileSize).
	 * O_DIRECTORY for a directory. O_PATH: see context.h. */
	const int flags;
	void *file_context;
	void *handle_context;
	int result_code;
};
typedef void (*cbf_open_file_hook)(struct cbf_volume *volume, struct cbf_open_file_event *event, void *user_data);
CBF_API int cbf_on_open_file(struct cbf_volume *volume, cbf_open_file_hook hook, void *user_data);

/** Fires for open(2) with O_CREAT of what does not exist, mkdir(2) and mknod(2): creates **and opens** the file. For
 *  mkdir and mknod CleanupFile and CloseFile follow at once. A name that exists must be refused with EEXIST (if the
 *  caller did not say O_EXCL, the kernel then looks again and opens it). GetFileInfo follows a success.
 *  Default: EROFS. */
struct cbf_create_file_event {
	const char *const file_name;
	const bool is_stream; /**< file_name is that of a stream: see event_stream.h */
	/** Type and permissions, the caller's umask applied. S_IFREG, S_IFDIR, S_IFIFO, S_IFSOCK, S_IFCHR or S_IFBLK;
	 *  symbolic links come through SetReparsePoint. */
	const mode_t mode;
	const dev_t rdev; /**< of S_IFCHR and S_IFBLK */
	const int flags; /**< as in open(2) (without O_TRUNC); O_DIRECTORY for mkdir, O_PATH for mknod of a special file
			  */
	const uid_t uid; /**< who asks, and so who shall own the file */
	const gid_t gid; /**< its group */
	void *file_context;
	void *handle_context;
	int result_code;
};
typedef void (*cbf_create_file_hook)(struct cbf_volume *volume, struct cbf_create_file_event *event, void *user_data);
CBF_API int cbf_on_create_file(struct cbf_volume *volume, cbf_create_file_hook hook, void *user_data);

/** Fires when a handle goes (with fire_all_open_close_events off: the last one), before CloseFile. Release early what
 *  can be released early. On Linux this is when the last descriptor *and* the last mapping of an open are gone;
 * close(2) does not wait for it. The result_code is ignored. Default: nothing. */
struct cbf_cleanup_file_event {
	const char *const file_name;
	void *file_context;
	void *handle_context;
	int result_code;
};
typedef void (*cbf_cleanup_file_hook)(struct cbf_volume *volume, struct cbf_cleanup_file_event *event, void *user_data);
CBF_API int cbf_on_cleanup_file(struct cbf_volume *volume, cbf_cleanup_file_hook hook, void *user_data);

/** Fires after CleanupFile: the last event of a handle (with fire_all_open_close_events off: of the file). Free what
 *  the contexts point to. The result_code is ignored. Default: nothing. */
struct cbf_close_file_event {
	const char *const file_name;
	/** DeleteFile took the last name away while the file was open, and this is the last close: the content goes
	 * now. */
	const bool pending_deletion;
	const bool last_handle; /**< no other handle is open: free the file_context */
	void *file_context;
	void *handle_context;
	int result_code;
};
typedef void (*cbf_close_file_hook)(struct cbf_volume *volume, struct cbf_close_file_event *event, void *user_data);
CBF_API int cbf_on_close_file(struct cbf_volume *volume, cbf_close_file_hook hook, void *user_data);

/** Fires when data is needed: read(2) and its kin, mmap, and the kernel's read-ahead. Put up to bytes_to_read bytes
 *  into buffer and set bytes_read (0 on entry); fewer means that the file ends there.
 *  Default: EOPNOTSUPP. */
struct cbf_read_file_event {
	const char *const file_name;
	const bool deleted;
	const uint64_t position; /**< bytes from the start of the file */
	void *const buffer; /**< writable until the hook returns */
	const size_t bytes_to_read; /**< the size of buffer */
	size_t bytes_read; /**< 0 on entry */
	void *file_context;
	void *handle_context;
	int result_code;
};
typedef void (*cbf_read_file_hook)(struct cbf_volume *volume, struct cbf_read_file_event *event, void *user_data);
CBF_API int cbf_on_read_file(struct cbf_volume *volume, cbf_read_file_hook hook, void *user_data);

/** Fires when data is to be stored: write(2) and its kin, and pages changed through a mapping. Store all and set
 *  bytes_written (0 on entry). May come for a file that was first opened for reading only. A file grows when written
 *  past its end.
 *  Default: EROFS on a volume that hooks neither CreateFile nor WriteFile (an open for writing is refused as well),
 *  else EOPNOTSUPP. */
struct cbf_write_file_event {
	const char *const file_name;
	const bool deleted;
	const uint64_t position; /**< bytes from the start of the file */
	const void *const buffer; /**< valid until the hook returns */
	const size_t bytes_to_write; /**< the size of buffer */
	size_t bytes_written; /**< 0 on entry */
	void *file_context;
	void *handle_context;
	int result_code;
};
typedef void (*cbf_write_file_hook)(struct cbf_volume *volume, struct cbf_write_file_event *event, void *user_data);
CBF_API int cbf_on_write_file(struct cbf_volume *volume, cbf_write_file_hook hook, void *user_data);

/** Fires for truncate(2), ftruncate(2), open(2) with O_TRUNC, and a fallocate(2) by which the file grows (see
 *  event_range.h): cut the file off, or extend it with zeros.
 *  Default: as for WriteFile. */
struct cbf_set_file_size_event {
	const char *const file_name;
	const bool deleted;
	const uint64_t size; /**< bytes */
	void *file_context;
	void *handle_context;
	int result_code;
};
typedef void (*cbf_set_file_size_hook)(struct cbf_volume *volume, struct cbf_set_file_size_event *event,
				       void *user_data);
CBF_API int cbf_on_set_file_size(struct cbf_volume *volume, cbf_set_file_size_hook hook, void *user_data);

/** Fires for fsync(2), fdatasync(2) (of files and directories) and writes with O_SYNC: what was written must be safe
 *  when the hook returns. Not fired by close(2).
 *  Default: success, and the kernel no longer asks. */
struct cbf_flush_file_event {
	const char *const file_name;
	const bool deleted;
	const bool data_only; /**< fdatasync */
	void *const file_context;
	int result_code;
};
typedef void (*cbf_flush_file_hook)(struct cbf_volume *volume, struct cbf_flush_file_event *event, void *user_data);
CBF_API int cbf_on_flush_file(struct cbf_volume *volume, cbf_flush_file_hook hook, void *user_data);

#ifdef __cplusplus
}
#endif

#endif
