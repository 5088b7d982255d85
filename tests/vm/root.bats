#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Every form of root= finds its device.

load lib

boot() {
	vm_boot disk="$1" cmdline="root=$2 ${*:3}"
	assert_handed_over
}

@test "root=UUID= finds a partition's file system" {
	boot plain-ext4 "UUID=$(disk_uuid plain-ext4)"
	assert_root_device /dev/vda2
}

@test "root=UUID= is found in capitals too" {
	boot plain-ext4 "UUID=$(disk_uuid plain-ext4 | tr a-f A-F)"
	assert_root_device /dev/vda2
}

@test "root=LABEL= finds a partition's file system" {
	boot plain-ext4 "LABEL=$(disk_label plain-ext4)"
	assert_root_device /dev/vda2
}

@test "root=PARTUUID= finds the partition" {
	boot plain-ext4 "PARTUUID=$(disk_partuuid plain-ext4)"
	assert_root_device /dev/vda2
}

@test "root=PARTLABEL= finds the partition" {
	boot plain-ext4 "PARTLABEL=$(disk_partlabel plain-ext4)"
	assert_root_device /dev/vda2
}

@test "root=/dev/NODE is that node" {
	boot plain-ext4 /dev/vda2
	assert_root_device /dev/vda2
}

@test "root=MAJOR:MINOR is that device" {
	vm_boot disk=plain-ext4 controller=virtio-scsi cmdline="root=8:2"
	assert_handed_over
	assert_root_device /dev/sda2
}

@test "root=/dev/disk/by-uuid/ is what udev would have linked" {
	boot plain-ext4 "/dev/disk/by-uuid/$(disk_uuid plain-ext4)"
	assert_root_device /dev/vda2
}

@test "root=UUID= finds a logical volume's file system" {
	boot lvm-ext4 "UUID=$(disk_uuid lvm-ext4)" ro
	assert_root_device /dev/mapper/vg-root
}

@test "root=LABEL= finds a logical volume's file system" {
	boot lvm-ext4 "LABEL=$(disk_label lvm-ext4)"
	assert_root_device /dev/mapper/vg-root
}

@test "root=/dev/VG/LV is the logical volume" {
	boot lvm-ext4 /dev/vg/root
	assert_root_device /dev/mapper/vg-root
}

@test "root=/dev/mapper/NAME is the logical volume" {
	boot lvm-ext4 /dev/mapper/vg-root
	assert_root_device /dev/mapper/vg-root
}

@test "of two root= the last one counts" {
	boot plain-ext4 /dev/nothing "root=LABEL=plain-ext4"
	assert_root_device /dev/vda2
}

@test "among two disks root=UUID= takes the right one" {
	vm_boot disk="plain-ext4 lvm-ext4" cmdline="root=UUID=$(disk_uuid lvm-ext4)"
	assert_handed_over
	assert_root_device /dev/mapper/vg-root
}
