/* SPDX-License-Identifier: MIT */
/**
 * @file event_dir.h
 * The enumeration of a directory.
 *
 * Order: OpenFile of the directory, EnumerateDirectory once per entry until file_found stays false (or the caller
 * stops), CloseDirectoryEnumeration once, CleanupFile, CloseFile. Two handles of one directory have an enumeration
 * each.
 */
#ifndef CBFUSE_EVENT_DIR_H
#define CBFUSE_EVENT_DIR_H

#include <cbfuse/event_attr.h>
#include <cbfuse/result.h>
#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Fires once per entry for readdir(3). Give the next entry: set file_found, copy its name into file_name, and fill
 * what requested_info asks of info. Leave file_found false (as on entry) when there are no more. Not `.` and `..`,
 * which the library adds. The position belongs into enumeration_context, which is NULL at first; with `restart` begin
 * again (rewinddir), with the context as you left it. Seeking back (seekdir) is served from what you gave before.
 *
 *  A name that is empty, `.`, `..`, holds a `/`, is longer than CBF_NAME_MAX or not terminated is reported through
 *  OnError, and readdir fails with EIO; so does a `:` with cbf_set_use_stream_paths().
 *  Default: an empty directory. */
struct cbf_enumerate_directory_event {
	const char *const directory_name;
	const char *const mask; /**< always "*" today: every entry */
	const bool case_sensitive; /**< always true on Linux */
	const bool restart; /**< begin again */
	const unsigned requested_info; /**< CBF_INFO_*: ID and type for `ls`, all for `ls -l` */
	bool file_found; /**< false on entry */
	char *const file_name; /**< write the entry's name here, NUL-terminated */
	const size_t file_name_capacity; /**< bytes at file_name */
	struct cbf_file_info *const info; /**< of the entry; to be filled */
	void *directory_context;
	void *handle_context;
	void *enumeration_context;
	int result_code;
};
typedef void (*cbf_enumerate_directory_hook)(struct cbf_volume *volume, struct cbf_enumerate_directory_event *event,
					     void *user_data);
CBF_API int cbf_on_enumerate_directory(struct cbf_volume *volume, cbf_enumerate_directory_hook hook, void *user_data);

/** Fires once for each enumeration that was started, before CleanupFile of its handle, however it ended. The context
 * may be NULL (the first EnumerateDirectory failed, or the hook freed it at the end). The result_code is ignored.
 *  Default: nothing. */
struct cbf_close_directory_enumeration_event {
	const char *const directory_name;
	void *directory_context;
	void *const enumeration_context;
	int result_code;
};
typedef void (*cbf_close_directory_enumeration_hook)(struct cbf_volume *volume,
						     struct cbf_close_directory_enumeration_event *event,
						     void *user_data);
CBF_API int cbf_on_close_directory_enumeration(struct cbf_volume *volume, cbf_close_directory_enumeration_hook hook,
					       void *user_data);

#ifdef __cplusplus
}
#endif

#endif
