#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # lib.bash sets them
# What is in an image of each fake root: listing, modules.plan and init.conf stand in expected/.
# UPDATE=1 bats listing.bats writes them anew.

load lib

setup_file() {
	golden_setup_file
}

setup() {
	golden_setup
}

# golden NAME MODE: builds and compares.
golden() {
	tree "${1%%.*}"
	mkinitramfs -o "$image" --mode "$2" --compression none
	listing >"$work/listing"
	same_as_expected "$1.listing" "$work/listing"
	content etc/bedplate/modules.plan >"$work/plan"
	same_as_expected "$1.modules.plan" "$work/plan"
	content etc/bedplate/init.conf >"$work/init.conf"
	same_as_expected "$1.init.conf" "$work/init.conf"
}

@test "host image: a logical volume over two physical volumes on virtio-blk, a USB keyboard" {
	golden lvm host
}

@test "host image: a partition on NVMe behind a bridge, without lvm" {
	golden nvme host
}

@test "host image: SATA with a built-in driver; options, blacklist and softdeps from modprobe.d" {
	golden ahci host
	content etc/modprobe.d/bedplate.conf >"$work/modprobe"
	same_as_expected ahci.modprobe.conf "$work/modprobe"
}

@test "host image: xfs on virtio-scsi, /usr on a logical volume" {
	golden virtio-scsi host
}

@test "host image: a btrfs subvolume over two disks" {
	golden btrfs host
}

@test "generic image: likely drivers and file systems, only dm-mod is loaded at once" {
	golden lvm.generic generic
}

@test "generic image: a driver that lies in updates/ goes in for the kernel's own" {
	local modules
	tree lvm
	modules=$root/lib/modules/6.1.0-fake
	mkdir -p "$modules/updates/dkms"
	mv "$modules"/kernel/drivers/block/virtio_blk.ko* "$modules/updates/dkms/"
	depmod -b "$root" 6.1.0-fake
	mkinitramfs --mode generic -o "$image"
	listing | grep "updates/dkms/virtio_blk.ko"
	content lib/modules/6.1.0-fake/modules.alias | grep "virtio_blk$"
}

@test "the indices of the image speak of the modules inside only" {
	tree nvme
	mkinitramfs -o "$image"
	content lib/modules/6.1.0-fake/modules.dep >"$work/dep"
	[ "$(sort "$work/dep")" = "$(sort <<-END
		kernel/drivers/nvme/host/nvme-core.ko:
		kernel/drivers/nvme/host/nvme.ko: kernel/drivers/nvme/host/nvme-core.ko
		kernel/crypto/crc32c_generic.ko:
		kernel/arch/x86/crypto/crc32c-intel.ko:
		kernel/fs/mbcache.ko:
		kernel/fs/jbd2/jbd2.ko:
		kernel/fs/ext4/ext4.ko: kernel/fs/jbd2/jbd2.ko kernel/fs/mbcache.ko
	END
	)" ]
	refute grep -qE 'virtio|xfs|ahci' "$work/content/lib/modules/6.1.0-fake/modules.alias"
	grep -qx 'alias fs-ext4 ext4' "$work/content/lib/modules/6.1.0-fake/modules.alias"
	cmp "$root/lib/modules/6.1.0-fake/modules.builtin" \
		"$work/content/lib/modules/6.1.0-fake/modules.builtin"
}

@test "compressed modules go in plain, and the indices say so" {
	tree virtio-scsi
	mkinitramfs -o "$image"
	content lib/modules/6.1.0-fake/kernel/fs/xfs/xfs.ko |
		cmp - <(xz -dc "$root/lib/modules/6.1.0-fake/kernel/fs/xfs/xfs.ko.xz")
	grep -qx 'kernel/fs/xfs/xfs.ko: kernel/lib/libcrc32c.ko' \
		"$work/content/lib/modules/6.1.0-fake/modules.dep"
	refute grep -r '\.xz\|\.zst' "$work/content/lib/modules" "$work/content/etc/bedplate"
}

@test "firmware: by the kernel's order, compressed as is where the kernel reads it, else plain" {
	tree nvme
	mkdir -p "$root/lib/firmware/card" "$root/lib/firmware/updates/card" "$root/etc/bedplate"
	echo old >"$root/lib/firmware/card/new.bin"
	echo new >"$root/lib/firmware/updates/card/new.bin"
	echo packed | xz --check=crc32 >"$root/lib/firmware/card/packed.bin.xz"
	echo zstd | zstd -q >"$root/lib/firmware/card/zst.bin.zst"
	echo secret >"$root/lib/escape.bin"
	printf '[Modules]\nAdd=fwcard\n' >"$root/etc/bedplate/host.conf"
	mkinitramfs -o "$image"
	[ "$(content lib/firmware/updates/card/new.bin)" = new ]
	[ "$(content lib/firmware/card/packed.bin.xz | xz -dc)" = packed ]
	[ "$(content lib/firmware/card/zst.bin)" = zstd ]
	[ "$(find "$work/content/lib" -name '*.bin*' | wc -l)" -eq 3 ]
}

@test "firmware stays out where the configuration says so" {
	tree nvme
	mkdir -p "$root/lib/firmware/card" "$root/etc/bedplate"
	echo new >"$root/lib/firmware/card/new.bin"
	printf '[Modules]\nAdd=fwcard\n[Image]\nFirmware=no\n' >"$root/etc/bedplate/host.conf"
	mkinitramfs -o "$image"
	refute_listed firmware
}

@test "a merged /usr and absolute links are followed inside the root only" {
	tree nvme
	mkdir "$root/usr"
	mv "$root/lib" "$root/usr/lib"
	ln -s /usr/lib "$root/lib"
	mkinitramfs -o "$image"
	listing >"$work/listing"
	same_as_expected nvme.listing "$work/listing"
}

@test "host image: a warning for each kind of mapped device that /init does not bring about" {
	tree lvm
	uuid=$root/sys/devices/virtual/block/dm-0/dm/uuid
	run mkinitramfs -n
	[[ "$output" != *"/init does not"* ]]
	for kind in "CRYPT-:is encrypted" "mpath-:is a multipath device" "DMRAID-:is a firmware RAID"; do
		echo "${kind%%:*}abc" >"$uuid"
		run mkinitramfs -n
		[[ "$output" == *"vg--a-root--lv ${kind#*:}"*"/init does not"* ]]
	done
}

# A keyboard that is found only when the shell is there already has nobody to load its driver.
@test "an image for any machine names what every keyboard needs, if it has a shell" {
	tree lvm
	mkinitramfs --mode generic -o "$image"
	content etc/bedplate/keyboards.list >"$work/list"
	grep -qx usbhid "$work/list"
	grep -qx hid_generic "$work/list"
	mkinitramfs --mode generic --set Image.Rescue=no -o "$image"
	refute_listed keyboards.list
}

@test "--explain names the reasons" {
	tree lvm
	run mkinitramfs -n --explain
	[[ "$output" == *"kernel/fs/ext4/ext4.ko: file system of /"* ]]
	[[ "$output" == *"virtio_blk.ko: driver of pci0000:00/0000:00:05.0/virtio2 (root's disk)"* ]]
	[[ "$output" == *"jbd2.ko: ext4 needs it"* ]]
	[[ "$output" == *"crc32c_generic.ko: softdep of "* ]]
	[[ "$output" == *"usbhid.ko (late): driver of "*"(keyboard)"* ]]
	[[ "$output" == *"dm-mod.ko: dm-0 is a mapped device"* ]]
	# Every entry has one.
	refute grep -q ': *$' <<<"$output"
}

@test "--dry-run writes nothing; --json is JSON with the same entries" {
	tree lvm
	mkinitramfs -n >"$work/plain"
	mkinitramfs -n --json >"$work/json"
	mkinitramfs -o "$image" 2>"$work/words"
	diff "$work/plain" <(listing)
	diff <(sed 's/^[^ ]* //; s/ (late)$//; s/ -> .*//' "$work/plain") <(jq -r '.entries[].path' "$work/json")
	jq -e '.root.volumes == ["vg-a/root-lv"] and .kernel == "6.1.0-fake" and
		all(.entries[]; (.reasons | length > 0) and (.type | IN("file", "directory", "link", "node")))' "$work/json"
}

@test "a module that is built in needs no file and is told as such" {
	tree nvme
	sed -i 's/ext4/isofs/' "$root/proc/self/mountinfo"
	run mkinitramfs -n --explain
	[ "$status" -eq 0 ]
	[[ "$output" == *"(built into the kernel) isofs: file system of /"* ]]
	[[ "$output" != *isofs.ko* ]]
}
