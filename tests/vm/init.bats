#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Which program becomes the root's init, and what it is handed.

load lib

@test "init= chooses the program, and the rest of the arguments reach it" {
	vm_boot disk=plain-ext4 cmdline="root=LABEL=plain-ext4 init=/sbin/other-init -- single"
	assert_handed_over
	assert_argv /sbin/other-init single
}

@test "init= may be a script" {
	vm_boot disk=plain-ext4 cmdline="root=LABEL=plain-ext4 init=/sbin/script-init"
	assert_handed_over
	assert_argv /sbin/init from-script
}

@test "init= that is not there is named before anything is deleted, and a shell is opened" {
	vm_boot disk=plain-ext4 cmdline="root=LABEL=plain-ext4 init=/sbin/absent"
	assert_ended shell
	assert_console "bedplate: .*/sbin/absent"
	refute_console "Kernel panic"
}

@test "init= that cannot be executed is named" {
	vm_boot disk=plain-ext4 cmdline="root=LABEL=plain-ext4 init=/sbin/plain-file"
	assert_ended shell
	assert_console "bedplate: .*/sbin/plain-file"
}

@test "the root's init inherits the console and nothing else; the mounts are moved over, the initramfs is emptied" {
	vm_boot disk=lvm-ext4 cmdline="root=/dev/vg/root"
	assert_handed_over
	assert_equal "$(report fd | awk -v own="$(report report_fd)" '$1 != own { print $1 }' | xargs)" \
		"0 1 2" "open descriptors"
	assert_equal "$(report status | awk '$1 == "SigBlk:" || $1 == "SigIgn:" { print $2 }' | xargs)" \
		"0000000000000000 0000000000000000" "blocked and ignored signals"
	assert_equal "$(report cwd)" "- /" "working directory"
	assert_equal "$(report umask)" 022 "umask"
	assert_equal "$(report missing)" "" "missing mounts"
	for dir in /proc /sys /dev /run; do
		report mount | awk '{ print $2 }' | grep -qx "$dir" || vm_fail "$dir is not mounted"
	done
	assert_initramfs_emptied
	# As it would say of modules that lost their signatures; see images.bats.
	refute_console "module verification failed"
}
