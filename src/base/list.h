/* SPDX-License-Identifier: MIT */
/* A doubly linked ring. The head is a link too; an item that is in no list points to itself. */
#ifndef CBF__LIST_H
#define CBF__LIST_H

#include <stdbool.h>
#include <stddef.h>

struct cbf__list {
	struct cbf__list *next;
	struct cbf__list *previous;
};

#define CBF__CONTAINER(pointer, type, member) ((type *)(void *)((char *)(pointer)-offsetof(type, member)))
#define CBF__LIST_FOR_EACH(link, head) for (struct cbf__list *link = (head)->next; link != (head); link = link->next)
#define CBF__LIST_FOR_EACH_SAFE(link, head)                                                                            \
	for (struct cbf__list *link = (head)->next, *link##_next = link->next; link != (head);                         \
	     link = link##_next, link##_next = link->next)

static inline void cbf__list_init(struct cbf__list *link)
{
	link->next = link->previous = link;
}

static inline bool cbf__list_empty(const struct cbf__list *head)
{
	return head->next == head;
}

/* Behind the last one of the list (or, given an item, in front of it). */
static inline void cbf__list_append(struct cbf__list *head, struct cbf__list *item)
{
	item->next = head;
	item->previous = head->previous;
	head->previous->next = item;
	head->previous = item;
}

static inline void cbf__list_remove(struct cbf__list *item)
{
	item->previous->next = item->next;
	item->next->previous = item->previous;
	cbf__list_init(item);
}

/* Takes the first one out; NULL if there is none. */
static inline struct cbf__list *cbf__list_take(struct cbf__list *head)
{
	struct cbf__list *first = head->next;

	if (first == head)
		return NULL;
	cbf__list_remove(first);
	return first;
}

#endif
