#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Host images, and images that lack something.

load lib

@test "host image: a logical volume on virtio-blk, without a look into the late archive" {
	vm_boot image=host disk=lvm-ext4 cmdline="root=/dev/vg/root ro"
	assert_handed_over
	assert_root_device /dev/mapper/vg-root
	assert_active_volumes vg-root
	assert_equal "$(boot_json .mode)" host mode
	refute_module nvme
	refute_console "late archive"
	assert_equal "$(boot_json .lvm.path)" native path
}

@test "host image: a logical volume by root=UUID=, nothing else activated" {
	vm_boot image=host disk=lvm-ext4 cmdline="root=UUID=$(disk_uuid lvm-ext4)"
	assert_handed_over
	assert_active_volumes vg-root
}

@test "host image: a partition on NVMe, without device-mapper" {
	vm_boot image=host disk=plain-ext4 controller=nvme \
		cmdline="root=UUID=$(disk_uuid plain-ext4)"
	assert_handed_over
	assert_root_device /dev/nvme0n1p2
	refute_module dm-mod
	refute_module virtio_blk
}

@test "host image: xfs on a volume on virtio-scsi" {
	vm_boot image=host disk=lvm-xfs controller=virtio-scsi cmdline="root=/dev/vgx/root"
	assert_handed_over
	assert_fstype xfs
}

@test "host image: a volume over two disks, one of them 5 s late" {
	vm_boot image=host disk=lvm-2disk/0 late=lvm-2disk/1 cmdline="root=/dev/vg2/root"
	assert_handed_over
	assert_root_device /dev/mapper/vg2-root
}

# image_without MODULE: a generic image that lost the module's file on the way.
image_without() {
	local tree=$vm_state/run/tree-$BATS_TEST_NUMBER generic
	generic=$("$vm_here/image" generic)
	rm -rf "$tree"
	"$vm_build/mkinitramfs/bedplate-mkinitramfs" --extract "$generic" "$tree"
	find "$tree/lib/modules" -name "$1.ko" -delete -print | grep -q .
	(cd "$tree" && find . | cpio -o -H newc --owner=0:0 --quiet) >"$vm_state/run/without-$1.img"
	rm -rf "$tree"
	echo "$vm_state/run/without-$1.img"
}

@test "a root file system's module that is missing from the image is named" {
	vm_boot image="$(image_without ext4)" disk=plain-ext4 \
		cmdline="root=UUID=$(disk_uuid plain-ext4) rd.timeout=5"
	rm "${vm_option[image]}"
	assert_ended shell
	assert_console "module ext4: not loaded: its file is missing from the image"
	assert_console "the boot has stopped: the kernel has no ext4: mounting /dev/vda2 \(ext4\) as the root"
	assert_console "the module of ext4 is missing from the image"
}

@test "a controller's module that is missing from the image: the diagnosis and a shell" {
	vm_boot image="$(image_without virtio_blk)" disk=plain-ext4 \
		cmdline="root=LABEL=plain-ext4 rd.timeout=5"
	rm "${vm_option[image]}"
	assert_ended shell
	assert_console "bedplate: .*waiting for"
}

@test "modules without their signatures boot, and the kernel is marked for it" {
	local kernel=$vm_state/kernel/$KERNEL image=$vm_state/run/unsigned.img
	"$vm_here/image" generic >/dev/null
	"$vm_build/mkinitramfs/bedplate-mkinitramfs" --root "$kernel" --parts "$vm_build" \
		-k "$(<"$kernel/version")" --mode generic --set Modules.Signatures=drop -o "$image"
	vm_boot image="$image" disk=lvm-ext4 cmdline="root=/dev/vg/root"
	rm "$image"
	assert_handed_over
	assert_console "module verification failed: signature and/or required key missing"
}
