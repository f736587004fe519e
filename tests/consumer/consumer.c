/* SPDX-License-Identifier: MIT */
/* Makes a volume, sets properties and a hook, and destroys it: enough to need each of the headers and the library. */
#include <cbfuse/cbfuse.h>
#include <cbfuse/control.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

static void get_file_info(struct cbf_volume *volume, struct cbf_get_file_info_event *event, void *user_data)
{
	(void)volume;
	(void)user_data;
	event->file_exists = false;
}

#define CHECK(condition)                                                                                               \
	do {                                                                                                           \
		if (!(condition)) {                                                                                    \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);                        \
			return 1;                                                                                      \
		}                                                                                                      \
	} while (0)

int main(void)
{
	struct cbf_volume *volume = NULL;
	char version[32];
	int tag;

	snprintf(version, sizeof(version), "%d.%d.%d", CBF_VERSION_MAJOR, CBF_VERSION_MINOR, CBF_VERSION_PATCH);
	CHECK(strcmp(cbf_version(), version) == 0);
	CHECK(cbf_fuse_version()[0] == '3');
	CHECK(sizeof(struct cbf_links_page) == 16128);

	CHECK(cbf_volume_create(&volume) == 0 && volume);
	cbf_set_tag(volume, &tag);
	CHECK(cbf_get_tag(volume) == &tag);
	CHECK(cbf_set_sector_size(volume, 4096) == 0);
	CHECK(cbf_set_sector_size(volume, 1000) == -EINVAL);
	CHECK(cbf_set_worker_threads(volume, 3, 2) == -EINVAL);
	CHECK(cbf_set_file_system_name(volume, "consumer") == 0);
	CHECK(cbf_on_get_file_info(volume, get_file_info, NULL) == 0);
	CHECK(!cbf_get_active(volume));
	CHECK(cbf_unmount(volume, 0) == -ENOTCONN);
	cbf_volume_destroy(volume);
	cbf_volume_destroy(NULL);

	printf("cbfuse %s on libfuse %s\n", cbf_version(), cbf_fuse_version());
	return 0;
}
