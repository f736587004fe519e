/* SPDX-License-Identifier: MIT */
/* Reserved space, zeros and holes, what is data, and copies without a way through the kernel. */
#include "hooks.h"

#include "file.h"

void hook_set_allocation_size(struct cbf_volume *volume, struct cbf_set_allocation_size_event *event, void *user_data)
{
	(void)volume;
	(void)user_data;
	event->result_code = -file_reserve(event->file_context, event->position, event->length);
}

void hook_zeroize_file_range(struct cbf_volume *volume, struct cbf_zeroize_file_range_event *event, void *user_data)
{
	(void)volume;
	(void)user_data;
	event->result_code = -file_zero(event->file_context, event->position, event->length, event->punch_hole);
}

void hook_query_allocated_ranges(struct cbf_volume *volume, struct cbf_query_allocated_ranges_event *event,
				 void *user_data)
{
	(void)volume;
	(void)user_data;
	event->range_found =
		file_find_data(event->file_context, event->position, &event->range_position, &event->range_length);
}

void hook_set_valid_data_length(struct cbf_volume *volume, struct cbf_set_valid_data_length_event *event,
				void *user_data)
{
	(void)volume;
	(void)user_data;
	file_invalidate(event->file_context, event->valid_data_length);
}

/* Nothing is compressed here. */
void hook_query_compression_info(struct cbf_volume *volume, struct cbf_query_compression_info_event *event,
				 void *user_data)
{
	(void)volume;
	(void)user_data;
	event->compressed_file_size = file_space(event->file_context);
}

void hook_offload_write_file(struct cbf_volume *volume, struct cbf_offload_write_file_event *event, void *user_data)
{
	(void)volume;
	(void)user_data;
	event->result_code = -file_copy(event->file_context, event->position, event->source_file_context,
					event->transfer_offset, event->copy_length, &event->transfer_length);
}
