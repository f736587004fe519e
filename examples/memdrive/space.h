/* SPDX-License-Identifier: MIT */
/*
 * How much may be stored: the limits of the whole, and those of single users, groups and projects (quotas).
 *
 * What is stored counts in bytes and files. It is taken before the change, given back if that fails, so nothing is ever
 * stored above a limit. Counting needs no lock; two that take the last bytes at one moment may both be refused. The
 * quota records live as long as the space, so that a file may point to its owners'.
 *
 * What belongs to root (user, group or project 0) is counted, but not limited.
 */
#ifndef MEMDRIVE_SPACE_H
#define MEMDRIVE_SPACE_H

#include "table.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum space_kind { SPACE_USER, SPACE_GROUP, SPACE_PROJECT, SPACE_KINDS };

struct quota {
	struct table_link link;
	struct quota *next; /* of its kind, in the order of creation */
	uint32_t id;
	unsigned index; /* in that order */
	atomic_uint_fast64_t bytes;
	atomic_uint_fast64_t files;
	atomic_uint_fast64_t limit; /* bytes; 0: none */
	atomic_uint_fast64_t threshold; /* told, not enforced */
	atomic_bool is_set; /* by somebody, so that the default does not hold */
};

/* To whose account something is stored. */
struct owners {
	struct quota *quotas[SPACE_KINDS];
};

struct quota_list {
	struct table table; /* by id */
	struct quota *first;
	struct quota **end;
	unsigned count;
};

struct space {
	uint64_t byte_limit; /* 0: none */
	uint64_t file_limit; /* 0: none */
	atomic_uint_fast64_t bytes;
	atomic_uint_fast64_t files;
	atomic_uint_fast64_t default_limit; /* of users without a quota of their own; 0: none */
	atomic_uint_fast64_t default_threshold;
	atomic_bool is_enforced; /* the quotas */
	pthread_mutex_t lock; /* of the lists */
	struct quota_list lists[SPACE_KINDS];
};

int space_init(struct space *space, uint64_t byte_limit, uint64_t file_limit, uint64_t default_limit);
void space_destroy(struct space *space);

/* The records of a file's owners, made if need be. 0 or -ENOMEM. */
int space_owners(struct space *space, const uint32_t ids[SPACE_KINDS], struct owners *owners);
/* One record; NULL: there is none (or, with make, no memory). */
struct quota *space_quota(struct space *space, enum space_kind kind, uint32_t id, bool make);
/* The next one of a kind, the first one after NULL. */
struct quota *space_next_quota(struct space *space, enum space_kind kind, struct quota *quota);
/* What holds for it: its own limit, or the default. */
uint64_t space_quota_limit(const struct space *space, enum space_kind kind, struct quota *quota);
uint64_t space_quota_threshold(const struct space *space, enum space_kind kind, struct quota *quota);

/* 0, -ENOSPC or -EDQUOT. */
int space_take(struct space *space, const struct owners *owners, uint64_t bytes, uint64_t files);
void space_give(struct space *space, const struct owners *owners, uint64_t bytes, uint64_t files);
/* Puts what is stored down to others. 0 or -EDQUOT. */
int space_move(struct space *space, const struct owners *from, const struct owners *to, uint64_t bytes);

#endif
