/* SPDX-License-Identifier: MIT */
/**
 * @file event_range.h
 * Parts of a file: space that is reserved, ranges that become zeros or holes, what of a sparse file holds data, and
 * copies that the back end makes by itself.
 *
 * These events fire for regular files that are open, through the handle of the caller. They may come for a file whose
 * last name is gone (`deleted`, see event_file.h). Positions and lengths are in bytes; they are checked before: no
 * length is 0, and no range ends above INT64_MAX. Contexts: see context.h. Setters return 0, or -EBUSY while mounted.
 *
 * What fallocate(2) becomes, mode by mode:
 *
 * | mode                                 | events                                                            |
 * |--------------------------------------|-------------------------------------------------------------------|
 * | 0                                    | GetFileInfo, SetAllocationSize; SetFileSize if the file grows     |
 * | FALLOC_FL_KEEP_SIZE                  | SetAllocationSize                                                 |
 * | FALLOC_FL_PUNCH_HOLE with KEEP_SIZE  | ZeroizeFileRange with punch_hole                                  |
 * | FALLOC_FL_ZERO_RANGE                 | GetFileInfo, ZeroizeFileRange; SetFileSize if the file grows      |
 * | FALLOC_FL_ZERO_RANGE with KEEP_SIZE  | ZeroizeFileRange                                                  |
 * | any other                            | none: EOPNOTSUPP                                                  |
 *
 * If the first event of a pair fails, the second one does not fire. If SetFileSize fails, the call fails with its code,
 * and what the first event did stays.
 */
#ifndef CBFUSE_EVENT_RANGE_H
#define CBFUSE_EVENT_RANGE_H

#include <cbfuse/result.h>
#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Fires for fallocate(2) with mode 0 or FALLOC_FL_KEEP_SIZE, and so for posix_fallocate(3): space for the range must
 * be there when the hook returns, so that no later write into it fails for want of space. Content stays as it is, and
 * the file's size too, even if the range ends above it: SetFileSize follows if the size is to change. A hook that
 * cannot promise the space answers EOPNOTSUPP (posix_fallocate(3) then writes zeros), or ENOSPC. Default: EROFS on a
 * volume that hooks neither CreateFile nor WriteFile, else EOPNOTSUPP; without a hook for ZeroizeFileRange as well, the
 * kernel no longer asks and answers EOPNOTSUPP. */
struct cbf_set_allocation_size_event {
	const char *const file_name;
	const bool deleted;
	/** Where the range ends: position + length. A back end that reserves whole files goes by this one alone, and
	 *  must not release what is reserved above it. */
	const uint64_t allocation_size;
	const uint64_t position; /**< where the range starts */
	const uint64_t length; /**< of the range */
	void *file_context;
	void *handle_context;
	int result_code;
};
typedef void (*cbf_set_allocation_size_hook)(struct cbf_volume *volume, struct cbf_set_allocation_size_event *event,
					     void *user_data);
CBF_API int cbf_on_set_allocation_size(struct cbf_volume *volume, cbf_set_allocation_size_hook hook, void *user_data);

/** Fires for fallocate(2) with FALLOC_FL_PUNCH_HOLE or FALLOC_FL_ZERO_RANGE: the range must read as zeros when the hook
 *  returns. The file's size stays as it is, even if the range ends above it: SetFileSize follows if the size is to
 *  change. A hook that can do only one of the two answers EOPNOTSUPP to the other.
 *  Default: EROFS on a volume that hooks neither CreateFile nor WriteFile, else EOPNOTSUPP; without a hook for
 *  SetAllocationSize as well, the kernel no longer asks and answers EOPNOTSUPP. */
struct cbf_zeroize_file_range_event {
	const char *const file_name;
	const bool deleted;
	const uint64_t position; /**< where the range starts */
	const uint64_t length; /**< of the range */
	/** Give the space back where whole blocks become zeros. Else keep or reserve it, as SetAllocationSize does. */
	const bool punch_hole;
	void *file_context;
	void *handle_context;
	int result_code;
};
typedef void (*cbf_zeroize_file_range_hook)(struct cbf_volume *volume, struct cbf_zeroize_file_range_event *event,
					    void *user_data);
CBF_API int cbf_on_zeroize_file_range(struct cbf_volume *volume, cbf_zeroize_file_range_hook hook, void *user_data);

/** Fires for lseek(2) with SEEK_DATA (once) and SEEK_HOLE (after a GetFileInfo, range after range until one does not
 *  touch the next): give the first range that holds data at or after `position`. Set range_found, and where the range
 *  starts and how long it is; it may start before `position` if it ends after it. Leave range_found false (as on entry)
 *  if only a hole, or nothing, is left. Ranges lie below the file's size. What is not in a range must read as zeros; it
 *  is never wrong to call zeros data.
 *
 *  A range that is empty, ends at or before `position`, or ends above INT64_MAX is reported through OnError, and lseek
 *  fails with EIO. Beside ReadFile, this event may run beside others that change nothing (cbf_set_serialize_access()).
 *  Default: the whole file is data, and the kernel no longer asks. */
struct cbf_query_allocated_ranges_event {
	const char *const file_name;
	const bool deleted;
	const uint64_t position; /**< where the search starts */
	bool range_found; /**< false on entry */
	uint64_t range_position; /**< where the range starts */
	uint64_t range_length; /**< of the range */
	void *file_context;
	void *handle_context;
	int result_code;
};
typedef void (*cbf_query_allocated_ranges_hook)(struct cbf_volume *volume,
						struct cbf_query_allocated_ranges_event *event, void *user_data);
CBF_API int cbf_on_query_allocated_ranges(struct cbf_volume *volume, cbf_query_allocated_ranges_hook hook,
					  void *user_data);

/** Fires for copy_file_range(2) between two open files of the volume, or inside of one: copy up to copy_length bytes
 *  from transfer_offset of the source to `position` of file_name, and set transfer_length (0 on entry) to how many were
 *  copied. Fewer is allowed, the caller asks for the rest; 0 means that the source ends at or before transfer_offset.
 *  The file grows when copied past its end.
 *
 *  Linux has one call where CBFS has OffloadReadFile and OffloadWriteFile with a token between them, so there is one
 *  event, and the source itself in place of the token: its path and its contexts (read-only here). Both paths stay true
 *  and no other event of either file runs until the hook returns (with cbf_set_serialize_access() off, those that
 *  change nothing may run for the source). In a copy inside of one file both paths and both contexts are of that file,
 *  though maybe through two names and two handles; the ranges do not overlap.
 *
 *  EXDEV or EOPNOTSUPP: the kernel copies by ReadFile and WriteFile instead. A
 *  transfer_length above copy_length is reported through OnError, and the call fails with EIO.
 *  Default: the kernel copies by ReadFile and WriteFile, and no longer asks. */
struct cbf_offload_write_file_event {
	const char *const file_name; /**< that is written to */
	const bool deleted;
	const uint64_t position; /**< in file_name */
	const char *const source_file_name; /**< that is read */
	const bool source_deleted; /**< as deleted, of the source */
	void *const source_file_context; /**< read-only, see context.h */
	void *const source_handle_context; /**< read-only, see context.h */
	const uint64_t transfer_offset; /**< in source_file_name */
	const uint64_t copy_length; /**< below 4 GiB */
	uint64_t transfer_length; /**< 0 on entry */
	void *file_context;
	void *handle_context;
	int result_code;
};
typedef void (*cbf_offload_write_file_hook)(struct cbf_volume *volume, struct cbf_offload_write_file_event *event,
					    void *user_data);
CBF_API int cbf_on_offload_write_file(struct cbf_volume *volume, cbf_offload_write_file_hook hook, void *user_data);

#ifdef __cplusplus
}
#endif

#endif
