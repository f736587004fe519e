#!/bin/bash
# SPDX-License-Identifier: MIT
# A directory mounted through hooks, its hard links listed, and the events as they fire. Installs the packages that are
# missing (Debian), builds into build/release, works in a scratch directory, and leaves nothing behind.
#
#   examples/demo.sh [--no-setup]
set -euo pipefail
cd "$(dirname "$0")/.."

[ "${1:-}" = --no-setup ] || src/packaging/setup-debian.sh build
echo "== building into build/release"
cmake --preset release >/dev/null
cmake --build --preset release -- --quiet
PATH=$PWD/build/release/examples:$PWD/build/release/src:$PATH

if [ ! -c /dev/fuse ]; then
	echo "$0: there is no /dev/fuse here, so nothing can be mounted" >&2
	exit 77
fi

scratch=$(mktemp -d "${TMPDIR:-/tmp}/cbfuse-demo.XXXXXX")
source=$scratch/source
mnt=$scratch/mnt
daemon=
clean_up() {
	cd /
	if mountpoint -q "$mnt"; then
		fusermount3 -u "$mnt" 2>/dev/null || fusermount3 -u -z "$mnt" || true
	fi
	if [ -n "$daemon" ]; then
		kill "$daemon" 2>/dev/null || true
		wait "$daemon" 2>/dev/null || true
	fi
	rm -rf --one-file-system "$scratch"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

bold='' plain=''
if [ -t 1 ]; then
	bold=$'\033[1m' plain=$'\033[0m'
fi

# Shows a command, runs it, and gives its events the time to be printed.
run() {
	printf '\n%s$ %s%s\n' "$bold" "$*" "$plain"
	eval "$@"
	sleep 0.3
}

mkdir "$source" "$mnt"
printf '\n%s$ mirror -f --trace source mnt%s      # its events are the lines with a bar\n' "$bold" "$plain"
mirror -f --trace "$source" "$mnt" </dev/null > >(sed -u 's/^/    | /') 2>&1 &
daemon=$!
for ((i = 0; ; i++)); do
	! mountpoint -q "$mnt" || break
	if [ $i -ge 200 ] || ! kill -0 "$daemon" 2>/dev/null; then
		echo "$0: mirror did not mount" >&2
		exit 1
	fi
	sleep 0.05
done
sleep 0.3
cd "$scratch"

run 'mkdir mnt/letters'
run 'echo "Dear reader" >mnt/draft.txt'
run 'ln mnt/draft.txt mnt/letters/first.txt'
run 'ln mnt/draft.txt "mnt/the same file"'
echo
echo "One file under three names: one inode, a link count of 3. lslinks asks for its names, through any of them:"
run 'stat --format "inode %i, %h links: %n" mnt/draft.txt mnt/letters/first.txt'
run 'lslinks mnt/letters/first.txt'
echo
echo "The same by an extended attribute:"
run 'getfattr --only-values --name=user.cbfuse.hardlinks mnt/draft.txt | tr "\0" "\n"'
echo
echo "Names come and go, the file stays:"
run 'mv mnt/letters/first.txt mnt/letters/final.txt'
run 'rm mnt/draft.txt'
run 'lslinks "mnt/the same file"'
run 'cat mnt/letters/final.txt'
echo
echo "Unmounted; what is left is the directory below, with no trace of the mount:"
run 'cd "$scratch"; fusermount3 -u mnt'
wait "$daemon"
daemon=
run 'find source -type f -links +1 -printf "inode %i, %n links: %p\n"'
