/* SPDX-License-Identifier: MIT */
#include "routed.h"

#include "volume.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <sys/stat.h>
#include <unistd.h>

enum { STAT_BLOCK = 512 };

static int error_of(int result)
{
	return result < 0 ? errno : 0;
}

int cbf__route_read(struct cbf__route *route, void *buffer, size_t size, uint64_t position, size_t *count)
{
	int error = cbf__route_allow(route, O_RDONLY);

	*count = 0;
	while (!error && *count < size) {
		ssize_t got = pread(route->fd, (char *)buffer + *count, size - *count, (off_t)(position + *count));

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return *count ? 0 : error_of((int)got);
		*count += (size_t)got;
	}
	return error;
}

int cbf__route_write(struct cbf__route *route, const void *buffer, size_t size, uint64_t position, size_t *count)
{
	int error = cbf__route_allow(route, O_WRONLY);

	*count = 0;
	while (!error && *count < size) {
		ssize_t got =
			pwrite(route->fd, (const char *)buffer + *count, size - *count, (off_t)(position + *count));

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return *count ? 0 : error_of((int)got);
		*count += (size_t)got;
	}
	return error;
}

static int set_size(struct cbf__route *route, uint64_t size)
{
	int error = cbf__route_allow(route, O_WRONLY);

	return error ? error : error_of(ftruncate(route->fd, (off_t)size));
}

static int allocate(struct cbf__route *route, int mode, uint64_t position, uint64_t length)
{
	int error = cbf__route_allow(route, O_WRONLY);

	return error ? error
		     : error_of(fallocate(route->fd, mode | FALLOC_FL_KEEP_SIZE, (off_t)position, (off_t)length));
}

static int zeroize(struct cbf__route *route, const struct cbf_zeroize_file_range_event *event)
{
	return allocate(route, event->punch_hole ? FALLOC_FL_PUNCH_HOLE : FALLOC_FL_ZERO_RANGE, event->position,
			event->length);
}

/* Nobody relies on the position that this moves. */
static int query_ranges(struct cbf__route *route, struct cbf_query_allocated_ranges_event *event)
{
	off_t data = lseek(route->fd, (off_t)event->position, SEEK_DATA), hole;

	if (data < 0)
		return errno == ENXIO ? 0 : errno;
	hole = lseek(route->fd, data, SEEK_HOLE);
	if (hole < 0)
		return errno == ENXIO ? 0 : errno; /* cut off meanwhile */
	event->range_found = true;
	event->range_position = (uint64_t)data;
	event->range_length = (uint64_t)(hole - data);
	return 0;
}

/* If one of the two is not routed, the kernel copies by reading and writing. */
static int offload(struct cbf__request *rq, struct cbf__route *route, struct cbf__route *source)
{
	struct cbf_offload_write_file_event *event = &rq->event.offload_write_file;
	off_t from = (off_t)event->transfer_offset, to = (off_t)event->position;
	ssize_t copied;
	int error;

	if (!route || !source)
		return EOPNOTSUPP;
	error = cbf__route_allow(source, O_RDONLY);
	if (!error)
		error = cbf__route_allow(route, O_WRONLY);
	if (error)
		return error;
	copied = copy_file_range(source->fd, &from, route->fd, &to, (size_t)event->copy_length, 0);
	if (copied < 0) /* local files that cannot be copied so can still be copied by the kernel */
		return errno == EXDEV || errno == EINVAL || errno == ENOSYS ? EOPNOTSUPP : errno;
	event->transfer_length = (uint64_t)copied;
	return 0;
}

static bool serve_offload(struct cbf__request *rq, struct cbf__route *route)
{
	struct cbf__route *source = rq->source.handle->file->route;

	if (route && (cbf__route_flags(route) & CBF_ROUTE_NO_OFFLOAD))
		route = NULL;
	if (source && (cbf__route_flags(source) & CBF_ROUTE_NO_OFFLOAD))
		source = NULL;
	/* A source that the application does not know to be open has no contexts for it. */
	if (!route && !source && !rq->source.handle->file->unannounced)
		return false;
	rq->result = offload(rq, route, source);
	return true;
}

static unsigned excluding_flag(enum cbf__event_id id)
{
	switch (id) {
	case CBF__READ_FILE:
		return CBF_ROUTE_NO_READ;
	case CBF__WRITE_FILE:
		return CBF_ROUTE_NO_WRITE;
	case CBF__SET_FILE_SIZE:
		return CBF_ROUTE_NO_SET_SIZE;
	case CBF__SET_ALLOCATION_SIZE:
	case CBF__ZEROIZE_FILE_RANGE:
		return CBF_ROUTE_NO_ALLOCATE;
	case CBF__QUERY_ALLOCATED_RANGES:
		return CBF_ROUTE_NO_QUERY_RANGES;
	case CBF__FLUSH_FILE:
		return CBF_ROUTE_NO_FLUSH;
	default:
		return 0;
	}
}

static int serve(struct cbf__route *route, enum cbf__event_id id, union cbf__event *event)
{
	switch (id) {
	case CBF__READ_FILE:
		return cbf__route_read(route, event->read_file.buffer, event->read_file.bytes_to_read,
				       event->read_file.position, &event->read_file.bytes_read);
	case CBF__WRITE_FILE:
		return cbf__route_write(route, event->write_file.buffer, event->write_file.bytes_to_write,
					event->write_file.position, &event->write_file.bytes_written);
	case CBF__SET_FILE_SIZE:
		return set_size(route, event->set_file_size.size);
	case CBF__SET_ALLOCATION_SIZE:
		return allocate(route, 0, event->set_allocation_size.position, event->set_allocation_size.length);
	case CBF__ZEROIZE_FILE_RANGE:
		return zeroize(route, &event->zeroize_file_range);
	case CBF__QUERY_ALLOCATED_RANGES:
		return query_ranges(route, &event->query_allocated_ranges);
	default: /* CBF__FLUSH_FILE */
		return error_of(event->flush_file.data_only ? fdatasync(route->fd) : fsync(route->fd));
	}
}

bool cbf__serve_routed(struct cbf__request *rq, enum cbf__event_id id)
{
	struct cbf__route *route = rq->file ? rq->file->route : NULL;
	unsigned flag;

	if (id == CBF__OFFLOAD_WRITE_FILE)
		return rq->volume->properties.use_routing && serve_offload(rq, route);
	flag = route ? excluding_flag(id) : 0;
	if (!flag || (cbf__route_flags(route) & flag))
		return false;
	rq->result = serve(route, id, &rq->event);
	return true;
}

struct cbf__route **cbf__route_place(const struct cbf__request *rq, enum cbf__event_id id, struct cbf__route **route)
{
	const struct cbf_create_file_event *create = &rq->event.create_file;
	bool may = false;

	*route = NULL;
	if (id == CBF__OPEN_FILE)
		may = rq->target->type == S_IFREG && !rq->event.open_file.is_stream;
	else if (id == CBF__CREATE_FILE)
		may = S_ISREG(create->mode) && !create->is_stream;
	return may ? route : NULL;
}

void cbf__route_opened(struct cbf__request *rq, struct cbf__route *route)
{
	struct cbf__route *old = route;

	if (!route)
		return;
	if (rq->result == 0) {
		cbf__lock(rq);
		old = rq->file->route;
		rq->file->route = route;
		cbf__unlock(rq);
	}
	cbf__route_release(old);
}

/* Releases the reference. */
static void take_sizes(struct cbf__request *rq, struct cbf__route *route)
{
	struct stat st;

	if (!route)
		return;
	if (!(cbf__route_flags(route) & CBF_ROUTE_NO_SIZE) && fstat(route->fd, &st) == 0) {
		rq->info.size = (uint64_t)st.st_size;
		rq->info.allocation_size = (uint64_t)st.st_blocks * STAT_BLOCK;
	}
	cbf__route_release(route);
}

/* The answer may be about another file that has taken the name behind our back. */
static bool is_about(const struct cbf__request *rq, const struct cbf__node *node)
{
	return !node || !node->file_id || !rq->volume->properties.use_file_ids || rq->info.file_id == node->file_id;
}

void cbf__route_sizes(struct cbf__request *rq, const struct cbf__file *file)
{
	struct cbf__route *route = NULL;

	if (!rq->volume->properties.use_routing)
		return;
	cbf__lock(rq);
	if (is_about(rq, file->node))
		route = cbf__route_hold(file->route);
	cbf__unlock(rq);
	take_sizes(rq, route);
}

bool cbf__route_node_sizes(struct cbf__request *rq, const struct cbf__node *node)
{
	struct cbf__route *route = NULL;
	bool open;

	if (!rq->volume->properties.use_routing)
		return true;
	cbf__lock(rq);
	open = node->file != NULL;
	if (open && is_about(rq, node))
		route = cbf__route_hold(node->file->route);
	cbf__unlock(rq);
	take_sizes(rq, route);
	return open;
}

bool cbf__take_route(struct cbf__request *rq, unsigned flag)
{
	if (!rq->volume->properties.use_routing || atomic_load(&rq->volume->ending))
		return false;
	cbf__lock(rq);
	if (rq->handle->id && rq->handle->file->route && !(cbf__route_flags(rq->handle->file->route) & flag))
		rq->route = cbf__route_hold(rq->handle->file->route);
	cbf__unlock(rq);
	return rq->route != NULL;
}
