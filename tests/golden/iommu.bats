#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # lib.bash sets them
# bedplate host-prep iommu: groups as a tree, as JSON and as a picture.

load lib

setup() {
	work=$BATS_TEST_TMPDIR
	root=$work/root
	"$here/make-iommu-tree" "$root"
	mkdir -p "$root/sys/devices/virtual/block/dm-0/slaves" "$root/sys/dev/block" "$root/proc/self"
	ln -s ../sda2 "$root/sys/devices/virtual/block/dm-0/slaves/sda2"
	ln -s ../../devices/virtual/block/dm-0 "$root/sys/class/block/dm-0"
	ln -s ../../devices/virtual/block/dm-0 "$root/sys/dev/block/254:0"
	echo 2 >"$root/sys/class/block/sda2/partition"
	echo '28 1 254:0 / / rw shared:1 - ext4 /dev/mapper/vg-root rw' >"$root/proc/self/mountinfo"
}

names() {
	mkdir -p "$root/usr/share/misc"
	printf '%s\n' '1002  Advanced Micro Devices, Inc. [AMD/ATI]' $'\t67df  Ellesmere [Radeon RX 470/480]' \
		'10de  NVIDIA Corporation' $'\t10f0  GP104 High Definition Audio Controller' \
		$'\t1b80  GP104 [GeForce GTX 1080]' '8086  Intel Corporation' \
		$'\t1521  I350 <Gigabit> & "more" Verbindung über Kupfer' \
		'C 03  Display controller' $'\t00  VGA compatible controller' >"$root/usr/share/misc/pci.ids"
}

iommu() {
	"$B/host-prep/bedplate-host-prep" iommu --root "$root" "$@"
}

@test "the tree names groups, devices, drivers, ways to reset, and what goes with what" {
	names
	LC_ALL=en_US.UTF-8 iommu >"$work/tree"
	same_as_expected iommu.tree "$work/tree"
}

@test "the tree is in ASCII where the terminal is" {
	LC_ALL=C LANG=en_US.UTF-8 iommu >"$work/tree"
	refute grep -P '[^\x00-\x7f]' "$work/tree"
	grep -q '^+- group 1 (DMA-FQ)$' "$work/tree"
	LC_ALL='' LC_CTYPE=de_DE.utf8 iommu | grep -q '^├─ group 1'
}

@test "JSON has every function with its verdict" {
	names
	iommu --json >"$work/json"
	[ "$(jq '[.groups[].functions[], .ungrouped[]] | length' "$work/json")" = 21 ]
	jq -r '[.groups[].functions[], .ungrouped[]][] |
		[.address, .verdict, (.with | join(",")), (.same_card | join(","))] | join(" ")' \
		"$work/json" >"$work/verdicts"
	same_as_expected iommu.verdicts "$work/verdicts"
	jq -e '.iommu and .version == 1' "$work/json"
}

@test "the picture is an SVG document, whatever the names hold" {
	names
	printf '10de  \xff\x01 <!-- ]]> &amp;\n' >>"$root/usr/share/misc/pci.ids"
	sed -i '/^10de  NVIDIA/d' "$root/usr/share/misc/pci.ids"
	iommu --svg >"$work/svg"
	xmllint --noout "$work/svg"
	[ "$(xmllint --xpath 'count(//*[local-name()="g"])' "$work/svg")" = 15 ]
	# Every line ends within its box.
	width=$(xmllint --xpath 'string(/*/@width)' "$work/svg")
	xmllint --xpath '//*[local-name()="text"]/@textLength' "$work/svg" | tr -dc '0-9\n' |
		sed '/^$/d' >"$work/lengths"
	[ "$(sort -n "$work/lengths" | tail -n 1)" -lt $((width - 60)) ]
}

@test "without an IOMMU nothing can be had, and it says how to get one" {
	find "$root/sys" -name iommu_group -delete
	rm -r "$root/sys/kernel"
	iommu >"$work/tree"
	grep -q 'no IOMMU is at work, 21 PCI functions' "$work/tree"
	grep -q 'intel_iommu=on' "$work/tree"
	[ "$(iommu --json | jq -c '[.iommu, (.groups | length), (.ungrouped | length)]')" = '[false,0,21]' ]
	iommu --svg | xmllint --noout -
}

@test "one form at a time" {
	fails 2 'one of them' iommu --json --svg
}
