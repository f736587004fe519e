#!/bin/sh
# SPDX-License-Identifier: MIT
# begin.sh DIRECTORY: takes away the reports of earlier runs. Tests under any user may write theirs.
set -eu
rm -rf "$1"
mkdir -m 1777 "$1"
