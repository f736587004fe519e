#!/bin/bash
# SPDX-License-Identifier: MIT
# clang-tidy over the library and the examples, with .clang-tidy; needs build/clang.
set -euo pipefail
cd "$(dirname "$0")/../.."
find src examples -name '*.c' -print0 |
	xargs -0 --max-args=4 --max-procs="$(nproc)" clang-tidy --quiet -p build/clang
