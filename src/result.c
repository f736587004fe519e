/* SPDX-License-Identifier: MIT */
#include <cbfuse/result.h>

#define TEXT(number) #number
#define VERSION(major, minor, patch) TEXT(major) "." TEXT(minor) "." TEXT(patch)

const char *cbf_version(void)
{
	return VERSION(CBF_VERSION_MAJOR, CBF_VERSION_MINOR, CBF_VERSION_PATCH);
}
