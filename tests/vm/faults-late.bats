#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The late archive: what is there when it is needed, and what if it is damaged. That a good boot does
# not open it stands in images.bats.

load lib

absent=UUID=01234567-89ab-cdef-0123-456789abcdef
started="Run /init as init"

# image_spoilt: a generic image whose late archive was written over in one place.
image_spoilt() {
	local image=$vm_state/run/spoilt-$BATS_TEST_NUMBER.img at
	cp "$("$vm_here/image" generic)" "$image"
	at=$(grep -abo late.cpio.zst "$image" | tail -n 1 | cut -d: -f1)
	printf 'written over' | dd of="$image" bs=1 seek=$((at + 5000)) conv=notrunc status=none
	echo "$image"
}

@test "the rescue shell has lvm and every applet, from the late archive" {
	local applets
	applets=$(wc -l <"$vm_build/deps/bin/busybox.links")
	vm_boot disk=lvm-ext4 cmdline="root=$absent rd.timeout=3" \
		shell='lvm version | grep -c "LVM version"; find /bin /sbin /usr -type l | wc -l; ls /late*; echo over'
	assert_ended shell
	assert_console "the late archive was opened for /"
	assert_console "^1$"
	# Every one but busybox itself.
	assert_console "^($applets|$((applets - 1)))$"
	assert_console "No such file or directory"
}

@test "rd.lvm.native=0 has lvm, from the late archive, map the root" {
	vm_boot disk=lvm-ext4 cmdline="root=/dev/vg/root ro rd.lvm.native=0"
	assert_handed_over
	assert_equal "$(boot_json .lvm.path)" lvm path
	assert_console "the late archive was opened for /sbin/lvm"
}

@test "fault: a damaged late archive does not matter to a boot that needs nothing of it" {
	vm_boot image="$(image_spoilt)" disk=lvm-ext4 cmdline="root=/dev/vg/root ro"
	rm "${vm_option[image]}"
	assert_handed_over
	assert_between "$started" "" 0 10
	refute_console "late.cpio.zst"
}

@test "fault: a damaged late archive is named, and a failed boot without a shell reboots" {
	vm_boot image="$(image_spoilt)" disk=lvm-ext4 cmdline="root=$absent rd.timeout=3 panic=2"
	rm "${vm_option[image]}"
	assert_ended reboot
	assert_console "bedplate: .*/late.cpio.zst: .*(damaged near byte [0-9]+|no cpio header)"
	assert_console "bedplate: the boot has stopped: .*01234567"
	assert_console "bedplate: there is no shell in this image"
	assert_between "$started" "reboot in 2 s" 3 20
}
