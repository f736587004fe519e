#!/bin/bash
# SPDX-License-Identifier: MIT
# mirror --route: content goes to the source's files without events, and is what the native file system makes of it.

# shellcheck disable=SC2164,SC2119 # cd: a failure ends the test
# shellcheck source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
need dd cmp cksum truncate fallocate python3 timeout

content() {
	seq 300000 >numbers
	cksum numbers
	head -c 5 numbers
	dd if=numbers bs=1M skip=1 count=1 status=none | cksum
	dd if=numbers bs=7777 skip=11 count=3 status=none | cksum
	printf 'more\n' >>numbers
	tail -n 2 numbers
	truncate -s 1000000 numbers
	stat -c '%s' numbers
	cksum numbers
	printf 'XX' | dd of=numbers bs=1 seek=777777 conv=notrunc,fsync status=none
	cksum numbers
	truncate -s 2000000 numbers
	stat -c '%s' numbers
	cp numbers copy
	cmp numbers copy
	mv copy moved
	ln moved linked
	printf 'end' >>linked
	tail -c 3 moved
	printf 'new' >moved
	cat linked
	fallocate -l 100000 moved
	fallocate -p -o 0 -l 4096 moved
	stat -c '%s' moved
	cksum moved
	: >empty
	cat empty
	sort -rn numbers -o numbers
	head -n 1 numbers
}

descriptors() {
	python3 - <<'END'
import mmap, os, threading

# A mapping is written by pages that come back later.
fd = os.open("mapped", os.O_RDWR | os.O_CREAT, 0o644)
os.ftruncate(fd, 300000)
with mmap.mmap(fd, 300000) as view:
    view[:] = bytes(i % 251 for i in range(300000))
    view.flush()
print(sum(os.pread(fd, 400000, 0)), os.fstat(fd).st_size)

# Deleted while it is open.
os.unlink("mapped")
os.pwrite(fd, b"gone" * 50000, 200000)
print(sum(os.pread(fd, 1000000, 0)), os.fstat(fd).st_size, os.fstat(fd).st_nlink)
os.ftruncate(fd, 10)
print(os.pread(fd, 100, 0), os.fstat(fd).st_size)
os.fsync(fd)
os.close(fd)

# Opened for reading first, by somebody who keeps it.
with open("kept", "wb") as file:
    file.write(b"0123456789")
reader = os.open("kept", os.O_RDONLY)
writer = os.open("kept", os.O_WRONLY | os.O_APPEND)
os.write(writer, b"abc")
print(os.pread(reader, 100, 0))
print(os.lseek(reader, 3, os.SEEK_DATA), os.lseek(reader, 0, os.SEEK_HOLE))
os.rename("kept", "renamed")
os.write(writer, b"def")
print(os.pread(reader, 100, 0))
print(os.copy_file_range(reader, os.open("target", os.O_RDWR | os.O_CREAT, 0o600), 12, 4))
print(open("target", "rb").read())

# Readers and writers at once: each writes its own blocks, then all is as it must be.
BLOCK, EACH, THREADS = 70001, 12, 6
shared = os.open("shared", os.O_RDWR | os.O_CREAT, 0o644)
def work(number):
    for i in range(EACH):
        at = (i * THREADS + number) * BLOCK
        mine = bytes([number * 20 + i]) * BLOCK
        os.pwrite(shared, mine, at)
        if os.pread(shared, BLOCK, at) != mine:
            print("read something else than was written")
threads = [threading.Thread(target=work, args=(n,)) for n in range(THREADS)]
[t.start() for t in threads]
[t.join() for t in threads]
END
	cksum shared
}

expect_native() {
	(cd "$MNT" && "$1") >"$SCRATCH/ours.txt" 2>&1
	(cd "$NATIVE" && "$1") >"$SCRATCH/native.txt" 2>&1
	diff_texts "$1" "$SCRATCH/native.txt" "$SCRATCH/ours.txt"
	diff -r "$SRC" "$NATIVE" || fail "$1: the files differ"
}

for options in "--route" "--route --no-cache"; do
	# shellcheck disable=SC2086 # two words
	start_mirror $options
	expect_native content
	expect_native descriptors
	wait_for 5 fds_are_back || fail "descriptors are left: $(source_fds), $FDS_AT_START at first"
	stop_mirror
	rm -rf "${SRC:?}"/* "${NATIVE:?}"/*
done

# No event for the content.
start_mirror --route --trace
(cd "$MNT" && content) >/dev/null
wait_for 5 fds_are_back || fail "descriptors are left"
stop_mirror
grep -q 'OpenFile' "$LOG" || fail "no trace"
if grep -E '(ReadFile|WriteFile|SetFileSize|SetAllocationSize|ZeroizeFileRange|FlushFile|QueryAllocatedRanges) ' "$LOG"; then
	fail "an event fired for content that is routed"
fi
say "content is routed"
