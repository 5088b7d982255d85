# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What the golden tests share. Everything lies in BATS_FILE_TMPDIR; nothing needs root but where
# a test says so.

here=$BATS_TEST_DIRNAME
B=$(cd "$here/../.." && cd "${BEDPLATE_BUILD:-build}" && pwd)
mki=$B/mkinitramfs/bedplate-mkinitramfs
export LC_ALL=C
unset SOURCE_DATE_EPOCH BEDPLATE_LIBDIR

# The fake kernel and programs, made once a file.
golden_setup_file() {
	local parts=$BATS_FILE_TMPDIR/parts program
	"$here/make-kernel" "$BATS_FILE_TMPDIR/kernel"
	mkdir "$parts"
	cp "$B/init/init" "$parts/init"
	for program in lvm e2fsck busybox; do
		echo "the program $program" >"$parts/$program"
	done
	printf '%s\n' /bin/sh /bin/mount /sbin/modprobe >"$parts/busybox.links"
	find "$parts" -exec touch -d @1000000000 {} +
}

golden_setup() {
	kernel=$BATS_FILE_TMPDIR/kernel
	parts=$BATS_FILE_TMPDIR/parts
	work=$BATS_TEST_TMPDIR
	image=$work/image
}

# tree NAME: a fake root with the fake kernel; sets $root.
tree() {
	root=$work/$1
	"$here/make-tree" "$1" "$root"
	cp -a "$kernel/." "$root/"
}

put() { # put PATH TEXT: a file of $root
	mkdir -p "$root/$(dirname "$1")"
	printf '%s\n' "$2" >"$root/$1"
}

# conf LINE...: the host's configuration, anew.
conf() {
	mkdir -p "$root/etc/bedplate"
	printf '%s\n' "$@" >"$root/etc/bedplate/host.conf"
}

# own_parts [BYTES]: this test's own copy of the fake programs; with an /init that takes this much in an image.
own_parts() {
	mkdir -p "$work/parts"
	cp -a "$parts/." "$work/parts"
	parts=$work/parts
	[ -z "${1:-}" ] || head -c "$1" /dev/urandom >"$parts/init"
}

# mkinitramfs OPTION...: on $root with the fake programs.
mkinitramfs() {
	"$mki" --root "$root" --parts "$parts" "$@"
}

# content PATH: a file out of $image.
content() {
	rm -rf "$work/content"
	"$mki" --extract "$image" "$work/content"
	cat "$work/content/$1"
}

# listing: mode and path of every entry in $image, without sizes: those of programs vary.
listing() {
	"$mki" --list "$image" | sed -E 's/^([^ ]+) .* [0-9-]{10} [0-9:]{5} /\1 /'
}

# same_as_expected NAME FILE: UPDATE=1 writes the expectation anew.
same_as_expected() {
	[ -z "${UPDATE:-}" ] || cp "$2" "$here/expected/$1"
	diff -u "$here/expected/$1" "$2"
}

# fails STATUS PATTERN COMMAND...: ends with this status and says this.
# shellcheck disable=SC2154 # bats sets status and output
fails() {
	local status_wanted=$1 pattern=$2
	shift 2
	run "$@"
	echo "$output"
	[ "$status" -eq "$status_wanted" ] && [[ "$output" =~ $pattern ]]
}

# interrupts COMMAND...: a bedplate that a signal ends at once, while one of its programs hangs. What it says
# is in $work/said.
interrupts() {
	local status=0
	mkfifo "$work/begun"
	printf '#!/bin/sh\necho 1<>%s/begun\nexec sleep 60\n' "$work" >"$work/hangs"
	chmod +x "$work/hangs"
	ln -sf "$work/hangs" "$BEDPLATE_EXEC_PATH/bedplate-boot"
	"$B/bedplate/bedplate" "$@" >"$work/said" 2>&1 3>&- &
	read -r _ <"$work/begun"
	SECONDS=0
	kill -INT $!
	wait $! || status=$?
	[ "$status" = 1 ] && ((SECONDS < 20))
}

nothing_but() { # nothing_but DIR NAME...: the folder holds just these
	local dir=$1
	shift
	diff <(printf '%s\n' "$@" | sed '/^$/d' | sort) <(ls -A "$dir")
}

# A failing "! command" does not end a bats test; these do.
refute() {
	if "$@"; then
		return 1
	fi
}

refute_listed() { # refute_listed REGEX: no entry of $image matches
	local list
	list=$(listing)
	refute grep -E "$1" <<<"$list"
}

# update, image_status: on $root with the fake programs.
update() {
	"$mki" update --root "$root" --parts "$parts" "$@"
}

image_status() {
	"$mki" status --root "$root" --parts "$parts" "$@"
}

# up_to_date: the status of the only kernel has no reason for a new image.
up_to_date() {
	[ "$(image_status --json | jq -c '[.kernels[] | .recorded, .stale]')" = '[true,[]]' ]
}

# stale_because REGEX: it has just this one.
stale_because() {
	local reasons
	reasons=$(image_status --json | jq -r '.kernels[].stale[]')
	echo "$reasons"
	[ "$(wc -l <<<"$reasons")" = 1 ] && [[ $reasons =~ $1 ]]
}

# kernel_image FILE RELEASE: a bzImage, as far as boot.rst has its header: "HdrS" at 0x202; 0x20e points
# at the release, counted from 0x200.
kernel_image() {
	head -c 4096 /dev/zero >"$1"
	printf 'HdrS' | dd of="$1" bs=1 seek=$((0x202)) conv=notrunc status=none
	printf '\0\4' | dd of="$1" bs=1 seek=$((0x20e)) conv=notrunc status=none
	printf '%s (builder@host) #1 SMP' "$2" | dd of="$1" bs=1 seek=$((0x600)) conv=notrunc status=none
}
