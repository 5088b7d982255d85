#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# When the root does not come: what is said, when, and what happens then.

load lib

absent=UUID=01234567-89ab-cdef-0123-456789abcdef

@test "an absent root is named at once, and ends after rd.timeout in a diagnosis and a shell that works" {
	vm_boot disk="lvm-ext4 plain-xfs" cmdline="root=$absent rd.timeout=6" \
		shell='echo "blocks: $(ls /sys/block | xargs)"; mount | grep -c " /proc "'
	assert_ended shell
	assert_between "Run /init as init" "bedplate: .*waiting for.*01234567-89ab-cdef" 1 12
	assert_between "waiting for.*01234567" "the boot has stopped" 2 30
	assert_console "bedplate: the boot has stopped: .*01234567-89ab-cdef-0123-456789abcdef"
	# What is there instead, row by row: disks, file systems, physical volumes and groups.
	assert_console "^  vda +[0-9.]+[KMGTP] +LVM2_member "
	assert_console "^  vdb2 +[0-9.]+[KMGTP] +xfs +plain-xfs +$(disk_uuid plain-xfs)"
	assert_console "^ +/dev/vda +vg "
	assert_console "^blocks: .*vda"
	assert_console "^1$"
}

@test "an absent volume is told from an absent group" {
	vm_boot disk=lvm-ext4 cmdline="root=/dev/vg/rood rd.timeout=6"
	assert_ended shell
	assert_console "bedplate: the boot has stopped: .*rood"
	# The nearest name.
	assert_console "^  boot with root=/dev/vg/root"
}

@test "with rd.shell=0 an absent root ends in a reboot after rd.timeout" {
	vm_boot disk=lvm-ext4 cmdline="root=$absent rd.timeout=6 rd.shell=0"
	assert_ended reboot
	refute_console "Kernel panic"
	assert_console "waiting for.*01234567"
}

@test "whoever comes to the rescue shell has a USB keyboard" {
	# Before anything was loaded for a device; nobody listens to those that appear later.
	vm_boot disk=plain-ext4 cmdline="root=LABEL=plain-ext4 rd.break=modules" \
		device=qemu-xhci device=usb-kbd \
		shell='until grep -q "USB Keyboard" /sys/class/input/input*/name; do sleep 1; done; echo "here: $(cat /sys/class/input/input*/name | grep USB)"'
	assert_ended shell
	assert_console "^here: .*USB Keyboard"
}

@test "rd.break opens a shell, and leaving it goes on with the boot, whatever was typed last" {
	# What is to become of a failed boot does not matter to one that has not failed.
	vm_boot disk=lvm-ext4 cmdline="root=/dev/vg/root rd.break rd.emergency=reboot" \
		shell="nosuch-command; exit"
	assert_handed_over
	assert_console "nosuch-command: not found"
	assert_root_device /dev/mapper/vg-root
}

@test "panic= does not take the shell away from somebody who asks for it" {
	vm_boot disk=plain-ext4 cmdline="root=LABEL=plain-ext4 rd.break panic=5"
	assert_ended shell
}

@test "a kernel without root= gets a diagnosis, not a panic" {
	vm_boot disk=plain-ext4 cmdline="rd.timeout=4"
	assert_ended shell
	assert_console "bedplate: the boot has stopped: no root file system is named"
}

@test "rd.emergency=poweroff ends a failed boot without a shell by switching off" {
	vm_boot disk=plain-ext4 \
		cmdline="root=/dev/vdz9 rd.timeout=3 rd.shell=0 panic=1 rd.emergency=poweroff"
	assert_ended poweroff
	assert_console "bedplate: .*power-off in 1 s"
}
