/* SPDX-License-Identifier: MIT */
/**
 * @file event_xattr.h
 * Extended attributes: QueryEa and SetEa.
 *
 * An extended attribute is a name and a value of opaque bytes, on a file of any type. All namespaces come as they are:
 * `user.`, `trusted.`, `security.` and `system.`. POSIX ACLs are `system.posix_acl_access` and
 * `system.posix_acl_default`, in the bytes of the kernel's own format. They are kept so, not enforced: on the mount the
 * kernel checks by mode and owner. What a new file inherits is up to CreateFile, whose mode the umask has reduced.
 * With cbf_set_use_posix_acls() they are events of their own, and enforced: event_security.h.
 * With cbf_set_use_alternate_data_streams() all of `user.` is named streams instead: event_stream.h.
 *
 * What is checked before an event fires:
 *  - by the kernel: names of 1 to CBF_EA_NAME_MAX bytes (else ERANGE), values of up to CBF_EA_SIZE_MAX bytes (else
 *    E2BIG); `user.` on regular files and directories only, with read or write permission, and in a sticky directory by
 *    its owner; `trusted.` by CAP_SYS_ADMIN; `security.` by the security modules (CAP_SETFCAP for
 *    `security.capability`, else CAP_SYS_ADMIN).
 *  - by the library, since older kernels leave `system.` unchecked: it can be set and removed by the file's owner and
 *    by root only, for all others it is EPERM (GetFileInfo fires to know the owner).
 *  - by the library: `trusted.` names are listed for root only. The attribute of cbf_set_hard_links_xattr(), which is
 *    not the application's, is not listed, and EPERM answers who wants to set or remove it.
 *
 * The size of the caller's buffer is no business of a hook: probing for the size, and ERANGE if the caller has too
 * little room, are the library's work. The kernel does not cache attributes, so each question is an event; it also asks
 * for `security.capability` before a file is written to.
 *
 * Without any of the two hooks the kernel is told so once, and answers EOPNOTSUPP by itself from then on (while the
 * hard links attribute is on, reading goes on: every other attribute is ENODATA, and the list is empty).
 */
#ifndef CBFUSE_EVENT_XATTR_H
#define CBFUSE_EVENT_XATTR_H

#include <cbfuse/result.h>
#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The longest name of an extended attribute in bytes, prefix included, without the terminating NUL. */
#define CBF_EA_NAME_MAX 255

/** The largest value, and the largest list of names, in bytes. */
#define CBF_EA_SIZE_MAX 65536

/** Fires for getxattr(2) and listxattr(2) and their kin, once a call.
 *
 *  With ea_name: if the file has that attribute, set ea_found, write its value to buffer and its size to length. An
 *  attribute that the file does not have is ea_found = false (as on entry) with result_code 0: the caller gets ENODATA.
 *  Without (NULL): write the names of all attributes to buffer, a NUL behind each, nothing between, and to length the
 *  size of it all; 0, as on entry, if there are none. ea_found is not looked at.
 *
 *  There is always room for CBF_EA_SIZE_MAX bytes, whatever the caller has; what is larger still is result_code E2BIG.
 *  A length above buffer_capacity, an empty name, one that is too long and one that is not terminated are told to
 *  OnError and become EIO.
 *
 *  The contexts are those of the file if it is open, else NULL; it is not opened for this event. handle_context is NULL
 *  while fire_all_open_close_events is on: the kernel does not say through which handle. With `deleted`, file_name was
 *  the name of this file but is no more: go by the context (fgetxattr). Without cbf_set_serialize_access() it may run
 *  beside other events that change nothing.
 *  Default: no attributes. */
struct cbf_query_ea_event {
	const char *const file_name;
	const bool deleted; /**< see cbf_get_file_info_event */
	const char *const ea_name; /**< NULL: list the names */
	void *const buffer; /**< writable until the hook returns */
	const size_t buffer_capacity; /**< CBF_EA_SIZE_MAX */
	bool ea_found; /**< false on entry */
	size_t length; /**< bytes in buffer */
	void *file_context;
	void *handle_context;
	int result_code;
};
typedef void (*cbf_query_ea_hook)(struct cbf_volume *volume, struct cbf_query_ea_event *event, void *user_data);
CBF_API int cbf_on_query_ea(struct cbf_volume *volume, cbf_query_ea_hook hook, void *user_data);

/** Fires for setxattr(2) and removexattr(2) and their kin, on an open file (see context.h for files that are not open),
 *  of any type.
 *
 *  Set: make ea_name an attribute with that value, or change its value. With `create` it must be new: if the file has
 *  it already, answer result_code EEXIST. With `replace` the file must have it: if it does not, set ea_found to false,
 *  and the caller gets ENODATA. With `remove`: take it away; if the file does not have it, ea_found = false as well. An
 *  empty value is a value, and does not remove. No room is ENOSPC, EDQUOT or E2BIG; an attribute or namespace that you
 *  do not keep is EOPNOTSUPP.
 *
 *  The contexts are those of the file; handle_context as in QueryEa. With `deleted`: fsetxattr.
 *  Default: EROFS on a volume that hooks neither CreateFile nor WriteFile, else EOPNOTSUPP; with neither QueryEa nor
 *  SetEa hooked EOPNOTSUPP, by the kernel. */
struct cbf_set_ea_event {
	const char *const file_name;
	const bool deleted; /**< see cbf_get_file_info_event */
	const char *const ea_name; /**< prefix and all, as `user.comment` */
	const void *const value; /**< never NULL */
	const size_t length; /**< of value, up to CBF_EA_SIZE_MAX; 0 if it is to be removed */
	const bool create; /**< XATTR_CREATE */
	const bool replace; /**< XATTR_REPLACE */
	const bool remove; /**< then neither of both */
	bool ea_found; /**< true on entry; looked at with replace and remove */
	void *file_context;
	void *handle_context;
	int result_code;
};
typedef void (*cbf_set_ea_hook)(struct cbf_volume *volume, struct cbf_set_ea_event *event, void *user_data);
CBF_API int cbf_on_set_ea(struct cbf_volume *volume, cbf_set_ea_hook hook, void *user_data);

#ifdef __cplusplus
}
#endif

#endif
