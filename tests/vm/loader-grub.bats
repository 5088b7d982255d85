#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Real GRUB, by a grub.cfg of the real grub-mkconfig.

load loader

@test "GRUB on BIOS boots our image as stock grub-mkconfig found it" {
	loader_begin
	loader_boot bios <<<'exit 0'
	assert_boots 1
	[[ $(cmdline 1) == BOOT_IMAGE=/boot/vmlinuz-*' root=UUID='* ]] ||
		vm_fail "the command line is $(cmdline 1)"
	assert_console 'bedplate'
}

@test "GRUB on OVMF boots our image as stock grub-mkconfig found it" {
	loader_begin /EFI/debian/grubx64.efi
	loader_boot ovmf <<<'test -d /sys/firmware/efi'
	assert_boots 1
	[[ $(cmdline 1) == BOOT_IMAGE=/boot/vmlinuz-*' root=UUID='* ]] ||
		vm_fail "the command line is $(cmdline 1)"
}
