/* SPDX-License-Identifier: MIT */
/* The differences that are explained. One that no longer occurs fails the test: take it out. */
#include "differential.h"

#include <fnmatch.h>
#include <string.h>

static struct known {
	const char *subject; /* patterns of fnmatch(3) */
	const char *label;
	const char *key;
	const char *native;
	const char *mount;
	const char *reason;
	size_t hits;
} known[] = {
	{"*", "open *O_TMPFILE*", "*", "*", "*", "no file is made without a name: CBFS has no such event", 0},
	{"*", "rename * RENAME_WHITEOUT", "*", "*", "*", "for overlayfs alone, and CBFS has no such thing", 0},
	{"*", "*read *", "after: * atime", "now", "kept",
	 "a read at the end of the file, or from pages: the kernel answers, and tells nobody", 0},
	{"*", "open *", "after: * atime", "now", "kept", "as above: the file was empty, or read from its end", 0},
	{"*", "mmap *", "after: * atime", "now", "kept", "as above", 0},
	{"*", "walk *", "after: * atime", "now", "kept", "as above", 0},
	{"mirror*", "rmdir *", "after: * atime", "kept", "now", "mirror reads a directory to see whether it is empty",
	 0},
	{"mirror*", "rename *", "after: * atime", "kept", "now", "as above, of the directory to be replaced", 0},
	{"mirror*", "walk *", "after: * atime", "kept", "now", "as above, or pages were read ahead", 0},
	{"*", "*chown * -1:-1", "after: * ctime", "now", "kept",
	 "the kernel asks to set nothing at all, and does not say that it is a chown", 0},
	{"*", "fallocate * COLLAPSE_RANGE *", "*", "*", "*", "the kernel refuses it for all of FUSE", 0},
	{"*", "fallocate * INSERT_RANGE *", "*", "*", "*", "the kernel refuses it for all of FUSE", 0},
	{"*", "lseek * 9223372036854775807", "lseek", "EINVAL", "9223372036854775807",
	 "the kernel seeks, and knows no largest size of a file on FUSE", 0},
	{"*", "*xattr * system.nothing*", "*xattr", "EOPNOTSUPP", "EPERM",
	 "whoever may not change a file's system attributes hears that, before the application is asked about the name",
	 0},
	{"*", "open p *", "after: p ?time", "now", "kept", "a pipe is in the kernel, and its times are told to nobody",
	 0},
	{"*", "open *O_NOATIME", "after: * atime", "kept", "now",
	 "the handles of a file share what OpenFile has opened, and a read does not say by which it is", 0},
};

static bool matches(const struct known *entry, const char *subject, const struct test_case *test, const char *key,
		    const char *native, const char *mount)
{
	return fnmatch(entry->subject, subject, 0) == 0 && fnmatch(entry->label, test->label, 0) == 0 &&
	       fnmatch(entry->key, key, 0) == 0 && fnmatch(entry->native, native, 0) == 0 &&
	       fnmatch(entry->mount, mount, 0) == 0;
}

bool known_difference(const char *subject, const struct test_case *test, const char *key, const char *native,
		      const char *mount)
{
	for (size_t i = 0; i < LENGTH(known); i++)
		if (matches(&known[i], subject, test, key, native, mount)) {
			known[i].hits++;
			return true;
		}
	return false;
}

size_t known_left_over(const char *subject)
{
	size_t left = 0;

	for (size_t i = 0; i < LENGTH(known); i++) {
		if (known[i].hits || fnmatch(known[i].subject, subject, 0) != 0)
			continue;
		printf("%s: listed, but has not occurred: %s: %s (%s)\n", subject, known[i].label, known[i].key,
		       known[i].reason);
		left++;
	}
	return left;
}

void known_print(void)
{
	for (size_t i = 0; i < LENGTH(known); i++)
		if (known[i].hits)
			printf("known (%zu times): %s: %s\n", known[i].hits, known[i].label, known[i].reason);
}
