#!/bin/bash
# SPDX-License-Identifier: MIT
# make-root.sh SUITE: makes a root directory of another Debian suite, with all that cbfuse's build and tests need, in
# ${CBF_ROOTS:-/var/tmp/cbfuse-roots}/SUITE, or finds it there, made by an earlier run. Needs root and debootstrap.
# Status 0: the root is ready. Status 69: it could not be made (no network, no such suite, packages that are missing).
set -euo pipefail
export LC_ALL=C DEBIAN_FRONTEND=noninteractive

suite=$1
roots=${CBF_ROOTS:-/var/tmp/cbfuse-roots}
root=$roots/$suite
packages="gcc libc6-dev cmake ninja-build pkg-config libfuse3-dev fuse3 libcmocka-dev
	acl attr ca-certificates e2fsprogs git procps python3 rsync sqlite3 tar"
packages=$(echo $packages) # on one line
# What makes a finished root out of date: other packages, or a month gone by.
stamp="1 $packages"

say() {
	echo "make-root $suite: $*"
}

cannot() {
	say "$*"
	exit 69
}

mkdir -p "$roots"
exec 9>"$roots/.$suite.lock"
flock 9

if [ -f "$root/.cbfuse-root" ] && [ "$(cat "$root/.cbfuse-root")" = "$stamp" ] &&
	[ -z "$(find "$root/.cbfuse-root" -mtime +30)" ] && chroot "$root" pkg-config --exists fuse3; then
	say "found $root, libfuse $(chroot "$root" pkg-config --modversion fuse3)"
	exit 0
fi

unshare --mount --pid --fork --kill-child --propagation private true ||
	cannot "this system allows no namespaces for mounts and processes"

# The mirror is the one that this system uses itself.
. /etc/os-release
mirror=$(apt-get indextargets --format '$(REPO_URI) $(ORIGIN) $(CODENAME)' 'Created-By: Packages' |
	awk -v codename="${VERSION_CODENAME:-}" '$2 == "Debian" && $3 == codename { print $1; exit }')
[ -n "$mirror" ] || cannot "apt knows no Debian mirror (apt-get update?)"
eval "$(apt-config shell proxy Acquire::http::Proxy)"
[ -z "${proxy:-}" ] || export http_proxy=$proxy

new=$roots/.$suite.new
# Nothing is ever mounted below a root in this namespace, but make sure before anything is deleted.
if findmnt --raw --noheadings --output TARGET | grep "^\($root\|$new\)/"; then
	cannot "something is mounted below $root or $new"
fi
trap 'rm -rf --one-file-system "$new"' EXIT
rm -rf --one-file-system "$new"

# A suite that is younger than this debootstrap has no script of its name; sid's does.
script=
[ -e "/usr/share/debootstrap/scripts/$suite" ] || script=/usr/share/debootstrap/scripts/sid
say "debootstrap into $root"
debootstrap --variant=minbase "$suite" "$new" "$mirror" $script ||
	cannot "debootstrap failed: $(tail -n 3 "$new/debootstrap/debootstrap.log" 2>/dev/null | tr '\n' ' ')"

cp -L /etc/resolv.conf /etc/hosts "$new/etc/" 2>/dev/null || true
cat >"$new/etc/apt/apt.conf.d/90cbfuse" <<-END
	APT::Install-Recommends "false";
	Acquire::Retries "3";
	Acquire::Languages "none";
	${proxy:+Acquire::http::Proxy "$proxy";}
END
printf '#!/bin/sh\nexit 101\n' >"$new/usr/sbin/policy-rc.d"
chmod 755 "$new/usr/sbin/policy-rc.d"

# In a namespace of its own, so that its mounts are gone whatever happens.
in_new() {
	unshare --mount --pid --fork --kill-child --propagation private sh -euc '
		mount -t proc proc "$0/proc"
		mount --rbind /dev "$0/dev"
		exec chroot "$0" "$@"' "$new" "$@"
}

# A mirror that is a snapshot has a Release file that is out of date, which says nothing about its signature.
if ! in_new apt-get -q update; then
	say "once more, without the check of the Release file's age"
	echo 'Acquire::Check-Valid-Until "false";' >>"$new/etc/apt/apt.conf.d/90cbfuse"
	in_new apt-get -q update || cannot "apt-get update failed"
fi
in_new apt-get -q -y install $packages || cannot "apt-get install failed"
in_new apt-get -q clean

echo "$stamp" >"$new/.cbfuse-root"
rm -rf --one-file-system "$root"
mv "$new" "$root"
say "made $root, libfuse $(chroot "$root" pkg-config --modversion fuse3)"
