#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154,SC2034 # bats, lib.bash and whole.bash set them, or use them
# A Debian host from the package to guests that reach outside, and back; then with a new kernel; then without
# one of its disks. The reports of its boots are whole-job's.

load lib
load whole

# said KEY TEXT: a line of the command's output has it.
said() {
	report "$1" | grep -Fq -- "$2" || vm_fail "$1 never said: $2"
}

assert_status() {
	local key
	for key in "${@:2}"; do
		assert_equal "$(report "$key.status")" "$1" "exit status of $key"
	done
}

# assert_drivers PLACE=DRIVER...
assert_drivers() {
	local pair
	for pair; do
		assert_equal "$(report "driver.${pair%%=*}")" "${pair#*=}" "the driver of ${pair%%=*}"
	done
}

# Without Bedplate's image the cards go to their drivers; all that a person does succeeds.
assert_installed() {
	assert_drivers 00:10.0=e1000e 00:11.0=e1000e 00:12.0=bochs-drm 00:14.0=e1000e
	assert_status 0 disk group volume package init update import apply
	said init "wrote /etc/bedplate/host.conf"
	said proposed "# root: ext4 on logical volume host-root"
	said proposed "#Devices=1234:1111@00:12.0"
	# Before the next boot, and before the host is prepared.
	assert_status 1 check
	said check "guests/router.conf:23: router: e1000e has 0000:00:10.0, not vfio-pci"
	said check "guests/client.conf:24, guests/router.conf:28: client, router: there is no bridge br-lan"
	said check "intel_iommu is not given; intel_iommu=on is advised"
	said grub " intel_iommu=on iommu=pt"
}

# What /init has done before any other driver was there.
assert_bound() {
	local place
	for place in 00:10.0 00:12.0; do
		assert_equal "$(boot_json ".vfio[] | select(.address == \"0000:$place\") | \"\\(.result) \\(.former_driver) \\(.group_state)\"")" \
			"bound null whole" "what /init did about $place"
	done
	assert_equal "$(boot_json '.vfio | length')" 2 "how many devices /init bound"
	! report dmesg | grep -E '^(e1000e 0000:00:10\.0|bochs-drm 0000:00:12\.0)' ||
		vm_fail "a driver had a guest's device"
	# The host's own one of the same kind, and that which the second guest has while it runs.
	assert_drivers 00:10.0=vfio-pci 00:11.0=e1000e 00:12.0=vfio-pci 00:14.0=vfio-pci
}

# assert_up KERNEL: all is well on the host that runs it.
assert_up() {
	assert_equal "$(report kernel)" "$1" "the kernel that runs"
	assert_equal "$(boot_json '"\(.mode) \(.result)"')" "host ok" "how /init ended"
	assert_bound
	assert_status 0 guests running nets
	assert_equal "$(report failed)" "" "failed units"
	refute_console 'Timed out|Dependency failed|\[FAILED'
	report swap | grep -q '^/dev/dm-[0-9]* *partition' || vm_fail "there is no swap on the volume"
	said nets "all is as configured"
}

# The second guest has its address from the first, through a bridge of the host's; its ping left
# by the card that the first was given.
assert_guests() {
	said router "router: 192.0.2.2 by 52:54:00:aa:bb:10, 10.20.0.1 by "
	said client "client: address 10.20.0.50 from 10.20.0.1"
	said client "client: 192.0.2.1 answers"
}

# Its guests run without KVM here.
assert_checked() {
	assert_equal "$(report check | sed -n 's/^  problem  //p')" \
		"there is no /dev/kvm: this is a virtual machine that is not let run others" "what check finds"
}

assert_served() {
	report lease | tail -n 1 | grep -Eq '^(10|172|192)\.[0-9.]+ (10|172|192)\.[0-9.]+\.1$' || vm_fail "no lease: $(report lease)"
	assert_status 0 nat
}

# All is given back: devices to their drivers, links, swap. Guests go first, who needs another before it.
assert_down() {
	[[ -n $(report after) ]] || vm_fail "nobody saw what is left"
	diff <(report before) <(report after) || vm_fail "something is left"
	in_order 'Stopping .*guest@cl' 'Stopped .*guest@cl' 'Stopping .*guest@ro' 'Stopped .*guest@ro' \
		'Stopping .*bedplate-host-pre' 'Stopped .*bedplate-host-pre'
	refute_console 'Failed unmounting|Timed out'
}

# The chart has the boot's parts in the order in which they were.
assert_chart() {
	assert_status 0 chart
	report chart | jq -e '
		def one($kind; $name): first(.spans[] | select(.kind == $kind and .name == $name));
		one("kernel"; "kernel") as $kernel | one("systemd"; "systemd") as $systemd
		| one("bedplate-unit"; "bedplate-host-prep.service") as $prep
		| one("guest-start"; "router") as $router | one("guest-boot"; "router") as $routing
		| one("guest-start"; "client") as $client | one("guest-boot"; "client") as $using
		| [.spans[] | select(.kind == "init")] as $steps
		| $steps[0].name as $first | ($steps | map(.name)) as $names
		| [$kernel.end_us <= $steps[0].start_us,
		   ($names | index("vfio")) < ($names | index("switch")),
		   $steps[-1].end_us <= $systemd.start_us + 1000,
		   $systemd.start_us < $prep.start_us,
		   $prep.end_us <= $router.start_us,
		   $router.end_us == $routing.start_us,
		   $routing.end_us <= $client.start_us,
		   $client.end_us == $using.start_us,
		   $using.end_us <= $systemd.end_us + 1000000,
		   $client.note == "waited for guest router" or ($client.note | contains("router")),
		   ($using.note | contains("console"))] | all' >/dev/null || vm_fail "the chart: $(report chart)"
}

# first_line KEY VERSION: the command line of GRUB's first entry that starts this kernel.
first_line() {
	report "$1" | sed -n "s|.*linux[[:space:]]*/boot/vmlinuz-$2 ||p" | head -n 1
}

assert_upgraded() {
	assert_status 0 upgrade
	said upgrade "kernel $new: making it: there is no image"
	assert_equal "$(report kernels | jq -r ".kernels[] | select(.kernel == \"$new\") | .verified | \"\(.method) \(.result)\"")" \
		"static passed" "the verdict of the new image"
}

# The second disk is gone, and the swap on it. All else is there, and somebody who looks is told.
assert_degraded() {
	assert_equal "$(boot_json '"\(.mode) \(.result)"')" "host ok" "how /init ended"
	assert_bound
	report lvs | grep -Eq 'swap +partial' || vm_fail "LVM misses nothing: $(report lvs)"
	assert_equal "$(report failed | awk '{ print $1 }')" bedplate-host-prep.service "failed units"
	said status "problem  Host: host.conf:"
	said status "there is no /dev/host/swap"
	refute_console 'Timed out|Dependency failed'
	assert_guests
	assert_served
}

@test "one package makes a Debian a host whose router guest, with a card of its own, others need to get outside; it stands a new kernel, and a lost disk" {
	local disks old new image
	whole_drive
	whole_disks
	whole_boot kernel=bookworm image=reference cmdline="root=/dev/mapper/host-root ro"
	assert_installed

	# As GRUB's first entry has it; GRUB itself is upgrade.bats' business.
	image=$(whole_image "$old")
	whole_boot kernel=bookworm image="$image" cmdline="$(first_line grub "$old")"
	assert_up "$old"
	assert_guests
	assert_checked
	assert_served
	assert_chart
	assert_upgraded
	assert_down

	image=$(whole_image "$new")
	whole_boot kernel=trixie image="$image" cmdline="$(first_line upgraded "$new")"
	assert_up "$new"
	assert_guests
	assert_served
	assert_down

	disks=${disks% *}
	whole_boot kernel=trixie image="$image" cmdline="$(report cmdline)"
	assert_degraded
}
