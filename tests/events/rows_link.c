/* SPDX-License-Identifier: MIT */
/* Hard links, FileIds, symbolic links. */
#include "battery.h"

#include <cbfuse/control.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

static void make_link(struct battery *battery)
{
	int fd;

	put(battery, "/one", "x");
	DO(fd = open(at(battery, "/one"), O_RDONLY | O_CLOEXEC));
	DO(link(at(battery, "/one"), at(battery, "/two")));
	DO(close(fd));
	DO(unlink(at(battery, "/one")));
	DO(unlink(at(battery, "/two")));
}

static const char *links(const struct firing *firing)
{
	EVENT_OF(firing, create_hard_link);

	MUST(strcmp(e->file_name, "/one") == 0 && strcmp(e->link_name, "/two") == 0);
	MUST(b->file_context != NULL || b->handle_context != NULL);
	MUST(e->result_code == 0);
	return NULL;
}

static void list_links(struct battery *battery)
{
	struct cbf_links_page page = {.cursor = 0};
	int fd;

	put(battery, "/one", "x");
	DO(mkdir(at(battery, "/sub"), 0755));
	DO(link(at(battery, "/one"), at(battery, "/sub/two")));
	DO(fd = open(at(battery, "/one"), O_RDONLY | O_CLOEXEC));
	DO(ioctl(fd, CBF_IOC_LIST_LINKS, &page));
	battery_did(page.flags == CBF_LINKS_END && page.length == sizeof("/one") + sizeof("/sub/two"), "both names");
	DO(close(fd));
	DO(unlink(at(battery, "/one")));
	DO(unlink(at(battery, "/sub/two")));
	DO(rmdir(at(battery, "/sub")));
}

static const char *gives_name_in_root(const struct firing *firing)
{
	EVENT_OF(firing, enumerate_hard_links);

	MUST(strcmp(e->file_name, "/one") == 0);
	MUST(!e->deleted);
	MUST(!b->link_found && e->link_found);
	MUST(e->link_name_capacity > CBF_NAME_MAX);
	MUST(strcmp(e->link_name, "one") == 0);
	MUST(e->parent_id == CBF_ROOT_ID);
	MUST(b->file_context != NULL || b->handle_context != NULL);
	MUST(e->enumeration_context != NULL);
	MUST(e->result_code == 0);
	return NULL;
}

static const char *gives_name_below(const struct firing *firing)
{
	EVENT_OF(firing, enumerate_hard_links);

	MUST(strcmp(e->file_name, "/one") == 0);
	MUST(e->link_found);
	MUST(strcmp(e->link_name, "two") == 0);
	MUST(e->parent_id != CBF_ROOT_ID && e->parent_id != 0);
	MUST(e->result_code == 0);
	return NULL;
}

static const char *ends(const struct firing *firing)
{
	EVENT_OF(firing, enumerate_hard_links);

	MUST(strcmp(e->file_name, "/one") == 0);
	MUST(!e->link_found);
	MUST(b->enumeration_context != NULL);
	MUST(e->result_code == 0);
	return NULL;
}

static const char *closes(const struct firing *firing)
{
	EVENT_OF(firing, close_hard_links_enumeration);

	MUST(strcmp(e->file_name, "/one") == 0);
	MUST(b->file_context != NULL || b->handle_context != NULL);
	MUST(b->enumeration_context != NULL);
	MUST(e->result_code == 0);
	return NULL;
}

static int count_name(const char *path, void *user_data)
{
	(void)path;
	++*(int *)user_data;
	return 0;
}

static uint64_t asked_id;

/* An id that the library does not know (any more) becomes a path. It forgets when the kernel does, soon after it was
 * told to. */
static void ask_by_id(struct battery *battery)
{
	struct stat st;
	int names = 0;

	put(battery, "/one", "x");
	DO(stat(at(battery, "/one"), &st));
	asked_id = st.st_ino;
	for (int i = 0; i < 200 && !battery_fits(battery); i++) {
		int fd = open("/proc/sys/vm/drop_caches", O_WRONLY | O_CLOEXEC);

		battery_did(fd >= 0 && write(fd, "2", 1) == 1 && close(fd) == 0, "drop_caches");
		names = 0;
		DO(cbf_list_hard_links_by_id(battery->volume, st.st_ino, count_name, &names));
	}
	battery_did(names == 1, "one name");
	DO(unlink(at(battery, "/one")));
}

static const char *names_id(const struct firing *firing)
{
	EVENT_OF(firing, get_file_name_by_file_id);

	MUST(e->file_id == asked_id);
	MUST(e->file_path_capacity > 4096);
	MUST(strcmp(e->file_path, "/one") == 0);
	MUST(e->result_code == 0);
	return NULL;
}

static void follow(struct battery *battery)
{
	char target[32];

	DO(symlink("a target", at(battery, "/symlink")));
	battery_did(readlink(at(battery, "/symlink"), target, sizeof(target)) == 8, "readlink");
	battery_did(memcmp(target, "a target", 8) == 0, "the target");
	DO(unlink(at(battery, "/symlink")));
}

static const char *gives_target(const struct firing *firing)
{
	EVENT_OF(firing, get_reparse_point);

	MUST(strcmp(e->file_name, "/symlink") == 0);
	MUST(e->target_capacity > 4095);
	MUST(strcmp(e->target, "a target") == 0);
	MUST(e->result_code == 0);
	return NULL;
}

static const char *sets_target(const struct firing *firing)
{
	EVENT_OF(firing, set_reparse_point);

	MUST(strcmp(e->file_name, "/symlink") == 0);
	MUST(strcmp(e->target, "a target") == 0);
	MUST(e->uid == geteuid() && e->gid == getegid());
	MUST(e->result_code == 0);
	return NULL;
}

static const struct row rows[] = {
	{CBF__CREATE_HARD_LINK, "link", make_link, links},
	{CBF__ENUMERATE_HARD_LINKS, "ioctl(CBF_IOC_LIST_LINKS), a name in the root", list_links, gives_name_in_root},
	{CBF__ENUMERATE_HARD_LINKS, "ioctl(CBF_IOC_LIST_LINKS), a name below", list_links, gives_name_below},
	{CBF__ENUMERATE_HARD_LINKS, "ioctl(CBF_IOC_LIST_LINKS), the end", list_links, ends},
	{CBF__CLOSE_HARD_LINKS_ENUMERATION, "ioctl(CBF_IOC_LIST_LINKS)", list_links, closes},
	{CBF__GET_FILE_NAME_BY_FILE_ID, "cbf_list_hard_links_by_id()", ask_by_id, names_id},
	{CBF__GET_REPARSE_POINT, "readlink", follow, gives_target},
	{CBF__SET_REPARSE_POINT, "symlink", follow, sets_target},
};
const struct rows link_rows = ROWS_OF(rows);
