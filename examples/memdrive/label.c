/* SPDX-License-Identifier: MIT */
#include "label.h"

#include <errno.h>
#include <string.h>

int label_init(struct label *label)
{
	label->text[0] = '\0';
	return -pthread_mutex_init(&label->lock, NULL);
}

void label_destroy(struct label *label)
{
	pthread_mutex_destroy(&label->lock);
}

int label_set(struct label *label, const char *text)
{
	size_t length = strlen(text);

	if (length > CBF_LABEL_MAX)
		return -EINVAL;
	pthread_mutex_lock(&label->lock);
	memcpy(label->text, text, length + 1);
	pthread_mutex_unlock(&label->lock);
	return 0;
}

void label_get(struct label *label, char *text)
{
	pthread_mutex_lock(&label->lock);
	memcpy(text, label->text, sizeof(label->text));
	pthread_mutex_unlock(&label->lock);
}
