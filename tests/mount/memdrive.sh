# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# What the mount tests of memdrive need beside common.sh, which this brings in: $NATIVE is a directory on a tmpfs, which
# memdrive does as, and there is no source.

export MIRROR=$MEMDRIVE # what common.sh looks after
# shellcheck source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

[[ $(stat -f -c %T /dev/shm 2>/dev/null) == tmpfs ]] || skip "/dev/shm is no tmpfs"
NATIVE=$(mktemp -d /dev/shm/cbfuse-test.XXXXXX)
chmod 755 "$NATIVE"

cleanup_native() {
	local status=$?
	set +e # else the line that tells cleanup() the status would be the last one
	cd /
	rm -rf --one-file-system -- "$NATIVE"
	(exit "$status")
	cleanup
}
trap cleanup_native EXIT

# start_memdrive [OPTION...]: mounts one on $MNT in the foreground, and returns when it is mounted.
start_memdrive() {
	[[ -z $DAEMON ]] || fail "start_memdrive: one is running"
	env --default-signal=INT,QUIT "$MEMDRIVE" -f "$@" "$MNT" >>"$LOG" 2>&1 </dev/null &
	DAEMON=$!
	wait_for 20 mounted_or_dead || fail "memdrive was not mounted in 20 seconds"
	is_mounted "$MNT" || fail "memdrive ended before it was mounted"
	FDS_AT_START=$(source_fds)
}

stop_memdrive() {
	stop_mirror "$@"
}

# same_trees WHAT: the same in $NATIVE and $MNT.
same_trees() {
	tree "$NATIVE" >"$SCRATCH/tree.native"
	tree "$MNT" >"$SCRATCH/tree.mount"
	diff_texts "$1: tree" "$SCRATCH/tree.native" "$SCRATCH/tree.mount"
	sums "$NATIVE" >"$SCRATCH/sums.native"
	sums "$MNT" >"$SCRATCH/sums.mount"
	diff_texts "$1: content" "$SCRATCH/sums.native" "$SCRATCH/sums.mount"
}
