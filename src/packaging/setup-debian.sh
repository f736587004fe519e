#!/bin/bash
# SPDX-License-Identifier: MIT
# setup-debian.sh build|test|all: installs the Debian packages that are missing, as root or by sudo. On a system without
# apt it does nothing but say so.
set -euo pipefail

build="gcc libc6-dev cmake ninja-build pkg-config libfuse3-dev fuse3 attr"
test="$build acl libcmocka-dev binutils doxygen e2fsprogs g++ git groff-base mandoc procps python3 rsync sqlite3 tar util-linux"
all="$test clang clang-format clang-tidy cppcheck debootstrap debian-archive-keyring"

wanted=${!1}
if ! command -v apt-get >/dev/null; then
	echo "$0: no apt-get here; what is needed is, in Debian's names: $wanted" >&2
	exit 0
fi

missing=
for package in $wanted; do
	[ "$(dpkg-query --show --showformat '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] ||
		missing="$missing $package"
done
if [ -n "$missing" ]; then
	echo "== installing:$missing"
	as_root=
	[ "$(id -u)" -eq 0 ] || as_root=sudo
	$as_root apt-get -q -q update
	$as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -q -y --no-install-recommends \
		-o Dpkg::Use-Pty=0 install $missing
fi
if [ ! -e /dev/fuse ] && [ "$(id -u)" -eq 0 ]; then
	modprobe fuse 2>/dev/null || true
fi
