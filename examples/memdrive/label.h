/* SPDX-License-Identifier: MIT */
/* The volume's label, which may change at any time. */
#ifndef MEMDRIVE_LABEL_H
#define MEMDRIVE_LABEL_H

#include <cbfuse/event_volume.h>
#include <pthread.h>

struct label {
	pthread_mutex_t lock;
	char text[CBF_LABEL_MAX + 1];
};

int label_init(struct label *label); /* 0 or a negative errno */
void label_destroy(struct label *label);
/* Both texts have room for CBF_LABEL_MAX bytes and a NUL; -EINVAL for one that is longer. */
int label_set(struct label *label, const char *text);
void label_get(struct label *label, char *text);

#endif
