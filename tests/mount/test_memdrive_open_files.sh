#!/bin/bash
# SPDX-License-Identifier: MIT
# What memdrive says of itself by its own ioctls: who has what open, and how much a file takes.

# shellcheck disable=SC2164,SC2119 # cd: a failure ends the test
# shellcheck source=memdrive.sh
. "$(dirname "${BASH_SOURCE[0]}")/memdrive.sh"
need python3

start_memdrive -o allow_other
cat >"$SCRATCH/ask.py" <<'END'
import errno, fcntl, os, struct, sys

STORED = 0x8008CD01
OPEN_FILES = (2 << 30) | (8192 << 16) | (0xCD << 8) | 2
mount = sys.argv[1]

def ask(fd):
    answer = bytearray(8192)
    fcntl.ioctl(fd, OPEN_FILES, answer)
    count, shown = struct.unpack_from("II", answer)
    return count, shown, bytes(answer[8:]).split(b"\0", 1)[0].decode().splitlines()

root = os.open(mount, os.O_RDONLY)
me = os.getpid()
one = os.open(mount + "/one", os.O_RDWR | os.O_CREAT, 0o644)
os.write(one, b"x" * 5000)
gone = os.open(mount + "/gone", os.O_RDWR | os.O_CREAT, 0o644)
os.unlink(mount + "/gone")
count, shown, lines = ask(root)
assert count == shown == 3, (count, shown)
assert lines == [f"{me} 0 /", f"{me} 0 /one", f"{me} 0 /gone (deleted)"], lines
assert struct.unpack("Q", fcntl.ioctl(one, STORED, bytes(8)))[0] == 8192
# More than there is room for: as many whole lines as fit.
many = [os.open(f"{mount}/a-name-that-is-not-short-{i}", os.O_RDWR | os.O_CREAT, 0o644) for i in range(500)]
count, shown, lines = ask(root)
assert count == 503 and 100 < shown < 503 and len(lines) == shown, (count, shown, len(lines))
assert all(line.startswith(f"{me} 0 /") for line in lines)
# It is no business of everybody's.
os.setgroups([])
os.setgid(12345)
os.setuid(12345)
try:
    ask(root)
except OSError as error:
    assert error.errno == errno.EPERM, error
else:
    sys.exit("an ordinary user was told")
END
python3 "$SCRATCH/ask.py" "$MNT" || fail "what is open"
stop_memdrive
