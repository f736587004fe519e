#!/bin/bash
# SPDX-License-Identifier: MIT
# exports.sh CC INCLUDE_DIR LIBRARY: the shared library exports what the public headers declare, no more and no less.
set -euo pipefail
export LC_ALL=C
cc=$1 include=$2 library=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

nm --dynamic --defined-only "$library" | awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' | sort >"$work/exported"

if grep -v '^cbf_[a-z]' "$work/exported"; then
	echo "^ exported, but not a public name"
	exit 1
fi

"$cc" -E -P -D_GNU_SOURCE -I"$include" "$include/cbfuse/cbfuse.h" | tr '\n' ' ' |
	grep -oE '__attribute__ *\(\(visibility\("default"\)\)\)[^;(]*\(' | grep -oE 'cbf_[a-z0-9_]+ *\($' | tr -d ' (' |
	sort >"$work/declared"

[ -s "$work/declared" ]
if ! diff "$work/declared" "$work/exported"; then
	echo "^ < declared in a public header and not exported, > exported and not declared"
	exit 1
fi
echo "$(wc -l <"$work/exported") functions"
