#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What can be wrong with passed-through devices: what is said, how it ends, how long it takes.

load lib

# shellcheck source=tests/vm/passthrough.bash
. "$BATS_TEST_DIRNAME/passthrough.bash"

# None of this may hold up the boot.
assert_no_delay() {
	assert_handed_over
	assert_between "Run /init as init" "bedplate: root .* mounted" 0 15
}

@test "a card that is not where it is expected is left alone, and both are named" {
	vfio_boot "" image="$(image_with "[Vfio] Devices=8086:10d3@00:12.0 1234:11e8@00:10.0 10de:1b80@00:11.0")" \
		device=edu,bus=pcie.0,addr=0x12
	assert_no_delay
	assert_console "vfio: 0000:00:12.0 \(1234:11e8\) is not bound: 1234:11e8 is there, and 8086:10d3 is expected; 8086:10d3 is now at 0000:00:10.0 and 0000:00:11.0 \[host.conf:2\]"
	assert_console "vfio: 0000:00:10.0 .*1234:11e8 is expected; 1234:11e8 is now at 0000:00:12.0"
	assert_console "vfio: 0000:00:11.0 .*10de:1b80 is expected; 10de:1b80 is nowhere in this machine"
	assert_driver 0000:00:10.0 e1000e
	assert_driver 0000:00:11.0 e1000e
	assert_vfio 0000:00:12.0 result=other-device driver=null
}

@test "an address with nothing at it is named, with the card's new place" {
	vfio_boot "" image="$(image_with "[Vfio] Devices=01:00.0 8086:10d3@05:00.0")"
	assert_no_delay
	assert_console "vfio: 0000:01:00.0 is not bound: nothing is at this address"
	assert_console "vfio: 8086:10d3@0000:05:00.0 is not bound: nothing is at this address; 8086:10d3 is now at 0000:00:10.0"
	assert_driver 0000:00:10.0 e1000e
}

@test "without an IOMMU the argument that turns it on is named" {
	vfio_boot intel_iommu=off image="$(image_with "[Vfio] Devices=00:10.0")"
	assert_no_delay
	assert_console "vfio: no IOMMU is at work: give intel_iommu=on"
	assert_console "vfio: 0000:00:10.0 .* is not bound: no IOMMU is at work"
	assert_driver 0000:00:10.0 ""
	assert_vfio 0000:00:10.0 result=failed group=null
}

@test "a group that is not whole is named with what is missing, at once and when a driver has it" {
	vfio_places="0000:01:01.0 0000:01:02.0"
	vfio_boot "" image="$(image_with "[Vfio] Devices=01:01.0")" \
		device=pcie-pci-bridge,id=bridge,bus=pcie.0,addr=0x13 \
		device=e1000,bus=bridge,addr=1 device=e1000,bus=bridge,addr=2
	assert_no_delay
	assert_driver 0000:01:01.0 vfio-pci
	assert_driver 0000:01:02.0 e1000
	assert_console "vfio: 0000:01:01.0 .*: IOMMU group [0-9]+ also holds 0000:01:02.0 \(8086:100e\), which nobody passes through"
	assert_console "vfio: 0000:01:01.0 .*: IOMMU group [0-9]+ is not whole: 0000:01:02.0 \(8086:100e\) in it has driver e1000"
	assert_vfio 0000:01:01.0 result=bound group_state=broken
}

@test "a bridge is no device for a guest" {
	vfio_boot "" image="$(image_with "[Vfio] Devices=00:13.0")" \
		device=pcie-pci-bridge,id=bridge,bus=pcie.0,addr=0x13
	assert_no_delay
	assert_console "vfio: 0000:00:13.0 .* is not bound: it is a bridge"
}

@test "vfio-pci that is missing from the image is named" {
	vfio_boot vfio-pci.ids=8086:10d3 image="$(image_with "")"
	assert_no_delay
	assert_console "vfio: 0000:00:10.0 .* is not bound: vfio-pci is missing from the image"
	# The host's own vfio-pci can still have it: no other driver may take it before.
	assert_driver 0000:00:10.0 ""
}

@test "vfio-pci that the command line forbids is named" {
	vfio_boot modprobe.blacklist=vfio-pci image="$(image_with "[Vfio] Devices=00:10.0")"
	assert_no_delay
	assert_console "vfio: 0000:00:10.0 .* is not bound: vfio-pci was not loaded: modprobe.blacklist= names it"
}

@test "OnFailure=rescue gives a shell; when it was left, once more, and then the boot goes on" {
	vfio_boot "" image="$(image_with "[Vfio] Devices=00:1e.0; OnFailure=rescue")" shell=exit
	assert_handed_over
	assert_within 60
	assert_console "the boot has stopped: vfio: 0000:00:1e.0 is not ready for a guest: nothing is at this address"
	assert_console "vfio: the boot goes on without the devices above"
}

# A card that has died must not keep a host that nobody watches from ever coming up.
@test "OnFailure=rescue without a shell ends in one reboot" {
	local file image
	file=$(disk_copy plain-ext4/0)
	image=$(image_with "[Vfio] Devices=00:1e.0; OnFailure=rescue")
	vfio_boot "rd.shell=0 panic=1" disk= file="$file" image="$image"
	assert_ended reboot
	assert_console "the boot has stopped: vfio: 0000:00:1e.0"
	assert_console "rebooting once for this"
	vfio_boot "rd.shell=0 panic=1" disk= file="$file" image="$image"
	assert_handed_over
	assert_within 60
	assert_console "rebooted once already for this; going on: vfio: 0000:00:1e.0"
}

@test "OnFailure=reboot reboots when the root is there to remember it" {
	vfio_boot panic=1 image="$(image_with "[Boot] PassthroughFailure=reboot; [Vfio] Devices=00:1e.0")"
	assert_ended reboot
	assert_within 60 "reboot: Restarting system"
	assert_console "rebooting once for this"
	assert_console "^  vfio: 0000:00:1e.0 is not ready for a guest: nothing is at this address"
}

@test "the firmware's screen is kept, and its card with it, where nothing else is asked for" {
	vfio_places=0000:00:02.0
	vfio_boot vga=0x315 firmware=1 device=VGA,bus=pcie.0,addr=2 \
		image="$(image_with "[Vfio] Devices=00:02.0")"
	assert_no_delay
	assert_console "vfio: 0000:00:02.0 .* is not bound: the firmware's screen \(.*\) lies in its memory; Framebuffer=detach takes the screen away"
	assert_driver 0000:00:02.0 ""
}

@test "a device that another driver takes later is seen before the root's init runs" {
	local card=/sys/bus/pci/devices/0000:00:10.0
	vfio_boot rd.break=resume image="$(image_with "[Vfio] Devices=00:10.0")" \
		shell="echo 0000:00:10.0 >$card/driver/unbind; echo e1000e >$card/driver_override; echo 0000:00:10.0 >/sys/bus/pci/drivers_probe; exit"
	assert_handed_over
	assert_within 60
	assert_driver 0000:00:10.0 e1000e
	assert_console "vfio: 0000:00:10.0 \(8086:10d3\) is not bound: driver e1000e has it"
	assert_vfio 0000:00:10.0 result=failed driver=e1000e
}
