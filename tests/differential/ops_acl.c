/* SPDX-License-Identifier: MIT */
/* POSIX ACLs: set and got, inherited, in step with chmod, and enforced. */
#include "differential.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/posix_acl.h>
#include <linux/posix_acl_xattr.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

enum { MOST_ENTRIES = 7, NOBODY = -1 };

struct acl {
	const char *name;
	struct {
		unsigned short tag, permissions;
		int id;
	} entries[MOST_ENTRIES];
	unsigned count;
	unsigned version;
	size_t cut; /* so many bytes are missing */
};

#define MINIMAL(u, g, o)                                                                                               \
	{ACL_USER_OBJ, u, NOBODY}, {ACL_GROUP_OBJ, g, NOBODY},                                                         \
	{                                                                                                              \
		ACL_OTHER, o, NOBODY                                                                                   \
	}

static const struct acl acls[] = {
	{"minimal", {MINIMAL(6, 4, 4)}, 3, 2, 0},
	{"minimal 751", {MINIMAL(7, 5, 1)}, 3, 2, 0},
	{"for the user",
	 {{ACL_USER_OBJ, 6, NOBODY},
	  {ACL_USER, 6, USER},
	  {ACL_GROUP_OBJ, 4, NOBODY},
	  {ACL_MASK, 6, NOBODY},
	  {ACL_OTHER, 0, NOBODY}},
	 5,
	 2,
	 0},
	{"masked",
	 {{ACL_USER_OBJ, 7, NOBODY},
	  {ACL_USER, 7, USER},
	  {ACL_GROUP_OBJ, 7, NOBODY},
	  {ACL_GROUP, 7, GROUP},
	  {ACL_MASK, 4, NOBODY},
	  {ACL_OTHER, 5, NOBODY}},
	 6,
	 2,
	 0},
	{"against the user",
	 {{ACL_USER_OBJ, 7, NOBODY},
	  {ACL_USER, 0, USER},
	  {ACL_GROUP_OBJ, 7, NOBODY},
	  {ACL_MASK, 7, NOBODY},
	  {ACL_OTHER, 7, NOBODY}},
	 5,
	 2,
	 0},
	{"empty", {{0, 0, 0}}, 0, 2, 0},
	{"without a mask", {MINIMAL(6, 4, 4), {ACL_USER, 6, USER}}, 4, 2, 0},
	{"out of order", {{ACL_OTHER, 4, NOBODY}, {ACL_USER_OBJ, 6, NOBODY}, {ACL_GROUP_OBJ, 4, NOBODY}}, 3, 2, 0},
	{"of another version", {MINIMAL(6, 4, 4)}, 3, 3, 0},
	{"cut off", {MINIMAL(6, 4, 4)}, 3, 2, 2},
	{"with a bad permission", {MINIMAL(6, 4, 8)}, 3, 2, 0},
};

enum { VALID = 6 }; /* so many of them can be set */

static const char *const names[] = {"system.posix_acl_access", "system.posix_acl_default"};

static long set_acl(const char *path, long number, long name)
{
	const struct acl *acl = &acls[number];
	unsigned char
		bytes[sizeof(struct posix_acl_xattr_header) + MOST_ENTRIES * sizeof(struct posix_acl_xattr_entry)];
	struct posix_acl_xattr_header header = {.a_version = acl->version};
	size_t length = sizeof(header);

	memcpy(bytes, &header, sizeof(header));
	for (unsigned i = 0; i < acl->count; i++) {
		struct posix_acl_xattr_entry entry = {.e_tag = acl->entries[i].tag,
						      .e_perm = acl->entries[i].permissions,
						      .e_id = (unsigned)acl->entries[i].id};

		memcpy(bytes + length, &entry, sizeof(entry));
		length += sizeof(entry);
	}
	return setxattr(path, names[name], bytes, length - acl->cut, 0);
}

static void generate_acl(struct table *table)
{
	static const char *const paths[] = {"f", "u", "d", "v", "l", "z", "p", "n/x", "g", "none"};

	for (size_t path = 0; path < LENGTH(paths); path++)
		for (size_t i = 0; i < LENGTH(acls) * LENGTH(names); i++)
			for (enum who who = AS_ROOT; who <= (path < 4 ? AS_MEMBER : AS_ROOT); who++)
				table_add(table,
					  (struct test_case){.path = paths[path],
							     .a = (long)(i / 2),
							     .b = (long)(i % 2),
							     .who = who},
					  "%s %s %s", paths[path], names[i % 2], acls[i / 2].name);
}

static void run_acl(const struct test_case *test, struct outcome *out)
{
	char bytes[256];
	ssize_t length;

	outcome_result(out, "set", set_acl(test->path, test->a, test->b));
	length = outcome_result(out, "get", getxattr(test->path, names[test->b], bytes, sizeof(bytes)));
	outcome_bytes(out, "acl", bytes, length > 0 ? (size_t)length : 0);
	outcome_result(out, "too short", getxattr(test->path, names[test->b], bytes, 5));
}

static void generate_acl_chmod(struct table *table)
{
	static const char *const paths[] = {"f", "u", "v", "q"};
	static const long modes[] = {0, 0640, 0777, 02755, 06070};

	for (size_t path = 0; path < LENGTH(paths); path++)
		for (size_t mode = 0; mode < LENGTH(modes); mode++)
			for (long acl = 0; acl < VALID; acl++)
				for (enum who who = AS_ROOT; who <= AS_USER; who++)
					table_add(table,
						  (struct test_case){
							  .path = paths[path], .a = acl, .b = modes[mode], .who = who},
						  "%s %s 0%lo", paths[path], acls[acl].name, modes[mode]);
}

/* The access ACL and the mode are two views of one thing. */
static void run_acl_chmod(const struct test_case *test, struct outcome *out)
{
	outcome_result(out, "set", set_acl(test->path, test->a, 0));
	outcome_result(out, "chmod", chmod(test->path, (mode_t)test->b));
	outcome_result(out, "remove default", removexattr(test->path, names[1]));
}

static void generate_acl_inherited(struct table *table)
{
	static const char *const paths[] = {"d", "v", "g", "t"};
	static const long masks[] = {0, 022, 077};

	for (size_t path = 0; path < LENGTH(paths); path++)
		for (size_t mask = 0; mask < LENGTH(masks); mask++)
			for (long acl = 0; acl < VALID; acl++)
				for (long as = AS_ROOT; as <= AS_USER; as++)
					table_add(table,
						  (struct test_case){
							  .path = paths[path], .a = acl, .b = masks[mask], .c = as},
						  "%s %s umask 0%lo, made by %s", paths[path], acls[acl].name,
						  masks[mask], who_names[as]);
}

static void run_acl_inherited(const struct test_case *test, struct outcome *out)
{
	int fd;

	outcome_result(out, "set", set_acl(test->path, test->a, 1));
	outcome_result(out, "enter", chdir(test->path));
	umask((mode_t)test->b);
	become((enum who)test->c);
	fd = open("file", O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	outcome_result(out, "create", fd < 0 ? -1 : 0);
	if (fd >= 0)
		close(fd);
	outcome_result(out, "mknod", mknod("node", S_IFREG | 0640, 0));
	outcome_result(out, "mkdir", mkdir("directory", 0777));
	outcome_result(out, "mkfifo", mkfifo("fifo", 0666));
	outcome_result(out, "symlink", symlink("it", "symlink"));
	become_root();
	outcome_result(out, "back", chdir(".."));
}

static void generate_acl_enforced(struct table *table)
{
	static const char *const paths[] = {"f", "u", "U", "q", "n", "d"};

	for (size_t path = 0; path < LENGTH(paths); path++)
		for (long acl = 0; acl < VALID; acl++)
			for (long as = AS_ROOT; as <= AS_MEMBER; as++)
				table_add(table, (struct test_case){.path = paths[path], .a = acl, .c = as},
					  "%s %s, %s", paths[path], acls[acl].name, who_names[as]);
}

static void run_acl_enforced(const struct test_case *test, struct outcome *out)
{
	static const int flags[] = {O_RDONLY, O_WRONLY, O_RDWR};
	char below[8];

	outcome_result(out, "set", set_acl(test->path, test->a, 0));
	become((enum who)test->c);
	for (int mode = 1; mode <= 7; mode++)
		outcome_result(out, "access", faccessat(AT_FDCWD, test->path, mode, AT_EACCESS));
	for (size_t i = 0; i < LENGTH(flags); i++) {
		int fd = open(test->path, flags[i] | O_CLOEXEC);

		outcome_result(out, "open", fd < 0 ? -1 : 0);
		if (fd >= 0)
			close(fd);
	}
	snprintf(below, sizeof(below), "%s/new", test->path);
	outcome_result(out, "below", mkdir(below, 0755));
}

const struct operation acl_operations[] = {{"acl", generate_acl, run_acl},
					   {"acl_chmod", generate_acl_chmod, run_acl_chmod},
					   {"acl_inherited", generate_acl_inherited, run_acl_inherited},
					   {"acl_enforced", generate_acl_enforced, run_acl_enforced},
					   {NULL, NULL, NULL}};
