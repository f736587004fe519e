/* SPDX-License-Identifier: MIT */
/*
 * Records the events of a volume through cbf_set_trace(), to be compared with what a test expects.
 *
 * An event is named by the start of its trace line, in whole words: "OpenFile" is any OpenFile, "OpenFile /a" is the
 * one of /a (not of /ab, nor of /a/b). All questions are about the events since the last recorder_expect() or
 * recorder_clear(). Any thread may record, one thread asks.
 */
#ifndef RECORDER_H
#define RECORDER_H

#include <cbfuse/cbfuse.h>
#include <stdbool.h>
#include <stddef.h>

struct recorder;

/* Takes the volume's trace; the volume must be gone before the recorder is destroyed. */
struct recorder *recorder_create(struct cbf_volume *volume);
void recorder_destroy(struct recorder *recorder);

/* recorder_expect() shall pass over these events: "GetFileInfo", for one. */
void recorder_ignore(struct recorder *recorder, const char *event);

/* What was recorded is exactly this (the list ends with NULL), in this order. */
void recorder_expect(struct recorder *recorder, ...) __attribute__((sentinel));
void recorder_expect_nothing(struct recorder *recorder);
void recorder_clear(struct recorder *recorder);

size_t recorder_count(struct recorder *recorder, const char *event);
/* The whole line of the n-th (from 0) such event, or NULL. It lives as long as the recorder. */
const char *recorder_line(struct recorder *recorder, const char *event, size_t n);
/* Both were recorded, and the first time of one was before the first time of the other. */
void recorder_expect_before(struct recorder *recorder, const char *first, const char *second);
/* Waits until that many such events were recorded; fails the test if it takes too long. */
void recorder_wait(struct recorder *recorder, const char *event, size_t count);
/* Prints all that was recorded since the start, for a test that is going to fail. */
void recorder_dump(struct recorder *recorder);

#endif
