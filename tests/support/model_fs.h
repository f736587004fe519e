/* SPDX-License-Identifier: MIT */
/*
 * A tiny filesystem in memory, written against the public API only, with every hook there is: what session tests mount.
 *
 * It also watches the library: contexts that are not what they should be, names that are not true, events of one file
 * that overlap, an enumeration that is not closed before its file. Such things are counted as violations (a hook must
 * not fail a test itself, as it may run on another thread); mf_check() fails the test if there were any.
 *
 * Every open file has a context, every handle, every enumeration: made in the first event and freed where context.h
 * says. What was made and freed is counted.
 *
 * Knobs make the next events fail, block, or answer nonsense. One mutex guards all; it is never held while a hook is
 * blocked.
 */
#ifndef MODEL_FS_H
#define MODEL_FS_H

#include <cbfuse/cbfuse.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/types.h>

enum mf_event {
	MF_MOUNT,
	MF_UNMOUNT,
	MF_EJECTED,
	MF_GET_VOLUME_SIZE,
	MF_GET_VOLUME_ID,
	MF_GET_VOLUME_LABEL,
	MF_SET_VOLUME_LABEL,
	MF_FSCTL,
	MF_GET_OBJECT_ID,
	MF_SET_OBJECT_ID,
	MF_DELETE_OBJECT_ID,
	MF_QUERY_QUOTAS,
	MF_SET_QUOTAS,
	MF_CLOSE_QUOTAS_ENUMERATION,
	MF_GET_DEFAULT_QUOTA_INFO,
	MF_SET_DEFAULT_QUOTA_INFO,
	MF_SET_VALID_DATA_LENGTH,
	MF_QUERY_COMPRESSION_INFO,
	MF_IOCTL,
	MF_ERROR,
	MF_WORKER_THREAD_CREATION,
	MF_WORKER_THREAD_TERMINATION,
	MF_OPEN_FILE,
	MF_CREATE_FILE,
	MF_CLEANUP_FILE,
	MF_CLOSE_FILE,
	MF_READ_FILE,
	MF_WRITE_FILE,
	MF_SET_FILE_SIZE,
	MF_SET_ALLOCATION_SIZE,
	MF_ZEROIZE_FILE_RANGE,
	MF_QUERY_ALLOCATED_RANGES,
	MF_OFFLOAD_WRITE_FILE,
	MF_FLUSH_FILE,
	MF_GET_FILE_INFO,
	MF_SET_FILE_ATTRIBUTES,
	MF_ENUMERATE_DIRECTORY,
	MF_CLOSE_DIRECTORY_ENUMERATION,
	MF_CREATE_HARD_LINK,
	MF_ENUMERATE_HARD_LINKS,
	MF_CLOSE_HARD_LINKS_ENUMERATION,
	MF_GET_FILE_NAME_BY_FILE_ID,
	MF_ENUMERATE_NAMED_STREAMS,
	MF_CLOSE_NAMED_STREAMS_ENUMERATION,
	MF_GET_REPARSE_POINT,
	MF_SET_REPARSE_POINT,
	MF_QUERY_EA,
	MF_SET_EA,
	MF_GET_FILE_SECURITY,
	MF_SET_FILE_SECURITY,
	MF_CAN_FILE_BE_DELETED,
	MF_IS_DIRECTORY_EMPTY,
	MF_DELETE_FILE,
	MF_RENAME_OR_MOVE_FILE,
	MF_EVENT_COUNT
};

/* What kind of nonsense a hook answers. Which of them a hook can give depends on what it has to answer. */
enum mf_bad {
	MF_GOOD,
	MF_BAD_EMPTY, /* a name, path or target ""; of a list of names: one of them; a range of no bytes */
	MF_BAD_COLON, /* "a:b" */
	MF_BAD_SLASH, /* "a/b"; of a path: one that does not start with a slash */
	MF_BAD_DOT_DOT, /* ".." */
	MF_BAD_LONG, /* 300 bytes, or as many as there is room for */
	MF_BAD_UNTERMINATED, /* the whole buffer without a NUL */
	MF_BAD_COUNT, /* a byte more than was asked for; a range that is before what was asked for */
	MF_BAD_HUGE_COUNT, /* SIZE_MAX bytes */
	MF_BAD_SIZE, /* a file size, or a position, below zero */
	MF_BAD_TYPE, /* a file type that does not exist */
	MF_BAD_ENDLESS /* an enumeration that never ends (a new name each time) */
};

/* The kinds of context. */
enum mf_context_kind {
	MF_FILE_CONTEXT,
	MF_HANDLE_CONTEXT,
	MF_DIRECTORY_ENUMERATION,
	MF_LINKS_ENUMERATION,
	MF_STREAMS_ENUMERATION,
	MF_QUOTAS_ENUMERATION,
	MF_CONTEXT_KINDS
};

/* A NUL in a file is a hole; QueryAllocatedRanges gives what is between them in pieces of at most so many bytes. */
enum { MF_RANGE_MAX = 4 };

struct model_fs;

/* Called as the last thing of each hook, with what it is going to answer; nothing is held, other hooks may run. */
typedef void (*mf_observer)(enum mf_event kind, const void *event, void *user_data);

struct model_fs *mf_create(void);
void mf_destroy(struct model_fs *fs);
/* Hooks all events. */
void mf_register(struct model_fs *fs, struct cbf_volume *volume);
void mf_observe(struct model_fs *fs, mf_observer observer, void *user_data);

/* model_fs_tree.c: changes behind the library's back. Each returns the file's id. */
uint64_t mf_add_file(struct model_fs *fs, const char *path, const char *data);
uint64_t mf_add_directory(struct model_fs *fs, const char *path);
uint64_t mf_add_symlink(struct model_fs *fs, const char *path, const char *target);
/* path: FILE:STREAM. */
uint64_t mf_add_stream(struct model_fs *fs, const char *path, const char *data);
uint64_t mf_add_link(struct model_fs *fs, const char *path, const char *new_path);
void mf_remove(struct model_fs *fs, const char *path);
bool mf_exists(struct model_fs *fs, const char *path);
/* 0 if there is no such file. */
uint64_t mf_id_of(struct model_fs *fs, const char *path);
/* Copies the data of a file out, NUL-terminated; returns its size. */
size_t mf_data_of(struct model_fs *fs, const char *path, char *out, size_t capacity);
/* Up to where SetAllocationSize reserved space. */
uint64_t mf_reserved_of(struct model_fs *fs, const char *path);
mode_t mf_mode_of(struct model_fs *fs, const char *path);
/* The next new file gets this id, even if a dead one that is still open has it. */
void mf_set_next_id(struct model_fs *fs, uint64_t id);

/* model_fs_hooks_xattr.c: extended attributes, behind the library's back. The value of one that is not there has a size
 * of SIZE_MAX. */
void mf_set_ea(struct model_fs *fs, const char *path, const char *name, const void *value, size_t size);
size_t mf_ea_of(struct model_fs *fs, const char *path, const char *name, void *out, size_t capacity);

/* model_fs_hooks_security.c: an ACL, behind the library's back. Returns how many entries there are. */
void mf_set_acl(struct model_fs *fs, const char *path, unsigned kind, const struct cbf_acl_entry *entries,
		size_t count);
size_t mf_acl_of(struct model_fs *fs, const char *path, unsigned kind, struct cbf_acl_entry *out, size_t capacity);

/* model_fs_hooks_control.c. Of ioctls, Fsctl knows MF_FSCTL_REVERSE and Ioctl MF_IOCTL_REVERSE: they give back what
 * they get, back to front, and return MF_RETURN_VALUE. */
enum { MF_RETURN_VALUE = 77, MF_VOLUME_ID = 0x1234 };
#define MF_FSCTL_REVERSE _IOWR('f', 0xF0, char[8])
#define MF_IOCTL_REVERSE _IOWR('q', 0xF0, char[8])

/* model_fs_hooks_record.c. There are records of quotas for the users 1 to MF_QUOTA_RECORDS at first. */
enum { MF_QUOTA_RECORDS = 3, MF_COMPRESSED_SIZE = 1234 };
uint64_t mf_valid_data_length_of(struct model_fs *fs, const char *path);

/* model_fs_knobs.c */
/* After `skip` more events of that kind, the next one fails. The code may be anything. */
void mf_fail(struct model_fs *fs, enum mf_event kind, unsigned skip, int code);
/* The same, and the hook leaves rubbish in the context slots. */
void mf_fail_dirty(struct model_fs *fs, enum mf_event kind, int code);
/* The next `times` events of that kind answer nonsense. */
void mf_answer(struct model_fs *fs, enum mf_event kind, enum mf_bad bad, unsigned times);
/* CanFileBeDeleted says no, without a code. */
void mf_deny_deletion(struct model_fs *fs, bool deny);
/* Events of that kind (for that path, if not NULL) block on entry until they are released. */
void mf_block(struct model_fs *fs, enum mf_event kind, const char *path);
/* Waits until so many are blocked; fails the test if that takes too long. */
void mf_wait_blocked(struct model_fs *fs, enum mf_event kind, unsigned count);
void mf_release(struct model_fs *fs, enum mf_event kind);
void mf_release_all(struct model_fs *fs);
/* Hooks entered so far, and how many of one kind at most at once. */
unsigned mf_seen(struct model_fs *fs, enum mf_event kind);
unsigned mf_most_at_once(struct model_fs *fs, enum mf_event kind);
void mf_wait_seen(struct model_fs *fs, enum mf_event kind, unsigned count);
/* Worker threads that were told to go on and have not ended. */
int mf_workers(struct model_fs *fs);
/* With serialize_access off, events of one file may overlap. Default: they may not. */
void mf_allow_overlap(struct model_fs *fs);
/* GetFileInfo does not know a file by its context when its name is gone. */
void mf_forget_deleted(struct model_fs *fs);
/* The last description that OnError was given. */
void mf_last_error(struct model_fs *fs, char *out, size_t capacity);

/* model_fs_check.c */
long mf_contexts_made(struct model_fs *fs, enum mf_context_kind kind);
long mf_contexts_alive(struct model_fs *fs, enum mf_context_kind kind);
/* No violation so far. */
void mf_check(struct model_fs *fs);
/* And all contexts that were made were freed. */
void mf_check_balance(struct model_fs *fs);

#endif
