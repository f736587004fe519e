/* SPDX-License-Identifier: MIT */
/*
 * cbf_release_unused_files(): the kernel is told which nodes it may let go of.
 *
 * The nodes are collected in one walk over the table, pinned, and given back a few at a time. Nothing but the pins is
 * held while the kernel is spoken to. That a node comes into use meanwhile does no harm: the kernel checks for itself.
 * Nor does it matter in which order they are told: a directory goes with the last that the kernel keeps in it.
 *
 * A kernel without the notification for it is told to forget the names of files. Not of directories: that would take
 * them from under who works in them; and not of what something is mounted on, as far as this process sees mounts.
 */
#include "fuse/notify.h"
#include "mount.h"
#include "tree/path.h"
#include "volume.h"

#include <cbfuse/kernel_cache.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { AT_ONCE = 32 }; /* unpinned under one lock */

struct release {
	struct cbf_volume *volume;
	struct cbf__node **nodes; /* pinned */
	size_t count;
	struct cbf__buffer mounts; /* paths in the volume that have something mounted on, a NUL behind each */
};

static bool is_unused(const struct release *release, const struct cbf__node *node)
{
	return node->lookups && !node->file && node != release->volume->tree.root;
}

/* False: there are more by now. */
static bool collect_into(struct release *release, size_t room)
{
	struct cbf__tree *tree = &release->volume->tree;
	struct cbf__map_link *link = NULL;
	bool fits;

	pthread_mutex_lock(&tree->lock);
	fits = tree->nodes.count <= room;
	while (fits && (link = cbf__map_after(&tree->nodes, link))) {
		struct cbf__node *node = CBF__CONTAINER(link, struct cbf__node, by_id);

		if (!is_unused(release, node))
			continue;
		cbf__node_pin(node);
		release->nodes[release->count++] = node;
	}
	pthread_mutex_unlock(&tree->lock);
	return fits;
}

static size_t nodes_now(struct cbf__tree *tree)
{
	size_t count;

	pthread_mutex_lock(&tree->lock);
	count = tree->nodes.count;
	pthread_mutex_unlock(&tree->lock);
	return count;
}

static int collect(struct release *release)
{
	size_t room;

	do {
		room = nodes_now(&release->volume->tree) + AT_ONCE;
		free(release->nodes);
		release->nodes = calloc(room, sizeof(*release->nodes));
		if (!release->nodes)
			return -ENOMEM;
	} while (!collect_into(release, room));
	return 0;
}

static void unpin_all(struct release *release)
{
	struct cbf__tree *tree = &release->volume->tree;

	for (size_t i = 0; i < release->count;) {
		pthread_mutex_lock(&tree->lock);
		for (size_t k = 0; k < AT_ONCE && i < release->count; k++)
			cbf__node_unpin(tree, release->nodes[i++]);
		pthread_mutex_unlock(&tree->lock);
	}
}

/* Ids never change while a node lives. */
static int prune(struct release *release)
{
	uint64_t ids[CBF__PRUNE_MAX];
	int error = 0;

	for (size_t i = 0; i < release->count && !error;) {
		size_t count = 0;

		while (count < CBF__PRUNE_MAX && i < release->count)
			ids[count++] = release->nodes[i++]->id;
		error = cbf__notify_prune(release->volume, ids, count);
	}
	return error;
}

/* The part of a mount's path that is in the volume; NULL: it lies elsewhere. */
static const char *path_inside(const struct cbf_volume *volume, const char *path)
{
	size_t length = strlen(volume->mount_point);

	if (strcmp(volume->mount_point, "/") == 0)
		return path;
	return strncmp(path, volume->mount_point, length) == 0 && path[length] == '/' ? path + length : NULL;
}

/* False: no memory, or mounts cannot be read. */
static bool find_mounts(struct release *release)
{
	FILE *mounts = release->volume->mount_point ? fopen("/proc/self/mountinfo", "re") : NULL;
	bool found = mounts || !release->volume->mount_point;
	char *line = NULL;
	size_t size = 0;

	while (mounts && found && getline(&line, &size, mounts) > 0) {
		char *path = NULL;
		const char *inside;

		if (sscanf(line, "%*u %*u %*s %*s %ms", &path) == 1) {
			cbf__unescape_mount_path(path);
			inside = path_inside(release->volume, path);
			found = !inside || cbf__buffer_append(&release->mounts, inside, strlen(inside) + 1);
		}
		free(path);
	}
	free(line);
	if (mounts)
		(void)fclose(mounts);
	return found;
}

static bool is_mounted_on(const struct release *release, const char *path)
{
	const struct cbf__buffer *mounts = &release->mounts;
	size_t at = 0;

	while (at < mounts->length && strcmp(mounts->bytes + at, path) != 0)
		at += strlen(mounts->bytes + at) + 1;
	return at < mounts->length;
}

struct named {
	uint64_t dir; /* 0: no such name */
	char text[CBF_NAME_MAX + 1];
};

/* The n-th name of a file that may be forgotten. */
static int nth_name(struct release *release, struct cbf__node *node, size_t n, struct named *named)
{
	struct cbf__list *link = node->names.next;
	const struct cbf__name *name = NULL;
	struct cbf__buffer path = {0};
	int error = 0;

	named->dir = 0;
	while (n-- && link != &node->names)
		link = link->next;
	if (link == &node->names || !is_unused(release, node))
		return -ENOENT;
	name = CBF__CONTAINER(link, struct cbf__name, of_node);
	if (!cbf__path_of_name(&path, name->dir, name->text, name->length)) {
		error = -ENOMEM;
	} else if (!is_mounted_on(release, path.bytes)) {
		named->dir = name->dir->id;
		memcpy(named->text, name->text, name->length + 1);
	}
	cbf__buffer_destroy(&path);
	return error;
}

static int forget_names(struct release *release, struct cbf__node *node)
{
	struct cbf__tree *tree = &release->volume->tree;
	struct named named;
	int error = 0;

	for (size_t n = 0; !error; n++) {
		pthread_mutex_lock(&tree->lock);
		error = nth_name(release, node, n, &named);
		pthread_mutex_unlock(&tree->lock);
		if (!error && named.dir)
			error = cbf__notify_name(release->volume, named.dir, named.text);
		if (error == -ENOENT && named.dir)
			error = 0; /* the kernel does not know that one */
	}
	return error == -ENOENT ? 0 : error;
}

static int forget_files(struct release *release)
{
	int error = find_mounts(release) ? 0 : -ENOMEM;

	for (size_t i = 0; i < release->count && !error; i++) {
		struct cbf__node *node = release->nodes[i];

		if (node->type != S_IFDIR && !node->stream)
			error = forget_names(release, node);
	}
	return error;
}

static int let_go(struct cbf_volume *volume)
{
	struct release release = {.volume = volume};
	int error = collect(&release);

	if (!error) {
		error = prune(&release);
		if (error == -EINVAL)
			error = forget_files(&release);
		unpin_all(&release);
	}
	cbf__buffer_destroy(&release.mounts);
	free(release.nodes);
	return error == -ENODEV ? -ENOTCONN : error;
}

int cbf_release_unused_files(struct cbf_volume *volume)
{
	int error;

	if (cbf__inside_hook())
		return -EDEADLK;
	if (!cbf__volume_enter(volume))
		return -ENOTCONN;
	error = let_go(volume);
	cbf__volume_leave(volume);
	return error;
}
