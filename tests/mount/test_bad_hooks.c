/* SPDX-License-Identifier: MIT */
/*
 * Hooks that answer nonsense on a real mount: the system call fails with EIO, OnError says which hook and why, all that
 * was opened is closed, and the mount goes on serving.
 */
#include "mount_fixture.h"

#include <cbfuse/control.h>
#include <ctype.h>
#include <limits.h>
#include <linux/limits.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>

static int result(int answer)
{
	return answer < 0 ? errno : 0;
}

/* Each is a system call (or a call of the library) that ends in the event; it returns an errno value. */

static int do_stat(const struct mounted *m)
{
	struct stat st;

	return result(stat(mx_path(m, "/f"), &st));
}

static int with_fd(const struct mounted *m, int flags, int (*act)(int fd))
{
	int fd = open(mx_path(m, "/f"), flags | O_CLOEXEC), error;

	if (fd < 0)
		return errno;
	error = act ? act(fd) : 0;
	(void)close(fd);
	return error;
}

static int do_open(const struct mounted *m)
{
	return with_fd(m, O_RDONLY, NULL);
}

static int do_create(const struct mounted *m)
{
	int fd = open(mx_path(m, "/new"), O_CREAT | O_WRONLY | O_CLOEXEC, 0644);

	if (fd >= 0)
		(void)close(fd);
	return result(fd);
}

static int do_mkdir(const struct mounted *m)
{
	return result(mkdir(mx_path(m, "/new"), 0755));
}

static int do_mkfifo(const struct mounted *m)
{
	return result(mkfifo(mx_path(m, "/new"), 0644));
}

static int read_it(int fd)
{
	char buffer[16];

	return result((int)read(fd, buffer, sizeof(buffer)));
}

/* O_DIRECT: when a read into the page cache fails, the kernel asks once more. */
static int do_read(const struct mounted *m)
{
	return with_fd(m, O_RDONLY | O_DIRECT, read_it);
}

static int write_it(int fd)
{
	return result((int)write(fd, "DATA", 4));
}

static int do_write(const struct mounted *m)
{
	return with_fd(m, O_WRONLY, write_it);
}

static int sync_it(int fd)
{
	return result(fsync(fd));
}

static int do_fsync(const struct mounted *m)
{
	return with_fd(m, O_WRONLY, sync_it);
}

static int list_it(int fd)
{
	struct cbf_links_page page = {.cursor = 0};

	do {
		if (ioctl(fd, CBF_IOC_LIST_LINKS, &page) != 0)
			return errno;
	} while (!(page.flags & CBF_LINKS_END));
	return 0;
}

static int do_ioctl(const struct mounted *m)
{
	return with_fd(m, O_RDONLY, list_it);
}

static int do_getxattr(const struct mounted *m)
{
	static char value[XATTR_SIZE_MAX];

	return result((int)getxattr(mx_path(m, "/f"), "user.cbfuse.hardlinks", value, sizeof(value)));
}

static int do_listxattr(const struct mounted *m)
{
	char names[64];

	return result((int)listxattr(mx_path(m, "/f"), names, sizeof(names)));
}

static int do_setxattr(const struct mounted *m)
{
	return result(setxattr(mx_path(m, "/f"), "user.x", "value", 5, 0));
}

static int go_on(const char *path, void *user_data)
{
	(void)path;
	(void)user_data;
	return 0;
}

static int do_list_call(const struct mounted *m)
{
	return -cbf_list_hard_links(m->volume, "/f", go_on, NULL);
}

static int do_list_by_id(const struct mounted *m)
{
	return -cbf_list_hard_links_by_id(m->volume, mf_id_of(m->fs, "/d/x"), go_on, NULL);
}

static int do_truncate(const struct mounted *m)
{
	return result(truncate(mx_path(m, "/f"), 2));
}

static int do_chmod(const struct mounted *m)
{
	return result(chmod(mx_path(m, "/f"), 0600));
}

static int do_link(const struct mounted *m)
{
	return result(link(mx_path(m, "/f"), mx_path(m, "/new")));
}

static int do_symlink(const struct mounted *m)
{
	return result(symlink("target", mx_path(m, "/new")));
}

static int do_readlink(const struct mounted *m)
{
	char target[4100];

	return result((int)readlink(mx_path(m, "/l"), target, sizeof(target)));
}

static int do_readdir(const struct mounted *m)
{
	DIR *dir = opendir(mx_path(m, "/d"));
	int error;

	if (dir == NULL)
		return errno;
	do {
		errno = 0;
	} while (readdir(dir) != NULL);
	error = errno;
	(void)closedir(dir);
	return error;
}

static int do_unlink(const struct mounted *m)
{
	return result(unlink(mx_path(m, "/f")));
}

static int do_rmdir(const struct mounted *m)
{
	return result(rmdir(mx_path(m, "/empty")));
}

static int do_rename(const struct mounted *m)
{
	return result(rename(mx_path(m, "/f"), mx_path(m, "/new")));
}

static int do_statfs(const struct mounted *m)
{
	struct statvfs st;

	return result(statvfs(m->directory, &st));
}

static const struct call {
	enum mf_event event;
	const char *name;
	int (*make)(const struct mounted *m);
} calls[] = {
	{MF_GET_FILE_INFO, "GetFileInfo", do_stat},
	{MF_OPEN_FILE, "OpenFile", do_open},
	{MF_CREATE_FILE, "CreateFile", do_create},
	{MF_CREATE_FILE, "CreateFile", do_mkdir},
	{MF_CREATE_FILE, "CreateFile", do_mkfifo},
	{MF_READ_FILE, "ReadFile", do_read},
	{MF_WRITE_FILE, "WriteFile", do_write},
	{MF_FLUSH_FILE, "FlushFile", do_fsync},
	{MF_SET_FILE_SIZE, "SetFileSize", do_truncate},
	{MF_SET_FILE_ATTRIBUTES, "SetFileAttributes", do_chmod},
	{MF_ENUMERATE_DIRECTORY, "EnumerateDirectory", do_readdir},
	{MF_CREATE_HARD_LINK, "CreateHardLink", do_link},
	{MF_ENUMERATE_HARD_LINKS, "EnumerateHardLinks", do_ioctl},
	{MF_ENUMERATE_HARD_LINKS, "EnumerateHardLinks", do_getxattr},
	{MF_ENUMERATE_HARD_LINKS, "EnumerateHardLinks", do_list_call},
	{MF_GET_REPARSE_POINT, "GetReparsePoint", do_readlink},
	{MF_SET_REPARSE_POINT, "SetReparsePoint", do_symlink},
	{MF_QUERY_EA, "QueryEa", do_listxattr},
	{MF_SET_EA, "SetEa", do_setxattr},
	{MF_CAN_FILE_BE_DELETED, "CanFileBeDeleted", do_unlink},
	{MF_IS_DIRECTORY_EMPTY, "IsDirectoryEmpty", do_rmdir},
	{MF_DELETE_FILE, "DeleteFile", do_unlink},
	{MF_DELETE_FILE, "DeleteFile", do_rmdir},
	{MF_RENAME_OR_MOVE_FILE, "RenameOrMoveFile", do_rename},
	{MF_GET_VOLUME_SIZE, "GetVolumeSize", do_statfs},
};

enum { CALLS = sizeof(calls) / sizeof(calls[0]) };

/* Letters only, in lower case: "read_file" and "ReadFile" are the same. */
static void squeeze(const char *text, char *out, size_t capacity)
{
	size_t length = 0;

	for (; *text != '\0' && length + 1 < capacity; text++) {
		if (isalnum((unsigned char)*text))
			out[length++] = (char)tolower((unsigned char)*text);
	}
	out[length] = '\0';
}

/* OnError was told something since then, and it names the hook. */
static void expect_told(const struct mounted *m, unsigned before, const char *hook)
{
	char description[512], said[512], wanted[64];

	if (mf_seen(m->fs, MF_ERROR) <= before)
		fail_msg("OnError was not told that %s answered nonsense", hook);
	mf_last_error(m->fs, description, sizeof(description));
	squeeze(description, said, sizeof(said));
	squeeze(hook, wanted, sizeof(wanted));
	if (strstr(said, wanted) == NULL)
		fail_msg("OnError was told '%s', which does not name %s", description, hook);
}

static void one_bad_call(struct mounted *m, const struct call *call, const char *answer)
{
	unsigned told = mf_seen(m->fs, MF_ERROR), seen = mf_seen(m->fs, call->event);
	int error = call->make(m);

	if (mf_seen(m->fs, call->event) == seen)
		fail_msg("%s did not fire", call->name);
	if (error != EIO)
		fail_msg("%s answered %s: errno %d (%s), expected EIO", call->name, answer, error, strerror(error));
	expect_told(m, told, call->name);
	mx_serves(m);
}

static void try_code(void **state, int code)
{
	struct mounted *m = *state;
	char answer[32];

	mx_mount(m);
	(void)snprintf(answer, sizeof(answer), "the code %d", code);
	for (size_t i = 0; i < CALLS; i++) {
		mf_fail(m->fs, calls[i].event, 0, code);
		one_bad_call(m, &calls[i], answer);
		mx_wait_idle(m);
	}
	/* None of them has done what it was asked for; now each does. */
	assert_int_equal(access(mx_path(m, "/new"), F_OK), -1);
	assert_int_equal(do_write(m), 0);
	assert_int_equal(do_rename(m), 0);
	assert_int_equal(access(mx_path(m, "/new"), F_OK), 0);
	assert_int_equal(do_rmdir(m), 0);
	mx_finish(m);
}

static void test_code_512(void **state)
{
	try_code(state, 512);
}

static void test_code_minus_1(void **state)
{
	try_code(state, -1);
}

static void test_code_100000(void **state)
{
	try_code(state, 100000);
}

static void test_code_minus_eio(void **state)
{
	try_code(state, -EIO); /* the commonest mistake */
}

static void test_good_codes_come_through(void **state)
{
	struct mounted *m = *state;

	mx_mount(m);
	for (size_t i = 0; i < CALLS; i++) {
		mf_fail(m->fs, calls[i].event, 0, EBADSLT);
		assert_int_equal(calls[i].make(m), EBADSLT);
	}
	assert_int_equal(mf_seen(m->fs, MF_ERROR), 0);
	mx_finish(m);
}

/* Codes that nobody asks for: of what is closed. */
static void test_ignored_codes(void **state)
{
	struct mounted *m = *state;
	static const int codes[] = {512, -1, 100000, EIO};

	mx_mount(m);
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		mf_fail(m->fs, MF_CLEANUP_FILE, 0, codes[i]);
		mf_fail(m->fs, MF_CLOSE_FILE, 0, codes[i]);
		assert_int_equal(do_read(m), 0);
		mx_wait_idle(m);
		mf_fail(m->fs, MF_CLOSE_DIRECTORY_ENUMERATION, 0, codes[i]);
		assert_int_equal(do_readdir(m), 0);
		mf_fail(m->fs, MF_CLOSE_HARD_LINKS_ENUMERATION, 0, codes[i]);
		assert_int_equal(do_ioctl(m), 0);
		mx_wait_idle(m);
		mx_serves(m);
	}
	mx_finish(m);
}

/* Codes of Mount: the mount is undone, and can be done again. */
static void test_mount_codes(void **state)
{
	struct mounted *m = *state;
	static const struct {
		int code, answer;
	} codes[] = {{512, -EIO}, {-1, -EIO}, {100000, -EIO}, {ENOSPC, -ENOSPC}};

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		mf_fail(m->fs, MF_MOUNT, 0, codes[i].code);
		assert_int_equal(cbf_mount(m->volume, m->directory), codes[i].answer);
		mx_expect_nothing_left(m);
		mf_fail(m->fs, MF_WORKER_THREAD_CREATION, 0, codes[i].code);
		assert_int_equal(cbf_mount(m->volume, m->directory), codes[i].answer);
		mx_expect_nothing_left(m);
	}
	mf_fail(m->fs, MF_UNMOUNT, 0, 512);
	mx_mount(m);
	mx_serves(m);
	mx_finish(m);
}

static const char *const bad_names[] = {
	[MF_BAD_EMPTY] = "an empty name",       [MF_BAD_COLON] = "a name with a colon",
	[MF_BAD_SLASH] = "a name with a slash", [MF_BAD_DOT_DOT] = "'..'",
	[MF_BAD_LONG] = "a name of 300 bytes",  [MF_BAD_UNTERMINATED] = "a name that does not end",
	[MF_BAD_COUNT] = "a count too large",   [MF_BAD_HUGE_COUNT] = "a huge count",
	[MF_BAD_SIZE] = "a size below 0",       [MF_BAD_TYPE] = "a bad type"};

static void try_answers(struct mounted *m, const struct call *call, const enum mf_bad *answers, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		mf_answer(m->fs, call->event, answers[i], 1);
		one_bad_call(m, call, bad_names[answers[i]]);
		mx_wait_idle(m);
		mf_answer(m->fs, call->event, MF_GOOD, 0);
		assert_int_equal(call->make(m), 0);
	}
}

#define TRY(m, event, name, make, ...)                                                                                 \
	try_answers(m, &(const struct call){event, name, make}, (const enum mf_bad[]){__VA_ARGS__},                    \
		    sizeof((const enum mf_bad[]){__VA_ARGS__}) / sizeof(enum mf_bad))

static void test_bad_names(void **state)
{
	struct mounted *m = *state;

	mx_mount(m);
	TRY(m, MF_ENUMERATE_DIRECTORY, "EnumerateDirectory", do_readdir, MF_BAD_EMPTY, MF_BAD_SLASH, MF_BAD_DOT_DOT,
	    MF_BAD_LONG, MF_BAD_UNTERMINATED);
	TRY(m, MF_ENUMERATE_HARD_LINKS, "EnumerateHardLinks", do_ioctl, MF_BAD_EMPTY, MF_BAD_SLASH, MF_BAD_DOT_DOT,
	    MF_BAD_LONG, MF_BAD_UNTERMINATED);
	TRY(m, MF_ENUMERATE_HARD_LINKS, "EnumerateHardLinks", do_getxattr, MF_BAD_EMPTY, MF_BAD_SLASH, MF_BAD_DOT_DOT,
	    MF_BAD_LONG, MF_BAD_UNTERMINATED);
	TRY(m, MF_ENUMERATE_HARD_LINKS, "EnumerateHardLinks", do_list_call, MF_BAD_EMPTY, MF_BAD_UNTERMINATED);
	TRY(m, MF_QUERY_EA, "QueryEa", do_listxattr, MF_BAD_EMPTY, MF_BAD_LONG, MF_BAD_UNTERMINATED);
	TRY(m, MF_GET_REPARSE_POINT, "GetReparsePoint", do_readlink, MF_BAD_EMPTY, MF_BAD_UNTERMINATED);
	mx_finish(m);
}

/* The path that belongs to a FileId. The library asks for those that it does not know. */
static void test_bad_paths(void **state)
{
	struct mounted *m = *state;
	static const enum mf_bad answers[] = {MF_BAD_EMPTY, MF_BAD_SLASH, MF_BAD_UNTERMINATED};

	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		mx_mount(m);
		mf_answer(m->fs, MF_GET_FILE_NAME_BY_FILE_ID, answers[i], 1);
		one_bad_call(m, &(const struct call){MF_GET_FILE_NAME_BY_FILE_ID, "GetFileNameByFileId", do_list_by_id},
			     bad_names[answers[i]]);
		assert_int_equal(do_list_by_id(m), 0);
		mx_wait_idle(m);
		mx_unmount(m);
	}
	mx_mount(m);
	mf_fail(m->fs, MF_GET_FILE_NAME_BY_FILE_ID, 0, 512);
	one_bad_call(m, &(const struct call){MF_GET_FILE_NAME_BY_FILE_ID, "GetFileNameByFileId", do_list_by_id}, "512");
	mx_finish(m);
}

static void test_bad_numbers(void **state)
{
	struct mounted *m = *state;

	mx_mount(m);
	TRY(m, MF_READ_FILE, "ReadFile", do_read, MF_BAD_COUNT, MF_BAD_HUGE_COUNT);
	TRY(m, MF_WRITE_FILE, "WriteFile", do_write, MF_BAD_COUNT, MF_BAD_HUGE_COUNT);
	TRY(m, MF_QUERY_EA, "QueryEa", do_listxattr, MF_BAD_COUNT, MF_BAD_HUGE_COUNT);
	TRY(m, MF_GET_FILE_INFO, "GetFileInfo", do_stat, MF_BAD_SIZE, MF_BAD_TYPE);
	mx_finish(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		MX_TEST(test_code_512),
		MX_TEST(test_code_minus_1),
		MX_TEST(test_code_100000),
		MX_TEST(test_code_minus_eio),
		MX_TEST(test_good_codes_come_through),
		MX_TEST(test_ignored_codes),
		MX_TEST(test_mount_codes),
		MX_TEST(test_bad_names),
		MX_TEST(test_bad_paths),
		MX_TEST(test_bad_numbers),
	};
	int skip = mx_can_mount();

	return skip != 0 ? skip : cmocka_run_group_tests(tests, NULL, NULL);
}
