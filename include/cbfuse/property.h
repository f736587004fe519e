/* SPDX-License-Identifier: MIT */
/**
 * @file property.h
 * Limits of a volume, and what its properties are at this moment. The properties themselves are in volume.h.
 *
 * A getter may be called at any time, from any thread, also from inside of a hook. The setters are as those of
 * volume.h: 0, -EBUSY while the volume is mounted, -EINVAL for a value out of range.
 */
#ifndef CBFUSE_PROPERTY_H
#define CBFUSE_PROPERTY_H

#include <cbfuse/result.h>
#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The longest name of an entry in bytes, 1 to CBF_NAME_MAX: what is longer is ENAMETOOLONG without an event, and
 *  statfs(2) says so. Default CBF_NAME_MAX. */
CBF_API int cbf_set_max_file_name_length(struct cbf_volume *volume, unsigned bytes);
/** See cbf_set_max_file_name_length(). */
CBF_API unsigned cbf_get_max_file_name_length(struct cbf_volume *volume);

/** The longest path in the volume in bytes, its first slash included: to look up, make, link or move to what is longer
 * is ENAMETOOLONG without an event. A file that got a longer path when a directory above it was moved can still be used
 *  through what has it open. 0 means no limit. Default 0. */
CBF_API int cbf_set_max_file_path_length(struct cbf_volume *volume, unsigned bytes);
/** See cbf_set_max_file_path_length(). */
CBF_API unsigned cbf_get_max_file_path_length(struct cbf_volume *volume);

/** The largest size of a file in bytes: a write that begins there or above, a truncation and an allocation that go
 * beyond are EFBIG without an event, and a write that crosses it is cut off there. 0 means what Linux allows. Default
 * 0; -EINVAL above INT64_MAX. */
CBF_API int cbf_set_max_file_size(struct cbf_volume *volume, uint64_t bytes);
/** See cbf_set_max_file_size(). */
CBF_API uint64_t cbf_get_max_file_size(struct cbf_volume *volume);

/** The unit in which space is given away: f_bsize of statfs(2), and the block_size that cbf_file_info has on entry. A
 *  power of two, 512 to 1048576 (1 MiB); 0 means the sector size for the one and 4096 for the other. Default 0. */
CBF_API int cbf_set_cluster_size(struct cbf_volume *volume, unsigned bytes);
/** See cbf_set_cluster_size(). */
CBF_API unsigned cbf_get_cluster_size(struct cbf_volume *volume);

/** @name What was set
 *  @{ */

/** See cbf_set_use_hard_links(). */
CBF_API bool cbf_get_use_hard_links(struct cbf_volume *volume);
/** See cbf_set_use_file_ids(). */
CBF_API bool cbf_get_use_file_ids(struct cbf_volume *volume);
/** See cbf_set_fire_all_open_close_events(). */
CBF_API bool cbf_get_fire_all_open_close_events(struct cbf_volume *volume);
/** See cbf_set_serialize_access(). */
CBF_API bool cbf_get_serialize_access(struct cbf_volume *volume);
/** See cbf_set_serialize_events(). */
CBF_API bool cbf_get_serialize_events(struct cbf_volume *volume);
/** See cbf_set_use_directory_empty_check(). */
CBF_API bool cbf_get_use_directory_empty_check(struct cbf_volume *volume);
/** See cbf_set_handle_all_fsctls(). */
CBF_API bool cbf_get_handle_all_fsctls(struct cbf_volume *volume);
/** See cbf_set_use_object_ids(). */
CBF_API bool cbf_get_use_object_ids(struct cbf_volume *volume);
/** See cbf_set_use_disk_quotas(). */
CBF_API bool cbf_get_use_disk_quotas(struct cbf_volume *volume);
/** See cbf_set_use_inode_flags(). */
CBF_API bool cbf_get_use_inode_flags(struct cbf_volume *volume);
/** See cbf_set_file_cache(). */
CBF_API bool cbf_get_file_cache(struct cbf_volume *volume);
/** See cbf_set_worker_threads(): 0 where the default holds. */
CBF_API void cbf_get_worker_threads(struct cbf_volume *volume, unsigned *min, unsigned *max);
/** In milliseconds: see cbf_set_metadata_cache(). */
CBF_API unsigned cbf_get_metadata_cache(struct cbf_volume *volume);
/** In milliseconds: see cbf_set_nonexistent_files_cache(). */
CBF_API unsigned cbf_get_nonexistent_files_cache(struct cbf_volume *volume);
/** In bytes: see cbf_set_sector_size(). */
CBF_API unsigned cbf_get_sector_size(struct cbf_volume *volume);
/** See cbf_set_file_system_name(). The text is valid until that is called again. */
CBF_API const char *cbf_get_file_system_name(struct cbf_volume *volume);
/** See cbf_set_source_name(). The text is valid until that or cbf_set_file_system_name() is called again. */
CBF_API const char *cbf_get_source_name(struct cbf_volume *volume);
/** All that was added by cbf_add_mount_options(), "" if nothing was. The text is valid until that is called again. */
CBF_API const char *cbf_get_mount_options(struct cbf_volume *volume);
/** NULL if it is off: see cbf_set_hard_links_xattr(). The text is valid until that is called again. */
CBF_API const char *cbf_get_hard_links_xattr(struct cbf_volume *volume);
/** Where the volume is mounted: an absolute path without symbolic links, valid until the volume has ended. NULL if it
 * is not mounted. */
CBF_API const char *cbf_get_mount_point(struct cbf_volume *volume);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
