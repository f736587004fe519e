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

#endif
