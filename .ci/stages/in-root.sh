#!/bin/bash
# SPDX-License-Identifier: MIT
# in-root.sh SUITE COMMAND [ARGUMENT...]: runs a command in the root that make-root.sh SUITE made. This directory tree is
# seen there under its own path. The command gets namespaces of its own for mounts and processes: when it
# ends, so do they, and with them every mount and every daemon that it left. The root's files are not changed by what
# goes on in this tree and in /tmp.
set -euo pipefail
export CBF_ROOT=${CBF_ROOTS:-/var/tmp/cbfuse-roots}/$1
export CBF_TREE
CBF_TREE=$(cd "$(dirname "$0")/../.." && pwd)
export CBF_TMP=$CBF_TREE/build/$1/tmp
export CBF_PWD=$PWD
shift
mkdir -p "$CBF_TMP"
chmod 1777 "$CBF_TMP"

# The shell stays, as the init process that the command would not be fit for.
# Mounts of tests that run beside this one came along into the new namespace; held here, they would outlive their umount
# there, and so would their daemons.
exec unshare --mount --pid --fork --kill-child --propagation private sh -euc '
	awk "\$3 ~ /^fuse\\./ { print \$2 }" /proc/self/mounts | while read -r mount_point; do
		umount --lazy "$(printf %b "$mount_point")" || true
	done
	mount -t proc proc "$CBF_ROOT/proc"
	mount --rbind /sys "$CBF_ROOT/sys"
	mount --rbind /dev "$CBF_ROOT/dev"
	mount --bind "$CBF_TMP" "$CBF_ROOT/tmp"
	mkdir -p "$CBF_ROOT$CBF_TREE"
	mount --rbind "$CBF_TREE" "$CBF_ROOT$CBF_TREE"
	unset TMPDIR
	status=0
	env --unset=CBF_ROOT --unset=CBF_TMP --unset=CBF_TREE --unset=CBF_PWD \
		chroot "$CBF_ROOT" env --chdir="$CBF_PWD" "$@" || status=$?
	exit $status' sh "$@"
