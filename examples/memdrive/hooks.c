/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE 1
#include "hooks.h"

#include <errno.h>

/* All there are: tests/unit/test_memdrive_hooks.c sees to it. */
int hooks_register(struct cbf_volume *volume, struct memdrive *drive)
{
	bool failed = false;

#define REGISTER(event) failed |= cbf_on_##event(volume, hook_##event, drive) != 0
	REGISTER(mount);
	REGISTER(unmount);
	REGISTER(ejected);
	REGISTER(error);
	REGISTER(get_volume_size);
	REGISTER(get_volume_id);
	REGISTER(get_volume_label);
	REGISTER(set_volume_label);
	REGISTER(fsctl);
	REGISTER(ioctl);
	REGISTER(get_object_id);
	REGISTER(set_object_id);
	REGISTER(delete_object_id);
	REGISTER(query_quotas);
	REGISTER(set_quotas);
	REGISTER(close_quotas_enumeration);
	REGISTER(get_default_quota_info);
	REGISTER(set_default_quota_info);
	REGISTER(set_valid_data_length);
	REGISTER(query_compression_info);
	REGISTER(enumerate_named_streams);
	REGISTER(close_named_streams_enumeration);
	REGISTER(worker_thread_creation);
	REGISTER(worker_thread_termination);
	REGISTER(open_file);
	REGISTER(cleanup_file);
	REGISTER(close_file);
	REGISTER(read_file);
	REGISTER(write_file);
	REGISTER(set_file_size);
	REGISTER(flush_file);
	REGISTER(set_allocation_size);
	REGISTER(zeroize_file_range);
	REGISTER(query_allocated_ranges);
	REGISTER(offload_write_file);
	REGISTER(create_file);
	REGISTER(set_reparse_point);
	REGISTER(get_file_info);
	REGISTER(set_file_attributes);
	REGISTER(get_reparse_point);
	REGISTER(query_ea);
	REGISTER(set_ea);
	REGISTER(get_file_security);
	REGISTER(set_file_security);
	REGISTER(enumerate_directory);
	REGISTER(close_directory_enumeration);
	REGISTER(is_directory_empty);
	REGISTER(can_file_be_deleted);
	REGISTER(delete_file);
	REGISTER(rename_or_move_file);
	REGISTER(create_hard_link);
	REGISTER(enumerate_hard_links);
	REGISTER(close_hard_links_enumeration);
	REGISTER(get_file_name_by_file_id);
	if (drive->checks_access)
		REGISTER(check_access);
#undef REGISTER
	return failed ? -EBUSY : 0;
}
