/* SPDX-License-Identifier: MIT */
#include "memory.h"

#include <stdlib.h>
#include <string.h>

enum { BRANCH_BITS = 6, BRANCHES = 1 << BRANCH_BITS, BRANCH_MASK = BRANCHES - 1 };
enum { INDEX_BITS = 64 - PAGE_SHIFT };

struct branch {
	unsigned used;
	void *slots[BRANCHES];
};

static const uint64_t no_page = UINT64_MAX;

/* What stands for a reserved page. */
static char reserved_mark;
static void *const reserved = &reserved_mark;

void content_init(struct content *content, struct page_pool *pool)
{
	memset(content, 0, sizeof(*content));
	content->pool = pool;
}

/* How many pages a tree of that height can hold. */
static uint64_t span(unsigned height)
{
	return height * BRANCH_BITS >= INDEX_BITS ? UINT64_C(1) << INDEX_BITS : UINT64_C(1) << (height * BRANCH_BITS);
}

static unsigned branch_of(uint64_t index, unsigned height)
{
	return (unsigned)(index >> ((height - 1) * BRANCH_BITS)) & BRANCH_MASK;
}

static uint64_t page_of(uint64_t position)
{
	return position >> PAGE_SHIFT;
}

static uint64_t page_behind(uint64_t end)
{
	return page_of(end + PAGE_BYTES - 1);
}

/* The page, `reserved`, or NULL for a hole. */
static void *find(const struct content *content, uint64_t index)
{
	void *item = content->root;

	if (index >= span(content->height))
		return NULL;
	for (unsigned height = content->height; item && height > 0; height--)
		item = ((struct branch *)item)->slots[branch_of(index, height)];
	return item;
}

static bool grow(struct content *content)
{
	struct branch *top;

	if (content->root) {
		top = calloc(1, sizeof(*top));
		if (!top)
			return false;
		top->slots[0] = content->root;
		top->used = 1;
		content->root = top;
	}
	content->height++;
	return true;
}

/* Of a branch whose last page has gone, or that was made on the way to a page for which there was no memory. */
static void drop_if_unused(void **slot)
{
	struct branch *branch = *slot;

	if (branch->used > 0)
		return;
	free(branch);
	*slot = NULL;
}

static bool put_below(void **slot, unsigned height, uint64_t index, void *page)
{
	struct branch *branch = *slot;
	void **below;
	bool was_there;

	if (height == 0) {
		*slot = page;
		return true;
	}
	if (!branch)
		*slot = branch = calloc(1, sizeof(*branch));
	if (!branch)
		return false;
	below = &branch->slots[branch_of(index, height)];
	was_there = *below;
	if (!put_below(below, height - 1, index, page)) {
		drop_if_unused(slot);
		return false;
	}
	branch->used += !was_there;
	return true;
}

/* Puts a page, or `reserved`, where a hole or a reserved page is. */
static bool put(struct content *content, uint64_t index, void *page)
{
	bool counts = !find(content, index);

	while (index >= span(content->height))
		if (!grow(content))
			return false;
	if (!put_below(&content->root, content->height, index, page))
		return false;
	content->pages += counts;
	return true;
}

static void drop_page(void *page)
{
	if (page != reserved)
		page_free(page);
}

/* Makes holes of the pages from first up to end, both counted from where the item begins. How many were there. */
static uint64_t release_below(void **slot, unsigned height, uint64_t first, uint64_t end)
{
	struct branch *branch = *slot;
	uint64_t released = 0, width, start;
	void **below;

	if (height == 0) {
		drop_page(*slot);
		*slot = NULL;
		return 1;
	}
	width = span(height - 1);
	for (uint64_t i = first / width; i < BRANCHES && i * width < end; i++) {
		start = i * width;
		below = &branch->slots[i];
		if (!*below)
			continue;
		released += release_below(below, height - 1, first > start ? first - start : 0,
					  end - start < width ? end - start : width);
		branch->used -= !*below;
	}
	drop_if_unused(slot);
	return released;
}

static void release(struct content *content, uint64_t first, uint64_t end)
{
	uint64_t most = span(content->height);

	if (end > most)
		end = most;
	if (content->root && first < end)
		content->pages -= release_below(&content->root, content->height, first, end);
	if (!content->root)
		content->height = 0;
}

void content_destroy(struct content *content)
{
	release(content, 0, no_page);
}

static uint64_t holes_below(const void *item, unsigned height, uint64_t first, uint64_t end)
{
	const struct branch *branch = item;
	uint64_t holes = 0, width, start;

	if (!item)
		return end - first;
	if (height == 0)
		return 0;
	width = span(height - 1);
	for (uint64_t i = first / width; i < BRANCHES && i * width < end; i++) {
		start = i * width;
		holes += holes_below(branch->slots[i], height - 1, first > start ? first - start : 0,
				     end - start < width ? end - start : width);
	}
	return holes;
}

static uint64_t count_holes(const struct content *content, uint64_t first, uint64_t end)
{
	uint64_t most = span(content->height), outside = 0;

	if (first >= end)
		return 0;
	if (end > most) {
		outside = end - (first > most ? first : most);
		end = most;
	}
	return outside + (first < end ? holes_below(content->root, content->height, first, end) : 0);
}

uint64_t content_missing(const struct content *content, uint64_t position, uint64_t length)
{
	return length ? count_holes(content, page_of(position), page_behind(position + length)) : 0;
}

/* The part of a range that lies in the page of its start. */
static size_t part_in_page(uint64_t position, uint64_t length)
{
	uint64_t rest = PAGE_BYTES - position % PAGE_BYTES;

	return (size_t)(length < rest ? length : rest);
}

static bool is_data(const void *page)
{
	return page && page != reserved;
}

void content_read(const struct content *content, uint64_t position, void *buffer, size_t length)
{
	char *to = buffer;
	const char *page;

	for (size_t part; length > 0; to += part, position += part, length -= part) {
		part = part_in_page(position, length);
		page = find(content, page_of(position));
		if (is_data(page))
			memcpy(to, page + position % PAGE_BYTES, part);
		else
			memset(to, 0, part);
	}
}

/* The page, made if it is not there. cleared: with zeros, since not all of it will be written. */
static char *need_page(struct content *content, uint64_t index, bool cleared)
{
	void *page = find(content, index);

	if (is_data(page))
		return page;
	page = page_new(content->pool, cleared);
	if (!page || put(content, index, page))
		return page;
	page_free(page);
	return NULL;
}

size_t content_write(struct content *content, uint64_t position, const void *buffer, size_t length)
{
	const char *from = buffer;
	size_t written = 0;
	char *page;

	for (size_t part; written < length; written += part, position += part) {
		part = part_in_page(position, length - written);
		page = need_page(content, page_of(position), part < PAGE_BYTES);
		if (!page)
			break;
		memcpy(page + position % PAGE_BYTES, from + written, part);
	}
	return written;
}

/* The part of a copy that touches one page at either end. */
static size_t copy_part(uint64_t position, uint64_t from_position, uint64_t length)
{
	return part_in_page(position, part_in_page(from_position, length));
}

static bool copy_within_pages(struct content *to, uint64_t position, const char *from, size_t part)
{
	char *page;

	if (!from && !is_data(find(to, page_of(position))))
		return true; /* zeros onto zeros */
	page = need_page(to, page_of(position), part < PAGE_BYTES);
	if (page && from)
		memcpy(page + position % PAGE_BYTES, from, part);
	else if (page)
		memset(page + position % PAGE_BYTES, 0, part);
	return page;
}

uint64_t content_copy(struct content *to, uint64_t position, const struct content *from, uint64_t from_position,
		      uint64_t length)
{
	uint64_t copied = 0;
	const char *page;

	for (size_t part; copied < length; copied += part, position += part, from_position += part) {
		part = copy_part(position, from_position, length - copied);
		page = find(from, page_of(from_position));
		page = is_data(page) ? page + from_position % PAGE_BYTES : NULL;
		if (!copy_within_pages(to, position, page, part))
			break;
	}
	return copied;
}

uint64_t content_copy_missing(const struct content *to, uint64_t position, const struct content *from,
			      uint64_t from_position, uint64_t length)
{
	uint64_t missing = 0, last = no_page;

	for (size_t part; length > 0; length -= part, position += part, from_position += part) {
		part = copy_part(position, from_position, length);
		if (page_of(position) == last || find(to, page_of(position)) ||
		    !is_data(find(from, page_of(from_position))))
			continue;
		last = page_of(position);
		missing++;
	}
	return missing;
}

/* Takes back the marks of a reservation that failed: all of them lie where holes were, from `first` on. */
static void take_marks_back(struct content *content, const uint64_t *holes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		release(content, holes[i], holes[i] + 1);
}

bool content_reserve(struct content *content, uint64_t position, uint64_t length)
{
	uint64_t first = page_of(position), end = page_behind(position + length);
	uint64_t missing = content_missing(content, position, length);
	uint64_t *holes = missing ? malloc(missing * sizeof(*holes)) : NULL;
	size_t count = 0;
	bool done = holes || !missing;

	for (uint64_t i = first; done && count < missing && i < end; i++) {
		if (find(content, i))
			continue;
		done = put(content, i, reserved);
		if (done)
			holes[count++] = i;
	}
	if (!done)
		take_marks_back(content, holes, count);
	free(holes);
	return done;
}

static void clear_part(const struct content *content, uint64_t position, size_t part)
{
	char *page = find(content, page_of(position));

	if (is_data(page))
		memset(page + position % PAGE_BYTES, 0, part);
}

static uint64_t find_data_below(const void *item, unsigned height, uint64_t from)
{
	const struct branch *branch = item;
	uint64_t width, found;

	if (!is_data(item))
		return no_page;
	if (height == 0)
		return from;
	width = span(height - 1);
	for (uint64_t i = from / width; i < BRANCHES; i++, from = i * width) {
		found = find_data_below(branch->slots[i], height - 1, from - i * width);
		if (found != no_page)
			return found + i * width;
	}
	return no_page;
}

static uint64_t find_zeros_below(const void *item, unsigned height, uint64_t from)
{
	const struct branch *branch = item;
	uint64_t width, found;

	if (!is_data(item))
		return from;
	if (height == 0)
		return no_page;
	width = span(height - 1);
	for (uint64_t i = from / width; i < BRANCHES; i++, from = i * width) {
		found = find_zeros_below(branch->slots[i], height - 1, from - i * width);
		if (found != no_page)
			return found + i * width;
	}
	return no_page;
}

static uint64_t next_data(const struct content *content, uint64_t index)
{
	return index < span(content->height) ? find_data_below(content->root, content->height, index) : no_page;
}

/* Whole pages of data become reserved ones, which needs no memory. */
static void forget_data(struct content *content, uint64_t first, uint64_t end)
{
	for (uint64_t i = next_data(content, first); i < end; i = next_data(content, i + 1)) {
		page_free(find(content, i));
		put_below(&content->root, content->height, i, reserved);
	}
}

void content_zero(struct content *content, uint64_t position, uint64_t length, bool punch_hole)
{
	uint64_t end = position + length, first = page_behind(position), last = page_of(end);

	if (first > last) { /* inside of one page */
		clear_part(content, position, (size_t)length);
		return;
	}
	if (position % PAGE_BYTES)
		clear_part(content, position, PAGE_BYTES - position % PAGE_BYTES);
	if (end % PAGE_BYTES)
		clear_part(content, last * PAGE_BYTES, end % PAGE_BYTES);
	if (punch_hole)
		release(content, first, last);
	else
		forget_data(content, first, last);
}

void content_cut(struct content *content, uint64_t size)
{
	if (size % PAGE_BYTES)
		clear_part(content, size, PAGE_BYTES - size % PAGE_BYTES);
	release(content, page_behind(size), no_page);
}

bool content_find_data(const struct content *content, uint64_t position, uint64_t *start, uint64_t *end)
{
	uint64_t first = next_data(content, page_of(position)), behind;

	if (first == no_page)
		return false;
	behind = find_zeros_below(content->root, content->height, first);
	if (behind == no_page)
		behind = span(content->height);
	*start = first << PAGE_SHIFT;
	*end = behind << PAGE_SHIFT;
	return true;
}
