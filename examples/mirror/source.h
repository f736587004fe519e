/* SPDX-License-Identifier: MIT */
/*
 * SOURCE: how a path in the volume becomes something to make system calls on.
 *
 * Nothing goes through a path of the outer world: everything is relative to a descriptor of SOURCE that was opened
 * before the mount, so that the volume may even be mounted over SOURCE. And no symbolic link is ever followed, in no
 * component: on the mount the kernel does that, and a directory that somebody replaces by a link behind our back must
 * not lead this daemon, which may be root, out of SOURCE.
 */
#ifndef MIRROR_SOURCE_H
#define MIRROR_SOURCE_H

#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/types.h>

/* The directory that the volume covers, if that is inside of SOURCE: to step on it from outside would be to ask
 * ourselves, and to wait for the answer for ever. The directory below the mount is shown instead. */
struct covered {
	int fd; /* -1: there is none */
	struct stat parent;
	char name[NAME_MAX + 1];
};

struct source {
	int root_fd;
	bool has_openat2;
	struct covered covered;
};

int source_init(struct source *source, const char *directory); /* 0 or a negative errno */
void source_destroy(struct source *source);

/* Tells where the volume is going to be mounted: an absolute path without symbolic links. 0 or a negative errno. */
int source_set_mount_point(struct source *source, const char *mount_point);

/* Opens a path of the volume ("/a/b"), close-on-exec, of any length. A descriptor or a negative errno. */
int source_open(const struct source *source, const char *path, int flags);

/* fstatat() of an entry of a directory, that follows no symbolic link. 0 or a negative errno. */
int source_stat_entry(const struct source *source, int directory_fd, const char *name, struct stat *st);

/* The path that leads to just what a descriptor (O_PATH as well) refers to, whatever became of its names. */
enum { SOURCE_FD_PATH_SIZE = sizeof("/proc/self/fd/") + 3 * sizeof(int) };
void source_fd_path(int fd, char path[SOURCE_FD_PATH_SIZE]);

/* Opens what a descriptor (O_PATH as well) refers to anew, with other flags. A descriptor or a negative errno. */
int source_reopen(int fd, int flags);

/* fchmod() for any descriptor, O_PATH as well. -EOPNOTSUPP for a symbolic link. 0 or a negative errno. */
int source_change_mode(int fd, mode_t mode);

/* A path, cut before its last component: what the *at() system calls want. "/" is "." of the root. */
struct place {
	int directory_fd; /* O_PATH if it is our own */
	bool is_own; /* else it is the root's */
	const char *name; /* points into the path */
};

int place_find(const struct source *source, const char *path, struct place *place); /* 0 or a negative errno */
void place_release(struct place *place);

#endif
