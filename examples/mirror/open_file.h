/* SPDX-License-Identifier: MIT */
/*
 * The file_context of the mirror: one descriptor for a file, whatever its names and handles, opened as widely as
 * possible since a later handle may want more than the first. A context that is NULL is made when it is needed.
 */
#ifndef MIRROR_OPEN_FILE_H
#define MIRROR_OPEN_FILE_H

#include "mirror.h"

struct open_file {
	int fd;
	int access; /* O_RDWR, O_RDONLY or O_WRONLY */
};

/* Takes over fd, also when it fails. 0 or -ENOMEM. */
int open_file_new(int fd, int access, void **context);
void open_file_free(void *context);

/* Opens a regular file or a directory for at least that access. What is neither is never opened, since to open a device
 * or a FIFO does something: the context stays NULL then. 0 or a negative errno. */
int open_file_open(const struct mirror *mirror, const char *path, int access, void **context);

/* With --route, in the hook that opens or creates a file: its content needs no hook any more. What cannot be routed
 * (for want of a descriptor, say) goes by the hooks. */
void open_file_route(struct cbf_volume *volume, const struct mirror *mirror, const void *context);

/* A descriptor that can be used for that access (O_RDONLY or O_WRONLY): of the context, which is made or widened if
 * need be. Negative errno. */
int open_file_use(const struct mirror *mirror, const char *path, bool deleted, int access, void **context);

/* A descriptor to look at or change what the file is, not its content: the context's, or else a new one, O_PATH, which
 * borrowed_fd_release() closes. */
struct borrowed_fd {
	int fd;
	bool is_own;
};
int borrowed_fd_get(const struct mirror *mirror, const char *path, bool deleted, const void *context,
		    struct borrowed_fd *borrowed); /* 0 or a negative errno */
void borrowed_fd_release(struct borrowed_fd *borrowed);

#endif
