/* SPDX-License-Identifier: MIT */
/* cbf_serve(): the life of a simple daemon, in the foreground or in the background. */
#include <cbfuse/volume.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

/* The parent: exits as the child says, which is success once it wrote a byte. */
static _Noreturn void wait_for_child(int ready)
{
	char byte;
	ssize_t length;

	do
		length = read(ready, &byte, 1);
	while (length < 0 && errno == EINTR);
	_exit(length == 1 ? 0 : 1);
}

/* Returns in the child, with the descriptor to tell the parent by; or a negative errno. */
static int go_to_background(void)
{
	int ends[2];
	pid_t child;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return -errno;
	child = fork();
	if (child < 0) {
		int error = -errno;

		close(ends[0]);
		close(ends[1]);
		return error;
	}
	if (child > 0) {
		close(ends[1]);
		wait_for_child(ends[0]);
	}
	close(ends[0]);
	(void)setsid();
	return ends[1];
}

static void leave_terminal(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	(void)!chdir("/");
	if (null < 0)
		return;
	for (int fd = 0; fd <= 2; fd++)
		(void)dup2(null, fd);
	close(null);
}

static void tell_parent(int ready)
{
	leave_terminal();
	(void)!write(ready, "", 1);
	close(ready);
}

/* Until a signal comes or the volume ends. */
static int wait_for_end(struct cbf_volume *volume, int signals)
{
	struct pollfd fds[] = {{.fd = signals, .events = POLLIN}, {.fd = cbf_get_end_fd(volume), .events = POLLIN}};

	while (poll(fds, 2, -1) < 0)
		if (errno != EINTR)
			return -errno;
	return 0;
}

static int serve(struct cbf_volume *volume, const char *mount_point, const sigset_t *stop, int *ready)
{
	int signals = signalfd(-1, stop, SFD_CLOEXEC | SFD_NONBLOCK);
	struct signalfd_siginfo got;
	int error;

	if (signals < 0)
		return -errno;
	error = cbf_mount(volume, mount_point);
	if (error) {
		close(signals);
		return error;
	}
	if (*ready >= 0)
		tell_parent(*ready);
	*ready = -1;
	error = wait_for_end(volume, signals);
	if (cbf_unmount(volume, CBF_UNMOUNT_FORCE) != 0)
		(void)cbf_wait(volume); /* gone already */
	/* The signal has done its work; left pending it would end the caller when the mask is put back. */
	while (read(signals, &got, sizeof(got)) > 0)
		;
	close(signals);
	return error;
}

int cbf_serve(struct cbf_volume *volume, const char *mount_point, unsigned flags)
{
	sigset_t stop, before;
	int ready = -1;
	int error;

	if (flags & ~(unsigned)CBF_SERVE_BACKGROUND)
		return -EINVAL;
	if (flags & CBF_SERVE_BACKGROUND) {
		ready = go_to_background();
		if (ready < 0)
			return ready;
	}
	sigemptyset(&stop);
	sigaddset(&stop, SIGINT);
	sigaddset(&stop, SIGTERM);
	sigaddset(&stop, SIGHUP);
	error = -pthread_sigmask(SIG_BLOCK, &stop, &before);
	if (error)
		return error;
	error = serve(volume, mount_point, &stop, &ready);
	if (ready >= 0)
		close(ready); /* the mount failed: so the parent is told */
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return error;
}
