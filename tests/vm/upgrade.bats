#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # bats, lib.bash and upgrade.bash set them
# A kernel upgrade on a Debian host, from the package to the next boot. Two boots tell all.

load lib
load upgrade

# said KEY TEXT: a line of the command's output has it.
said() {
	report "$1" | grep -Fq -- "$2" || vm_fail "$1 never said: $2"
}

# of_image KERNEL EXPRESSION: what status says of a kernel.
of_image() {
	report status.json | jq -r ".kernels[] | select(.kernel == \"$1\") | $2"
}

assert_verified() {
	assert_equal "$(of_image "$1" '.verified | "\(.method) \(.result)"')" "$2" "the verdict of $1"
	assert_equal "$(of_image "$1" .failure)" null "the failure of $1"
}

# The old kernel runs from an image of ours, and its package brings the new one.
assert_upgraded() {
	assert_equal "$(report kernel)" "$old" "the kernel that runs"
	assert_equal "$(boot_json .result)" ok "how /init ended"
	assert_equal "$(report install.status) $(report host.status)" "0 0" "installing Bedplate"
	assert_equal "$(report grub.status) $(report good.status)" "0 0" "dpkg's exit status, and update-grub's"
	said good "kernel $good: making it: there is no image"
	said good "verifying it by a boot"
	said packages "ii  linux-image-$good "
	assert_verified "$good" "boot passed"
	assert_verified "$old" "static passed"
}

# The broken one's exit status, log and status tell; what was there stays.
assert_refused() {
	local reason="the new image failed (boot) and is not installed: the boot has stopped: "
	reason+="/dev/mapper/host-root did not appear within "
	assert_equal "$(report bad.status)" 1 "dpkg's exit status for the broken kernel"
	said bad "error: $reason"
	said journal "kernel $bad has no new image, and the boot loader's default stays: $reason"
	said packages "iF  linux-image-$bad "
	assert_equal "$(of_image "$bad" .there)" false "whether the broken kernel has an image"
	[[ $(of_image "$bad" .failure.reason) == "$reason"*"no driver has"*"virtio:d00000002"* ]] ||
		vm_fail "status does not say why"
	said status "): $reason"
	assert_equal "$(report after | grep grub.cfg)" "$(report before | grep grub.cfg)" "GRUB's configuration"
	[[ $(report entries | head -n 1) == *bedplate-"$good"[!-]* ]] || vm_fail "GRUB's default is another"
	assert_equal "$(report after | grep "img-[^ ]*64$")" "$(report before | grep "img-[^ ]*64$")" "the images"
	assert_equal "$(report after | grep -c "img-[^ ]*64$")" 2 "how many images there are"
}

# GRUB starts the new kernel, from the image that was verified.
assert_runs() {
	assert_equal "$(report kernel)" "$good" "the kernel that runs"
	said cmdline "BOOT_IMAGE=/boot/vmlinuz-$good root="
	assert_equal "$(boot_json '"\(.mode) \(.result)"')" "host ok" "how /init ended"
	assert_equal "$(boot_json .image)" "$(report record | jq -r .image.id)" "the image that runs"
	assert_equal "$(report root_source)" /dev/mapper/host-root "the root's device"
	assert_equal "$(report failed)" "" "failed units"
	assert_equal "$(report boot | jq -c '[.loader, .running.good, .running.image]')" \
		"[\"grub\",true,\"/boot/initrd.img-$good\"]" "what is marked as good"
	assert_verified "$good" "boot passed"
	assert_equal "$(of_image "$good" '.stale | length')" 0 "what is stale"
}

@test "a kernel package's image is booted before it is used, and runs; that of a broken one is refused, and says why" {
	local old good bad disk
	old=$("$vm_here/kernel" bookworm)
	disk=$BATS_TEST_TMPDIR/disk.raw
	cp --sparse=always "$("$vm_here/upgrade-root")" "$disk"
	upgrade_drive
	# QEMU runs in this guest. It has no SVM, which would give that a KVM.
	upgrade_boot kernel=bookworm qemu="-cpu $vm_cpu,-svm"
	assert_upgraded
	assert_refused
	upgrade_boot loader=bios
	assert_runs
}
