/* SPDX-License-Identifier: MIT */
/**
 * @file control.h
 * What any program can ask of a cbfuse volume by ioctl(2), without linking the library: the names of a file, and
 * whether it is on such a volume at all, and on which.
 *
 * Names. The answer is a stream of bytes: the absolute paths of all names inside of the volume, each followed by a NUL.
 * It comes in pages. Set `cursor` to 0 and `name` (below), call the ioctl, take `length` bytes of `data`, and repeat
 * with the structure as it is until `flags` has CBF_LINKS_END. A page may end in the middle of a path.
 *
 *     struct cbf_links_page page = { .cursor = 0 };
 *     do {
 *             if (ioctl(fd, CBF_IOC_LIST_LINKS, &page) != 0)
 *                     return errno;
 *             fwrite(page.data, 1, page.length, stdout);
 *     } while (!(page.flags & CBF_LINKS_END));
 *
 * - With an empty `name`, fd is the file, opened in any mode but O_PATH. With a name, fd is a directory and the file is
 *   its entry of that name, which is the way to ask about symbolic links, device nodes, FIFOs and files that one may
 *   not open.
 * - cursor 0 always starts anew. Any other cursor must be the one that the last page on this descriptor gave back
 *   (EINVAL otherwise); one enumeration goes on at a time on an open file description.
 * - Errors: ENOTTY: not a cbfuse volume. EOPNOTSUPP: the volume keeps no hard links. ENOENT: no such name, or the file
 *   has lost its last name. EINVAL: bad cursor or name. EISDIR: a directory has no hard links. What the hooks answer.
 * - The order of names is the application's. A name that is made or removed meanwhile may or may not be given.
 */
#ifndef CBFUSE_CONTROL_H
#define CBFUSE_CONTROL_H

#include <stdint.h>
#include <sys/ioctl.h>

/** In cbf_links_page.flags: this page ends the stream. */
#define CBF_LINKS_END 0x1u

/** 16,128 bytes; the same layout on every architecture. */
struct cbf_links_page {
	uint64_t cursor; /**< in: 0, or what the last page gave. out: what to pass for the next one */
	uint32_t length; /**< out: how many bytes of data are used */
	uint32_t flags; /**< out: CBF_LINKS_END. in: 0 */
	char name[256]; /**< in: empty, or an entry of the directory fd, NUL-terminated */
	char data[15856]; /**< out */
};

/** Gives a page of a file's names. */
#define CBF_IOC_LIST_LINKS _IOWR(0xCB, 0x01, struct cbf_links_page)

/** What CBF_IOC_IS_VOLUME gives: the version of the library that serves the volume. */
struct cbf_volume_version {
	uint32_t major; /**< CBF_VERSION_MAJOR of the library */
	uint32_t minor; /**< CBF_VERSION_MINOR */
	uint32_t patch; /**< CBF_VERSION_PATCH */
	uint32_t reserved; /**< 0 */
};

/** Succeeds on any open file or directory of a cbfuse volume; ENOTTY (or another error) elsewhere. */
#define CBF_IOC_IS_VOLUME _IOR(0xCB, 0x02, struct cbf_volume_version)

/** Gives the volume's id, as its GetVolumeId hook answers it; EOPNOTSUPP if it has none. On any open file or directory
 * of the volume. */
#define CBF_IOC_GET_VOLUME_ID _IOR(0xCB, 0x03, uint64_t)

/** An object id and what belongs to it. */
struct cbf_object_id {
	uint8_t object_id[16]; /**< the id */
	uint8_t extended_information[48]; /**< whatever the application keeps beside it */
	uint32_t flags; /**< in: CBF_OBJECT_ID_EXTENDED_ONLY. out: 0 */
	uint32_t reserved; /**< 0 */
};

/** In cbf_object_id.flags of CBF_IOC_SET_OBJECT_ID: the id stays as it is. */
#define CBF_OBJECT_ID_EXTENDED_ONLY 0x1u

/** Gives the object id of an open file or directory. ENODATA: it has none. EOPNOTSUPP: the volume keeps none. */
#define CBF_IOC_GET_OBJECT_ID _IOR(0xCB, 0x10, struct cbf_object_id)
/** The same, but makes one if there is none. EPERM: neither root nor the owner. */
#define CBF_IOC_CREATE_OBJECT_ID _IOR(0xCB, 0x11, struct cbf_object_id)
/** Sets it. EPERM: neither root nor the owner. */
#define CBF_IOC_SET_OBJECT_ID _IOW(0xCB, 0x12, struct cbf_object_id)
/** Takes it away. EPERM: neither root nor the owner. ENODATA: it has none. */
#define CBF_IOC_DELETE_OBJECT_ID _IO(0xCB, 0x13)

/** Says up to where the content of a file that is open for writing is valid; above, it reads as zeros. EINVAL: above
 * the file's size. */
#define CBF_IOC_SET_VALID_DATA_LENGTH _IOW(0xCB, 0x18, uint64_t)
/** Gives how many bytes the content of an open regular file takes on disk. */
#define CBF_IOC_GET_COMPRESSED_SIZE _IOR(0xCB, 0x19, uint64_t)

/** A record of quotas. */
struct cbf_quota {
	uint32_t kind; /**< CBF_QUOTA_USER 0, CBF_QUOTA_GROUP 1, CBF_QUOTA_PROJECT 2 */
	uint32_t id; /**< whose it is: uid, gid or project id */
	uint32_t index; /**< in: number of the record, from 0 on, without CBF_QUOTA_BY_ID */
	uint32_t flags; /**< in: CBF_QUOTA_BY_ID, CBF_QUOTA_REMOVE. out: CBF_QUOTA_FOUND */
	uint64_t used; /**< out: bytes */
	uint64_t threshold; /**< bytes from which to warn; 0: none */
	uint64_t limit; /**< most bytes; 0: no limit */
};

/** In cbf_quota.flags, in: the record of `id`, not the one of `index`. */
#define CBF_QUOTA_BY_ID 0x1u
/** In cbf_quota.flags, in, for CBF_IOC_SET_QUOTA: take the record away. */
#define CBF_QUOTA_REMOVE 0x2u
/** In cbf_quota.flags, out: there is such a record. */
#define CBF_QUOTA_FOUND 0x4u

/** What holds for owners without a record. */
struct cbf_default_quota {
	uint64_t threshold; /**< bytes; 0: none */
	uint64_t limit; /**< bytes; 0: no limit */
	uint32_t control_flags; /**< CBF_QUOTAS_TRACKED 1, CBF_QUOTAS_ENFORCED 2 */
	uint32_t reserved; /**< 0 */
};

/** Gives a record of quotas: by id, or one after another with `index` 0, 1, 2 and so on until flags lacks
 *  CBF_QUOTA_FOUND; 0 starts anew, any other index must be the one after the last (EINVAL). One such walk goes on at a
 *  time on an open file description. EPERM: not root, and neither the caller's own nor of a
 *  group that it is in. */
#define CBF_IOC_QUERY_QUOTA _IOWR(0xCB, 0x20, struct cbf_quota)
/** Sets or removes the record of an id. EPERM: not root. ENOENT: there is none to remove. */
#define CBF_IOC_SET_QUOTA _IOW(0xCB, 0x21, struct cbf_quota)
/** Gives what holds for owners without a record. */
#define CBF_IOC_GET_DEFAULT_QUOTA _IOR(0xCB, 0x22, struct cbf_default_quota)
/** Sets what holds for owners without a record. EPERM: not root. */
#define CBF_IOC_SET_DEFAULT_QUOTA _IOW(0xCB, 0x23, struct cbf_default_quota)

#endif
