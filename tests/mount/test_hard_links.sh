#!/bin/bash
# SPDX-License-Identifier: MIT
# SERIAL (it says how long it took)
#
# Many files, each with 1 to 5 names: lslinks gives exactly the names that were made, st_nlink is right at once, after
# thousands of changes through the mount and hundreds behind its back as well. See helpers/links.c.
#
# CBF_TEST_FILES (default 100000), CBF_TEST_OPERATIONS (a tenth of it), CBF_TEST_SEED (1).

# shellcheck disable=SC2164,SC2119 # cd: a failure ends the test
# shellcheck source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
need gcc find

files=${CBF_TEST_FILES:-100000}
operations=${CBF_TEST_OPERATIONS:-$((files / 10))}
behind=$((operations < 3000 ? operations / 10 : 300))

build_helper links
start_mirror
"$SCRATCH/links" "$MNT" "$SRC" "$LSLINKS" "$files" "$operations" "$behind" "${CBF_TEST_SEED:-1}" ||
	fail "files $files, operations $operations, seed ${CBF_TEST_SEED:-1}"

say "a fresh mount, which has no index yet, finds the same"
(cd "$MNT" && find . -type f -links +1 -print0) | shuf -z -n 200 --random-source=/dev/zero >"$SCRATCH/some"
(cd "$MNT" && xargs -0 -n 1 "$LSLINKS" -0 <"$SCRATCH/some") >"$SCRATCH/before"
stop_mirror
start_mirror
(cd "$MNT" && xargs -0 -n 1 "$LSLINKS" -0 <"$SCRATCH/some") >"$SCRATCH/after"
# The order of a file's names is nobody's promise.
for list in before after; do
	names_in_volume <"$SCRATCH/$list" | sort -z | tr '\0' '\n' >"$SCRATCH/$list.sorted"
done
[[ -s $SCRATCH/before.sorted ]] || fail "no names"
diff_texts "lslinks after a remount" "$SCRATCH/before.sorted" "$SCRATCH/after.sorted" before after
stop_mirror
