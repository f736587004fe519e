/* SPDX-License-Identifier: MIT */
#include "object_id.h"

#include "node.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int object_ids_init(struct object_ids *ids)
{
	table_init(&ids->table);
	return -pthread_mutex_init(&ids->lock, NULL);
}

void object_ids_destroy(struct object_ids *ids)
{
	table_destroy(&ids->table);
	pthread_mutex_destroy(&ids->lock);
}

static uint64_t hash(const uint8_t *id)
{
	return table_hash_bytes((const char *)id, CBF_OBJECT_ID_SIZE);
}

static struct object_id *find(const struct object_ids *ids, const uint8_t *id)
{
	struct object_id *object;

	for (struct table_link *link = table_first(&ids->table, hash(id)); link; link = table_next(link)) {
		object = TABLE_ENTRY(link, struct object_id, link);
		if (memcmp(object->id, id, CBF_OBJECT_ID_SIZE) == 0)
			return object;
	}
	return NULL;
}

static int copy(const struct node *node, uint8_t *id, uint8_t *extended)
{
	if (!node->object_id)
		return -ENODATA;
	memcpy(id, node->object_id->id, CBF_OBJECT_ID_SIZE);
	memcpy(extended, node->object_id->extended, CBF_OBJECT_ID_EXTENDED_SIZE);
	return 0;
}

/* What is there is given up for it. */
static int put(struct object_ids *ids, struct node *node, const uint8_t *id)
{
	struct object_id *object = node->object_id;

	if (object) {
		table_remove(&ids->table, &object->link);
	} else {
		object = calloc(1, sizeof(*object));
		if (!object)
			return -ENOMEM;
		node->object_id = object;
	}
	memcpy(object->id, id, CBF_OBJECT_ID_SIZE);
	table_add(&ids->table, &object->link, hash(id));
	return 0;
}

/* Of the node's own number, which is unique, so that a clash comes from ids that were set only. */
static int create(struct object_ids *ids, struct node *node)
{
	uint64_t words[2] = {table_hash_number(node->id), node->id};
	uint8_t id[CBF_OBJECT_ID_SIZE];

	do {
		words[0]++;
		memcpy(id, words, sizeof(id));
	} while (find(ids, id));
	return put(ids, node, id);
}

int object_id_get(struct object_ids *ids, struct node *node, uint8_t *id, uint8_t *extended)
{
	int error;

	pthread_mutex_lock(&ids->lock);
	error = copy(node, id, extended);
	pthread_mutex_unlock(&ids->lock);
	return error;
}

int object_id_get_or_create(struct object_ids *ids, struct node *node, uint8_t *id, uint8_t *extended)
{
	int error;

	pthread_mutex_lock(&ids->lock);
	error = node->object_id ? 0 : create(ids, node);
	if (error == 0)
		error = copy(node, id, extended);
	pthread_mutex_unlock(&ids->lock);
	return error;
}

static int set(struct object_ids *ids, struct node *node, const uint8_t *id, const uint8_t *extended)
{
	const struct object_id *other = id ? find(ids, id) : NULL;
	int error = 0;

	if (!id && !node->object_id)
		return -ENODATA;
	if (other && other != node->object_id)
		return -EEXIST;
	if (id)
		error = put(ids, node, id);
	if (error == 0)
		memcpy(node->object_id->extended, extended, CBF_OBJECT_ID_EXTENDED_SIZE);
	return error;
}

int object_id_set(struct object_ids *ids, struct node *node, const uint8_t *id, const uint8_t *extended)
{
	int error;

	pthread_mutex_lock(&ids->lock);
	error = set(ids, node, id, extended);
	pthread_mutex_unlock(&ids->lock);
	return error;
}

int object_id_remove(struct object_ids *ids, struct node *node)
{
	struct object_id *object;

	pthread_mutex_lock(&ids->lock);
	object = node->object_id;
	if (object)
		table_remove(&ids->table, &object->link);
	node->object_id = NULL;
	pthread_mutex_unlock(&ids->lock);
	free(object);
	return object ? 0 : -ENODATA;
}
