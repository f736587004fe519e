/* SPDX-License-Identifier: MIT */
/* ioctls: label, id, and those that are the example's own. */
#include "battery.h"

#include <cbfuse/control.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* The number of an ioctl that nobody knows, of the filesystem's kind and not. */
#define UNKNOWN_FSCTL _IOWR('f', 0xEE, char[16])
#define UNKNOWN_IOCTL _IOWR('q', 0xEE, char[16])

static int open_root(const struct battery *battery)
{
	int fd;

	DO(fd = open(at(battery, "/"), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	return fd;
}

static void ask_id(struct battery *battery)
{
	uint64_t id = 0, again = 1;
	int fd = open_root(battery);

	DO(ioctl(fd, CBF_IOC_GET_VOLUME_ID, &id));
	DO(ioctl(fd, CBF_IOC_GET_VOLUME_ID, &again));
	battery_did(id != 0 && id == again, "a stable id");
	DO(close(fd));
}

static const char *gives_id(const struct firing *firing)
{
	EVENT_OF(firing, get_volume_id);

	MUST(b->volume_id == 0 && e->volume_id != 0);
	MUST(e->result_code == 0);
	return NULL;
}

static void use_label(struct battery *battery)
{
	char label[FSLABEL_MAX] = "a new label", read_back[FSLABEL_MAX] = "";
	int fd = open_root(battery);

	DO(ioctl(fd, FS_IOC_SETFSLABEL, label));
	DO(ioctl(fd, FS_IOC_GETFSLABEL, read_back));
	battery_did(strcmp(read_back, label) == 0, "the label that was set");
	DO(close(fd));
}

static const char *sets_label(const struct firing *firing)
{
	EVENT_OF(firing, set_volume_label);

	MUST(strcmp(e->label, "a new label") == 0);
	MUST(e->result_code == 0);
	return NULL;
}

static const char *gives_label(const struct firing *firing)
{
	EVENT_OF(firing, get_volume_label);

	MUST(e->label_capacity == CBF_LABEL_MAX + 1);
	MUST(strcmp(e->label, "a new label") == 0);
	MUST(e->result_code == 0);
	return NULL;
}

/* What an example does with an ioctl that it does not know: the event comes whole, and ENOTTY goes back. */
static void send_unknown(struct battery *battery, unsigned long command)
{
	char bytes[16] = "fifteen bytes..";
	int fd;

	put(battery, "/controlled", "x");
	DO(fd = open(at(battery, "/controlled"), O_RDWR | O_CLOEXEC));
	FAILS(ioctl(fd, command, bytes), ENOTTY);
	DO(close(fd));
	DO(unlink(at(battery, "/controlled")));
}

static void send_fsctl(struct battery *battery)
{
	send_unknown(battery, UNKNOWN_FSCTL);
}

static void send_ioctl(struct battery *battery)
{
	send_unknown(battery, UNKNOWN_IOCTL);
}

static const char *gets_fsctl(const struct firing *firing)
{
	EVENT_OF(firing, fsctl);

	MUST(strcmp(e->file_name, "/controlled") == 0);
	MUST(!e->deleted);
	MUST(e->code == (unsigned)UNKNOWN_FSCTL);
	MUST(e->input_length == 16 && memcmp(e->input, "fifteen bytes..", 16) == 0);
	MUST(e->output_capacity == 16 && e->output != NULL);
	MUST(b->bytes_returned == 0 && b->return_value == 0);
	MUST(e->file_context != NULL || e->handle_context != NULL);
	MUST(e->result_code == ENOTTY);
	return NULL;
}

static const char *gets_ioctl(const struct firing *firing)
{
	EVENT_OF(firing, ioctl);

	MUST(strcmp(e->file_name, "/controlled") == 0);
	MUST(!e->deleted);
	MUST(e->code == (unsigned)UNKNOWN_IOCTL);
	MUST(e->input_length == 16 && memcmp(e->input, "fifteen bytes..", 16) == 0);
	MUST(e->output_capacity == 16 && e->output != NULL);
	MUST(b->bytes_returned == 0 && b->return_value == 0);
	MUST(e->file_context != NULL || e->handle_context != NULL);
	MUST(e->result_code == ENOTTY);
	return NULL;
}

static const struct row rows[] = {
	{CBF__GET_VOLUME_ID, "ioctl(CBF_IOC_GET_VOLUME_ID)", ask_id, gives_id},
	{CBF__SET_VOLUME_LABEL, "ioctl(FS_IOC_SETFSLABEL)", use_label, sets_label},
	{CBF__GET_VOLUME_LABEL, "ioctl(FS_IOC_GETFSLABEL)", use_label, gives_label},
	{CBF__FSCTL, "ioctl of a filesystem's kind", send_fsctl, gets_fsctl},
	{CBF__IOCTL, "ioctl of another kind", send_ioctl, gets_ioctl},
};
const struct rows control_rows = ROWS_OF(rows);
