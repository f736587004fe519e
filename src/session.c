/* SPDX-License-Identifier: MIT */
#include "session.h"

#include "fuse/ops.h"
#include "mount.h"
#include "step/step.h"
#include "volume.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
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
	if (level > FUSE_LOG_WARNING)
		return;
	(void)vsnprintf(line, sizeof(line), format, arguments);
	line[strcspn(line, "\n")] = '\0';
	cbf__report(logging_volume, EIO, "libfuse: %s", line);
}

static void take_over_log(void)
{
	fuse_set_log_func(log_line);
}

static int receive(struct cbf_volume *volume, void *buffer)
{
	int received;

	logging_volume = volume;
	do
		received = fuse_session_receive_buf(volume->session, buffer);
	while (received == -EINTR || received == -EAGAIN);
	if (received <= 0)
		atomic_store(&volume->ending, true);
	return received > 0;
}

static void fire_mount(struct cbf_volume *volume)
{
	union cbf__event event;
	int result;

	memset(&event, 0, sizeof(event));
	result = cbf__fire(volume, CBF__MOUNT, &event, NULL);
	pthread_mutex_lock(&volume->lock);
	volume->mount_fired = true;
	volume->mount_result = result;
	volume->state = CBF__MOUNTED;
	pthread_cond_broadcast(&volume->changed);
	pthread_mutex_unlock(&volume->lock);
	cbf__workers_open(&volume->workers);
	if (result && !volume->mount_point)
		(void)shutdown(fuse_session_fd(volume->session), SHUT_RDWR); /* cbf_mount() takes a real mount down */
}

static void process(struct cbf_volume *volume, void *data)
{
	struct fuse_buf *buffer = data;
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

static void *new_buffer(struct cbf_volume *volume)
{
	(void)volume;
	return calloc(1, sizeof(struct fuse_buf));
}

static void free_buffer(void *data)
{
	struct fuse_buf *buffer = data;

	free(buffer->mem);
	free(buffer);
}

static void all_done(struct cbf_volume *volume)
{
	union cbf__event event;

	cbf__close_all(volume);
	if (!volume->mount_fired || volume->mount_result)
		return;
	memset(&event, 0, sizeof(event));
	(void)cbf__fire(volume, CBF__UNMOUNT, &event, NULL);
}

static const struct cbf__source source = {.receive = receive,
					  .process = process,
					  .new_buffer = new_buffer,
					  .free_buffer = free_buffer,
					  .all_done = all_done,
					  .over = cbf__volume_ended};

static char *options_of(const struct cbf_volume *volume)
{
	const struct cbf__properties *properties = &volume->properties;
	const char *name = properties->file_system_name ? properties->file_system_name : "cbfuse";
	const char *more = properties->mount_options ? properties->mount_options : "";
	char *options = NULL;

	if (asprintf(&options, "-odefault_permissions,subtype=%s,fsname=%s%s%s", name,
		     properties->source_name ? properties->source_name : name, *more ? "," : "", more) < 0)
		return NULL;
	return options;
}

static int new_session(struct cbf_volume *volume)
{
	struct fuse_args args = FUSE_ARGS_INIT(0, NULL);
	struct fuse_lowlevel_ops ops;
	char *options = options_of(volume);
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

static int start_workers(struct cbf_volume *volume)
{
	const struct cbf__properties *properties = &volume->properties;
	unsigned min = properties->min_workers ? properties->min_workers : DEFAULT_MIN_WORKERS;
	unsigned max = properties->max_workers ? properties->max_workers : DEFAULT_MAX_WORKERS;

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
	volume->mount_result = 0;
	atomic_store(&volume->ending, false);
	error = cbf__tree_init(&volume->tree, volume->properties.use_file_ids, volume->properties.use_hard_links);
	if (error)
		return error;
	cbf__workers_init(&volume->workers, volume, &source);
	error = new_session(volume);
	logging_volume = NULL;
	if (error)
		cbf__session_clear(volume);
	return error;
}

void cbf__session_clear(struct cbf_volume *volume)
{
	if (volume->session) {
		/* Each session has its mount of its own; without one this does nothing. */
		logging_volume = volume;
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

/* A test's socket in place of /dev/fuse. */

static ssize_t socket_read(int fd, void *bytes, size_t size, void *data)
{
	ssize_t length;

	(void)data;
	do
		length = read(fd, bytes, size);
	while (length < 0 && errno == EINTR);
	if (length > 0)
		return length;
	errno = ENODEV; /* what the kernel answers when it is over */
	return -1;
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
	return writev(fd, pieces, count);
}

static int attach(struct cbf_volume *volume, int fd, unsigned flags)
{
	static const struct fuse_custom_io io = {.read = socket_read, .writev = socket_writev};
	int error = cbf__session_prepare(volume);

	if (error)
		return error;
	error = fuse_session_custom_io(volume->session, &io, fd);
	volume->workers.stepping = flags & CBF__ATTACH_STEP;
	if (error == 0 && volume->workers.stepping)
		volume->step_buffer = new_buffer(volume);
	else if (error == 0)
		error = start_workers(volume);
	if (error)
		cbf__session_clear(volume);
	return error;
}

int cbf__session_attach(struct cbf_volume *volume, int fd, unsigned flags)
{
	int error = cbf__volume_begin_mount(volume);

	if (error)
		return error;
	error = attach(volume, fd, flags);
	if (error)
		cbf__volume_mount_failed(volume);
	return error;
}

int cbf__session_step(struct cbf_volume *volume)
{
	if (!receive(volume, volume->step_buffer)) {
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

void cbf__session_set_reply_filter(struct cbf_volume *volume,
				   int (*filter)(uint64_t unique, int32_t error, void *user_data), void *user_data)
{
	volume->reply_filter_data = user_data;
	volume->reply_filter = filter;
}

const char *cbf_fuse_version(void)
{
	return fuse_pkgversion();
}
