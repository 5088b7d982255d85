#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Volume groups that are damaged, incomplete, ambiguous or somebody else's: what is said, how it
# ends, and how soon.

load lib
# shellcheck disable=SC2154 # vm_... are lib's

# damage FILE AREA...: overwrite the metadata text that the area at this offset points to.
damage() {
	dd if=/dev/zero of="$1" bs=4096 seek=2 count=200 conv=notrunc status=none
}

# The line in the kernel's log that says why a boot stops: it has the guest's time.
stopped='[]] bedplate: (/dev/|UUID=)[^ ]*(:| did not| is on)'

# Boots that fail end at the shell; no shell prompt is answered.
assert_stopped() {
	refute_handed_over
	assert_ended shell
	assert_console "bedplate: the boot has stopped: .*$1"
}

@test "a damaged copy of the metadata: the other disk's serves" {
	local first
	first=$(disk_copy lvm-2disk/0)
	damage "$first"
	vm_boot disk="$first lvm-2disk/1" cmdline="root=/dev/vg2/root"
	assert_handed_over
	assert_console "physical volume /dev/vda: .*(checksum is wrong|unknown kind)"
	assert_active_volumes vg2-root
	assert_between "Run /init as init" "" 0 10
}

@test "every copy of the metadata is damaged: said which, and the end is the shell" {
	local disk
	disk=$(disk_copy lvm-ext4/0)
	damage "$disk"
	vm_boot disk="$disk" cmdline="root=/dev/vg/root rd.timeout=5"
	assert_console "physical volume /dev/vda: .*(checksum is wrong|unknown kind)"
	assert_stopped "did not appear within 5 s: .*volume group vg is not there"
	assert_between "Run /init as init" "$stopped" 4 12
}

@test "a physical volume that was cut off: the reason is said" {
	local disk
	disk=$(disk_copy lvm-ext4/0)
	truncate -s 64M "$disk"
	vm_boot disk="$disk" cmdline="root=/dev/vg/root rd.timeout=8"
	assert_console "/dev/vda is on a device of another size"
	assert_stopped "did not appear"
	assert_between "Run /init as init" "$stopped" 7 20
}

@test "a physical volume that is there twice is refused at once" {
	vm_boot disk="lvm-ext4 lvm-ext4" cmdline="root=/dev/vg/root"
	assert_stopped "/dev/vd[ab] and /dev/vd[ab] are the same physical volume"
	assert_console "vgimportclone"
	assert_between "Run /init as init" "$stopped" 0 10
}

@test "two groups of one name are refused at once, and their UUIDs are told" {
	vm_boot disk="lvm-ext4 lvm-twin" cmdline="root=/dev/vg/root"
	assert_stopped "two volume groups vg, with the UUIDs"
	assert_console "$(group_uuid lvm-ext4 vg)"
	assert_console "$(group_uuid lvm-twin vg)"
	assert_between "Run /init as init" "$stopped" 0 10
}

@test "of two groups of one name, rd.lvm.lv=UUID/VOLUME tells which one the root is on" {
	local uuid
	uuid=$(group_uuid lvm-twin vg)
	vm_boot disk="lvm-ext4 lvm-twin" cmdline="root=/dev/vg/root rd.lvm.lv=$uuid/root"
	assert_handed_over
	assert_active_volumes vg-root
	report dm | grep -q "LVM-${uuid//-/}"
	assert_equal "$(boot_json .lvm.path)" native path
	assert_between "Run /init as init" "" 0 10
}

@test "root=/dev/UUID/VOLUME names the root's group by its UUID" {
	local uuid
	uuid=$(group_uuid lvm-ext4 vg)
	vm_boot disk="lvm-ext4 lvm-twin" cmdline="root=/dev/$uuid/root"
	assert_handed_over
	report dm | grep -q "LVM-${uuid//-/}"
}

@test "rd.lvm.vg=UUID brings up the group with that UUID, and none of the same name" {
	vm_boot disk="plain-ext4 lvm-ext4 lvm-twin" \
		cmdline="root=LABEL=plain-ext4 rd.lvm.vg=$(group_uuid lvm-ext4 vg)"
	assert_handed_over
	assert_active_volumes vg-guest vg-home vg-root
	assert_equal "$(boot_json .lvm.path)" lvm path
}

@test "groups that are not ours, and names that are not there, are said and delay nothing" {
	vm_boot disk="plain-ext4 lvm-ext4 lvm-others" cmdline="root=LABEL=plain-ext4 \
		rd.lvm.lv=exported/root rd.lvm.lv=foreign/root rd.lvm.lv=shared/root rd.lvm.lv=vg/rooot"
	assert_handed_over
	assert_active_volumes
	assert_console "volume exported/root is not activated: .*exported"
	assert_console "volume foreign/root is not activated: .*another host"
	assert_console "volume shared/root is not activated: .*shared"
	assert_console "volume vg/rooot is not activated: .*has no volume rooot; the nearest is root"
	assert_equal "$(boot_json '.lvm.refused | length')" 4 refused
	assert_between "Run /init as init" "" 0 12
}

@test "root= with a typing error in the volume's name stops at once, with the nearest name" {
	vm_boot disk=lvm-ext4 cmdline="root=/dev/vg/rooot"
	assert_stopped "volume group vg has no volume rooot; the nearest is root"
	assert_between "Run /init as init" "$stopped" 0 8
}

@test "a typing error in rd.lvm.lv= costs no more than the search for the root" {
	vm_boot disk=lvm-ext4 cmdline="root=UUID=$(disk_uuid lvm-ext4) rd.lvm.lv=vg/rooot"
	assert_handed_over
	assert_console "volume vg/rooot is not activated: .*the nearest is root"
	assert_active_volumes vg-root
	assert_between "Run /init as init" "" 2 12
}

@test "a typing error in the group's name is told with the nearest name while it is waited for" {
	vm_boot disk=lvm-hyphen cmdline="root=/dev/my-gv/root-lv rd.timeout=5"
	assert_console "still waiting .*volume group my-gv is not there; the nearest is my-vg"
	assert_stopped "the nearest is my-vg"
	assert_between "Run /init as init" "$stopped" 4 12
}

@test "a volume with names of the longest allowed length" {
	local group volume
	group=$(printf 'g%.0s' $(seq 60)) volume=$(printf 'v%.0s' $(seq 60))
	vm_boot disk=lvm-longest cmdline="root=/dev/$group/$volume"
	assert_handed_over
	assert_root_device "/dev/mapper/$group-$volume"
	assert_equal "$(boot_json .lvm.path)" native path
	assert_between "Run /init as init" "" 0 10
}

@test "a disk that the root is on is missing: said by name, and the end is the shell" {
	vm_boot disk=lvm-2disk/0 cmdline="root=/dev/vg2/root rd.timeout=5"
	assert_stopped "PV pv1 .* is not there"
	assert_between "Run /init as init" "$stopped" 4 12
}

@test "a disk of the group that the root is not on is missing: nothing waits for it" {
	vm_boot disk=lvm-spare/0 cmdline="root=/dev/vgq/root"
	assert_handed_over
	assert_active_volumes vgq-root
	assert_equal "$(boot_json .lvm.path)" native path
	assert_between "Run /init as init" "" 0 8
}

@test "a root in RAID 1 without one of its disks: up after the deadline, and how to mend it" {
	vm_boot disk=lvm-raid1/0 cmdline="root=/dev/vgr/root"
	assert_handed_over
	assert_console "volume vgr/root came up without all its legs; .*lvchange --refresh vgr/root"
	assert_equal "$(boot_json '.lvm.degraded | join(" ")')" vgr/root degraded
	boot_json '.messages | join(" ")' | grep -q 'lvconvert --repair vgr/root'
	assert_between "Run /init as init" "" 10 25
}

@test "rd.lvm.degraded=now: a root in RAID 1 without one of its disks is not waited for" {
	vm_boot disk=lvm-raid1/1 cmdline="root=/dev/vgr/root rd.lvm.degraded=now"
	assert_handed_over
	assert_equal "$(boot_json '.lvm.degraded | join(" ")')" vgr/root degraded
	assert_between "Run /init as init" "" 0 10
}

@test "rd.lvm.degraded=never: a root in RAID 1 without one of its disks does not come up" {
	vm_boot disk=lvm-raid1/0 cmdline="root=/dev/vgr/root rd.lvm.degraded=never rd.timeout=14"
	assert_stopped "partial LV"
	assert_between "Run /init as init" "$stopped" 13 22
}

@test "the second disk of a root in RAID 1 comes late: it comes up whole" {
	vm_boot disk=lvm-raid1/0 late=lvm-raid1/1 after=3 cmdline="root=/dev/vgr/root"
	assert_handed_over
	assert_equal "$(boot_json '.lvm.degraded | length')" 0 degraded
	assert_between "Run /init as init" "" 3 20
}

@test "root=UUID= that a volume and its snapshot have is refused with both names" {
	vm_boot disk=lvm-snapshot cmdline="root=UUID=$(disk_uuid lvm-snapshot)"
	assert_stopped "is on more than one volume: .*vgo/root"
	assert_console "vgo/before"
	assert_between "Run /init as init" "$stopped" 3 20
}

# An image with a script in place of lvm, which does what lvmtest= says.
image_with_bad_lvm() {
	local parts=$vm_state/images/bad-lvm-parts
	mkdir -p "$parts"
	cp "$vm_build/init/init" "$vm_build/deps/bin/busybox" \
		"$vm_build/deps/sbin/e2fsck" "$parts"
	cat >"$parts/lvm" <<-'END'
		#!/bin/sh
		case $(cat /proc/cmdline) in
		*lvmtest=hang*) exec sleep 1000 ;;
		*lvmtest=crash*) kill -SEGV $$ ;;
		esac
	END
	chmod 755 "$parts/lvm"
	echo "--parts $parts"
}

@test "lvm that hangs is killed at its deadline, and that is said" {
	vm_boot disk=lvm-raid1 image_options="$(image_with_bad_lvm)" \
		cmdline="root=/dev/vgr/root rd.timeout=25 lvmtest=hang"
	assert_console "bedplate: /sbin/lvm: not done after 20000 ms, killed"
	assert_stopped "killed"
	assert_between "Run /init as init" "not done after" 19 27
	assert_between "Run /init as init" "$stopped" 24 40
}

@test "lvm that crashes is told with its signal" {
	vm_boot disk=lvm-raid1 image_options="$(image_with_bad_lvm)" \
		cmdline="root=/dev/vgr/root rd.timeout=5 lvmtest=crash"
	assert_console "bedplate: /sbin/lvm: killed by signal 11"
	assert_stopped "killed by signal 11"
	assert_between "Run /init as init" "$stopped" 4 15
}
