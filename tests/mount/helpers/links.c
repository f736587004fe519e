/* SPDX-License-Identifier: MIT */
/*
 * Makes files of 1 to 5 names spread over directories, links, unlinks, and renames them at random, and knows at each
 * moment which names each file has. Asks lslinks, stat and the extended attribute whether they know as well.
 *
 *     links MOUNT SOURCE LSLINKS FILES OPERATIONS CHANGES_BEHIND SEED
 */
#include "links.h"
#include "check.h"
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

static const char *lslinks;
static uint64_t stats_compared, lists_compared;

static const char *timestamp(void)
{
	static struct timespec start;
	static char text[32];
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	if (start.tv_sec == 0)
		start = now;
	snprintf(text, sizeof(text), "%6.1f s",
		 (double)(now.tv_sec - start.tv_sec) + (double)(now.tv_nsec - start.tv_nsec) / 1e9);
	return text;
}

/* Through every name of the file: the right number of names, and one inode number. */
static void check_stat(struct model *m, int root, struct file *file)
{
	char path[PATH_MAX];
	ino_t inode = 0;
	struct stat st;

	for (struct name *name = file->names; name != NULL; name = name->next) {
		if (fstatat(root, name_path(m, name, path), &st, AT_SYMLINK_NOFOLLOW) != 0)
			DIE("stat %s", path);
		if (st.st_nlink != file->count)
			DIE("%s: st_nlink is %llu, expected %u", path, (unsigned long long)st.st_nlink, file->count);
		if (inode != 0 && st.st_ino != inode)
			DIE("%s: inode %llu, through another name %llu", path, (unsigned long long)st.st_ino,
			    (unsigned long long)inode);
		inode = st.st_ino;
		stats_compared++;
	}
}

static void make_name(struct model *m, int root, struct file *file)
{
	char old[PATH_MAX], new[PATH_MAX];
	struct name *name = name_new(m, dir_random(m), file), *from;

	name_path(m, name, new);
	if (file->count == 1) {
		int fd = openat(root, new, O_CREAT | O_EXCL | O_WRONLY, 0644);

		if (fd < 0 || close(fd) != 0)
			DIE("create %s", new);
		return;
	}
	from = file_name(m, file);
	while (from == name)
		from = file_name(m, file);
	if (linkat(root, name_path(m, from, old), root, new, 0) != 0)
		DIE("link %s %s", old, new);
}

static void remove_name(struct model *m, int root, struct name *name)
{
	char path[PATH_MAX];

	if (unlinkat(root, name_path(m, name, path), 0) != 0)
		DIE("unlink %s", path);
	name_free(m, name);
}

/* To a new name; over a name that exists; or both change places. */
static void rename_name(struct model *m, int root, struct name *name, unsigned kind)
{
	char old[PATH_MAX], new[PATH_MAX];
	struct name *other;

	name_path(m, name, old);
	if (kind == 0) {
		name_move(m, name, dir_random(m));
		if (renameat2(root, old, root, name_path(m, name, new), RENAME_NOREPLACE) != 0)
			DIE("rename %s %s", old, new);
		return;
	}
	other = name_random(m);
	if (renameat2(root, old, root, name_path(m, other, new), kind == 1 ? 0 : RENAME_EXCHANGE) != 0)
		DIE("rename %s %s, %s", old, new, kind == 1 ? "replacing" : "exchanging");
	if (kind == 2) {
		name_exchange(m, name, other);
	} else if (name->file != other->file) { /* two names of one file: nothing happens */
		name_take_place(m, name, other);
	}
}

static void rename_dir(struct model *m, int root)
{
	char old[PATH_MAX], new[PATH_MAX];
	uint32_t dir = dir_to_move(m);

	dir_path(m, dir, old);
	if (!dir_move(m, dir))
		return;
	if (renameat(root, old, root, dir_path(m, dir, new)) != 0)
		DIE("rename directory %s %s", old, new);
}

/* One random change; with `checked`, the link counts right after it. */
static void change(struct model *m, int root, bool checked)
{
	unsigned what = model_random(m, 100);
	struct name *name = name_random(m);
	struct file *file = name->file, *other = NULL;

	if (what < 35) {
		make_name(m, root, file);
	} else if (what < 65) {
		if (file->count == 1 && model_random(m, 4) != 0)
			return make_name(m, root, file);
		remove_name(m, root, name);
	} else if (what < 80) {
		rename_name(m, root, name, 0);
	} else if (what < 88) {
		other = m->file_hint = NULL;
		rename_name(m, root, name, 1);
		other = m->file_hint; /* whose name was replaced */
	} else if (what < 93) {
		rename_name(m, root, name, 2);
	} else {
		rename_dir(m, root);
	}
	if (checked) {
		check_stat(m, root, file);
		if (other != NULL)
			check_stat(m, root, other);
	}
}

/* Takes the next name out of the output of lslinks; false at its end. */
static bool next_listed(FILE *out, const char *mount, char *path, size_t size)
{
	size_t length = 0;
	int c;

	while ((c = getc_unlocked(out)) != EOF && c != '\0') {
		if (length + 1 >= size)
			DIE("lslinks: a path without an end");
		path[length++] = (char)c;
	}
	path[length] = '\0';
	if (c == EOF) {
		CHECK(length == 0);
		return false;
	}
	if (strncmp(path, mount, strlen(mount)) == 0 && path[strlen(mount)] == '/')
		memmove(path, path + strlen(mount), length - strlen(mount) + 1);
	if (path[0] != '/')
		DIE("lslinks: '%s' is no absolute path", path);
	return true;
}

/* The names in `path` (one after another by the caller) tick off those of the file. */
static void tick_off(struct model *m, struct file *file, const char *path, unsigned *ticked)
{
	char own[PATH_MAX];

	for (struct name *name = file->names; name != NULL; name = name->next) {
		if (strcmp(path + 1, name_path(m, name, own)) != 0)
			continue;
		if (name->ticked)
			DIE("%s is listed twice", path);
		name->ticked = true;
		(*ticked)++;
		return;
	}
	DIE("%s is listed as a name of %s, which it is not", path, name_path(m, file->names, own));
}

static void untick(struct file *file)
{
	for (struct name *name = file->names; name != NULL; name = name->next)
		name->ticked = false;
}

/* lslinks -0 of these files, each by a random one of its names: exactly the names that it has. */
static void check_batch(struct model *m, const char *mount, struct file **files, unsigned count)
{
	char path[PATH_MAX], relative[PATH_MAX], **arguments = calloc(count + 4, sizeof(*arguments));
	posix_spawn_file_actions_t actions;
	FILE *out = tmpfile();
	int status;
	pid_t pid;

	CHECK(arguments != NULL && out != NULL);
	arguments[0] = (char *)lslinks;
	arguments[1] = "-0";
	for (unsigned i = 0; i < count; i++)
		CHECK(asprintf(&arguments[i + 2], "%s/%s", mount, name_path(m, file_name(m, files[i]), relative)) > 0);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, fileno(out), 1);
	SAME(0, posix_spawn(&pid, lslinks, &actions, NULL, arguments, environ));
	posix_spawn_file_actions_destroy(&actions);
	CHECK(waitpid(pid, &status, 0) == pid);
	if (status != 0)
		DIE("lslinks ended with status %d (%s ...)", WEXITSTATUS(status), arguments[2]);
	rewind(out);
	for (unsigned i = 0; i < count; i++) {
		unsigned ticked = 0;

		untick(files[i]);
		for (unsigned n = 0; n < files[i]->count; n++) {
			if (!next_listed(out, mount, path, sizeof(path)))
				DIE("lslinks %s: %u names, expected %u", arguments[i + 2], n, files[i]->count);
			tick_off(m, files[i], path, &ticked);
		}
		SAME(files[i]->count, ticked);
		free(arguments[i + 2]);
		lists_compared++;
	}
	if (next_listed(out, mount, path, sizeof(path)))
		DIE("lslinks: %s is one too many", path);
	fclose(out);
	free(arguments);
}

static void check_xattr(struct model *m, const char *mount, struct file *file)
{
	char path[PATH_MAX], relative[PATH_MAX], value[65536];
	unsigned ticked = 0;
	ssize_t size;

	snprintf(path, sizeof(path), "%s/%s", mount, name_path(m, file_name(m, file), relative));
	size = getxattr(path, "user.cbfuse.hardlinks", value, sizeof(value));
	if (size < 0)
		DIE("getxattr %s", path);
	untick(file);
	for (char *at = value; at < value + size; at += strlen(at) + 1)
		tick_off(m, file, at, &ticked);
	SAME(file->count, ticked);
}

static void check_all(struct model *m, const char *mount, int root, const char *when)
{
	enum { BATCH = 1000 };
	struct file *batch[BATCH];
	unsigned in_batch = 0;

	for (uint32_t i = 0; i < m->files_made; i++) {
		struct file *file = m->files[i];

		if (file->count == 0)
			continue;
		batch[in_batch++] = file;
		if (model_random(m, 100) == 0) {
			check_stat(m, root, file);
			if (getenv("NO_XATTR") == NULL)
				check_xattr(m, mount, file);
		}
		if (in_batch == BATCH) {
			check_batch(m, mount, batch, in_batch);
			in_batch = 0;
		}
	}
	if (in_batch > 0)
		check_batch(m, mount, batch, in_batch);
	printf("%s  %s: lslinks knows the %u names of %u files\n", timestamp(), when, m->names_alive, m->files_alive);
	fflush(stdout);
}

/* The model itself, against the native directory: else all of the above would mean nothing. */
static void check_model(struct model *m, int native, const char *when)
{
	for (uint32_t i = 0; i < m->files_made; i++)
		check_stat(m, native, m->files[i]);
	printf("%s  %s: the native directory is as planned\n", timestamp(), when);
	fflush(stdout);
}

/* What changed behind its back shows in the mount when what it has cached has run out (1 s), not later. */
static void wait_until_seen(struct model *m, int mount, int native)
{
	time_t end = time(NULL) + 30;
	char path[PATH_MAX];
	struct stat is, should;

	for (uint32_t i = 0; i < m->files_made; i++) {
		for (struct name *name = m->files[i]->names; name != NULL; name = name->next) {
			CHECK(fstatat(native, name_path(m, name, path), &should, AT_SYMLINK_NOFOLLOW) == 0);
			while (fstatat(mount, path, &is, AT_SYMLINK_NOFOLLOW) != 0 || is.st_ino != should.st_ino ||
			       is.st_nlink != should.st_nlink) {
				if (time(NULL) > end)
					DIE("%s: not seen after 30 seconds: links %llu, expected %llu", path,
					    (unsigned long long)is.st_nlink, (unsigned long long)should.st_nlink);
				nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
			}
		}
	}
	printf("%s  the mount shows what changed behind its back\n", timestamp());
	fflush(stdout);
}

int main(int argc, char **argv)
{
	unsigned long files, operations, behind;
	int mount, native;
	struct model *m;

	if (argc != 8)
		DIE("links MOUNT SOURCE LSLINKS FILES OPERATIONS CHANGES_BEHIND SEED");
	lslinks = argv[3];
	files = strtoul(argv[4], NULL, 10);
	operations = strtoul(argv[5], NULL, 10);
	behind = strtoul(argv[6], NULL, 10);
	mount = open(argv[1], O_PATH | O_DIRECTORY);
	native = open(argv[2], O_PATH | O_DIRECTORY);
	CHECK(mount >= 0 && native >= 0);
	m = model_new((uint32_t)files, strtoul(argv[7], NULL, 10));
	timestamp();

	for (uint32_t i = 1; i < m->dir_count; i++) {
		char path[PATH_MAX];

		if (mkdirat(i % 2 != 0 ? mount : native, dir_path(m, i, path), 0755) != 0)
			DIE("mkdir %s", path);
	}
	for (uint32_t i = 0; i < files; i++) {
		struct file *file = file_new(m);
		/* A third through the mount, a third natively, a third half and half. */
		int first = i % 3 == 1 ? native : mount, then = i % 3 == 0 ? mount : native;

		make_name(m, first, file);
		for (unsigned more = model_random(m, 5); more > 0; more--)
			make_name(m, then, file);
	}
	printf("%s  %u names of %u files in %u directories made\n", timestamp(), m->names_alive, m->files_alive,
	       m->dir_count);
	fflush(stdout);
	check_model(m, native, "made");
	wait_until_seen(m, mount, native);
	check_all(m, argv[1], mount, "made");

	for (unsigned long i = 0; i < operations; i++)
		change(m, mount, true);
	printf("%s  %lu links, unlinks and renames made, st_nlink right at once after each\n", timestamp(), operations);
	check_model(m, native, "changed");
	check_all(m, argv[1], mount, "changed");

	for (unsigned long i = 0; i < behind; i++)
		change(m, native, true);
	printf("%s  %lu changes made behind the mount's back\n", timestamp(), behind);
	wait_until_seen(m, mount, native);
	check_all(m, argv[1], mount, "changed behind");

	for (unsigned long i = 0; i < operations / 10; i++)
		change(m, mount, true);
	check_all(m, argv[1], mount, "changed again");
	check_model(m, native, "at the end");
	printf("%s  %llu times stat and %llu times lslinks compared\n", timestamp(), (unsigned long long)stats_compared,
	       (unsigned long long)lists_compared);
	return 0;
}
