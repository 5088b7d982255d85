#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154,SC2034,SC2016 # vm_... are lib's; scripts expand what they are given
# Guests' disks on a real kernel: `disk mount` with its network block devices, and disks that are logical volumes. One
# guest is booted for all cases (guest-disks-job); each looks at a part of its report.

load lib
load job
job_name=guest-disks

# make_data FILE: an image with two partitions, a letter on the second.
make_data() {
	local raw=$BATS_FILE_TMPDIR/data.raw part=$BATS_FILE_TMPDIR/part.raw files=$BATS_FILE_TMPDIR/files
	mkdir "$files"
	echo "a letter to somebody" >"$files/letter"
	truncate -s 16M "$part"
	mke2fs -q -t ext4 -d "$files" "$part"
	truncate -s 24M "$raw"
	printf 'label: gpt\nstart=2048,size=8192\nstart=12288,size=32768\n' | sfdisk --quiet "$raw"
	dd if="$part" of="$raw" bs=512 seek=12288 conv=notrunc status=none
	qemu-img convert -f raw -O qcow2 "$raw" "$1"
}

# program PATH: what stands on the standard input, as a script.
program() {
	mkdir -p "${1%/*}"
	cat >"$1"
	chmod 755 "$1"
}

make_tree() {
	local tree=$job_tree name
	mkdir -p "$tree/job/bin"
	install "$vm_build/qemu-launch/bedplate-qemu-launch" "$tree/job/qemu-launch"
	install -m 644 "$vm_here/guest-disks-job" "$tree/job/run"
	install -m 644 "$vm_build/tests/guests/HALT.img" "$tree/job/boot.img"
	make_data "$tree/job/data.qcow2"
	job_add_qemu
	vm_add_modules "$tree" nbd ext4
	for name in modprobe mount umount mountpoint qemu-nbd qemu-img; do
		vm_copy_program "$name" "$tree"
		mv "$tree/bin/$name" "$tree/job/bin"
	done
	# Programs that are the last of a command that is killed: what they do is done.
	for name in qemu-nbd mount; do
		printf '#!/bin/sh\n/job/bin/%s "$@"\nkill -9 $PPID\n' "$name" | program "$tree/job/kill-$name/$name"
	done
}

setup_file() {
	vm_need qemu-nbd qemu-img sfdisk mke2fs mountpoint
	make_tree
	job_boot disk=blank/0 mem=1536 deadline=900 cmdline="loglevel=4"
}

@test "a partition of an image is mounted read-only, and nothing is left behind it" {
	assert_status which 2
	told which "2 partitions.*--partition"
	told which.left '^$'
	assert_status read 0
	told read.is '^/dev/nbd0p2 /mnt/a ext4; nbd0/pid; nbd0.json; qemu-nbd$'
	told read.letter '^a letter to somebody$'
	told read.write 'Read-only file system'
	assert_status read.umount 0
	told read.left '^$'
}

@test "an image is mounted once, and stays so as long as somebody is in there" {
	assert_status read.again 1
	told read.again 'data.qcow2 is mounted on /mnt/a already'
	assert_status read.write_again 1
	assert_status read.busy 1
	told read.busy 'busy'
	told read.kept '^/dev/nbd0p2 /mnt/a ext4; nbd0/pid; nbd0.json; qemu-nbd$'
}

@test "--write writes, and the image is whole and free when umount returns" {
	local number
	for number in 1 2 3; do
		assert_status "write.$number" 0
		assert_status "write.$number.file" 0
		assert_status "write.$number.umount" 0
		told "write.$number.check" '^/job/data.qcow2: sound$'
	done
	told write.left '^$'
	told write.letter '^a letter to somebody; number 1; number 2; number 3$'
}

@test "umount clears up after a mount that was killed, and after a dead qemu-nbd" {
	local program
	for program in qemu-nbd mount; do
		told "killed.$program" '137'
		told "killed.$program.is" 'nbd0/pid; nbd0.json; qemu-nbd$'
		assert_status "killed.$program.umount" 0
		told "killed.$program.left" '^$'
	done
	assert_status dead.umount 0
	told dead.left '^$'
}

@test "a logical volume is not made, and grows by lvextend: the guest is told" {
	told made '^host; var; web$'
	assert_status create 1
	told create 'lvcreate'
	assert_status create.there 1
	told create.there 'there already'
	assert_status early 1
	told early 'lvextend'
	assert_status grown 0
	told grown.size '48M'
	told grown.guest '"virtual-size": 50331648'
	assert_status off.resize 1
	told off.resize 'lvextend'
}

@test "a running guest's logical volume has snapshots, which are committed into it" {
	assert_status live 0
	told live.put 'wrote 65536'
	told live.below '^0'
	assert_status live.commit 0
	told live.volume '^65536 7$'
	told live.direct '^65536 8$'
	assert_status stop 0
}

@test "so it has while the guest is off" {
	assert_status off 0
	told off.list '/dev/vg/web; +two '
	told off.info 'disk1-two.qcow2.*over /dev/vg/web'
	assert_status off.commit 0
	told off.list_after '/dev/vg/web$'
	told off.volume '^65536 8$'
}

@test "what the host uses itself is not written to, and no guest gets it" {
	assert_status attach 1
	told attach 'the host uses /dev/vg/host itself'
	assert_status host.convert 1
	told host.convert 'the host uses /dev/vg/host itself'
	assert_status host.mount 1
	told host.mount 'the host uses /dev/vg/host itself'
	told host.files 'lost.found'
}
