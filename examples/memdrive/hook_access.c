/* SPDX-License-Identifier: MIT */
/*
 * CheckAccess, with --check-access: the rules of Linux once more, in place of the kernel's own. Where the event does
 * not say enough to tell cases apart, this asks for more than Linux does: an owner cannot give his file to another one
 * of his groups.
 */
#include "hooks.h"

#include "access.h"
#include "stream.h"

#include <errno.h>

enum { MOST_GROUPS = 64 };

/* What of a mode is needed for it. */
static unsigned bits_for(const struct cbf_check_access_event *event)
{
	const unsigned desired = event->desired_access;
	unsigned bits = 0;

	if (desired & CBF_ACCESS_READ_DATA)
		bits |= ACCESS_READ;
	if (desired & (CBF_ACCESS_WRITE_DATA | CBF_ACCESS_APPEND_DATA | CBF_ACCESS_DELETE_CHILD | CBF_ACCESS_WRITE_EA))
		bits |= ACCESS_WRITE;
	if (desired & CBF_ACCESS_EXECUTE)
		bits |= ACCESS_EXECUTE;
	/* Entries are changed by who may use names in the directory. */
	if (event->is_directory &&
	    (desired & (CBF_ACCESS_ADD_FILE | CBF_ACCESS_ADD_SUBDIRECTORY | CBF_ACCESS_DELETE_CHILD)))
		bits |= ACCESS_EXECUTE;
	return bits;
}

/* With the node locked. To know that a file is there, what it is, and its ACL, one needs the way to it only. */
static int check(const struct node *node, const struct access_caller *caller,
		 const struct cbf_check_access_event *event)
{
	const unsigned desired = event->desired_access;
	bool owner = access_is_owner(node, caller), writes = access_allows(node, caller, ACCESS_WRITE);

	if ((desired & CBF_ACCESS_WRITE_OWNER) && caller->uid != 0)
		return EPERM;
	if ((desired & CBF_ACCESS_WRITE_DAC) && !owner)
		return EPERM;
	if ((desired & CBF_ACCESS_WRITE_ATTRIBUTES) && !owner && !writes)
		return EPERM;
	/* The kernel asks for security.capability in the name of who writes. */
	if ((desired & CBF_ACCESS_READ_EA) && !writes && !access_allows(node, caller, ACCESS_READ))
		return EACCES;
	return access_allows(node, caller, bits_for(event)) ? 0 : EACCES;
}

static bool is_another_ones(struct node *node, const struct access_caller *caller)
{
	bool result;

	pthread_rwlock_rdlock(&node->lock);
	result = !access_is_owner(node, caller);
	pthread_rwlock_unlock(&node->lock);
	return result;
}

static bool is_sticky(struct node *node)
{
	bool result;

	pthread_rwlock_rdlock(&node->lock);
	result = node->mode & S_ISVTX;
	pthread_rwlock_unlock(&node->lock);
	return result;
}

/* In a sticky directory only the owners of the file and of the directory take names away: without its own checks of
 * modes the kernel does not look at that bit either. */
static int check_deletion(struct memdrive *drive, const struct access_caller *caller,
			  const struct cbf_check_access_event *event)
{
	struct place place;
	int result = 0;

	if (!(event->desired_access & CBF_ACCESS_DELETE) || event->deleted || event->is_stream ||
	    place_find(drive, event->file_name, &place) != 0)
		return 0;
	if (place.node && is_sticky(place.directory) && is_another_ones(place.directory, caller) &&
	    is_another_ones(place.node, caller))
		result = EPERM;
	place_release(&place);
	return result;
}

static int find(struct memdrive *drive, const struct cbf_check_access_event *event, struct node **node)
{
	if (!event->file_context && event->is_stream)
		return stream_find(drive, event->file_name, node);
	return path_or_context(drive, event->file_name, event->file_context, node);
}

/* A stream is its file's in this. */
static struct node *file_of(struct node *node)
{
	struct node *file = node->is_stream ? stream_file(node) : NULL;

	if (!file)
		return node;
	node_release(node);
	return file;
}

void hook_check_access(struct cbf_volume *volume, struct cbf_check_access_event *event, void *user_data)
{
	gid_t groups[MOST_GROUPS];
	struct access_caller caller = {.uid = event->uid, .gid = event->gid, .groups = groups};
	struct node *node;

	if (find(user_data, event, &node) != 0)
		return; /* the event that it is for will say so */
	/* Unknown, or more than that: by the group that the event names. */
	if (cbf_get_originator_groups(volume, groups, MOST_GROUPS, &caller.group_count) != 0)
		caller.group_count = 0;
	if (caller.group_count > MOST_GROUPS)
		caller.group_count = MOST_GROUPS;
	node = file_of(node);
	pthread_rwlock_rdlock(&node->lock);
	event->result_code = check(node, &caller, event);
	pthread_rwlock_unlock(&node->lock);
	node_release(node);
	if (event->result_code == 0)
		event->result_code = check_deletion(user_data, &caller, event);
}
