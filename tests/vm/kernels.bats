#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The newer Debian suite's kernel, whose modules are compressed; and arguments for modules.

load lib

@test "trixie: a logical volume, generic image" {
	vm_boot kernel=trixie disk=lvm-ext4 cmdline="root=/dev/vg/root"
	assert_handed_over
	assert_root_device /dev/mapper/vg-root
	assert_active_volumes vg-root
}

@test "trixie: btrfs on NVMe, generic image" {
	vm_boot kernel=trixie disk=plain-btrfs controller=nvme \
		cmdline="root=UUID=$(disk_uuid plain-btrfs)"
	assert_handed_over
	assert_fstype btrfs
}

@test "trixie: a logical volume on virtio-scsi, host image" {
	vm_boot kernel=trixie image=host disk=lvm-ext4 controller=virtio-scsi \
		cmdline="root=/dev/vg/root"
	assert_handed_over
	assert_active_volumes vg-root
}

@test "NAME.OPTION= on the kernel's command line reaches the module" {
	vm_boot disk=plain-ext4 controller=nvme \
		cmdline="root=LABEL=plain-ext4 nvme-core.io_timeout=77 testinit.show=/sys/module/nvme_core/parameters/io_timeout"
	assert_handed_over
	assert_equal "$(report "show /sys/module/nvme_core/parameters/io_timeout")" 77 "io_timeout"
}

@test "modprobe.blacklist= keeps a module from being loaded by its device" {
	vm_boot disk=plain-ext4 controller=virtio-scsi \
		cmdline="root=LABEL=plain-ext4 modprobe.blacklist=ahci,i2c_i801"
	assert_handed_over
	refute_module ahci
}
