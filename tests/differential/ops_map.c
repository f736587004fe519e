/* SPDX-License-Identifier: MIT */
/* mmap: shared and private, read and written. */
#include "differential.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { PAGE = 4096 };

static void generate_mmap(struct table *table)
{
	static const char *const files[] = {"f", "b", "e", "h", "d", "p", "r", "q", "Q"};
	static const struct named accesses[] = {{"O_RDONLY", O_RDONLY}, {"O_RDWR", O_RDWR}};
	static const struct named kinds[] = {{"MAP_SHARED", MAP_SHARED}, {"MAP_PRIVATE", MAP_PRIVATE}};
	static const struct named protections[] = {{"PROT_READ", PROT_READ},
						   {"PROT_READ|PROT_WRITE", PROT_READ | PROT_WRITE}};

	for (size_t i = 0; i < LENGTH(files) * LENGTH(accesses) * LENGTH(kinds) * LENGTH(protections); i++) {
		const struct named *access = &accesses[i % 2], *kind = &kinds[i / 2 % 2],
				   *protection = &protections[i / 4 % 2];

		for (enum who who = AS_ROOT; who <= AS_USER; who++)
			table_add(table,
				  (struct test_case){.path = files[i / 8],
						     .a = access->value,
						     .b = kind->value,
						     .c = protection->value,
						     .who = who},
				  "%s %s %s %s", files[i / 8], access->name, kind->name, protection->name);
	}
}

static void use_mapping(char *map, int fd, const struct test_case *test, struct outcome *out)
{
	char bytes[8] = "";

	outcome_bytes(out, "mapped", map, 6);
	if (test->c & PROT_WRITE) {
		memcpy(map + 1, "MAP", 3);
		outcome_result(out, "msync", msync(map, PAGE, MS_SYNC));
	} else {
		outcome_result(out, "pwrite", pwrite(fd, "WRI", 3, 2));
		outcome_bytes(out, "mapped", map, 6);
	}
	outcome_result(out, "pread", pread(fd, bytes, 6, 0));
	outcome_bytes(out, "read", bytes, 6);
}

static void run_mmap(const struct test_case *test, struct outcome *out)
{
	int fd = open(test->path, (int)test->a | O_NONBLOCK | O_CLOEXEC);
	char *map;

	outcome_result(out, "open", fd < 0 ? -1 : 0);
	if (fd < 0)
		return;
	map = mmap(NULL, PAGE, (int)test->c, (int)test->b, fd, 0);
	outcome_result(out, "mmap", map == MAP_FAILED ? -1 : 0);
	if (map != MAP_FAILED) {
		/* There is no page behind an empty file. */
		if (test->path[0] != 'e')
			use_mapping(map, fd, test, out);
		munmap(map, PAGE);
	}
	outcome_result(out, "close", close(fd));
}

const struct operation map_operations[] = {{"mmap", generate_mmap, run_mmap}, {NULL, NULL, NULL}};
