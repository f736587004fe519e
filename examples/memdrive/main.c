/* SPDX-License-Identifier: MIT */
/* memdrive: a file system in memory, through hooks. */
#define _GNU_SOURCE 1
#include "memdrive.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LEAST_WORKERS = 2, MOST_WORKERS = 1024 };

struct options {
	bool foreground;
	bool trace;
	bool no_cache;
	unsigned workers; /* 0: not given */
	struct memdrive_options drive;
	const char *mount_point;
};

static const char usage_text[] =
	"Usage: memdrive [options] MOUNTPOINT\n"
	"A file system in memory. What is stored in it is gone when it is unmounted.\n"
	"\n"
	"  -f, --foreground   stay in the foreground; end with Ctrl-C or by umount\n"
	"  -o OPTION[,...]    mount options: allow_other, ro, nosuid ...\n"
	"  -t, --trace        print each event on stderr (and stay in the foreground)\n"
	"      --size BYTES   how much can be stored: with K, M or G in these units, 0 for\n"
	"                     no limit (default: half of the machine's memory)\n"
	"      --inodes N     how many files there can be, 0 for no limit (default: one for\n"
	"                     each 4096 bytes of half the memory)\n"
	"      --user-quota BYTES\n"
	"                     how much each user but root can store (default 0: no limit)\n"
	"      --label TEXT   the label of the volume; df shows it as the source\n"
	"      --no-streams   user.* attributes are attributes, not named streams\n"
	"      --stream-paths a path FILE:STREAM is that stream (and no file's name has a colon)\n"
	"      --check-access memdrive checks who may do what, not the kernel\n"
	"      --no-cache     the kernel keeps neither names nor attributes\n"
	"      --workers N    run at most N hooks at a time (default 16)\n"
	"  -h, --help\n"
	"      --version\n";

static void check(int error, const char *what)
{
	if (!error)
		return;
	fprintf(stderr, "memdrive: %s: %s\n", what, strerror(-error));
	exit(EXIT_FAILURE);
}

static void fail_usage(const char *problem, const char *what)
{
	fprintf(stderr, "memdrive: %s%s\nTry 'memdrive --help'.\n", problem, what);
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

static uint64_t unit_of(char letter)
{
	switch (letter) {
	case 'K':
	case 'k':
		return UINT64_C(1) << 10;
	case 'M':
	case 'm':
		return UINT64_C(1) << 20;
	case 'G':
	case 'g':
		return UINT64_C(1) << 30;
	default:
		return 0;
	}
}

static uint64_t parse_amount(const char *text)
{
	char *end;
	unsigned long long number;
	uint64_t unit = 1;

	errno = 0;
	number = strtoull(text, &end, 10);
	if (*end)
		unit = unit_of(*end++);
	if (*text < '0' || *text > '9' || errno || unit == 0 || (unit > 1 && *end) || number > INT64_MAX / unit)
		fail_usage("not an amount: ", text);
	return number * unit;
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
	case 's':
		options->drive.size = parse_amount(optarg);
		break;
	case 'i':
		options->drive.files = parse_amount(optarg);
		break;
	case 'q':
		options->drive.user_quota = parse_amount(optarg);
		break;
	case 'l':
		options->drive.label = optarg;
		break;
	case 'a':
		options->drive.without_streams = true;
		break;
	case 'p':
		options->drive.stream_paths = true;
		break;
	case 'c':
		options->drive.check_access = true;
		break;
	case 'w':
		options->workers = parse_workers(optarg);
		break;
	case 'h':
		fputs(usage_text, stdout);
		exit(EXIT_SUCCESS);
	case 'v':
		printf("memdrive (cbfuse %s, libfuse %s)\n", cbf_version(), cbf_fuse_version());
		exit(EXIT_SUCCESS);
	default: /* getopt has said what is wrong */
		fprintf(stderr, "Try 'memdrive --help'.\n");
		exit(EXIT_FAILURE);
	}
}

static void parse_command_line(int argc, char **argv, struct options *options, struct cbf_volume *volume)
{
	static const struct option long_options[] = {
		{"foreground", no_argument, NULL, 'f'},       {"trace", no_argument, NULL, 't'},
		{"size", required_argument, NULL, 's'},       {"inodes", required_argument, NULL, 'i'},
		{"user-quota", required_argument, NULL, 'q'}, {"label", required_argument, NULL, 'l'},
		{"no-streams", no_argument, NULL, 'a'},       {"stream-paths", no_argument, NULL, 'p'},
		{"check-access", no_argument, NULL, 'c'},     {"no-cache", no_argument, NULL, 'n'},
		{"workers", required_argument, NULL, 'w'},    {"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'v'},          {NULL, 0, NULL, 0},
	};
	int letter;

	while ((letter = getopt_long(argc, argv, "fo:th", long_options, NULL)) != -1)
		parse_option(letter, options, volume);
	if (argc - optind != 1)
		fail_usage("needs a MOUNTPOINT", "");
	options->mount_point = argv[optind];
}

/* As tmpfs has it. */
static void set_default_limits(struct memdrive_options *options)
{
	long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);

	if (pages <= 0 || page <= 0)
		return;
	options->size = (uint64_t)pages / 2 * (uint64_t)page;
	options->files = options->size / PAGE_BYTES;
}

static void print_trace(struct cbf_volume *volume, const char *line, void *user_data)
{
	(void)volume;
	(void)user_data;
	dprintf(STDERR_FILENO, "%s\n", line);
}

static int set_up(struct cbf_volume *volume, struct memdrive *drive, const struct options *options)
{
	unsigned workers = options->workers;
	int error = memdrive_set_up(drive, volume);

	if (error == 0)
		error = cbf_set_file_system_name(volume, "memdrive");
	if (error == 0)
		error = cbf_set_source_name(volume, options->drive.label ? options->drive.label : "memdrive");
	if (error == 0 && workers)
		error = cbf_set_worker_threads(volume, workers < LEAST_WORKERS ? workers : LEAST_WORKERS, workers);
	if (error == 0 && options->no_cache)
		error = cbf_set_metadata_cache(volume, 0);
	if (error == 0 && options->trace)
		error = cbf_set_trace(volume, print_trace, NULL);
	return error;
}

static int serve(struct cbf_volume *volume, struct memdrive *drive, const char *mount_point, bool foreground)
{
	int error;

	drive->is_background = !foreground;
	error = cbf_serve(volume, mount_point, foreground ? 0 : CBF_SERVE_BACKGROUND);
	if (error)
		report_error(&drive->report, "%s: %s", mount_point, strerror(-error));
	return error;
}

int main(int argc, char **argv)
{
	struct options options = {.drive = {.uid = geteuid(), .gid = getegid()}};
	struct cbf_volume *volume;
	static struct memdrive drive; /* large, and as long-lived as the process */
	char *mount_point;
	int error;

	set_default_limits(&options.drive);
	check(cbf_volume_create(&volume), "cannot make a volume");
	parse_command_line(argc, argv, &options, volume);
	check(memdrive_init(&drive, &options.drive), "cannot make the drive");
	mount_point = realpath(options.mount_point, NULL); /* the directory changes on the way to the background */
	check(mount_point ? 0 : -errno, options.mount_point);
	check(set_up(volume, &drive, &options), "cannot set up the volume");
	error = serve(volume, &drive, mount_point, options.foreground);
	cbf_volume_destroy(volume);
	memdrive_destroy(&drive);
	free(mount_point);
	return error ? EXIT_FAILURE : EXIT_SUCCESS;
}
