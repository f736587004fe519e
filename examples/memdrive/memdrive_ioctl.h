/* SPDX-License-Identifier: MIT */
/* What a program can ask memdrive by ioctl(2), besides what control.h has for any volume. */
#ifndef MEMDRIVE_IOCTL_H
#define MEMDRIVE_IOCTL_H

#include <stdint.h>
#include <sys/ioctl.h>

/* How many bytes count for an open file or directory: its pages, extended attributes and streams. */
#define MEMDRIVE_IOC_STORED _IOR(0xCD, 0x01, uint64_t)

/* Who has what open: a snapshot. For root only (EPERM). */
struct memdrive_open_files {
	uint32_t count; /* how many files and directories there are, each open for itself */
	uint32_t shown; /* how many lines there was room for */
	char lines[8184]; /* "PROCESS-ID UID PATH\n" each, in the order of opening, and a NUL */
};
#define MEMDRIVE_IOC_OPEN_FILES _IOR(0xCD, 0x02, struct memdrive_open_files)

#endif
