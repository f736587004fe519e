#!/bin/bash
# SPDX-License-Identifier: MIT
# ACLs on a mirror are enforced, inherited and kept in step with modes as on the native directory beside it: the same
# steps by the same users in both.

# shellcheck disable=SC2164 # cd: a failure ends the test
# shellcheck source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
need setfacl getfacl setpriv python3
((EUID == 0)) || skip "other users are needed: not root"
setfacl -m u:12345:r "$NATIVE" 2>/dev/null || skip "no ACLs in ${TMPDIR:-/tmp}"
setfacl -b "$NATIVE"

# as UID GROUPS COMMAND...: prints the command's output, or that it was refused.
as() {
	local uid=$1 groups=$2
	shift 2
	setpriv --reuid="$uid" --regid="$uid" --groups="$groups" "$@" 2>&1 || echo "refused: $uid $groups: $*"
}

# Who gets in by which entry.
use_entries() {
	mkdir rights
	chmod 755 rights
	cd rights
	for file in by_user by_group masked owner_only; do
		printf 'x\n' >"$file"
		chmod 640 "$file"
	done
	setfacl -m u:12001:rw by_user
	setfacl -m g:12002:r by_group
	setfacl -m u:12001:rwx,m::r masked
	chmod 600 owner_only
	setfacl -m u:12001:rw owner_only
	chmod 600 owner_only # the mask goes, and with it the right
	mkdir inside
	chmod 700 inside
	setfacl -m u:12001:x inside
	printf 'y\n' >inside/known
	chmod 644 inside/known
	for who in "12001 12001" "12001 12002" "12003 12002" "12003 12003"; do
		# shellcheck disable=SC2086
		set -- $who
		for file in by_user by_group masked owner_only inside/known; do
			as "$1" "$2" cat "$file"
			as "$1" "$2" sh -c "printf z >>$file"
			as "$1" "$2" test -w "$file"
		done
		as "$1" "$2" ls inside
	done
	getfacl -cEpn ./* | cat
	stat -c '%n %a' ./*
	setfacl -x u:12001 by_user # what was just allowed is not any more
	as 12001 12001 cat by_user
	setfacl -b by_group
	as 12003 12002 cat by_group
	as 12001 12001 setfacl -m u:12001:rwx by_user
	as 12001 12001 setfacl -b masked
	getfacl -cEpn by_user by_group masked
}

use_modes() {
	mkdir modes
	cd modes
	: >f
	chmod 4755 f
	setfacl -m u:12001:rwx f
	stat -c %a f
	for mode in 700 711 2751 640 000 777; do
		chmod "$mode" f
		getfacl -cEpn f
		stat -c %a f
	done
	setfacl -m m::r f
	stat -c %a f
	setfacl -m u::r,o::x f
	stat -c %a f
	setfacl -b f
	stat -c %a f
	setfacl -m u::rwx,g::rx,o::- f # no more than a mode
	getfattr -n system.posix_acl_access f 2>&1 || true
	stat -c %a f
	: >group_id
	chown 12001:12005 group_id
	chmod 2775 group_id
	as 12001 12005 setfacl -m u:12003:r group_id
	stat -c %a group_id
	as 12001 12006 setfacl -m u:12003:rw group_id # not in the group
	stat -c %a group_id
	setfacl -d -m u:1:r f 2>&1 || true
	ln -s f link
	setfattr -h -n system.posix_acl_access -v 0x02000000 link 2>&1 || true
	setfattr -n system.posix_acl_access -v 0x02000000010007 f 2>&1 || true
	setfattr -n system.posix_acl_access -v 0x0200000001000700ffffffff f 2>&1 || true
}

use_inheritance() {
	local mask
	mkdir heirs
	cd heirs
	mkdir full plain none
	setfacl -d -m u:12001:rwx,g:12002:rx,o::- full
	setfacl -d -m u::rwx,g::rx,o::- plain
	for mask in 022 077 000; do
		umask "$mask"
		for parent in full plain none; do
			: >"$parent/file.$mask"
			mkdir "$parent/dir.$mask" "$parent/dir.$mask/below"
			mkfifo "$parent/pipe.$mask"
			ln -s x "$parent/link.$mask"
			cp /bin/true "$parent/program.$mask"
			(umask 027; python3 -c 'import os,sys; os.close(os.open(sys.argv[1], os.O_CREAT|os.O_EXCL, 0o4751)); os.mknod(sys.argv[1]+".n", 0o100666)' "$parent/odd.$mask")
		done
	done
	chmod 755 full
	: >full/file.022/not 2>/dev/null || true
	as 12001 12001 cat full/file.022
	as 12001 12001 sh -c 'echo w >full/file.022'
	as 12003 12003 cat full/file.022
	as 12001 12001 ls full/dir.022
	as 12003 12003 ls full/dir.022
	getfacl -cEpnR . | cat
	find . -printf '%p %m\n' | sort
	cp -a full copied
	getfacl -cEpnR copied | cat
	mv full/file.077 none/moved
	getfacl -cEpn none/moved
	umask 022
}

# Writing to a file, cutting it and giving it away take its set-id bits, whoever may.
use_set_id() {
	local how
	mkdir set_id
	chmod 777 set_id
	cd set_id
	for how in append trunc truncate chown fallocate; do
		printf 'abc' >"$how"
		chown 12001:12001 "$how"
		chmod 6777 "$how"
	done
	as 12003 12003 sh -c 'printf x >>append'
	as 12003 12003 sh -c ': >trunc'
	as 12003 12003 truncate -s 1 truncate
	as 12003 12003 fallocate -l 100 fallocate
	chown 12003 chown
	stat -c '%n %a %s' ./*
	for how in root_append root_trunc root_truncate; do
		printf 'abc' >"$how"
		chmod 6777 "$how"
	done
	printf x >>root_append
	: >root_trunc
	truncate -s 1 root_truncate
	stat -c '%n %a %s' ./*
}

chmod 755 "$SCRATCH"
start_mirror -o allow_other
for steps in use_entries use_modes use_inheritance use_set_id; do
	both "$steps"
done
for where in NATIVE MNT SRC; do
	(cd "${!where}" && getfacl -Epn -R . | cat) >"$SCRATCH/acls.$where"
done
diff_texts "ACLs" "$SCRATCH/acls.NATIVE" "$SCRATCH/acls.MNT"
diff_texts "ACLs" "$SCRATCH/acls.SRC" "$SCRATCH/acls.MNT" source
stop_mirror

say "--no-acl: kept, not enforced"
printf 'x\n' >"$SRC/left"
chmod 600 "$SRC/left"
setfacl -m u:12001:r "$SRC/left"
chmod 600 "$SRC/left"
setfacl -m u:12001:r,m::r "$SRC/left"
start_mirror --no-acl -o allow_other
getfacl -cEpn "$MNT/left" >"$SCRATCH/left.mount"
getfacl -cEpn "$SRC/left" >"$SCRATCH/left.source"
diff_texts "the ACL is shown" "$SCRATCH/left.source" "$SCRATCH/left.mount" source
same "not enforced" "refused: 12001 12001: cat $MNT/left" "$(as 12001 12001 cat "$MNT/left" | tail -n 1)"
stop_mirror
