#!/bin/bash
# SPDX-License-Identifier: MIT
# Parts of files: fallocate, data and holes, copies that the back end makes; call by call as on the native file system.
# See helpers/ranges.c.

# shellcheck disable=SC2164,SC2119 # cd: a failure ends the test
# shellcheck source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
need gcc fallocate cp dd du cmp truncate

calls() {
	mkdir calls
	cd calls
	"$SCRATCH/ranges"
}

# blocks FILE...: size and space of each, to 32 KiB: on a full disk a file may need a block for the list of its pieces.
blocks() {
	stat -c '%n %s %b' "$@" | awk '{ print $1, $2, int(($3 + 32) / 64) * 64 }'
}

programs() {
	mkdir programs
	cd programs
	seq 100000 >numbers
	fallocate -l 1M reserved
	fallocate -n -l 2M reserved
	blocks reserved
	cp numbers punched
	fallocate -p -o 8192 -l 65536 punched
	cp numbers zeroed
	fallocate -z -o 4096 -l 100000 zeroed
	fallocate -z -n -o 500000 -l 1000000 zeroed
	fallocate -z -o 588000 -l 10000 zeroed
	sync -f .
	blocks punched zeroed
	truncate -s 10M sparse
	dd if=numbers of=sparse bs=4k seek=100 count=10 conv=notrunc status=none
	cp --sparse=always sparse sparse.always
	cp --sparse=auto sparse sparse.auto
	cp --sparse=never sparse sparse.never
	cp --reflink=auto numbers numbers.copy
	cp --reflink=auto sparse sparse.copy
	sync -f .
	blocks sparse sparse.always sparse.auto sparse.copy numbers.copy
	cmp sparse sparse.always
	cmp sparse sparse.auto
	cmp sparse sparse.never
	cmp sparse sparse.copy
	cmp numbers numbers.copy
	fallocate -d sparse.never
	sync -f .
	blocks sparse.never
	cmp sparse sparse.never
}

# What has no event: refused, and the file stays as it is.
no_event() {
	seq 10000 >"$MNT/kept"
	cp "$MNT/kept" "$SCRATCH/kept"
	expect fail 'not supported' fallocate -c -o 0 -l 4096 "$MNT/kept"
	expect fail 'not supported' fallocate -i -o 0 -l 4096 "$MNT/kept"
	cmp "$MNT/kept" "$SCRATCH/kept"
	rm "$MNT/kept"
}

build_helper ranges
start_mirror --trace
both calls
both programs
no_event
for event in SetAllocationSize ZeroizeFileRange QueryAllocatedRanges OffloadWriteFile; do
	CHECKS=$((CHECKS + 1))
	grep -aq "$event .* -> 0" "$LOG" || fail "$event did not fire"
done

say "between two file systems"
seq 50000 >"$NATIVE/far"
cp --sparse=never "$NATIVE/far" "$MNT/far"
cp --reflink=auto "$MNT/far" "$NATIVE/back"
cmp "$NATIVE/far" "$NATIVE/back"
rm "$NATIVE/far" "$NATIVE/back" "$MNT/far"
stop_mirror
