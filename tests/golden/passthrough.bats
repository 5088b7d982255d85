#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # lib.bash sets them
# What host.conf and the guests pass through gets into the image, and what cannot be is refused.

load lib

setup_file() {
	golden_setup_file
}

setup() {
	golden_setup
	tree nvme
	mkdir -p "$root/etc/bedplate/guests"
}

guest_conf() {
	printf '%s\n' "${@:2}" >"$root/etc/bedplate/guests/$1.conf"
}

# pci_function ADDRESS VENDOR DEVICE [FOLDER]: one that the host has.
pci_function() {
	local dir=${4:-sys/devices/pci0000:00/$1}
	mkdir -p "$root/$dir" "$root/sys/bus/pci/devices"
	echo "0x$2" >"$root/$dir/vendor"
	echo "0x$3" >"$root/$dir/device"
	ln -sfn "../../../../$dir" "$root/sys/bus/pci/devices/$1"
}

@test "each section becomes one of /init's, with the policy that applies and its origin" {
	conf '[Boot]' PassthroughFailure=rescue '[Vfio]' \
		'Devices=10de:1b80@01:00.0 8086:10d3' '[Vfio]' 'Devices=2:0.*' OnFailure=continue
	guest_conf web '[Passthrough]' Id=1234:11e8
	guest_conf desk '[Memory]' Size=8G '[Passthrough]' Address=0001:03:00.1 Id=10de:10f0 \
		OnFailure=reboot Framebuffer=detach
	mkinitramfs -o "$image"
	content etc/bedplate/init.conf >"$work/init.conf"
	same_as_expected passthrough.init.conf "$work/init.conf"
	content etc/bedplate/vfio.plan >"$work/plan"
	same_as_expected passthrough.vfio.plan "$work/plan"
	refute grep -E 'vfio|irqbypass' "$work/content/etc/bedplate/modules.plan"
	# The indices know them as well.
	grep -q '^kernel/drivers/vfio/pci/vfio-pci.ko: ' "$work/content/lib/modules/6.1.0-fake/modules.dep"
}

@test "an image for this host has vfio-pci where something is passed through, one for any always" {
	mkinitramfs -o "$image"
	refute_listed vfio
	mkinitramfs --mode generic -o "$image"
	listing | grep -q vfio_iommu_type1.ko
	listing | grep -q vfio.plan
	guest_conf web '[Passthrough]' Id=1234:11e8
	mkinitramfs -o "$image"
	listing | grep -q vfio_iommu_type1.ko
}

@test "a device that is no device is named with file and line" {
	conf '[Vfio]' '# two' 'Devices=01:00.0 01:00'
	fails 2 'host.conf:3: \[Vfio\] Devices: "01:00" is neither a PCI address' mkinitramfs -o "$image"
	conf
	guest_conf web '[Passthrough]' Address=01:00
	fails 2 'guests/web.conf:2: .*"01:00"' mkinitramfs -o "$image"
	guest_conf web '[Passthrough]' OnFailure=reboot
	fails 2 'guests/web.conf.*neither Address= nor Id=' mkinitramfs -o "$image"
	guest_conf web '[Passthru]'
	fails 2 'guests/web.conf:1: .*did you mean \[Passthrough\]' mkinitramfs -o "$image"
	rm "$root/etc/bedplate/guests/web.conf"
	guest_conf 'w e b' '[Memory]' Size=1G
	fails 2 'guests/w e b.conf: "w e b" is no name for a guest' mkinitramfs -o "$image"
	[ ! -e "$image" ]
}

@test "what the root stands on cannot be passed through" {
	pci_function 0000:01:00.0 144d a808 "sys/devices/pci0000:00/0000:00:1c.0/0000:01:00.0"
	pci_function 0000:02:00.0 144d a809
	conf '[Vfio]' Devices=01:00.0
	fails 1 'host.conf:2: the root file system stands on 0000:01:00.0, which is passed through' \
		mkinitramfs -o "$image"
	conf '[Vfio]' Devices=144d:a808
	fails 1 'stands on 0000:01:00.0' mkinitramfs -o "$image"
	# Something else is at its place, or it is another one of the kind.
	conf '[Vfio]' 'Devices=144d:a809@01:00.0 02:00.0'
	mkinitramfs -o "$image"
}

@test "a keyboard on a passed-through controller brings no driver into the image" {
	tree lvm
	mkdir -p "$root/etc/bedplate"
	mkinitramfs -o "$image"
	listing | grep -q xhci-pci.ko
	pci_function 0000:00:14.0 8086 1e31
	conf '[Vfio]' Devices=00:14.0
	mkinitramfs -o "$image"
	refute_listed 'xhci'
}

@test "a kernel without vfio-pci is a warning; excluded, an error" {
	guest_conf web '[Passthrough]' Id=1234:11e8
	conf '[Modules]' Exclude=vfio-pci
	fails 1 'vfio_pci is excluded by the configuration, but vfio_pci is needed' mkinitramfs -o "$image"
	conf
	rm -r "$root/lib/modules/6.1.0-fake/kernel/drivers/vfio"
	depmod -b "$root" 6.1.0-fake
	fails 0 'kernel 6.1.0-fake has no vfio-pci: no PCI device' mkinitramfs -o "$image"
	fails 0 'kernel 6.1.0-fake has no vfio_iommu_type1' mkinitramfs --mode generic -o "$image"
}

@test "the README's example of a host.conf is a good one" {
	mkdir -p "$root/etc/bedplate"
	# The networks' and guests' files say whose they are.
	awk '/^```/ { inside = $0 == "```ini"; first = 1; next }
		inside { if (first) skip = /^# .*network|^# .*guests\/web/; first = 0; if (!skip) print }' \
		"$here/../../README.md" >"$root/etc/bedplate/host.conf"
	[ -s "$root/etc/bedplate/host.conf" ]
	mkinitramfs -o "$image"
	content etc/bedplate/init.conf >"$work/init.conf"
	grep -qx 'Devices=10de:1b80@0000:01:00.\*' "$work/init.conf"
	grep -qx OnFailure=rescue "$work/init.conf"
	grep -q '^Require=.*hugepages>=512' "$work/init.conf"
}
