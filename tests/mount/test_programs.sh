#!/bin/bash
# SPDX-License-Identifier: MIT
# The programs that people have, on a mirror: each does what it does on the native directory beside it.

# shellcheck disable=SC2164,SC2119 # cd: a failure ends the test
# shellcheck source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
need git tar gcc sqlite3 rsync find getfattr getfacl sha256sum timeout

FILES=${CBF_TEST_REPOSITORY:-3000}

export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 HOME=$SCRATCH
export GIT_AUTHOR_NAME=T GIT_AUTHOR_EMAIL=t@example.org GIT_AUTHOR_DATE='2024-01-01T00:00:00Z'
export GIT_COMMITTER_NAME=T GIT_COMMITTER_EMAIL=t@example.org GIT_COMMITTER_DATE='2024-01-01T00:00:00Z'

# A tree of $FILES files, of them some with several names, symbolic links, times in the past.
make_tree() {
	local i dir
	mkdir "$1"
	cd "$1"
	for ((i = 0; i < FILES; i++)); do
		dir=d$((i % 40))/e$((i % 7))
		((i >= 280)) || mkdir -p "$dir"
		printf 'file %d\n%s\n' "$i" "${RANDOM:0:1}$((i * 7919))" >"$dir/f$i"
	done
	seq 200000 >large
	: >empty
	chmod 755 d1/e1/*
	ln -s ../d1 d2/link
	ln -s nowhere dangling
}

add_links() {
	local i
	mkdir links
	for ((i = 0; i < 300; i++)); do
		ln "$(printf 'd%d/e%d/f%d' $((i % 40)) $((i % 7)) "$i")" "links/name $i"
		((i % 3)) || ln "links/name $i" "d0/other-$i"
	done
	ln -P dangling links/dangling-too
	mkfifo fifo
	ln fifo links/fifo-too
}

use_git() {
	git clone -q "$SCRATCH/repository" clone
	cd clone
	git status --porcelain
	git fsck --strict --no-progress
	git log --format='%H %s'
	git checkout -q -b work
	git mv large moved
	printf 'new\n' >d1/new
	printf 'changed\n' >d3/e3/f3
	chmod 755 d3/e3/f3
	git add -A
	git status --porcelain
	git commit -q -m second
	git checkout -q master
	git checkout -q work
	git stash list
	git status --porcelain
	git rev-parse HEAD "HEAD^{tree}"
	git gc -q
	git fsck --strict --no-progress
	cd ..
	git clone -q clone clone2
	git -C clone2 status --porcelain
	git -C clone2 fsck --strict --no-progress
	git -C clone2 rev-parse HEAD
	diff -r --no-dereference --exclude .git clone clone2
	rm -rf clone2/d1
	git -C clone2 status --porcelain | wc -l
	git -C clone2 checkout -q -- .
	git -C clone2 status --porcelain
	# What is left is compared file by file: without what is of the moment (inode numbers, times, the packs' order).
	rm -rf clone/.git clone2/.git
}

use_tar() {
	cp -a "$SCRATCH/linked" tree
	diff -r --no-dereference -x 'fifo*' "$SCRATCH/linked" tree
	tar --sort=name -cf - tree | sha256sum
	tar -cf archive.tar tree
	mkdir out
	tar -C out -xpf archive.tar
	diff -r --no-dereference -x 'fifo*' tree out/tree
	link_groups out/tree | sha256sum
	tar -df archive.tar
	tar -C out -xpf archive.tar # over what is there
	tar -cf - -C "$SCRATCH" linked | tar -xpf -
	diff -r --no-dereference -x 'fifo*' "$SCRATCH/linked" linked
	rm -rf out archive.tar linked
}

use_gcc() {
	local i
	mkdir program
	cd program
	printf '#include <stdio.h>\n#include "all.h"\nint main(void)\n{\n\tint sum = 0;\n' >main.c
	for i in {1..12}; do
		printf 'int part%d(void);\n' "$i" >>all.h
		printf '#include "all.h"\nint part%d(void)\n{\n\treturn %d * %d;\n}\n' "$i" "$i" "$i" >part"$i".c
		printf '\tsum += part%d();\n' "$i" >>main.c
	done
	printf '\tprintf("sum %%d\\n", sum);\n\treturn sum == 650 ? 0 : 1;\n}\n' >>main.c
	for i in *.c; do
		gcc -O1 -pipe -Wall -Werror -c "$i" -o "${i%.c}.o"
	done
	ar rcsD libparts.a part*.o
	gcc -o program main.o libparts.a
	./program
	gcc -shared -fPIC -o libparts.so part*.c
	gcc -o shared main.c -L. -lparts -Wl,-rpath,"\$ORIGIN"
	./shared
	cp program program2
	rm program
	./program2
	ln program2 program3
	./program3
	# Numbers and times in what the compiler wrote differ by the name of the directory at most: none is in there.
	sha256sum ./*.o libparts.a
	rm -f program2 program3 shared libparts.so
}

use_sqlite() {
	local journal i
	for journal in delete truncate wal; do
		sqlite3 "$journal.db" "pragma journal_mode=$journal;" \
			'create table t(id integer primary key, a text, b int); create index t_b on t(b);' \
			'with recursive n(i) as (select 1 union all select i+1 from n where i < 20000)
				insert into t select i, hex(i * 7919) || i, i % 997 from n;' \
			'pragma integrity_check;'
		for i in {1..50}; do # each a transaction
			printf 'insert into t(a, b) values (%d, 5); update t set b = b + 1 where id = %d;\n' "$i" "$i"
		done | sqlite3 "$journal.db"
		sqlite3 "$journal.db" 'delete from t where b % 10 = 3; begin; delete from t; rollback;'
		# Two at once: they wait for each other's locks.
		for i in 1 2; do
			printf '.timeout 60000\n%s\n' "$(printf 'insert into t(a, b) values (9, 9);\n%.0s' {1..50})" |
				sqlite3 "$journal.db" &
		done
		wait
		sqlite3 "$journal.db" 'select count(*), sum(b), sum(length(a)) from t;' 'vacuum;' \
			'pragma integrity_check;' 'pragma journal_mode;'
		sqlite3 "$journal.db" .dump | sed 's/VALUES([0-9]*,/VALUES(/' | sort | sha256sum
	done
	ls
	rm ./*.db # the header counts changes in the order of the two
}

use_rsync() {
	rsync -aHAX "$SCRATCH/linked/" synced
	rsync -aHAX --itemize-changes "$SCRATCH/linked/" synced
	link_groups synced | sha256sum
	rsync -aHAX --checksum --itemize-changes "$SCRATCH/linked/" synced
	printf 'longer than before' >synced/d5/e5/f5
	rm synced/d6/e6/f6
	rsync -aHAX --delete --itemize-changes "$SCRATCH/linked/" synced
	rsync -aHAX --delete --itemize-changes "$SCRATCH/linked/" synced
	rsync -aHAX synced/ back # from here to here
	rsync -aHAX --itemize-changes synced/ back
	link_groups back | sha256sum
}

use_cp() {
	cp -a --reflink=auto "$SCRATCH/linked" copied
	cp -a --reflink=auto copied copied2
	diff -r --no-dereference -x 'fifo*' copied copied2
	link_groups copied2 | sha256sum
	cp -al copied copied3
	find copied3 -type f -links 1
	rm -rf copied3
	find copied2 -name 'f1*' -delete
	find copied2 | wc -l
	getfattr -d -m - copied/large
	getfacl -cE copied/large
}

say "making a repository of $FILES files"
(make_tree "$SCRATCH/plain") || fail "make_tree"
git init -q -b master "$SCRATCH/repository"
cp -a "$SCRATCH/plain/." "$SCRATCH/repository/"
git -C "$SCRATCH/repository" add -A
git -C "$SCRATCH/repository" commit -q -m first
same "files in the repository" "$((FILES + 4))" "$(git -C "$SCRATCH/repository" ls-files | wc -l)"
cp -a "$SCRATCH/plain" "$SCRATCH/linked"
(cd "$SCRATCH/linked" && add_links)

start_mirror
for steps in use_git use_gcc use_sqlite use_tar use_rsync use_cp; do
	both "$steps"
done

# What came over is what was sent, seen from below as well, the hard links included.
tree "$SCRATCH/linked" | sed 's/ \([0-9]*\) \([0-9:]*\) -$/ \2 -/' >"$SCRATCH/tree.sent"
link_groups "$SCRATCH/linked" >"$SCRATCH/links.sent"
(($(wc -l <"$SCRATCH/links.sent") >= 302)) || fail "the tree lacks its hard links"
for copy in tree synced back copied; do
	tree "$SRC/$copy" | sed 's/ \([0-9]*\) \([0-9:]*\) -$/ \2 -/' >"$SCRATCH/tree.got"
	diff_texts "$copy" "$SCRATCH/tree.sent" "$SCRATCH/tree.got" sent got
	link_groups "$SRC/$copy" >"$SCRATCH/links.got"
	diff_texts "$copy: hard links" "$SCRATCH/links.sent" "$SCRATCH/links.got" sent got
done

say "find -samefile and lslinks agree"
count=0
while IFS= read -r -d '' file; do
	find "$MNT" -samefile "$file" -printf '%P\0' | sort -z >"$SCRATCH/found"
	"$LSLINKS" -0 "$file" | names_in_volume | sort -z >"$SCRATCH/listed"
	diff_texts "names of $file" "$SCRATCH/found" "$SCRATCH/listed" 'find -samefile' lslinks
	count=$((count + 1))
done < <(find "$MNT/synced/dangling" "$MNT/synced/links" -links +1 ! -type d ! -type p -print0 | head -z -n 60)
((count >= 60)) || fail "only $count files compared"
stop_mirror
