/* SPDX-License-Identifier: MIT */
/* The model filesystem's tree: inodes, and the names that lead to them. */
#include "model_fs_internal.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct mf_name *find_in(struct model_fs *fs, const struct mf_inode *parent, const char *text, size_t length,
			       bool stream)
{
	size_t i;

	for (i = 0; i < fs->names_count; i++)
		if (fs->names[i]->parent == parent && !fs->names[i]->inode->stream_of == !stream &&
		    strncmp(fs->names[i]->text, text, length) == 0 && fs->names[i]->text[length] == '\0')
			return fs->names[i];
	return NULL;
}

/* The file before the last colon. */
static struct mf_inode *find_file_of(struct model_fs *fs, const char *path)
{
	const char *colon = strrchr(path, ':');
	struct mf_inode *file;
	char *of;

	if (!colon || strchr(colon, '/'))
		return NULL;
	of = strndup(path, (size_t)(colon - path));
	if (!of)
		abort();
	file = mf__find(fs, of);
	free(of);
	return file;
}

static struct mf_name *find_stream(struct model_fs *fs, const char *path)
{
	const struct mf_inode *file = find_file_of(fs, path);
	const char *text = strrchr(path, ':') + 1;

	return file ? find_in(fs, file, text, strlen(text), true) : NULL;
}

/* NULL for the root, which has no name, and for what does not exist. An entry comes before a stream. */
struct mf_name *mf__find_name(struct model_fs *fs, const char *path)
{
	const char *whole = path;
	const struct mf_inode *parent = fs->root;
	struct mf_name *name = NULL;
	size_t length;

	while (*path == '/') {
		path++;
		length = strcspn(path, "/");
		if (length == 0)
			return NULL;
		name = find_in(fs, parent, path, length, false);
		if (!name)
			return find_stream(fs, whole);
		parent = name->inode;
		path += length;
	}
	return *path == '\0' ? name : NULL;
}

struct mf_inode *mf__find(struct model_fs *fs, const char *path)
{
	const struct mf_name *name;

	if (strcmp(path, "/") == 0)
		return fs->root;
	name = mf__find_name(fs, path);
	return name ? name->inode : NULL;
}

struct mf_inode *mf__find_parent(struct model_fs *fs, const char *path, char name[CBF_NAME_MAX + 1])
{
	const char *slash = strrchr(path, '/');
	struct mf_inode *parent;
	char *directory;

	if (!slash || slash[1] == '\0' || strlen(slash + 1) > CBF_NAME_MAX)
		return NULL;
	strcpy(name, slash + 1);
	if (slash == path)
		return fs->root;
	directory = strndup(path, (size_t)(slash - path));
	if (!directory)
		abort();
	parent = mf__find(fs, directory);
	free(directory);
	return parent;
}

struct mf_inode *mf__find_id(struct model_fs *fs, uint64_t id)
{
	size_t i;

	if (id == CBF_ROOT_ID)
		return fs->root;
	for (i = 0; i < fs->names_count; i++)
		if (fs->names[i]->inode->id == id)
			return fs->names[i]->inode;
	return NULL;
}

struct mf_name *mf__first_name(struct model_fs *fs, const struct mf_inode *inode)
{
	size_t i;

	for (i = 0; i < fs->names_count; i++)
		if (fs->names[i]->inode == inode)
			return fs->names[i];
	return NULL;
}

bool mf__has_children(struct model_fs *fs, const struct mf_inode *inode)
{
	size_t i;

	for (i = 0; i < fs->names_count; i++)
		if (fs->names[i]->parent == inode && !fs->names[i]->inode->stream_of)
			return true;
	return false;
}

void mf__touch(struct model_fs *fs, struct mf_inode *inode)
{
	const struct timespec now = {.tv_sec = ++fs->clock, .tv_nsec = 123456789};

	inode->write_time = inode->change_time = now;
	if (inode->access_time.tv_sec == 0)
		inode->access_time = now;
}

static void add_name(struct model_fs *fs, struct mf_name *name, struct mf_inode *inode)
{
	name->inode = inode;
	if (fs->names_count == fs->names_capacity) {
		fs->names_capacity = fs->names_capacity ? 2 * fs->names_capacity : 64;
		fs->names = realloc(fs->names, fs->names_capacity * sizeof(struct mf_name *));
		if (!fs->names)
			abort();
	}
	fs->names[fs->names_count++] = name;
	inode->links++;
	mf__touch(fs, inode);
}

int mf__link(struct model_fs *fs, struct mf_inode *inode, const char *path)
{
	struct mf_name *name;

	if (mf__find(fs, path))
		return EEXIST;
	name = calloc(1, sizeof(*name));
	if (!name)
		abort();
	name->parent = mf__find_parent(fs, path, name->text);
	if (!name->parent) {
		free(name);
		return ENOENT;
	}
	add_name(fs, name, inode);
	return 0;
}

int mf__make_stream(struct model_fs *fs, const char *path, struct mf_inode **out)
{
	struct mf_inode *file = find_file_of(fs, path), *inode;
	struct mf_name *name;

	if (!file)
		return ENOENT;
	if (find_stream(fs, path))
		return EEXIST;
	name = calloc(1, sizeof(*name));
	inode = calloc(1, sizeof(*inode));
	if (!name || !inode)
		abort();
	name->parent = file;
	strcpy(name->text, strrchr(path, ':') + 1);
	inode->id = fs->next_id++;
	inode->mode = S_IFREG;
	inode->stream_of = file;
	file->references++;
	add_name(fs, name, inode);
	*out = inode;
	return 0;
}

int mf__make(struct model_fs *fs, const char *path, mode_t mode, struct mf_inode **out)
{
	struct mf_inode *inode = calloc(1, sizeof(*inode));
	int error;

	if (!inode)
		abort();
	inode->id = fs->next_id++;
	inode->mode = mode & S_IFMT ? mode : mode | S_IFREG;
	error = mf__link(fs, inode, path);
	if (error != 0) {
		free(inode);
		return error;
	}
	*out = inode;
	return 0;
}

void mf__release_inode(struct model_fs *fs, struct mf_inode *inode)
{
	struct mf_inode *file = inode->stream_of;

	if (inode == fs->root || inode->links > 0 || inode->references > 0)
		return;
	mf__free_eas(inode);
	free(inode->data);
	free(inode);
	if (!file)
		return;
	file->references--;
	mf__release_inode(fs, file);
}

/* A file takes its streams along. */
static void unlink_streams(struct model_fs *fs, const struct mf_inode *file)
{
	size_t i = 0;

	while (i < fs->names_count) {
		if (fs->names[i]->inode->stream_of != file) {
			i++;
			continue;
		}
		fs->names[i]->inode->removed |= file->removed;
		mf__unlink(fs, fs->names[i]);
	}
}

void mf__unlink(struct model_fs *fs, struct mf_name *name)
{
	struct mf_inode *inode = name->inode;
	size_t i = 0;

	while (fs->names[i] != name)
		i++;
	memmove(&fs->names[i], &fs->names[i + 1], (fs->names_count - i - 1) * sizeof(struct mf_name *));
	fs->names_count--;
	free(name);
	inode->links--;
	mf__touch(fs, inode);
	inode->references++;
	if (inode->links == 0)
		unlink_streams(fs, inode);
	inode->references--;
	mf__release_inode(fs, inode);
}

int mf__resize(struct mf_inode *inode, uint64_t size)
{
	char *data;

	if (size > 64 << 20)
		return EFBIG;
	data = realloc(inode->data, size + 1);
	if (!data)
		abort();
	if (size > inode->size)
		memset(data + inode->size, 0, size - inode->size);
	data[size] = '\0';
	inode->data = data;
	inode->size = size;
	return 0;
}

int mf__path_of(struct model_fs *fs, const struct mf_inode *inode, char *out, size_t capacity)
{
	const struct mf_name *name;
	size_t at = capacity;

	if (capacity == 0)
		return ERANGE;
	out[--at] = '\0';
	while (inode != fs->root) {
		name = mf__first_name(fs, inode);
		if (!name)
			return ENOENT;
		if (at < strlen(name->text) + 1)
			return ERANGE;
		at -= strlen(name->text);
		memcpy(out + at, name->text, strlen(name->text));
		out[--at] = '/';
		inode = name->parent;
	}
	if (out[at] == '\0')
		out[--at] = '/';
	memmove(out, out + at, capacity - at);
	return 0;
}

void mf__fill_info(const struct mf_inode *inode, struct cbf_file_info *info)
{
	const struct mf_inode *file = inode->stream_of ? inode->stream_of : inode;

	info->file_id = inode->id;
	info->mode = file->mode;
	info->uid = file->uid;
	info->gid = file->gid;
	info->rdev = inode->rdev;
	info->size = S_ISDIR(inode->mode) ? 0 : inode->size;
	info->allocation_size = (info->size + 511) / 512 * 512;
	info->hard_link_count = inode->links;
	info->creation_time = info->last_access_time = file->access_time;
	info->last_write_time = file->write_time;
	info->change_time = file->change_time;
	info->inode_flags = inode->inode_flags;
	info->project_id = inode->project_id;
	info->creation_time = info->last_access_time = inode->access_time;
	info->last_write_time = inode->write_time;
	info->change_time = inode->change_time;
}

static uint64_t add(struct model_fs *fs, const char *path, mode_t mode, const char *data)
{
	struct mf_inode *inode = NULL;
	uint64_t id = 0;
	int error;

	pthread_mutex_lock(&fs->lock);
	error = mf__make(fs, path, mode, &inode);
	if (error == 0 && data) {
		error = mf__resize(inode, strlen(data));
		memcpy(inode->data, data, strlen(data));
	}
	if (error == 0)
		id = inode->id;
	pthread_mutex_unlock(&fs->lock);
	assert_int_equal(error, 0);
	return id;
}

uint64_t mf_add_file(struct model_fs *fs, const char *path, const char *data)
{
	return add(fs, path, S_IFREG | 0644, data);
}

uint64_t mf_add_directory(struct model_fs *fs, const char *path)
{
	return add(fs, path, S_IFDIR | 0755, NULL);
}

uint64_t mf_add_symlink(struct model_fs *fs, const char *path, const char *target)
{
	return add(fs, path, S_IFLNK | 0777, target);
}

uint64_t mf_add_stream(struct model_fs *fs, const char *path, const char *data)
{
	struct mf_inode *inode = NULL;
	int error;

	pthread_mutex_lock(&fs->lock);
	error = mf__make_stream(fs, path, &inode);
	if (error == 0) {
		error = mf__resize(inode, strlen(data));
		memcpy(inode->data, data, strlen(data));
	}
	pthread_mutex_unlock(&fs->lock);
	assert_int_equal(error, 0);
	return mf_id_of(fs, path);
}

uint64_t mf_add_link(struct model_fs *fs, const char *path, const char *new_path)
{
	struct mf_inode *inode;
	int error = ENOENT;

	pthread_mutex_lock(&fs->lock);
	inode = mf__find(fs, path);
	if (inode)
		error = mf__link(fs, inode, new_path);
	pthread_mutex_unlock(&fs->lock);
	assert_int_equal(error, 0);
	return mf_id_of(fs, new_path);
}

void mf_remove(struct model_fs *fs, const char *path)
{
	struct mf_name *name;

	pthread_mutex_lock(&fs->lock);
	name = mf__find_name(fs, path);
	if (name) {
		name->inode->removed = true;
		mf__unlink(fs, name);
	}
	pthread_mutex_unlock(&fs->lock);
}

bool mf_exists(struct model_fs *fs, const char *path)
{
	return mf_id_of(fs, path) != 0;
}

uint64_t mf_id_of(struct model_fs *fs, const char *path)
{
	const struct mf_inode *inode;
	uint64_t id;

	pthread_mutex_lock(&fs->lock);
	inode = mf__find(fs, path);
	id = inode ? inode->id : 0;
	pthread_mutex_unlock(&fs->lock);
	return id;
}

size_t mf_data_of(struct model_fs *fs, const char *path, char *out, size_t capacity)
{
	const struct mf_inode *inode;
	size_t size = 0;

	pthread_mutex_lock(&fs->lock);
	inode = mf__find(fs, path);
	out[0] = '\0';
	if (inode && inode->size > 0) {
		size = inode->size;
		(void)snprintf(out, capacity, "%s", inode->data);
	}
	pthread_mutex_unlock(&fs->lock);
	return size;
}

uint64_t mf_reserved_of(struct model_fs *fs, const char *path)
{
	const struct mf_inode *inode;
	uint64_t reserved;

	pthread_mutex_lock(&fs->lock);
	inode = mf__find(fs, path);
	reserved = inode ? inode->reserved : 0;
	pthread_mutex_unlock(&fs->lock);
	return reserved;
}

mode_t mf_mode_of(struct model_fs *fs, const char *path)
{
	const struct mf_inode *inode;
	mode_t mode;

	pthread_mutex_lock(&fs->lock);
	inode = mf__find(fs, path);
	mode = inode ? inode->mode : 0;
	pthread_mutex_unlock(&fs->lock);
	return mode;
}

void mf_set_next_id(struct model_fs *fs, uint64_t id)
{
	pthread_mutex_lock(&fs->lock);
	fs->next_id = id;
	pthread_mutex_unlock(&fs->lock);
}
