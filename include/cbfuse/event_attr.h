/* SPDX-License-Identifier: MIT */
/**
 * @file event_attr.h
 * What a file is: GetFileInfo and SetFileAttributes, and the cbf_file_info that enumerations share.
 */
#ifndef CBFUSE_EVENT_ATTR_H
#define CBFUSE_EVENT_ATTR_H

#include <cbfuse/result.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What is asked for, a mask. A hook may give more; what was not asked for is not looked at. */
enum {
	CBF_INFO_TIME = 0x4, /**< the four times */
	CBF_INFO_SIZE = 0x8, /**< size, allocation_size, block_size */
	CBF_INFO_ATTR = 0x10, /**< mode, uid, gid, rdev, hard_link_count */
	CBF_INFO_FILE_ID = 0x20, /**< file_id */
	CBF_INFO_TYPE = 0x1000, /**< only the file type bits of mode (a part of CBF_INFO_ATTR) */
	/** inode_flags and project_id: asked for by the ioctls of lsattr(1) and chattr(1) only, and so not a part of
	 *  CBF_INFO_ALL. */
	CBF_INFO_FLAGS = 0x2000,
	/** All but CBF_INFO_FLAGS. */
	CBF_INFO_ALL = CBF_INFO_TIME | CBF_INFO_SIZE | CBF_INFO_ATTR | CBF_INFO_FILE_ID | CBF_INFO_TYPE
};

/** What a file is. Zero on entry, but for hard_link_count and block_size. Made by the library only, so that fields can
 * be added. */
struct cbf_file_info {
	/** Unique and stable in the volume, the same through every name of a file. Looked at with
	 *  cbf_set_use_file_ids() only; 0 there means "make one up". The root's is always CBF_ROOT_ID. */
	uint64_t file_id;
	mode_t mode; /**< file type and permissions; a type of 0 is taken as a regular file */
	uid_t uid; /**< owner */
	gid_t gid; /**< group */
	dev_t rdev; /**< of a device node */
	uint64_t size; /**< bytes */
	uint64_t allocation_size; /**< bytes; becomes st_blocks */
	uint32_t hard_link_count; /**< 1 on entry; looked at with cbf_set_use_hard_links(), and for directories */
	uint32_t block_size; /**< st_blksize; 4096 on entry */
	/** FS_IMMUTABLE_FL and so on, of linux/fs.h. Looked at with cbf_set_use_inode_flags() only. */
	uint32_t inode_flags;
	uint32_t project_id; /**< for project quotas; looked at with cbf_set_use_inode_flags() only */
	struct timespec creation_time; /**< not shown by the kernel */
	struct timespec last_access_time; /**< st_atime */
	struct timespec last_write_time; /**< st_mtime */
	struct timespec change_time; /**< st_ctime */
};

/** Fills all of info from what stat(2) says of a file; file_id becomes st_ino. */
CBF_API void cbf_file_info_from_stat(struct cbf_file_info *info, const struct stat *st);

/** Fires when the kernel or the library must know whether a path exists and what it is: a lookup of a name it does not
 *  have cached, stat(2) after cbf_set_metadata_cache()'s time, after each create, link and rename, and where
 *  the size decides (fallocate(2) that may make the file grow, lseek(2) with SEEK_HOLE).
 *
 *  A path that does not exist is file_exists = false (as it is on entry) with result_code 0. The contexts are those of
 *  the file that the library knew by this path, if it is open, else NULL; go by the path all the same, since the
 * question may be whether it still is that file. With `deleted`, file_name was the name of this file but is no more:
 * answer by the context (fstat); file_exists = false lets the library answer what it last knew. Default: the root is an
 * empty directory of mode 0555, nothing else exists. */
struct cbf_get_file_info_event {
	const char *const file_name;
	const unsigned requested_info; /**< CBF_INFO_* */
	const bool deleted;
	const bool is_stream; /**< file_name is that of a stream: see event_stream.h */
	void *const file_context;
	void *const handle_context;
	bool file_exists; /**< false on entry */
	struct cbf_file_info *const info; /**< to be filled if it exists */
	int result_code;
};
typedef void (*cbf_get_file_info_hook)(struct cbf_volume *volume, struct cbf_get_file_info_event *event,
				       void *user_data);
CBF_API int cbf_on_get_file_info(struct cbf_volume *volume, cbf_get_file_info_hook hook, void *user_data);

/** Which fields of a SetFileAttributes event are to be set. */
enum {
	CBF_SET_MODE = 0x1, /**< permissions; the file's type never changes */
	CBF_SET_UID = 0x2, /**< owner */
	CBF_SET_GID = 0x4, /**< group */
	CBF_SET_LAST_ACCESS_TIME = 0x8, /**< last_access_time */
	CBF_SET_LAST_WRITE_TIME = 0x10, /**< last_write_time */
	CBF_SET_CHANGE_TIME = 0x20, /**< change_time */
	CBF_SET_INODE_FLAGS = 0x400, /**< by FS_IOC_SETFLAGS and FS_IOC_FSSETXATTR; the kernel checks who may */
	CBF_SET_PROJECT_ID = 0x800, /**< by FS_IOC_FSSETXATTR */
	/** The caller asked for "now" (UTIME_NOW): comes with the bit above, and the time field holds the present time.
	 */
	CBF_SET_LAST_ACCESS_NOW = 0x100,
	CBF_SET_LAST_WRITE_NOW = 0x200 /**< as CBF_SET_LAST_ACCESS_NOW, for last_write_time */
};

/** Fires for chmod, chown, utimensat and their kin, on an open file (see context.h for files that are not open), of any
 *  type, symbolic links included; and to take the set-ID bits away, where others than root write to such a file, cut it
 * off (also when it is opened) or give it away. What `valid` does not name must be left as it is. GetFileInfo follows.
 *  Default: EROFS on a volume that hooks neither CreateFile nor WriteFile, else EOPNOTSUPP. */
struct cbf_set_file_attributes_event {
	const char *const file_name;
	const bool deleted; /**< see cbf_get_file_info_event */
	const unsigned valid; /**< CBF_SET_* */
	const mode_t mode; /**< with CBF_SET_MODE */
	const uid_t uid; /**< with CBF_SET_UID */
	const gid_t gid; /**< with CBF_SET_GID */
	const struct timespec last_access_time; /**< with CBF_SET_LAST_ACCESS_TIME */
	const struct timespec last_write_time; /**< with CBF_SET_LAST_WRITE_TIME */
	const struct timespec change_time; /**< with CBF_SET_CHANGE_TIME */
	const uint32_t inode_flags; /**< with CBF_SET_INODE_FLAGS */
	const uint32_t project_id; /**< with CBF_SET_PROJECT_ID */
	void *file_context;
	void *handle_context;
	int result_code;
};
typedef void (*cbf_set_file_attributes_hook)(struct cbf_volume *volume, struct cbf_set_file_attributes_event *event,
					     void *user_data);
CBF_API int cbf_on_set_file_attributes(struct cbf_volume *volume, cbf_set_file_attributes_hook hook, void *user_data);

#ifdef __cplusplus
}
#endif

#endif
