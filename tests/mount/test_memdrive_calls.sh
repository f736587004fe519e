#!/bin/bash
# SPDX-License-Identifier: MIT
# System calls on memdrive, by the same programs as on mirror, each beside the same on a tmpfs; then many processes in
# each other's way.

# shellcheck disable=SC2164,SC2119 # cd: a failure ends the test
# shellcheck source=memdrive.sh
. "$(dirname "${BASH_SOURCE[0]}")/memdrive.sh"
need gcc

steps() {
	mkdir "$1" "$1/work"
	cd "$1/work"
	if [[ $1 == identity && $PWD == "$MNT"/* ]]; then
		"$SCRATCH/identity" mount /identity/work
	elif [[ $1 == identity ]]; then
		"$SCRATCH/identity" native
	else
		"$SCRATCH/$1"
	fi
}

start_memdrive
for helper in basic_ops unlinked identity; do
	build_helper "$helper"
	both steps "$helper"
done

say "4 processes in each other's way"
build_helper hammer
mkdir "$MNT/hammer"
timeout 60 "$SCRATCH/hammer" "$MNT/hammer" 4 1500 1 "$LSLINKS" || fail "hammer: status $? (124: it hung)"
rm -rf "${MNT:?}"/*
one_file_is_left() {
	[[ $(stat -f -c '%c' "$MNT") == $(stat -f -c %d "$MNT" | awk '{ print $1 + 1 }') ]]
}
wait_for 5 one_file_is_left || fail "files are lost: $(stat -f "$MNT")"
stop_memdrive
