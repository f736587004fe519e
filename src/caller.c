/* SPDX-License-Identifier: MIT */
/* Who is asking, and who opened. */
#include "base/process.h"
#include "event/actor.h"
#include "volume.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int find_event(struct cbf_volume *volume, const struct cbf__current **current)
{
	*current = cbf__current();
	return *current && (*current)->volume == volume ? 0 : -EINVAL;
}

static int find_originator(struct cbf_volume *volume, const struct cbf__actor **actor)
{
	const struct cbf__current *current;
	int error = find_event(volume, &current);

	if (error)
		return error;
	*actor = current->originator;
	return *actor ? 0 : -ENOENT;
}

static int find_creator(struct cbf_volume *volume, const struct cbf__creator **creator)
{
	const struct cbf__current *current;
	int error = find_event(volume, &current);

	if (error)
		return error;
	*creator = current->creator;
	return *creator ? 0 : -ENOENT;
}

int cbf_get_originator_process_id(struct cbf_volume *volume, pid_t *process_id)
{
	const struct cbf__actor *actor;
	pid_t process;
	int error = find_originator(volume, &actor);

	if (!error)
		error = cbf__process_of_thread(actor->thread, &actor->since, &process);
	if (!error)
		*process_id = process;
	return error;
}

static int thread_of(const struct cbf__actor *actor, pid_t *thread_id)
{
	if (actor->thread <= 0)
		return -ENOENT;
	*thread_id = actor->thread;
	return 0;
}

int cbf_get_originator_thread_id(struct cbf_volume *volume, pid_t *thread_id)
{
	const struct cbf__actor *actor;
	int error = find_originator(volume, &actor);

	return error ? error : thread_of(actor, thread_id);
}

/* By way of a copy, since a name that turns out to be another process's must not be left there. */
static int executable_of(const struct cbf__actor *actor, char *name, size_t capacity)
{
	char *copy = malloc(capacity ? capacity : 1);
	int error;

	if (!copy)
		return -ENOMEM;
	error = cbf__process_executable(actor->thread, &actor->since, copy, capacity);
	if (!error)
		memcpy(name, copy, strlen(copy) + 1);
	free(copy);
	return error;
}

int cbf_get_originator_process_name(struct cbf_volume *volume, char *name, size_t capacity)
{
	const struct cbf__actor *actor;
	int error = find_originator(volume, &actor);

	return error ? error : executable_of(actor, name, capacity);
}

int cbf_get_originator_token(struct cbf_volume *volume, struct cbf_token *token)
{
	const struct cbf__actor *actor;
	int error = find_originator(volume, &actor);

	if (!error)
		*token = (struct cbf_token){.uid = actor->uid, .gid = actor->gid};
	return error;
}

int cbf_get_originator_groups(struct cbf_volume *volume, gid_t *groups, size_t capacity, size_t *count)
{
	const struct cbf__actor *actor;
	gid_t *found;
	size_t known;
	int error = find_originator(volume, &actor);

	if (!error)
		error = cbf__process_groups(actor->thread, &actor->since, &found, &known);
	if (error)
		return error;
	*count = known;
	if (known > capacity)
		error = -ERANGE;
	else if (known)
		memcpy(groups, found, known * sizeof(*groups));
	free(found);
	return error;
}

int cbf_get_handle_creator_process_id(struct cbf_volume *volume, pid_t *process_id)
{
	const struct cbf__creator *creator;
	pid_t process;
	int error = find_creator(volume, &creator);

	if (error)
		return error;
	if (creator->known)
		process = creator->known->process;
	else
		error = cbf__process_of_thread(creator->actor.thread, &creator->actor.since, &process);
	if (!error)
		*process_id = process;
	return error;
}

int cbf_get_handle_creator_thread_id(struct cbf_volume *volume, pid_t *thread_id)
{
	const struct cbf__creator *creator;
	int error = find_creator(volume, &creator);

	return error ? error : thread_of(&creator->actor, thread_id);
}

static int known_executable(const struct cbf__known_process *known, char *name, size_t capacity)
{
	size_t size = strlen(known->executable) + 1;

	if (size == 1)
		return -ENOENT;
	if (size > capacity)
		return -ERANGE;
	memcpy(name, known->executable, size);
	return 0;
}

int cbf_get_handle_creator_process_name(struct cbf_volume *volume, char *name, size_t capacity)
{
	const struct cbf__creator *creator;
	int error = find_creator(volume, &creator);

	if (error)
		return error;
	if (creator->known)
		return known_executable(creator->known, name, capacity);
	return executable_of(&creator->actor, name, capacity);
}

int cbf_get_handle_creator_token(struct cbf_volume *volume, struct cbf_token *token)
{
	const struct cbf__creator *creator;
	int error = find_creator(volume, &creator);

	if (!error)
		*token = (struct cbf_token){.uid = creator->actor.uid, .gid = creator->actor.gid};
	return error;
}

int cbf_get_event_file_name(struct cbf_volume *volume, const char **file_name)
{
	const struct cbf__current *current;
	int error = find_event(volume, &current);

	if (error)
		return error;
	if (!current->path)
		return -ENOENT;
	*file_name = current->path;
	return 0;
}
