/* SPDX-License-Identifier: MIT */
/*
 * Object ids: 16 bytes by which programs know a file, and 48 more that they keep beside it. No two files of the drive
 * have the same one.
 */
#ifndef MEMDRIVE_OBJECT_ID_H
#define MEMDRIVE_OBJECT_ID_H

#include "table.h"

#include <cbfuse/event_record.h>
#include <pthread.h>

struct node;

struct object_id {
	struct table_link link;
	uint8_t id[CBF_OBJECT_ID_SIZE];
	uint8_t extended[CBF_OBJECT_ID_EXTENDED_SIZE];
};

struct object_ids {
	pthread_mutex_t lock; /* of the table, and of all object_id fields of nodes */
	struct table table;
};

int object_ids_init(struct object_ids *ids); /* 0 or a negative errno */
void object_ids_destroy(struct object_ids *ids); /* no node has one */

/* Copies it; 0, -ENODATA if there is none. */
int object_id_get(struct object_ids *ids, struct node *node, uint8_t *id, uint8_t *extended);
/* The same, but makes one. -ENOMEM. */
int object_id_get_or_create(struct object_ids *ids, struct node *node, uint8_t *id, uint8_t *extended);
/* id NULL: only what is beside it. -EEXIST, -ENOMEM, -ENODATA. */
int object_id_set(struct object_ids *ids, struct node *node, const uint8_t *id, const uint8_t *extended);
/* 0 or -ENODATA. */
int object_id_remove(struct object_ids *ids, struct node *node);

#endif
