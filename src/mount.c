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

/* In how many bracketed calls this thread is: one that waited for the end of a volume would wait for itself. */
static _Thread_local unsigned calls;

static bool must_not_wait(void)
{
	return calls > 0 || cbf__inside_hook();
}

int cbf__volume_begin_mount(struct cbf_volume *volume)
{
	uint64_t drained;
	int error = 0;

	pthread_mutex_lock(&volume->lock);
	if (volume->state == CBF__IDLE) {
		volume->state = CBF__MOUNTING;
		volume->mounts++;
	} else {
		error = -EBUSY;
	}
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
	calls += mounted;
	pthread_mutex_unlock(&volume->lock);
	return mounted;
}

void cbf__volume_leave(struct cbf_volume *volume)
{
	pthread_mutex_lock(&volume->lock);
	volume->callers--;
	calls--;
	pthread_cond_broadcast(&volume->changed);
	pthread_mutex_unlock(&volume->lock);
}

static bool is_going_on(const struct cbf_volume *volume, unsigned mount)
{
	return volume->mounts == mount &&
	       (volume->state == CBF__MOUNTING || volume->state == CBF__MOUNTED || volume->state == CBF__CLEARING ||
		(volume->state == CBF__ENDED && volume->callers));
}

/* Waits until that mount is over; whoever finds it ended first clears up. With the lock held. */
static void wait_until_idle(struct cbf_volume *volume, unsigned mount)
{
	while (is_going_on(volume, mount))
		pthread_cond_wait(&volume->changed, &volume->lock);
	if (volume->mounts != mount || volume->state != CBF__ENDED)
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

	if (must_not_wait())
		return -EDEADLK;
	pthread_mutex_lock(&volume->lock);
	if (is_mounted(volume) || volume->state == CBF__MOUNTING)
		wait_until_idle(volume, volume->mounts);
	else
		error = -ENOTCONN;
	pthread_mutex_unlock(&volume->lock);
	return error;
}

bool cbf__lies_on_top(const struct cbf_volume *volume)
{
	return volume->mount_point && volume->connection >= 0 &&
	       cbf__connection_on(volume->mount_point) == volume->connection;
}

/* By force our side ends in any case: also if the mount cannot be taken away, or lives on by an open file. */
static int take_down(struct cbf_volume *volume, bool force)
{
	bool asked = atomic_exchange(&volume->asked_to_end, true); /* it may be over before the next line is */
	int error = cbf__lies_on_top(volume) ? cbf__take_down(volume->mount_point, force) : -EBUSY;

	if (error && !force && !asked)
		atomic_store(&volume->asked_to_end, false);
	if (!force)
		return error;
	cbf__session_stop(volume);
	return 0;
}

static int wait_for_mount(struct cbf_volume *volume, unsigned mount)
{
	pthread_mutex_lock(&volume->lock);
	wait_until_idle(volume, mount);
	pthread_mutex_unlock(&volume->lock);
	return 0;
}

int cbf_unmount(struct cbf_volume *volume, unsigned flags)
{
	unsigned mount;
	int error;

	if (flags & ~(unsigned)CBF_UNMOUNT_FORCE)
		return -EINVAL;
	if (must_not_wait())
		return -EDEADLK;
	if (!cbf__volume_enter(volume))
		return cbf_wait(volume); /* -ENOTCONN, or somebody else is at it */
	mount = volume->mounts;
	error = volume->mount_point ? take_down(volume, flags & CBF_UNMOUNT_FORCE) : -ENOTCONN;
	cbf__volume_leave(volume);
	return error ? error : wait_for_mount(volume, mount);
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
		(void)take_down(volume, true);
		pthread_mutex_lock(&volume->lock);
	}
	if (error)
		wait_until_idle(volume, volume->mounts);
	pthread_mutex_unlock(&volume->lock);
	return error;
}

static int mount_and_start(struct cbf_volume *volume)
{
	int error = cbf__session_mount(volume);

	volume->connection = error ? -1 : cbf__connection_on(volume->mount_point);
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

	if (must_not_wait())
		return -EDEADLK;
	error = cbf__volume_begin_mount(volume);
	if (error)
		return error;
	volume->connection = -1;
	volume->attached = false;
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
