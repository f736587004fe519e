# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# What every mount test needs: a scratch directory, a mirror on it, a native directory beside it, and an end that leaves
# neither a mount nor a process nor a file behind. Source it first; it runs the test again under timeout(1).
#
#	$SRC     the directory that is mirrored		$MNT     where it is mounted
#	$NATIVE  a plain directory beside them: what the same steps do without us
#	$LOG     what the daemon says			$DAEMON  its pid, empty if none runs
#
# CBF_TEST_LIMIT: seconds until a test is stopped and cleaned up after (default 600; let ctest wait longer than that).

set -euo pipefail
shopt -s inherit_errexit
export LC_ALL=C

if [[ -z ${CBF_TEST_TIMED:-} ]]; then
	export CBF_TEST_TIMED=1
	exec timeout -k 90 "${CBF_TEST_LIMIT:-600}" bash "$0" "$@"
fi

DAEMON=
SCRATCH=
CHECKS=0

say() {
	printf '%s: %s\n' "${0##*/}" "$*"
}

fail() {
	say "FAILED: $*" >&2
	exit 1
}

skip() {
	say "SKIPPED, NOT TESTED: $*" >&2
	exit 77
}

# need PROGRAM...: fails if one is missing. A test that does nothing because a package is missing helps nobody.
need() {
	local program
	for program; do
		command -v "$program" >/dev/null || fail "the program '$program' is not installed"
	done
}

# wait_for SECONDS COMMAND...: runs it until it succeeds. 1 if it did not in that time.
wait_for() {
	local end=$((SECONDS + $1 + 1))
	shift
	until "$@"; do
		((SECONDS < end)) || return 1
		sleep 0.02
	done
}

not() {
	! "$@"
}

# refused COMMAND...: it must fail (unlike "! COMMAND", which set -e does not look at).
refused() {
	if "$@" 2>/dev/null; then
		printf 'succeeded, but should not: %s\n' "$*"
		return 1
	fi
}

is_mounted() {
	mountpoint -q -- "$1"
}

is_gone() {
	! kill -0 -- "$1" 2>/dev/null
}

unmount_once() {
	if ((EUID == 0)); then
		umount -- "$1"
	else
		fusermount3 -u -- "$1"
	fi 2>>"$SCRATCH/umount.log"
}

# unmount DIRECTORY: as a user would, tried for 5 seconds: the kernel lets go of files a little after close(2).
unmount() {
	wait_for 5 unmount_once "$1" || {
		tail -n 1 "$SCRATCH/umount.log" >&2
		return 1
	}
}

# How many descriptors the daemon has on files in the source.
source_fds() {
	find "/proc/$DAEMON/fd" -lname "$SRC*" 2>/dev/null | wc -l
}

fds_are_back() {
	(($(source_fds) <= FDS_AT_START))
}

# shellcheck disable=SC2120
# start_mirror [OPTION...]: mirrors $SRC on $MNT in the foreground, and returns when it is mounted.
start_mirror() {
	[[ -z $DAEMON ]] || fail "start_mirror: one is running"
	# A shell starts background commands with SIGINT ignored: give it back.
	env --default-signal=INT,QUIT "$MIRROR" -f "$@" "$SRC" "$MNT" >>"$LOG" 2>&1 </dev/null &
	DAEMON=$!
	wait_for 20 mounted_or_dead || fail "mirror was not mounted in 20 seconds"
	is_mounted "$MNT" || fail "mirror ended before it was mounted"
	FDS_AT_START=$(source_fds)
}

mounted_or_dead() {
	is_mounted "$MNT" || is_gone "$DAEMON"
}

# shellcheck disable=SC2120
# stop_mirror [SIGNAL]: by umount, or by a signal; the daemon must end with status 0 and leave nothing.
stop_mirror() {
	local status=0 pid=$DAEMON
	[[ -n $pid ]] || fail "stop_mirror: none is running"
	if [[ $# -eq 0 ]]; then
		wait_for 5 fds_are_back ||
			fail "mirror keeps $(source_fds) descriptors open, $FDS_AT_START at its start:" \
			"$(find "/proc/$pid/fd" -lname "$SRC*" -printf '%l ' | head -c 1000)"
		unmount "$MNT" || fail "umount failed"
	else
		kill -s "$1" "$pid" || fail "the daemon had died"
	fi
	wait_for 20 is_gone "$pid" || fail "the daemon lives 20 seconds after ${1:-umount}"
	wait "$pid" || status=$?
	DAEMON=
	((status == 0)) || fail "the daemon ended with status $status after ${1:-umount}"
	not is_mounted "$MNT" || fail "the mount is still there after ${1:-umount}"
}

mounts_in_scratch() {
	local place
	while read -r _ place _; do
		[[ $place != "$SCRATCH"/* ]] || printf '%s\n' "$place"
	done </proc/self/mounts
}

# pids_on_mount: processes that have $MNT as an argument of its own and run $MIRROR.
pids_on_mount() {
	local dir
	for dir in /proc/[0-9]*; do
		if { grep -qzxF -- "$MNT" "$dir/cmdline" && grep -qzxF -- "$MIRROR" "$dir/cmdline"; } 2>/dev/null; then
			printf '%s\n' "${dir#/proc/}"
		fi
	done
}

nobody_on_mount() {
	[[ -z $(pids_on_mount) ]]
}

cleanup() {
	local status=$? left=0 place pid
	trap - EXIT
	trap '' TERM INT HUP
	set +e
	cd /
	if ((status != 0 && status != 77)) && [[ -s $LOG ]]; then
		say "status $status; the end of the daemon's log:" >&2
		tail -n "${CBF_TEST_LOG_LINES:-40}" -- "$LOG" >&2
	fi
	while read -r place; do
		((status != 0)) || say "LEFT BEHIND: the mount $place" >&2
		left=1
		unmount_once "$place" || umount -l -- "$place" || fusermount3 -u -z -- "$place"
	done < <(mounts_in_scratch | tac)
	for pid in $DAEMON $(pids_on_mount); do
		((status != 0)) || say "LEFT BEHIND: the process $pid" >&2
		left=1
		wait_for 5 is_gone "$pid" || kill -s TERM "$pid"
		wait_for 5 is_gone "$pid" || kill -s KILL "$pid"
	done
	((status != 0)) || status=$left
	[[ -z $SCRATCH ]] || rm -rf --one-file-system -- "$SCRATCH"
	((status != 0)) || say "passed, $CHECKS comparisons"
	exit "$status"
}

# diff_texts WHAT A B: compares two files of text.
diff_texts() {
	CHECKS=$((CHECKS + 1))
	diff -a -u --label "${4:-native}" --label "${5:-mount}" -- "$2" "$3" >"$SCRATCH/diff" || {
		head -n 40 -- "$SCRATCH/diff" >&2
		fail "$1: ${4:-native} and ${5:-mount} differ"
	}
}

# same WHAT A B: compares two strings.
same() {
	CHECKS=$((CHECKS + 1))
	[[ $2 == "$3" ]] || fail "$1: expected '$2', got '$3'"
}

# expect STATUS TEXT COMMAND...: the command must end with that status ("fail": any but 0) and say TEXT (a pattern of
# grep) on stderr.
expect() {
	local wanted=$1 text=$2 status=0
	shift 2
	CHECKS=$((CHECKS + 1))
	"$@" >"$SCRATCH/stdout" 2>"$SCRATCH/stderr" </dev/null || status=$?
	if [[ $wanted == fail ]]; then
		((status != 0 && status != 124 && status < 126)) || fail "$*: ended with $status, should have failed"
	else
		((status == wanted)) || fail "$*: status $status, expected $wanted ($(head -c 300 "$SCRATCH/stderr"))"
	fi
	[[ -z $text ]] || grep -q -- "$text" "$SCRATCH/stderr" ||
		fail "$*: says '$(cat "$SCRATCH/stderr")', expected '$text'"
}

# tree DIRECTORY: type, mode, links, owner, size, name and target of all in it. With "full" the time and inode as well.
tree() {
	local more=
	[[ ${2:-} != full ]] || more=' %T@ %i'
	(cd "$1" && find . -mindepth 1 \( -type d -printf "%P %y %m %n %U:%G -$more\\0" -o \
		-printf "%P %y %m %n %U:%G %s$more %l\\0" \)) | sort -z | tr '\n\0' '?\n'
}

# sums DIRECTORY: the content of all files in it.
sums() {
	(cd "$1" && find . -type f -print0 | sort -z | xargs -0r sha256sum -b)
}

# link_groups DIRECTORY: the names of each file that has several, a line a file.
link_groups() {
	(cd "$1" && find . ! -type d -links +1 -printf '%i %P\0') | tr '\n\0' '?\n' | sort |
		awk '{ i = $1; sub(/^[0-9]+ /, ""); g[i] = g[i] (i in g ? " | " : "") $0 }
			END { for (i in g) print g[i] }' | sort
}

# names_in_volume: the output of lslinks -0, as paths relative to the mount.
names_in_volume() {
	sed -z -e "s|^$MNT/||" -e 's|^/||'
}

# same_trees WHAT: the same in $NATIVE and $MNT; and $MNT is what $SRC is, to the inode number.
same_trees() {
	tree "$NATIVE" >"$SCRATCH/tree.native"
	tree "$MNT" >"$SCRATCH/tree.mount"
	diff_texts "$1: tree" "$SCRATCH/tree.native" "$SCRATCH/tree.mount"
	tree "$SRC" full >"$SCRATCH/tree.source"
	tree "$MNT" full >"$SCRATCH/tree.mount"
	diff_texts "$1: tree" "$SCRATCH/tree.source" "$SCRATCH/tree.mount" source
	sums "$NATIVE" >"$SCRATCH/sums.native"
	sums "$MNT" >"$SCRATCH/sums.mount"
	sums "$SRC" >"$SCRATCH/sums.source"
	diff_texts "$1: content" "$SCRATCH/sums.native" "$SCRATCH/sums.mount"
	diff_texts "$1: content" "$SCRATCH/sums.source" "$SCRATCH/sums.mount" source
}

# both FUNCTION [ARGUMENT...]: runs it with the native directory and with the mount as the present directory. Both must
# succeed, print the same, and leave the same behind.
both() {
	local where status
	for where in native mount; do
		set +e
		(
			set -e
			case $where in
			native) cd "$NATIVE" ;;
			mount) cd "$MNT" ;;
			esac
			"$@"
		) >"$SCRATCH/out.$where" 2>&1 </dev/null
		status=$?
		set -e
		((status == 0)) || {
			tail -n 20 -- "$SCRATCH/out.$where" >&2
			fail "$1: failed with status $status in the $where directory"
		}
	done
	diff_texts "$1: output" "$SCRATCH/out.native" "$SCRATCH/out.mount"
	same_trees "$1"
	say "$1: as on the native file system"
}

# build_helper NAME: compiles helpers/NAME.c into $SCRATCH/NAME.
build_helper() {
	need gcc
	gcc -std=gnu11 -O2 -g -Wall -Wextra -Werror -I"$SOURCE_DIR/include" -o "$SCRATCH/$1" \
		"$SOURCE_DIR/tests/mount/helpers/$1.c" || fail "helpers/$1.c does not compile"
}

# MIRROR, LSLINKS ... are absolute paths.
for variable in MIRROR LSLINKS BUILD_DIR SOURCE_DIR; do
	[[ -n ${!variable:-} ]] || fail "\$$variable is not set"
done
[[ -x $MIRROR ]] || fail "$MIRROR is not there"

[[ -e /dev/fuse ]] || skip "no /dev/fuse (modprobe fuse, or give the device to the container)"
(: <>/dev/fuse) 2>/dev/null || skip "/dev/fuse cannot be opened"
if ((EUID == 0)); then
	capabilities=$(awk '$1 == "CapEff:" { print $2 }' /proc/self/status)
	(((0x$capabilities >> 21) & 1)) || skip "root without CAP_SYS_ADMIN cannot mount"
else
	command -v fusermount3 >/dev/null || skip "neither root nor fusermount3"
fi

SCRATCH=$(mktemp -d "${TMPDIR:-/tmp}/cbfuse-test.XXXXXX")
SCRATCH=$(realpath "$SCRATCH")
trap cleanup EXIT
trap 'exit 143' TERM INT HUP
SRC=$SCRATCH/source
MNT=$SCRATCH/mount
NATIVE=$SCRATCH/native
LOG=$SCRATCH/mirror.log
mkdir "$SRC" "$MNT" "$NATIVE"
: >"$LOG"
