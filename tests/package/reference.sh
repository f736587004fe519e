#!/bin/bash
# SPDX-License-Identifier: MIT
# reference.sh CMAKE GENERATOR SOURCE_DIR CC: the reference is made without a warning and installed; each public function
# has a manual page; each page is shown without a warning; something public that is undocumented is an error.
set -euo pipefail
export LC_ALL=C.UTF-8
cmake=$1 generator=$2 source=$3 cc=$4
for tool in doxygen python3 mandoc; do
	command -v $tool >/dev/null || { echo "no $tool: the reference is not tested" && exit 77; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$cmake" -S "$source" -B "$work/build" -G "$generator" -DCMAKE_C_COMPILER="$cc" -DCBF_BUILD_DOCS=ON \
	-DCBF_BUILD_TESTS=OFF -DCBF_BUILD_EXAMPLES=OFF >"$work/log" || { cat "$work/log" && exit 1; }
"$cmake" --build "$work/build" --target docs
"$cmake" --install "$work/build" --component docs --prefix "$work/installed" >/dev/null

man=$work/installed/share/man
[ -s "$work/installed/share/doc/cbfuse/html/index.html" ]
grep -hoE '^CBF_API .*\bcbf_[a-z0-9_]+\(' "$source"/include/cbfuse/*.h | grep -oE 'cbf_[a-z0-9_]+\($' | tr -d '(' |
	sort -u >"$work/functions"
[ "$(wc -l <"$work/functions")" -gt 50 ]
while read -r function; do
	[ -s "$man/man3/$function.3" ] || { echo "no page $function(3)" && exit 1; }
done <"$work/functions"
for page in "$man"/man3/cbf_on_*.3; do
	event=$(basename "$page" .3)
	for needed in '^\.SH "FIELDS"' "struct cbf_${event#cbf_on_}_event {" 'SEE ALSO'; do
		grep -q -- "$needed" "$page" || { echo "$page lacks $needed" && exit 1; }
	done
	# Error and WorkerThreadTermination have no answer, and say so in their own words.
	grep -q 'Default' "$page" || { echo "$page does not name the default" && exit 1; }
done
for header in "$source"/include/cbfuse/*.h; do
	name=$(basename "$header" .h)
	[ "$name" = cbfuse ] || name=cbfuse_$name
	[ -s "$man/man7/$name.7" ] || { echo "no page $name(7)" && exit 1; }
done

# clang-format joins the lines of a table whose rows are too long.
if grep -n '^ \* .*| | ' "$source"/include/cbfuse/*.h; then
	echo "^ a row of a table runs into the next one"
	exit 1
fi

mandoc -T lint -W warning "$man"/man?/* >"$work/lint" || { cat "$work/lint" && exit 1; }
for page in "$man"/man?/*; do
	if command -v groff >/dev/null; then
		groff -t -man -Tutf8 -rLL=80n -ww -z "$page" 2>&1
	fi
	[ "$(mandoc -T utf8 "$page" | wc -l)" -gt 10 ] || echo "$page is empty"
done >"$work/lint"
[ ! -s "$work/lint" ] || { cat "$work/lint" && exit 1; }

# And it would be noticed.
sed -i "s|^INPUT .*|INPUT = $work/include/cbfuse|; s|$source/include\$|$work/include|" "$work/build/docs/Doxyfile"
for undocumented in 's|^\(.*bool is_open;\).*|\1|' 's|^\(.*CBF_SET_UID = 0x2,\).*|\1|' 's|/\*\* The largest errno.*||'; do
	rm -rf "$work/include"
	cp -r "$source/include" "$work/include"
	sed -i "$undocumented" "$work"/include/cbfuse/*.h
	if cmp -s <(cat "$source"/include/cbfuse/*.h) <(cat "$work"/include/cbfuse/*.h); then
		echo "$undocumented changes nothing"
		exit 1
	fi
	if (cd "$work/build/docs" && rm -rf xml && doxygen Doxyfile &&
		python3 -B "$source/src/packaging/man_pages.py" xml man 0 2000-01-01) >"$work/log" 2>&1; then
		echo "nobody noticed: $undocumented"
		exit 1
	fi
	grep -E 'undocumented|not documented' "$work/log"
done
echo "$(find "$man" -type f | wc -l) pages"
