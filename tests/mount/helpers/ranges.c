/* SPDX-License-Identifier: MIT */
/*
 * Parts of files, in the present directory: prints what each call answered and what became of the file, so that the
 * output of a native directory and that of a mount can be compared.
 */
#include "check.h"
#include <fcntl.h>
#include <linux/falloc.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BLOCK = 4096, KEEP = FALLOC_FL_KEEP_SIZE, PUNCH = FALLOC_FL_PUNCH_HOLE, ZERO = FALLOC_FL_ZERO_RANGE };

static unsigned sum_of(int fd)
{
	unsigned char buffer[65536];
	unsigned sum = 1;
	off_t at = 0;
	ssize_t count;

	while ((count = pread(fd, buffer, sizeof(buffer), at)) > 0) {
		for (ssize_t i = 0; i < count; i++)
			sum = sum * 31 + buffer[i];
		at += count;
	}
	CHECK(count == 0);
	return sum;
}

/* Where lseek(2) goes, from the start to the end, data and holes in turn. */
static void print_map(int fd)
{
	off_t at = 0;

	for (int whence = SEEK_DATA; (at = lseek(fd, at, whence)) >= 0;
	     whence = whence == SEEK_DATA ? SEEK_HOLE : SEEK_DATA)
		printf("%s%lld", whence == SEEK_DATA ? " data " : "-", (long long)at);
	printf(" end %s\n", strerror(errno));
}

/* By the name, since the descriptor may not be for reading. */
static void report(const char *name)
{
	int fd = open(name, O_RDONLY);
	struct stat st;

	CHECK(fd >= 0 && fstat(fd, &st) == 0);
	printf("    %s: size %lld blocks %lld sum %08x map", name, (long long)st.st_size, (long long)st.st_blocks,
	       sum_of(fd));
	print_map(fd);
	CHECK(close(fd) == 0);
}

static void fill(int fd, off_t offset, size_t length, int seed)
{
	char buffer[BLOCK];

	for (size_t done = 0; done < length;) {
		size_t part = length - done < BLOCK ? length - done : BLOCK;

		for (size_t i = 0; i < part; i++)
			buffer[i] = (char)(seed + (int)((done + i) * 7 % 251) + 1);
		SAME(part, pwrite(fd, buffer, part, offset + (off_t)done));
		done += part;
	}
}

/* Data, a hole, data, a hole at the end. */
static int make_sparse(const char *name, int flags)
{
	int fd = open(name, O_CREAT | O_EXCL | O_RDWR, 0644), more;

	CHECK(fd >= 0);
	fill(fd, 0, 4 * BLOCK, 1);
	fill(fd, 16 * BLOCK, 3 * BLOCK + 100, 2);
	CHECK(ftruncate(fd, 32 * BLOCK) == 0 && fsync(fd) == 0);
	CHECK((more = open(name, flags)) >= 0);
	CHECK(close(fd) == 0);
	return more;
}

static void allocate(const char *name, int fd, int mode, off_t offset, off_t length)
{
	int result;

	errno = 0;
	result = fallocate(fd, mode, offset, length);
	printf("  fallocate mode %#x %lld+%lld: %d %s\n", (unsigned)mode, (long long)offset, (long long)length, result,
	       strerror(errno));
	report(name);
}

static void every_mode(void)
{
	static const int modes[] = {0, KEEP, PUNCH | KEEP, ZERO, ZERO | KEEP, PUNCH, PUNCH | ZERO | KEEP};
	static const struct {
		off_t offset, length;
	} ranges[] = {
		{0, BLOCK},
		{BLOCK, 2 * BLOCK},
		{100, 50},
		{4 * BLOCK - 10, 20},
		{8 * BLOCK, BLOCK},
		{30 * BLOCK, 8 * BLOCK},
		{0, 100 * BLOCK},
		{200 * BLOCK, BLOCK},
		{31 * BLOCK, BLOCK},
		{32 * BLOCK - 1, 2},
		{0, 0},
		{-1, BLOCK},
		{0, -5},
		{INT64_MAX - 10, 11},
		{INT64_MAX, 1},
		{INT64_MAX - BLOCK, 1},
		{5000, 3 * BLOCK},
		{16 * BLOCK + 1, 2 * BLOCK},
	};

	for (size_t m = 0; m < sizeof(modes) / sizeof(modes[0]); m++) {
		for (size_t r = 0; r < sizeof(ranges) / sizeof(ranges[0]); r++) {
			int fd = make_sparse("file", r % 2 ? O_WRONLY : O_RDWR);

			allocate("file", fd, modes[m], ranges[r].offset, ranges[r].length);
			CHECK(close(fd) == 0 && unlink("file") == 0);
		}
	}
}

static void one_after_another(void)
{
	int fd = make_sparse("file", O_RDWR);

	allocate("file", fd, PUNCH | KEEP, 0, 2 * BLOCK);
	allocate("file", fd, 0, 0, 64 * BLOCK);
	fill(fd, 60 * BLOCK, BLOCK, 3);
	allocate("file", fd, ZERO, 63 * BLOCK, 10 * BLOCK);
	allocate("file", fd, KEEP, 100 * BLOCK, BLOCK);
	CHECK(ftruncate(fd, 10) == 0);
	allocate("file", fd, 0, 0, 11);
	CHECK(link("file", "other") == 0);
	allocate("other", fd, 0, 0, 5000);
	CHECK(unlink("file") == 0 && unlink("other") == 0);
	/* Without a name. */
	SAME(0, fallocate(fd, 0, 0, 3 * BLOCK));
	SAME(3 * BLOCK, lseek(fd, 0, SEEK_END));
	SAME(0, fallocate(fd, KEEP, 0, 30 * BLOCK));
	SAME(3 * BLOCK, lseek(fd, 0, SEEK_END));
	SAME(0, fallocate(fd, ZERO, BLOCK, 3 * BLOCK));
	SAME(4 * BLOCK, lseek(fd, 0, SEEK_END));
	SAME(0, fallocate(fd, PUNCH | KEEP, 0, BLOCK));
	printf("  without a name: sum %08x map", sum_of(fd));
	print_map(fd);
	CHECK(close(fd) == 0);
}

static void where_it_is_refused(void)
{
	int fd = make_sparse("file", O_RDONLY), directory = open(".", O_RDONLY | O_DIRECTORY);

	FAILS(EBADF, fallocate(fd, 0, 0, BLOCK));
	FAILS(EBADF, fallocate(fd, PUNCH | KEEP, 0, BLOCK));
	FAILS(EBADF, fallocate(directory, 0, 0, BLOCK));
	CHECK(close(fd) == 0 && close(directory) == 0);
	CHECK((fd = open("file", O_WRONLY | O_APPEND)) >= 0);
	allocate("file", fd, 0, 40 * BLOCK, BLOCK);
	printf("  posix_fallocate: %s\n", strerror(posix_fallocate(fd, 50 * BLOCK, 10)));
	printf("  posix_fallocate: %s\n", strerror(posix_fallocate(fd, 0, 0)));
	report("file");
	CHECK(close(fd) == 0 && unlink("file") == 0);
}

static void seek(int fd, off_t offset, int whence)
{
	off_t position;

	errno = 0;
	position = lseek(fd, offset, whence);
	printf("  lseek %s from %lld: %lld %s\n", whence == SEEK_DATA ? "data" : "hole", (long long)offset,
	       (long long)position, strerror(errno));
}

static void seek_everywhere(int fd)
{
	static const off_t offsets[] = {0,
					1,
					4 * BLOCK - 1,
					4 * BLOCK,
					10 * BLOCK + 5,
					16 * BLOCK,
					19 * BLOCK,
					19 * BLOCK + 100,
					20 * BLOCK,
					32 * BLOCK - 1,
					32 * BLOCK,
					INT64_MAX,
					-1};

	for (size_t i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++) {
		seek(fd, offsets[i], SEEK_DATA);
		seek(fd, offsets[i], SEEK_HOLE);
	}
}

static void data_and_holes(void)
{
	static const int flags[] = {O_RDONLY, O_WRONLY, O_RDWR};
	int fd;

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		fd = make_sparse("file", flags[i]);
		seek_everywhere(fd);
		CHECK(unlink("file") == 0);
		seek_everywhere(fd);
		CHECK(close(fd) == 0);
	}
	CHECK((fd = open("file", O_CREAT | O_EXCL | O_RDWR, 0644)) >= 0);
	seek_everywhere(fd); /* empty */
	CHECK(ftruncate(fd, 32 * BLOCK) == 0);
	seek_everywhere(fd); /* one hole */
	fill(fd, 0, 32 * BLOCK, 4);
	seek_everywhere(fd); /* no hole */
	CHECK(close(fd) == 0 && unlink("file") == 0);
}

static void copy(int from, off_t from_offset, int to, off_t to_offset, size_t length, unsigned flags)
{
	ssize_t count;

	errno = 0;
	count = copy_file_range(from, &from_offset, to, &to_offset, length, flags);
	printf("  copy %zu: %zd %s, at %lld and %lld\n", length, count, strerror(errno), (long long)from_offset,
	       (long long)to_offset);
}

static void copies_between_files(void)
{
	static const struct {
		off_t from, to;
		size_t length;
	} rows[] = {
		{0, 0, BLOCK},
		{0, 0, 4 * BLOCK},
		{100, 7, 5000},
		{0, 100 * BLOCK, 10},
		{31 * BLOCK, 0, BLOCK},
		{32 * BLOCK, 0, BLOCK},
		{32 * BLOCK - 5, 3, 100},
		{1000 * BLOCK, 0, 10},
		{0, 0, 0},
		{2 * BLOCK, BLOCK, 20 * BLOCK},
		{0, 0, 1000 * BLOCK},
		{-1, 0, 10},
		{0, -1, 10},
		{INT64_MAX, 0, 1},
		{0, INT64_MAX, 1},
		{0, 0, SIZE_MAX},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int from = make_sparse("from", i % 2 ? O_RDWR : O_RDONLY);
		int to = open("to", O_CREAT | O_EXCL | (i % 3 ? O_RDWR : O_WRONLY), 0644);

		CHECK(to >= 0);
		fill(to, 0, 5000, 9);
		copy(from, rows[i].from, to, rows[i].to, rows[i].length, 0);
		report("from");
		report("to");
		CHECK(close(from) == 0 && close(to) == 0 && unlink("from") == 0 && unlink("to") == 0);
	}
}

static void copies_in_one_file(void)
{
	int fd = make_sparse("file", O_RDWR), other;

	CHECK(link("file", "link") == 0 && (other = open("link", O_RDWR)) >= 0);
	copy(fd, 0, fd, 40 * BLOCK, 4 * BLOCK, 0);
	copy(fd, 0, other, 50 * BLOCK, 4 * BLOCK, 0);
	copy(other, 16 * BLOCK, fd, 4 * BLOCK, BLOCK, 0);
	copy(fd, BLOCK, fd, 0, BLOCK, 0);
	report("file");
	copy(fd, 0, fd, BLOCK - 1, BLOCK, 0);
	copy(fd, 0, fd, 0, BLOCK, 0);
	copy(fd, BLOCK - 1, other, 0, BLOCK, 0);
	copy(fd, 0, other, 0, 1, 0);
	report("link");
	CHECK(unlink("file") == 0 && unlink("link") == 0);
	copy(fd, 0, other, 60 * BLOCK, 100, 0);
	SAME(60 * BLOCK + 100, lseek(fd, 0, SEEK_END));
	CHECK(close(fd) == 0 && close(other) == 0);
}

static void copies_that_are_refused(void)
{
	int fd = make_sparse("file", O_RDWR), reader = open("file", O_RDONLY), writer = open("file", O_WRONLY);
	int to = open("to", O_CREAT | O_RDWR, 0644), appender = open("to", O_WRONLY | O_APPEND);
	int directory = open(".", O_RDONLY | O_DIRECTORY);

	copy(fd, 0, reader, 100 * BLOCK, 10, 0);
	copy(writer, 0, to, 0, 10, 0);
	copy(fd, 0, appender, 0, 10, 0);
	copy(directory, 0, to, 0, 10, 0);
	copy(fd, 0, directory, 0, 10, 0);
	copy(fd, 0, to, 0, 10, 1);
	report("to");
	/* With the descriptors' own positions. */
	SAME(BLOCK - 10, lseek(fd, BLOCK - 10, SEEK_SET));
	SAME(30, copy_file_range(fd, NULL, to, NULL, 30, 0));
	SAME(30, copy_file_range(fd, NULL, to, NULL, 30, 0));
	SAME(BLOCK + 50, lseek(fd, 0, SEEK_CUR));
	SAME(60, lseek(to, 0, SEEK_CUR));
	report("to");
	CHECK(close(fd) == 0 && close(reader) == 0 && close(writer) == 0 && close(to) == 0 && close(appender) == 0);
	CHECK(close(directory) == 0 && unlink("file") == 0 && unlink("to") == 0);
}

int main(void)
{
	every_mode();
	one_after_another();
	where_it_is_refused();
	data_and_holes();
	copies_between_files();
	copies_in_one_file();
	copies_that_are_refused();
	return 0;
}
