#!/bin/bash
# SPDX-License-Identifier: MIT
# What is unlinked or replaced while it is open lives on without a name, and leaves no litter. See helpers/unlinked.c.

# shellcheck disable=SC2164,SC2119 # cd: a failure ends the test
# shellcheck source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
need gcc find

steps() {
	mkdir work
	cd work
	"$SCRATCH/unlinked"
	cd ..
	# By a shell: removed while written to, removed while read.
	exec {out}>removed
	exec {in}<removed
	rm removed
	printf 'written after' >&"$out"
	cat <&"$in"
	stat -L -c '%h %s' "/proc/self/fd/$in"
	ls -A . work
	exec {out}>&- {in}<&-
}

no_litter() {
	same "$1: nothing but the work directory in the source" work "$(ls -A "$SRC")"
	same "$1: nothing in it" "" "$(ls -A "$SRC/work")"
	same "$1: no hidden file" "" "$(find "$SRC" "$MNT" -name '.fuse*')"
}

build_helper unlinked
start_mirror
both steps
no_litter "after"

say "the same, seen from below, while it is open"
exec {held}<>"$MNT/work/held"
printf 'held' >&"$held"
rm "$MNT/work/held"
no_litter "while open"
printf ' more' >&"$held"
same "content" "held more" "$(cat "/proc/self/fd/$held")"

say "the directory goes as well, then the daemon"
rmdir "$MNT/work"
same "content without a directory" "held more" "$(cat "/proc/self/fd/$held")"
printf '!' >&"$held"
same "size" 10 "$(stat -L -c %s "/proc/self/fd/$held")"
exec {held}<&-
stop_mirror

say "a process that is killed with such files open leaves nothing"
start_mirror
mkdir "$MNT/work"
bash -c 'cd "$1/work" && exec 5>a 6>b 7<.. && rm a b && cd .. && kill -KILL $$' killed "$MNT" 2>/dev/null || true
no_litter "after a kill"
stop_mirror
