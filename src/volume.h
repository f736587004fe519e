/* SPDX-License-Identifier: MIT */
/*
 * The volume's inside.
 *
 * Locks; none is taken while another is held, but for tree.lock by cbf_get_object_counts(), which holds lock:
 *   lock        state, and the properties and hooks while the state is CBF__IDLE; frozen in every other state
 *   tree.lock   see tree/tree.h
 *   route_lock  route_cache
 *   pool_lock   the requests that wait to be used again
 *   workers.lock see worker.h
 */
#ifndef CBF__VOLUME_H
#define CBF__VOLUME_H

#include "event/event.h"
#include "tree/tree.h"
#include "worker.h"

#include <stdatomic.h>

#define CBF__DEFAULT_FILE_SYSTEM_NAME "cbfuse"

struct fuse_session;

enum cbf__state {
	CBF__IDLE, /* may be set up */
	CBF__CHANGING, /* somebody sets it up */
	CBF__MOUNTING,
	CBF__MOUNTED,
	CBF__ENDED, /* the session is over; cbf_wait() or cbf_unmount() clears up */
	CBF__CLEARING /* one of them does */
};

struct cbf__properties {
	bool use_hard_links;
	bool use_file_ids;
	bool use_alternate_data_streams;
	bool use_stream_paths;
	bool fire_all_open_close_events;
	bool serialize_access;
	bool serialize_events;
	bool use_directory_empty_check;
	bool file_cache;
	bool handle_all_fsctls;
	bool use_object_ids;
	bool use_disk_quotas;
	bool use_inode_flags;
	bool keep_handle_creators;
	bool use_routing;
	bool use_posix_acls;
	unsigned min_workers;
	unsigned max_workers;
	unsigned metadata_ms;
	unsigned nonexistent_ms;
	unsigned sector_size;
	unsigned cluster_size; /* 0: not set */
	unsigned max_file_name_length;
	unsigned max_file_path_length; /* 0: no limit */
	uint64_t max_file_size; /* 0: no limit */
	char *file_system_name;
	char *source_name;
	char *mount_options;
	char *hard_links_xattr;
};

struct cbf_volume {
	pthread_mutex_t lock;
	pthread_cond_t changed; /* state */
	enum cbf__state state;
	unsigned callers; /* threads in calls that use the session or the mount point */
	unsigned mounts; /* how many there have been: who waits for one must not wait for the next */
	int mount_result; /* of the Mount hook */
	int end_fd;
	_Atomic(void *) tag;

	struct cbf__properties properties;
	struct cbf__registry registry;

	struct cbf__tree tree;
	struct cbf__workers workers;

	pthread_mutex_t route_lock;
	struct cbf__route *route_cache; /* NULL: there is none; a reference */

	pthread_mutex_t pool_lock;
	struct cbf__list pool;
	unsigned pooled;
	atomic_uint requests;
	atomic_bool asked_to_end; /* by this process */
	atomic_bool ending; /* parked requests fail instead of firing */

	/* session.c */
	struct fuse_session *session;
	char *mount_point;
	int wake_fd; /* readable: a reader shall look around */
	int connection; /* minor number of the mount's device */
	void *step_buffer; /* of cbf__session_step() */
	bool attached; /* to a test's socket */
	bool has_custom_io;
	bool initialised; /* FUSE_INIT was answered */
	bool mount_fired;
	int (*reply_filter)(uint64_t unique, int32_t error, void *user_data);
	void *reply_filter_data;
};

/* Brackets around a change of properties or hooks: 0, or -EBUSY. */
int cbf__volume_begin_change(struct cbf_volume *volume);
void cbf__volume_end_change(struct cbf_volume *volume);

/* Nobody hooked what would make it writable. */
bool cbf__volume_is_read_only(const struct cbf_volume *volume);

/* Can a node be found again by its id alone? */
static inline bool cbf__exports_handles(const struct cbf_volume *volume)
{
	return volume->properties.use_file_ids && cbf__hooked(volume, CBF__GET_FILE_NAME_BY_FILE_ID);
}

/* Is a file of that size one that the volume does not hold? */
static inline bool cbf__is_too_large(const struct cbf_volume *volume, uint64_t size)
{
	return volume->properties.max_file_size && size > volume->properties.max_file_size;
}

/* Called by the session when it is over and everything has been closed. */
void cbf__volume_ended(struct cbf_volume *volume);

#endif
