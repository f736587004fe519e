/* SPDX-License-Identifier: MIT */
/**
 * @file event_security.h
 * Who may do what: POSIX ACLs as events (GetFileSecurity, SetFileSecurity), and checks of your own (CheckAccess).
 *
 * Without anything of this header the kernel checks by mode and owner, and ACLs are extended attributes like others
 * (event_xattr.h), kept but not enforced.
 *
 * **Own checks.** With CheckAccess hooked the volume is mounted without default_permissions: the hook decides in place
 * of the kernel, for all users, root too, and modes and ACLs mean nothing but what the hook makes of them (ACLs stay
 * events, and are inherited, but are not enforced). It says yes by result_code 0, no by EACCES or EPERM (any other code
 * is the caller's errno as well). What is asked:
 *
 * | system call                           | desired_access                                          |
 * |---------------------------------------|---------------------------------------------------------|
 * | each component of a path              | TRAVERSE, of the directory that it is in                |
 * | open(2) to read                       | READ_DATA, of the file                                  |
 * | open(2) to write                      | WRITE_DATA, APPEND_DATA, of the file                    |
 * | open(2) with O_APPEND                 | APPEND_DATA, of the file                                |
 * | open(2) with O_TRUNC, truncate(2)     | WRITE_DATA, of the file                                 |
 * | execve(2)                             | EXECUTE, of the file                                    |
 * | opendir(3)                            | LIST_DIRECTORY, of the directory                        |
 * | creat(2), mknod(2), symlink(2)        | ADD_FILE, of the directory                              |
 * | mkdir(2)                              | ADD_SUBDIRECTORY, of the directory                      |
 * | unlink(2), rmdir(2)                   | DELETE_CHILD, of the directory                          |
 * |                                       | DELETE, of the file                                     |
 * | rename(2)                             | DELETE_CHILD, of the old directory                      |
 * |                                       | ADD_FILE or ADD_SUBDIRECTORY, of the new directory      |
 * |                                       | DELETE, of the file                                     |
 * | rename(2) that replaces               | DELETE_CHILD as well, of the new directory              |
 * |                                       | DELETE, of the file that goes                           |
 * | rename(2) that exchanges              | ADD_FILE or ADD_SUBDIRECTORY as well, of the old directory |
 * | link(2)                               | WRITE_ATTRIBUTES, of the file                           |
 * |                                       | ADD_FILE, of the directory                              |
 * | stat(2)                               | READ_ATTRIBUTES, of the file                            |
 * | readlink(2), and to follow a link     | READ_DATA, of the link                                  |
 * | utimensat(2)                          | WRITE_ATTRIBUTES, of the file                           |
 * | chmod(2)                              | WRITE_DAC, of the file                                  |
 * | chown(2)                              | WRITE_OWNER, of the file                                |
 * | getxattr(2), listxattr(2)             | READ_EA, of the file                                    |
 * | setxattr(2), removexattr(2)           | WRITE_EA, of the file                                   |
 * | getxattr(2) of an ACL                 | READ_CONTROL, of the file                               |
 * | setxattr(2), removexattr(2) of an ACL | WRITE_DAC, of the file                                  |
 * | access(2)                             | as open(2); to write a directory all three, of the file |
 * | chdir(2)                              | TRAVERSE, of the directory                              |
 * | a stream by its path, made or deleted | WRITE_DATA, of its file                                 |
 *
 * Where several are asked, all must say yes, in this order; nothing else fires if one says no. What goes through an
 * open file (read, write, ftruncate, fstat, readdir, fsync, fallocate, ioctl) is not asked again: who opened it was
 * allowed to, and may hand it on. fchmod(2), fchown(2) and futimens(3) are asked. statfs(2) never is, nor is
 * `security.capability`, which the kernel reads for itself.
 *
 * *Nothing is kept for others.* The kernel is told to keep neither names, nor that there are none, nor attributes, not
 * even for a moment (what cbf_set_metadata_cache() and cbf_set_nonexistent_files_cache() say does not count): each
 * caller asks for each component of each path. What a directory's entries are told with (readdirplus) is asked for anew
 * as well. The page cache stays: content belongs to a file, and one gets at it through an open file only, which was
 * asked for. An answer holds for as long as what it opened is open. Only statx(2) with AT_STATX_DONT_SYNC, after a
 * path that the caller may traverse, shows attributes as they were last told, without READ_ATTRIBUTES.
 *
 * *What remains of the kernel's and the library's checks*: who has not mounted the volume sees nothing of it without
 * allow_other; `trusted.` and most of `security.` is root's; an ACL, inode flags and object ids are set by owner and
 * root. A program needs an `x` in its mode to be executed. That in sticky directories only owners delete is not among
 * them: the kernel does not know that bit then, so that it is the hook's to look at it (DELETE). When somebody writes
 * to a file with set-id bits or a capability, the kernel takes these away in the writer's name: who has WRITE_DATA, but
 * neither WRITE_DAC nor WRITE_EA, cannot write to such a file.
 *
 * **ACLs.** With cbf_set_use_posix_acls() and GetFileSecurity or SetFileSecurity hooked, ACLs are enforced by the
 * kernel, which asks for the access ACL of a file where its mode has a right for the group, and keeps it as long as the
 * attributes (cbf_set_metadata_cache()). getxattr(2), setxattr(2) and removexattr(2) of `system.posix_acl_access` and
 * `system.posix_acl_default`, and so getfacl(1) and setfacl(1), become events with entries in place of bytes; QueryEa
 * and SetEa never see these two names, except that QueryEa's list may have them.
 *
 * What Linux's own file systems do with ACLs is done by the library:
 *  - *A mode and an access ACL agree.* An ACL that is set changes the mode by SetFileAttributes (the owner's rights,
 * the mask as the group's, those of the others) if it has to; one that says no more than a mode is not stored: it
 *    becomes a mode, and entry_count 0. A change of mode (chmod(2), or set-id bits that the kernel takes away) is
 *    followed by GetFileSecurity, and by SetFileSecurity if the ACL does not agree by then. Each pair is two events, of
 *    which the second may fail: then the caller gets that error, and the first stays.
 *  - *Inheritance.* Before CreateFile fires, GetFileSecurity asks for the default ACL of the directory. If there is
 * one, the umask does not count; the new file gets the mode that the ACL leaves, and, after CreateFile and before
 * anything else, its access ACL (if that says more than the mode) and as a directory also its default ACL by
 * SetFileSecurity. If one of these fails, the file is closed and taken away again by DeleteFile, and the caller gets
 * the error. Symbolic links and named streams have no ACLs.
 *  - *Who may.* The owner and root (EPERM). A default ACL of what is no directory is EACCES. If somebody sets an access
 *    ACL who is neither root nor in the file's group, the set-group-id bit of the mode goes.
 *  - ACLs that are malformed are EINVAL for the caller who sets one, and EIO and OnError for a hook that answers one.
 */
#ifndef CBFUSE_EVENT_SECURITY_H
#define CBFUSE_EVENT_SECURITY_H

#include <cbfuse/result.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/** POSIX ACLs are events and enforced. The events' hooks must be there, else nothing changes. Default off. */
CBF_API int cbf_set_use_posix_acls(struct cbf_volume *volume, bool on);
/** See cbf_set_use_posix_acls(). */
CBF_API bool cbf_get_use_posix_acls(struct cbf_volume *volume);

/** Whom an entry is about. */
enum cbf_acl_tag {
	CBF_ACL_USER_OBJ = 0x01, /**< the owner */
	CBF_ACL_USER = 0x02, /**< the user `id` */
	CBF_ACL_GROUP_OBJ = 0x04, /**< the file's group */
	CBF_ACL_GROUP = 0x08, /**< the group `id` */
	CBF_ACL_MASK = 0x10, /**< the most that all but the owner and the others get */
	CBF_ACL_OTHER = 0x20 /**< everyone else */
};

/** The most entries of an ACL. */
#define CBF_ACL_ENTRY_MAX 500

/** One entry of an ACL.
 *
 *  An ACL is well-formed if it has exactly one entry of CBF_ACL_USER_OBJ, CBF_ACL_GROUP_OBJ and CBF_ACL_OTHER each, at
 *  most one CBF_ACL_MASK, which must be there if there are entries of CBF_ACL_USER or CBF_ACL_GROUP, the entries in the
 *  order of enum cbf_acl_tag, and no id twice among the users or groups. What hooks are given is so. */
struct cbf_acl_entry {
	uint16_t tag; /**< enum cbf_acl_tag */
	uint16_t permissions; /**< 4 read, 2 write, 1 execute or search */
	uint32_t id; /**< of CBF_ACL_USER and CBF_ACL_GROUP; of others 0 and not looked at */
};

/** Which of the two ACLs is meant. */
enum cbf_security_information {
	CBF_SECURITY_ACCESS_ACL = 1, /**< the one that is enforced */
	CBF_SECURITY_DEFAULT_ACL = 2 /**< of a directory: what new files in it inherit */
};

/** Fires when the kernel or a program asks for an ACL, for a directory in which a file is made, and after a change of
 *  mode; see above. Needs cbf_set_use_posix_acls().
 *
 *  Write the ACL to entries and its size to entry_count; 0 (as on entry) if none is stored, which is not a failure. An
 *  ACL that is not well-formed is told to OnError and becomes EIO.
 *
 *  The contexts are those of the file if it is open, else NULL; it is not opened for this event. handle_context is NULL
 *  while fire_all_open_close_events is on, unless the event comes with a change through a handle. Without
 *  cbf_set_serialize_access() it may run beside other events that change nothing.
 *  Default: none stored. */
struct cbf_get_file_security_event {
	const char *const file_name;
	const bool deleted; /**< see cbf_get_file_info_event */
	const unsigned security_information; /**< CBF_SECURITY_ACCESS_ACL or CBF_SECURITY_DEFAULT_ACL */
	struct cbf_acl_entry *const entries; /**< writable until the hook returns */
	const size_t entry_capacity; /**< CBF_ACL_ENTRY_MAX */
	size_t entry_count; /**< 0 on entry */
	void *file_context;
	void *handle_context;
	int result_code;
};
typedef void (*cbf_get_file_security_hook)(struct cbf_volume *volume, struct cbf_get_file_security_event *event,
					   void *user_data);
CBF_API int cbf_on_get_file_security(struct cbf_volume *volume, cbf_get_file_security_hook hook, void *user_data);

/** Fires when an ACL is set or removed, when a file inherits one, and when a new mode has changed one; see above. On an
 *  open file (see context.h for files that are not open). Needs cbf_set_use_posix_acls().
 *
 *  Store the entries in place of the ACL that the file has, or remove that if entry_count is 0; to remove one that is
 *  not there is no failure. The mode needs no change by the hook: SetFileAttributes follows where it has to.
 *  Default: EROFS on a volume that hooks neither CreateFile nor WriteFile, else EOPNOTSUPP. */
struct cbf_set_file_security_event {
	const char *const file_name;
	const bool deleted; /**< see cbf_get_file_info_event */
	const unsigned security_information; /**< CBF_SECURITY_ACCESS_ACL or CBF_SECURITY_DEFAULT_ACL */
	const struct cbf_acl_entry *const entries; /**< well-formed; valid until the hook returns */
	const size_t entry_count; /**< 0: remove */
	void *file_context;
	void *handle_context;
	int result_code;
};
typedef void (*cbf_set_file_security_hook)(struct cbf_volume *volume, struct cbf_set_file_security_event *event,
					   void *user_data);
CBF_API int cbf_on_set_file_security(struct cbf_volume *volume, cbf_set_file_security_hook hook, void *user_data);

/** What somebody wants to do: the bits of desired_access. Of a directory, some have a name of their own. */
enum cbf_access {
	CBF_ACCESS_READ_DATA = 0x1, /**< read content, or where a link leads */
	CBF_ACCESS_LIST_DIRECTORY = 0x1, /**< read entries */
	CBF_ACCESS_WRITE_DATA = 0x2, /**< change content */
	CBF_ACCESS_ADD_FILE = 0x2, /**< make an entry that is no directory */
	CBF_ACCESS_APPEND_DATA = 0x4, /**< write behind the end */
	CBF_ACCESS_ADD_SUBDIRECTORY = 0x4, /**< make a directory */
	CBF_ACCESS_READ_EA = 0x8, /**< read and list extended attributes */
	CBF_ACCESS_WRITE_EA = 0x10, /**< set and remove them */
	CBF_ACCESS_EXECUTE = 0x20, /**< execute */
	CBF_ACCESS_TRAVERSE = 0x20, /**< use names in it; make it the working directory */
	CBF_ACCESS_DELETE_CHILD = 0x40, /**< take an entry away */
	CBF_ACCESS_READ_ATTRIBUTES = 0x80, /**< know mode, owner, size, times */
	CBF_ACCESS_WRITE_ATTRIBUTES = 0x100, /**< set times, make hard links */
	CBF_ACCESS_DELETE = 0x10000, /**< delete or rename the file itself */
	CBF_ACCESS_READ_CONTROL = 0x20000, /**< read ACLs */
	CBF_ACCESS_WRITE_DAC = 0x40000, /**< set the mode and ACLs */
	CBF_ACCESS_WRITE_OWNER = 0x80000 /**< set owner and group */
};

/** Fires before a system call does anything on a volume that hooks it: see above for what, and for what it switches
 *  off. The hook may ask more of the caller by caller.h, its groups for one.
 *
 *  The contexts are those of the file if it is open, else NULL, and cannot be changed. With `deleted`, file_name was
 *  the name of this file but is no more. Without cbf_set_serialize_access() it may run beside other events that change
 *  nothing. Between its answer and the event that it was for, others may come.
 *  Default: the kernel checks, by mode and owner. */
struct cbf_check_access_event {
	const char *const file_name;
	const bool deleted; /**< see cbf_get_file_info_event */
	const bool is_directory; /**< of its type */
	const bool is_stream; /**< file_name is a named stream's */
	const unsigned desired_access; /**< CBF_ACCESS_*, all of them */
	const uid_t uid; /**< by which the caller wants it (its fsuid) */
	const gid_t gid; /**< the same */
	void *const file_context;
	void *const handle_context;
	int result_code;
};
typedef void (*cbf_check_access_hook)(struct cbf_volume *volume, struct cbf_check_access_event *event, void *user_data);
CBF_API int cbf_on_check_access(struct cbf_volume *volume, cbf_check_access_hook hook, void *user_data);

#ifdef __cplusplus
}
#endif

#endif
