#!/bin/bash
# SPDX-License-Identifier: MIT
# Every shell script parses, and what is run by its name is executable.
set -euo pipefail
cd "$(dirname "$0")/../.."
for script in .ci/run $(find .ci src tests examples -name '*.sh'); do
	bash -n "$script"
done
for script in .ci/run .ci/stages/*.sh src/packaging/setup-debian.sh tests/run.sh examples/demo.sh; do
	[ -x "$script" ] || { echo "$script is not executable" && exit 1; }
done
