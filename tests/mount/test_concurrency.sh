#!/bin/bash
# SPDX-License-Identifier: MIT
# Many processes in one tree, in each other's way: nothing hangs, nothing fails that POSIX does not explain, and
# afterwards the mount shows what is there. See helpers/hammer.c.
#
# CBF_TEST_ITERATIONS: of each process (default 10000). CBF_TEST_SEED (1).

# shellcheck disable=SC2164,SC2119 # cd: a failure ends the test
# shellcheck source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
need gcc find ps setsid timeout sha256sum

iterations=${CBF_TEST_ITERATIONS:-10000}
seed=${CBF_TEST_SEED:-1}
limit=240

# The mount shows what the source holds: at once, since all changes came through the mount.
agree() {
	tree "$SRC" full >"$SCRATCH/tree.source"
	tree "$MNT" full >"$SCRATCH/tree.mount"
	diff_texts "$1: tree" "$SCRATCH/tree.source" "$SCRATCH/tree.mount" source
	sums "$SRC" >"$SCRATCH/sums.source"
	sums "$MNT" >"$SCRATCH/sums.mount"
	diff_texts "$1: content" "$SCRATCH/sums.source" "$SCRATCH/sums.mount" source
	link_groups "$SRC" >"$SCRATCH/links.source"
	link_groups "$MNT" >"$SCRATCH/links.mount"
	diff_texts "$1: hard links" "$SCRATCH/links.source" "$SCRATCH/links.mount" source
}

# lslinks of files that are left, against find (by inode: for -samefile it opens the file, and waits if that is a fifo).
lists_agree() {
	local file count=0
	while IFS= read -r -d '' file; do
		find "$SRC" -inum "$(stat -c %i "$SRC/$file")" -printf '%P\0' | sort -z | tr '\0' '\n' >"$SCRATCH/found"
		"$LSLINKS" -0 "$MNT/$file" | names_in_volume | sort -z | tr '\0' '\n' >"$SCRATCH/listed"
		diff_texts "$1: names of $file" "$SCRATCH/found" "$SCRATCH/listed" 'find -inum' lslinks
		count=$((count + 1))
	done < <(cd "$SRC" && find . ! -type d -printf '%P\0' | sort -z | head -z -n 80)
	((count > 0)) || fail "$1: no file is left"
}

build_helper hammer
say "natively, to know that the test is right"
timeout "$limit" "$SCRATCH/hammer" "$NATIVE" 6 "$iterations" "$seed" || fail "natively: status $?"

start_mirror
for processes in 2 6; do
	say "$processes processes, $iterations steps each"
	timeout "$limit" "$SCRATCH/hammer" "$MNT" "$processes" "$iterations" "$seed$processes" "$LSLINKS" ||
		fail "hammer $processes $iterations $seed$processes: status $? (124: it hung)"
	agree "$processes processes"
	lists_agree "$processes processes"
done

say "while names change natively as well"
timeout "$limit" "$SCRATCH/hammer" "$SRC" 2 "$iterations" "${seed}7" &
native_hammer=$!
# Behind its back all may happen to a name: only that nothing hangs, and that the two agree in the end.
timeout "$limit" "$SCRATCH/hammer" "$MNT" 2 "$((iterations / 4))" "${seed}8" "$LSLINKS" >"$SCRATCH/behind" 2>&1 ||
	{ (($? != 124)) || fail "hung while names changed natively"; }
wait "$native_hammer" || fail "the native side: status $?"
# What the kernel was told stays valid for a moment, and a find that meets it halfway fails: all is to agree in the end.
agrees() {
	(agree "$1") >"$SCRATCH/disagreement" 2>&1
}
wait_for 20 agrees "after native changes" || {
	cat "$SCRATCH/disagreement" >&2
	fail "20 seconds after native changes"
}
lists_agree "after native changes"

leads_group() {
	[[ $(ps -o pgid= -p "$1" | tr -d ' ') == "$1" ]]
}

say "processes killed in the midst of it"
for i in 1 2 3 4 5; do
	setsid "$SCRATCH/hammer" "$MNT" 4 1000000 "$seed$i" "$LSLINKS" &
	group=$!
	wait_for 5 leads_group "$group" || fail "hammer did not start"
	sleep 0.3
	kill -s KILL -- "-$group"
	wait "$group" 2>/dev/null || true
	wait_for 20 is_gone "-$group" || fail "a killed process does not end"
done
agree "after kills"
stop_mirror
