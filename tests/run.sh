#!/bin/bash
# SPDX-License-Identifier: MIT
# The tests, from nothing: installs the packages that are missing, builds, and runs the whole suite.
#
#   tests/run.sh              the suite in one build, the preset "dev"
#   tests/run.sh --all        all that is known: gcc and clang, ASan with UBSan, TSan, format, static analysis, and the
#                             suite in roots of newer Debians ($CBF_SUITES), with newer compilers and a newer libfuse
#   --no-setup                (first) installs nothing
#
# The last lines are ctest's summary. Status 0 if all passed. --all gives up after $CBF_LIMIT seconds (3000), and says
# what was running then.
set -euo pipefail
cd "$(dirname "$0")/.."

setup=src/packaging/setup-debian.sh
if [ "${1:-}" = --no-setup ]; then
	setup=:
	shift
fi
jobs=$(nproc)
limit=${CBF_LIMIT:-3000}

step() {
	printf '\n== %s (%d s)\n' "$*" "$SECONDS"
}

banner() {
	local line
	printf '\n%s\n' "################################################################################"
	for line in "$@"; do
		printf '#### %s\n' "$line"
	done
	printf '%s\n\n' "################################################################################"
}

# build PRESET [OPTION...]
build() {
	step "build $*"
	cmake --preset "$@" >/dev/null
	cmake --build --preset "$1" -- --quiet
}

# What ctest has started and not heard of again.
unfinished() {
	awk '$1 == "Start" { running[$2] = $3 } $2 ~ /\/[0-9]+$/ || $1 ~ /\/[0-9]+$/ {
		for (i = 1; i <= NF; i++) if ($i ~ /^#[0-9]+:$/) delete running[substr($i, 2)] }
		END { for (test in running) print running[test] }' "$1"
}

# run_ctest ARGUMENT...: a skipped test is a failure wherever it could have run.
run_ctest() {
	local log=build/ctest.log fuse=yes status=0
	if [ ! -c /dev/fuse ]; then
		fuse=no
		banner "THERE IS NO /dev/fuse: NOTHING THAT MOUNTS IS TESTED IN THIS RUN."
	fi
	step "ctest $*"
	timeout --kill-after=30 $((limit > SECONDS + 60 ? limit - SECONDS : 60)) \
		ctest --output-on-failure --no-tests=error --parallel "$jobs" "$@" 2>&1 | tee "$log" || status=$?
	if [ $status -ge 124 ]; then
		# shellcheck disable=SC2046 # a word each
		banner "STOPPED: ALL TOGETHER MAY TAKE $limit s. WHAT WAS RUNNING:" $(unfinished "$log")
	fi
	[ $status -eq 0 ] || return $status
	if [ $fuse = yes ] && grep '\*\*\*Skipped' "$log" | grep -v ' root\.'; then
		banner "SKIPPED, ALTHOUGH THERE IS A /dev/fuse (see above). THIS IS A FAILURE."
		return 1
	fi
}

case ${1:-} in
'')
	$setup test
	build dev
	run_ctest --test-dir build/dev
	exit
	;;
--all) ;;
*)
	sed -n '3,12s/^# \{0,1\}//p' "$0"
	exit 2
	;;
esac

# --all: every build tree and every check becomes part of one run of ctest, build/all.
$setup all
mkdir -p build/all
suites=${CBF_SUITES-forky trixie}
stages=$PWD/.ci/stages

# The other roots are made while the builds go on.
make_roots() {
	local suite status
	for suite in $suites; do
		status=0
		if [ "$(id -u)" -ne 0 ]; then
			echo "not root, so no other root" >"build/all/$suite.log"
			status=69
		else
			timeout --kill-after=30 900 "$stages/make-root.sh" "$suite" >"build/all/$suite.log" 2>&1 \
				</dev/null || status=$?
			[ $status -lt 124 ] || status=69 # nothing came: as without a network
		fi
		echo "$status" >"build/all/$suite.status"
	done
}
rm -f build/all/*.status
make_roots &
roots=$!
trap 'wait $roots || true' EXIT

# The long tests have their full length once, in the plain build.
short=-DCBF_TEST_FILES=5000
CC=gcc build dev
build clang $short -DCBF_TEST_SCRIPTS=OFF
CC=gcc build asan $short
CC=gcc build tsan $short
CC=gcc build release -DCBF_WERROR=ON

trees="dev clang asan tsan"
{
	for tree in $trees; do
		echo "subdirs(../$tree)"
	done
	for check in format scripts tidy cppcheck; do
		echo "add_test(check.$check $stages/check-$check.sh)"
		echo "set_tests_properties(check.$check PROPERTIES LABELS check TIMEOUT 900 WORKING_DIRECTORY $PWD)"
	done
} >build/all/CTestTestfile.cmake

step "roots: $suites"
wait $roots || true
for suite in $suites; do
	status=$(cat "build/all/$suite.status")
	if [ "$status" -eq 0 ]; then
		tail -n 1 "build/all/$suite.log"
		step "build in $suite"
		# A suite that moves gets newer compilers at any time: its warnings are shown, and are no errors.
		"$stages/in-root.sh" "$suite" cmake --preset dev -B "build/$suite" -DCBF_WERROR=OFF \
			$short -DCBF_TEST_PREFIX="$suite." -DCBF_TEST_LAUNCHER="$stages/in-root.sh;$suite" >/dev/null
		"$stages/in-root.sh" "$suite" cmake --build "build/$suite" -- --quiet
		echo "subdirs(../$suite)" >>build/all/CTestTestfile.cmake
		trees="$trees $suite"
	elif [ "$status" -eq 69 ]; then
		tail -n 20 "build/all/$suite.log"
		banner "NO ROOT OF DEBIAN ${suite^^} COULD BE MADE (see above)." \
			"THE BUILD AND THE TESTS WITH ITS LIBFUSE ARE SKIPPED IN THIS RUN."
		cat >>build/all/CTestTestfile.cmake <<-END
			add_test(root.$suite sh -c "exit 77")
			set_tests_properties(root.$suite PROPERTIES SKIP_RETURN_CODE 77)
		END
	else
		cat "build/all/$suite.log"
		banner "make-root.sh $suite failed with status $status"
		exit 1
	fi
done

# A pattern that matches nothing must not pass for a test that passed.
for tree in $trees; do
	for label in unit session mount; do
		if ! ctest --test-dir "build/$tree" -N -L "$label" | grep '^ *Test *#' >/dev/null; then
			banner "no tests with the label $label in build/$tree"
			exit 1
		fi
	done
done

run_ctest --test-dir build/all
