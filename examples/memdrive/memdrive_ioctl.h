/* SPDX-License-Identifier: MIT */
/* What a program can ask memdrive by ioctl(2), besides what control.h has for any volume. */
#ifndef MEMDRIVE_IOCTL_H
#define MEMDRIVE_IOCTL_H

#include <stdint.h>
#include <sys/ioctl.h>

/* How many bytes count for an open file or directory: its pages, extended attributes and streams. */
#define MEMDRIVE_IOC_STORED _IOR(0xCD, 0x01, uint64_t)

#endif
