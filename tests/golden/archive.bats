#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # lib.bash sets them
# --list and --extract on archives that others made, on hostile and on damaged ones.

load lib

setup() {
	golden_setup
	mkdir -p "$work/in/etc" "$work/in/bin"
	echo hello >"$work/in/etc/file"
	ln -s file "$work/in/etc/link"
	echo twice >"$work/in/bin/first"
	ln "$work/in/bin/first" "$work/in/bin/second"
	chmod 4755 "$work/in/bin/first"
	find "$work/in" -exec touch -h -d @1000000000 {} +
}

# pack FOLDER [FORMAT]: as GNU cpio packs it.
pack() {
	(cd "$1" && find . -mindepth 1 | sed 's,^\./,,' | sort | cpio -o -H "${2:-newc}" --quiet)
}

# entry NAME MODE CONTENT [NLINK]: one newc entry, of inode 1.
entry() {
	local name=$1 mode=$2 content=$3 nlink=${4:-1}
	printf '070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x' 1 "$mode" 0 0 "$nlink" 0 \
		"${#content}" 0 0 0 0 $((${#name} + 1)) 0
	printf '%s\0' "$name"
	zeros $(((-(110 + ${#name} + 1)) & 3))
	printf '%s' "$content"
	zeros $(((-${#content}) & 3))
}

zeros() {
	head -c "$1" /dev/zero
}

@test "an archive by GNU cpio, by each compression" {
	pack "$work/in" >"$work/plain"
	gzip -c "$work/plain" >"$work/a.gzip"
	xz --check=crc32 -c "$work/plain" >"$work/a.xz"
	zstd -qc "$work/plain" >"$work/a.zstd"
	lz4 -lqc "$work/plain" >"$work/a.lz4"
	xz --format=lzma -c "$work/plain" >"$work/a.lzma"
	for file in "$work/plain" "$work"/a.*; do
		diff <("$mki" --list "$file") <("$mki" --list "$work/plain")
		"$mki" --extract "$file" "$work/out"
		diff -r --no-dereference "$work/in" "$work/out"
		rm -r "$work/out"
	done
}

@test "the crc kind of archive, and a wrong checksum in one" {
	pack "$work/in" crc >"$work/crc"
	"$mki" --extract "$work/crc" "$work/out"
	diff -r --no-dereference "$work/in" "$work/out"
	sed 's/hello/hallo/' "$work/crc" >"$work/bad"
	fails 1 "etc/file: the checksum .* is wrong" "$mki" --list "$work/bad"
}

@test "attributes: modes, times, links and hard links come out as they went in" {
	pack "$work/in" >"$image"
	"$mki" --extract "$image" "$work/out"
	[ "$(stat -c %a "$work/out/bin/first")" = 4755 ]
	[ "$(stat -c %Y "$work/out/etc/file")" = 1000000000 ]
	[ "$(readlink "$work/out/etc/link")" = file ]
	[ "$(stat -c %i "$work/out/bin/first")" = "$(stat -c %i "$work/out/bin/second")" ]
	[ "$(cat "$work/out/bin/first")" = twice ]
}

@test "concatenated archives: microcode in front, zeros between, different compressions, a later file wins" {
	mkdir -p "$work/early/kernel/x86/microcode" "$work/late/etc"
	echo ucode >"$work/early/kernel/x86/microcode/GenuineIntel.bin"
	echo later >"$work/late/etc/file"
	{
		pack "$work/early"
		zeros 1024
		pack "$work/in" | zstd -q
		zeros 7
		pack "$work/late" | xz --check=crc32
	} >"$image"
	"$mki" --list "$image" >"$work/list"
	grep -q 'kernel/x86/microcode/GenuineIntel.bin$' "$work/list"
	[ "$(grep -c 'etc/file$' "$work/list")" -eq 2 ]
	"$mki" --extract "$image" "$work/out"
	[ "$(cat "$work/out/etc/file")" = later ]
	[ "$(cat "$work/out/kernel/x86/microcode/GenuineIntel.bin")" = ucode ]
	[ "$("$mki" --list "$image" --json | jq -c '[.entries[].compression] | unique')" = '["none","xz","zstd"]' ]
}

@test "two archives within one compressed stream" {
	mkdir "$work/other"
	echo x >"$work/other/more"
	{ pack "$work/in"; zeros 512; pack "$work/other"; } | gzip >"$image"
	"$mki" --list "$image" | grep -q ' more$'
}

@test "names that lead out of the folder write nothing anywhere" {
	mkdir "$work/box"
	{ entry fine 0100644 fine; entry ../evil 0100644 evil; entry TRAILER!!! 0 ""; } >"$work/dots"
	fails 1 "leads out" "$mki" --extract "$work/dots" "$work/box/out"
	{ entry a/../../evil 0100644 evil; entry TRAILER!!! 0 ""; } >"$work/dots"
	fails 1 "leads out" "$mki" --extract "$work/dots" "$work/box/out"
	nothing_but "$work/box" ""
	[ ! -e "$work/evil" ]
	[ ! -e "$work/box/evil" ]
}

@test "absolute names land below the folder" {
	{ entry "/abs/file" 0100644 inside; entry TRAILER!!! 0 ""; } >"$image"
	"$mki" --extract "$image" "$work/out"
	[ "$(cat "$work/out/abs/file")" = inside ]
	[ ! -e /abs ]
}

@test "a link on the way is not followed" {
	mkdir "$work/outside"
	for target in "$work/outside" ../outside .; do
		{ entry dir 0120777 "$target"; entry dir/evil 0100644 evil; entry TRAILER!!! 0 ""; } >"$image"
		fails 1 "link stands in its way" "$mki" --extract "$image" "$work/out"
		[ ! -e "$work/out" ]
	done
	nothing_but "$work/outside" ""
}

@test "a link in a file's place is replaced, not written through" {
	echo safe >"$work/target"
	{ entry f 0120777 "$work/target"; entry f 0100644 evil; entry TRAILER!!! 0 ""; } >"$image"
	"$mki" --extract "$image" "$work/out"
	[ "$(cat "$work/target")" = safe ]
	[ "$(cat "$work/out/f")" = evil ]
	[ ! -L "$work/out/f" ]
}

@test "a hard link's first name replaced by a FIFO: a later name is a file of its own" {
	{
		entry f1 0100644 "" 2
		entry f1 0010644 ""
		entry f2 0100644 data 2
		entry TRAILER!!! 0 ""
	} >"$image"
	timeout -s KILL 10 "$mki" --extract "$image" "$work/out"
	[ -p "$work/out/f1" ]
	[ -f "$work/out/f2" ]
	[ "$(cat "$work/out/f2")" = data ]
}

@test "another spelling of a name is the same name: what takes it is no hard link's first any more" {
	for again in d//f1 ./d/f1 d/./f1 /d/f1; do
		{
			entry d/f1 0100644 "" 2
			entry "$again" 0010644 ""
			entry f2 0100644 data 2
			entry TRAILER!!! 0 ""
		} >"$image"
		timeout -s KILL 10 "$mki" --extract "$image" "$work/out"
		[ -p "$work/out/d/f1" ]
		[ "$(cat "$work/out/f2")" = data ]
		rm -r "$work/out"
	done
}

@test "doubled slashes, dots and a slash at the end are passed over, as a path lookup does" {
	{
		entry a//b///c 0100644 one
		entry ././a/./d 0100644 two
		entry e// 0040700 ""
		entry e//f 0100644 three
		entry . 0040755 ""
		entry // 0040755 ""
		entry TRAILER!!! 0 ""
	} >"$image"
	"$mki" --extract "$image" "$work/out"
	[ "$(cat "$work/out/a/b/c" "$work/out/a/d" "$work/out/e/f")" = onetwothree ]
	[ "$(stat -c %a "$work/out/e")" = 700 ]
	for name in a//.. ..//a a/.//../../b; do
		{ entry "$name" 0100644 evil; entry TRAILER!!! 0 ""; } >"$image"
		fails 1 "leads out" "$mki" --extract "$image" "$work/none"
	done
}

# by_mode COMMAND...: files' modes count for it, as they do for others than root.
by_mode() {
	[ "$(id -u)" -ne 0 ] || set -- setpriv --bounding-set=-dac_override,-dac_read_search \
		--inh-caps=-dac_override,-dac_read_search "$@"
	"$@"
}

@test "who is not root unpacks what may not be written to: hard links, files in folders" {
	printf x >"$work/in/unwritable"
	chmod 444 "$work/in/unwritable"
	refute by_mode sh -c "echo >>'$work/in/unwritable'" 2>"$work/words"
	{
		entry dir 0040555 ""
		entry dir/first 0100444 "" 2
		entry dir/second 0100444 content 2
		entry dir/deep 0040500 ""
		entry dir/deep/file 0100400 deep
		entry TRAILER!!! 0 ""
	} >"$image"
	by_mode "$mki" --extract "$image" "$work/out"
	[ "$(cat "$work/out/dir/first")" = content ]
	[ "$work/out/dir/first" -ef "$work/out/dir/second" ]
	[ "$(cd "$work/out" && stat -c %a dir dir/first dir/deep dir/deep/file | xargs)" = "555 444 500 400" ]
}

@test "folders have their time from the archive, whatever is made in them behind" {
	pack "$work/in" >"$image"
	"$mki" --extract "$image" "$work/out"
	[ "$(cd "$work/out" && stat -c %Y bin etc | xargs)" = "1000000000 1000000000" ]
}

@test "a hard link to a symbolic link does not change the mode of its target" {
	echo safe >"$work/target"
	chmod 600 "$work/target"
	for again in f1 .//f1 d//f1; do
		{
			entry "$(tr -s / <<<"$again")" 0100644 "" 2
			entry "$again" 0120777 "$work/target"
			entry f2 0100666 "" 2
			entry TRAILER!!! 0 ""
		} >"$image"
		run "$mki" --extract "$image" "$work/out"
		[ "$(stat -c %a "$work/target")" = 600 ]
		rm -rf "$work/out"
	done
}

@test "hard links of concatenated archives: the same inode is another file in each" {
	mkdir "$work/one" "$work/two"
	echo AAAA >"$work/one/a"
	ln "$work/one/a" "$work/one/a2"
	echo BBBB >"$work/two/b"
	ln "$work/two/b" "$work/two/b2"
	for folder in one two; do
		(cd "$work/$folder" && find . -type f | sort | cpio -o -H newc --quiet --reproducible) \
			>"$work/$folder.cpio"
	done
	cat "$work/one.cpio" "$work/two.cpio" >"$work/plain"
	gzip -c "$work/plain" >"$work/packed"
	for file in "$work/plain" "$work/packed"; do
		"$mki" --extract "$file" "$work/out"
		[ "$(cat "$work/out/a" "$work/out/a2")" = $'AAAA\nAAAA' ]
		[ "$(cat "$work/out/b" "$work/out/b2")" = $'BBBB\nBBBB' ]
		[ "$work/out/a" -ef "$work/out/a2" ]
		[ "$work/out/b" -ef "$work/out/b2" ]
		rm -r "$work/out"
	done
}

@test "a folder that is not empty is left alone; an empty one is filled" {
	pack "$work/in" >"$image"
	mkdir "$work/full" "$work/empty"
	echo mine >"$work/full/file"
	fails 1 "not empty" "$mki" --extract "$image" "$work/full"
	nothing_but "$work/full" file
	"$mki" --extract "$image" "$work/empty"
	diff -r --no-dereference "$work/in" "$work/empty"
}

@test "a truncated archive: the error names the byte, and nothing half is left" {
	pack "$work/in" >"$work/whole"
	mkdir "$work/box"
	for size in 50 111 200 400; do
		head -c $size "$work/whole" >"$image"
		fails 1 "ends at byte $size" "$mki" --list "$image"
		fails 1 "ends at byte $size" "$mki" --extract "$image" "$work/box/out"
	done
	for method in gzip zstd xz; do
		"$method" -c <"$work/whole" | head -c 120 >"$image"
		fails 1 "$method" "$mki" --extract "$image" "$work/box/out"
	done
	nothing_but "$work/box" ""
}

# invert_byte FILE OFFSET: this byte becomes another one, whatever it was.
invert_byte() {
	local byte
	byte=$(od -An -tu1 -j "$2" -N 1 "$1")
	# shellcheck disable=SC2059 # the format is the byte
	printf "\\$(printf '%03o' $((byte ^ 255)))" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

@test "damaged archives are errors with a place" {
	pack "$work/in" >"$work/whole"
	sed 's/^070701/07070X/' "$work/whole" >"$image"
	fails 1 "byte 0" "$mki" --list "$image"
	{ head -c 220 "$work/whole" | tr '\0' X; } >"$image"
	fails 1 "byte" "$mki" --list "$image"
	zstd -qc "$work/whole" >"$image"
	invert_byte "$image" 40
	fails 1 "zstd" "$mki" --list "$image"
	{ cat "$work/whole"; zeros 512; echo garbage; } >"$image"
	fails 1 "neither a cpio archive nor" "$mki" --list "$image"
	: >"$image"
	fails 1 "is empty" "$mki" --list "$image"
	fails 1 "No such file" "$mki" --list "$work/absent"
	bzip2 -c "$work/whole" >"$image"
	fails 1 "bzip2 cannot be read" "$mki" --list "$image"
}

# with_late FILE: an image whose late archive is this file, between the two names of another one.
with_late() {
	local size
	size=$(stat -c %s "$1")
	{
		entry a 0100644 "" 2
		printf '070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x' 2 0100644 0 0 1 0 \
			"$size" 0 0 0 0 14 0
		printf 'late.cpio.zst\0'
		cat "$1"
		zeros $(((-size) & 3))
		entry z 0100644 around 2
		entry TRAILER!!! 0 ""
	} | zstd -q >"$image"
}

@test "a late archive: its entries come behind it, and hard links around it stay what they are" {
	pack "$work/in" >"$work/inner"
	zstd -qc "$work/inner" >"$work/late"
	with_late "$work/late"
	"$mki" --list "$image" >"$work/list"
	sed -E 's/.* [0-9-]{10} [0-9:]{5} //' "$work/list" >"$work/names"
	diff "$work/names" - <<-END
		a
		late.cpio.zst
		bin (late)
		bin/first (late)
		bin/second (late)
		etc (late)
		etc/file (late)
		etc/link -> file (late)
		z
	END
	[ "$("$mki" --list "$image" --json | jq -c '[.entries[].compression] | unique')" = '["zstd"]' ]
	"$mki" --extract "$image" "$work/out"
	[ "$work/out/a" -ef "$work/out/z" ]
	[ "$work/out/bin/first" -ef "$work/out/bin/second" ]
	[ "$(cat "$work/out/a" "$work/out/bin/first")" = aroundtwice ]
}

@test "what is there already is left alone by a late archive, as /init does" {
	{
		entry a 0100600 "of the late archive"
		entry b 0100600 "of the late archive alone"
		entry TRAILER!!! 0 ""
	} | zstd -q >"$work/late"
	with_late "$work/late"
	"$mki" --extract "$image" "$work/out"
	[ "$(cat "$work/out/a")" = around ]
	[ "$work/out/a" -ef "$work/out/z" ]
	[ "$(cat "$work/out/b")" = "of the late archive alone" ]
}

# refused_late PATTERN FILE: as a late archive it is an error for --list and --extract, which leave
# nothing.
refused_late() {
	with_late "$2"
	fails 1 "late.cpio.zst: .*$1" "$mki" --list "$image"
	fails 1 "late.cpio.zst: .*$1" "$mki" --list "$image" --json
	fails 1 "late.cpio.zst: .*$1" "$mki" --extract "$image" "$work/box/out"
	nothing_but "$work/box" ""
}

@test "a damaged late archive within a sound image is an error that names it" {
	mkdir "$work/box"
	# What cannot be compressed lies in the stream as it is: a byte of it is seen by the checksum.
	head -c 65536 /dev/urandom >"$work/in/noise"
	pack "$work/in" >"$work/inner"
	zstd -qc --check "$work/inner" >"$work/late"
	size=$(stat -c %s "$work/late")
	for cut in 1 4 $((size / 2)) $((size - 4)); do
		head -c $((size - cut)) "$work/late" >"$work/bad"
		refused_late "ends too early, at byte $((size - cut))" "$work/bad"
	done
	for at in $((size / 2)) $((size - 1)); do
		cp "$work/late" "$work/bad"
		byte=$(od -An -tu1 -j $at -N 1 "$work/late")
		printf "\\x$(printf %x $((byte ^ 255)))" |
			dd of="$work/bad" bs=1 seek=$at conv=notrunc status=none
		refused_late "in its zstd stream: .*damaged" "$work/bad"
	done
	: >"$work/bad"
	refused_late "it is empty" "$work/bad"
	zeros 512 >"$work/bad"
	refused_late "neither a cpio archive nor" "$work/bad"
	echo nonsense | zstd -q >"$work/bad"
	refused_late "the archive ends at byte 9, within a header" "$work/bad"
}

@test "a late archive that /init would not unpack is an error, though it could be read here" {
	mkdir "$work/box"
	pack "$work/in" >"$work/inner"
	gzip -c "$work/inner" >"$work/bad"
	refused_late "its compression is gzip, and has to be zstd" "$work/bad"
	refused_late "its compression is none, and has to be zstd" "$work/inner"
	zstd -qc --ultra --long=27 <"$work/inner" >"$work/bad"
	refused_late "zstd data damaged .*memory" "$work/bad"
	zstd -qc "$work/inner" >"$work/in/late.cpio.zst"
	pack "$work/in" | zstd -q >"$work/bad"
	refused_late "another late.cpio.zst is in it" "$work/bad"
}

@test "control characters in names do not reach the terminal" {
	{ entry $'a\e[31mb' 0100644 x; entry TRAILER!!! 0 ""; } >"$image"
	run "$mki" --list "$image"
	[[ "$output" == *'a\033[31mb'* ]]
	[[ "$output" != *$'\e'* ]]
}
