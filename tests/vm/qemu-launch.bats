#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154,SC2034 # vm_... are lib's
# bedplate qemu-launch on a real kernel with an IOMMU: network cards that are given to guests within the
# guest, and back; huge pages, locked memory, taps. One guest is booted for all cases (qemu-launch-job);
# each looks at a part of its report.

load lib
load job
job_name=qemu-launch

make_tree() {
	local tree=$job_tree
	mkdir -p "$tree/job/kmod"
	install "$vm_build/host-prep/bedplate-host-prep" "$tree/job/host-prep"
	install "$vm_build/qemu-launch/bedplate-qemu-launch" "$tree/job/qemu-launch"
	install -m 644 "$vm_here/qemu-launch-job" "$tree/job/run"
	# A disk of 512 bytes has no cylinder, and no firmware boots from it by AHCI.
	install -m 644 "$vm_build/tests/guests/PCI.img" "$tree/job/disk"
	truncate -s 1M "$tree/job/disk"
	job_add_qemu
	vm_add_modules "$tree" e1000 e1000e vfio-pci vfio_iommu_type1 tun bridge vhost_net
	vm_copy_program strace "$tree"
	vm_copy_program modprobe "$tree"
	mv "$tree/bin/modprobe" "$tree/job/kmod"
}

setup_file() {
	make_tree
	job_boot iommu=1 mem=1536 deadline=1200 \
		cmdline="loglevel=4 intel_iommu=on" \
		device=e1000e,bus=pcie.0,addr=0x10,mac=52:54:00:aa:bb:10 \
		device=e1000e,bus=pcie.0,addr=0x12.0,multifunction=on,mac=52:54:00:aa:bb:20 \
		device=e1000e,bus=pcie.0,addr=0x12.1,mac=52:54:00:aa:bb:21,romfile= \
		device=pcie-pci-bridge,id=old,bus=pcie.0,addr=0x11 \
		device=e1000,bus=old,addr=1 device=e1000,bus=old,addr=2
}

# as_before KEY: drivers, links, huge pages, and no QEMU.
as_before() {
	local what
	for what in drivers links pages; do
		assert_equal "$(report "$1.$what")" "$(report "before.$what")" "$what ($1)"
	done
	assert_equal "$(report "$1.nodes")" "vfio 0" "devices of vfio ($1)"
	assert_equal "$(report "$1.qemu")" "" "processes of QEMU ($1)"
}

@test "a card goes from its driver to the guest, which drives it, and back to its driver" {
	told before.drivers '^00:10\.0 e1000e \(null\) eth'
	assert_equal "$(report card.status) $(report card)" "0 " "the start"
	told card.drivers '^00:10\.0 vfio-pci vfio-pci ?; '
	told card.console '00010000 10D38086 800010BB AA005452 ?; these are all cards'
	assert_equal "$(report stopped.status)" 0 "the stop"
	as_before stopped
}

@test "devices that the guest does not have are not touched" {
	assert_equal "$(report card.drivers | grep -v ^00:10)" "$(report before.drivers | grep -v ^00:10)" \
		"the others' drivers"
}

@test "QEMU runs as its own user, who has the card's group for as long as it runs" {
	assert_equal "$(report card.user)" 107 "QEMU's user"
	assert_equal "$(report card.nodes | sed 's/^[0-9]* /N /')" $'N 107\nvfio 0' "owners in /dev/vfio"
	assert_equal "$(report stopped.nodes)" "vfio 0" "owners after it"
}

@test "huge pages are added for the guest, and are its own" {
	assert_equal "$(report before.pages | xargs)" "0 0" "pages and free ones before"
	assert_equal "$(report card.pages | xargs)" "16 0" "pages and free ones while it runs"
	assert_equal "$(report stopped.pages | xargs)" "0 0" "pages and free ones after it"
}

@test "locked memory is locked, with no limit for QEMU's own" {
	report card.locked | awk '{ exit !($2 >= 32 * 1024) }' || vm_fail "locked: $(report card.locked)"
	told card.limits 'unlimited unlimited'
}

@test "a tap that is not there is made as host-prep makes it, and goes with the guest" {
	told card.links 'tap-card br-lan up bedplate:network/lan\.conf 0x5802 107 1$'
	! report card.plan | grep tap-card || vm_fail "host-prep finds something to do about the tap"
	assert_equal "$(report stopped.links)" "$(report before.links)" "links after it"
	told prepared 'tap-refused'
	told kept.links 'tap-refused br-lan [a-z]* bedplate:network/lan\.conf 0x5802 107 1$'
}

@test "where QEMU refuses a device all is given back" {
	assert_equal "$(report refused.status)" 1 "the start"
	told refused "meet QEMU: it ended: .*nowhere"
	told refused.state '"phase":"failed".*"done":\{\}'
	as_before refused
}

@test "part of a group is refused, with the list of what would have to go along" {
	assert_equal "$(report half.status)" 1 "the start"
	told half 'guests/half.conf:[0-9]+: .* IOMMU group [0-9]+ of 0000:01:02\.0: 0000:01:01\.0 \(e1000\); the whole group goes to the guest, or none of it'
}

@test "a supervisor that is killed while the guest has it all: stop gives it all back" {
	told orphan.drivers '^00:10\.0 vfio-pci vfio-pci'
	assert_equal "$(report orphan.pages | xargs)" "16 0" "pages and free ones"
	[[ -n $(report orphan.qemu) ]] || vm_fail "the guest is gone with its supervisor"
	assert_equal "$(report orphan.stop.status)" 0 "the stop"
	told orphan.state '"phase":"off".*"done":\{\}'
	as_before killed
}

@test "a supervisor that is killed at any write of its state: stop gives back what there is" {
	assert_equal "$(report each.status)" 0 "the end"
	told each '"done":\{.*"vfio"'
	! report each | grep '^left' || vm_fail "something is left: $(report each)"
	[[ $(report each | grep -c '^write') -gt 4 ]] || vm_fail "it was hardly killed: $(report each)"
}

@test "all functions of a slot, and a card whose group's others nobody has, come and go together" {
	assert_equal "$(report slot.status)" 0 "the start"
	told slot.drivers '00:12\.0 vfio-pci vfio-pci ?; 00:12\.1 vfio-pci vfio-pci ?; 01:01\.0 vfio-pci vfio-pci ?; 01:02\.0 \(null\)'
	# The functions are in one slot of the guest's, each the one that it is on the host.
	told slot.console '; 00010000 10D38086 800020BB AA005452 ?; 00010100 10D38086 800021BB AA005452 ?; '
	told slot.console '; 0002[0-9]+ 100E8086 '
	assert_equal "$(report slot.stop.status)" 0 "the stop"
	as_before ended
}

@test "the kernel serves a card of two queues, by threads that are where they are told to be, and go with the guest" {
	assert_equal "$(report fast.status) $(report fast)" "0 " "the start"
	told fast.links 'tap-fast br-lan up bedplate:network/lan\.conf 0x5902 107 1$'
	assert_equal "$(report fast.vhost | xargs)" "vhost-$(report fast.pid) 1 vhost-$(report fast.pid) 1" "vhost's threads"
	assert_equal "$(report fast.stop.status) $(report over.vhost)" "0 " "the stop, and threads after it"
	as_before over
}
