/* SPDX-License-Identifier: MIT */
/**
 * @file context.h
 * The context slots: what they are, how long they live, and which events may change them.
 *
 * A context is a `void *` that belongs to the application. The library keeps it, hands it to the hooks, and never reads
 * or frees what it points to. Every slot starts as NULL. What a hook leaves in a settable slot is what the next event
 * for the same object sees; when a hook fails OpenFile or CreateFile, what it left in the slots is forgotten, so free
 * it before you fail.
 *
 * | slot                  | one for each              | from             | to                 |
 * |-----------------------|---------------------------|------------------|--------------------|
 * | `file_context`        | open file, by any name    | first Open/Create | last CloseFile     |
 * | `directory_context`   | the same, for directories | first OpenFile    | last CloseFile     |
 * | `handle_context`      | open handle (see below)   | its Open/Create   | its CloseFile      |
 * | `enumeration_context` | enumeration               | its first event  | its Close... event |
 *
 * - With cbf_set_fire_all_open_close_events() off (the default) only the first open and the last close of a file fire,
 *   so all of its handles share one `handle_context`. Switch it on to have one for each handle.
 * - `file_context` is one for a *file*: handles that were opened through different hard links share it (with
 *   cbf_set_use_file_ids()), and it outlives the file's last name while a handle is open.
 * - A named stream (event_stream.h) is a file of its own here, beside the one that it belongs to. To be read or set as
 *   an attribute it is opened and closed likewise, with O_RDONLY or O_WRONLY, and then read or written.
 * - The slot is NULL in events for a file that is not open (CanFileBeDeleted, DeleteFile, RenameOrMoveFile,
 *   GetFileInfo, GetReparsePoint, QueryEa); `handle_context` is NULL in events that come through no handle while
 *   fire_all_open_close_events is on.
 * - Read-only (`const`) in: FlushFile (file_context), GetFileInfo (both), OffloadWriteFile (both of the source, which
 *   are fields of their own), every Close...Enumeration (enumeration_context).
 * - Events that are defined for an *open* file (SetFileSize, SetFileAttributes, CreateHardLink, EnumerateHardLinks,
 *   EnumerateNamedStreams, SetEa) but are asked for by path, are put between an OpenFile and a CleanupFile and
 *   CloseFile by the library if the file is not open. Its `flags` then are O_PATH | O_NOFOLLOW (O_WRONLY for a
 *   truncate(2)): nothing will be read or written through it, and a hook that needs no state for that may return at
 *   once and leave the slots NULL.
 *
 * What is promised: each successful Open-/CreateFile is followed by exactly one CleanupFile and one CloseFile (with
 * fire_all_open_close_events off: the first and the last), each enumeration that was started is closed exactly once
 * and before the CloseFile of its handle - also when the caller is killed, when a hook fails midway, and when the
 * volume is unmounted by force or its connection is aborted.
 */
#ifndef CBFUSE_CONTEXT_H
#define CBFUSE_CONTEXT_H
#endif
