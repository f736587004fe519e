#!/bin/bash
# SPDX-License-Identifier: MIT
# Inode flags on memdrive: what immutable and append-only mean, as a tmpfs has it. And quotas of projects.

# shellcheck disable=SC2164,SC2119 # cd: a failure ends the test
# shellcheck source=memdrive.sh
. "$(dirname "${BASH_SOURCE[0]}")/memdrive.sh"
need chattr lsattr

((EUID == 0)) || skip "chattr +i is root's"
: >"$NATIVE/probe"
chattr +i "$NATIVE/probe" 2>/dev/null || skip "no inode flags on the tmpfs of this kernel"
chattr -i "$NATIVE/probe"
rm "$NATIVE/probe"

# try COMMAND...: says whether it succeeds.
try() {
	if "$@" >"$SCRATCH/stdout" 2>"$SCRATCH/stderr"; then
		printf '%s: yes\n' "$*"
	else
		printf '%s: no (%s)\n' "$*" "$(sed 's/.*: //' "$SCRATCH/stderr" | tail -n 1)"
	fi
}

changes() {
	try sh -c "exec env printf more >>$1"
	try sh -c "exec env printf new >$1"
	try truncate -s 1 "$1"
	try fallocate -p -l 4096 "$1"
	try chmod 600 "$1"
	try chown 5 "$1"
	try touch "$1"
	try touch -d @5 "$1"
	try setfattr -n trusted.name -v x "$1"
	try ln "$1" linked
	try mv "$1" moved
	try rm "$1"
	try cat "$1"
	cat "$1"
}

immutable() {
	printf 'content' >file
	chattr +i file
	lsattr file | cut -c1-22
	changes file
	try mv -f other file
	chattr -i file
	rm file
	mkdir directory
	: >directory/inside
	chattr +i directory
	try touch directory/new
	try rm directory/inside
	try mkdir directory/sub
	try sh -c 'exec env printf more >directory/inside'
	try mv directory renamed
	try rmdir directory
	chattr -i directory
	rm -r directory
}

append_only() {
	printf 'content' >file
	chattr +a file
	changes file
	chattr -a file
	rm file
	mkdir directory
	: >directory/inside
	chattr +a directory
	try touch directory/new
	try rm directory/inside
	try mv directory/inside directory/other
	chattr -a directory
	rm -r directory
}

start_memdrive --size 1M
both immutable
both append_only
cd "$MNT"
: >file
expect fail 'not supported' chattr +j file
chattr +d file
mkdir project
if chattr -p 77 project 2>/dev/null && chattr +P project; then
	say "projects"
	mkdir project/sub
	: >project/sub/file
	same "inherited" 77 "$(lsattr -p project/sub/file | awk '{ print $1 }')"
	expect fail 'nvalid cross-device' ln file project/link
fi
cd /
stop_memdrive
