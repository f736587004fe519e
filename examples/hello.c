/* SPDX-License-Identifier: MIT */
/* hello MOUNTPOINT: the smallest useful volume. One file, which nobody can change. */
#define _GNU_SOURCE 1
#include <cbfuse/cbfuse.h>
#include <stdio.h>
#include <string.h>

static const char text[] = "Hello, world!\n";

static void get_file_info(struct cbf_volume *volume, struct cbf_get_file_info_event *event, void *user_data)
{
	(void)volume, (void)user_data;
	event->file_exists = true;
	if (strcmp(event->file_name, "/") == 0) {
		event->info->mode = S_IFDIR | 0555;
	} else if (strcmp(event->file_name, "/hello") == 0) {
		event->info->mode = S_IFREG | 0444;
		event->info->size = strlen(text);
	} else {
		event->file_exists = false;
	}
}

static void enumerate_directory(struct cbf_volume *volume, struct cbf_enumerate_directory_event *event, void *user_data)
{
	(void)volume, (void)user_data;
	event->file_found = !event->enumeration_context || event->restart; /* once */
	event->enumeration_context = event; /* anything but NULL */
	strcpy(event->file_name, "hello");
	event->info->mode = S_IFREG | 0444;
	event->info->size = strlen(text);
}

static void read_file(struct cbf_volume *volume, struct cbf_read_file_event *event, void *user_data)
{
	size_t left = event->position < strlen(text) ? strlen(text) - event->position : 0;

	(void)volume, (void)user_data;
	event->bytes_read = left < event->bytes_to_read ? left : event->bytes_to_read;
	memcpy(event->buffer, text + strlen(text) - left, event->bytes_read);
}

int main(int argc, char **argv)
{
	struct cbf_volume *volume;
	int error;

	if (argc != 2 || cbf_volume_create(&volume) != 0)
		return fprintf(stderr, "Usage: hello MOUNTPOINT\n"), 2;
	cbf_on_get_file_info(volume, get_file_info, NULL);
	cbf_on_enumerate_directory(volume, enumerate_directory, NULL);
	cbf_on_read_file(volume, read_file, NULL);
	error = cbf_serve(volume, argv[1], 0);
	if (error)
		fprintf(stderr, "hello: %s: %s\n", argv[1], strerror(-error));
	cbf_volume_destroy(volume);
	return error != 0;
}
