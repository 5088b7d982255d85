#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Volume groups of all shapes; and what the boot does not need is left alone.

load lib

boot() {
	vm_boot disk="$1" cmdline="root=$2 ${*:3}"
	assert_handed_over
}

@test "only the root volume is activated, by /dev/VG/LV" {
	boot lvm-ext4 /dev/vg/root
	assert_active_volumes vg-root
	assert_equal "$(boot_json .lvm.path)" native path
}

@test "only the root volume is activated, by /dev/mapper/NAME" {
	boot lvm-ext4 /dev/mapper/vg-root
	assert_active_volumes vg-root
}

@test "rd.lvm.lv= names the volume that root=UUID= is on, and no other is activated" {
	boot lvm-ext4 "UUID=$(disk_uuid lvm-ext4)" rd.lvm.lv=vg/root
	assert_active_volumes vg-root
}

@test "hyphens in names: /dev/VG/LV" {
	boot lvm-hyphen /dev/my-vg/root-lv
	assert_root_device /dev/mapper/my--vg-root--lv
	assert_active_volumes my--vg-root--lv
}

@test "hyphens in names: /dev/mapper/NAME" {
	boot lvm-hyphen /dev/mapper/my--vg-root--lv
	assert_root_device /dev/mapper/my--vg-root--lv
	assert_active_volumes my--vg-root--lv
}

@test "a root volume with extents on two disks" {
	boot lvm-2disk /dev/vg2/root
	assert_root_device /dev/mapper/vg2-root
	assert_active_volumes vg2-root
	assert_equal "$(boot_json .lvm.path)" native path
}

@test "a root volume in stripes over two disks" {
	boot lvm-striped /dev/vgs/root
	assert_root_device /dev/mapper/vgs-root
	assert_equal "$(boot_json .lvm.path)" native path
}

@test "a physical volume on a partition" {
	boot lvm-gpt /dev/vgp/root
	assert_root_device /dev/mapper/vgp-root
	assert_active_volumes vgp-root
}

@test "another volume group on another disk stays inactive" {
	vm_boot disk="lvm-hyphen lvm-ext4" cmdline="root=/dev/vg/root"
	assert_handed_over
	assert_active_volumes vg-root
}

@test "both names of the root volume are there for the root's init" {
	boot lvm-ext4 /dev/vg/root
	report mapper | grep -q '^vg-root '
}

@test "udev's record keeps the root volume from being taken for a foreign one" {
	boot lvm-ext4 /dev/vg/root
	report "udev b$(report root_devno)" | grep -q DM_UDEV_PRIMARY_SOURCE_FLAG=1
}

@test "rd.lvm.lv= brings its volume up beside a root that needs none" {
	vm_boot disk="plain-ext4 lvm-ext4" cmdline="root=LABEL=plain-ext4 rd.lvm.lv=vg/home"
	assert_handed_over
	assert_active_volumes vg-home
}

@test "rd.lvm.vg= brings up every volume of its group" {
	vm_boot disk="plain-ext4 lvm-ext4" cmdline="root=LABEL=plain-ext4 rd.lvm.vg=vg"
	assert_handed_over
	assert_active_volumes vg-guest vg-home vg-root
	assert_equal "$(grep -c '^udev .*DM_UDEV_PRIMARY_SOURCE_FLAG=1' "$vm_dir/report")" 3 "udev's records"
}

@test "a root volume over three disks and a partition" {
	boot lvm-3pv /dev/vg3/root
	assert_active_volumes vg3-root
	assert_equal "$(boot_json .lvm.path)" native path
}

# boot_by_lvm DISK GROUP: a root of a kind that only lvm activates, soon and in one run.
boot_by_lvm() {
	boot "$1" "/dev/$2/root"
	assert_root_device "/dev/mapper/$2-root"
	assert_equal "$(boot_json .lvm.path)" lvm path
	assert_equal "$(boot_json '.lvm.degraded | length')" 0 degraded
	assert_between "Run /init as init" "" 0 10
}

@test "a root volume in RAID 1" {
	boot_by_lvm lvm-raid1 vgr
}

@test "a root volume in an old mirror" {
	boot_by_lvm lvm-mirror vgm
}

@test "a thin root volume, without the others of its pool" {
	boot_by_lvm lvm-thin vgt
	assert_equal "$(report dm | grep -c vgt-guest)" 0 "other volumes"
}

@test "a thin snapshot as the root, though it is marked to be skipped" {
	boot lvm-thin /dev/vgt/before
	assert_root_device /dev/mapper/vgt-before
	assert_equal "$(report dm | grep -c vgt-root)" 0 "its origin"
}

@test "a root volume behind a cache" {
	boot_by_lvm lvm-cache vgc
}

@test "a root volume that is a snapshot's origin" {
	boot_by_lvm lvm-snapshot vgo
}

@test "a root volume that a thin volume was made of is mapped as lvm does, by a layer of its own" {
	boot lvm-external /dev/vge/root ro
	assert_root_device /dev/mapper/vge-root
	assert_equal "$(boot_json .lvm.path)" lvm path
	report dm | grep -q ' vge-root-real LVM-.*-real$' || vm_fail "the layer is missing"
}

@test "an image made for its host has what a root volume in RAID 1 needs" {
	vm_boot disk=lvm-raid1 image=host cmdline="root=/dev/vgr/root"
	assert_handed_over
	assert_root_device /dev/mapper/vgr-root
}

@test "an image made for its host has what a thin root volume needs" {
	vm_boot disk=lvm-thin image=host cmdline="root=/dev/vgt/root"
	assert_handed_over
	assert_root_device /dev/mapper/vgt-root
}

@test "an image made for its host has what a cached root volume needs" {
	vm_boot disk=lvm-cache image=host cmdline="root=/dev/vgc/root"
	assert_handed_over
	assert_root_device /dev/mapper/vgc-root
}
