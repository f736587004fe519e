/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE 1
#include "hooks.h"

#include <errno.h>

/* CleanupFile and CanFileBeDeleted are left to their defaults: an event that nobody hooks costs nothing. */
int hooks_register(struct cbf_volume *volume, struct mirror *mirror)
{
	bool failed = false;

#define REGISTER(event) failed |= cbf_on_##event(volume, hook_##event, mirror) != 0
	REGISTER(mount);
	REGISTER(error);
	REGISTER(get_volume_size);
	REGISTER(open_file);
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
	REGISTER(delete_file);
	REGISTER(rename_or_move_file);
	REGISTER(create_hard_link);
	REGISTER(enumerate_hard_links);
	REGISTER(close_hard_links_enumeration);
	REGISTER(get_file_name_by_file_id);
#undef REGISTER
	return failed ? -EBUSY : 0;
}
