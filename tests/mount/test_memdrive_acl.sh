#!/bin/bash
# SPDX-License-Identifier: MIT
# POSIX ACLs on memdrive: kept, enforced and inherited as on a tmpfs.

# shellcheck disable=SC2164,SC2119 # cd: a failure ends the test
# shellcheck source=memdrive.sh
. "$(dirname "${BASH_SOURCE[0]}")/memdrive.sh"
need setfacl getfacl setpriv rsync

((EUID == 0)) || skip "other users are needed"
: >"$NATIVE/probe"
setfacl -m u:12345:r "$NATIVE/probe" 2>/dev/null || skip "no ACLs on the tmpfs of this kernel"
rm "$NATIVE/probe"

# try USER GROUP COMMAND...: says whether it succeeds.
try() {
	local user=$1 group=$2
	shift 2
	if setpriv --reuid "$user" --regid "$group" --clear-groups "$@" >/dev/null 2>&1; then
		printf '%s:%s %s: yes\n' "$user" "$group" "$*"
	else
		printf '%s:%s %s: no\n' "$user" "$group" "$*"
	fi
}

show() {
	getfacl -cpn "$@"
	stat -c '%n %a %s' "$@" | sed 's/ [0-9]*$//'
}

enforced() {
	printf 'content' >file
	chmod 640 file
	setfacl -m u:12345:rw,g:54321:r,m::rw file
	show file
	try 12345 12345 cat file
	try 12345 12345 tee -a file
	try 23456 54321 cat file
	try 23456 54321 tee -a file
	try 23456 23456 cat file
	chmod g-w file # it is the mask that goes
	show file
	try 12345 12345 tee -a file
	setfacl -x u:12345 file
	try 12345 12345 cat file
	setfacl -b file
	show file
	setfacl -m u::rwx,g::-,o::r file # no more than a mode
	show file
	try 12345 12345 setfacl -m u:12345:rwx file
}

inherited() {
	mkdir directory
	setfacl -d -m u:12345:rwx,g::rx,o::- directory
	show directory
	umask 077
	: >directory/file
	mkdir directory/sub
	: >directory/sub/file
	mkfifo directory/fifo
	ln -s file directory/link
	umask 022
	show directory/file directory/sub directory/sub/file directory/fifo
	setfacl -k directory
	: >directory/plain
	show directory directory/plain
}

copied() {
	cp -a directory copy
	rsync -aAX directory/ synced
	show copy/file copy/sub synced/sub/file
	setfacl -R -m u:777:r copy
	show copy copy/sub/file
	getfattr -d -m system.posix -e hex copy/file
}

# What modes allow, without ACLs.
modes() {
	mkdir -m 755 open
	mkdir -m 711 passage
	mkdir -m 1777 sticky
	mkdir -m 770 group
	chgrp 54321 group
	printf 'content' >passage/file
	printf 'content' >open/secret
	chmod 600 open/secret
	printf 'content' >sticky/file
	try 12345 12345 ls open
	try 12345 12345 ls passage
	try 12345 12345 cat passage/file
	try 12345 12345 cat open/secret
	try 12345 12345 touch open/new
	try 12345 12345 touch sticky/new
	try 12345 12345 rm -f sticky/file
	try 12345 12345 rm -f open/secret
	try 12345 12345 mv open/secret sticky/secret
	try 12345 12345 chmod 666 open/secret
	try 12345 12345 chown 12345 passage/file
	try 12345 12345 touch passage/file
	try 12345 12345 ln passage/file sticky/link
	try 12345 12345 ls group
	try 12345 54321 touch group/new
	try 12345 54321 rm group/new
	try 12345 12345 chmod 600 sticky/new
	try 12345 12345 rm sticky/new
	try 12345 12345 stat open/secret
	try 12345 12345 truncate -s 0 open/secret
}

chmod 711 "$SCRATCH"
start_memdrive -o allow_other
both enforced
both inherited
both copied
stop_memdrive

say "when memdrive checks, not the kernel"
rm -rf "${NATIVE:?}"/*
start_memdrive -o allow_other --check-access
both modes
both enforced
stop_memdrive
