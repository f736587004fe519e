#!/bin/bash
# SPDX-License-Identifier: MIT
# run.sh cmake|pkg-config CMAKE GENERATOR BUILD_DIR CC: installs the build tree into a scratch directory,
# builds the consumer against that by the named way, with the shared and with the static library, and runs it.
set -euo pipefail
way=$1 cmake=$2 generator=$3 build=$4 cc=$5
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$cmake" --install "$build" --prefix "$work/first" >/dev/null
# Nothing may point back: what was installed must work from another place.
mv "$work/first" "$work/prefix"
prefix=$work/prefix
library=$(dirname "$(find "$prefix" -name libcbfuse.so)")
test -x "$prefix/bin/lslinks"

case $way in
cmake)
	"$cmake" -G "$generator" -S "$here" -B "$work/build" -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_C_COMPILER="$cc" >/dev/null
	"$cmake" --build "$work/build"
	shared=$work/build/consumer
	static=$work/build/consumer_static
	;;
pkg-config)
	export PKG_CONFIG_PATH=$library/pkgconfig
	[ "$(pkg-config --modversion cbfuse)" = "$(sed -n 's/^Version: //p' "$PKG_CONFIG_PATH/cbfuse.pc")" ]
	flags=(-std=c11 -Wall -Wextra -Werror)
	shared=$work/consumer
	static=$work/consumer_static
	"$cc" "${flags[@]}" -o "$shared" "$here/consumer.c" $(pkg-config --cflags --libs cbfuse)
	# As much static as can be: libfuse itself comes as a shared library on many systems.
	"$cc" "${flags[@]}" -o "$static" "$here/consumer.c" $(pkg-config --cflags cbfuse) "$library/libcbfuse.a" \
		$(pkg-config --static --libs cbfuse | sed 's/-lcbfuse\>//')
	;;
*)
	exit 2
	;;
esac

unset LD_LIBRARY_PATH
LD_LIBRARY_PATH=$library "$shared"
"$static"
LD_LIBRARY_PATH=$library ldd "$shared" | grep "libcbfuse.so.0 => $library/"
if ldd "$static" | grep libcbfuse; then
	echo "the static program needs the shared library"
	exit 1
fi
