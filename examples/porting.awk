# SPDX-License-Identifier: MIT
# awk -v program=FILE: writes the blocks of C in a Markdown text, one after another, as one program. The compiler is told
# the lines of the text.
/^```c$/ { in_c = 1; printf "#line %d \"%s\"\n", NR + 1, FILENAME >program; next }
/^```/ { in_c = 0 }
in_c { print >program }
