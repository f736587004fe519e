# SPDX-License-Identifier: MIT
"""Lists the names of a file by the ioctl of control.h, with nothing but Python: "any language" can.

list_links.py FILE: by a descriptor of the file. list_links.py DIRECTORY NAME: by one of its directory.
Prints the raw stream. Ends with the errno of the ioctl.
"""
import fcntl
import os
import struct
import sys

LAYOUT = struct.Struct("=QII256s15856s")
CBF_LINKS_END = 1
CBF_IOC_LIST_LINKS = (3 << 30) | (LAYOUT.size << 16) | (0xCB << 8) | 0x01

fd = os.open(sys.argv[1], os.O_RDONLY)
name = os.fsencode(sys.argv[2]) if len(sys.argv) > 2 else b""
page = bytearray(LAYOUT.pack(0, 0, 0, name, b""))
pages = 0
while True:
    try:
        fcntl.ioctl(fd, CBF_IOC_LIST_LINKS, page, True)
    except OSError as error:
        print(error, file=sys.stderr)
        sys.exit(error.errno)
    cursor, length, flags, _, data = LAYOUT.unpack(page)
    sys.stdout.buffer.write(data[:length])
    pages += 1
    if flags & CBF_LINKS_END:
        break
    page[12:16] = struct.pack("=I", 0)
print("%d pages" % pages, file=sys.stderr)
