/* SPDX-License-Identifier: MIT */
/*
 * The hooks, one for an event, and how they come to the volume. user_data is the struct memdrive.
 */
#ifndef MEMDRIVE_HOOKS_H
#define MEMDRIVE_HOOKS_H

#include "memdrive.h"

/* 0 or a negative errno. */
int hooks_register(struct cbf_volume *volume, struct memdrive *drive);

/* hook_volume.c */
void hook_mount(struct cbf_volume *volume, struct cbf_mount_event *event, void *user_data);
void hook_unmount(struct cbf_volume *volume, struct cbf_unmount_event *event, void *user_data);
void hook_ejected(struct cbf_volume *volume, struct cbf_ejected_event *event, void *user_data);
void hook_error(struct cbf_volume *volume, struct cbf_error_event *event, void *user_data);
void hook_get_volume_size(struct cbf_volume *volume, struct cbf_get_volume_size_event *event, void *user_data);

/* hook_access.c */
void hook_check_access(struct cbf_volume *volume, struct cbf_check_access_event *event, void *user_data);

/* hook_control.c */
void hook_get_volume_id(struct cbf_volume *volume, struct cbf_get_volume_id_event *event, void *user_data);
void hook_get_volume_label(struct cbf_volume *volume, struct cbf_get_volume_label_event *event, void *user_data);
void hook_set_volume_label(struct cbf_volume *volume, struct cbf_set_volume_label_event *event, void *user_data);
void hook_fsctl(struct cbf_volume *volume, struct cbf_fsctl_event *event, void *user_data);

/* hook_object_id.c */
void hook_get_object_id(struct cbf_volume *volume, struct cbf_get_object_id_event *event, void *user_data);
void hook_set_object_id(struct cbf_volume *volume, struct cbf_set_object_id_event *event, void *user_data);
void hook_delete_object_id(struct cbf_volume *volume, struct cbf_delete_object_id_event *event, void *user_data);

/* hook_quota.c */
void hook_query_quotas(struct cbf_volume *volume, struct cbf_query_quotas_event *event, void *user_data);
void hook_set_quotas(struct cbf_volume *volume, struct cbf_set_quotas_event *event, void *user_data);
void hook_close_quotas_enumeration(struct cbf_volume *volume, struct cbf_close_quotas_enumeration_event *event,
				   void *user_data);
void hook_get_default_quota_info(struct cbf_volume *volume, struct cbf_get_default_quota_info_event *event,
				 void *user_data);
void hook_set_default_quota_info(struct cbf_volume *volume, struct cbf_set_default_quota_info_event *event,
				 void *user_data);

/* hook_stream.c */
void hook_enumerate_named_streams(struct cbf_volume *volume, struct cbf_enumerate_named_streams_event *event,
				  void *user_data);
void hook_close_named_streams_enumeration(struct cbf_volume *volume,
					  struct cbf_close_named_streams_enumeration_event *event, void *user_data);

/* hook_ioctl.c */
void hook_ioctl(struct cbf_volume *volume, struct cbf_ioctl_event *event, void *user_data);

/* hook_worker.c */
void hook_worker_thread_creation(struct cbf_volume *volume, struct cbf_worker_thread_creation_event *event,
				 void *user_data);
void hook_worker_thread_termination(struct cbf_volume *volume, struct cbf_worker_thread_termination_event *event,
				    void *user_data);

/* hook_file.c */
void hook_open_file(struct cbf_volume *volume, struct cbf_open_file_event *event, void *user_data);
void hook_cleanup_file(struct cbf_volume *volume, struct cbf_cleanup_file_event *event, void *user_data);
void hook_close_file(struct cbf_volume *volume, struct cbf_close_file_event *event, void *user_data);
void hook_read_file(struct cbf_volume *volume, struct cbf_read_file_event *event, void *user_data);
void hook_write_file(struct cbf_volume *volume, struct cbf_write_file_event *event, void *user_data);
void hook_set_file_size(struct cbf_volume *volume, struct cbf_set_file_size_event *event, void *user_data);
void hook_flush_file(struct cbf_volume *volume, struct cbf_flush_file_event *event, void *user_data);

/* hook_range.c */
void hook_set_allocation_size(struct cbf_volume *volume, struct cbf_set_allocation_size_event *event, void *user_data);
void hook_set_valid_data_length(struct cbf_volume *volume, struct cbf_set_valid_data_length_event *event,
				void *user_data);
void hook_query_compression_info(struct cbf_volume *volume, struct cbf_query_compression_info_event *event,
				 void *user_data);
void hook_zeroize_file_range(struct cbf_volume *volume, struct cbf_zeroize_file_range_event *event, void *user_data);
void hook_query_allocated_ranges(struct cbf_volume *volume, struct cbf_query_allocated_ranges_event *event,
				 void *user_data);
void hook_offload_write_file(struct cbf_volume *volume, struct cbf_offload_write_file_event *event, void *user_data);

/* hook_create.c */
void hook_create_file(struct cbf_volume *volume, struct cbf_create_file_event *event, void *user_data);
void hook_set_reparse_point(struct cbf_volume *volume, struct cbf_set_reparse_point_event *event, void *user_data);

/* hook_attr.c */
void hook_get_file_info(struct cbf_volume *volume, struct cbf_get_file_info_event *event, void *user_data);
void hook_set_file_attributes(struct cbf_volume *volume, struct cbf_set_file_attributes_event *event, void *user_data);
void hook_get_reparse_point(struct cbf_volume *volume, struct cbf_get_reparse_point_event *event, void *user_data);

/* hook_xattr.c */
void hook_query_ea(struct cbf_volume *volume, struct cbf_query_ea_event *event, void *user_data);
void hook_set_ea(struct cbf_volume *volume, struct cbf_set_ea_event *event, void *user_data);

/* hook_security.c */
void hook_get_file_security(struct cbf_volume *volume, struct cbf_get_file_security_event *event, void *user_data);
void hook_set_file_security(struct cbf_volume *volume, struct cbf_set_file_security_event *event, void *user_data);

/* hook_dir.c */
void hook_enumerate_directory(struct cbf_volume *volume, struct cbf_enumerate_directory_event *event, void *user_data);
void hook_close_directory_enumeration(struct cbf_volume *volume, struct cbf_close_directory_enumeration_event *event,
				      void *user_data);
void hook_is_directory_empty(struct cbf_volume *volume, struct cbf_is_directory_empty_event *event, void *user_data);

/* hook_name.c */
void hook_can_file_be_deleted(struct cbf_volume *volume, struct cbf_can_file_be_deleted_event *event, void *user_data);
void hook_delete_file(struct cbf_volume *volume, struct cbf_delete_file_event *event, void *user_data);
void hook_rename_or_move_file(struct cbf_volume *volume, struct cbf_rename_or_move_file_event *event, void *user_data);

/* hook_link.c */
void hook_create_hard_link(struct cbf_volume *volume, struct cbf_create_hard_link_event *event, void *user_data);
void hook_enumerate_hard_links(struct cbf_volume *volume, struct cbf_enumerate_hard_links_event *event,
			       void *user_data);
void hook_close_hard_links_enumeration(struct cbf_volume *volume, struct cbf_close_hard_links_enumeration_event *event,
				       void *user_data);
void hook_get_file_name_by_file_id(struct cbf_volume *volume, struct cbf_get_file_name_by_file_id_event *event,
				   void *user_data);

#endif
