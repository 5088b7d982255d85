#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # lib.bash sets them
# Killed, or refused by the kernel, at each file-system call in turn: there is always a whole image
# under the name, old or new, and the next update leaves nothing else. strace(1) does the killing.

load lib

setup_file() {
	golden_setup_file
}

# $work/start: a folder with an old image and one before it; $work/old, $work/new: images.
setup() {
	golden_setup
	tree lvm
	boot=$root/boot
	name=initrd.img-6.1.0-fake
	update --set Image.Compression=gzip
	cp "$boot/$name" "$work/older"
	update --set Image.Compression=zstd
	cp "$boot/$name" "$work/old"
	cp -a "$boot" "$work/start"
	update --set Image.Compression=none
	cp "$boot/$name" "$work/new"
	strace=(strace -f -qq -o /dev/null)
	# LeakSanitizer cannot run under strace; the tests' programs are without it.
	traced=("$mki" update --root "$root" --parts "$parts" --set Image.Compression=none)
}

restart() {
	rm -rf "$boot"
	cp -a "$work/start" "$boot"
}

# calls PROGRAM...: the calls of a whole run that change a file system or wait for it, as "NAME N":
# the Nth of this name. Those that read leave all as it is, so being killed there is being
# killed at the next of these.
calls() {
	restart
	strace -f -qq -o "$work/trace" "$@" 2>/dev/null
	sed -E 's/^[0-9]+ +//' "$work/trace" | awk -F'(' '
		{ number[$1]++ }
		$1 ~ /^open/ && !/O_CREAT/ { next }
		/^(open|openat|write|pwrite64|fsync|fdatasync|fchmod|rename|renameat|renameat2|link|linkat|unlink|unlinkat|ftruncate|flock|mkdirat)\(/ {
			print $1, number[$1] }'
}

same() {
	cmp -s "$1" "$2"
}

whole() { # whole FILE: one of the three
	same "$1" "$work/old" || same "$1" "$work/new" || same "$1" "$work/older"
}

# After whatever happened: a whole image is there, and one update ends it.
check() {
	local record
	same "$boot/$name" "$work/old" || same "$boot/$name" "$work/new" ||
		{ echo "$1: the image is neither the old nor the new one" && return 1; }
	[ ! -e "$boot/$name.prev" ] || whole "$boot/$name.prev" ||
		{ echo "$1: the previous image is not whole" && return 1; }
	for record in "$boot"/*.json; do
		jq -e .version "$record" >/dev/null || { echo "$1: $record is damaged" && return 1; }
	done
	"${traced[@]}" 2>"$work/words" || { cat "$work/words" && return 1; }
	same "$boot/$name" "$work/new" || { echo "$1: the next update made no new image" && return 1; }
	whole "$boot/$name.prev" || { echo "$1: no previous image" && return 1; }
	refute same "$boot/$name.prev" "$work/new" || { echo "$1: the new image twice" && return 1; }
	nothing_but "$boot" config-6.1.0-fake $name{,.prev}{,.json} || { echo "$1: left-overs" && return 1; }
	up_to_date_with none || { echo "$1: stale" && return 1; }
}

up_to_date_with() {
	[ "$(image_status --set Image.Compression="$1" --json |
		jq -c '.kernels[0] | [.recorded, .stale, .previous[0].recorded]')" = '[true,[],true]' ]
}

@test "killed at each call in turn: the old image or the new one, and the next update tidies up" {
	local call number killed=0
	while read -r call number; do
		restart
		"${strace[@]}" -e inject="$call:signal=KILL:when=$number" "${traced[@]}" 2>/dev/null || true
		check "$call $number"
		killed=$((killed + 1))
	done < <(calls "${traced[@]}")
	echo "$killed times"
	[ "$killed" -gt 20 ]
}

@test "each call refused in turn: an error and the old image, or the new one" {
	local call number
	while read -r call number; do
		restart
		"${strace[@]}" -e inject="$call:error=EIO:when=$number" "${traced[@]}" 2>/dev/null || true
		check "$call $number refused"
	done < <(calls "${traced[@]}")
}

# synced TRACE: of strace -y. Every file was synced before its name went to it, but for further names of
# one that was there, and the folder between two images' names and at the end: a power cut takes what was not.
synced() {
	sed -E 's/^[0-9]+ +//' "$1" | awk -F'[(, ]+' '
		function path(fd, name) { gsub(/^[0-9]+<|>$/, "", fd); gsub(/"/, "", name); return fd "/" name }
		$1 == "fsync" { file = $2; gsub(/^[0-9]+<|>.*$/, "", file); done[file] = 1; open_name = 0 }
		$1 == "linkat" && / = 0$/ { done[path($4, $5)] = 1 }
		$1 == "renameat" && / = 0$/ {
			if (!done[path($2, $3)]) { print "not synced: " $0; wrong = 1 }
			if (open_name && $5 !~ /\.json"/) { print "the folder was not synced before: " $0; wrong = 1 }
			open_name = 1; count++
		}
		END { if (open_name) print "the folder was not synced at the end"; exit wrong || open_name || count < 2 }'
}

@test "nothing gets its name before it is on the disk, and the name before comes there first" {
	local refusal
	for refusal in none linkat; do
		restart
		strace -f -qq -y -o "$work/trace" -e trace=fsync,linkat,renameat \
			-e inject="${refusal/none/linkat}:error=EPERM$([ $refusal != none ] || echo :when=999)" \
			"${traced[@]}" 2>/dev/null
		same "$boot/$name" "$work/new"
		synced "$work/trace" || { cat "$work/trace" && return 1; }
	done
}

@test "a file system without hard links has the previous image copied" {
	restart
	"${strace[@]}" -e inject=linkat,link:error=EPERM "${traced[@]}"
	same "$boot/$name.prev" "$work/old"
	same "$boot/$name" "$work/new"
	up_to_date_with none
}

@test "a disk that gets full while writing leaves the old image, and says so" {
	restart
	fails 1 "No space left on device" "${strace[@]}" -e inject=write:error=ENOSPC:when=2 "${traced[@]}"
	same "$boot/$name" "$work/old"
	[ -z "$(find "$boot" -name '.*')" ]
}

@test "remove killed at each call in turn leaves what it began with or can be done again" {
	local remove=("$mki" remove --root "$root" --force 6.1.0-fake) call number
	while read -r call number; do
		restart
		"${strace[@]}" -e inject="$call:signal=KILL:when=$number" "${remove[@]}" 2>/dev/null || true
		[ ! -e "$boot/$name" ] || same "$boot/$name" "$work/old"
		"${remove[@]}" 2>/dev/null
		nothing_but "$boot" config-6.1.0-fake
	done < <(calls "${remove[@]}")
}

@test "what a dead process left beside an image goes, what a living one writes stays" {
	restart
	touch "$boot/.$name.999999999.new" "$boot/.$name.$$.new" "$boot/.other.999999999.new"
	"${traced[@]}"
	[ ! -e "$boot/.$name.999999999.new" ]
	[ -e "$boot/.$name.$$.new" ]
	[ -e "$boot/.other.999999999.new" ]
}
