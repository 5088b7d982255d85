#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154,SC2034 # vm_... are lib's
# bedplate host-prep on what a real machine has: udev that devices belong to somebody by, also those that come
# later, and processors whose clock is governed. One guest is booted for all cases (host-prep-machine-job);
# each looks at a part of its report.

load lib
load job
job_name=host-prep-machine

# A udevadm over which host-prep is killed.
make_bad_udevadm() {
	mkdir -p "${1%/*}"
	cat >"$1" <<-'END'
		#!/bin/sh
		[ "$1" = trigger ] && kill -9 $PPID
		exec /bin/udevadm "$@"
	END
	chmod 755 "$1"
}

make_tree() {
	local tree=$job_tree
	mkdir -p "$tree/job/kmod" "$tree/lib/udev/rules.d"
	install "$vm_build/host-prep/bedplate-host-prep" "$tree/job/host-prep"
	install -m 644 "$vm_here/host-prep-machine-job" "$tree/job/run"
	vm_add_modules "$tree" e1000e vfio-pci vfio_iommu_type1 acpi-cpufreq cpufreq_powersave
	vm_copy_program modprobe "$tree"
	mv "$tree/bin/modprobe" "$tree/job/kmod"
	vm_copy_program udevadm "$tree"
	# Which of the two it is says its name.
	ln -s udevadm "$tree/bin/systemd-udevd"
	make_bad_udevadm "$tree/job/kill/udevadm"
	cp /usr/lib/udev/rules.d/50-udev-default.rules "$tree/lib/udev/rules.d"
	iasl -p "$BATS_FILE_TMPDIR/pstates" "$vm_here/pstates.asl" >"$BATS_FILE_TMPDIR/iasl.log"
}

# plug_rules WORD: the pen goes and comes when the job asks for it.
plug_rules() {
	local tab=$'\t'
	plugs+=("rule=^unplug the pen, $1${tab}0${tab}qmp${tab}{\"execute\":\"device_del\",\"arguments\":{\"id\":\"pen\"}}"
		"rule=^plug the pen, $1${tab}0${tab}qmp${tab}{\"execute\":\"device_add\",\"arguments\":$(device_json "$pen")}")
}

# acpi-cpufreq leaves the K8, which QEMU emulates at first, to another driver.
setup_file() {
	local pen=usb-tablet,id=pen,bus=usb.0,port=1,serial=pen plugs=() cpu=host
	vm_need iasl udevadm
	make_tree
	plug_rules first
	plug_rules then
	[[ $(vm_accel) == kvm ]] || cpu=$vm_cpu,family=6
	job_boot iommu=1 deadline=300 cmdline="loglevel=4 intel_iommu=on" "${plugs[@]}" \
		device=e1000e,bus=pcie.0,addr=0x10 device=qemu-xhci,id=usb device="$pen" \
		device=usb-kbd,id=keys,bus=usb.0,port=2 \
		qemu="-cpu $cpu -acpitable file=$BATS_FILE_TMPDIR/pstates.aml"
}

# owners KEY: of the two USB devices, the hub they are plugged into, and the card's IOMMU group.
owners() {
	local device
	for device in pen keys hub group; do
		report "$1.$device"
	done | paste -sd ,
}

by_themselves="root plugdev 664,root root 664,root root 664,root root 600"
with_guests="qemu kvm 660,qemu kvm 660,root root 664,qemu kvm 660"

@test "udev gives guests' devices to their user at once, and those that are plugged in later" {
	assert_equal "$(owners before)" "$by_themselves" "whom devices belong to"
	assert_status up 0
	assert_equal "$(report plan)" "$(report up)" "what plan has shown"
	assert_equal "$(owners up)" "$with_guests" "whom devices belong to"
	assert_equal "$(report up.vfio)" "root root 666" "vfio's own node"
	assert_equal "$(report again.status) $(report again)" "0 " "a second up"
	assert_equal "$(owners plugged)" "$with_guests" "whom devices belong to when one was plugged in"
	assert_equal "$(report status)" "all is as configured" "the status"
}

@test "udev gives devices back to whom they belong by its other rules" {
	assert_status less 0
	assert_equal "$(owners less)" "root plugdev 664,${with_guests#*,}" "whom devices belong to without the pen"
	assert_equal "$(owners back)" "$with_guests" "whom devices belong to with it"
	assert_status down 0
	assert_equal "$(owners down)" "$by_themselves" "whom devices belong to when it is down"
	told rules 'No such file'
	assert_equal "$(owners after)" "$by_themselves" "... and when one is plugged in"
}

@test "devices are given back by another down where one was killed over it" {
	assert_status killed.up 0
	assert_status killed 137
	assert_status killed.down 0
	# The card has gone back to its driver.
	assert_equal "$(owners killed | cut -d, -f1-3)" "${by_themselves%,*}" "whom devices belong to"
	told killed.rules 'No such file'
	assert_equal "$(report killed.left)" host-prep.lock "what is left in /run/bedplate"
}

# clock KEY: governors and rates (kHz) of both processors, and whether the governor's module is there.
clock() {
	echo "$(report "$1.governor" | xargs), $(report "$1.rate" | xargs), $(report "$1.module.status")"
}

@test "the processors' governor is set, its drift told, and the one before given back" {
	told cpu.none 'nothing here lets the processors. clock be governed'
	assert_equal "$(report cpu.driver)" acpi-cpufreq "cpufreq's driver"
	assert_equal "$(report cpu.before.governor | xargs)" "schedutil schedutil" "governors at first"
	told cpu.up '^~ policy0 scaling_governor: schedutil -> performance # host.conf:2; ~ policy1 '
	assert_equal "$(clock cpu.up)" "performance performance, 3000000 3000000, 1" "the clock"
	assert_equal "$(report cpu.again.status) $(report cpu.again)" "0 " "a second up"
	assert_equal "$(report cpu.status)" "all is as configured" "the status"
	told cpu.drift 'policy1 scaling_governor: schedutil -> performance'
	assert_equal "$(clock cpu.mended)" "performance performance, 3000000 3000000, 1" "the clock"
}

@test "a governor that the kernel does not have is refused with those that it has" {
	assert_status cpu.rocket 1
	told cpu.rocket 'host.conf:2: policy0 does not know "rocket"; .*it knows: performance schedutil'
	assert_equal "$(clock cpu.rocket)" "performance performance, 3000000 3000000, 1" "the clock"
}

@test "a governor that the kernel has as a module is loaded, and goes again" {
	assert_status cpu.powersave 0
	told cpu.powersave '\+ module cpufreq_powersave; .*policy1 scaling_governor: performance -> powersave'
	assert_equal "$(report cpu.powersave.governor | tail -n 1), $(report cpu.powersave.rate | tail -n 1)" \
		"powersave, 1000000" "the clock of the processor that is meant"
	assert_equal "$(report cpu.powersave.governor | head -n 1)" schedutil "the other one's governor"
	assert_equal "$(report cpu.settled)" "all is as configured" "the status"
	assert_equal "$(clock cpu.save)" "powersave powersave, 1000000 1000000, 0" "the clock"
	assert_status cpu.down 0
	assert_equal "$(report cpu.down.governor | xargs)" "performance schedutil" "governors at the end"
	assert_equal "$(report cpu.down.module.status)" 1 "whether the module is gone"
}
