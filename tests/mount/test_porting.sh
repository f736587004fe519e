#!/bin/bash
# SPDX-License-Identifier: MIT
# The program in examples/PORTING.md does what it says: mounted, and each step compared with a native directory.

# shellcheck disable=SC2164 # cd: a failure ends the test
MIRROR=${BUILD_DIR:?}/examples/porting
# shellcheck source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

use_notes() {
	umask 022
	printf 'buy milk\n' >todo.txt
	printf 'and bread\n' >>todo.txt
	cat todo.txt
	stat -c '%n %A %h %u:%g %s' todo.txt
	printf 'x' | dd of=todo.txt bs=1 seek=12 conv=notrunc status=none
	truncate -s 15 todo.txt
	truncate -s 20 todo.txt
	od -c todo.txt
	: >empty
	chmod 640 empty
	touch -d '2001-02-03 04:05:06 UTC' empty
	stat -c '%a %Y' empty
	head -c 1000000 /dev/zero | tr '\0' 'n' >long
	sha256sum long
	mv long longer
	ls -A
	refused cat long
	mv -n longer empty 2>/dev/null || true # its status depends on its version
	wc -c longer empty
}

# What is open lives on without its name, deleted or replaced.
use_open_notes() {
	local old new
	printf 'old' >note
	printf 'new' >other
	exec {old}<note {new}<>other
	rm note
	refused cat note
	cat <&"$old"
	printf 'third' >third
	mv third other
	cat <&"$new"
	printf ' and more' >&"$new"
	stat -L -c '%s' "/proc/self/fd/$new"
	cat other
	exec {old}<&- {new}<&-
	rm other
	ls -A
}

use_many_notes() {
	local number
	for number in {1..300}; do
		echo "$number" >"note $number"
	done
	find . -type f | wc -l
	cat note\ * | sort -n | sha256sum
	find . -name 'note *[13579]' -delete
	ls -A | sort | sha256sum
	rm note\ *
	find . -type f | wc -l
}

refuse() {
	refused mkdir "$MNT/directory"
	refused ln -s target "$MNT/link"
	refused truncate -s 2M "$MNT/todo.txt"
	same "the volume's size" 1024 "$(df --output=size -k "$MNT" | tail -n 1 | tr -d ' ')"
}

env --default-signal=INT,QUIT "$MIRROR" "$MNT" >>"$LOG" 2>&1 </dev/null &
DAEMON=$!
FDS_AT_START=0
wait_for 20 mounted_or_dead || fail "not mounted in 20 seconds"
is_mounted "$MNT" || fail "ended before it was mounted"
for steps in use_notes use_open_notes use_many_notes; do
	for where in NATIVE MNT; do
		set +e
		(
			set -e
			cd "${!where}"
			"$steps"
		) >"$SCRATCH/out.$where" 2>&1 </dev/null
		status=$?
		set -e
		((status == 0)) || fail "$steps in $where: $(tail -n 5 "$SCRATCH/out.$where")"
		{ tree "${!where}" && sums "${!where}"; } >"$SCRATCH/tree.$where"
	done
	diff_texts "$steps: output" "$SCRATCH/out.NATIVE" "$SCRATCH/out.MNT"
	diff_texts "$steps: tree" "$SCRATCH/tree.NATIVE" "$SCRATCH/tree.MNT"
done
refuse
stop_mirror INT
