/* SPDX-License-Identifier: MIT */
/*
 * The checks of answers, one an event that is `checked` in events.def: what is wrong with it, as it goes on behind "the
 * hook ", or NULL. One file a family: check_*.c.
 */
#ifndef CBF__CHECK_H
#define CBF__CHECK_H

#include "event/event.h"

#define EVENT(id, Name, name, ...) const char *cbf__fault_##name(const struct cbf_##name##_event *event);
#include "event/events.def"
#undef EVENT

/* What several families answer. */
const char *cbf__name_fault(const char *name, size_t capacity);
const char *cbf__path_fault(const char *path, size_t capacity);
const char *cbf__info_fault(const struct cbf_file_info *info, unsigned requested);

#endif
