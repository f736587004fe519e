/* SPDX-License-Identifier: MIT */
/*
 * The nodes by their FileIds. Many small tables, each with a lock of its own, so that files are made and freed beside
 * each other. Ids are given once and never again.
 */
#ifndef MEMDRIVE_ID_TABLE_H
#define MEMDRIVE_ID_TABLE_H

#include "table.h"

#include <pthread.h>
#include <stdatomic.h>

struct node;

enum { ID_SHARDS = 64 };

struct id_shard {
	pthread_mutex_t lock;
	struct table table;
};

struct id_table {
	atomic_uint_fast64_t last;
	struct id_shard shards[ID_SHARDS];
};

int id_table_init(struct id_table *table); /* 0 or a negative errno */
void id_table_destroy(struct id_table *table);

uint64_t id_table_next(struct id_table *table);
void id_table_add(struct id_table *table, struct node *node);
void id_table_remove(struct id_table *table, struct node *node);
/* With a reference; NULL: there is none. */
struct node *id_table_find(struct id_table *table, uint64_t id);

#endif
