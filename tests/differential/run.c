/* SPDX-License-Identifier: MIT */
/* differential [options] SUBJECT NATIVE MOUNT: SUBJECT names what is mounted, for known.c. The directories are empty.
 */
#include "differential.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

/* Cases whose states are made together, and grow old together: see wait_a_tick(). */
enum { CHUNK = 128 };

struct run {
	struct table table;
	const char *subject;
	int roots[2]; /* native, mount */
	const char *only;
	const char *label;
	size_t every; /* runs each so manieth case only */
	struct tally tally;
};

static void fail(const char *what)
{
	perror(what);
	exit(2);
}

/* A case's directory, made if it is to be. */
static void enter(int root, size_t number, bool make)
{
	char name[16];

	snprintf(name, sizeof(name), "%05zu", number);
	if (fchdir(root) || (make && mkdir(name, 0755)) || chdir(name))
		fail(name);
}

/* Times are as fine as the kernel's tick: what happens in the one after next is later. */
static void wait_a_tick(void)
{
	struct timespec start, now;

	clock_gettime(CLOCK_REALTIME_COARSE, &start);
	do
		clock_gettime(CLOCK_REALTIME_COARSE, &now);
	while ((now.tv_sec - start.tv_sec) * 1000000000L + now.tv_nsec - start.tv_nsec < 9000000);
}

static void make_states(struct run *run, size_t first, size_t end)
{
	for (size_t i = first; i < end; i++)
		for (size_t side = 0; side < LENGTH(run->roots); side++) {
			enter(run->roots[side], i, true);
			if (state_make(&run->table.cases[i]))
				exit(2);
		}
}

static void run_in_present_directory(const struct test_case *test, struct outcome *out)
{
	struct times *before = times_take(test);

	become(test->who);
	umask(022);
	test->operation->run(test, out);
	become_root();
	umask(0);
	snapshot_say(before, out);
	times_free(before);
}

static void run_case(struct run *run, size_t number)
{
	const struct test_case *test = &run->table.cases[number];
	struct outcome outcomes[2] = {{0}, {0}};

	for (size_t side = 0; side < LENGTH(outcomes); side++) {
		enter(run->roots[side], number, false);
		run_in_present_directory(test, &outcomes[side]);
	}
	if (run->tally.verbose)
		for (size_t i = 0; i < outcomes[0].count; i++)
			printf("%s: %s = %s\n", test->label, outcomes[0].lines[i].key, outcomes[0].lines[i].value);
	compare(run->subject, test, &outcomes[0], &outcomes[1], &run->tally);
	outcome_clear(&outcomes[0]);
	outcome_clear(&outcomes[1]);
}

static void run_all(struct run *run)
{
	for (size_t first = 0; first < run->table.count; first += CHUNK) {
		size_t end = first + CHUNK < run->table.count ? first + CHUNK : run->table.count;

		make_states(run, first, end);
		wait_a_tick();
		for (size_t i = first; i < end; i++)
			run_case(run, i);
	}
}

static size_t count_operations(const struct table *table)
{
	size_t count = 0;

	for (size_t i = 0; i < table->count; i++)
		count += i == 0 || table->cases[i].operation != table->cases[i - 1].operation;
	return count;
}

static bool is_wanted(const struct run *run, size_t number)
{
	if (run->label && !strstr(run->table.cases[number].label, run->label))
		return false;
	return number % run->every == 0;
}

static void keep_wanted(struct run *run)
{
	struct table *table = &run->table;
	size_t kept = 0;

	for (size_t i = 0; i < table->count; i++)
		if (is_wanted(run, i))
			table->cases[kept++] = table->cases[i];
		else
			free(table->cases[i].label);
	table->count = kept;
}

/* The list of differences is one to ext4: others have some of them as well. */
static bool list_must_be_right(const struct run *run)
{
	struct statfs st;

	return !run->only && !run->label && run->every == 1 && fstatfs(run->roots[0], &st) == 0 &&
	       st.f_type == EXT4_SUPER_MAGIC;
}

static int summary(struct run *run)
{
	size_t left = list_must_be_right(run) ? known_left_over(run->subject) : 0;

	known_print();
	printf("%s: %zu cases of %zu operations, %zu failed; %zu known differences; seed %llu\n", run->subject,
	       run->table.count, count_operations(&run->table), run->tally.failed, run->tally.known, run->table.seed);
	return run->tally.failed || left || run->table.count == 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

static void usage(void)
{
	fprintf(stderr, "Usage: differential [-o OPERATION] [-c PART_OF_A_CASE'S_NAME] [-e EVERY_NTH] [-s SEED] [-w "
			"WALKS] [-v] "
			"SUBJECT NATIVE MOUNT\n");
	exit(2);
}

static void parse(int argc, char **argv, struct run *run)
{
	int letter;

	while ((letter = getopt(argc, argv, "o:c:e:s:w:v")) != -1) {
		if (letter == 'o')
			run->only = optarg;
		else if (letter == 'c')
			run->label = optarg;
		else if (letter == 'e')
			run->every = strtoul(optarg, NULL, 10);
		else if (letter == 's')
			run->table.seed = strtoull(optarg, NULL, 0);
		else if (letter == 'w')
			run->table.walks = (unsigned)strtoul(optarg, NULL, 0);
		else if (letter == 'v')
			run->tally.verbose = true;
		else
			usage();
	}
	if (argc - optind != 3 || run->every == 0)
		usage();
	run->subject = argv[optind];
}

int main(int argc, char **argv)
{
	static struct run run = {.every = 1, .table = {.seed = 1, .walks = 100}};
	int error;

	parse(argc, argv, &run);
	for (size_t side = 0; side < LENGTH(run.roots); side++) {
		run.roots[side] = open(argv[optind + 1 + (int)side], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (run.roots[side] < 0)
			fail(argv[optind + 1 + (int)side]);
	}
	umask(0);
	table_fill(&run.table, run.only);
	keep_wanted(&run);
	run_all(&run);
	error = summary(&run);
	table_clear(&run.table);
	return error;
}
