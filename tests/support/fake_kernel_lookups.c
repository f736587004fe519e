/* SPDX-License-Identifier: MIT */
/* The fake kernel's count of lookups for each node, as the real one keeps it: what it was told, it must forget. */
#include "fake_kernel.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void count_one(struct fake_kernel *kernel, uint64_t node)
{
	size_t i;

	if (node == 0)
		return;
	for (i = 0; i < kernel->lookups_count; i++)
		if (kernel->lookups[i].node == node)
			break;
	if (i == kernel->lookups_capacity) {
		kernel->lookups_capacity = kernel->lookups_capacity ? 2 * kernel->lookups_capacity : 64;
		kernel->lookups = realloc(kernel->lookups, kernel->lookups_capacity * sizeof(*kernel->lookups));
		assert_non_null(kernel->lookups);
	}
	if (i == kernel->lookups_count) {
		kernel->lookups_count++;
		kernel->lookups[i].node = node;
		kernel->lookups[i].count = 0;
	}
	kernel->lookups[i].count++;
}

/* Each entry of readdirplus is a lookup, but for `.` and `..` and those whose node is 0. */
static void count_listing(struct fake_kernel *kernel, const struct fk_reply *reply)
{
	struct fk_listing *listing = calloc(1, sizeof(*listing));
	size_t i;

	assert_non_null(listing);
	fk_decode_listing(reply, true, listing);
	for (i = 0; i < listing->count; i++) {
		const struct fk_dirent *entry = &listing->entries[i];

		if (strcmp(entry->name, ".") != 0 && strcmp(entry->name, "..") != 0)
			count_one(kernel, entry->entry.nodeid);
	}
	free(listing);
}

void fk_count_lookups(struct fake_kernel *kernel, const struct fk_reply *reply)
{
	struct fuse_entry_out entry;

	if (reply->error != 0)
		return;
	switch (reply->opcode) {
	case FUSE_LOOKUP:
	case FUSE_SYMLINK:
	case FUSE_MKNOD:
	case FUSE_MKDIR:
	case FUSE_LINK:
	case FUSE_CREATE:
		assert_true(reply->length >= sizeof(entry));
		memcpy(&entry, reply->data, sizeof(entry));
		count_one(kernel, entry.nodeid);
		break;
	case FUSE_READDIRPLUS:
		count_listing(kernel, reply);
		break;
	default:
		break;
	}
}

uint64_t fk_lookups_of(const struct fake_kernel *kernel, uint64_t node)
{
	size_t i;

	for (i = 0; i < kernel->lookups_count; i++)
		if (kernel->lookups[i].node == node)
			return kernel->lookups[i].count;
	return 0;
}

void fk_send_forget(struct fake_kernel *kernel, uint64_t node, uint64_t count)
{
	const struct fuse_forget_in in = {.nlookup = count};

	(void)fk_send(kernel, FUSE_FORGET, node, &in, sizeof(in), NULL, 0, NULL, 0);
}

void fk_send_batch_forget(struct fake_kernel *kernel, const struct fuse_forget_one *forgets, uint32_t count)
{
	const struct fuse_batch_forget_in in = {.count = count};

	(void)fk_send(kernel, FUSE_BATCH_FORGET, 0, &in, sizeof(in), forgets, count * sizeof(*forgets), NULL, 0);
}

void fk_forget(struct fake_kernel *kernel, uint64_t node)
{
	size_t i;

	for (i = 0; i < kernel->lookups_count; i++) {
		if (kernel->lookups[i].node != node || kernel->lookups[i].count == 0)
			continue;
		fk_send_forget(kernel, node, kernel->lookups[i].count);
		kernel->lookups[i].count = 0;
	}
}

/* The first one alone, the others in one batch: both ways are used. The root's count matters to nobody. */
void fk_forget_all(struct fake_kernel *kernel)
{
	struct fuse_forget_one *batch = calloc(kernel->lookups_count + 1, sizeof(*batch));
	bool first = true;
	uint32_t count = 0;
	size_t i;

	assert_non_null(batch);
	for (i = 0; i < kernel->lookups_count; i++) {
		struct fk_lookups *lookups = &kernel->lookups[i];

		if (lookups->count == 0 || lookups->node == FUSE_ROOT_ID)
			continue;
		if (first) {
			fk_send_forget(kernel, lookups->node, lookups->count);
		} else {
			batch[count].nodeid = lookups->node;
			batch[count].nlookup = lookups->count;
			count++;
		}
		first = false;
		lookups->count = 0;
		if (count == 1000) {
			fk_send_batch_forget(kernel, batch, count);
			count = 0;
		}
	}
	if (count > 0)
		fk_send_batch_forget(kernel, batch, count);
	free(batch);
}
