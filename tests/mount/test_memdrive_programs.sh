#!/bin/bash
# SPDX-License-Identifier: MIT
# The programs that people have, on memdrive: each does what it does on a tmpfs.

# shellcheck disable=SC2164,SC2119 # cd: a failure ends the test
# shellcheck source=memdrive.sh
. "$(dirname "${BASH_SOURCE[0]}")/memdrive.sh"
need git tar gcc sqlite3 rsync find sha256sum

export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 HOME=$SCRATCH
export GIT_AUTHOR_NAME=T GIT_AUTHOR_EMAIL=t@example.org GIT_AUTHOR_DATE='2024-01-01T00:00:00Z'
export GIT_COMMITTER_NAME=T GIT_COMMITTER_EMAIL=t@example.org GIT_COMMITTER_DATE='2024-01-01T00:00:00Z'

make_tree() {
	local i
	mkdir -p "$1"/d{0..9}/e{0..4} "$1/links"
	cd "$1"
	for ((i = 0; i < 300; i++)); do
		printf 'file %d\n%s\n' "$i" "$((i * 7919))" >"d$((i % 10))/e$((i % 5))/f$i"
		((i % 3)) || ln "d$((i % 10))/e$((i % 5))/f$i" "links/name $i"
	done
	seq 100000 >large
	: >empty
	chmod 755 d1/e1/*
	ln -s ../d1 d2/link
	ln -s nowhere dangling
	mkfifo fifo
	truncate -s 1M sparse
	printf 'end' >>sparse
	touch -d @1234567890.987654321 d3/e3/*
}

use_git() {
	git init -q -b master one
	cp -a "$SCRATCH/tree/." one
	git -C one add -A
	git -C one commit -q -m first
	git clone -q one two
	cd two
	git checkout -q -b work
	git mv large moved
	printf 'changed\n' >d3/e3/f3
	git add -A
	git commit -q -m second
	git checkout -q master
	git checkout -q work
	git gc -q
	git fsck --strict --no-progress
	git status --porcelain
	git rev-parse HEAD "HEAD^{tree}"
	cd ..
	rm -rf one/.git two/.git
}

use_copies() {
	cp -a "$SCRATCH/tree" copied
	cp -a --sparse=always copied again
	diff -r --no-dereference -x fifo copied again
	tar --sort=name -cf - copied | sha256sum
	tar -cf - copied | (mkdir out && tar -C out -xpf -)
	link_groups out/copied | sha256sum
	find copied -printf '%P %T@\n' | sort | grep -v ' [0-9.]*\.0*$' | grep d3/e3/ | sha256sum
	rsync -aHAX "$SCRATCH/tree/" synced
	rsync -aHAX --itemize-changes "$SCRATCH/tree/" synced
	rm synced/d6/e1/f6
	rsync -aHAX --delete --itemize-changes "$SCRATCH/tree/" synced
	link_groups synced | sha256sum
	rm -rf again
}

use_gcc() {
	printf 'int part(void);\nint main(void)\n{\n\treturn part();\n}\n' >main.c
	printf 'int part(void)\n{\n\treturn 0;\n}\n' >part.c
	gcc -O1 -c main.c part.c
	ar rcsD libpart.a part.o
	gcc -o program main.o libpart.a # writes it through a mapping
	chmod 755 program
	./program
	rm program libpart.a
}

use_sqlite() {
	local journal
	for journal in delete wal; do
		sqlite3 "$journal.db" "pragma journal_mode=$journal;" \
			'create table t(id integer primary key, a text, b int); create index t_b on t(b);' \
			'with recursive n(i) as (select 1 union all select i+1 from n where i < 5000)
				insert into t select i, hex(i * 7919) || i, i % 997 from n;' \
			'delete from t where b % 10 = 3; begin; delete from t; rollback;' 'vacuum;' \
			'pragma integrity_check;' 'select count(*), sum(b) from t;'
	done
	rm ./*.db
}

(make_tree "$SCRATCH/tree") || fail "make_tree"
start_memdrive
for steps in use_git use_copies use_gcc use_sqlite; do
	both "$steps"
done

say "find -samefile and lslinks agree"
count=0
while IFS= read -r -d '' file; do
	find "$MNT" -samefile "$file" -printf '%P\0' | sort -z >"$SCRATCH/found"
	"$LSLINKS" -0 "$file" | names_in_volume | sort -z >"$SCRATCH/listed"
	diff_texts "names of $file" "$SCRATCH/found" "$SCRATCH/listed" 'find -samefile' lslinks
	count=$((count + 1))
done < <(find "$MNT/synced/links" -type f -links +1 -print0 | head -z -n 20)
((count == 20)) || fail "only $count files compared"
stop_memdrive
