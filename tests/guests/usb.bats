#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # lib.bash sets them
# USB devices of the host that come and go while the guest runs. The bus is made of files, of the form
# that sysfs has; QEMU is real, and waits for the device that it is told of.

load lib
bats_require_minimum_version 1.5.0
setup() { guests_setup; }
teardown() { guests_teardown; }

console=(Ready=console "ReadyLine=here I am")

# plug PORT NUMBER SERIAL, unplug PORT: the supervisor looks when it is told to, or the kernel says so.
plug() {
	local device=$root/sys/bus/usb/devices/$1
	mkdir -p "$device"
	echo 046d >"$device/idVendor"
	echo c31c >"$device/idProduct"
	echo "${1%%-*}" >"$device/busnum"
	echo "$2" >"$device/devnum"
	echo "$3" >"$device/serial"
	kill -USR1 "$supervisor"
}

unplug() {
	rm -r "$root/sys/bus/usb/devices/$1"
	kill -USR1 "$supervisor"
}

@test "a device that is told by its serial number is plugged in when it comes, and tried again where QEMU refuses it" {
	more=$(printf '%s\n' "[Usb]" Id=046d:c31c Serial=A1)
	guest web ACPI "${console[@]}" StopTimeout=60s
	run_guest web
	await is_ready web
	# Its controller waits for it.
	[[ $(launch qmp web qom-list '{"path": "/machine/peripheral"}') == *'"usb0"'* ]]
	plug 1-3 5 other
	plug 1-4.2 7 A1
	# There is no such bus here: QEMU says so, which has been asked for the right one.
	await said web "plugging USB device 1 in: device_add: failed to find host usb device 1:7; trying again in 2 s"
	await said web "host usb device 1:7; trying again in 4 s"
	unplug 1-4.2
	await said web "USB device 1 has gone"
	plug 2-1 9 A1
	await said web "host usb device 2:9; trying again in 2 s"
	run ! said web "host usb device 1:5"
	launch stop web
	is_clean web
}

@test "a device's node is QEMU's user's while the guest has it, and given back" {
	getent passwd nobody >/dev/null || skip "no user nobody"
	more=$(printf '%s\n' "[Usb]" Id=046d:c31c)
	guest web ACPI "${console[@]}" StopTimeout=60s User=nobody
	chmod 755 "$root"
	mkdir -p "$root/dev/bus/usb/001"
	: >"$root/dev/bus/usb/001/007"
	run_guest web
	await is_ready web
	plug 1-4.2 7 A1
	await said web "USB device 1 has come"
	[[ $(stat -c %U "$root/dev/bus/usb/001/007") == nobody ]]
	launch stop web
	[[ $(stat -c %U "$root/dev/bus/usb/001/007") == root ]]
	is_clean web
}
