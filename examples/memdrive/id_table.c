/* SPDX-License-Identifier: MIT */
#include "id_table.h"

#include "node.h"

/* The library keeps 0 for "none", and some like to keep 1 for the root. */
enum { FIRST_ID = 2 };

int id_table_init(struct id_table *table)
{
	int error;

	atomic_init(&table->last, FIRST_ID - 1);
	for (unsigned i = 0; i < ID_SHARDS; i++) {
		table_init(&table->shards[i].table);
		error = pthread_mutex_init(&table->shards[i].lock, NULL);
		if (!error)
			continue;
		while (i-- > 0)
			pthread_mutex_destroy(&table->shards[i].lock);
		return -error;
	}
	return 0;
}

void id_table_destroy(struct id_table *table)
{
	for (unsigned i = 0; i < ID_SHARDS; i++) {
		table_destroy(&table->shards[i].table);
		pthread_mutex_destroy(&table->shards[i].lock);
	}
}

uint64_t id_table_next(struct id_table *table)
{
	return atomic_fetch_add(&table->last, 1) + 1;
}

static struct id_shard *shard_of(struct id_table *table, uint64_t id)
{
	return &table->shards[id % ID_SHARDS];
}

void id_table_add(struct id_table *table, struct node *node)
{
	struct id_shard *shard = shard_of(table, node->id);

	pthread_mutex_lock(&shard->lock);
	table_add(&shard->table, &node->id_link, table_hash_number(node->id));
	pthread_mutex_unlock(&shard->lock);
}

void id_table_remove(struct id_table *table, struct node *node)
{
	struct id_shard *shard = shard_of(table, node->id);

	pthread_mutex_lock(&shard->lock);
	table_remove(&shard->table, &node->id_link);
	pthread_mutex_unlock(&shard->lock);
}

static struct node *find(const struct table *table, uint64_t id)
{
	struct node *node;

	for (struct table_link *link = table_first(table, table_hash_number(id)); link; link = table_next(link)) {
		node = TABLE_ENTRY(link, struct node, id_link);
		if (node->id == id)
			return node_reference_if_alive(node) ? node : NULL;
	}
	return NULL;
}

struct node *id_table_find(struct id_table *table, uint64_t id)
{
	struct id_shard *shard = shard_of(table, id);
	struct node *node;

	pthread_mutex_lock(&shard->lock);
	node = find(&shard->table, id);
	pthread_mutex_unlock(&shard->lock);
	return node;
}
