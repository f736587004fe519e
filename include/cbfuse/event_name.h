/* SPDX-License-Identifier: MIT */
/**
 * @file event_name.h
 * Names that move and names that go: rename and deletion.
 *
 * POSIX decides here: unlink(2), rmdir(2) and a rename over an existing file take the *name* away at once. A file that
 * is open lives on without a name, with its contexts and its content, until its last CloseFile (pending_deletion =
 * true). These events act on names, so no OpenFile is fired for them: the contexts are those of the file if it is open,
 * else NULL.
 *
 * Order for a deletion: CanFileBeDeleted, IsDirectoryEmpty (directories), GetFileInfo (files, with use_hard_links: how
 * many names are left), DeleteFile. For a rename that replaces a file, the same three for the target, then
 * RenameOrMoveFile, which replaces it in one step; no DeleteFile.
 */
#ifndef CBFUSE_EVENT_NAME_H
#define CBFUSE_EVENT_NAME_H

#include <cbfuse/result.h>
#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Fires before a name is taken away: the place to refuse. can_be_deleted is true on entry; false with result_code 0 is
 *  answered EPERM. A yes does not mean that the deletion follows. Default: yes. */
struct cbf_can_file_be_deleted_event {
	const char *const file_name;
	const bool is_stream; /**< file_name is that of a stream: see event_stream.h */
	bool can_be_deleted; /**< true on entry */
	void *file_context;
	void *handle_context;
	int result_code;
};
typedef void (*cbf_can_file_be_deleted_hook)(struct cbf_volume *volume, struct cbf_can_file_be_deleted_event *event,
					     void *user_data);
CBF_API int cbf_on_can_file_be_deleted(struct cbf_volume *volume, cbf_can_file_be_deleted_hook hook, void *user_data);

/** Fires before a directory is deleted or replaced, unless cbf_set_use_directory_empty_check() is off. is_empty is true
 *  on entry; false is answered ENOTEMPTY. Default: no check here, DeleteFile must answer ENOTEMPTY itself. */
struct cbf_is_directory_empty_event {
	const char *const directory_name;
	bool is_empty; /**< true on entry */
	void *directory_context;
	int result_code;
};
typedef void (*cbf_is_directory_empty_hook)(struct cbf_volume *volume, struct cbf_is_directory_empty_event *event,
					    void *user_data);
CBF_API int cbf_on_is_directory_empty(struct cbf_volume *volume, cbf_is_directory_empty_hook hook, void *user_data);

/** Fires for unlink(2) and rmdir(2): take the name away now. With last_name false other names of the file are left and
 *  nothing but the name goes. With last_name true and is_open true, the content must stay until CloseFile with
 *  pending_deletion; with is_open false it may go at once. A result_code fails the call, and the name stays.
 *  Default: EROFS on a volume that hooks neither CreateFile nor WriteFile, else EOPNOTSUPP. */
struct cbf_delete_file_event {
	const char *const file_name;
	const bool is_stream; /**< file_name is that of a stream: see event_stream.h */
	const bool is_directory; /**< rmdir */
	const bool last_name; /**< the file has no other name */
	const bool is_open; /**< it has a handle */
	void *file_context;
	int result_code;
};
typedef void (*cbf_delete_file_hook)(struct cbf_volume *volume, struct cbf_delete_file_event *event, void *user_data);
CBF_API int cbf_on_delete_file(struct cbf_volume *volume, cbf_delete_file_hook hook, void *user_data);

/** Fires for rename(2) and renameat2(2), of files and directories. A file or an empty directory at new_file_name is
 *  replaced in one step, unless no_replace (then EEXIST; what the library knows to exist is refused without an event);
 *  with `exchange` both names exist and change places. Names of one file (two hard links) are left alone without an
 *  event, as POSIX asks. Nothing below either name is in use by another hook meanwhile.
 *  Default: as for DeleteFile. */
struct cbf_rename_or_move_file_event {
	const char *const file_name;
	const char *const new_file_name; /**< as absolute as file_name */
	const bool no_replace; /**< RENAME_NOREPLACE */
	const bool exchange; /**< RENAME_EXCHANGE */
	void *file_context;
	void *handle_context;
	int result_code;
};
typedef void (*cbf_rename_or_move_file_hook)(struct cbf_volume *volume, struct cbf_rename_or_move_file_event *event,
					     void *user_data);
CBF_API int cbf_on_rename_or_move_file(struct cbf_volume *volume, cbf_rename_or_move_file_hook hook, void *user_data);

#ifdef __cplusplus
}
#endif

#endif
