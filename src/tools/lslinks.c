/* SPDX-License-Identifier: MIT */
/*
 * lslinks FILE...: all names of each file on a cbfuse volume. It asks the volume by ioctl and needs no library.
 *
 * A file is asked itself if it can be opened without doing anything else, which is true for regular files only; for all
 * others, and for files that may not be read, the directory is asked about its entry.
 */
#define _GNU_SOURCE 1
#include <cbfuse/control.h>
#include <cbfuse/result.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { STATUS_OK, STATUS_FAILED, STATUS_NOT_OURS };

/* What the volume answers: paths, a NUL behind each. */
struct answer {
	char *bytes;
	size_t length, capacity;
};

static const char usage_text[] = "Usage: lslinks [-0] FILE...\n"
				 "Lists all names of each file, as paths in the cbfuse volume that it is on.\n"
				 "\n"
				 "  -0, --null     end each name with a NUL, not with a newline\n"
				 "  -h, --help\n"
				 "      --version\n"
				 "\n"
				 "Exit status: 0, 1 if a file could not be asked, 2 if one is on no cbfuse volume.\n";

static int append(struct answer *answer, const char *bytes, size_t length)
{
	if (length == 0)
		return 0;
	if (answer->capacity - answer->length < length) {
		size_t capacity = (answer->length + length) * 2;
		char *grown = realloc(answer->bytes, capacity);

		if (!grown)
			return ENOMEM;
		answer->bytes = grown;
		answer->capacity = capacity;
	}
	memcpy(answer->bytes + answer->length, bytes, length);
	answer->length += length;
	return 0;
}

/* Asks about the file that fd is, or, with a name, about that entry of the directory fd. 0 or an errno value. */
static int ask(int fd, const char *name, struct answer *answer)
{
	struct cbf_links_page page = {.cursor = 0};
	int error = 0;

	if (strlen(name) >= sizeof(page.name))
		return ENAMETOOLONG;
	strcpy(page.name, name);
	while (error == 0 && !(page.flags & CBF_LINKS_END)) {
		if (ioctl(fd, CBF_IOC_LIST_LINKS, &page) != 0)
			return errno;
		/* Whoever answers that number with something else is not ours. */
		if (page.length > sizeof(page.data) || (page.length == 0 && !(page.flags & CBF_LINKS_END)))
			return ENOTTY;
		error = append(answer, page.data, page.length);
	}
	return error;
}

static int ask_directory(const char *path, struct answer *answer)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	char *parent = slash ? strndup(path, (size_t)(name - path)) : strdup(".");
	int fd, error;

	if (!parent)
		return ENOMEM;
	fd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(parent);
	if (fd < 0)
		return errno;
	error = ask(fd, name, answer);
	close(fd);
	return error;
}

static bool is_same_file(int fd, const struct stat *wanted)
{
	struct stat st;

	return fstat(fd, &st) == 0 && st.st_dev == wanted->st_dev && st.st_ino == wanted->st_ino;
}

/* 0 or an errno value. */
static int list(const char *path, struct answer *answer)
{
	struct stat st;
	int fd, error;

	if (lstat(path, &st) != 0)
		return errno;
	if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))
		return ask_directory(path, answer);
	fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0 && is_same_file(fd, &st)) {
		error = ask(fd, "", answer); /* EISDIR for a directory of ours */
		close(fd);
		return error;
	}
	error = fd < 0 ? errno : ENOENT; /* something else has come into its place */
	if (fd >= 0)
		close(fd);
	return S_ISDIR(st.st_mode) ? error : ask_directory(path, answer);
}

static void print(struct answer *answer, char terminator)
{
	char *end = answer->bytes + answer->length;

	if (answer->length == 0)
		return;
	for (char *at = answer->bytes; terminator && (at = memchr(at, '\0', (size_t)(end - at))); at++)
		*at = terminator;
	fwrite(answer->bytes, 1, answer->length, stdout);
}

static int complain(const char *path, int error)
{
	if (error == ENOTTY) {
		fprintf(stderr, "lslinks: %s: not on a cbfuse volume\n", path);
		return STATUS_NOT_OURS;
	}
	if (error == EOPNOTSUPP)
		fprintf(stderr, "lslinks: %s: this volume keeps no hard links\n", path);
	else
		fprintf(stderr, "lslinks: %s: %s\n", path, strerror(error));
	return STATUS_FAILED;
}

static int list_all(char **paths, char terminator)
{
	struct answer answer = {0};
	int worst = STATUS_OK;

	for (; *paths && !ferror(stdout); paths++) {
		int error, status;

		answer.length = 0;
		error = list(*paths, &answer);
		if (error == 0) {
			print(&answer, terminator);
			continue;
		}
		status = complain(*paths, error);
		worst = status > worst ? status : worst;
	}
	free(answer.bytes);
	return worst;
}

/* Output that was lost must not look like success. */
static int finish_output(int status)
{
	bool failed = ferror(stdout);

	if (fclose(stdout) == 0 && !failed)
		return status;
	fprintf(stderr, "lslinks: cannot write: %s\n", strerror(errno));
	return status > STATUS_FAILED ? status : STATUS_FAILED;
}

static int show(const char *text)
{
	fputs(text, stdout);
	return finish_output(STATUS_OK);
}

int main(int argc, char **argv)
{
	static const struct option long_options[] = {
		{"null", no_argument, NULL, '0'},
		{"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'v'},
		{NULL, 0, NULL, 0},
	};
	char terminator = '\n';
	int letter;

	while ((letter = getopt_long(argc, argv, "0h", long_options, NULL)) != -1) {
		if (letter == 'h')
			return show(usage_text);
		if (letter == 'v') {
			printf("lslinks (cbfuse %d.%d.%d)\n", CBF_VERSION_MAJOR, CBF_VERSION_MINOR, CBF_VERSION_PATCH);
			return finish_output(STATUS_OK);
		}
		if (letter != '0')
			optind = argc; /* getopt has said what is wrong */
		else
			terminator = '\0';
	}
	if (optind >= argc) {
		fprintf(stderr, "Usage: lslinks [-0] FILE...\n");
		return STATUS_FAILED;
	}
	return finish_output(list_all(argv + optind, terminator));
}
