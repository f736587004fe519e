/* SPDX-License-Identifier: MIT */
/* What the parts of the model filesystem share. The lock is held in all of these but where it says otherwise. */
#ifndef MODEL_FS_INTERNAL_H
#define MODEL_FS_INTERNAL_H

#include "model_fs.h"

#include <pthread.h>
#include <time.h>

struct mf_ea {
	struct mf_ea *next;
	size_t size;
	char *value;
	char name[CBF_EA_NAME_MAX + 1];
};

struct mf_inode {
	uint64_t id;
	mode_t mode;
	uid_t uid;
	gid_t gid;
	dev_t rdev;
	uint32_t links; /* names; of a directory 1 */
	unsigned references; /* file contexts */
	uint64_t size;
	uint64_t reserved; /* by SetAllocationSize: the end of it */
	char *data; /* of a file, or the target of a symbolic link */
	struct timespec access_time, write_time, change_time;
	bool has_object_id;
	uint8_t object_id[CBF_OBJECT_ID_SIZE], extended_information[CBF_OBJECT_ID_EXTENDED_SIZE];
	uint64_t valid_data_length;
	uint32_t inode_flags, project_id;
	struct mf_acl {
		size_t count;
		struct cbf_acl_entry entries[8];
	} acls[2]; /* the access ACL, the default ACL */
	struct mf_ea *eas; /* in the order in which they were made */
	bool removed; /* a name of it, behind the library's back */
	struct mf_inode *stream_of; /* the file, referenced; NULL: not a stream */
};

/* Of a stream: its parent is its file, and a name may have the same text. */
struct mf_name {
	struct mf_inode *parent;
	struct mf_inode *inode;
	char text[CBF_NAME_MAX + 1];
};

/* What a FileContext points to. */
struct mf_file {
	unsigned magic;
	struct mf_inode *inode;
	unsigned running; /* hooks */
	unsigned enumerations;
	bool cleaned;
};

struct mf_handle {
	unsigned magic;
	struct mf_inode *inode;
	bool cleaned;
};

struct mf_enumeration {
	unsigned magic;
	struct mf_file *file;
	struct mf_name *names; /* as they were when it began */
	size_t count, position;
	unsigned endless;
};

enum {
	MF_FILE_MAGIC = 0xf11e,
	MF_HANDLE_MAGIC = 0x4a4d1e,
	MF_DIRECTORY_MAGIC = 0xd14,
	MF_LINKS_MAGIC = 0x114c5,
	MF_STREAMS_MAGIC = 0x57e
};

struct mf_quota {
	uint32_t id; /* 0: no record */
	uint64_t threshold, limit;
};

struct mf_knobs {
	unsigned seen, running, most_at_once, blocked;
	bool fail_armed, fail_dirty;
	unsigned fail_skip;
	int fail_code;
	enum mf_bad bad;
	unsigned bad_times;
	bool block_armed;
	unsigned block_generation;
	char *block_path;
};

struct model_fs {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct mf_inode *root;
	struct mf_name **names;
	size_t names_count, names_capacity;
	uint64_t next_id;
	time_t clock;
	struct mf_knobs knobs[MF_EVENT_COUNT];
	bool deny_deletion, overlap_allowed, forgets_deleted;
	int workers;
	struct mf_quota quotas[8]; /* of users */
	uint64_t default_threshold, default_limit;
	uint32_t quota_flags;
	char label[CBF_LABEL_MAX + 1];
	long made[MF_CONTEXT_KINDS], freed[MF_CONTEXT_KINDS];
	unsigned violations;
	char first_violation[512];
	char last_error[512];
	mf_observer observer;
	void *observer_data;
};

/* A hook that runs. */
struct mf_call {
	struct model_fs *fs;
	enum mf_event kind;
	const void *event;
	struct mf_file *file; /* counted as running; NULL if it has none, or no more */
	enum mf_bad bad;
	bool failed_dirty;
};

/* Enter takes the lock and blocks if it is to; false: the hook is to fail, *result_code says how. Leave must follow in
 * either case; it drops the lock and tells the observer. */
bool mf__enter(struct mf_call *call, struct model_fs *fs, enum mf_event kind, const void *event, const char *path,
	       void *file_context, int *result_code);
void mf__leave(struct mf_call *call);
struct timespec mf__deadline(void);
void mf__violation(struct model_fs *fs, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* model_fs_tree.c */
struct mf_name *mf__find_name(struct model_fs *fs, const char *path);
struct mf_inode *mf__find(struct model_fs *fs, const char *path);
struct mf_inode *mf__find_parent(struct model_fs *fs, const char *path, char name[CBF_NAME_MAX + 1]);
struct mf_inode *mf__find_id(struct model_fs *fs, uint64_t id);
struct mf_name *mf__first_name(struct model_fs *fs, const struct mf_inode *inode);
bool mf__has_children(struct model_fs *fs, const struct mf_inode *inode);
/* 0 or an errno. */
int mf__make(struct model_fs *fs, const char *path, mode_t mode, struct mf_inode **inode);
int mf__link(struct model_fs *fs, struct mf_inode *inode, const char *path);
/* A new stream of the file that the path before the last colon leads to. */
int mf__make_stream(struct model_fs *fs, const char *path, struct mf_inode **inode);
void mf__unlink(struct model_fs *fs, struct mf_name *name);
void mf__release_inode(struct model_fs *fs, struct mf_inode *inode);
int mf__resize(struct mf_inode *inode, uint64_t size);
int mf__path_of(struct model_fs *fs, const struct mf_inode *inode, char *out, size_t capacity);
void mf__touch(struct model_fs *fs, struct mf_inode *inode);
void mf__fill_info(const struct mf_inode *inode, struct cbf_file_info *info);

/* model_fs_contexts.c: the file that an event is about, with all checks; NULL if it cannot be told. */
struct mf_file *mf__open_context(struct mf_call *call, const char *path, struct mf_inode *inode, void **file_context,
				 void **handle_context);
struct mf_inode *mf__subject(struct mf_call *call, const char *path, bool deleted, void *file_context,
			     void *handle_context, bool must_be_open);
struct mf_enumeration *mf__begin_enumeration(struct mf_call *call, struct mf_file *file, enum mf_context_kind kind);
void mf__end_enumeration(struct mf_call *call, void *context, enum mf_context_kind kind);
void mf__close_context(struct mf_call *call, void **file_context, void **handle_context, bool last_handle);
/* Puts the name that the call's nonsense asks for, or the good one. */
void mf__give_name(const struct mf_call *call, char *out, size_t capacity, const char *good);

/* Is the path a stream's if, and only if, the event says so? */
void mf__check_stream(struct mf_call *call, const char *path, bool is_stream);
/* model_fs_hooks_record.c */
void mf__begin_quotas(struct model_fs *fs);

/* model_fs_hooks_xattr.c */
void mf__free_eas(struct mf_inode *inode);

/* model_fs_hooks_*.c */
void mf__hook_volume(struct model_fs *fs, struct cbf_volume *volume);
void mf__hook_files(struct model_fs *fs, struct cbf_volume *volume);
void mf__hook_ranges(struct model_fs *fs, struct cbf_volume *volume);
void mf__hook_attributes(struct model_fs *fs, struct cbf_volume *volume);
void mf__hook_directories(struct model_fs *fs, struct cbf_volume *volume);
void mf__hook_links(struct model_fs *fs, struct cbf_volume *volume);
void mf__hook_streams(struct model_fs *fs, struct cbf_volume *volume);
void mf__hook_xattr(struct model_fs *fs, struct cbf_volume *volume);
void mf__hook_security(struct model_fs *fs, struct cbf_volume *volume);
void mf__hook_control(struct model_fs *fs, struct cbf_volume *volume);
void mf__hook_records(struct model_fs *fs, struct cbf_volume *volume);
void mf__hook_names(struct model_fs *fs, struct cbf_volume *volume);

#endif
