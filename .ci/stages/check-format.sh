#!/bin/bash
# SPDX-License-Identifier: MIT
# The layout of every C file is what .clang-format says.
set -euo pipefail
cd "$(dirname "$0")/../.."
find include src examples tests -name '*.[ch]' -print0 | xargs -0 clang-format --dry-run -Werror
