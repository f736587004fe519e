/* SPDX-License-Identifier: MIT */
/**
 * @file cbfuse.h
 * cbfuse: a virtual filesystem from event hooks. This header includes all others but control.h.
 *
 * The objects
 *
 *  - A *volume* (volume.h) is one mounted filesystem. It has properties and hooks, both set before it is mounted.
 *  - A *hook* is a function of yours that answers one kind of event. Hooks run on worker threads of the library.
 *  - An *event* is a struct that the library makes: inputs first (`const`), then what the hook may set, then
 * `result_code`. It and all that it points to is valid until the hook returns.
 *  - A *file* is what has a content, under one name or many; a *handle* is one open of it; an *enumeration* is a walk
 *    over entries or names. Each has a *context* (context.h): a pointer of yours.
 *
 * An event without a hook is answered by the default that its declaration names. Only events with a hook cost anything.
 *
 * A whole program: one file, made of nothing.
 *
 *     #include <cbfuse/cbfuse.h>
 *     #include <string.h>
 *
 *     static void info(struct cbf_volume *volume, struct cbf_get_file_info_event *event, void *text)
 *     {
 *             (void)volume;
 *             if (strcmp(event->file_name, "/") == 0)
 *                     event->info->mode = S_IFDIR | 0755;
 *             else if (strcmp(event->file_name, "/greeting") == 0)
 *                     event->info->mode = S_IFREG | 0444, event->info->size = strlen(text);
 *             else
 *                     return;
 *             event->file_exists = true;
 *     }
 *
 *     static void read_file(struct cbf_volume *volume, struct cbf_read_file_event *event, void *text)
 *     {
 *             size_t size = strlen(text), from = event->position < size ? event->position : size;
 *             (void)volume;
 *             event->bytes_read = size - from < event->bytes_to_read ? size - from : event->bytes_to_read;
 *             memcpy(event->buffer, (char *)text + from, event->bytes_read);
 *     }
 *
 *     int main(int argc, char **argv)
 *     {
 *             struct cbf_volume *volume;
 *             if (argc != 2 || cbf_volume_create(&volume) != 0)
 *                     return 1;
 *             cbf_on_get_file_info(volume, info, "Hello\n");
 *             cbf_on_read_file(volume, read_file, "Hello\n");
 *             int error = cbf_serve(volume, argv[1], 0);
 *             cbf_volume_destroy(volume);
 *             return error != 0;
 *     }
 */
#ifndef CBFUSE_CBFUSE_H
#define CBFUSE_CBFUSE_H

#include <cbfuse/caller.h>
#include <cbfuse/context.h>
#include <cbfuse/event_attr.h>
#include <cbfuse/event_control.h>
#include <cbfuse/event_dir.h>
#include <cbfuse/event_file.h>
#include <cbfuse/event_link.h>
#include <cbfuse/event_name.h>
#include <cbfuse/event_range.h>
#include <cbfuse/event_record.h>
#include <cbfuse/event_security.h>
#include <cbfuse/event_stream.h>
#include <cbfuse/event_volume.h>
#include <cbfuse/event_xattr.h>
#include <cbfuse/kernel_cache.h>
#include <cbfuse/property.h>
#include <cbfuse/result.h>
#include <cbfuse/route.h>
#include <cbfuse/snapshot.h>
#include <cbfuse/standalone.h>
#include <cbfuse/volume.h>

#endif
