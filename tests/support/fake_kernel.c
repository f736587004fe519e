/* SPDX-License-Identifier: MIT */
/* The fake kernel's wire: the socket pair, packets out and in, who waits for which reply. */
#include "fake_kernel.h"

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum { SOCKET_BUFFER = 8 << 20, SOCKET_BUFFER_UNPRIVILEGED = 400 << 10 };

static void enlarge(int fd)
{
	const int large = SOCKET_BUFFER, fair = SOCKET_BUFFER_UNPRIVILEGED;

	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &large, sizeof(large)) != 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &fair, sizeof(fair));
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &large, sizeof(large)) != 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &fair, sizeof(fair));
}

struct fake_kernel *fk_create(int *library_fd)
{
	struct fake_kernel *kernel = calloc(1, sizeof(*kernel));
	int fds[2];

	assert_non_null(kernel);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds), 0);
	enlarge(fds[0]);
	enlarge(fds[1]);
	kernel->packet = malloc(FK_MAX_PACKET);
	assert_non_null(kernel->packet);
	kernel->fd = fds[0];
	kernel->next_unique = 2;
	kernel->uid = kernel->gid = 1000;
	kernel->pid = (uint32_t)getpid();
	kernel->umask = 022;
	*library_fd = fds[1];
	return kernel;
}

static void free_replies(struct fk_reply *reply)
{
	struct fk_reply *next;

	for (; reply; reply = next) {
		next = reply->next;
		free(reply);
	}
}

void fk_destroy(struct fake_kernel *kernel)
{
	struct fk_pending *next;

	if (!kernel)
		return;
	if (kernel->fd >= 0)
		close(kernel->fd);
	for (; kernel->pending; kernel->pending = next) {
		next = kernel->pending->next;
		free(kernel->pending);
	}
	free_replies(kernel->arrived);
	free_replies(kernel->handed_out);
	free(kernel->lookups);
	free(kernel->packet);
	free(kernel);
}

void fk_hang_up(struct fake_kernel *kernel)
{
	(void)shutdown(kernel->fd, SHUT_RDWR);
}

static uint32_t forget_pending(struct fake_kernel *kernel, uint64_t unique)
{
	struct fk_pending **at = &kernel->pending;
	struct fk_pending *found;
	uint32_t opcode;

	while (*at && (*at)->unique != unique)
		at = &(*at)->next;
	found = *at;
	if (!found) {
		fail_msg("a reply with unique number %llu, which no request waits for", (unsigned long long)unique);
		return 0;
	}
	opcode = found->opcode;
	*at = found->next;
	free(found);
	return opcode;
}

static void take_packet(struct fake_kernel *kernel, size_t size)
{
	struct fuse_out_header header;
	struct fk_reply *reply, **last = &kernel->arrived;

	assert_true(size >= sizeof(header));
	memcpy(&header, kernel->packet, sizeof(header));
	assert_int_equal(header.len, size);
	if (header.unique == 0) {
		kernel->notifications++;
		return;
	}
	/* An answer to an interrupt: it came too late (EAGAIN), or is not understood (ENOSYS). */
	if (header.unique & 1) {
		kernel->refused_interrupts++;
		return;
	}
	/* The real kernel refuses these, and then the caller of the system call hangs. */
	assert_true(header.error <= 0 && header.error > -512);
	reply = calloc(1, sizeof(*reply) + size - sizeof(header));
	assert_non_null(reply);
	reply->unique = header.unique;
	reply->error = -header.error;
	reply->length = size - sizeof(header);
	memcpy(reply->data, kernel->packet + sizeof(header), reply->length);
	reply->opcode = forget_pending(kernel, header.unique);
	if (reply->error != 0)
		assert_int_equal(reply->length, 0);
	while (*last)
		last = &(*last)->next;
	*last = reply;
	fk_count_lookups(kernel, reply);
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Takes one packet in, if one comes in time. */
static bool receive(struct fake_kernel *kernel, int timeout_ms)
{
	struct pollfd ready = {.fd = kernel->fd, .events = POLLIN};
	ssize_t size;

	if (kernel->ended || poll(&ready, 1, timeout_ms) <= 0)
		return false;
	size = recv(kernel->fd, kernel->packet, FK_MAX_PACKET, MSG_DONTWAIT);
	if (size > 0) {
		take_packet(kernel, (size_t)size);
		return true;
	}
	if (size == 0 || (errno != EAGAIN && errno != EINTR))
		kernel->ended = true;
	return false;
}

static void transmit(struct fake_kernel *kernel, const struct iovec *parts, size_t count)
{
	struct msghdr message = {.msg_iov = (struct iovec *)(uintptr_t)parts, .msg_iovlen = count};
	struct pollfd ready = {.fd = kernel->fd, .events = POLLIN | POLLOUT};

	while (sendmsg(kernel->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL) < 0) {
		if (errno != EAGAIN && errno != EINTR)
			fail_msg("cannot send a request: %s", strerror(errno));
		/* The library may be unable to go on because nobody takes its replies. */
		if (poll(&ready, 1, FK_PATIENCE_MS) <= 0)
			fail_msg("the library takes no requests");
		if (ready.revents & POLLIN)
			(void)receive(kernel, 0);
	}
	kernel->unstepped++;
}

static bool has_no_reply(uint32_t opcode)
{
	return opcode == FUSE_FORGET || opcode == FUSE_BATCH_FORGET || opcode == FUSE_INTERRUPT;
}

uint64_t fk_send(struct fake_kernel *kernel, uint32_t opcode, uint64_t node, const void *argument, size_t argument_size,
		 const void *first, size_t first_size, const void *second, size_t second_size)
{
	const size_t size = sizeof(struct fuse_in_header) + argument_size + first_size + second_size;
	struct fuse_in_header header = {.len = (uint32_t)size,
					.opcode = opcode,
					.unique = kernel->next_unique,
					.nodeid = node,
					.uid = kernel->uid,
					.gid = kernel->gid,
					.pid = kernel->pid};
	const struct iovec parts[] = {
		{&header, sizeof(header)},
		{(void *)(uintptr_t)argument, argument_size},
		{(void *)(uintptr_t)first, first_size},
		{(void *)(uintptr_t)second, second_size},
	};
	struct fk_pending *pending;

	kernel->next_unique += 2; /* odd numbers are for interrupts, as in Linux */
	if (!has_no_reply(opcode)) {
		pending = calloc(1, sizeof(*pending));
		assert_non_null(pending);
		pending->unique = header.unique;
		pending->opcode = opcode;
		pending->next = kernel->pending;
		kernel->pending = pending;
	}
	transmit(kernel, parts, sizeof(parts) / sizeof(parts[0]));
	return header.unique;
}

static struct fk_reply *find_reply(struct fake_kernel *kernel, uint64_t unique)
{
	struct fk_reply **at = &kernel->arrived;
	struct fk_reply *reply;

	while (*at && (*at)->unique != unique)
		at = &(*at)->next;
	reply = *at;
	if (!reply)
		return NULL;
	*at = reply->next;
	reply->next = kernel->handed_out;
	kernel->handed_out = reply;
	return reply;
}

static void step_once(struct fake_kernel *kernel)
{
	const int served = kernel->step(kernel->step_data);

	kernel->unstepped--;
	if (served != 1)
		fail_msg("a step of the session gave %d", served);
}

void fk_step_all(struct fake_kernel *kernel)
{
	while (kernel->step && kernel->unstepped > 0)
		step_once(kernel);
}

struct fk_reply *fk_wait(struct fake_kernel *kernel, uint64_t unique)
{
	const int64_t until = now_ms() + FK_PATIENCE_MS;
	struct fk_reply *reply;
	int64_t left;

	for (;;) {
		while (receive(kernel, 0))
			;
		reply = find_reply(kernel, unique);
		if (reply)
			return reply;
		if (kernel->step && kernel->unstepped > 0) {
			step_once(kernel);
			continue;
		}
		left = until - now_ms();
		if (kernel->ended)
			fail_msg("the library hung up before it answered request %llu", (unsigned long long)unique);
		if (left <= 0)
			fail_msg("request %llu was not answered", (unsigned long long)unique);
		(void)receive(kernel, (int)left);
	}
}

bool fk_has_reply(struct fake_kernel *kernel, uint64_t unique, int timeout_ms)
{
	const int64_t until = now_ms() + timeout_ms;
	const struct fk_reply *reply;
	int64_t left;

	for (;;) {
		for (reply = kernel->arrived; reply; reply = reply->next)
			if (reply->unique == unique)
				return true;
		left = until - now_ms();
		if (!receive(kernel, left > 0 ? (int)left : 0) && (left <= 0 || kernel->ended))
			return false;
	}
}

void fk_wait_end(struct fake_kernel *kernel)
{
	const int64_t until = now_ms() + FK_PATIENCE_MS;
	int64_t left;

	while (!kernel->ended) {
		left = until - now_ms();
		if (left <= 0)
			fail_msg("the library did not hang up");
		(void)receive(kernel, (int)left);
	}
}

int fk_wait_fixed(struct fake_kernel *kernel, uint64_t unique, void *out, size_t size)
{
	const struct fk_reply *reply = fk_wait(kernel, unique);

	if (reply->error != 0)
		return reply->error;
	assert_true(reply->length >= size);
	if (out && size > 0)
		memcpy(out, reply->data, size);
	return 0;
}

int fk_wait_bytes(struct fake_kernel *kernel, uint64_t unique, void *out, size_t capacity, size_t *length)
{
	const struct fk_reply *reply = fk_wait(kernel, unique);

	if (reply->error != 0)
		return reply->error;
	assert_true(reply->length <= capacity);
	if (out && reply->length > 0)
		memcpy(out, reply->data, reply->length);
	if (length)
		*length = reply->length;
	return 0;
}

int fk_wait_entry(struct fake_kernel *kernel, uint64_t unique, struct fuse_entry_out *out)
{
	return fk_wait_fixed(kernel, unique, out, sizeof(*out));
}

int fk_init(struct fake_kernel *kernel, const struct fk_init_options *options)
{
	const struct fk_init_options none = {0};
	struct fuse_init_in in = {.major = FUSE_KERNEL_VERSION};
	const struct fk_reply *reply;
	uint64_t flags;

	if (!options)
		options = &none;
	flags = options->flags ? options->flags : FK_DEFAULT_FLAGS;
	in.minor = options->minor ? options->minor : 38;
	in.max_readahead = options->max_readahead ? options->max_readahead : 128 << 10;
	in.flags = (uint32_t)flags;
	in.flags2 = (uint32_t)(flags >> 32);
	reply = fk_wait(kernel, fk_send(kernel, FUSE_INIT, 0, &in, sizeof(in), NULL, 0, NULL, 0));
	if (reply->error != 0)
		return reply->error;
	assert_true(reply->length >= FUSE_COMPAT_22_INIT_OUT_SIZE);
	memset(&kernel->init, 0, sizeof(kernel->init));
	memcpy(&kernel->init, reply->data, reply->length < sizeof(kernel->init) ? reply->length : sizeof(kernel->init));
	return 0;
}
