# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# run.sh SUBJECT [OPTION of differential...]: mounts SUBJECT (mirror, mirror_no_cache, memdrive) and runs the
# differential test on it. What is native is a directory beside mirror's source, for memdrive as well.

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
subject=${1:?}
: "${DIFFERENTIAL:?}"

[[ $subject != memdrive ]] || export MIRROR=$MEMDRIVE # what common.sh looks after
# shellcheck source=../mount/common.sh
. "$HERE/../mount/common.sh"
shift
((EUID == 0)) || skip "compares root and other users: needs root"

[[ $subject != memdrive || $(stat -f -c %T "$SCRATCH") == ext* ]] ||
	skip "memdrive does as ext4, and $SCRATCH is on none: set TMPDIR"

# As start_mirror, which names a source.
start_memdrive() {
	env --default-signal=INT,QUIT "$MEMDRIVE" -f --no-streams -o allow_other,dev,suid "$MNT" >>"$LOG" 2>&1 </dev/null &
	DAEMON=$!
	FDS_AT_START=0
	wait_for 20 mounted_or_dead || fail "memdrive was not mounted in 20 seconds"
}

case $subject in
mirror) start_mirror -o allow_other,dev,suid ;;
mirror_no_cache) start_mirror --no-cache -o allow_other,dev,suid ;;
memdrive) start_memdrive ;;
*) fail "unknown: $subject" ;;
esac

chmod 755 "$SCRATCH" "$NATIVE"
"$DIFFERENTIAL" "$@" "$subject" "$NATIVE" "$MNT" || fail "differences: see above"
stop_mirror
