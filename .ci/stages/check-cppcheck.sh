#!/bin/bash
# SPDX-License-Identifier: MIT
# cppcheck over the library and the examples. What it finds wrongly gets a comment "cppcheck-suppress ID" at its place.
# Off: resourceLeak (takes `return fd < 0 ? -errno : fd` for one; the tests count descriptors), readdirCalled (readdir_r
# is the one that is deprecated).
set -euo pipefail
cd "$(dirname "$0")/../.."
cppcheck --quiet --error-exitcode=1 --enable=warning,performance,portability --inline-suppr --suppress=resourceLeak \
	--suppress=readdirCalled --std=c11 --library=posix --library=gnu --max-configs=4 -D_GNU_SOURCE -Iinclude -Isrc \
	-j "$(nproc)" src examples
