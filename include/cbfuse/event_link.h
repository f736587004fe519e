/* SPDX-License-Identifier: MIT */
/**
 * @file event_link.h
 * Hard links and their enumeration, the way from a FileId to a name, and symbolic links.
 *
 * Hard links need cbf_set_use_hard_links(), which needs CreateHardLink, EnumerateHardLinks and GetFileNameByFileId
 * hooked, and GetFileInfo to answer file_id and hard_link_count. Then one file is one node, whatever its names: one
 * st_ino, one page cache, one FileContext, and a link count that is right at once through each name.
 *
 * Linux has no system call that lists a file's names. EnumerateHardLinks is fired by the ioctl of control.h (and the
 * program lslinks), by reading the extended attribute of cbf_set_hard_links_xattr(), by cbf_list_hard_links(), and by
 * the library itself when it needs another name because the one that it knew is gone.
 */
#ifndef CBFUSE_EVENT_LINK_H
#define CBFUSE_EVENT_LINK_H

#include <cbfuse/result.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Fires for link(2) and linkat(2), on an open file (see context.h for files that are not open): make link_name (a
 *  full path in the volume) another name of file_name. Never for a directory. GetFileInfo of the new name follows.
 *  Default, and without cbf_set_use_hard_links(): EPERM. */
struct cbf_create_hard_link_event {
	const char *const file_name;
	const char *const link_name; /**< the new name, absolute */
	void *file_context;
	void *handle_context;
	int result_code;
};
typedef void (*cbf_create_hard_link_hook)(struct cbf_volume *volume, struct cbf_create_hard_link_event *event,
					  void *user_data);
CBF_API int cbf_on_create_hard_link(struct cbf_volume *volume, cbf_create_hard_link_hook hook, void *user_data);

/** Fires once per name of an open file. Give the next name: link_found = true, its last component in link_name, and in
 *  parent_id the FileId of the directory that holds it (CBF_ROOT_ID for the root). The name in file_name is one of them
 *  and must be given as well. Leave link_found false (as on entry) at the end. The position belongs into
 *  enumeration_context, NULL at first. A bad name is treated as in EnumerateDirectory.
 *  Default: EOPNOTSUPP. */
struct cbf_enumerate_hard_links_event {
	const char *const file_name;
	const bool deleted; /**< file_name is gone, other names may be left */
	bool link_found; /**< false on entry */
	char *const link_name; /**< write the last component here, NUL-terminated */
	const size_t link_name_capacity; /**< bytes at link_name */
	uint64_t parent_id; /**< FileId of the directory that holds it */
	void *file_context;
	void *handle_context;
	void *enumeration_context;
	int result_code;
};
typedef void (*cbf_enumerate_hard_links_hook)(struct cbf_volume *volume, struct cbf_enumerate_hard_links_event *event,
					      void *user_data);
CBF_API int cbf_on_enumerate_hard_links(struct cbf_volume *volume, cbf_enumerate_hard_links_hook hook, void *user_data);

/** Fires once for each enumeration of hard links that was started, however it ended: at the end, when the caller
 * stopped midway or was killed, when the hook failed, at unmount. Free what enumeration_context points to. The
 * result_code is ignored. Default: nothing. */
struct cbf_close_hard_links_enumeration_event {
	const char *const file_name;
	void *file_context;
	void *handle_context;
	void *const enumeration_context;
	int result_code;
};
typedef void (*cbf_close_hard_links_enumeration_hook)(struct cbf_volume *volume,
						      struct cbf_close_hard_links_enumeration_event *event,
						      void *user_data);
CBF_API int cbf_on_close_hard_links_enumeration(struct cbf_volume *volume, cbf_close_hard_links_enumeration_hook hook,
						void *user_data);

/** Fires when a FileId must become a path: the parent_id of a hard link whose directory the library does not know, a
 * file whose last known name is gone, and a file handle (open_by_handle_at(2), NFS) of a file that the kernel has
 * forgotten since: with this hook and cbf_set_use_file_ids() handles work as long as a file has its FileId, and are
 * ESTALE then. (One that is given to another file later lets an old handle open that.) Write an absolute path in the
 * volume into file_path, any one of the file's names. An unknown ID is result_code ENOENT. Never fires for CBF_ROOT_ID.
 * No context, no other event of the file is held up. Default: ENOENT. */
struct cbf_get_file_name_by_file_id_event {
	const uint64_t file_id; /**< never CBF_ROOT_ID */
	char *const file_path; /**< write the path here, NUL-terminated */
	const size_t file_path_capacity; /**< bytes at file_path */
	int result_code;
};
typedef void (*cbf_get_file_name_by_file_id_hook)(struct cbf_volume *volume,
						  struct cbf_get_file_name_by_file_id_event *event, void *user_data);
CBF_API int cbf_on_get_file_name_by_file_id(struct cbf_volume *volume, cbf_get_file_name_by_file_id_hook hook,
					    void *user_data);

/** Fires for readlink(2) and whenever the kernel follows a symbolic link: write the target, NUL-terminated, 1 to 4095
 *  bytes, into `target`. The link need not be open (contexts may be NULL).
 *  Default: EINVAL. */
struct cbf_get_reparse_point_event {
	const char *const file_name;
	char *const target; /**< write the target here, NUL-terminated */
	const size_t target_capacity; /**< bytes at target */
	void *file_context;
	void *handle_context;
	int result_code;
};
typedef void (*cbf_get_reparse_point_hook)(struct cbf_volume *volume, struct cbf_get_reparse_point_event *event,
					   void *user_data);
CBF_API int cbf_on_get_reparse_point(struct cbf_volume *volume, cbf_get_reparse_point_hook hook, void *user_data);

/** Fires for symlink(2): **create** the symbolic link file_name with that target, in one step (no CreateFile comes
 *  before, since on Linux no link exists for a moment without its target). Refuse a name that exists with EEXIST.
 *  GetFileInfo follows. Default: EPERM. */
struct cbf_set_reparse_point_event {
	const char *const file_name;
	const char *const target; /**< what the link shall say, as given */
	const uid_t uid; /**< who asks, and so who shall own the link */
	const gid_t gid; /**< its group */
	int result_code;
};
typedef void (*cbf_set_reparse_point_hook)(struct cbf_volume *volume, struct cbf_set_reparse_point_event *event,
					   void *user_data);
CBF_API int cbf_on_set_reparse_point(struct cbf_volume *volume, cbf_set_reparse_point_hook hook, void *user_data);

#ifdef __cplusplus
}
#endif

#endif
