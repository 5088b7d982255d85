#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The harness itself: what it says of a guest is true, and it always comes to an end.

load lib

boot_reference() {
	vm_boot image=reference "$@"
}

@test "a root that is handed over to is reported with all its properties" {
	boot_reference disk=lvm-ext4 cmdline="root=/dev/vg/root ro quiet"
	assert_handed_over
	assert_root_device /dev/mapper/vg-root
	assert_fstype ext4
	assert_ro
	assert_active_volumes vg-root
	assert_argv /sbin/init
	assert_initramfs_emptied
	assert_within 60
}

@test "an initramfs that is left behind shows up in memory" {
	boot_reference disk=lvm-ext4 cmdline="root=/dev/vg/root workbench.fault=leak"
	assert_handed_over
	run assert_initramfs_emptied
	[ "$status" -ne 0 ]
}

@test "a kernel panic is seen at once" {
	boot_reference cmdline="workbench.fault=panic"
	assert_ended panic
	assert_console "Attempted to kill init"
	refute_handed_over
}

@test "a guest that hangs is killed at the deadline" {
	boot_reference cmdline="workbench.fault=hang" deadline=12
	assert_ended deadline
}

@test "a shell's prompt ends the case" {
	boot_reference cmdline="workbench.fault=shell"
	assert_ended shell
}

@test "what is typed at a prompt arrives, and only the next prompt ends the case" {
	boot_reference cmdline="workbench.fault=shell" shell='echo "uptime: $((40 + 2))"'
	assert_console "^uptime: 42"
	assert_ended shell
}

@test "a reboot is told from a power-off" {
	boot_reference cmdline="workbench.fault=reboot"
	assert_ended reboot
}

@test "a chosen line of the console ends the case" {
	boot_reference cmdline="workbench.fault=hang" until="Run /init as init"
	assert_ended until
}

@test "a disk is plugged in late, on the event asked for" {
	boot_reference late=lvm-ext4 after=3 cmdline="root=/dev/vg/root rw"
	assert_handed_over
	assert_rw
	assert_between "Run /init as init" "" 3 30
}

@test "a SCSI disk is plugged in late" {
	boot_reference late=plain-ext4 after=3 controller=virtio-scsi \
		cmdline="root=LABEL=plain-ext4"
	assert_handed_over
	assert_root_device /dev/sda2
}

@test "a test never changes a disk" {
	before=$(vm_hash "$vm_state/disks/plain-ext4")
	boot_reference disk=plain-ext4 cmdline="root=LABEL=plain-ext4 rw"
	assert_handed_over
	assert_rw
	assert_equal "$(vm_hash "$vm_state/disks/plain-ext4")" "$before" "the disk's checksum"
}
