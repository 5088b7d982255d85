#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154,SC2034,SC2016 # lib.bash sets and reads them; others run what is quoted
# disk mount and umount: what is done in which order, and what is left. The kernel's network block devices are a
# fake tree here and the programs that use them write down what they are told.

load lib
bats_require_minimum_version 1.5.0

setup() {
	guests_setup
	qemu-img create -q -f qcow2 "$root/data.qcow2" 8M
	mkdir -p "$root/sys/block/nbd0" "$root/sys/block/nbd1" "$root/programs" "$root/folder"
	echo 0 | tee "$root/sys/block/nbd0/size" >"$root/sys/block/nbd1/size"
	program qemu-nbd 'case $1 in
		--connect) mkdir -p "${2/dev/sys/block}"; echo 1 >"${2/dev/sys/block}/pid"; echo 9 >"${2/dev/sys/block}/size" ;;
		--disconnect) rm "${2/dev/sys/block}/pid"; echo 0 >"${2/dev/sys/block}/size" ;;
		esac'
	mkdir -p "$root/proc/self"
	mounts=$root/proc/self/mountinfo
	echo "20 1 8:1 / / rw - ext4 /dev/sda1 rw" >"$mounts"
	program mount 'echo "30 20 43:0 / ${*: -1} ro - ext4 ${*: -2:1} ro" >>"$root/proc/self/mountinfo"'
	program umount 'sed -i "$ d" "$root/proc/self/mountinfo"'
	program modprobe :
	export root PATH=$root/programs:$PATH
}
teardown() { guests_teardown; }

# program NAME TEXT: stands in for the real one.
program() {
	printf '%s\n' '#!/bin/bash' "echo \"$1 \$*\" >>\"\$root/calls\"" "$2" >"$root/programs/$1"
	chmod +x "$root/programs/$1"
}

calls() {
	sed "s|$root|R|g" "$root/calls"
}

@test "an image is connected, mounted read-only, and all of that undone" {
	launch disk mount "$root/data.qcow2" "$root/folder"
	[[ $(calls) == "qemu-nbd --connect R/dev/nbd0 --format qcow2 --read-only -- R/data.qcow2
mount -o ro,nodev,nosuid -- R/dev/nbd0 R/folder" ]]
	[[ $(jq -r .folder "$root/run/bedplate/disks/nbd0.json") == "$root/folder" ]]
	rm "$root/calls"
	launch disk umount "$root/folder"
	[[ $(calls) == "umount -- R/folder
qemu-nbd --disconnect R/dev/nbd0" ]]
	[[ ! -e $root/run/bedplate/disks/nbd0.json ]]
	run -1 launch disk umount "$root/folder"
	[[ $output == *"no disk was mounted"* ]]
}

@test "--write mounts it writable, --partition a part of it" {
	mkdir "$root/sys/block/nbd0/nbd0p1" "$root/sys/block/nbd0/nbd0p2"
	echo 1 >"$root/sys/block/nbd0/nbd0p1/partition"
	echo 2 >"$root/sys/block/nbd0/nbd0p2/partition"
	run -2 launch disk mount "$root/data.qcow2" "$root/folder"
	[[ $output == *"2 partitions"* ]]
	launch disk mount "$root/data.qcow2" "$root/folder" --write --partition 2
	[[ $(calls | tail -n 2) == "qemu-nbd --connect R/dev/nbd0 --format qcow2 -- R/data.qcow2
mount -o nodev,nosuid -- R/dev/nbd0p2 R/folder" ]]
}

@test "a device that somebody has is left alone, and one that is in our records" {
	echo 1 >"$root/sys/block/nbd0/pid"
	launch disk mount "$root/data.qcow2" "$root/folder"
	[[ $(calls) == *"--connect R/dev/nbd1"* ]]
	sed -i "$ d" "$mounts"
	rm "$root/sys/block/nbd1/pid"
	cp "$root/data.qcow2" "$root/other.qcow2"
	run -1 launch disk mount "$root/other.qcow2" "$root/folder"
	[[ $output == *"in use"* ]]
}

@test "an image is mounted once, by whatever name" {
	launch disk mount "$root/data.qcow2" "$root/folder"
	sed -i "$ d" "$mounts"
	ln -s data.qcow2 "$root/link.qcow2"
	mkdir "$root/second"
	run -1 launch disk mount "$root/link.qcow2" "$root/second"
	[[ $output == *"link.qcow2 is mounted on $root/folder already"* ]]
}

@test "a mount that fails gives the device back" {
	program mount 'echo "mount: wrong fs type" >&2; exit 32'
	run -1 launch disk mount "$root/data.qcow2" "$root/folder"
	[[ $output == *"wrong fs type"* ]]
	[[ ! -e $root/sys/block/nbd0/pid ]]
	[[ ! -e $root/run/bedplate/disks/nbd0.json ]]
}

@test "what a mount that was killed left behind is undone by umount" {
	program mount 'kill -KILL $PPID'
	run -137 launch disk mount "$root/data.qcow2" "$root/folder"
	[[ -e $root/sys/block/nbd0/pid ]]
	launch disk umount "$root/folder"
	[[ ! -e $root/sys/block/nbd0/pid ]]
	[[ ! -e $root/run/bedplate/disks/nbd0.json ]]
}

@test "umount leaves alone what somebody else has mounted on the folder since" {
	program mount 'kill -KILL $PPID'
	run -137 launch disk mount "$root/data.qcow2" "$root/folder"
	echo "31 20 8:2 / $root/folder rw - ext4 /dev/sdb2 rw" >>"$mounts"
	launch disk umount "$root/folder"
	[[ ! -e $root/sys/block/nbd0/pid ]]
	[[ $(calls) != *umount* ]]
	grep -q sdb2 "$mounts"
	run -1 launch disk mount "$root/data.qcow2" "$root/folder"
	[[ $output == *"/dev/sdb2 is mounted on $root/folder"* ]]
}

@test "umount does not take a device away that is mounted below something else, or elsewhere" {
	launch disk mount "$root/data.qcow2" "$root/folder"
	cp "$mounts" "$root/ours"
	echo "31 20 8:2 / $root/folder rw - ext4 /dev/sdb2 rw" >>"$mounts"
	run -1 launch disk umount "$root/folder"
	[[ $output == *"/dev/sdb2 is mounted over it"* ]]
	sed "s|$root/folder|/elsewhere|" "$root/ours" >"$mounts"
	run -1 launch disk umount "$root/folder"
	[[ $output == *"/dev/nbd0 is mounted elsewhere"* ]]
	[[ -e $root/sys/block/nbd0/pid ]]
	cp "$root/ours" "$mounts"
	launch disk umount "$root/folder"
	[[ ! -e $root/sys/block/nbd0/pid ]]
}

@test "a folder that is in use stays mounted, and can be unmounted later" {
	launch disk mount "$root/data.qcow2" "$root/folder"
	program umount 'echo "target is busy" >&2; exit 32'
	run -1 launch disk umount "$root/folder"
	[[ $output == *busy* ]]
	[[ -e $root/sys/block/nbd0/pid ]]
	program umount 'sed -i "$ d" "$root/proc/self/mountinfo"'
	launch disk umount "$root/folder"
	[[ ! -e $root/sys/block/nbd0/pid ]]
}

@test "without network block devices it is said what is missing" {
	rm -r "$root/sys/block"
	run -1 launch disk mount "$root/data.qcow2" "$root/folder"
	[[ $output == *"modprobe nbd"* ]]
	[[ $(calls) == "modprobe nbd max_part=16" ]]
}
