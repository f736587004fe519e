#!/bin/bash
# SPDX-License-Identifier: MIT
# headers.sh CC INCLUDE_DIR: every public header stands alone, in strict C11 and (if there is a compiler) in C++, and
# needs no libfuse.
set -euo pipefail
cc=$1 include=$2
cxx=$(command -v g++ || command -v clang++ || true)
[ -n "$cxx" ] || echo "no C++ compiler: C only"

cd "$include"
for header in cbfuse/*.h; do
	if grep -nE '^ *# *include *[<"]fuse' "$header"; then
		echo "$header includes libfuse"
		exit 1
	fi
	"$cc" -std=c11 -D_GNU_SOURCE -Wall -Wextra -Wpedantic -Wundef -Werror -fsyntax-only -I. -x c - <<<"#include <$header>
int main(void) { return 0; }"
	[ -z "$cxx" ] || "$cxx" -std=c++11 -Wall -Wextra -Werror -fsyntax-only -I. -x c++ - <<<"#include <$header>
int main() { return 0; }"
done
