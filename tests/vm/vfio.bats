#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# PCI devices go to vfio-pci before any other driver is loaded.

load lib

# shellcheck source=tests/vm/passthrough.bash
. "$BATS_TEST_DIRNAME/passthrough.bash"

assert_one_of_two_bound() {
	assert_handed_over
	assert_driver 0000:00:10.0 vfio-pci
	assert_driver 0000:00:11.0 e1000e
	refute_console "e1000e 0000:00:10.0"
	assert_console "vfio: 0000:00:10.0 \(8086:10d3\) is bound to vfio-pci, IOMMU group [0-9]+, before: no driver \[host.conf:2\]"
	assert_vfio 0000:00:10.0 id=8086:10d3 former_driver=null driver=vfio-pci result=bound \
		group_state=whole reason=null origin=host.conf:2
	# In this order: nothing but what vfio-pci needs is loaded before it.
	boot_json '[.modules[].name] | index("vfio_pci") < 6' | grep -qx true
	assert_module vfio_iommu_type1
}

@test "of two identical cards one is bound by its address, the other goes to its driver" {
	vfio_boot "" image="$(image_with "[Vfio] Devices=8086:10d3@00:10.0" --mode=generic)"
	assert_one_of_two_bound
}

@test "so it is in an image made for its host" {
	vfio_boot "" image="$(image_with "[Vfio] Devices=8086:10d3@00:10.0")"
	assert_one_of_two_bound
	assert_equal "$(boot_json .mode)" host mode
}

@test "so it is with a newer kernel" {
	KERNEL=trixie
	vfio_boot "" kernel=trixie image="$(image_with "[Vfio] Devices=8086:10d3@00:10.0")"
	assert_one_of_two_bound
}

@test "a vfio-pci that is there beforehand, as a built-in one is, is said and takes the card" {
	vfio_boot "rd.break=vfio" shell="modprobe vfio-pci; exit" \
		image="$(image_with "[Vfio] Devices=8086:10d3@00:10.0" --mode=generic)"
	assert_handed_over
	assert_console "vfio: vfio-pci is built into this kernel: its options count on the kernel command line only"
	assert_driver 0000:00:10.0 vfio-pci
	assert_vfio 0000:00:10.0 result=bound group_state=whole
}

@test "VENDOR:DEVICE takes every such card" {
	vfio_boot "" image="$(image_with "[Vfio] Devices=8086:10d3")"
	assert_handed_over
	assert_driver 0000:00:10.0 vfio-pci
	assert_driver 0000:00:11.0 vfio-pci
}

@test "vfio-pci.ids= alone does it as well, in a generic image" {
	vfio_boot vfio-pci.ids=1234:5678,8086:10d3 image="$(image_with "" --mode=generic)"
	assert_handed_over
	assert_driver 0000:00:10.0 vfio-pci
	assert_driver 0000:00:11.0 vfio-pci
	assert_console "vfio: 1234:5678 is not bound: there is no such device \[vfio-pci.ids=\]"
	assert_vfio 0000:00:11.0 result=bound origin=vfio-pci.ids=
}

@test "a slot is taken with all of its functions, and each one's driver is unbound" {
	# The kernel has the serial card's driver built in, and it had the card before /init ran.
	vfio_places="0000:00:12.0 0000:00:12.1"
	vfio_boot "" image="$(image_with "[Vfio] Devices=00:12.*")" \
		device=edu,bus=pcie.0,addr=0x12.0,multifunction=on \
		device=pci-serial,bus=pcie.0,addr=0x12.1
	assert_handed_over
	assert_driver 0000:00:12.0 vfio-pci
	assert_driver 0000:00:12.1 vfio-pci
	assert_vfio 0000:00:12.1 id=1b36:0002 former_driver=serial driver=vfio-pci result=bound
	assert_vfio 0000:00:12.0 id=1234:11e8 former_driver=null result=bound
}

@test "a guest's [Passthrough] is bound, and several origins of one device are one device" {
	vfio_boot "" image="$(image_with "[Vfio] Devices=00:10.0" \
		"web=[Memory] Size=1G; [Passthrough] Address=00:10.0; Id=8086:10d3; [Passthrough] Address=0000:00:11.0")"
	assert_handed_over
	assert_driver 0000:00:10.0 vfio-pci
	assert_driver 0000:00:11.0 vfio-pci
	assert_equal "$(boot_json '.vfio | length')" 2 devices
	assert_vfio 0000:00:10.0 "origin=host.conf:2, guests/web.conf:4"
	assert_vfio 0000:00:11.0 origin=guests/web.conf:7
}

@test "the firmware's screen is taken away from a card where that is asked for" {
	vfio_places=0000:00:02.0
	vfio_boot vga=0x315 firmware=1 device=VGA,bus=pcie.0,addr=2 \
		image="$(image_with "[Vfio] Devices=00:02.0; Framebuffer=detach")"
	assert_handed_over
	assert_console "vfio: the firmware's screen \(.*\) is taken away from 0000:00:02.0"
	assert_driver 0000:00:02.0 vfio-pci
	refute_console "the only console"
}

@test "where nothing is passed through nothing is read or loaded for it" {
	vfio_boot "" image=generic
	assert_handed_over
	refute_module vfio_pci
	refute_module vfio
	boot_json '.steps[] | select(.name | test("^vfio")) | .end_us - .start_us < 3000' |
		sort -u | grep -qx true
	assert_equal "$(boot_json '.vfio | length')" 0 devices
}
