#!/bin/sh
# SPDX-License-Identifier: MIT
# reports.sh DIRECTORY: fails if a sanitizer had something to report while the tests ran, in whatever process.
set -eu
found=0
for report in "$1"/report*; do
	[ -s "$report" ] || continue
	found=$((found + 1))
	echo "== $report"
	cat "$report"
done
echo "$found reports"
[ "$found" -eq 0 ]
