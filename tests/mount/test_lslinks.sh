#!/bin/bash
# SPDX-License-Identifier: MIT
# lslinks, the extended attribute and the ioctl: every kind of file, every kind of name, every kind of mistake.

# shellcheck disable=SC2164,SC2119 # cd: a failure ends the test
# shellcheck source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
need gcc find getfattr setfattr setpriv timeout

ATTRIBUTE=user.cbfuse.hardlinks

# names_are FILE NAME...: lslinks -0 says exactly these.
names_are() {
	local file=$1
	shift
	timeout 60 "$LSLINKS" -0 -- "$file" >"$SCRATCH/listed" || fail "lslinks $file: status $?"
	compare_names "lslinks $file" "$@"
}

# xattr_is FILE NAME...: and the extended attribute too.
xattr_is() {
	local file=$1
	shift
	getfattr --only-values -n "$ATTRIBUTE" -- "$file" >"$SCRATCH/listed" || fail "getfattr $file"
	compare_names "getfattr $file" "$@"
}

# compare_names WHAT NAME...: $SCRATCH/listed with the names, in any order.
compare_names() {
	local what=$1
	shift
	printf '%s\0' "$@" | sort -z | tr '\n\0' '?\n' >"$SCRATCH/names.expected"
	names_in_volume <"$SCRATCH/listed" | sort -z | tr '\n\0' '?\n' >"$SCRATCH/names.listed"
	diff_texts "$what" "$SCRATCH/names.expected" "$SCRATCH/names.listed" expected listed
}

links_agree() {
	[[ $(stat -c %h "$SRC/$1") == "$(stat -c %h "$MNT/$1")" ]]
}

start_mirror -t -o allow_other
chmod 755 "$SCRATCH" "$SRC" "$MNT"
cd "$MNT"
mkdir a a/b c

say "files, symbolic links, fifos, sockets, device nodes"
printf 'x' >one
names_are one one
ln one a/two
ln a/two a/b/three
for name in one a/two a/b/three; do
	names_are "$name" one a/two a/b/three
	names_are "$MNT/$name" one a/two a/b/three
	xattr_is "$name" one a/two a/b/three
done
names_are ./a/../a/b/../two one a/two a/b/three
ln -s a shortcut
names_are shortcut/two one a/two a/b/three
ln -s nowhere dangling
ln -P dangling c/dangling
names_are dangling dangling c/dangling
ln -s one to-one
names_are to-one to-one # the link, as find -samefile does without -L
mkfifo fifo
ln fifo c/fifo
names_are c/fifo fifo c/fifo
if ((EUID == 0)); then
	mknod null c 1 3
	ln null c/null
	names_are null null c/null
	mknod block b 7 99
	names_are block block
fi

say "names"
for name in -0 -x '--help' ' ' $'new\nline' $'\xff\xfe' '*' "$(printf 'n%.0s' {1..255})"; do
	printf 'x' >./"$name"
	ln -- ./"$name" c/"$name"
	names_are ./"$name" "$name" c/"$name"
	names_are "$name" "$name" c/"$name"
	xattr_is c/"$name" "$name" c/"$name"
	rm -- ./"$name" c/"$name"
done

say "many long names: several pages, a path across the end of one"
printf 'x' >many
wanted=(many)
for i in {1..240}; do
	name=c/$(printf 'm%.0s' {1..220})$i
	ln many "$name"
	wanted+=("$name")
done
names_are many "${wanted[@]}"
xattr_is many "${wanted[@]}"
if command -v python3 >/dev/null; then
	python3 "$SOURCE_DIR/tests/mount/helpers/list_links.py" many >"$SCRATCH/listed" 2>"$SCRATCH/pages"
	compare_names "ioctl from Python" "${wanted[@]}"
	(($(cut -d ' ' -f 1 "$SCRATCH/pages") >= 4)) || fail "240 long names in $(cat "$SCRATCH/pages")"
	python3 "$SOURCE_DIR/tests/mount/helpers/list_links.py" c dangling >"$SCRATCH/listed" 2>/dev/null
	compare_names "ioctl from Python, by directory" dangling c/dangling
	expect 25 '' python3 "$SOURCE_DIR/tests/mount/helpers/list_links.py" "$NATIVE"
	expect 21 directory python3 "$SOURCE_DIR/tests/mount/helpers/list_links.py" a
	expect 2 'No such' python3 "$SOURCE_DIR/tests/mount/helpers/list_links.py" a none
	for name in . .. a/two /one; do
		expect fail . python3 "$SOURCE_DIR/tests/mount/helpers/list_links.py" . "$name"
	done
else
	say "NOT TESTED: the ioctl from Python (there is no python3)"
fi
# Above 64 KB no extended attribute can hold them: an error, not a part of the names.
for i in {241..320}; do
	name=c/$(printf 'm%.0s' {1..220})$i
	ln many "$name"
	wanted+=("$name")
done
names_are many "${wanted[@]}"
expect fail . getfattr --only-values -n "$ATTRIBUTE" many
rm -f c/mmm*
names_are many many
xattr_is many many

say "the output"
"$LSLINKS" one many >"$SCRATCH/lines"
tr '\n' '\0' <"$SCRATCH/lines" >"$SCRATCH/listed"
compare_names "lslinks, several files, a line each" one a/two a/b/three many
"$LSLINKS" -0 many one >"$SCRATCH/listed"
compare_names "lslinks -0, several files" many one a/two a/b/three
same "the files in their order" many "$("$LSLINKS" many one | head -n 1 | names_in_volume)"
same "every path is absolute" "" "$("$LSLINKS" one many | grep -v ^/ || true)"

say "mistakes, and the exit status"
expect 0 '' "$LSLINKS" one
expect 2 "$NATIVE" "$LSLINKS" "$NATIVE"
printf 'x' >"$NATIVE/file"
expect 2 "$NATIVE/file" "$LSLINKS" "$NATIVE/file"
expect 2 "/proc/self/status" "$LSLINKS" /proc/self/status
expect 1 'none' "$LSLINKS" none
expect 1 'none/none' "$LSLINKS" none/none
expect 1 'a' "$LSLINKS" a
expect 1 'a/' "$LSLINKS" a/
expect 1 . "$LSLINKS" .
expect 1 . "$LSLINKS" "$MNT"
expect 1 . "$LSLINKS" one/
expect 1 . "$LSLINKS" ''
expect fail . "$LSLINKS"
expect fail . "$LSLINKS" -0
expect fail . "$LSLINKS" --no-such-option one
# The worst of all, and the others are served all the same.
expect 1 none "$LSLINKS" -0 none one a many
cp "$SCRATCH/stdout" "$SCRATCH/listed"
compare_names "lslinks with a missing file among others" one a/two a/b/three many
expect 2 file "$LSLINKS" none "$NATIVE/file" one
expect 2 file "$LSLINKS" "$NATIVE/file" none one
[[ -s $SCRATCH/stdout ]] || fail "a file that is not ours keeps lslinks from the others"
refused bash -c "'$LSLINKS' one >/dev/full" || fail "lslinks does not notice that its output is lost"

say "files that one may not open"
printf 'x' >unreadable
ln unreadable c/unreadable
chmod 000 unreadable
names_are unreadable unreadable c/unreadable
if ((EUID == 0)); then
	setpriv --reuid 65534 --regid 65534 --clear-groups "$LSLINKS" -0 "$MNT/unreadable" >"$SCRATCH/listed" ||
		fail "lslinks of an unreadable file, as somebody else"
	compare_names "lslinks of an unreadable file, as somebody else" unreadable c/unreadable
	mkdir -m 700 private
	ln unreadable private/name
	expect 1 'ermission' setpriv --reuid 65534 --regid 65534 --clear-groups "$LSLINKS" "$MNT/private/name"
	rm private/name
fi

say "the attribute: read only, and not in any list"
before=$(getfattr --only-values -n "$ATTRIBUTE" one | sha256sum)
same "getfattr -d lists it not" "" "$(getfattr -d -m - one)"
expect fail . setfattr -n "$ATTRIBUTE" -v x one
expect fail . setfattr -x "$ATTRIBUTE" one
expect fail . getfattr --only-values -n "$ATTRIBUTE" a
expect fail . getfattr --only-values -n "$ATTRIBUTE.other" one
expect fail . getfattr --only-values -n user.other one
same "the attribute after that" "$before" "$(getfattr --only-values -n "$ATTRIBUTE" one | sha256sum)"
same "no attribute in the source" "" "$(getfattr -d -m - "$SRC/one")"

say "names come and go"
mv a/b c/moved
names_are one one a/two c/moved/three
mv one a/b
rm a/two
names_are a/b a/b c/moved/three
xattr_is a/b a/b c/moved/three
mkdir "$SRC/c/below"
ln "$SRC/a/b" "$SRC/c/below/by-hand"
rm "$SRC/c/moved/three"
wait_for 10 not test -e c/moved/three || fail "a name that is gone is seen for 10 seconds"
wait_for 10 links_agree a/b || fail "st_nlink is wrong for 10 seconds"
names_are a/b a/b c/below/by-hand
xattr_is c/below/by-hand a/b c/below/by-hand

say "each enumeration is closed once"
cd /
stop_mirror
started=$(grep -c 'OpenFile\|CreateFile' "$LOG" || true)
ended=$(grep -c 'CloseFile' "$LOG" || true)
((started > 0)) || fail "-t shows no OpenFile"
((ended > 0 && ended <= started)) || fail "$started times OpenFile or CreateFile, $ended times CloseFile"
names=$(grep -c 'EnumerateHardLinks' "$LOG" || true)
closes=$(grep -c 'CloseHardLinksEnumeration' "$LOG" || true)
((names > 0 && closes > 0)) || fail "-t shows no EnumerateHardLinks, or no CloseHardLinksEnumeration"
: >"$LOG"
start_mirror -t
"$LSLINKS" "$MNT/a/b" >/dev/null
stop_mirror
same "EnumerateHardLinks for a file of two names" 3 "$(grep -c '\<EnumerateHardLinks' "$LOG" || true)"
same "CloseHardLinksEnumeration" 1 "$(grep -c '\<CloseHardLinksEnumeration' "$LOG" || true)"

say "a source that has the mount point inside"
mkdir "$SRC/inside"
outer=$MNT
MNT=$SRC/inside
start_mirror
names_are "$MNT/a/b" a/b c/below/by-hand
names_are "$MNT/c/below/by-hand" a/b c/below/by-hand
ln "$MNT/a/b" "$MNT/c/third"
names_are "$MNT/c/third" a/b c/below/by-hand c/third
stop_mirror
MNT=$outer
