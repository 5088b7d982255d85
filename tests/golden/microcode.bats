#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # lib.bash sets them
# Microcode: a plain archive in front of the image, with what this machine's processors need.

load lib

setup_file() {
	golden_setup_file
}

setup() {
	golden_setup
	tree lvm
	mkdir -p "$root/lib/firmware/amd-ucode" "$root/lib/firmware/intel-ucode"
}

without_id() { # blots out the identity in a plain archive
	LC_ALL=C sed -z 's/^[0-9a-f]\{16\}\n$/(id)\n/'
}

words() { # words NUMBER...: 32 bits each, little endian
	local word
	for word; do
		# shellcheck disable=SC2059 # the format is the bytes
		printf "$(printf '\\x%02x\\x%02x\\x%02x\\x%02x' $((word & 255)) \
			$((word >> 8 & 255)) $((word >> 16 & 255)) $((word >> 24 & 255)))"
	done
}

patch_for() { # patch_for EQUIVALENT ID
	words 1 64 0 "$2" 0 0 0 0 "$1" 0 0 0 0 0 0 0 0 0
}

# amd_file: one container for two processors, a patch each.
amd_file() {
	words 0x00414d44 0 48 0x00830f10 0 0 0x8310 0x00800f12 0 0 0x8012 0 0 0 0
	patch_for 0x8012 1
	patch_for 0x8310 2
}

intel_file() { # intel_file SIGNATURE: 16 bytes of data
	words 1 7 0 "$1" $((-(1 + 7 + $1 + 1 + 16 + 64))) 1 0 16 64 0 0 0 0 0 0 0
}

cpu() { # cpu VENDOR FAMILY MODEL STEPPING [FLAG]
	mkdir -p "$root/proc"
	printf 'vendor_id\t: %s\ncpu family\t: %s\nmodel\t\t: %s\nstepping\t: %s\nflags\t\t: fpu %s\n\n' \
		"$1" "$2" "$3" "$4" "${5:-}" >"$root/proc/cpuinfo"
}

# front: unpacks what the kernel looks at before it unpacks anything.
front() {
	rm -rf "$work/front"
	mkdir "$work/front"
	(cd "$work/front" && cpio -idm --quiet <"$image")
}

@test "an AMD host's image has its own patches in front, and reads as before behind" {
	amd_file >"$root/lib/firmware/amd-ucode/microcode_amd_fam17h.bin"
	intel_file 0x906ea >"$root/lib/firmware/intel-ucode/06-9e-0a"
	mkinitramfs -o "$work/without" --compression none
	cpu AuthenticAMD 23 49 0
	mkinitramfs -o "$image" --compression none
	[ "$(head -c 6 "$image")" = 070701 ]
	front
	[ "$(cd "$work/front" && find . -type f)" = ./kernel/x86/microcode/AuthenticAMD.bin ]
	cmp "$work/front/kernel/x86/microcode/AuthenticAMD.bin" \
		<(words 0x00414d44 0 32 0x00830f10 0 0 0x8310 0 0 0 0 && patch_for 0x8310 2)
	diff <("$mki" --list "$work/without" | grep -v 'init.conf$') \
		<("$mki" --list "$image" | grep -v 'init.conf$\| kernel')
	size=$(($(stat -c %s "$image") - $(stat -c %s "$work/without")))
	[ $((size % 512)) = 0 ]
	# The identity is that of the whole image: it alone differs.
	refute cmp -s <(tail -c "+$((size + 1))" "$image") "$work/without"
	cmp <(tail -c "+$((size + 1))" "$image" | without_id) <(without_id <"$work/without")
}

@test "an Intel host's image has its processor's file, packed or for early use only" {
	amd_file >"$root/lib/firmware/amd-ucode/microcode_amd_fam17h.bin"
	intel_file 0x906ea >"$root/lib/firmware/intel-ucode/06-9e-0a.initramfs"
	intel_file 0x506e3 >"$root/lib/firmware/intel-ucode/06-5e-03"
	cpu GenuineIntel 6 158 10
	mkinitramfs -o "$image"
	front
	cmp "$work/front/kernel/x86/microcode/GenuineIntel.bin" <(intel_file 0x906ea)
	[[ $("$mki" --list "$image") == *" kernel/x86/microcode/GenuineIntel.bin"* ]]
	rm "$root/lib/firmware/intel-ucode/06-9e-0a.initramfs"
	intel_file 0x906ea | zstd -q >"$root/lib/firmware/intel-ucode/06-9e-0a.zst"
	mkinitramfs -o "$image"
	front
	cmp "$work/front/kernel/x86/microcode/GenuineIntel.bin" <(intel_file 0x906ea)
}

@test "a virtual machine and Microcode=no have none, a generic image and Microcode=all have all" {
	amd_file >"$root/lib/firmware/amd-ucode/microcode_amd_fam17h.bin"
	intel_file 0x906ea >"$root/lib/firmware/intel-ucode/06-9e-0a"
	intel_file 0x506e3 >"$root/lib/firmware/intel-ucode/06-5e-03"
	cpu AuthenticAMD 23 49 0 hypervisor
	mkinitramfs -o "$image"
	refute_listed microcode
	cpu AuthenticAMD 23 49 0
	mkinitramfs -o "$image" --set Image.Microcode=no
	refute_listed microcode
	for option in --mode=generic --set=Image.Microcode=all; do
		mkinitramfs -o "$image" "$option"
		front
		cmp "$work/front/kernel/x86/microcode/AuthenticAMD.bin" <(amd_file)
		cmp "$work/front/kernel/x86/microcode/GenuineIntel.bin" \
			<(intel_file 0x506e3 && intel_file 0x906ea)
		# The processor reads it where it lies; the loader puts the image at a page's beginning.
		at=$(LC_ALL=C grep -aobUP -m 1 '\x01\0\0\0\x07\0\0\0\0\0\0\0\xe3\x06\x05\0' "$image" | head -n 1 | cut -d: -f1)
		[ -n "$at" ] && [ $((at % 16)) = 0 ]
	done
}

@test "a damaged file is left out with a warning, and its repair makes the image stale" {
	amd_file | head -c 150 >"$root/lib/firmware/amd-ucode/microcode_amd_fam17h.bin"
	cpu AuthenticAMD 23 49 0
	fails 0 "fam17h.bin is left out: it is no microcode" update
	up_to_date
	amd_file >"$root/lib/firmware/amd-ucode/microcode_amd_fam17h.bin"
	stale_because "^lib/firmware/amd-ucode/microcode_amd_fam17h.bin changed$"
	update
	cpu AuthenticAMD 23 49 1
	stale_because "^the processor changed$"
}
