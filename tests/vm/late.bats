#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Disks that come late are waited for, and no longer than needed.

load lib

@test "a partition on a disk plugged in 5 s late" {
	vm_boot late=plain-ext4 cmdline="root=UUID=$(disk_uuid plain-ext4)"
	assert_handed_over
	assert_between "Run /init as init" "" 5 25
	assert_console "bedplate: .*waiting for"
}

@test "a volume on a disk plugged in 5 s late" {
	vm_boot late=lvm-ext4 cmdline="root=/dev/vg/root"
	assert_handed_over
	assert_between "Run /init as init" "" 5 25
	assert_active_volumes vg-root
}

@test "the second of a volume's two disks is 5 s late" {
	vm_boot disk=lvm-2disk/0 late=lvm-2disk/1 cmdline="root=/dev/vg2/root"
	assert_handed_over
	assert_root_device /dev/mapper/vg2-root
	assert_between "Run /init as init" "" 5 25
}

@test "a SCSI disk plugged in 5 s late" {
	vm_boot late=lvm-ext4 controller=virtio-scsi cmdline="root=UUID=$(disk_uuid lvm-ext4)"
	assert_handed_over
	assert_between "Run /init as init" "" 5 25
}

@test "an NVMe disk plugged in 5 s late" {
	vm_boot late=plain-ext4 controller=nvme cmdline="root=PARTLABEL=part-plain-ext4"
	assert_handed_over
	assert_root_device /dev/nvme0n1p2
}

@test "rootdelay= waits before the root is looked for" {
	vm_boot disk=plain-ext4 cmdline="root=LABEL=plain-ext4 rootdelay=4"
	assert_handed_over
	assert_between "Run /init as init" "" 4 25
}
