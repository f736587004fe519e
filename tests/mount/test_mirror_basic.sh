#!/bin/bash
# SPDX-License-Identifier: MIT
# A mirror does what the native file system does: every kind of file, name, attribute; it starts and ends cleanly.

# shellcheck disable=SC2164,SC2119 # cd: a failure ends the test
# shellcheck source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
need gcc stat find mkfifo sha256sum ps setpriv timeout

files() {
	printf 'hello\n' >a
	cat a
	cp a b
	mv b c
	ls -A1
	printf 'more\n' >>c
	cat c
	rm c
	mkdir -p x/y/z
	cp a x/y/z/copy
	cp -r x x2
	mv x x2/moved
	ls -AR x2
	rm -r x2
	truncate -s 100000 a
	stat -c '%s %F' a
	truncate -s 3 a
	cat a
	refused bash -c 'set -C; printf no >a'
	dd if=/dev/zero of=sparse bs=1 count=1 seek=1000000 status=none
	cksum sparse
	cp --sparse=always sparse sparse2
	cmp sparse sparse2
	seq 100000 >numbers
	sort -rn numbers -o numbers
	head -n 2 numbers
	: >empty
	test ! -s empty
}

attributes() {
	printf 'x' >m
	local mode
	for mode in 000 400 644 777 1755 2755 4755 7777; do
		chmod "$mode" m
		stat -c '%a %A' m
	done
	touch -d '2001-02-03 04:05:06.123456789 UTC' m
	stat -c '%y' m
	touch -d '2038-02-03 04:05:06.000000001 UTC' m
	stat -c '%y' m
	ln -s m link
	touch -h -d '1999-01-01 00:00:00.5 UTC' link
	stat -c '%y' link
	cp -p m kept
	stat -c '%y %a' kept
	mkdir d
	touch -d '2005-05-05 05:05:05.555555555 UTC' d
	chmod 1777 d
	stat -c '%y %a' d
	(
		umask 077
		: >private
		mkdir private-dir
		umask 0
		: >public
		mkdir public-dir
		mkfifo public-fifo
	)
	stat -c '%n %a' private private-dir public public-dir public-fifo
	chmod u-s m
}

owners() {
	: >o
	ln -s o o-link
	chown 1234:4321 o
	stat -c '%u:%g' o
	chown :77 o
	chown 88 o
	stat -c '%u:%g' o
	chown -h 5:6 o-link
	stat -c '%u:%g' o-link o
	chmod 6755 o
	chown 9 o
	stat -c '%a' o
	mkdir group
	chown :4321 group
	chmod 2775 group
	: >group/file
	mkdir group/dir
	ln -s x group/link
	stat -c '%n %a %u:%g' group/*
	mknod null c 1 3
	mknod block b 7 99
	mknod far c 511 1048575
	stat -c '%n %F %t:%T %a' null block far
}

# With allow_other others may come in: who makes a file owns it, and the kernel checks permissions. With dev a device
# node is the device.
as_others() {
	local nobody=(setpriv --reuid 65534 --regid 65534 --clear-groups)
	mkdir -m 777 open
	mkdir -m 755 closed
	printf secret >closed/secret
	chmod 600 closed/secret
	printf 'theirs\n' >open/theirs
	"${nobody[@]}" bash -c 'printf mine >open/mine; mkdir open/dir; ln -s x open/link; mkfifo open/fifo
		cat open/theirs'
	stat -c '%n %u:%g %a' open/*
	refused "${nobody[@]}" cat closed/secret
	refused "${nobody[@]}" bash -c ': >closed/new'
	refused "${nobody[@]}" rm -f open/../closed/secret
	refused "${nobody[@]}" chmod 777 open/theirs
	"${nobody[@]}" chmod 700 open/mine
	chmod 4777 open/mine
	"${nobody[@]}" bash -c 'printf changed >>open/mine'
	stat -c '%a' open/mine
	printf 'gone' >null
	test ! -s null
}

specials() {
	ln -s a-target s1
	ln -s "$(printf 't%.0s' {1..1000})" s2
	readlink s1 s2
	ln -s . here
	mkdir deep
	printf 'through' >deep/file
	cat here/here/deep/file
	ln -P s1 s1-name
	stat -c '%h %F' s1 s1-name
	ln deep/file hard
	ln hard deep/hard2
	stat -c '%h' hard deep/hard2 deep/file
	printf 'changed' >hard
	cat deep/hard2
	rm deep/file
	stat -c '%h' hard
	mkfifo fifo
	printf 'by fifo\n' >fifo &
	cat fifo
	wait $!
	ln fifo fifo2
	stat -c '%h %F' fifo2
}

# Components of 200 bytes: a path that comes near to what a path may be.
deep_paths() {
	local name
	name=$(printf 'd%.0s' {1..200})
	for _ in {1..15}; do
		mkdir "$name"
		cd "$name"
	done
	printf 'bottom' >file
	cat file
	cd ../..
	cat "$name/$name/file"
	stat -c '%F %h' .
}

shell_names() {
	local name
	for name in $'new\nline' $'\xff\xfe' ' ' '-n' '*' $'tab\there' $'\\' \
		"quote'\"" 'é' $'\x01' '...' '.hidden' '~'; do
		printf '%s' "$name" >./"$name"
		mv ./"$name" ./"$name.moved"
		cat ./"$name.moved"
	done
	find . -mindepth 1 -print0 | sort -z | sha256sum
}

exact_errors() {
	mkdir ops
	cd ops
	"$SCRATCH/basic_ops"
}

say "foreground: files of all kinds"
build_helper basic_ops
start_mirror
for steps in files attributes specials deep_paths shell_names exact_errors; do
	both "$steps"
done
if ((EUID == 0)); then
	both owners
	stop_mirror
	chmod 755 "$SCRATCH" "$SRC" "$NATIVE"
	start_mirror -o allow_other,dev,suid
	both as_others
	[[ $(setpriv --reuid 65534 --regid 65534 --clear-groups cat "$MNT/open/theirs") == theirs ]] ||
		fail "allow_other"
else
	say "NOT TESTED: owners, device nodes, allow_other (not root)"
fi

say "df"
native_size=$(stat -f -c '%b * %S' "$SRC")
same "total bytes" "$((native_size))" "$(($(stat -f -c '%b * %S' "$MNT")))"
same "longest name" "$(stat -f -c %l "$SRC")" "$(stat -f -c %l "$MNT")"
native_free=$(stat -f -c '%a * %S' "$SRC")
mount_free=$(stat -f -c '%a * %S' "$MNT")
difference=$((native_free - mount_free))
((${difference#-} < 1 << 30)) || fail "free bytes: $native_free natively, $mount_free on the mount"
df -P "$MNT" >"$SCRATCH/df" || fail "df"
grep -qF -- "$MNT" "$SCRATCH/df" || fail "df does not show the mount"
stop_mirror

say "what is written stays, and a remount in the same place shows it"
for _ in 1 2 3; do
	start_mirror
	same_trees "after a remount"
	printf 'again' >>"$MNT/a"
	printf 'again' >>"$NATIVE/a"
	touch -r "$SRC/a" "$NATIVE/a"
	stop_mirror
done
same "content after unmount" "$(cat "$NATIVE/a")" "$(cat "$SRC/a")"
same "the mount point is empty" "" "$(ls -A "$MNT")"

say "ends by a signal"
for signal in TERM INT HUP; do
	start_mirror
	test -f "$MNT/a" || fail "not mounted"
	stop_mirror "$signal"
done

say "ends by a signal while a file is open and a directory in use"
start_mirror
exec {held}<"$MNT/numbers"
read -r -u "$held" line
same "reading" 100000 "$line"
(
	cd "$MNT"
	exec sleep 60 {held}<&-
) &
sleeper=$!
wait_for 5 test "/proc/$sleeper/cwd" -ef "$MNT" || fail "cd"
stop_mirror TERM
refused cat /dev/fd/"$held" >/dev/null || fail "a file of an ended mount can be read"
exec {held}<&-
kill "$sleeper"
wait "$sleeper" 2>/dev/null || true

say "background"
"$MIRROR" "$SRC" "$MNT" </dev/null >"$LOG" 2>&1 || fail "background: status $?"
is_mounted "$MNT" || fail "background: the parent ended before it was mounted"
test -f "$MNT/a" || fail "background: not served"
same "background: one process" 1 "$(pids_on_mount | wc -l)"
pid=$(pids_on_mount)
same "background: a session of its own" "$pid" "$(ps -o sid= -p "$pid" | tr -d ' ')"
unmount "$MNT"
wait_for 10 is_gone "$pid" || fail "background: lives on after umount"
"$MIRROR" "$SRC" "$MNT" </dev/null >"$LOG" 2>&1 || fail "background: status $?"
pid=$(pids_on_mount)
kill -s TERM "$pid"
wait_for 10 is_gone "$pid" || fail "background: lives on after SIGTERM"
not is_mounted "$MNT" || fail "background: still mounted after SIGTERM"
# The caller's pipe must come to an end: a daemon that keeps it open hangs every script that calls it.
output=$(timeout 20 "$MIRROR" "$SRC" "$MNT" 2>&1 </dev/null) ||
	fail "background: keeps the caller's pipe open, or failed"
same "background: says nothing" "" "$output"
unmount "$MNT"
wait_for 10 nobody_on_mount || fail "background: lives on"

say "options"
start_mirror -o ro,nodev
expect fail 'Read-only file system' touch "$MNT/new"
expect fail 'Read-only file system' rm "$MNT/a"
expect 0 '' cat "$MNT/a"
grep -q " $MNT [^ ]* ro,[^ ]*nodev" /proc/self/mounts || fail "-o ro,nodev does not show in /proc/mounts"
stop_mirror
start_mirror -t
cat "$MNT/a" >/dev/null
mv "$MNT/a" "$MNT/a2"
stop_mirror
grep -q 'OpenFile.*/a' "$LOG" || fail "-t shows no OpenFile"
grep -q 'RenameOrMoveFile.*/a' "$LOG" || fail "-t shows no RenameOrMoveFile"

say "failures"
for mode in -f ''; do
	# shellcheck disable=SC2086
	{
		expect fail "$SCRATCH/none" timeout 20 "$MIRROR" $mode "$SRC" "$SCRATCH/none"
		expect fail "$SCRATCH/none" timeout 20 "$MIRROR" $mode "$SCRATCH/none" "$MNT"
		expect fail "$SRC/a2" timeout 20 "$MIRROR" $mode "$SRC" "$SRC/a2"
		expect fail "$SRC/a2" timeout 20 "$MIRROR" $mode "$SRC/a2" "$MNT"
		expect fail 'no_such_option\|nvalid' timeout 20 "$MIRROR" $mode -o no_such_option "$SRC" "$MNT"
		expect fail . timeout 20 "$MIRROR" $mode "$SRC"
		expect fail . timeout 20 "$MIRROR" $mode
	}
	not is_mounted "$MNT" || fail "a failed mount left a mount"
	same "a failed mount leaves no process" "" "$(pids_on_mount)"
done
