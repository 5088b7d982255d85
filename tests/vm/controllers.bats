#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The root is found behind every kind of controller, by the modalias scan alone.

load lib

boot() {
	vm_boot disk="$1" controller="$2" cmdline="root=$3" "${@:4}"
	assert_handed_over
	assert_root_device "$root_device"
}

@test "a partition on virtio-blk" {
	root_device=/dev/vda2
	boot plain-ext4 virtio-blk LABEL=plain-ext4
}

@test "a partition on virtio-scsi" {
	root_device=/dev/sda2
	boot plain-ext4 virtio-scsi LABEL=plain-ext4
}

@test "a partition on NVMe" {
	root_device=/dev/nvme0n1p2
	boot plain-ext4 nvme LABEL=plain-ext4 smp=2
}

@test "a partition on AHCI" {
	root_device=/dev/sda2
	boot plain-ext4 ahci LABEL=plain-ext4
}

@test "a partition on USB" {
	root_device=/dev/sda2
	boot plain-ext4 usb LABEL=plain-ext4
}

@test "a partition on IDE, on the older machine type" {
	root_device=/dev/sda2
	boot plain-ext4 ide LABEL=plain-ext4 machine=pc
}

@test "a volume over two disks on virtio-scsi" {
	root_device=/dev/mapper/vg2-root
	boot lvm-2disk virtio-scsi /dev/vg2/root smp=2
}

@test "a volume over two disks on NVMe" {
	root_device=/dev/mapper/vg2-root
	boot lvm-2disk nvme /dev/vg2/root
}

@test "a volume over two disks on AHCI" {
	root_device=/dev/mapper/vg2-root
	boot lvm-2disk ahci /dev/vg2/root
}

@test "two processors change nothing" {
	root_device=/dev/mapper/vg-root
	boot lvm-ext4 virtio-blk /dev/vg/root smp=2
}
