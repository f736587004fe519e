/* SPDX-License-Identifier: MIT */
/* The fake kernel's requests about directories, and the decoder of what they answer. */
#include "fake_kernel.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

uint64_t fk_send_opendir(struct fake_kernel *kernel, uint64_t node)
{
	const struct fuse_open_in in = {.flags = O_DIRECTORY | O_LARGEFILE};

	return fk_send(kernel, FUSE_OPENDIR, node, &in, sizeof(in), NULL, 0, NULL, 0);
}

int fk_opendir(struct fake_kernel *kernel, uint64_t node, struct fuse_open_out *out)
{
	return fk_wait_fixed(kernel, fk_send_opendir(kernel, node), out, sizeof(*out));
}

static uint64_t send_readdir(struct fake_kernel *kernel, uint32_t opcode, uint64_t node, uint64_t fh, uint64_t offset,
			     uint32_t size)
{
	const struct fuse_read_in in = {.fh = fh, .offset = offset, .size = size};

	return fk_send(kernel, opcode, node, &in, sizeof(in), NULL, 0, NULL, 0);
}

uint64_t fk_send_readdir(struct fake_kernel *kernel, uint64_t node, uint64_t fh, uint64_t offset, uint32_t size)
{
	return send_readdir(kernel, FUSE_READDIR, node, fh, offset, size);
}

/* Appends one entry; returns how many bytes it took. */
static size_t decode_one(const char *data, size_t left, bool plus, struct fk_listing *out)
{
	const size_t front = plus ? sizeof(struct fuse_entry_out) : 0;
	struct fk_dirent *entry = &out->entries[out->count];
	struct fuse_dirent dirent;
	size_t size;

	assert_true(out->count < FK_LISTING_MAX);
	assert_true(left >= front + FUSE_NAME_OFFSET);
	memset(entry, 0, sizeof(*entry));
	if (plus)
		memcpy(&entry->entry, data, front);
	memcpy(&dirent, data + front, FUSE_NAME_OFFSET);
	/* The real kernel answers EIO to these. */
	assert_true(dirent.namelen > 0 && dirent.namelen < sizeof(entry->name));
	size = FUSE_DIRENT_ALIGN(front + FUSE_NAME_OFFSET + dirent.namelen);
	assert_true(left >= size);
	memcpy(entry->name, data + front + FUSE_NAME_OFFSET, dirent.namelen);
	assert_null(strchr(entry->name, '/'));
	entry->ino = dirent.ino;
	entry->offset = dirent.off;
	entry->type = dirent.type;
	out->count++;
	return size;
}

void fk_decode_listing(const struct fk_reply *reply, bool plus, struct fk_listing *out)
{
	size_t at = 0;

	while (at < reply->length)
		at += decode_one(reply->data + at, reply->length - at, plus, out);
}

static int read_entries(struct fake_kernel *kernel, uint64_t node, uint64_t fh, uint64_t offset, uint32_t size,
			bool plus, struct fk_listing *out)
{
	const uint32_t opcode = plus ? FUSE_READDIRPLUS : FUSE_READDIR;
	const struct fk_reply *reply = fk_wait(kernel, send_readdir(kernel, opcode, node, fh, offset, size));

	if (reply->error != 0)
		return reply->error;
	assert_true(reply->length <= size);
	fk_decode_listing(reply, plus, out);
	return 0;
}

int fk_readdir(struct fake_kernel *kernel, uint64_t node, uint64_t fh, uint64_t offset, uint32_t size,
	       struct fk_listing *out)
{
	out->count = 0;
	return read_entries(kernel, node, fh, offset, size, false, out);
}

int fk_readdirplus(struct fake_kernel *kernel, uint64_t node, uint64_t fh, uint64_t offset, uint32_t size,
		   struct fk_listing *out)
{
	out->count = 0;
	return read_entries(kernel, node, fh, offset, size, true, out);
}

int fk_readdir_all(struct fake_kernel *kernel, uint64_t node, uint64_t fh, uint64_t offset, uint32_t size, bool plus,
		   struct fk_listing *out)
{
	size_t before;
	int error;

	do {
		before = out->count;
		error = read_entries(kernel, node, fh, offset, size, plus, out);
		if (error != 0)
			return error;
		if (out->count > before)
			offset = out->entries[out->count - 1].offset;
	} while (out->count > before);
	return 0;
}

int fk_releasedir(struct fake_kernel *kernel, uint64_t node, uint64_t fh)
{
	const struct fuse_release_in in = {.fh = fh, .flags = O_DIRECTORY};

	return fk_wait(kernel, fk_send(kernel, FUSE_RELEASEDIR, node, &in, sizeof(in), NULL, 0, NULL, 0))->error;
}

const struct fk_dirent *fk_find_dirent(const struct fk_listing *listing, const char *name)
{
	size_t i;

	for (i = 0; i < listing->count; i++)
		if (strcmp(listing->entries[i].name, name) == 0)
			return &listing->entries[i];
	return NULL;
}
