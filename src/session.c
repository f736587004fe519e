/* SPDX-License-Identifier: MIT */
#include "session.h"

#include "fuse/ops.h"
#include "mount.h"
#include "step/step.h"
#include "volume.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/uio.h>
#include <unistd.h>

enum { DEFAULT_MIN_WORKERS = 2, DEFAULT_MAX_WORKERS = 16 };

/* libfuse logs to one place for the whole process; the thread says which volume it is working for. */
static _Thread_local struct cbf_volume *logging_volume;

static void log_line(enum fuse_log_level level, const char *format, va_list arguments) CBF_PRINTF(2, 0);

static void log_line(enum fuse_log_level level, const char *format, va_list arguments)
{
	char line[512];

	if (!logging_volume) {
		(void)vfprintf(stderr, format, arguments); /* somebody else's use of libfuse: as without us */
		return;
	}
	if (level > FUSE_LOG_WARNING || logging_volume->attached)
		return; /* the end of a socket is an error to libfuse */
	(void)vsnprintf(line, sizeof(line), format, arguments);
	line[strcspn(line, "\n")] = '\0';
	cbf__report(logging_volume, EIO, "libfuse: %s", line);
}

static void take_over_log(void)
{
	fuse_set_log_func(log_line);
}

/* What a worker waits with. The descriptor of the kernel does not block, so that a thread which waits for a request can
 * be woken for another reason; EPOLLEXCLUSIVE, so that a request wakes one thread. */
struct receiver {
	struct fuse_buf buffer;
	int epoll;
};

/* CBF__RECEIVED: there may be a request now. */
static enum cbf__received wait_for_request(struct cbf_volume *volume, const struct receiver *receiver)
{
	struct epoll_event events[2];
	uint64_t wakes;
	int count;

	do
		count = epoll_wait(receiver->epoll, events, 2, -1);
	while (count < 0 && errno == EINTR);
	for (int i = 0; i < count; i++) {
		if (events[i].data.fd != volume->wake_fd)
			continue;
		if (atomic_load(&volume->ending))
			return CBF__RECEIVED_END; /* the others must see it as well: it is not taken */
		if (read(volume->wake_fd, &wakes, sizeof(wakes)) > 0)
			return CBF__RECEIVED_NOTHING;
	}
	return count < 0 ? CBF__RECEIVED_END : CBF__RECEIVED;
}

static enum cbf__received receive(struct cbf_volume *volume, void *data)
{
	struct receiver *receiver = data;
	enum cbf__received waited = CBF__RECEIVED;
	int received = -EAGAIN;

	logging_volume = volume;
	while (waited == CBF__RECEIVED && (received == -EINTR || received == -EAGAIN)) {
		received = fuse_session_receive_buf(volume->session, &receiver->buffer);
		if (received > 0)
			return CBF__RECEIVED;
		if (received == -EAGAIN)
			waited = wait_for_request(volume, receiver);
	}
	if (waited == CBF__RECEIVED_NOTHING)
		return CBF__RECEIVED_NOTHING;
	atomic_store(&volume->ending, true);
	return CBF__RECEIVED_END;
}

static void wake_readers(struct cbf_volume *volume)
{
	const uint64_t one = 1;
	ssize_t written = write(volume->wake_fd, &one, sizeof(one)); /* fails only when it is readable anyway */

	(void)written;
}

static void fire_mount(struct cbf_volume *volume)
{
	union cbf__event event;
	int result;

	memset(&event, 0, sizeof(event));
	result = cbf__fire(volume, CBF__MOUNT, &event, NULL);
	if (result)
		atomic_store(&volume->ending, true);
	pthread_mutex_lock(&volume->lock);
	volume->mount_fired = true;
	volume->mount_result = result;
	volume->state = CBF__MOUNTED;
	pthread_cond_broadcast(&volume->changed);
	pthread_mutex_unlock(&volume->lock);
	cbf__workers_open(&volume->workers);
	if (result)
		cbf__session_stop(volume);
}

static void process(struct cbf_volume *volume, void *data)
{
	struct fuse_buf *buffer = &((struct receiver *)data)->buffer;
	bool before = volume->workers.opened;

	fuse_session_process_buf(volume->session, buffer);
	if (before)
		return;
	/* FUSE_INIT may have settled on larger requests: the next one gets a new buffer. */
	free(buffer->mem);
	memset(buffer, 0, sizeof(*buffer));
	if (volume->initialised)
		fire_mount(volume);
}

static void free_buffer(void *data)
{
	struct receiver *receiver = data;

	free(receiver->buffer.mem);
	close(receiver->epoll);
	free(receiver);
}

static bool watch(int epoll, int fd, uint32_t events)
{
	struct epoll_event event = {.events = events, .data.fd = fd};

	return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0;
}

static void *new_buffer(struct cbf_volume *volume)
{
	struct receiver *receiver = calloc(1, sizeof(*receiver));

	if (!receiver)
		return NULL;
	receiver->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (receiver->epoll >= 0 && watch(receiver->epoll, volume->wake_fd, EPOLLIN) &&
	    watch(receiver->epoll, fuse_session_fd(volume->session), EPOLLIN | EPOLLEXCLUSIVE))
		return receiver;
	if (receiver->epoll >= 0)
		close(receiver->epoll);
	free(receiver);
	return NULL;
}

static void all_done(struct cbf_volume *volume)
{
	union cbf__event event;

	cbf__close_all(volume);
	if (!volume->mount_fired || volume->mount_result)
		return;
	memset(&event, 0, sizeof(event));
	if (!atomic_load(&volume->asked_to_end))
		(void)cbf__fire(volume, CBF__EJECTED, &event, NULL);
	memset(&event, 0, sizeof(event));
	(void)cbf__fire(volume, CBF__UNMOUNT, &event, NULL);
}

static const struct cbf__source source = {.receive = receive,
					  .wake_readers = wake_readers,
					  .process = process,
					  .new_buffer = new_buffer,
					  .free_buffer = free_buffer,
					  .all_done = all_done,
					  .over = cbf__volume_ended};

static int new_session(struct cbf_volume *volume)
{
	struct fuse_args args = FUSE_ARGS_INIT(0, NULL);
	struct fuse_lowlevel_ops ops;
	char *options = cbf__mount_options(volume);
	int error = -ENOMEM;

	if (options && fuse_opt_add_arg(&args, "cbfuse") == 0 && fuse_opt_add_arg(&args, options) == 0) {
		cbf__ops_fill(volume, &ops);
		volume->session = fuse_session_new(&args, &ops, sizeof(ops), volume);
		error = volume->session ? 0 : -EINVAL;
	}
	fuse_opt_free_args(&args);
	free(options);
	return error;
}

static int do_not_block(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	return flags >= 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0 ? 0 : -errno;
}

static int start_workers(struct cbf_volume *volume)
{
	const struct cbf__properties *properties = &volume->properties;
	unsigned min = properties->min_workers ? properties->min_workers : DEFAULT_MIN_WORKERS;
	unsigned max = properties->max_workers ? properties->max_workers : DEFAULT_MAX_WORKERS;

	int error = do_not_block(fuse_session_fd(volume->session));

	if (error)
		return error;
	if (properties->serialize_events)
		return cbf__workers_start(&volume->workers, 1, 1);
	return cbf__workers_start(&volume->workers, min < max ? min : max, max);
}

static int needs_of_hard_links(struct cbf_volume *volume)
{
	static const struct {
		enum cbf__event_id id;
		const char *name;
	} needs[] = {{CBF__GET_FILE_INFO, "GetFileInfo"},
		     {CBF__CREATE_HARD_LINK, "CreateHardLink"},
		     {CBF__ENUMERATE_HARD_LINKS, "EnumerateHardLinks"},
		     {CBF__GET_FILE_NAME_BY_FILE_ID, "GetFileNameByFileId"}};

	for (size_t i = 0; volume->properties.use_hard_links && i < sizeof(needs) / sizeof(needs[0]); i++) {
		if (cbf__hooked(volume, needs[i].id))
			continue;
		cbf__report(volume, EINVAL, "use_hard_links needs a hook for %s", needs[i].name);
		return -EINVAL;
	}
	return 0;
}

int cbf__session_prepare(struct cbf_volume *volume)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	int error = needs_of_hard_links(volume);

	if (error)
		return error;
	pthread_once(&once, take_over_log);
	logging_volume = volume;
	volume->initialised = volume->mount_fired = false;
	volume->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (volume->wake_fd < 0)
		return -errno;
	volume->mount_result = 0;
	atomic_store(&volume->ending, false);
	atomic_store(&volume->asked_to_end, false);
	error = cbf__tree_init(&volume->tree, volume->properties.use_file_ids, volume->properties.use_hard_links);
	if (error) {
		close(volume->wake_fd);
		return error;
	}
	cbf__workers_init(&volume->workers, volume, &source);
	error = new_session(volume);
	logging_volume = NULL;
	if (error)
		cbf__session_clear(volume);
	return error;
}

/* libfuse would unmount whatever lies on the mount point, unless its descriptor says that the connection is broken: a
 * pipe without a reader says so. The kernel's end is cut by that, too. */
static void sever(int fd)
{
	int ends[2];

	if (fd < 0 || pipe2(ends, O_CLOEXEC) != 0)
		return;
	close(ends[0]);
	(void)dup3(ends[1], fd, O_CLOEXEC);
	close(ends[1]);
}

void cbf__session_clear(struct cbf_volume *volume)
{
	if (volume->session) {
		logging_volume = volume;
		if (!cbf__lies_on_top(volume))
			sever(fuse_session_fd(volume->session));
		fuse_session_unmount(volume->session);
		fuse_session_destroy(volume->session);
		logging_volume = NULL;
	}
	volume->session = NULL;
	if (volume->step_buffer)
		free_buffer(volume->step_buffer);
	volume->step_buffer = NULL;
	cbf__request_pool_destroy(volume);
	cbf__workers_destroy(&volume->workers);
	close(volume->wake_fd);
	cbf__tree_destroy(&volume->tree);
}

int cbf__session_mount(struct cbf_volume *volume)
{
	int error;

	logging_volume = volume;
	errno = 0;
	error = fuse_session_mount(volume->session, volume->mount_point) == 0 ? 0 : errno ? -errno : -EIO;
	logging_volume = NULL;
	return error;
}

int cbf__session_start(struct cbf_volume *volume)
{
	return start_workers(volume);
}

void cbf__session_stop(struct cbf_volume *volume)
{
	atomic_store(&volume->asked_to_end, true);
	atomic_store(&volume->ending, true);
	cbf__workers_stop(&volume->workers);
}

/* A test's socket in place of /dev/fuse. */

static ssize_t socket_read(int fd, void *bytes, size_t size, void *data)
{
	ssize_t length;

	(void)data;
	do
		length = read(fd, bytes, size);
	while (length < 0 && errno == EINTR);
	if (length == 0)
		errno = ENODEV; /* what the kernel answers when it is over */
	return length > 0 ? length : -1;
}

static size_t length_of(const struct iovec *pieces, int count)
{
	size_t length = 0;

	for (int i = 0; i < count; i++)
		length += pieces[i].iov_len;
	return length;
}

static ssize_t socket_writev(int fd, struct iovec *pieces, int count, void *data)
{
	struct cbf_volume *volume = data;
	struct fuse_out_header_view {
		uint32_t length;
		int32_t error;
		uint64_t unique;
	} header;

	if (volume->reply_filter && pieces[0].iov_len >= sizeof(header)) {
		memcpy(&header, pieces[0].iov_base, sizeof(header));
		errno = volume->reply_filter(header.unique, header.error, volume->reply_filter_data);
		if (errno)
			return -1;
	}
	while (writev(fd, pieces, count) < 0) {
		struct pollfd room = {.fd = fd, .events = POLLOUT};

		if (errno != EAGAIN || poll(&room, 1, -1) < 0)
			return -1;
	}
	return (ssize_t)length_of(pieces, count);
}

/* Newer builds of libfuse may come without custom I/O: then it reads and writes the socket itself. */
static int attach_plainly(struct cbf_volume *volume, int fd)
{
	char path[32];

	(void)snprintf(path, sizeof(path), "/dev/fd/%d", fd);
	return fuse_session_mount(volume->session, path) == 0 ? 0 : -EIO;
}

static int attach(struct cbf_volume *volume, int fd, unsigned flags)
{
	static const struct fuse_custom_io io = {.read = socket_read, .writev = socket_writev};
	int error = cbf__session_prepare(volume);

	if (error)
		return error;
	logging_volume = volume;
	error = fuse_session_custom_io(volume->session, &io, fd);
	volume->has_custom_io = error == 0;
	if (error == -EOPNOTSUPP)
		error = attach_plainly(volume, fd);
	logging_volume = NULL;
	volume->workers.stepping = flags & CBF__ATTACH_STEP;
	if (error == 0 && volume->workers.stepping) {
		error = do_not_block(fd);
		volume->step_buffer = error ? NULL : new_buffer(volume);
		if (!error && !volume->step_buffer)
			error = -ENOMEM;
	} else if (error == 0) {
		error = start_workers(volume);
	}
	if (error)
		cbf__session_clear(volume);
	return error;
}

int cbf__session_attach(struct cbf_volume *volume, int fd, unsigned flags)
{
	int error = cbf__volume_begin_mount(volume);

	if (error)
		return error;
	volume->attached = true;
	error = attach(volume, fd, flags);
	if (error)
		cbf__volume_mount_failed(volume);
	return error;
}

int cbf__session_step(struct cbf_volume *volume)
{
	if (receive(volume, volume->step_buffer) != CBF__RECEIVED) {
		if (volume->state == CBF__ENDED)
			return 0;
		cbf__workers_run_ready(&volume->workers);
		all_done(volume);
		cbf__volume_ended(volume);
		return 0;
	}
	process(volume, volume->step_buffer);
	cbf__workers_run_ready(&volume->workers);
	return 1;
}

void cbf__session_pause(struct cbf_volume *volume)
{
	cbf__workers_pause(&volume->workers, true);
}

void cbf__session_resume(struct cbf_volume *volume)
{
	cbf__workers_pause(&volume->workers, false);
}

bool cbf__session_set_reply_filter(struct cbf_volume *volume,
				   int (*filter)(uint64_t unique, int32_t error, void *user_data), void *user_data)
{
	volume->reply_filter_data = user_data;
	volume->reply_filter = filter;
	return volume->has_custom_io;
}

const char *cbf_fuse_version(void)
{
	return fuse_pkgversion();
}
