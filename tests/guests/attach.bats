#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154,SC2034,SC2016 # lib.bash sets and reads them; others run what is quoted
# The commands attach and detach, with guests that run. Most guests of 512 bytes know no hot-plug of PCI and
# never let go of such a device; UNPLUG does. Of USB's QEMU lets go by itself.

load lib
bats_require_minimum_version 1.5.0

setup() {
	guests_setup
	qemu-img create -q -f qcow2 "$root/data.qcow2" 8M
	mkdir -p "$root/sys/bus/usb/devices"
}
teardown() {
	[[ -z ${tap:-} ]] || ip link delete "$tap" 2>/dev/null || true
	guests_teardown
}

start() {
	more=$(printf '%s\n' "${more:-}" "[UsbController]" Model=xhci)
	guest web "${boot:-ACPI}"
	# A disk of 512 bytes has no cylinder, and no firmware boots from it by AHCI.
	truncate -s 1M "$root/web.img"
	[[ ${1:-} != q35 ]] || sed -i 's/^Type=pc/Type=q35\nHotplugPorts=1/; s/^Bus=ide/Bus=sata/' "$root/etc/bedplate/guests/web.conf"
	run_guest web
	await is_state web running
}

devices() {
	launch qmp web qom-list '{"path": "/machine/peripheral"}' | jq -r '[.[].name] | join(" ")'
}

nodes() {
	launch qmp web query-named-block-nodes | jq -r '[.[]."node-name"] | join(" ")'
}

@test "a disk is plugged in by USB and taken out again, with what is behind it" {
	start
	[[ $(launch attach disk web "$root/data.qcow2" --bus usb --serial S1) == disk-data.qcow2 ]]
	[[ $(devices) == *disk-data.qcow2* ]]
	[[ $(nodes) == *disk-data.qcow2* ]]
	launch detach disk web "$root/data.qcow2"
	[[ $(devices) != *disk-data* ]]
	[[ $(nodes) != *disk-data* ]]
	launch attach disk web "$root/data.qcow2" --bus usb --id stick --read-only
	launch detach disk web stick
}

@test "a network card is plugged in by USB and taken out again" {
	start
	launch attach nic web user --model usb-net --mac 52:54:00:00:00:07
	[[ $(launch monitor web info network) == *"52:54:00:00:00:07"* ]]
	launch detach nic web user
	[[ $(launch monitor web info network) != *"nic-user"* ]]
	launch attach nic web user --model usb-net
	run -1 launch attach nic web no-such-tap --model usb-net
	[[ $output == *"no-such-tap"* ]]
}

@test "a tap that is there is plugged in, and is free again afterwards" {
	tap=bptap$((BASHPID % 100000))
	ip tuntap add dev "$tap" mode tap 2>/dev/null || skip "no taps can be made"
	ip link set "$tap" up
	start
	launch attach nic web "$tap" --model usb-net
	[[ $(ip link show "$tap") == *LOWER_UP* ]]
	launch detach nic web "$tap"
	[[ $(ip link show "$tap") == *NO-CARRIER* ]]
}

@test "a card keeps its hardware address, which is made of the names" {
	start
	launch attach nic web user --model usb-net
	first=$(launch monitor web info network | grep -o "macaddr=.*")
	launch detach nic web user
	launch attach nic web user --model usb-net
	[[ $(launch monitor web info network | grep -o "macaddr=.*") == "$first" ]]
}

@test "what the guest does not let go of stays, and is told" {
	start
	launch attach disk web "$root/data.qcow2"
	run -1 launch detach disk web data.qcow2 --timeout 1500ms
	[[ $output == *"has not let go of it for 1s 500ms"* ]]
	run -2 launch detach disk web data.qcow2 --timeout soon
	[[ $output == *'--timeout: "soon" is not a time span'* ]]
	run -2 launch detach disk web data.qcow2 --timeout 0
	[[ $output == *'--timeout: "0" is no time to wait'* ]]
	[[ $(nodes) == *disk-data.qcow2* ]]
}

@test "PCI Express has room as long as a root port is free" {
	start q35
	launch attach disk web "$root/data.qcow2"
	[[ $(launch qmp web query-pci | jq -r '.[0].devices[] | select(.qdev_id == "hotplug0") | .pci_bridge.devices[0].qdev_id') == disk-data.qcow2 ]]
	run -1 launch attach nic web user
	[[ $output == *"no root port left"*HotplugPorts=* ]]
	launch attach nic web user --model usb-net
}

@test "a guest that knows hot-plug lets go of PCI devices, and what was behind them is free" {
	boot=UNPLUG
	for machine in pc q35; do
		start "$machine"
		for round in 1 2; do
			launch attach disk web "$root/data.qcow2"
			launch detach disk web data.qcow2
			[[ $(devices) != *disk-data* ]]
			[[ $(nodes) != *disk-data* ]]
			launch attach nic web user
			launch detach nic web user
			[[ $(devices) != *nic-user* ]]
			[[ $(launch monitor web info network) != *nic-user* ]]
		done
		launch stop web
		qemu-io -f qcow2 -c "write 0 64k" "$root/data.qcow2" >/dev/null
	done
}

@test "a failure leaves nothing behind" {
	start
	run -1 launch attach disk web "$root/data.qcow2" --bus scsi
	[[ $output == *SCSI* ]]
	[[ $(nodes) != *disk-data* ]]
	run -1 launch attach disk web "$root/none.qcow2"
	launch attach disk web "$root/data.qcow2" --bus usb
	run -1 launch attach disk web "$root/data.qcow2" --bus usb
	[[ $output == *"disk-data.qcow2"* ]]
	[[ $(devices) == *disk-data.qcow2* ]]
}

@test "a USB device is found by what it is or where it is, and refused where it is not" {
	device=$root/sys/bus/usb/devices/1-4.2
	mkdir -p "$device" "$root/dev/bus/usb/001"
	echo 1 >"$device/busnum"
	echo 9 >"$device/devnum"
	echo 046d >"$device/idVendor"
	echo c077 >"$device/idProduct"
	start
	[[ $(launch attach usb web 046d:c077) == usb-046d-c077 ]]
	[[ $(launch attach usb web 1-4.2) == usb-1-4.2 ]]
	[[ $(devices) == *usb-1-4.2* ]]
	launch detach usb web 1-4.2
	launch detach usb web 046d:c077
	[[ $(devices) != *usb-046d* ]]
	run -1 launch attach usb web 1-5
	[[ $output == *"no USB device 1-5 is plugged in"* ]]
	run -2 launch attach usb web mouse
	[[ $output == *lsusb* ]]
}

@test "mistakes are told" {
	start
	run -1 launch detach disk web nothing
	[[ $output == *"nothing of this name is attached"* ]]
	run -2 launch attach disc web "$root/data.qcow2"
	[[ $output == *"did you mean disk?"* ]]
	run -2 launch attach disk
	[[ $output == *"which guest?"*"qemu-launch list"* ]]
	run -2 launch attach disk web
	[[ $output == *"which disk?"*"an image"* ]]
	launch attach disk web "$root/data.qcow2" --bus usb --id data
	run -1 launch attach disk web "$root/data.qcow2" --bus usb --id data
	[[ $output == *"web: disk-data: something of this name is attached already"*"--id"* ]]
	launch detach disk web data
	launch stop web
	run -1 launch attach disk web "$root/data.qcow2"
	[[ $output == *"does not run"* ]]
}

@test "a guest that runs gets devices and gives them back whatever its file and host.conf are now" {
	start
	printf '%s\n' "[Memory]" "Size=much" >>"$root/etc/bedplate/guests/web.conf"
	launch attach disk web "$root/data.qcow2" --bus usb --id one 2>/dev/null
	printf '%s\n' "[Guests]" "Usr=nobody" >"$root/etc/bedplate/host.conf"
	launch detach disk web one 2>/dev/null
	[[ $(devices 2>/dev/null) != *one* ]]
	rm "$root/etc/bedplate/guests/web.conf"
	launch attach disk web "$root/data.qcow2" --bus usb --id three 2>/dev/null
	launch detach disk web three 2>/dev/null
	launch stop web 2>/dev/null
	run -2 launch attach disk web "$root/data.qcow2" --bus usb
	[[ $output == *"no guest web"* ]]
}
