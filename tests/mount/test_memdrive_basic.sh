#!/bin/bash
# SPDX-License-Identifier: MIT
# memdrive, step by step as a tmpfs beside it: names, links, sizes, times.

# shellcheck disable=SC2164,SC2119 # cd: a failure ends the test
# shellcheck source=memdrive.sh
. "$(dirname "${BASH_SOURCE[0]}")/memdrive.sh"
need gcc stat find mkfifo mknod truncate setfattr getfattr setpriv

# show FILE...: all of stat(2) that does not depend on the moment.
show() {
	stat -c '%n %F %a %h %u:%g %s %b' -- "$@"
}

# order NAME...: the times of a file, each as "before" or "after" a mark that was made in the same directory.
order() {
	local kind
	for kind in X Y Z; do
		if [[ $(date -d "$(stat -c "%${kind,,}" mark)" +%s%N) -lt $(date -d "$(stat -c "%${kind,,}" "$1")" +%s%N) ]]; then
			printf '%s %s after\n' "$1" "$kind"
		else
			printf '%s %s before\n' "$1" "$kind"
		fi
	done
}

# after_mark FILE COMMAND...: which times of FILE the command touches.
after_mark() {
	local file=$1
	shift
	: >mark
	sleep 0.02 # the clock of a native file system stands still that long
	"$@" >/dev/null
	printf '%s: ' "$*"
	order "$file" | tr '\n' ' '
	printf '\n'
	rm -f mark
}

names() {
	mkdir d d/sub d/sub/deeper e
	printf 'text' >d/file
	ln d/file e/name
	ln -s ../d/file e/link
	ln -s "$(printf 'x%.0s' {1..200})" e/long
	mkfifo -m 640 pipe
	show . d d/sub e d/file e/name e/link e/long pipe
	readlink e/link e/long
	refused rmdir d
	refused ln d/file e/name
	refused ln d d2
	refused mkdir d
	refused mv -T d e/name
	refused mv -T e/name d
	refused mv -T e d
	refused mv d d/sub/inside
	mv -T d/sub/deeper d/other
	show d d/sub d/other
	mv -n e/name d/other/
	mv e/long d/file # a file replaced
	show d e d/other d/other/name
	mkdir empty
	mv -T d/sub empty # an empty directory replaced
	show . d empty
	rm e/link
	rmdir e
	show .
	touch -d @1000000000.123456789 empty
	stat -c '%n %y' empty
}

exchanges() {
	mkdir x x/one y
	printf 'file' >y/file
	ln y/file y/second
	"$SCRATCH/exchange" x/one y/file
	show x y x/one y/file
	"$SCRATCH/exchange" x/one y/second # one file, nothing happens
	cat y/second x/one
	refused "$SCRATCH/exchange" x y/nothing
	refused "$SCRATCH/exchange" y y/file
	"$SCRATCH/exchange" x y
	find . | sort
}

times() {
	mkdir t
	printf 'text' >t/file
	after_mark t touch t/new
	after_mark t/new touch t/new
	after_mark t ln t/file t/name
	after_mark t/file rm t/name
	after_mark t mv t/new t/old
	after_mark t/new mv t/old t/new
	after_mark t mkdir t/d
	after_mark t rmdir t/d
	after_mark t/file chmod 600 t/file
	after_mark t/file truncate -s 4 t/file
	after_mark t/file truncate -s 2 t/file
	after_mark t/file sh -c 'printf more >>t/file'
	after_mark t/file setfattr -n trusted.a -v b t/file
	after_mark t/file setfattr -x trusted.a t/file
	after_mark t/file cat t/file
	after_mark t ls t
	after_mark t/file fallocate -n -l 100000 t/file
	after_mark t/file fallocate -p -l 4096 t/file
}

special() {
	mknod null c 1 3
	mknod block b 7 200
	stat -c '%n %F %t:%T %h' null block
	chmod 2755 .
	chgrp 54321 .
	mkdir inside
	: >inside/file
	show . inside inside/file
	printf '#!/bin/sh\n' >script
	chmod 6755 script
	chown 12345:12345 script
	show script
	chmod 6755 script
	setpriv --reuid 12345 --regid 12345 --clear-groups sh -c 'printf more >>script'
	show script
}

# It goes on living without a name; its space is given back when it is closed.
unlinked() {
	exec 5<>held
	printf 'content' >&5
	ln held name
	rm held
	stat -L -c '%h %s' /proc/self/fd/5
	rm name
	stat -L -c '%h %s' /proc/self/fd/5
	printf ' more' >&5
	cat /proc/self/fd/5
	refused ln -L /proc/self/fd/5 again
	exec 5>&-
}

# A directory that is read while its entries change, shows each of the others once.
reading() {
	mkdir many
	cd many
	seq 3000 | xargs touch
	"$SCRATCH/reading" .
	find . -mindepth 1 | wc -l
	rm ./*
	ls -A
}

build_helper ranges
build_helper xattr
cat >"$SCRATCH/exchange.c" <<'C'
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
int main(int count, char **names)
{
	return count != 3 || renameat2(AT_FDCWD, names[1], AT_FDCWD, names[2], RENAME_EXCHANGE) != 0;
}
C
# Renames and removes what it has just read: it must come to an end, and see each name at most once.
cat >"$SCRATCH/reading.c" <<'C'
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
int main(int count, char **names)
{
	static char seen[4000];
	DIR *directory = opendir(names[count - 1]);
	struct dirent *entry;
	char name[300];
	int number, total = 0;

	while (directory && (entry = readdir(directory))) {
		number = atoi(entry->d_name);
		if (entry->d_name[0] == '.')
			continue;
		if (number < 1 || number > 3000 || seen[number]++)
			return 1;
		total++;
		snprintf(name, sizeof(name), "renamed-%d", number);
		if (number % 3 == 0 && rename(entry->d_name, name) != 0)
			return 2;
		if (number % 3 == 1 && unlink(entry->d_name) != 0)
			return 3;
	}
	printf("%d\n", total);
	return 0;
}
C
for program in exchange reading; do
	gcc -O1 -o "$SCRATCH/$program" "$SCRATCH/$program.c"
done

chmod 711 "$SCRATCH"
options=()
((EUID != 0)) || options=(-o allow_other)
start_memdrive "${options[@]}"
both names
rm -rf "${NATIVE:?}"/* "${MNT:?}"/*
both exchanges
rm -rf "${NATIVE:?}"/* "${MNT:?}"/*
both times
rm -rf "${NATIVE:?}"/* "${MNT:?}"/*
((EUID != 0)) || both special
rm -rf "${NATIVE:?}"/* "${MNT:?}"/*
both unlinked
both reading

# Reading reserved space makes data of it on some, and some count blocks for their own use: both are left out. A tmpfs
# has files so large that they cannot be read to the end, as this does, so that it is another file system here.
if [[ $(stat -f -c %T "$SCRATCH") != tmpfs ]]; then
	mkdir "$SCRATCH/plain" "$MNT/ranges"
	(cd "$SCRATCH/plain" && "$SCRATCH/ranges") | sed 's/ blocks .* sum/ sum/; s/ map .*//' >"$SCRATCH/ranges.native"
	(cd "$MNT/ranges" && "$SCRATCH/ranges") | sed 's/ blocks .* sum/ sum/; s/ map .*//' >"$SCRATCH/ranges.mount"
	diff_texts "parts of files" "$SCRATCH/ranges.native" "$SCRATCH/ranges.mount"
	rm -rf "$MNT/ranges"
fi

say "attributes"
setfattr -n user.stream -v 'a stream' "$MNT/many"
setfattr -n user.stream -v 'another' "$MNT/many"
setfattr -n trusted.attribute -v x "$MNT/many" 2>/dev/null || true
same "a stream" another "$(getfattr --absolute-names --only-values -n user.stream "$MNT/many")"
setfattr -x user.stream "$MNT/many"
expect fail 'No such attribute' getfattr -n user.stream "$MNT/many"
rmdir "$MNT/many"

say "nothing is left of what was stored"
space_is_back() {
	[[ $(stat -f -c '%b %c' "$MNT") == $(stat -f -c '%f %d' "$MNT" | awk '{ print $1, $2 + 1 }') ]]
}
wait_for 5 space_is_back || fail "space is lost: $(stat -f "$MNT")"
stop_memdrive

say "attributes without streams"
start_memdrive --no-streams
mkdir "$MNT/attributes"
who=()
((EUID != 0)) || who=(root)
(cd "$MNT/attributes" && "$SCRATCH/xattr" "${who[@]}") >"$SCRATCH/attributes" || {
	cat "$SCRATCH/attributes"
	fail "attributes"
}
stop_memdrive

say "streams as paths"
start_memdrive --stream-paths
: >"$MNT/file"
printf 'a stream' >"$MNT/file:stream"
same "as an attribute" 'a stream' "$(getfattr --absolute-names --only-values -n user.stream "$MNT/file")"
chmod 600 "$MNT/file:stream"
same "the mode of its file" 600 "$(stat -c %a "$MNT/file:stream")"
head -c 1000000 /dev/urandom >"$SCRATCH/large"
cp "$SCRATCH/large" "$MNT/file:large"
cmp "$SCRATCH/large" "$MNT/file:large"
mv "$MNT/file" "$MNT/moved"
cmp "$SCRATCH/large" "$MNT/moved:large"
rm "$MNT/moved:large"
refused test -e "$MNT/moved:large"
rm "$MNT/moved"
stop_memdrive
