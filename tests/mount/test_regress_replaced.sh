#!/bin/bash
# SPDX-License-Identifier: MIT
# Changes in the source behind a mount: an inode number that comes back is not taken for the file that had it before,
# and a file whose name another one took is still the file that was opened.

# shellcheck disable=SC2164,SC2119 # cd: a failure ends the test
# shellcheck source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
need stat truncate mktemp

# recycle FILE: removes it, and makes files beside it until one has the inode number that it had: $recycled. 1: the file
# system has given it to somebody else, or keeps it.
recycle() {
	local i inode
	inode=$(stat -c %i "$1")
	rm "$1"
	for ((i = 0; i < 50; i++)); do
		recycled=$(mktemp "${1%/*}/recycled.XXXXXX")
		[[ $(stat -c %i "$recycled") != "$inode" ]] || return 0
	done
	return 1
}

# shows TEXT FILE
shows() {
	[[ $(cat "$2") == "$1" ]]
}

say "a stale name does not change the file that has its inode number now"
start_mirror
mkdir "$SRC/r"
recycled=
# Other processes make files as well: not each attempt gets the number back.
for ((attempt = 0; attempt < 40; attempt++)); do
	printf 'old' >"$SRC/r/a.$attempt"
	stat -- "$MNT/r/a.$attempt" >"$SCRATCH/stat"
	! recycle "$SRC/r/a.$attempt" || break
	rm "$SRC"/r/recycled.*
	recycled=
done
if [[ -n $recycled ]]; then
	printf 'unrelated' >"$recycled"
	stat -- "$MNT/${recycled#"$SRC"/}" >"$SCRATCH/stat"
	truncate -c -s 0 "$MNT/r/a.$attempt" 2>/dev/null || true
	chmod 640 "$MNT/r/a.$attempt" 2>/dev/null || true
	same "content" unrelated "$(cat "$recycled")"
	same "mode" 600 "$(stat -c %a "$recycled")"
	expect fail "No such file" cat "$MNT/r/a.$attempt"
else
	say "NOT TESTED: no inode number comes back on $(stat -f -c %T "$SRC")" >&2
fi

say "a file that was replaced while it is open"
stop_mirror
start_mirror -t
printf 'first' >"$SRC/a"
printf 'second' >"$SRC/n"
exec {out}<>"$MNT/a"
exec {in}<"$MNT/a"
inode=$(stat -L -c %i "/proc/self/fd/$out")
mv "$SRC/n" "$SRC/a"
# The kernel keeps the name for as long as it was told to.
wait_for 10 shows second "$MNT/a" || fail "the new file is not seen"
printf 'FIRST and more' >&"$out"
chmod 640 "/proc/self/fd/$out"
same "content by the descriptor" "FIRST and more" "$(cat <&"$in")"
same "what fstat says" "$inode 14 640" "$(stat -L -c '%i %s %a' "/proc/self/fd/$out")"
truncate -s 5 "/proc/self/fd/$out"
same "size after a truncation" 5 "$(stat -L -c %s "/proc/self/fd/$out")"
same "content of the new file" second "$(cat "$SRC/a")"
same "size of the new file" 6 "$(stat -c %s "$MNT/a")"
[[ $(stat -c %a "$SRC/a") != 640 ]] || fail "the mode of the new file was changed"
exec {out}>&- {in}<&-
stop_mirror
for event in WriteFile SetFileAttributes SetFileSize; do
	same "names in $event events" /a "$(grep -ow "$event /[^ ]*" "$LOG" | sort -u | cut -d ' ' -f 2)"
done
enumerations=$(grep -cw "EnumerateHardLinks" "$LOG" || true)
((enumerations <= 1)) || fail "it was asked for the names of the file $enumerations times"
