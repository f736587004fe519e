/* SPDX-License-Identifier: MIT */
/* mirror: shows a directory at another place, through hooks. */
#define _GNU_SOURCE 1
#include "hooks.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LEAST_WORKERS = 2, MOST_WORKERS = 1024 };

struct options {
	bool foreground;
	bool trace;
	bool no_cache;
	bool route;
	bool no_acl;
	unsigned workers; /* 0: not given */
	const char *source;
	const char *mount_point;
};

static const char usage_text[] = "Usage: mirror [options] SOURCE MOUNTPOINT\n"
				 "Shows the directory SOURCE at MOUNTPOINT, with its hard links (see lslinks).\n"
				 "\n"
				 "  -f, --foreground   stay in the foreground; end with Ctrl-C or by umount\n"
				 "  -o OPTION[,...]    mount options: allow_other, ro, nosuid ...\n"
				 "  -t, --trace        print each event on stderr (and stay in the foreground)\n"
				 "      --no-cache     ask SOURCE about names and attributes each time, for when it\n"
				 "                     changes behind the mount's back\n"
				 "      --route        content goes to and from SOURCE's files without events\n"
				 "      --no-acl       leave ACLs to SOURCE, and go by modes alone on the mount\n"
				 "      --workers N    run at most N hooks at a time (default 16)\n"
				 "  -h, --help\n"
				 "      --version\n";

static void check(int error, const char *what)
{
	if (!error)
		return;
	fprintf(stderr, "mirror: %s: %s\n", what, strerror(-error));
	exit(EXIT_FAILURE);
}

static void fail_usage(const char *problem, const char *what)
{
	fprintf(stderr, "mirror: %s%s\nTry 'mirror --help'.\n", problem, what);
	exit(EXIT_FAILURE);
}

static unsigned parse_workers(const char *text)
{
	char *end;
	unsigned long number = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end || number < 1 || number > MOST_WORKERS)
		fail_usage("not a number of workers from 1 to 1024: ", text);
	return (unsigned)number;
}

static void parse_option(int letter, struct options *options, struct cbf_volume *volume)
{
	switch (letter) {
	case 'f':
		options->foreground = true;
		break;
	case 'o':
		check(cbf_add_mount_options(volume, optarg), optarg);
		break;
	case 't':
		options->trace = options->foreground = true;
		break;
	case 'n':
		options->no_cache = true;
		break;
	case 'r':
		options->route = true;
		break;
	case 'a':
		options->no_acl = true;
		break;
	case 'w':
		options->workers = parse_workers(optarg);
		break;
	case 'h':
		fputs(usage_text, stdout);
		exit(EXIT_SUCCESS);
	case 'v':
		printf("mirror (cbfuse %s, libfuse %s)\n", cbf_version(), cbf_fuse_version());
		exit(EXIT_SUCCESS);
	default: /* getopt has said what is wrong */
		fprintf(stderr, "Try 'mirror --help'.\n");
		exit(EXIT_FAILURE);
	}
}

static void parse_command_line(int argc, char **argv, struct options *options, struct cbf_volume *volume)
{
	static const struct option long_options[] = {
		{"foreground", no_argument, NULL, 'f'},    {"trace", no_argument, NULL, 't'},
		{"no-cache", no_argument, NULL, 'n'},      {"route", no_argument, NULL, 'r'},
		{"no-cache", no_argument, NULL, 'n'},      {"no-acl", no_argument, NULL, 'a'},
		{"workers", required_argument, NULL, 'w'}, {"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'v'},       {NULL, 0, NULL, 0},
	};
	int letter;

	while ((letter = getopt_long(argc, argv, "fo:th", long_options, NULL)) != -1)
		parse_option(letter, options, volume);
	if (argc - optind != 2)
		fail_usage("needs SOURCE and MOUNTPOINT", "");
	options->source = argv[optind];
	options->mount_point = argv[optind + 1];
}

/* Each open file is a descriptor here. */
static void allow_many_files(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

static void print_trace(struct cbf_volume *volume, const char *line, void *user_data)
{
	(void)volume;
	(void)user_data;
	dprintf(STDERR_FILENO, "%s\n", line);
}

static int set_up(struct cbf_volume *volume, struct mirror *mirror, const struct options *options)
{
	unsigned workers = options->workers;
	int error = hooks_register(volume, mirror);

	if (error == 0)
		error = cbf_set_use_hard_links(volume, true);
	if (error == 0)
		error = cbf_set_use_inode_flags(volume, true);
	if (error == 0)
		error = cbf_set_use_posix_acls(volume, !options->no_acl);
	if (error == 0)
		error = cbf_set_sector_size(volume, mirror->sector_size);
	if (error == 0)
		error = cbf_set_file_system_name(volume, "mirror");
	if (error == 0)
		error = cbf_set_source_name(volume, options->source);
	if (error == 0 && workers)
		error = cbf_set_worker_threads(volume, workers < LEAST_WORKERS ? workers : LEAST_WORKERS, workers);
	/* The content stays cached: the kernel drops it when a file is opened anew, or its time or size has changed,
	 * and without a cache there would be no shared mappings. */
	if (error == 0 && options->no_cache)
		error = cbf_set_metadata_cache(volume, 0);
	mirror->routes = options->route;
	if (error == 0 && options->route)
		error = cbf_set_use_routing(volume, true);
	if (error == 0 && options->trace)
		error = cbf_set_trace(volume, print_trace, NULL);
	return error;
}

static int serve(struct cbf_volume *volume, struct mirror *mirror, const char *mount_point, bool foreground)
{
	int error;

	mirror->is_background = !foreground;
	error = cbf_serve(volume, mount_point, foreground ? 0 : CBF_SERVE_BACKGROUND);
	if (error)
		report_error(&mirror->report, "%s: %s", mount_point, strerror(-error));
	return error;
}

int main(int argc, char **argv)
{
	struct options options = {0};
	struct cbf_volume *volume;
	static struct mirror mirror; /* large, and as long-lived as the process */
	char *mount_point;
	int error;

	check(cbf_volume_create(&volume), "cannot make a volume");
	parse_command_line(argc, argv, &options, volume);
	umask(0); /* what hooks are told to make is made with these permissions */
	allow_many_files();
	check(mirror_init(&mirror, options.source), options.source);
	mount_point = realpath(options.mount_point, NULL); /* the directory changes on the way to the background */
	check(mount_point ? 0 : -errno, options.mount_point);
	check(source_set_mount_point(&mirror.source, mount_point), options.mount_point);
	check(set_up(volume, &mirror, &options), "cannot set up the volume");
	error = serve(volume, &mirror, mount_point, options.foreground);
	cbf_volume_destroy(volume);
	mirror_destroy(&mirror);
	free(mount_point);
	return error ? EXIT_FAILURE : EXIT_SUCCESS;
}
