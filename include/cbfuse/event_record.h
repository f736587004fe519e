/* SPDX-License-Identifier: MIT */
/**
 * @file event_record.h
 * What Windows asks by control codes of its own and Linux has no system call for: object ids, quotas, the valid data
 * length, the size on disk of a compressed file. Programs reach them by the ioctls of control.h; on an open file or
 * directory, through the caller's handle.
 *
 * Quotas are numbers that the application keeps and enforces itself: it answers EDQUOT to the event that would use too
 * much. quotactl(2) never reaches a FUSE filesystem, which is why they have ioctls here.
 */
#ifndef CBFUSE_EVENT_RECORD_H
#define CBFUSE_EVENT_RECORD_H

#include <cbfuse/result.h>
#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Bytes of an object id. */
#define CBF_OBJECT_ID_SIZE 16
/** Bytes of the extended information beside it. */
#define CBF_OBJECT_ID_EXTENDED_SIZE 48

/** Fires for CBF_IOC_GET_OBJECT_ID, and for CBF_IOC_CREATE_OBJECT_ID (with should_create) by root or the file's owner.
 *  Give the file's object id and set object_id_found; with should_create make one if it has none. Not found is ENODATA
 *  for the caller. Needs cbf_set_use_object_ids(), else EOPNOTSUPP without an event.
 *  Default: EOPNOTSUPP. */
struct cbf_get_object_id_event {
	const char *const file_name; /**< the file or directory that the descriptor is of */
	const bool should_create; /**< make one if the file has none */
	uint8_t object_id[CBF_OBJECT_ID_SIZE]; /**< zeros on entry */
	uint8_t extended_information[CBF_OBJECT_ID_EXTENDED_SIZE]; /**< zeros on entry */
	bool object_id_found; /**< false on entry */
	int result_code; /**< 0 on entry; see result.h */
};
/** A hook for GetObjectId. */
typedef void (*cbf_get_object_id_hook)(struct cbf_volume *volume, struct cbf_get_object_id_event *event,
				       void *user_data);
/** Registers the hook for GetObjectId. */
CBF_API int cbf_on_get_object_id(struct cbf_volume *volume, cbf_get_object_id_hook hook, void *user_data);

/** Fires for CBF_IOC_SET_OBJECT_ID by root or the file's owner (EPERM for others): store both, or only the extended
 *  information. An id that another file of the volume has is EEXIST.
 *  Default: EOPNOTSUPP. */
struct cbf_set_object_id_event {
	const char *const file_name; /**< the file or directory that the descriptor is of */
	const bool only_extended_info; /**< the id stays as it is; ENODATA if there is none */
	const uint8_t *const object_id; /**< CBF_OBJECT_ID_SIZE bytes */
	const uint8_t *const extended_information; /**< CBF_OBJECT_ID_EXTENDED_SIZE bytes */
	int result_code; /**< 0 on entry; see result.h */
};
/** A hook for SetObjectId. */
typedef void (*cbf_set_object_id_hook)(struct cbf_volume *volume, struct cbf_set_object_id_event *event,
				       void *user_data);
/** Registers the hook for SetObjectId. */
CBF_API int cbf_on_set_object_id(struct cbf_volume *volume, cbf_set_object_id_hook hook, void *user_data);

/** Fires for CBF_IOC_DELETE_OBJECT_ID by root or the file's owner: the file has none from now on. ENODATA if it has
 * none. Default: EOPNOTSUPP. */
struct cbf_delete_object_id_event {
	const char *const file_name; /**< the file or directory that the descriptor is of */
	int result_code; /**< 0 on entry; see result.h */
};
/** A hook for DeleteObjectId. */
typedef void (*cbf_delete_object_id_hook)(struct cbf_volume *volume, struct cbf_delete_object_id_event *event,
					  void *user_data);
/** Registers the hook for DeleteObjectId. */
CBF_API int cbf_on_delete_object_id(struct cbf_volume *volume, cbf_delete_object_id_hook hook, void *user_data);

/** Whose quota a record is. */
enum {
	CBF_QUOTA_USER = 0, /**< of a uid */
	CBF_QUOTA_GROUP = 1, /**< of a gid */
	CBF_QUOTA_PROJECT = 2 /**< of a project id */
};

/** Fires for CBF_IOC_QUERY_QUOTA: give one record of that kind. With by_id the one of `id`; else record number `index`,
 *  counted from 0 in whatever order you keep, its owner in owner_id. Leave quota_found false where there is none (and
 * at the end). enumeration_context is NULL at first and belongs to this walk over the records (with by_id: to this one
 *  question); CloseQuotasEnumeration ends it. Root may ask for all, others for what is theirs (EPERM, without an
 * event). Needs cbf_set_use_disk_quotas(), else EOPNOTSUPP without an event. Default: EOPNOTSUPP. */
struct cbf_query_quotas_event {
	const unsigned kind; /**< CBF_QUOTA_USER, CBF_QUOTA_GROUP or CBF_QUOTA_PROJECT */
	const bool by_id; /**< the record of `id` is asked for, not the one of `index` */
	const uint32_t id; /**< uid, gid or project id, with by_id */
	const unsigned index; /**< number of the record, without by_id */
	uint32_t owner_id; /**< whose record it is; `id` on entry */
	bool quota_found; /**< false on entry */
	uint64_t quota_used; /**< bytes */
	uint64_t quota_threshold; /**< bytes from which the user is to be warned; 0: none */
	uint64_t quota_limit; /**< most bytes; 0: no limit */
	void *enumeration_context; /**< see context.h */
	int result_code; /**< 0 on entry; see result.h */
};
/** A hook for QueryQuotas. */
typedef void (*cbf_query_quotas_hook)(struct cbf_volume *volume, struct cbf_query_quotas_event *event, void *user_data);
/** Registers the hook for QueryQuotas. */
CBF_API int cbf_on_query_quotas(struct cbf_volume *volume, cbf_query_quotas_hook hook, void *user_data);

/** Fires for CBF_IOC_SET_QUOTA by root (EPERM for others): store the record of an owner, or remove it. Set quota_found
 * to whether there was one before; with `remove` the caller gets ENOENT if not. CloseQuotasEnumeration follows.
 *  Default: EOPNOTSUPP. */
struct cbf_set_quotas_event {
	const unsigned kind; /**< CBF_QUOTA_USER, CBF_QUOTA_GROUP or CBF_QUOTA_PROJECT */
	const uint32_t id; /**< uid, gid or project id */
	const bool remove; /**< take the record away */
	const uint64_t quota_threshold; /**< bytes; 0: none */
	const uint64_t quota_limit; /**< bytes; 0: no limit */
	bool quota_found; /**< false on entry */
	void *enumeration_context; /**< see context.h */
	int result_code; /**< 0 on entry; see result.h */
};
/** A hook for SetQuotas. */
typedef void (*cbf_set_quotas_hook)(struct cbf_volume *volume, struct cbf_set_quotas_event *event, void *user_data);
/** Registers the hook for SetQuotas. */
CBF_API int cbf_on_set_quotas(struct cbf_volume *volume, cbf_set_quotas_hook hook, void *user_data);

/** Fires once after each walk over quota records that was started, and after each single question and SetQuotas,
 * however it ended. Free what enumeration_context points to. The result_code is ignored. Default: nothing. */
struct cbf_close_quotas_enumeration_event {
	void *const enumeration_context; /**< what the events before left there */
	int result_code; /**< 0 on entry; see result.h */
};
/** A hook for CloseQuotasEnumeration. */
typedef void (*cbf_close_quotas_enumeration_hook)(struct cbf_volume *volume,
						  struct cbf_close_quotas_enumeration_event *event, void *user_data);
/** Registers the hook for CloseQuotasEnumeration. */
CBF_API int cbf_on_close_quotas_enumeration(struct cbf_volume *volume, cbf_close_quotas_enumeration_hook hook,
					    void *user_data);

/** What the volume does about quotas: control_flags. */
enum {
	CBF_QUOTAS_TRACKED = 0x1, /**< use is counted */
	CBF_QUOTAS_ENFORCED = 0x2 /**< what is above a limit fails with EDQUOT */
};

/** Fires for CBF_IOC_GET_DEFAULT_QUOTA: what holds for owners without a record of their own. All fields are 0 on entry.
 *  Default: EOPNOTSUPP. */
struct cbf_get_default_quota_info_event {
	uint64_t default_quota_threshold; /**< bytes; 0: none */
	uint64_t default_quota_limit; /**< bytes; 0: no limit */
	uint32_t control_flags; /**< CBF_QUOTAS_TRACKED, CBF_QUOTAS_ENFORCED */
	int result_code; /**< 0 on entry; see result.h */
};
/** A hook for GetDefaultQuotaInfo. */
typedef void (*cbf_get_default_quota_info_hook)(struct cbf_volume *volume,
						struct cbf_get_default_quota_info_event *event, void *user_data);
/** Registers the hook for GetDefaultQuotaInfo. */
CBF_API int cbf_on_get_default_quota_info(struct cbf_volume *volume, cbf_get_default_quota_info_hook hook,
					  void *user_data);

/** Fires for CBF_IOC_SET_DEFAULT_QUOTA by root (EPERM for others).
 *  Default: EOPNOTSUPP. */
struct cbf_set_default_quota_info_event {
	const uint64_t default_quota_threshold; /**< bytes; 0: none */
	const uint64_t default_quota_limit; /**< bytes; 0: no limit */
	const uint32_t control_flags; /**< CBF_QUOTAS_TRACKED, CBF_QUOTAS_ENFORCED */
	int result_code; /**< 0 on entry; see result.h */
};
/** A hook for SetDefaultQuotaInfo. */
typedef void (*cbf_set_default_quota_info_hook)(struct cbf_volume *volume,
						struct cbf_set_default_quota_info_event *event, void *user_data);
/** Registers the hook for SetDefaultQuotaInfo. */
CBF_API int cbf_on_set_default_quota_info(struct cbf_volume *volume, cbf_set_default_quota_info_hook hook,
					  void *user_data);

/** Fires for CBF_IOC_SET_VALID_DATA_LENGTH on a regular file that is open for writing (EBADF else): what lies above
 * that length reads as zeros until it is written. A length above the file's size is EINVAL without an event.
 * GetFileInfo comes first, for the size. Default: EOPNOTSUPP. */
struct cbf_set_valid_data_length_event {
	const char *const file_name; /**< the file or directory that the descriptor is of */
	const bool deleted; /**< file_name is gone: go by file_context */
	const uint64_t valid_data_length; /**< bytes, up to the file's size */
	void *file_context; /**< see context.h */
	void *handle_context; /**< see context.h */
	int result_code; /**< 0 on entry; see result.h */
};
/** A hook for SetValidDataLength. */
typedef void (*cbf_set_valid_data_length_hook)(struct cbf_volume *volume, struct cbf_set_valid_data_length_event *event,
					       void *user_data);
/** Registers the hook for SetValidDataLength. */
CBF_API int cbf_on_set_valid_data_length(struct cbf_volume *volume, cbf_set_valid_data_length_hook hook,
					 void *user_data);

/** Fires for CBF_IOC_GET_COMPRESSED_SIZE on a regular file: how many bytes its content takes on disk.
 *  Default: the allocation_size that GetFileInfo gives, which fires instead. */
struct cbf_query_compression_info_event {
	const char *const file_name; /**< the file or directory that the descriptor is of */
	const bool deleted; /**< file_name is gone: go by file_context */
	uint64_t compressed_file_size; /**< 0 on entry */
	void *file_context; /**< see context.h */
	void *handle_context; /**< see context.h */
	int result_code; /**< 0 on entry; see result.h */
};
/** A hook for QueryCompressionInfo. */
typedef void (*cbf_query_compression_info_hook)(struct cbf_volume *volume,
						struct cbf_query_compression_info_event *event, void *user_data);
/** Registers the hook for QueryCompressionInfo. */
CBF_API int cbf_on_query_compression_info(struct cbf_volume *volume, cbf_query_compression_info_hook hook,
					  void *user_data);

#ifdef __cplusplus
}
#endif

#endif
