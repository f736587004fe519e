/* SPDX-License-Identifier: MIT */
/* What a volume's properties are in the words of mount(8). */
#include "mount.h"
#include "volume.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Commas and backslashes are what mount options are parsed by. */
static char *escaped(const char *text)
{
	char *copy = malloc(2 * strlen(text) + 1);
	char *to = copy;

	for (; copy && *text; text++) {
		if (*text == ',' || *text == '\\')
			*to++ = '\\';
		*to++ = *text;
	}
	if (copy)
		*to = '\0';
	return copy;
}

char *cbf__mount_options(const struct cbf_volume *volume)
{
	const struct cbf__properties *properties = &volume->properties;
	const char *name = properties->file_system_name ? properties->file_system_name : CBF__DEFAULT_FILE_SYSTEM_NAME;
	char *shown = escaped(properties->source_name ? properties->source_name : name);
	const char *more = properties->mount_options ? properties->mount_options : "";
	const bool own_checks = cbf__hooked(volume, CBF__CHECK_ACCESS);
	char *options = NULL;

	if (shown && asprintf(&options, "-o%ssubtype=%s,fsname=%s%s%s", own_checks ? "" : "default_permissions,", name,
			      shown, *more ? "," : "", more) < 0)
		options = NULL;
	free(shown);
	return options;
}
