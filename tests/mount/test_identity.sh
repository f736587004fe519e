#!/bin/bash
# SPDX-License-Identifier: MIT
# One file whatever its names: st_ino, d_ino, st_nlink, descriptors, and the names by ioctl and extended attribute.
# See helpers/identity.c.

# shellcheck disable=SC2164,SC2119 # cd: a failure ends the test
# shellcheck source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
need gcc find

steps() {
	mkdir -p sub/work
	cd sub/work
	if [[ $PWD == "$MNT"/* ]]; then
		"$SCRATCH/identity" mount /sub/work
	else
		"$SCRATCH/identity" native
	fi
}

build_helper identity
start_mirror
both steps

say "the inode numbers are those of the source"
mkdir -p "$MNT/x/y"
printf 'x' >"$MNT/x/file"
ln "$MNT/x/file" "$MNT/x/y/file"
for name in x x/y x/file x/y/file; do
	same "inode of $name" "$(stat -c %i "$SRC/$name")" "$(stat -c %i "$MNT/$name")"
done
inode=$(stat -c %i "$MNT/x/file")
stop_mirror
start_mirror
same "inode after a remount" "$inode" "$(stat -c %i "$MNT/x/y/file")"
stop_mirror
