/* SPDX-License-Identifier: MIT */
/*
 * Who asks and who opened, with real processes: threads, other users, other programs, descriptors that were inherited
 * or sent, and those who have ended meanwhile, whose number may be another's by then.
 */
#include "mount_fixture.h"

#include <grp.h>
#include <limits.h>
#include <linux/sched.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

enum { UNASKED = -12345, NOBODY = 65534, GROUP = 4711 };

/* What one side of an event was told to be. */
struct side {
	int process_error, thread_error, name_error, token_error;
	pid_t process, thread;
	char name[PATH_MAX];
	struct cbf_token token;
};

/* What the last read was told. */
struct told {
	pthread_mutex_t lock;
	struct cbf_volume *volume;
	unsigned reads;
	struct side originator, creator;
	int groups_error;
	gid_t groups[8];
	size_t group_count;
	char path[PATH_MAX];
};

static void ask(enum mf_event kind, const void *event, void *user_data)
{
	struct told *told = user_data;
	struct side *who = &told->originator, *by = &told->creator;
	struct cbf_volume *volume = told->volume;
	const char *path = "";

	(void)event;
	if (kind != MF_READ_FILE)
		return;
	pthread_mutex_lock(&told->lock);
	who->process = who->thread = by->process = by->thread = UNASKED;
	who->name[0] = by->name[0] = '\0';
	who->process_error = cbf_get_originator_process_id(volume, &who->process);
	who->thread_error = cbf_get_originator_thread_id(volume, &who->thread);
	who->name_error = cbf_get_originator_process_name(volume, who->name, sizeof(who->name));
	who->token_error = cbf_get_originator_token(volume, &who->token);
	told->groups_error = cbf_get_originator_groups(volume, told->groups, 8, &told->group_count);
	by->process_error = cbf_get_handle_creator_process_id(volume, &by->process);
	by->thread_error = cbf_get_handle_creator_thread_id(volume, &by->thread);
	by->name_error = cbf_get_handle_creator_process_name(volume, by->name, sizeof(by->name));
	by->token_error = cbf_get_handle_creator_token(volume, &by->token);
	if (cbf_get_event_file_name(volume, &path) == 0)
		(void)snprintf(told->path, sizeof(told->path), "%s", path);
	told->reads++;
	pthread_mutex_unlock(&told->lock);
}

static void begin(struct mounted *m, struct told *told, bool keep)
{
	memset(told, 0, sizeof(*told));
	pthread_mutex_init(&told->lock, NULL);
	told->volume = m->volume;
	/* Each read is an event of who reads, whoever that is. */
	assert_int_equal(cbf_set_file_cache(m->volume, false), 0);
	assert_int_equal(cbf_set_keep_handle_creators(m->volume, keep), 0);
	assert_int_equal(cbf_add_mount_options(m->volume, "allow_other"), 0);
	mf_observe(m->fs, ask, told);
	mx_mount(m);
}

static void finish(struct mounted *m, struct told *told)
{
	mf_observe(m->fs, NULL, NULL);
	mx_finish(m);
	pthread_mutex_destroy(&told->lock);
}

/* With the lock, so that what the hook wrote is seen. */
static unsigned reads(struct told *told)
{
	unsigned count;

	pthread_mutex_lock(&told->lock);
	count = told->reads;
	pthread_mutex_unlock(&told->lock);
	return count;
}

static void expect_side(const struct side *side, pid_t process, pid_t thread, const char *name)
{
	assert_int_equal(side->process_error, 0);
	assert_int_equal(side->process, process);
	assert_int_equal(side->thread_error, 0);
	assert_int_equal(side->thread, thread);
	assert_int_equal(side->name_error, 0);
	assert_string_equal(side->name, name);
	assert_int_equal(side->token_error, 0);
}

/* Ended: what the kernel said at its time is all that is known. */
static void expect_ended(const struct side *side, pid_t thread)
{
	assert_int_equal(side->process_error, -ENOENT);
	assert_int_equal(side->process, UNASKED);
	assert_int_equal(side->name_error, -ENOENT);
	assert_int_equal(side->thread_error, 0);
	assert_int_equal(side->thread, thread);
	assert_int_equal(side->token_error, 0);
}

static const char *own_name(void)
{
	static char name[PATH_MAX];

	assert_true(readlink("/proc/self/exe", name, sizeof(name) - 1) > 0);
	return name;
}

static bool reads_good(int fd)
{
	char buffer[8];

	return pread(fd, buffer, sizeof(buffer), 0) == 4;
}

static int open_good(const struct mounted *m)
{
	int fd = open(mx_path(m, "/good"), O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	return fd;
}

static void wait_for(pid_t child)
{
	int status;

	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

struct thread_work {
	pthread_t thread;
	const char *path;
	int fd;
	pid_t id;
	bool opens, read;
};

static void *work(void *argument)
{
	struct thread_work *thread_work = argument;

	thread_work->id = gettid();
	if (thread_work->opens)
		thread_work->fd = open(thread_work->path, O_RDONLY | O_CLOEXEC);
	else
		thread_work->read = reads_good(thread_work->fd);
	return NULL;
}

static void run_thread(struct thread_work *thread_work)
{
	time_t end = time(NULL) + MX_PATIENCE_S;
	char path[64];

	assert_int_equal(pthread_create(&thread_work->thread, NULL, work, thread_work), 0);
	assert_int_equal(pthread_join(thread_work->thread, NULL), 0);
	/* It is joined a little before it is gone. */
	(void)snprintf(path, sizeof(path), "/proc/self/task/%d", (int)thread_work->id);
	while (access(path, F_OK) == 0 && time(NULL) < end)
		(void)poll(NULL, 0, 1);
}

static void test_threads(void **state)
{
	static struct told told;
	struct mounted *m = *state;
	struct thread_work opener = {.opens = true}, reader = {.opens = false};

	begin(m, &told, false);
	opener.path = mx_path(m, "/good");
	run_thread(&opener);
	assert_true(opener.fd >= 0);
	assert_true(reads_good(opener.fd));
	assert_int_equal(reads(&told), 1);
	expect_side(&told.originator, getpid(), gettid(), own_name());
	expect_ended(&told.creator, opener.id);
	assert_string_equal(told.path, "/good");
	(void)close(opener.fd);
	reader.fd = open_good(m);
	assert_int_equal(reads(&told), 1); /* we have looked: the hook may write anew */
	/* Who reads is asked while it waits for the answer. */
	run_thread(&reader);
	assert_true(reader.read);
	assert_int_equal(reads(&told), 2);
	expect_side(&told.originator, getpid(), reader.id, own_name());
	expect_side(&told.creator, getpid(), gettid(), own_name());
	(void)close(reader.fd);
	finish(m, &told);
}

static void test_ended_thread_is_kept(void **state)
{
	static struct told told;
	struct mounted *m = *state;
	struct thread_work opener = {.opens = true};

	begin(m, &told, true);
	opener.path = mx_path(m, "/good");
	run_thread(&opener);
	assert_true(opener.fd >= 0);
	assert_true(reads_good(opener.fd));
	assert_int_equal(reads(&told), 1);
	expect_side(&told.creator, getpid(), opener.id, own_name());
	(void)close(opener.fd);
	finish(m, &told);
}

/* Of our groups, the ones of the child's that are asked for; a process of another user. */
static void read_as_nobody(int fd)
{
	const gid_t groups[] = {GROUP, GROUP + 1};

	if (setgroups(2, groups) != 0 || setresgid(NOBODY - 1, NOBODY - 1, NOBODY - 1) != 0 ||
	    setresuid(NOBODY, NOBODY, NOBODY) != 0)
		_exit(2);
	_exit(reads_good(fd) ? 0 : 1);
}

static void test_inherited_by_another_user(void **state)
{
	static struct told told;
	struct mounted *m = *state;
	pid_t child;
	int fd;

	begin(m, &told, false);
	fd = open_good(m);
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		read_as_nobody(fd);
	wait_for(child);
	assert_int_equal(reads(&told), 1);
	expect_side(&told.originator, child, child, own_name());
	assert_int_equal(told.originator.token.uid, NOBODY);
	assert_int_equal(told.originator.token.gid, NOBODY - 1);
	assert_int_equal(told.groups_error, 0);
	assert_int_equal(told.group_count, 2);
	assert_int_equal(told.groups[0], GROUP);
	assert_int_equal(told.groups[1], GROUP + 1);
	expect_side(&told.creator, getpid(), gettid(), own_name());
	assert_int_equal(told.creator.token.uid, 0);
	(void)close(fd);
	finish(m, &told);
}

static void test_another_program(void **state)
{
	static struct told told;
	struct mounted *m = *state;
	const char *path = mx_path(m, "/good");
	char name[PATH_MAX];
	pid_t child;

	assert_non_null(realpath("/bin/cat", name));
	begin(m, &told, false);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		int null = open("/dev/null", O_WRONLY);

		if (dup2(null, STDOUT_FILENO) == STDOUT_FILENO)
			(void)execl("/bin/cat", "cat", path, (char *)NULL);
		_exit(1);
	}
	wait_for(child);
	assert_true(reads(&told) > 0);
	expect_side(&told.originator, child, child, name);
	expect_side(&told.creator, child, child, name);
	finish(m, &told);
}

static void send_fd(int socket, int fd)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} control = {.space = {0}};
	struct iovec byte = {.iov_base = &(char){'x'}, .iov_len = 1};
	struct msghdr message = {
		.msg_iov = &byte, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)};

	control.header =
		(struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
	memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
	_exit(fd >= 0 && sendmsg(socket, &message, 0) == 1 ? 0 : 1);
}

static int receive_fd(int socket)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} control;
	char byte;
	struct iovec vector = {.iov_base = &byte, .iov_len = 1};
	struct msghdr message = {
		.msg_iov = &vector, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)};
	int fd = -1;

	assert_int_equal(recvmsg(socket, &message, MSG_CMSG_CLOEXEC), 1);
	assert_int_equal(control.header.cmsg_type, SCM_RIGHTS);
	memcpy(&fd, CMSG_DATA(&control.header), sizeof(fd));
	return fd;
}

/* A child opens, sends what it has opened, and ends. */
static pid_t opened_by_child(const struct mounted *m, int *fd)
{
	const char *path = mx_path(m, "/good");
	int sockets[2];
	pid_t child;

	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, sockets), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		send_fd(sockets[1], open(path, O_RDONLY | O_CLOEXEC));
	*fd = receive_fd(sockets[0]);
	wait_for(child);
	(void)close(sockets[0]);
	(void)close(sockets[1]);
	return child;
}

static void expect_in_snapshot(struct mounted *m, pid_t process, pid_t thread, const char *name)
{
	struct cbf_opened_files_snapshot *snapshot;
	const struct cbf_opened_file *file;

	assert_int_equal(cbf_create_opened_files_snapshot(m->volume, &snapshot), 0);
	assert_int_equal(cbf_opened_files_count(snapshot), 1);
	file = cbf_opened_file(snapshot, 0);
	assert_string_equal(file->file_name, "/good");
	assert_int_equal(file->process_id, process);
	assert_int_equal(file->thread_id, thread);
	assert_string_equal(file->process_name, name);
	cbf_close_opened_files_snapshot(snapshot);
}

/* 0: this system does not let one choose; else the process is killed by the caller. */
static pid_t process_with_number(pid_t number)
{
	pid_t numbers[] = {number};
	struct clone_args arguments = {.exit_signal = SIGCHLD, .set_tid = (uintptr_t)numbers, .set_tid_size = 1};
	long child = syscall(SYS_clone3, &arguments, sizeof(arguments));

	if (child == 0) {
		/* It must not outlive a test that fails. */
		if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
			_exit(1);
		for (;;)
			(void)pause();
	}
	return child < 0 ? 0 : (pid_t)child;
}

static void test_the_number_comes_again(void **state)
{
	enum { GRAIN_MS = 60 }; /* of start times, with some room */
	static struct told told;
	struct mounted *m = *state;
	pid_t opener, other;
	int fd;

	begin(m, &told, false);
	opener = opened_by_child(m, &fd);
	assert_true(reads_good(fd));
	assert_int_equal(reads(&told), 1);
	expect_ended(&told.creator, opener);
	expect_in_snapshot(m, 0, opener, "");
	(void)poll(NULL, 0, GRAIN_MS);
	other = process_with_number(opener);
	if (other) {
		assert_int_equal(other, opener);
		assert_int_equal(kill(other, 0), 0);
		assert_int_equal(reads(&told), 1); /* we have looked: the hook may write anew */
		assert_true(reads_good(fd));
		assert_int_equal(reads(&told), 2);
		expect_ended(&told.creator, opener);
		expect_in_snapshot(m, 0, opener, "");
		assert_int_equal(kill(other, SIGKILL), 0);
		assert_int_equal(waitpid(other, NULL, 0), other);
	} else {
		print_message("NOT TESTED: a number that comes again (clone3: %s)\n", strerror(errno));
	}
	(void)close(fd);
	finish(m, &told);
}

static void test_ended_process_is_kept(void **state)
{
	static struct told told;
	struct mounted *m = *state;
	pid_t opener;
	int fd;

	begin(m, &told, true);
	opener = opened_by_child(m, &fd);
	assert_true(reads_good(fd));
	assert_int_equal(reads(&told), 1);
	expect_side(&told.creator, opener, opener, own_name());
	expect_in_snapshot(m, opener, opener, own_name());
	(void)close(fd);
	finish(m, &told);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		MX_TEST(test_threads),
		MX_TEST(test_ended_thread_is_kept),
		MX_TEST(test_inherited_by_another_user),
		MX_TEST(test_another_program),
		MX_TEST(test_the_number_comes_again),
		MX_TEST(test_ended_process_is_kept),
	};
	int skip = mx_can_mount();

	return skip != 0 ? skip : cmocka_run_group_tests(tests, NULL, NULL);
}
