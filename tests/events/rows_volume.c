/* SPDX-License-Identifier: MIT */
/* The life of a volume, its size. */
#include "battery.h"

#include <sys/mount.h>
#include <sys/statvfs.h>

static void live(struct battery *battery)
{
	battery_mount(battery);
	(void)cbf_unmount(battery->volume, CBF_UNMOUNT_FORCE);
}

static const struct row ejected_row, mount_row, unmount_row, worker_row;

static void mount_anew(struct battery *battery)
{
	(void)battery;
	battery_run_life(&mount_row, live);
}

static void unmount_anew(struct battery *battery)
{
	(void)battery;
	battery_run_life(&unmount_row, live);
}

static void start_workers(struct battery *battery)
{
	(void)battery;
	battery_run_life(&worker_row, live);
}

/* As umount(8) does it, from outside. */
static void eject(struct battery *battery)
{
	battery_mount(battery);
	DO(umount2(battery->directory, 0));
}

static void eject_anew(struct battery *battery)
{
	(void)battery;
	battery_run_life(&ejected_row, eject);
}

static const char *ejects(const struct firing *firing)
{
	EVENT_OF(firing, ejected);

	MUST(b->result_code == 0);
	MUST(e->result_code == 0);
	return NULL;
}

static const char *mounts(const struct firing *firing)
{
	EVENT_OF(firing, mount);

	MUST(b->result_code == 0);
	MUST(e->result_code == 0);
	return NULL;
}

static const char *unmounts(const struct firing *firing)
{
	EVENT_OF(firing, unmount);

	MUST(b->result_code == 0);
	MUST(e->result_code == 0);
	return NULL;
}

static const char *starts_worker(const struct firing *firing)
{
	EVENT_OF(firing, worker_thread_creation);

	MUST(b->result_code == 0);
	MUST(e->result_code == 0);
	return NULL;
}

static const struct row ejected_row = {CBF__EJECTED, "umount", eject_anew, ejects};
static const struct row mount_row = {CBF__MOUNT, "cbf_mount()", mount_anew, mounts};
static const struct row unmount_row = {CBF__UNMOUNT, "cbf_unmount()", unmount_anew, unmounts};
static const struct row worker_row = {CBF__WORKER_THREAD_CREATION, "cbf_mount()", start_workers, starts_worker};

static struct statvfs told;

static void ask_size(struct battery *battery)
{
	DO(statvfs(at(battery, "/"), &told));
	/* As the event says: the hook's numbers, in sectors of the size that was set. */
	battery_did(told.f_frsize > 0 && told.f_blocks > 0 && told.f_namemax == 255,
		    "a size, sectors and names of 255");
}

static const char *size(const struct firing *firing)
{
	EVENT_OF(firing, get_volume_size);

	MUST(b->total_sectors == 0 && b->available_sectors == 0 && b->free_sectors == 0);
	MUST(b->total_files == 0 && b->free_files == 0);
	MUST(e->total_sectors > 0);
	MUST(e->available_sectors <= e->total_sectors);
	MUST(e->free_sectors <= e->total_sectors);
	MUST(e->free_files <= e->total_files);
	MUST(e->result_code == 0);
	return NULL;
}

static const struct row rows[] = {
	{CBF__EJECTED, "umount", eject_anew, ejects},
	{CBF__MOUNT, "cbf_mount()", mount_anew, mounts},
	{CBF__UNMOUNT, "cbf_unmount()", unmount_anew, unmounts},
	{CBF__WORKER_THREAD_CREATION, "cbf_mount()", start_workers, starts_worker},
	{CBF__GET_VOLUME_SIZE, "statvfs", ask_size, size},
};
const struct rows volume_rows = ROWS_OF(rows);
