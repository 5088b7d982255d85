#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# File systems of the root and how it is mounted.

load lib

boot() {
	vm_boot disk="$1" cmdline="root=$2 ${*:3}"
	assert_handed_over
}

@test "xfs on a partition" {
	boot plain-xfs "UUID=$(disk_uuid plain-xfs)"
	assert_fstype xfs
}

@test "btrfs on a partition" {
	boot plain-btrfs "UUID=$(disk_uuid plain-btrfs)"
	assert_fstype btrfs
	assert_root_device /dev/vda2
}

@test "xfs on a logical volume" {
	boot lvm-xfs /dev/vgx/root
	assert_fstype xfs
}

@test "btrfs on a logical volume" {
	boot lvm-btrfs /dev/vgb/root
	assert_fstype btrfs
	assert_root_device /dev/mapper/vgb-root
}

@test "btrfs on two disks" {
	boot btrfs-2disk LABEL=btrfs-2disk ro
	assert_fstype btrfs
	assert_ro
}

@test "btrfs on two disks, by an image made for its host" {
	vm_boot image=host disk=btrfs-2disk cmdline="root=LABEL=btrfs-2disk ro"
	assert_handed_over
	assert_fstype btrfs
}

@test "no other file system's module is loaded" {
	boot plain-ext4 LABEL=plain-ext4
	assert_fstype ext4
	assert_module ext4
	refute_module xfs
	refute_module btrfs
}

@test "without ro and rw the root is mounted read-only" {
	boot plain-ext4 LABEL=plain-ext4
	assert_ro
}

@test "ro mounts the root read-only" {
	boot plain-ext4 LABEL=plain-ext4 rw ro
	assert_ro
}

@test "rw mounts the root for writing" {
	boot plain-ext4 LABEL=plain-ext4 rw
	assert_rw
}

@test "rootfstype= is what the root is mounted as" {
	boot plain-ext4 LABEL=plain-ext4 rootfstype=ext4
	assert_fstype ext4
}

@test "rootfstype= takes a list and its first fitting entry" {
	boot plain-ext4 LABEL=plain-ext4 rootfstype=xfs,ext4
	assert_fstype ext4
}

@test "rootflags= reach the mount" {
	boot plain-ext4 LABEL=plain-ext4 rootflags=noatime,commit=30
	assert_root_option noatime
	assert_root_option commit=30
}
