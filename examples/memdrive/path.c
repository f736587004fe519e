/* SPDX-License-Identifier: MIT */
#include "path.h"

#include "memdrive.h"

#include <errno.h>
#include <string.h>

/* The next component of a path, from *path on, which is moved behind it. 0 at the end. */
static size_t next_component(const char **path, const char **name)
{
	size_t length;

	*path += strspn(*path, "/");
	*name = *path;
	length = strcspn(*path, "/");
	*path += length;
	return length;
}

static struct node *look_up(struct node *directory, const char *name, size_t length)
{
	struct node *node = NULL;
	struct entry *entry;

	pthread_rwlock_rdlock(&directory->lock);
	entry = directory_find(&directory->directory, name, length);
	if (entry)
		node = node_reference(entry->node);
	pthread_rwlock_unlock(&directory->lock);
	return node;
}

/* Replaces *node by what that name in it is. */
static int step_down(struct node **node, const char *name, size_t length)
{
	struct node *directory = *node;
	bool is_directory = node_is(directory, S_IFDIR);

	*node = is_directory ? look_up(directory, name, length) : NULL;
	node_release(directory);
	if (*node)
		return 0;
	return is_directory ? -ENOENT : -ENOTDIR;
}

int path_find(struct memdrive *drive, const char *path, struct node **node)
{
	struct node *at = node_reference(drive->root);
	const char *name;
	int error = 0;

	for (size_t length; error == 0 && (length = next_component(&path, &name)) > 0;)
		error = step_down(&at, name, length);
	if (error == 0)
		*node = at;
	return error;
}

int place_find(struct memdrive *drive, const char *path, struct place *place)
{
	struct node *at = node_reference(drive->root);
	const char *name, *next_name;
	size_t length = next_component(&path, &name), next_length;
	int error = 0;

	while (error == 0 && (next_length = next_component(&path, &next_name)) > 0) {
		error = step_down(&at, name, length);
		name = next_name;
		length = next_length;
	}
	if (error)
		return error;
	if (length == 0 || !node_is(at, S_IFDIR)) {
		node_release(at);
		return length == 0 ? -EBUSY : -ENOTDIR;
	}
	*place = (struct place){at, name, length, look_up(at, name, length)};
	return 0;
}

void place_release(struct place *place)
{
	node_release(place->node);
	node_release(place->directory);
}

bool place_is_true(const struct place *place, struct entry **entry)
{
	*entry = directory_find(&place->directory->directory, place->name, place->length);
	return (*entry ? (*entry)->node : NULL) == place->node;
}

int path_or_context(struct memdrive *drive, const char *path, void *context, struct node **node)
{
	if (!context)
		return path_find(drive, path, node);
	*node = node_reference(context);
	return 0;
}

/* Writes "/name" so that it ends at *start, and replaces *node by the directory. */
static int step_up(struct node **node, const char *path, char **start)
{
	struct node *directory = NULL;
	const struct entry *entry;
	int error = -ENOENT;

	pthread_rwlock_rdlock(&(*node)->lock);
	entry = (*node)->names;
	if (entry && entry->length + 1 > (size_t)(*start - path)) {
		error = -ENAMETOOLONG;
	} else if (entry) {
		*start -= entry->length + 1;
		**start = '/';
		memcpy(*start + 1, entry->name, entry->length);
		directory = node_reference(entry->directory);
		error = 0;
	}
	pthread_rwlock_unlock(&(*node)->lock);
	node_release(*node);
	*node = directory;
	return error;
}

static int climb(struct memdrive *drive, struct node *node, const char *path, char **start)
{
	int error = 0;

	node_reference(node);
	while (error == 0 && node != drive->root)
		error = step_up(&node, path, start);
	node_release(node);
	return error;
}

int path_of_node(struct memdrive *drive, struct node *node, char *path, size_t capacity)
{
	char *start = path + capacity;
	int error;

	if (capacity < sizeof("/"))
		return -ENAMETOOLONG;
	*--start = '\0';
	pthread_rwlock_rdlock(&drive->moves);
	error = climb(drive, node, path, &start);
	pthread_rwlock_unlock(&drive->moves);
	if (error)
		return error;
	if (!*start)
		*--start = '/';
	memmove(path, start, strlen(start) + 1);
	return 0;
}
