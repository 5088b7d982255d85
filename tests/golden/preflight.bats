#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # lib.bash sets them
# bedplate qemu-launch check with a real QEMU: what it knows, what it has locked.

bats_require_minimum_version 1.5.0
load lib

setup() {
	ql=$B/qemu-launch/bedplate-qemu-launch
	qemu=$(command -v qemu-system-x86_64)
	root=$BATS_TEST_TMPDIR/root
	disk=$BATS_TEST_TMPDIR/disk.img
	cache=$root/var/cache/bedplate/qemu-usr-bin-qemu-system-x86_64.json
	mkdir -p "$root/etc/bedplate/guests"
	truncate -s 1M "$disk"
}

teardown() {
	[ -z "${qemu_pid:-}" ] || kill "$qemu_pid"
}

# guest NAME LINE...: a guest's file that is good as it stands, with these lines behind.
guest() {
	local name=$1
	shift
	printf '%s\n' '[Machine]' 'Type=q35' 'Accel=tcg' '[Memory]' 'Size=64M' '[Qemu]' "Binary=$qemu" \
		"$@" >"$root/etc/bedplate/guests/$name.conf"
}

# check OPTION...: on $root.
check() {
	"$ql" check --root "$root" "$@"
}

# hold MODE: a QEMU has the disk open, "on" for reading only, and answers.
hold() {
	local line
	coproc HELD { exec "$qemu" -machine q35 -accel tcg -nodefaults -display none -S -qmp stdio \
		-drive "if=virtio,format=raw,file=$disk,readonly=$1" 3>&-; }
	qemu_pid=$HELD_PID
	read -r line <&"${HELD[0]}"
	[[ $line == *'"QMP"'* ]]
}

@test "a good guest can start, and QEMU is asked once" {
	guest web '[Disk]' "Path=$disk" '[Rng]' '[Nic]' '[Balloon]' 'Model=virtio'
	[ "$(check)" = "ok       web: it can start" ]
	jq -e '.machines.q35 == false and .types["virtio-blk-pci"] and .cpus.Haswell == false' "$cache"
	touch -d @1000000000 "$cache"
	check
	[ "$(stat -c %Y "$cache")" = 1000000000 ]
}

@test "what a kept answer does not have is asked for again" {
	guest web '[Disk]' "Path=$disk"
	check
	jq -c 'del(.machines.q35)' "$cache" >"$cache.new"
	mv "$cache.new" "$cache"
	check
	jq -e '.machines.q35 == false' "$cache"
}

@test "an answer of another program, or a broken one, is not taken" {
	guest web
	check
	jq -c '.size += 1 | .machines = {}' "$cache" >"$cache.new"
	mv "$cache.new" "$cache"
	check
	jq -e '.machines.q35 == false' "$cache"
	echo '{"version":1,' >"$cache"
	check
	jq -e '.machines.q35 == false' "$cache"
}

@test "all that is wrong is said in one go, with its line and the nearest name" {
	guest web '[Machine]' 'Type=q36' '[Cpu]' 'Model=Hasswell' '[Disk]' "Path=$disk.none"
	fails 1 'guests/web.conf:9: .* knows no machine q36' check
	[[ $output == *"did you mean q35?"* ]]
	[[ $output == *"guests/web.conf:11: $qemu knows no CPU model Hasswell"* ]]
	[[ $output == *"guests/web.conf:13: $disk.none: No such file or directory"* ]]
	fails 1 '"worst"' check --json
	[ "$(jq -r '[.worst, .guests[0], (.findings | length)] | join(" ")' <<<"$output")" = "problem web 3" ]
}

@test "a device that QEMU does not know is told" {
	guest web '[Qemu]' 'Args=-device virtio-rng-pcx'
	fails 1 'guests/web.conf:9: .* knows no device virtio-rng-pcx' check
	[[ $output == *"did you mean virtio-rng-pci?"* ]]
}

@test "a program that is no QEMU, and one that is not there" {
	qemu=/bin/true
	guest web
	fails 1 'asking /bin/true what it knows' check
	qemu=/no/qemu
	guest web
	fails 1 'guests/web.conf:7: /no/qemu: No such file' check
}

@test "a disk that another QEMU writes to is in use, and one that it reads can be read" {
	guest web '[Disk]' "Path=$disk"
	hold off
	fails 1 "guests/web.conf:9: $disk is in use by a QEMU" check
	guest web '[Disk]' "Path=$disk" 'ReadOnly=yes'
	fails 1 "guests/web.conf:9: $disk is being written to by a QEMU" check
}

@test "a disk that another QEMU reads can be read, and not written to" {
	guest web '[Disk]' "Path=$disk" 'ReadOnly=yes'
	hold on
	check
	guest web '[Disk]' "Path=$disk"
	fails 1 "guests/web.conf:9: $disk is in use by a QEMU" check
}

@test "two guests on one CPU and one disk: a warning where they take turns, else a problem" {
	guest web '[Disk]' "Path=$disk" '[Cpu]' 'Pin=0'
	guest db '[Disk]' "Path=$disk" '[Cpu]' 'Pin=0'
	check | grep "warning  web: guests/web.conf:9: $disk is also the guest db's (guests/db.conf:9)"
	check web | grep 'warning  web: guests/web.conf:11: the guest db is pinned on CPU 0, too'
	guest db '[Disk]' "Path=$disk" '[Guest]' 'Requires=web'
	fails 1 "problem  web: guests/web.conf:9: $disk is also the guest db's" check
	fails 2 'there is no guest wep' check wep
	[[ $output == *"did you mean web?"* ]]
}
