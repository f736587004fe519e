/* SPDX-License-Identifier: MIT */
/* CheckAccess, on an example that can check in place of the kernel: on a volume of its own, since that changes all. */
#include "battery.h"
#include "subject.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STRANGER = 12345 };

static const struct row allowed_row, refused_row;

static void begin(struct battery *battery)
{
	DO(cbf_add_mount_options(battery->volume, "allow_other"));
	battery_mount(battery);
	put(battery, "/guarded", "x");
	DO(chmod(at(battery, "/guarded"), 0640));
}

static void open_as_owner(struct battery *battery)
{
	int fd;

	begin(battery);
	DO(fd = open(at(battery, "/guarded"), O_RDWR | O_CLOEXEC));
	DO(close(fd));
}

static void open_as_stranger(struct battery *battery)
{
	const char *path;
	int status = -1;
	pid_t child;

	begin(battery);
	path = at(battery, "/guarded");
	child = fork();
	if (child == 0) {
		if (setregid(STRANGER, STRANGER) != 0 || setreuid(STRANGER, STRANGER) != 0)
			_exit(2);
		_exit(open(path, O_RDONLY | O_CLOEXEC) < 0 && errno == EACCES ? 0 : 1);
	}
	battery_did(child > 0 && waitpid(child, &status, 0) == child && status == 0, "EACCES for a stranger");
}

static void run_with_checks(const struct row *row, void (*life)(struct battery *battery))
{
	subject_checks_access = true;
	battery_run_life(row, life);
	subject_checks_access = false;
}

static void allow_anew(struct battery *battery)
{
	(void)battery;
	run_with_checks(&allowed_row, open_as_owner);
}

static void refuse_anew(struct battery *battery)
{
	(void)battery;
	run_with_checks(&refused_row, open_as_stranger);
}

static const char *allows(const struct firing *firing)
{
	EVENT_OF(firing, check_access);

	MUST(strcmp(e->file_name, "/guarded") == 0);
	MUST(!e->deleted && !e->is_directory && !e->is_stream);
	MUST((e->desired_access & (CBF_ACCESS_READ_DATA | CBF_ACCESS_WRITE_DATA)) ==
	     (CBF_ACCESS_READ_DATA | CBF_ACCESS_WRITE_DATA));
	MUST(e->uid == geteuid() && e->gid == getegid());
	MUST(e->file_context == b->file_context && e->handle_context == b->handle_context);
	MUST(e->result_code == 0);
	return NULL;
}

static const char *refuses(const struct firing *firing)
{
	EVENT_OF(firing, check_access);

	MUST(strcmp(e->file_name, "/guarded") == 0);
	MUST(!e->deleted && !e->is_directory && !e->is_stream);
	MUST(e->desired_access & CBF_ACCESS_READ_DATA);
	MUST(e->uid == STRANGER && e->gid == STRANGER);
	MUST(e->result_code == EACCES);
	return NULL;
}

static const struct row allowed_row = {CBF__CHECK_ACCESS, "open by the owner", allow_anew, allows};
static const struct row refused_row = {CBF__CHECK_ACCESS, "open by a stranger", refuse_anew, refuses};

static const struct row rows[] = {
	{CBF__CHECK_ACCESS, "open by the owner", allow_anew, allows},
	{CBF__CHECK_ACCESS, "open by a stranger", refuse_anew, refuses},
};
const struct rows access_rows = ROWS_OF(rows);
