/* SPDX-License-Identifier: MIT */
/* The entries of a directory. */
#include "battery.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

static void list(struct battery *battery)
{
	struct dirent *entry;
	DIR *directory;
	int seen = 0;

	DO(mkdir(at(battery, "/listed"), 0755));
	put(battery, "/listed/entry", "12345");
	directory = opendir(at(battery, "/listed"));
	battery_did(directory != NULL, "opendir");
	while ((entry = readdir(directory)))
		seen += strcmp(entry->d_name, "entry") == 0;
	battery_did(seen == 1, "the entry is listed once");
	DO(closedir(directory));
	DO(unlink(at(battery, "/listed/entry")));
	DO(rmdir(at(battery, "/listed")));
}

static const char *gives_entry(const struct firing *firing)
{
	EVENT_OF(firing, enumerate_directory);

	MUST(strcmp(e->directory_name, "/listed") == 0);
	MUST(strcmp(e->mask, "*") == 0 && e->case_sensitive);
	MUST(e->requested_info & CBF_INFO_TYPE);
	MUST(e->file_name_capacity > CBF_NAME_MAX);
	MUST(!b->file_found && e->file_found);
	MUST(strcmp(e->file_name, "entry") == 0);
	MUST(S_ISREG(e->info->mode));
	MUST(e->info->file_id != 0);
	MUST(e->result_code == 0);
	return NULL;
}

static const char *ends(const struct firing *firing)
{
	EVENT_OF(firing, enumerate_directory);

	MUST(strcmp(e->directory_name, "/listed") == 0);
	MUST(!e->restart);
	MUST(b->enumeration_context != NULL); /* set when the first entry was asked for */
	MUST(!e->file_found);
	MUST(e->result_code == 0);
	return NULL;
}

static void list_twice(struct battery *battery)
{
	DIR *directory;

	DO(mkdir(at(battery, "/listed"), 0755));
	directory = opendir(at(battery, "/listed"));
	battery_did(directory != NULL, "opendir");
	while (readdir(directory))
		continue;
	rewinddir(directory);
	while (readdir(directory))
		continue;
	DO(closedir(directory));
	DO(rmdir(at(battery, "/listed")));
}

static const char *restarts(const struct firing *firing)
{
	EVENT_OF(firing, enumerate_directory);

	MUST(strcmp(e->directory_name, "/listed") == 0);
	MUST(e->restart);
	MUST(e->result_code == 0);
	return NULL;
}

static const char *closes(const struct firing *firing)
{
	EVENT_OF(firing, close_directory_enumeration);

	MUST(strcmp(e->directory_name, "/listed") == 0);
	MUST(e->enumeration_context == b->enumeration_context);
	MUST(e->result_code == 0);
	return NULL;
}

/* The kernel may say late that a directory is closed: it is left there until then. */
static void list_and_leave(struct battery *battery)
{
	DIR *directory;

	DO(mkdir(at(battery, "/listed"), 0755));
	directory = opendir(at(battery, "/listed"));
	battery_did(directory != NULL, "opendir");
	while (readdir(directory))
		continue;
	DO(closedir(directory));
}

static const struct row rows[] = {
	{CBF__ENUMERATE_DIRECTORY, "readdir", list, gives_entry},
	{CBF__ENUMERATE_DIRECTORY, "readdir at the end", list, ends},
	{CBF__ENUMERATE_DIRECTORY, "rewinddir", list_twice, restarts},
	{CBF__CLOSE_DIRECTORY_ENUMERATION, "closedir", list_and_leave, closes},
};
const struct rows directory_rows = ROWS_OF(rows);
