#!/bin/bash
# SPDX-License-Identifier: MIT
# The limits of memdrive: to the byte, without a change half done, and all of it back when it is freed.

# shellcheck disable=SC2164,SC2119 # cd: a failure ends the test
# shellcheck source=memdrive.sh
. "$(dirname "${BASH_SOURCE[0]}")/memdrive.sh"
need dd fallocate stat truncate setpriv setfattr getfattr findmnt

free_pages() {
	stat -f -c %f "$MNT"
}

free_files() {
	stat -f -c %d "$MNT"
}

# Forgets and closes come a little after the call that causes them.
is_free() {
	[[ $(free_pages) == "$1" ]]
}

expect_free() {
	CHECKS=$((CHECKS + 1))
	wait_for 5 is_free "$1" || fail "$2: $(free_pages) pages are free, expected $1"
}

chmod 711 "$SCRATCH"
options=()
((EUID != 0)) || options=(-o allow_other)
start_memdrive "${options[@]}" --size 1M --inodes 20 --user-quota 100K
cd "$MNT"
same "pages" "256 256" "$(stat -f -c '%b %f' .)"
same "files" "20 19" "$(stat -f -c '%c %d' .)"

say "content"
expect fail 'No space left' dd if=/dev/zero of=full bs=64k count=100 status=none
same "what was written is there" "1048576 2048" "$(stat -c '%s %b' full)"
expect_free 0 "full"
expect fail 'No space left' sh -c 'env printf xx >another'
same "nothing of it" 0 "$(stat -c %s another)"
printf 'over what is there' | dd of=full conv=notrunc status=none || fail "a full drive cannot be written over"
expect fail 'No space left' sh -c 'env printf xx >>full'
truncate -s 1G full || fail "a hole needs no space"
truncate -s 1000000 full
expect_free 11 "cut off"
rm full another
expect_free 256 "removed"

say "part of a write"
fallocate -l 1040384 reserved # two pages are left
dd if=/dev/zero of=part bs=1M count=1 status=none 2>/dev/null && fail "more than there is room for"
same "as much as there was room for" 8192 "$(stat -c %s part)"
expect_free 0 "in parts"
rm part

say "reserved space"
expect fail 'No space left' fallocate -l 2M reserved
same "as it was" "1040384 2032" "$(stat -c '%s %b' reserved)"
fallocate -l 8192 rest
expect fail 'No space left' sh -c 'env printf xx >more'
dd if=/dev/urandom of=reserved bs=4k count=254 conv=notrunc status=none || fail "it was reserved"
fallocate -p -o 0 -l 409600 reserved
expect_free 100 "a hole punched"
expect fail 'No space left' fallocate -z -o 0 -l 2M rest
same "not zeroed" "8192 16" "$(stat -c '%s %b' rest)"
rm reserved rest more
expect_free 256 "all removed"

say "a file without a name keeps its space until it is closed"
exec 5<>held
head -c 100000 /dev/zero >&5
rm held
expect_free 231 "open"
exec 5>&-
expect_free 256 "closed"

say "files"
for i in {1..19}; do
	: >"file$i"
done
same "none is left" 0 "$(free_files)"
expect fail 'No space left' sh -c ': >one-more'
expect fail 'No space left' mkdir one-more
expect fail 'No space left' ln -s a one-more
refused test -e one-more
ln file1 name || fail "a name takes no inode"
mv file2 file3
mkdir directory
rm -r ./*
same "all are back" 19 "$(free_files)"

say "attributes"
if setfattr -n user.probe -v x . 2>/dev/null; then
	setfattr -x user.probe .
	fallocate -l 1040384 reserved
	: >small
	head -c 9000 /dev/zero | tr '\0' v >"$SCRATCH/value"
	expect fail 'No space left' setfattr -n user.large -v "$(cat "$SCRATCH/value")" small
	refused getfattr -n user.large small
	setfattr -n user.fits -v "$(head -c 8000 "$SCRATCH/value")" small
	expect fail 'No space left' setfattr -n user.fits -v "$(cat "$SCRATCH/value")" small
	same "the former value" 8000 "$(getfattr --only-values -n user.fits small | wc -c)"
	rm reserved small
	expect_free 256 "attributes"
fi

if ((EUID == 0)); then
	say "quotas"
	chmod 1777 .
	as_user() {
		setpriv --reuid 12345 --regid 12345 --clear-groups "$@"
	}
	expect fail 'quota exceeded' as_user dd if=/dev/zero of=user bs=4k count=100 status=none
	same "as much as the quota" 102400 "$(stat -c %s user)"
	expect fail 'quota exceeded' as_user sh -c 'env printf xx >second'
	head -c 200000 /dev/zero >root || fail "root has no quota"
	expect fail 'quota exceeded' chown 12345 root
	same "still root's" 0 "$(stat -c %u root)"
	chown 0 user # and so it is free for more
	as_user sh -c 'env printf xx >second' || fail "nothing is stored"
	rm -r user second root
	expect_free 256 "quotas"
fi
cd /
stop_memdrive

say "options"
expect fail 'not an amount' "$MEMDRIVE" --size 1X "$MNT"
expect fail 'not an amount' "$MEMDRIVE" --inodes -5 "$MNT"
expect fail 'not an amount' "$MEMDRIVE" --size 99999999999G "$MNT"
expect fail 'MOUNTPOINT' "$MEMDRIVE"
expect fail 'No such file' "$MEMDRIVE" "$SCRATCH/nowhere"
start_memdrive --size 0 --inodes 0 --label 'a label'
same "source" 'a label' "$(findmnt -n -o SOURCE "$MNT")"
head -c 3000000 /dev/zero >"$MNT/unlimited"
stop_memdrive
