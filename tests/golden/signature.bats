#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # lib.bash sets them
# The signatures of modules: kept and checked fast, or left out where asked for.

load lib

setup_file() {
	golden_setup_file
}

setup() {
	golden_setup
	tree lvm
	config=$root/boot/config-6.1.0-fake
}

# sign MODULE: appends what looks like a signature of 100 bytes.
sign() {
	{
		head -c 100 /dev/zero | tr '\0' s
		printf '\0\0\2\0\0\0\0\0\0\0\0\144~Module signature appended~\n'
	} >>"$root/lib/modules/6.1.0-fake/$1"
}

@test "the fast hash of the kernel's signatures is loaded before every other module" {
	printf 'CONFIG_MODULE_SIG=y\nCONFIG_MODULE_SIG_SHA256=y\n' >>"$config"
	mkinitramfs -o "$image" --mode host
	content etc/bedplate/modules.plan | grep -v '^#' >"$work/plan"
	[ "$(head -n 1 "$work/plan")" = "kernel/arch/x86/crypto/sha256-ssse3.ko -" ]
	refute grep -E ' -( |$)' <(tail -n +2 "$work/plan")
}

@test "a kernel with another hash, or without signatures, gets no such module" {
	mkinitramfs -o "$image" --mode host
	refute_listed sha256
	echo CONFIG_MODULE_SIG_SHA512=y >>"$config"
	mkinitramfs -o "$image" --mode host
	refute_listed sha256
}

@test "signatures stay by default, and go where the configuration says so" {
	cp "$root/lib/modules/6.1.0-fake/kernel/fs/ext4/ext4.ko" "$work/unsigned"
	sign kernel/fs/ext4/ext4.ko
	mkinitramfs -o "$image"
	content lib/modules/6.1.0-fake/kernel/fs/ext4/ext4.ko |
		cmp - "$root/lib/modules/6.1.0-fake/kernel/fs/ext4/ext4.ko"
	mkinitramfs -o "$image" --set Modules.Signatures=drop
	content lib/modules/6.1.0-fake/kernel/fs/ext4/ext4.ko | cmp - "$work/unsigned"
	mkdir -p "$root/etc/bedplate"
	printf '[Modules]\nSignatures=drop\n' >"$root/etc/bedplate/host.conf"
	mkinitramfs -o "$image"
	content lib/modules/6.1.0-fake/kernel/fs/ext4/ext4.ko | cmp - "$work/unsigned"
}

@test "a kernel that loads no unsigned modules keeps its signatures" {
	echo CONFIG_MODULE_SIG_FORCE=y >>"$config"
	fails 1 "loads no modules without a signature .*hint: .*Signatures=keep" \
		mkinitramfs -o "$image" --set Modules.Signatures=drop
	[ ! -e "$image" ]
}

@test "--set takes SECTION.KEY=VALUE of host.conf, and nothing else" {
	mkinitramfs --dump-config --set Boot.Timeout=5s | grep -B 1 -x 'Timeout=5s' | grep -F -- --set
	fails 2 "SECTION.KEY=VALUE was expected" mkinitramfs -o "$image" --set Timeout=5s
	fails 2 "did you mean Timeout" mkinitramfs -o "$image" --set Boot.Timeut=5s
	[ ! -e "$image" ]
}
