#!/bin/bash
# SPDX-License-Identifier: MIT
# Extended attributes pass through a mirror as they are: by system calls (helpers/xattr.c) and by the programs that
# people have, each with the native directory beside it.

# shellcheck disable=SC2164,SC2119 # cd: a failure ends the test
# shellcheck source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
need gcc setfattr getfattr attr rsync setfacl getfacl

setfattr -n user.probe -v x "$NATIVE" 2>/dev/null || skip "no user. attributes in ${TMPDIR:-/tmp}"
setfattr -x user.probe "$NATIVE"
root=
((EUID != 0)) || root=root

# eas DIRECTORY: all attributes of all in it, a line each. The order of a file's attributes is nobody's promise.
eas() {
	(cd "$1" && find . -mindepth 1 -print0 | sort -z | xargs -0r getfattr -h -d -m - -e hex --absolute-names) |
		awk '/^# file: / { file = substr($0, 9); next } NF { print file, $0 }' | sort
}

same_eas() {
	local where
	for where in NATIVE MNT SRC; do
		eas "${!where}" >"$SCRATCH/eas.$where"
	done
	[[ -s $SCRATCH/eas.NATIVE ]] || fail "$1: no attributes at all"
	diff_texts "$1: attributes" "$SCRATCH/eas.NATIVE" "$SCRATCH/eas.MNT"
	diff_texts "$1: attributes" "$SCRATCH/eas.SRC" "$SCRATCH/eas.MNT" source
}

# A tree with attributes of all kinds that this user can set.
make_tree() {
	mkdir -p "$1/sub/deep"
	cd "$1"
	printf 'one\n' >file
	printf 'two\n' >sub/other
	: >sub/deep/empty
	ln file sub/name
	ln -s file link
	setfattr -n user.plain -v 'a value' file
	setfattr -n user.empty sub/other
	setfattr -n user.binary -v 0x00ff0a0d00 sub/other
	setfattr -n user.directory -v 'of a directory' sub
	setfattr -n "user.with space and 'quotes'" -v x sub/deep
	setfacl -m u:12345:r,g:54321:rw file
	setfacl -d -m u:12345:rwx sub
	[[ -n $root ]] || return 0
	setfattr -n trusted.file -v t file
	setfattr -n trusted.directory -v t sub/deep
	setfattr -h -n trusted.link -v t link
	setfattr -n security.made-up -v s sub/other
	# cap_net_raw+ep
	setfattr -n security.capability -v 0x0100000200200000000000000000000000000000 sub/deep/empty
}

calls() {
	mkdir calls
	cd calls
	"$SCRATCH/xattr" $root
}

use_setfattr() {
	umask 022
	(make_tree tree)
	cd tree
	getfattr -d -m - file sub/name sub/other sub sub/deep | sort
	getfattr -n user.plain --only-values file
	getfattr -n user.none file 2>&1 && return 1
	setfattr -x user.plain sub/name
	getfattr -n user.plain file 2>&1 && return 1
	setfattr -x user.plain file 2>&1 && return 1
	attr -q -s Name -V 'by attr' file
	attr -q -g Name sub/name
	attr -r Name file
	attr -l sub/other | sort
	getfacl -cEp file sub sub/deep
	setfacl -b file
	getfacl -cEp file
	stat -c %a file
	setfacl -m u:12345:r file
	stat -c %a file
	! setfattr -n nowhere.name -v x file 2>/dev/null
}

use_copies() {
	cp -a "$SCRATCH/tree" in # from outside to here
	cp -a in between # from here to here
	rm -rf "$SCRATCH/out"
	cp -a between "$SCRATCH/out"
	eas "$SCRATCH/out"
	rsync -aHAX "$SCRATCH/tree/" synced
	rsync -aHAX --itemize-changes "$SCRATCH/tree/" synced
	setfattr -n user.plain -v changed synced/file
	setfattr -n user.more -v more synced/sub
	rsync -aHAX --itemize-changes "$SCRATCH/tree/" synced
	rsync -aHAX synced/ again
	rsync -aHAX --itemize-changes synced/ again
	tar --xattrs --xattrs-include='*' --acls -cf archive.tar in
	mkdir unpacked
	tar --xattrs --xattrs-include='*' --acls -C unpacked -xpf archive.tar
	rm archive.tar
	mv in/sub moved
	getfattr -n user.directory --only-values moved
}

# Who writes to a file or gives it away takes its capabilities.
use_capabilities() {
	local way
	for way in write truncate chown; do
		printf 'x' >"$way"
		setfattr -n security.capability -v 0x0100000200200000000000000000000000000000 "$way"
		getfattr -n security.capability -e hex "$way"
	done
	printf 'y' >>./write
	truncate -s 0 truncate
	chown 1000 chown
	getfattr -d -m - write truncate chown
}

# as_other COMMAND...: as somebody who owns nothing here.
as_other() {
	setpriv --reuid=12321 --regid=12321 --clear-groups "$@"
}

use_as_other() {
	mkdir others
	cd others
	printf 'x' >readable
	printf 'x' >writable
	printf 'x' >secret
	chmod 644 readable
	chmod 666 writable
	chmod 600 secret
	for file in *; do
		setfattr -n user.a -v 'of root' "$file"
		setfattr -n trusted.a -v 'of root' "$file"
	done
	chmod 1777 .
	as_other getfattr -d -m - readable
	for file in *; do
		echo "$file"
		as_other getfattr -n user.a --only-values "$file" 2>&1 || true
		as_other setfattr -n user.b -v other "$file" 2>&1 || true
		as_other setfattr -n trusted.a -v other "$file" 2>&1 || true
		as_other getfattr -n trusted.a --only-values "$file" 2>&1 || true
		as_other setfattr -n security.a -v other "$file" 2>&1 || true
		as_other setfacl -m u:12321:rwx "$file" 2>&1 || true
		as_other setfattr -x system.posix_acl_access "$file" 2>&1 || true
		getfacl -cEp "$file"
		stat -c %a "$file"
	done
	as_other touch own
	as_other setfacl -m u:12345:rw own
	as_other getfacl -cEp own
}

build_helper xattr
(make_tree "$SCRATCH/tree") || fail "make_tree"
start_mirror
for steps in calls use_setfattr use_copies; do
	both "$steps"
	same_eas "$steps"
done

say "the attribute of the hard links is beside them: not listed, not copied, not to be changed"
hidden=user.cbfuse.hardlinks
file=$MNT/tree/file
getfattr --absolute-names --only-values -n "$hidden" "$file" | tr '\0' '\n' | sort >"$SCRATCH/names"
printf '/tree/file\n/tree/sub/name\n' >"$SCRATCH/names.wanted"
diff_texts "names" "$SCRATCH/names.wanted" "$SCRATCH/names" wanted
expect fail 'Operation not permitted' setfattr -n "$hidden" -v x "$file"
expect fail 'Operation not permitted' setfattr -x "$hidden" "$file"
expect fail 'Operation not permitted' setfattr -n "$hidden" -v x "$MNT/tree"
setfattr -n "$hidden" -v 'behind the back' "$SRC/tree/sub/other"
same "an attribute of that name in the source" "" "$(getfattr --absolute-names -d -m "$hidden" "$MNT/tree/sub/other")"
setfattr -x "$hidden" "$SRC/tree/sub/other"

say "what changes behind the mount's back is seen at once"
setfattr -n user.behind -v 1 "$SRC/tree/sub/other"
same "value" 1 "$(getfattr --absolute-names --only-values -n user.behind "$MNT/tree/sub/other")"
setfattr -n user.behind -v 2 "$SRC/tree/sub/other"
same "value" 2 "$(getfattr --absolute-names --only-values -n user.behind "$MNT/tree/sub/other")"
setfattr -x user.behind "$SRC/tree/sub/other"
expect fail 'No such attribute' getfattr -n user.behind "$MNT/tree/sub/other"

say "a symbolic link in place of a file leads nowhere"
printf 'outside\n' >"$SCRATCH/outside"
setfattr -n user.secret -v s "$SCRATCH/outside"
printf 'x' >"$MNT/tree/swapped"
exec {held}<"$MNT/tree/swapped"
rm "$SRC/tree/swapped"
ln -s "$SCRATCH/outside" "$SRC/tree/swapped"
refused getfattr --absolute-names --only-values -n user.secret "/proc/self/fd/$held" || fail "followed"
setfattr -n user.new -v n "/proc/self/fd/$held" 2>/dev/null || true
same "attributes outside" "user.secret=\"s\"" "$(getfattr -d --absolute-names "$SCRATCH/outside" | grep '^user')"
exec {held}<&-
rm "$SRC/tree/swapped"
stop_mirror

if [[ -n $root ]]; then
	chmod 755 "$SCRATCH"
	start_mirror -o allow_other
	for steps in use_capabilities use_as_other; do
		both "$steps"
		same_eas "$steps"
	done
	stop_mirror
else
	say "NOT TESTED: trusted. and security. attributes, other users (not root)"
fi

say "on a read-only mount nothing can be set"
start_mirror -o ro
expect fail 'Read-only file system' setfattr -n user.a -v x "$MNT/tree/file"
expect fail 'Read-only file system' setfattr -x user.binary "$MNT/tree/sub/other"
getfattr --absolute-names -e hex -n user.binary "$MNT/tree/sub/other" >"$SCRATCH/value"
same "a value" 0x00ff0a0d00 "$(sed -n 's/^user.binary=//p' "$SCRATCH/value")"
stop_mirror
