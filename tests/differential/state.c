/* SPDX-License-Identifier: MIT */
/* The objects that cases start with. Each has a letter, which is its name; a symbolic link brings what it leads to. */
#include "differential.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

enum { LETTERS = 32 };

struct object {
	char letter;
	mode_t mode;
	uid_t uid;
	gid_t gid;
	const char *text; /* content, target, or the name of a directory's child */
};

static const struct object objects[] = {
	{'f', S_IFREG | 0644, 0, 0, "Hello, differential world\n"},
	{'e', S_IFREG | 0644, 0, 0, ""},
	{'b', S_IFREG | 0644, 0, 0, "+"}, /* 20000 bytes, with a hole */
	{'h', S_IFREG | 0644, 0, 0, "two names"}, /* h and h2 */
	{'w', S_IFREG | 0666, 0, 0, "for all to write"},
	{'u', S_IFREG | 0644, USER, USER, "the user's"},
	{'U', S_IFREG | 0600, USER, USER, "the user's own"},
	{'a', S_IFREG | 0664, 0, USER, "the group's"},
	{'r', S_IFREG | 0444, 0, 0, "read only"},
	{'q', S_IFREG | 06777, 0, 0, "set-id"},
	{'Q', S_IFREG | 06755, USER, USER, "the user's set-id"},
	{'j', S_IFREG | 02644, USER, USER, "set-group-id without execution"},
	{'y', S_IFREG | 0666, USER, USER, "with attributes"},
	{'d', S_IFDIR | 0755, 0, 0, "x"},
	{'m', S_IFDIR | 0755, 0, 0, NULL},
	{'M', S_IFDIR | 0755, 0, 0, NULL},
	{'D', S_IFDIR | 0755, 0, 0, "x"},
	{'v', S_IFDIR | 0755, USER, USER, "x"},
	{'n', S_IFDIR | 0700, 0, 0, "x"},
	{'t', S_IFDIR | 01777, 0, 0, "x"},
	{'T', S_IFDIR | 01777, 0, 0, "x"}, /* x is the user's */
	{'g', S_IFDIR | 02777, 0, GROUP, "x"},
	{'l', S_IFLNK, 0, 0, "f"},
	{'k', S_IFLNK, 0, 0, "d"},
	{'z', S_IFLNK, 0, 0, "none"},
	{'o', S_IFLNK, 0, 0, "o"},
	{'L', S_IFLNK, USER, USER, "l"},
	{'p', S_IFIFO | 0666, 0, 0, NULL},
	{'s', S_IFSOCK | 0666, 0, 0, NULL},
	{'c', S_IFCHR | 0666, 0, 0, NULL},
};

static bool has_child(const struct object *object)
{
	return S_ISDIR(object->mode) && object->text;
}

static int make_file(const char *name, const struct object *object)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	size_t length = strlen(object->text);

	if (fd < 0)
		return -1;
	if (strcmp(object->text, "+") == 0) {
		char block[4096];

		memset(block, 'b', sizeof(block));
		if (write(fd, block, sizeof(block)) < 0 || pwrite(fd, block, 3616, 16384) < 0)
			return -1;
	} else if (length && write(fd, object->text, length) < 0) {
		return -1;
	}
	return close(fd);
}

static int make_child(const char *name, uid_t uid)
{
	static const struct object child = {.text = "a child"};
	char path[16];

	snprintf(path, sizeof(path), "%s/x", name);
	return make_file(path, &child) || chmod(path, 0644) || (uid && chown(path, uid, uid)) ? -1 : 0;
}

static int make_attributes(const char *name)
{
	return setxattr(name, "user.one", "1", 1, 0) || setxattr(name, "user.two", "twenty two", 10, 0) ||
			       setxattr(name, "trusted.t", "t", 1, 0)
		       ? -1
		       : 0;
}

static int make_node(const char *name, const struct object *object)
{
	switch (object->mode & S_IFMT) {
	case S_IFREG:
		return make_file(name, object);
	case S_IFDIR:
		if (mkdir(name, 0700))
			return -1;
		return has_child(object) ? make_child(name, object->letter == 'T' ? USER : 0) : 0;
	case S_IFLNK:
		return symlink(object->text, name);
	case S_IFCHR:
		return mknod(name, S_IFCHR | 0600, makedev(1, 3));
	default:
		return mknod(name, (object->mode & S_IFMT) | 0600, 0);
	}
}

/* Old times: each change of them shows, and the time of access changes with a relatime mount as well. */
static int make_old(const char *name)
{
	const struct timespec times[2] = {{.tv_sec = 1000000000}, {.tv_sec = 1000000001}};

	return utimensat(AT_FDCWD, name, times, AT_SYMLINK_NOFOLLOW);
}

static int make_object(const struct object *object)
{
	const char name[2] = {object->letter, '\0'};
	bool link = S_ISLNK(object->mode);

	if (make_node(name, object))
		return -1;
	if ((object->uid || object->gid) && lchown(name, object->uid, object->gid))
		return -1;
	if (!link && chmod(name, object->mode & 07777))
		return -1;
	if (object->letter == 'h' && linkat(AT_FDCWD, name, AT_FDCWD, "h2", 0))
		return -1;
	if (object->letter == 'y' && make_attributes(name))
		return -1;
	if (has_child(object)) {
		const char child[4] = {object->letter, '/', 'x', '\0'};

		if (make_old(child))
			return -1;
	}
	return make_old(name);
}

/* LENGTH(objects) if it is none's. */
static size_t index_of(char letter)
{
	size_t i = 0;

	while (i < LENGTH(objects) && objects[i].letter != letter)
		i++;
	return i;
}

/* With what a symbolic link leads to; in any order, without repetition. */
static void add_letter(char letters[LETTERS], char letter)
{
	size_t count = strlen(letters), i = index_of(letter);

	if (i == LENGTH(objects) || strchr(letters, letter) || count + 1 >= LETTERS)
		return;
	letters[count] = letter;
	letters[count + 1] = '\0';
	if (S_ISLNK(objects[i].mode) && !objects[i].text[1])
		add_letter(letters, objects[i].text[0]);
}

/* A path whose first component is a letter, or h2, names an object. */
static void add_path(char letters[LETTERS], const char *path)
{
	if (path && path[0] && (path[1] == '\0' || path[1] == '/' || strcmp(path, "h2") == 0))
		add_letter(letters, path[0]);
}

static void letters_of(const struct test_case *test, char letters[LETTERS])
{
	letters[0] = '\0';
	add_path(letters, test->path);
	add_path(letters, test->other);
	for (const char *letter = test->objects; letter && *letter; letter++)
		add_letter(letters, *letter);
}

void state_names(const struct test_case *test, void (*use)(void *data, const char *name), void *data)
{
	char letters[LETTERS];

	use(data, ".");
	letters_of(test, letters);
	for (const char *letter = letters; *letter; letter++) {
		const char child[] = {*letter, '/', 'x', '\0'}, name[] = {*letter, '\0'};

		use(data, name);
		if (*letter == 'h')
			use(data, "h2");
		if (has_child(&objects[index_of(*letter)]))
			use(data, child);
	}
}

int state_make(const struct test_case *test)
{
	char letters[LETTERS];
	int error = 0;

	letters_of(test, letters);
	for (const char *letter = letters; !error && *letter; letter++)
		error = make_object(&objects[index_of(*letter)]);
	if (!error)
		error = chmod(".", test->closed ? 0755 : 0777) || make_old(".");
	if (error)
		fprintf(stderr, "%s: the state cannot be made: %s\n", test->label, strerror(errno));
	return error ? -1 : 0;
}

static void check(int error, const char *what)
{
	if (error) {
		perror(what);
		exit(2);
	}
}

void become(enum who who)
{
	static const gid_t groups[] = {USER, GROUP};
	uid_t uid = who == AS_USER ? USER : OTHER_USER;

	if (who == AS_ROOT)
		return;
	check(setgroups(who == AS_MEMBER ? LENGTH(groups) : 0, groups), "setgroups");
	check(setresgid(uid, uid, 0), "setresgid");
	check(setresuid(uid, uid, 0), "setresuid");
}

void become_root(void)
{
	check(setresuid(0, 0, 0), "setresuid");
	check(setresgid(0, 0, 0), "setresgid");
	check(setgroups(0, NULL), "setgroups");
}
