#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What /init reports of itself.

load lib

setup() {
	vm_boot disk=lvm-ext4 cmdline="root=/dev/vg/root ro"
	assert_handed_over
}

# The identity that the image was made with.
image_id() {
	"$vm_build/mkinitramfs/bedplate-mkinitramfs" --extract "$(vm_image)" "$BATS_TEST_TMPDIR/tree" 2>/dev/null
	cat "$BATS_TEST_TMPDIR/tree/etc/bedplate/image.id"
}

@test "boot.json is valid, complete and agrees with the root" {
	boot_json . >/dev/null
	assert_equal "$(boot_json .version)" 1 version
	assert_equal "$(boot_json .result)" ok result
	assert_equal "$(boot_json .mode)" generic mode
	assert_equal "$(boot_json .kernel)" "$(cat "$vm_state/kernel/$KERNEL/version")" kernel
	assert_equal "$(boot_json .image)" "$(image_id)" image
	assert_equal "$(boot_json .root.spec)" /dev/vg/root spec
	assert_equal "$(boot_json .root.devno)" "$(report root_devno)" devno
	assert_equal "$(boot_json .root.fstype)" ext4 fstype
	assert_equal "$(boot_json .root.init)" /sbin/init init
	assert_equal "$(boot_json '.lvm.activated | join(" ")')" vg/root activated
	# Steps have names, lie in order and begin before the root's init starts; the last one's
	# end is the time of writing.
	boot_json '.steps | length > 3' | grep -qx true
	boot_json '[.steps[] | .end_us >= .start_us] | all' | grep -qx true
	boot_json '[.steps[].start_us] | . == sort' | grep -qx true
	boot_json '[.steps[].name | length > 0] | all' | grep -qx true
	boot_json ".steps[-1].start_us < $(report start_us)" | grep -qx true
	boot_json '[.modules[] | select(.name | test("^dm[-_]mod$"))] | length == 1' | grep -qx true
	# What process 1 takes at most, before anything is freed.
	boot_json '.memory_peak_kib > 100 and .memory_peak_kib < 4096' | grep -qx true
	# One line on the console sums it up.
	assert_console "bedplate: root /dev/vg/root \(ext4, ro\) mounted, .*init after [0-9]+ ms"
}
