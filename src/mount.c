/* SPDX-License-Identifier: MIT */
/* cbf_mount(), cbf_wait(), cbf_unmount(): the states of a volume. */
#include "mount.h"

#include "session.h"
#include "volume.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

int cbf__volume_begin_mount(struct cbf_volume *volume)
{
	uint64_t drained;
	int error = 0;

	pthread_mutex_lock(&volume->lock);
	if (volume->state == CBF__IDLE)
		volume->state = CBF__MOUNTING;
	else
		error = -EBUSY;
	pthread_mutex_unlock(&volume->lock);
	if (!error && read(volume->end_fd, &drained, sizeof(drained)) < 0 && errno != EAGAIN)
		error = -errno;
	return error;
}

static void set_state(struct cbf_volume *volume, enum cbf__state state)
{
	pthread_mutex_lock(&volume->lock);
	volume->state = state;
	pthread_cond_broadcast(&volume->changed);
	pthread_mutex_unlock(&volume->lock);
}

void cbf__volume_mount_failed(struct cbf_volume *volume)
{
	free(volume->mount_point);
	volume->mount_point = NULL;
	set_state(volume, CBF__IDLE);
}

void cbf__volume_ended(struct cbf_volume *volume)
{
	const uint64_t one = 1;
	ssize_t written;

	pthread_mutex_lock(&volume->lock);
	written = write(volume->end_fd, &one, sizeof(one)); /* fails only at 2^64 - 1 */
	(void)written;
	volume->state = CBF__ENDED;
	pthread_cond_broadcast(&volume->changed);
	pthread_mutex_unlock(&volume->lock);
}

bool cbf__volume_enter(struct cbf_volume *volume)
{
	bool mounted;

	pthread_mutex_lock(&volume->lock);
	mounted = volume->state == CBF__MOUNTED;
	volume->callers += mounted;
	pthread_mutex_unlock(&volume->lock);
	return mounted;
}

void cbf__volume_leave(struct cbf_volume *volume)
{
	pthread_mutex_lock(&volume->lock);
	volume->callers--;
	pthread_cond_broadcast(&volume->changed);
	pthread_mutex_unlock(&volume->lock);
}

/* Waits until the volume is idle again; whoever finds it ended first clears up. With the lock held. */
static void wait_until_idle(struct cbf_volume *volume)
{
	while (volume->state == CBF__MOUNTING || volume->state == CBF__MOUNTED || volume->state == CBF__CLEARING ||
	       (volume->state == CBF__ENDED && volume->callers))
		pthread_cond_wait(&volume->changed, &volume->lock);
	if (volume->state != CBF__ENDED)
		return;
	volume->state = CBF__CLEARING;
	pthread_mutex_unlock(&volume->lock);
	cbf__workers_join(&volume->workers);
	cbf__session_clear(volume);
	free(volume->mount_point);
	volume->mount_point = NULL;
	pthread_mutex_lock(&volume->lock);
	volume->state = CBF__IDLE;
	pthread_cond_broadcast(&volume->changed);
}

static bool is_mounted(const struct cbf_volume *volume)
{
	return volume->state == CBF__MOUNTED || volume->state == CBF__ENDED || volume->state == CBF__CLEARING;
}

int cbf_wait(struct cbf_volume *volume)
{
	int error = 0;

	if (cbf__inside_hook())
		return -EDEADLK;
	pthread_mutex_lock(&volume->lock);
	if (is_mounted(volume) || volume->state == CBF__MOUNTING)
		wait_until_idle(volume);
	else
		error = -ENOTCONN;
	pthread_mutex_unlock(&volume->lock);
	return error;
}

int cbf_unmount(struct cbf_volume *volume, unsigned flags)
{
	bool mounted, ended;
	int error = 0;

	if (flags & ~(unsigned)CBF_UNMOUNT_FORCE)
		return -EINVAL;
	if (cbf__inside_hook())
		return -EDEADLK;
	pthread_mutex_lock(&volume->lock);
	mounted = is_mounted(volume) && volume->mount_point;
	ended = volume->state != CBF__MOUNTED;
	pthread_mutex_unlock(&volume->lock);
	if (!mounted)
		return -ENOTCONN;
	if (!ended)
		error = cbf__take_down(volume->mount_point, flags & CBF_UNMOUNT_FORCE);
	return error ? error : cbf_wait(volume);
}

static int find_mount_point(struct cbf_volume *volume, const char *mount_point)
{
	struct stat st;

	volume->mount_point = realpath(mount_point, NULL);
	if (!volume->mount_point)
		return -errno;
	if (stat(volume->mount_point, &st) != 0)
		return -errno;
	return S_ISDIR(st.st_mode) ? 0 : -ENOTDIR;
}

int cbf__volume_wait_until_mounted(struct cbf_volume *volume)
{
	int error;

	pthread_mutex_lock(&volume->lock);
	while (volume->state == CBF__MOUNTING)
		pthread_cond_wait(&volume->changed, &volume->lock);
	error = volume->mount_fired ? -volume->mount_result : -EPROTO;
	if (error && volume->state == CBF__MOUNTED && volume->mount_point) {
		pthread_mutex_unlock(&volume->lock);
		(void)cbf__take_down(volume->mount_point, true);
		pthread_mutex_lock(&volume->lock);
	}
	if (error)
		wait_until_idle(volume);
	pthread_mutex_unlock(&volume->lock);
	return error;
}

static int mount_and_start(struct cbf_volume *volume)
{
	int error = cbf__session_mount(volume);

	if (!error) {
		error = cbf__session_start(volume);
		if (error)
			(void)cbf__take_down(volume->mount_point, true);
	}
	if (error)
		cbf__session_clear(volume);
	return error;
}

int cbf_mount(struct cbf_volume *volume, const char *mount_point)
{
	int error;

	if (cbf__inside_hook())
		return -EDEADLK;
	error = cbf__volume_begin_mount(volume);
	if (error)
		return error;
	error = find_mount_point(volume, mount_point);
	if (!error)
		error = cbf__session_prepare(volume);
	if (!error)
		error = mount_and_start(volume);
	if (error) {
		cbf__volume_mount_failed(volume);
		return error;
	}
	return cbf__volume_wait_until_mounted(volume);
}
