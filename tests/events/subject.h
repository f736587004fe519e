/* SPDX-License-Identifier: MIT */
/* Whose hooks the battery watches: an example's, linked in without its main(). */
#ifndef SUBJECT_H
#define SUBJECT_H

#include "event/event.h"

struct subject;

/* Sets the hooks and properties of a volume that is to be mounted. */
struct subject *subject_new(struct cbf_volume *volume);
void subject_free(struct subject *subject);

/* Shall the next one hook CheckAccess? */
extern bool subject_checks_access;
extern const bool subject_can_check_access;

/* The events that it leaves to their defaults. */
extern const enum cbf__event_id subject_unhooked[];
extern const size_t subject_unhooked_count;

#endif
