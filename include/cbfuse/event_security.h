/* SPDX-License-Identifier: MIT */
/**
 * @file event_security.h
 * Who may do what: POSIX ACLs as events (GetFileSecurity, SetFileSecurity).
 *
 * Without anything of this header the kernel checks by mode and owner, and ACLs are extended attributes like others
 * (event_xattr.h), kept but not enforced.
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

#ifdef __cplusplus
}
#endif

#endif
